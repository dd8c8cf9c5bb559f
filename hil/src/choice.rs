//! Which board is meant by a name: a row of `boards.toml`, or the one that is attached.

use std::path::{Path, PathBuf};

use crate::Chip;
use crate::attached::{Attached, Probe, drive};
use crate::board::things;
use crate::boards::{Reach, Row, Setup};
use crate::lease::{self, Lease};
use crate::trouble::{Class, Trouble, udev};

/// A board, and all the ways to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As on the command line.
    pub name: String,
    /// What it is; its probe and port are those that were found, if the row names none.
    pub setup: Setup,
    /// The drive of its boot ROM, while that waits for an image.
    pub drive: Option<PathBuf>,
}

impl Choice {
    /// What the row names, and is not attached. What is behind TCP is not asked.
    ///
    /// # Errors
    ///
    /// It is not attached.
    pub fn is_attached(&self, attached: &Attached) -> Result<(), Trouble> {
        let Self { setup, drive, .. } = self;
        if setup.stand_in.is_some() || drive.is_some() {
            return Ok(());
        }
        let is_here = |name: &&String| !name.contains("tcp:");
        let probe = setup.probe.as_ref().filter(is_here);
        let serial = setup.serial.as_ref().filter(is_here);
        let absent = |what: &str, name: &str| {
            let what = format!("the {what} {name} is not attached");
            Err(Trouble::new(Class::NoBoard, what, "plug it in, or look at boards.toml"))
        };
        match (probe, serial) {
            (Some(name), _) if !attached.probes.iter().any(|probe| probe.is_named(name)) => {
                absent("probe", name)
            }
            (_, Some(name)) if !Path::new(name).exists() => absent("port", name),
            _ => Ok(()),
        }
    }

    /// Whether nobody works with it, and else who does.
    ///
    /// # Errors
    ///
    /// Somebody works with it.
    pub fn is_free(&self) -> Result<(), Trouble> {
        if self.setup.stand_in.is_some() {
            return Ok(());
        }
        Lease::is_free(&lease::folder(), &things(&self.setup, self.drive.as_deref()))
    }
}

/// Finds the board of this name: that of a row, or, where the name is a chip's, the one board with it
/// that is attached.
///
/// # Errors
///
/// No board is meant, or several are, or it is not ours to use.
pub fn choose(name: &str, rows: &[Row], attached: &Attached) -> Result<Choice, Trouble> {
    let row = rows.iter().find(|row| row.name == name);
    let setup = match (row.map(|row| &row.reach), Chip::named(name)) {
        (Some(Reach::Rig(setup)), _) => setup.clone(),
        (Some(Reach::Command(_) | Reach::Http(_)), _) => {
            let what = format!("{name} is not in the rig: nobody says which chip it has");
            let remedy = "add chip, and probe or serial, to its row in boards.toml";
            return Err(Trouble::new(Class::NoBoard, what, remedy));
        }
        (None, Some(chip)) => Setup::of(chip),
        (None, None) => {
            let what = format!("there is no board `{name}`");
            let remedy = "`samewire boards` lists them; boards.toml gives them names";
            return Err(Trouble::new(Class::NoBoard, what, remedy));
        }
    };
    if setup.stand_in.is_some() {
        return Ok(Choice { name: name.to_owned(), setup, drive: None });
    }
    complete(name, setup, attached)
}

