//! The chips that the rig knows: what their images look like, and by what they are found.

/// A chip that has an image of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chip {
    /// Raspberry Pi's, of the Pico.
    Rp2040,
    /// Espressif's, with one RISC-V core.
    Esp32c3,
}

/// Addresses, from the first to the one behind the last.
type Window = (u64, u64);

/// What there is to know about a chip.
struct Facts {
    name: &'static str,
    /// What people call a board with it.
    alias: &'static str,
    probe_name: &'static str,
    triple: &'static str,
    /// ELF's `e_machine`.
    machine: u16,
    /// Where code in flash may be, as the processor sees it. How much of it a board has, differs.
    flash: &'static [Window],
    ram: &'static [Window],
    flash_kib: u32,
}

const RP2040: Facts = Facts {
    name: "rp2040",
    alias: "pico",
    probe_name: "RP2040",
    triple: "thumbv6m-none-eabi",
    machine: ARM,
    flash: &[(0x1000_0000, 0x1100_0000)],
    ram: &[(0x2000_0000, 0x2004_2000)],
    flash_kib: 2048,
};

const ESP32C3: Facts = Facts {
    name: "esp32c3",
    alias: "c3",
    probe_name: "esp32c3",
    triple: "riscv32imc-unknown-none-elf",
    machine: RISCV,
    // Data and instructions of the one flash, each by a bus of its own.
    flash: &[(0x3c00_0000, 0x3c80_0000), (0x4200_0000, 0x4280_0000)],
    ram: &[(0x3fc8_0000, 0x3fce_0000), (0x4037_c000, 0x403e_0000), (0x5000_0000, 0x5000_2000)],
    flash_kib: 4096,
};

/// `EM_ARM`.
const ARM: u16 = 40;
/// `EM_RISCV`.
const RISCV: u16 = 243;

impl Chip {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Rp2040, Self::Esp32c3];

    const fn facts(self) -> &'static Facts {
        match self {
            Self::Rp2040 => &RP2040,
            Self::Esp32c3 => &ESP32C3,
        }
    }

    /// The chip of this name, or that of the board which is called so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|chip| [chip.name(), chip.alias()].contains(&name))
    }

    /// As in `boards.toml`.
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// What people call a board with it.
    pub const fn alias(self) -> &'static str {
        self.facts().alias
    }

    /// As probe-rs calls it.
    pub const fn probe_name(self) -> &'static str {
        self.facts().probe_name
    }

    /// What its images are built for.
    pub const fn triple(self) -> &'static str {
        self.facts().triple
    }

    /// The processor of its images, as ELF numbers it.
    pub const fn machine(self) -> u16 {
        self.facts().machine
    }

    /// How much flash its common board has, in KiB.
    pub const fn flash_kib(self) -> u32 {
        self.facts().flash_kib
    }

    /// Where in its flash an address is, counted from where that begins.
    pub fn flash_offset(self, address: u64) -> Option<u64> {
        let windows = self.facts().flash.iter();
        windows.into_iter().find(|at| has(at, address)).map(|(begin, _)| address - begin)
    }

    /// Whether an address is in its RAM.
    pub fn is_ram(self, address: u64) -> bool {
        self.facts().ram.iter().any(|at| has(at, address))
    }
}

fn has((begin, end): &Window, address: u64) -> bool {
    (*begin..*end).contains(&address)
}

#[cfg(test)]
mod tests {
    use super::Chip;

    #[test]
    fn names_and_what_boards_are_called_stand_for_chips() {
        for chip in Chip::ALL {
            assert_eq!(Chip::named(chip.name()), Some(chip));
            assert_eq!(Chip::named(chip.alias()), Some(chip));
        }
        assert_eq!(Chip::named("rp2350"), None);
    }

    #[test]
    fn both_views_of_a_flash_begin_at_its_first_byte() {
        assert_eq!(Chip::Rp2040.flash_offset(0x1000_0100), Some(0x100));
        assert_eq!(Chip::Rp2040.flash_offset(0x2000_0000), None);
        for address in [0x3c00_0020, 0x4200_0020] {
            assert_eq!(Chip::Esp32c3.flash_offset(address), Some(0x20), "{address:x}");
        }
        assert!(Chip::Rp2040.is_ram(0x2000_0000) && !Chip::Rp2040.is_ram(0x1000_0000));
    }
}
