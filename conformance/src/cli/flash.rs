//! `samewire flash`: an image into a board's flash, verified and started.

use std::path::PathBuf;

use super::desk::take_name;
#[cfg(not(feature = "boards"))]
use super::desk::without as run;
use super::flag::{Command, Flag};

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Flash {
    board: Option<String>,
    image: Option<PathBuf>,
}

pub(super) const COMMAND: Command<Flash> = Command {
    name: "flash",
    arguments: "BOARD",
    short: "Flash a board, verify it and start it",
    long: "BOARD is a row of boards.toml, or the one board with this chip that is attached: rp2040 or \
           pico, esp32c3 or c3. By a debug probe the flash is read back; by the drive that a Pico \
           shows while BOOTSEL is held it is not, and the greeting of the new firmware tells. \
           docs/boards.md leads from unpacking a board to here.",
    flags: &[IMAGE],
    argument: |flash, argument| take_name(&mut flash.board, argument),
    run,
};

const IMAGE: Flag<Flash> = Flag {
    name: "image",
    value: Some("FILE"),
    short: "flash this ELF file, instead of the demo",
    long: "Flash this ELF file. Without, it is the demo's image for the board, as \
           `cargo ci firmware` has built it.",
    apply: |flash, value| {
        flash.image = Some(value.into());
        Ok(())
    },
};

#[cfg(feature = "boards")]
pub(super) use with::run;

#[cfg(feature = "boards")]
mod with {
    use std::io::Write;

    use indicatif::{ProgressBar, ProgressStyle};
    use samewire_hil::Board;
    use samewire_hil::board::{Flashed, Progress, Way};
    use samewire_hil::greet::shown;
    use samewire_hil::job::Step;

    use super::Flash;
    use crate::cli::Stop;
    use crate::cli::desk::{choice, image, out_of_reach};
    use crate::exit::Exit;

    pub(in crate::cli) fn run(flash: Flash, out: &mut dyn Write) -> Result<Exit, Stop> {
        let choice = choice(flash.board.as_deref())?;
        let image = image(flash.image, &choice)?;
        let what = format!("samewire flash {}", choice.name);
        let mut board = Board::take(choice, &what).map_err(out_of_reach)?;
        let bar = bar();
        let flashed = board.flash(&image, &mut |progress| show(&bar, progress));
        bar.finish_and_clear();
        let flashed = flashed.map_err(out_of_reach)?;
        writeln!(out, "{}: {}", board.name(), told(&flashed))?;
        // An image of somebody else's speaks no link.
        if let Some(build) = image.build
            && board.setup().serial.is_some()
        {
            let build = board.greet(Some(build)).map_err(out_of_reach)?;
            writeln!(out, "{}: it runs {}, and answers", board.name(), shown(build))?;
        }
        if !board.tally().troubles().is_empty() {
            writeln!(out, "{}: {}", board.name(), board.tally())?;
        }
        Ok(Exit::AsExpected)
    }

    fn told(flashed: &Flashed) -> String {
        let Flashed { bytes, way, is_verified, took } = flashed;
        let way = match way {
            Way::Probe => "its probe",
            Way::Drive => "its drive",
            Way::Serial => "its serial port",
        };
        let verified = if *is_verified { " and verified" } else { "" };
        format!("{bytes} bytes flashed{verified} by {way} in {:.1} s", took.as_secs_f32())
    }

    /// Hidden where nobody looks at it.
    fn bar() -> ProgressBar {
        let style = ProgressStyle::with_template("{msg:>12} {wide_bar} {percent:>3} %");
        let bar = ProgressBar::new(100);
        style.map_or(bar.clone(), |style| bar.with_style(style))
    }

    fn show(bar: &ProgressBar, Progress { step, done, all }: Progress) {
        bar.set_message(match step {
            Step::Attach => "attaching",
            Step::Erase => "erasing",
            Step::Program => "flashing",
            Step::Verify => "verifying",
            Step::Reset => "starting",
        });
        bar.set_length(all);
        bar.set_position(done);
    }
}

#[cfg(test)]
mod tests {
    use super::{COMMAND, Flash};
    use crate::cli::flag::tests::run;

    #[test]
    fn a_board_and_an_image() {
        let flash = Flash { board: Some("desk".into()), image: Some("a.elf".into()) };
        assert_eq!(run(&COMMAND, &["desk", "--image", "a.elf"]), Ok(flash));
        let why = run(&COMMAND, &["desk", "other"]).unwrap_err();
        assert_eq!(why, "one board at a time: is it desk?");
    }
}