/// Looks for what the row does not name.
fn complete(name: &str, setup: Setup, attached: &Attached) -> Result<Choice, Trouble> {
    let chip = setup.chip;
    // A row that names a port and no probe has none: whichever is attached may be a neighbour's.
    let is_named = setup.probe.is_some() || setup.serial.is_some();
    let probe = match &setup.probe {
        Some(selector) => attached.probes.iter().find(|probe| probe.is_named(selector)),
        None if is_named || chip != Chip::Rp2040 => None,
        None => {
            let all = attached.probes.iter();
            let names: Vec<&str> = all.map(|probe| probe.selector.as_str()).collect();
            only(name, chip, "probe", &names)?;
            attached.probes.first()
        }
    };
    if let Some(Probe { is_ours: false, selector, usb: (vendor, product), .. }) = probe {
        let what = format!("the probe {selector} is not ours to use");
        return Err(Trouble::new(Class::Permission, what, udev(*vendor, *product)));
    }
    let mut drives = attached.drives.iter().filter(|drive| drive.chip() == Some(chip));
    let drive = match (&setup.probe, probe) {
        (None, None) => {
            let paths: Vec<String> =
                drives.clone().map(|drive| drive.path.display().to_string()).collect();
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            only(name, chip, "drive", &paths)?;
            drives.next().map(|drive| drive.path.clone())
        }
        _ => None,
    };
    let serial = match &setup.serial {
        Some(serial) => Some(serial.clone()),
        None => {
            let ports = attached.ports_of(chip, probe);
            let names: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
            only(name, chip, "serial", &names)?;
            ports.first().map(|port| port.name.clone())
        }
    };
    let probe = setup.probe.clone().or_else(|| probe.map(|probe| probe.selector.clone()));
    if probe.is_none() && drive.is_none() && serial.is_none() && setup.http.is_none() {
        return Err(nothing(name, chip));
    }
    Ok(Choice { name: name.to_owned(), setup: Setup { probe, serial, ..setup }, drive })
}

/// Of several, none is taken: it might be the wrong one.
fn only(name: &str, chip: Chip, key: &str, found: &[&str]) -> Result<(), Trouble> {
    let [first, _, ..] = found else { return Ok(()) };
    let what = format!("{} could be {name}: {}", found.len(), found.join(", "));
    let remedy = match key {
        "drive" => "hold BOOTSEL on one board only".to_owned(),
        _ => format!(
            "say in boards.toml which one it is:\n[board.desk]\nchip = \"{}\"\n{key} = \"{first}\"",
            chip.name()
        ),
    };
    Err(Trouble::new(Class::Ambiguous, what, remedy))
}

