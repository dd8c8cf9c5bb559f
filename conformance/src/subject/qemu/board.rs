//! Which boards QEMU emulates for us, and how each is started.

/// What a board serves on its ports: see `targets/firmware/qemu`.
pub(crate) const DEMO: u16 = 80;
pub(crate) const BYTES: u16 = 81;
pub(crate) const BARE: u16 = 82;
pub(super) const ORDERS: u16 = 83;
pub(super) const ORDERED: u16 = 84;

/// A board that QEMU emulates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Board {
    /// `mps2-an385` with code for a Cortex-M0.
    Arm,
    /// `virt` with the instructions of an ESP32-C3.
    Riscv,
}

impl Board {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Arm, Self::Riscv];

    /// Of the target and its image.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arm => "qemu-arm",
            Self::Riscv => "qemu-riscv",
        }
    }

    /// The program.
    pub(super) const fn emulator(self) -> &'static str {
        match self {
            Self::Arm => "qemu-system-arm",
            Self::Riscv => "qemu-system-riscv32",
        }
    }

    /// What its image is built for.
    pub(super) const fn target(self) -> &'static str {
        match self {
            Self::Arm => "thumbv6m-none-eabi",
            Self::Riscv => "riscv32imc-unknown-none-elf",
        }
    }

    /// The machine, and its network but for the ports.
    const fn machine(self) -> &'static str {
        match self {
            Self::Arm => "-M mps2-an385 -nic user,model=lan9118",
            Self::Riscv => {
                "-M virt -cpu rv32,a=off,f=off,d=off -m 16M -bios none \
                 -device virtio-net-device,netdev=net -netdev user,id=net"
            }
        }
    }

    /// QEMU's command line, without the image. The demo is behind this port of ours; 0 stands for
    /// any free one, and so it is for the others.
    pub(super) fn arguments(self, port: u16) -> Vec<String> {
        let forward = |(here, there)| format!(",hostfwd=tcp:127.0.0.1:{here}-:{there}");
        let words = format!(
            "{}{} -display none -serial none -monitor stdio \
             -semihosting-config enable=on,target=native",
            self.machine(),
            [(port, DEMO), (0, BYTES), (0, BARE), (0, ORDERS), (0, ORDERED)].map(forward).concat()
        );
        words.split_whitespace().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Board;

    #[test]
    fn ports_stand_behind_the_network() {
        for (board, network) in Board::ALL.into_iter().zip(["lan9118", "user,id=net"]) {
            let words = board.arguments(8080).join(" ");
            let ports = ",hostfwd=tcp:127.0.0.1:8080-:80,hostfwd=tcp:127.0.0.1:0-:81,";
            assert!(words.contains(&format!("{network}{ports}")), "{words}");
        }
    }
}
