//! `samewire boards`: what is attached, and which boards there are.

#[cfg(not(feature = "boards"))]
use super::desk::without as run;
use super::flag::{Command, no_argument};

pub(super) const COMMAND: Command<()> = Command {
    name: "boards",
    arguments: "",
    short: "List what is attached, and which boards can be used",
    long: "Debug probes, serial ports and drives, as boards.toml names them; then the boards of that \
           file and those that need no row, each with the way to it, who works with it, or what is \
           in the way.",
    flags: &[],
    argument: no_argument,
    run,
};

#[cfg(feature = "boards")]
pub(super) use with::run;

#[cfg(feature = "boards")]
mod with {
    use std::io::Write;

    use samewire_hil::attached::Attached;
    use samewire_hil::boards::{Reach, Row, Setup};
    use samewire_hil::choice::Choice;
    use samewire_hil::{Trouble, choose};

    use crate::boards::without_rows;
    use crate::cli::{Stop, boards};
    use crate::exit::Exit;

    pub(in crate::cli) fn run((): (), out: &mut dyn Write) -> Result<Exit, Stop> {
        let attached = Attached::find();
        write!(out, "{}", things(&attached))?;
        writeln!(out)?;
        let rows: Vec<Row> = boards()?.iter().map(|row| (**row).clone()).collect();
        let all: Vec<Row> = rows.iter().cloned().chain(without_rows()).collect();
        for row in &all {
            write!(out, "{}", line(row, &all, &attached))?;
        }
        Ok(Exit::AsExpected)
    }

    /// What is plugged in, one line each.
    fn things(attached: &Attached) -> String {
        let mut lines = Vec::new();
        for probe in &attached.probes {
            let ours = if probe.is_ours { "" } else { ", not ours to use" };
            lines.push(format!("probe  {:<32} {}{ours}", probe.selector, probe.name));
        }
        for port in &attached.ports {
            let (vendor, product) = port.usb;
            let usb = format!("{vendor:04x}:{product:04x}");
            lines.push(format!("port   {:<32} {usb} {}", port.name, port.product));
        }
        for drive in &attached.drives {
            lines.push(format!("drive  {:<32} {}", drive.path.display(), drive.model));
        }
        if lines.is_empty() {
            return "nothing is attached: no probe, no serial port on USB, no drive of a board\n"
                .into();
        }
        lines.join("\n") + "\n"
    }

    /// A board, and the way to it or what is in the way.
    fn line(row: &Row, all: &[Row], attached: &Attached) -> String {
        let (state, more) = match &row.reach {
            Reach::Command(program) => ("ready", program.path.display().to_string()),
            Reach::Http(address) => ("ready", format!("http://{address}")),
            Reach::Rig(_) => match choose(&row.name, all, attached) {
                Ok(choice) => match choice.is_attached(attached).and_then(|()| choice.is_free()) {
                    Ok(()) => ("ready", way(&choice)),
                    Err(trouble) => ("not ready", in_the_way(&trouble)),
                },
                Err(trouble) => ("not ready", in_the_way(&trouble)),
            },
        };
        let mut line = format!("{:<14} {state:<10} {}\n", row.name, row.about);
        line += &format!("{:<25} {more}\n", "");
        line
    }

    fn in_the_way(trouble: &Trouble) -> String {
        format!("{}: {}", trouble.class.name(), trouble.what)
    }

    fn way(Choice { setup, drive, .. }: &Choice) -> String {
        let Setup { probe, serial, http, stand_in, .. } = setup;
        if let Some(program) = stand_in {
            return format!("played by {}", program.path.display());
        }
        let drive = drive.as_ref().map(|drive| drive.display().to_string());
        let named = |what: &str, thing: &Option<String>| {
            thing.as_ref().map(|thing| format!("{what} {thing}"))
        };
        let ways = [
            named("probe", probe),
            named("drive", &drive),
            named("port", serial),
            named("network", http),
        ];
        ways.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    #[cfg(test)]
    mod tests {
        use super::{line, things};
        use samewire_hil::Chip;
        use samewire_hil::attached::{Attached, Port, Probe};
        use samewire_hil::boards::{Reach, Row, Setup};

        #[test]
        fn what_is_attached_is_listed_as_boards_toml_names_it() {
            assert!(things(&Attached::default()).starts_with("nothing is attached"));
            let probe = Probe {
                selector: "2e8a:000c:A".into(),
                name: "Debug Probe".into(),
                usb: (0x2e8a, 0xc),
                serial_number: Some("A".into()),
                is_ours: false,
            };
            let port = Port {
                name: "/dev/ttyACM0".into(),
                product: "Pico".into(),
                usb: (0x2e8a, 0xa),
                serial_number: None,
            };
            let attached = Attached { probes: vec![probe], ports: vec![port], drives: Vec::new() };
            let listed = things(&attached);
            assert!(listed.contains("2e8a:000c:A") && listed.contains("not ours"), "{listed}");
            assert!(listed.contains("/dev/ttyACM0") && listed.contains("2e8a:000a"), "{listed}");
        }

        #[test]
        fn a_board_has_a_way_or_something_in_the_way() {
            let row = |setup| {
                let reach = Reach::Rig(setup);
                [Row { name: "desk".into(), about: "a Pico".into(), reach }]
            };
            let bare = row(Setup::of(Chip::Rp2040));
            let said = line(&bare[0], &bare, &Attached::default());
            assert!(said.contains("not ready") && said.contains("no board is attached"), "{said}");
            let serial = Some("tcp:127.0.0.1:7".to_owned());
            let wired = row(Setup { serial, ..Setup::of(Chip::Rp2040) });
            let said = line(&wired[0], &wired, &Attached::default());
            assert!(said.contains(" ready ") && said.contains("port tcp:127.0.0.1:7"), "{said}");
        }
    }
}