fn nothing(name: &str, chip: Chip) -> Trouble {
    let what = format!("no board is attached that could be {name}");
    let remedy = match (chip, drive::unmounted()) {
        (Chip::Rp2040, Some(path)) => {
            format!("its drive is not mounted: `udisksctl mount -b {}`", path.display())
        }
        (Chip::Rp2040, None) => {
            "plug it in while you hold BOOTSEL, or attach a debug probe; `rp2040-emu` is a board \
             that is always there"
                .to_owned()
        }
        (Chip::Esp32c3, _) => "plug it in by a cable that carries data".to_owned(),
    };
    Trouble::new(Class::NoBoard, what, remedy)
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::Chip;
    use crate::attached::{Attached, Drive, Port, Probe};
    use crate::boards::{Reach, Row, Setup};
    use crate::trouble::Class;
    use std::path::PathBuf;

    fn probe(number: &str) -> Probe {
        Probe {
            selector: format!("2e8a:000c:{number}"),
            name: "Debug Probe".into(),
            usb: (0x2e8a, 0xc),
            serial_number: Some(number.into()),
            is_ours: true,
        }
    }

    fn port(name: &str, usb: (u16, u16), number: &str) -> Port {
        Port { name: name.into(), product: String::new(), usb, serial_number: Some(number.into()) }
    }

    fn row(setup: Setup) -> [Row; 1] {
        [Row { name: "desk".into(), about: String::new(), reach: Reach::Rig(setup) }]
    }

    fn class(name: &str, rows: &[Row], attached: &Attached) -> (Class, String) {
        let trouble = choose(name, rows, attached).unwrap_err();
        (trouble.class, format!("{}\n{}", trouble.what, trouble.remedy))
    }

    #[test]
    fn without_a_file_the_only_board_is_meant() {
        let mut attached = Attached::default();
        assert_eq!(class("pico", &[], &attached).0, Class::NoBoard);
        attached.probes = vec![probe("A")];
        attached.ports = vec![port("acm0", (0x2e8a, 0xc), "A")];
        let choice = choose("pico", &[], &attached).unwrap();
        assert_eq!(choice.setup.probe.as_deref(), Some("2e8a:000c:A"));
        assert_eq!((choice.setup.serial.as_deref(), choice.drive), (Some("acm0"), None));
        attached.ports.push(port("jtag", (0x303a, 0x1001), "C3"));
        let choice = choose("esp32c3", &[], &attached).unwrap();
        assert_eq!((choice.setup.serial.as_deref(), choice.setup.probe), (Some("jtag"), None));
    }

    #[test]
    fn a_drive_is_a_way_where_there_is_no_probe() {
        let drive = |path: &str, id: &str| Drive {
            path: PathBuf::from(path),
            board_id: id.into(),
            model: String::new(),
        };
        let drives = vec![drive("/media/a", "RPI-RP2"), drive("/media/b", "RP2350")];
        let mut attached = Attached { drives, ..Attached::default() };
        let choice = choose("rp2040", &[], &attached).unwrap();
        assert_eq!(choice.drive, Some(PathBuf::from("/media/a")));
        attached.drives.push(drive("/media/c", "RPI-RP2"));
        let (class, text) = class("rp2040", &[], &attached);
        assert!(class == Class::Ambiguous && text.contains("/media/a, /media/c"), "{text}");
        attached.probes = vec![probe("A")];
        assert_eq!(choose("rp2040", &[], &attached).unwrap().drive, None);
    }

    #[test]
    fn of_two_that_match_none_is_taken_and_a_row_decides() {
        let mut attached = Attached { probes: vec![probe("A"), probe("B")], ..Attached::default() };
        let (found, text) = class("pico", &[], &attached);
        assert_eq!(found, Class::Ambiguous);
        assert!(text.contains("probe = \"2e8a:000c:A\""), "{text}");
        let named = Setup { probe: Some("2e8a:000c:B".into()), ..Setup::of(Chip::Rp2040) };
        let choice = choose("desk", &row(named), &attached).unwrap();
        assert_eq!(choice.setup.probe.as_deref(), Some("2e8a:000c:B"));
        // A row with a port alone says that there is no probe.
        let wired = Setup { serial: Some("/dev/ttyS1".into()), ..Setup::of(Chip::Rp2040) };
        let choice = choose("desk", &row(wired), &attached).unwrap();
        assert_eq!(
            (choice.setup.probe, choice.setup.serial.as_deref()),
            (None, Some("/dev/ttyS1"))
        );
        attached.probes.truncate(1);
        attached.probes[0].is_ours = false;
        let (found, text) = class("pico", &[], &attached);
        assert!(found == Class::Permission && text.contains("/etc/udev/rules.d"), "{text}");
    }

    #[test]
    fn what_a_row_names_may_not_be_attached() {
        let mut attached = Attached { probes: vec![probe("A")], ..Attached::default() };
        let names = |probe: &str, serial: &str| {
            let (probe, serial) = (Some(probe.to_owned()), Some(serial.to_owned()));
            row(Setup { probe, serial, ..Setup::of(Chip::Rp2040) })
        };
        let absent = |rows: &[Row], attached: &Attached| {
            let choice = choose("desk", rows, attached).unwrap();
            choice.is_attached(attached).err().map(|trouble| trouble.what)
        };
        assert_eq!(absent(&names("2e8a:000c:A", "/dev/null"), &attached), None);
        assert_eq!(absent(&names("20b7:9db1:tcp:127.0.0.1:1", "tcp:a:1"), &attached), None);
        let port = Some("the port /dev/ttyNOWHERE is not attached".to_owned());
        assert_eq!(absent(&names("2e8a:000c:A", "/dev/ttyNOWHERE"), &attached), port);
        attached.probes.clear();
        let probe = Some("the probe 2e8a:000c:A is not attached".to_owned());
        assert_eq!(absent(&names("2e8a:000c:A", "/dev/null"), &attached), probe);
    }

    #[test]
    fn names_that_mean_no_board_say_what_to_do() {
        let attached = Attached::default();
        assert!(class("desk", &[], &attached).1.contains("there is no board `desk`"));
        let http =
            [Row { name: "panel".into(), about: String::new(), reach: Reach::Http("a:1".into()) }];
        assert!(class("panel", &http, &attached).1.contains("add chip"));
        let (found, text) = class("c3", &[], &attached);
        assert!(found == Class::NoBoard && text.contains("carries data"), "{text}");
    }
}
