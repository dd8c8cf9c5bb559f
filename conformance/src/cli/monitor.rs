//! `samewire monitor`: what a board logs, with the time at which it was heard.

use std::time::Duration;

use super::desk::take_name;
#[cfg(not(feature = "boards"))]
use super::desk::without as run;
use super::flag::{Command, Flag, number};

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Monitor {
    board: Option<String>,
    seconds: Option<Duration>,
}

pub(super) const COMMAND: Command<Monitor> = Command {
    name: "monitor",
    arguments: "BOARD",
    short: "Print what a board logs, until Ctrl-C",
    long: "Each line comes with the seconds since the begin. It is read by the board's debug probe, \
           while the firmware runs on; without a probe over the link, on the board's serial port, \
           where a board tells how it ended last. BOARD is a row of boards.toml, or the one board with this \
           chip that is attached.",
    flags: &[SECONDS],
    argument: |monitor, argument| take_name(&mut monitor.board, argument),
    run,
};

const SECONDS: Flag<Monitor> = Flag {
    name: "seconds",
    value: Some("N"),
    short: "end after N seconds",
    long: "End after N seconds, with 0. Without, Ctrl-C ends it.",
    apply: |monitor, value| {
        monitor.seconds = Some(Duration::from_secs(number(&value)?));
        Ok(())
    },
};

#[cfg(feature = "boards")]
pub(super) use with::run;

#[cfg(feature = "boards")]
mod with {
    use std::io::{self, Write};
    use std::ops::ControlFlow;
    use std::time::Instant;

    use samewire_hil::Board;
    use samewire_hil::greet::shown;
    use samewire_hil::listen::Heard;
    use samewire_linked::LOG_BYTES_MAX;

    use super::Monitor;
    use crate::cli::Stop;
    use crate::cli::desk::{choice, image, out_of_reach};
    use crate::exit::Exit;

    pub(in crate::cli) fn run(monitor: Monitor, out: &mut dyn Write) -> Result<Exit, Stop> {
        let choice = choice(monitor.board.as_deref())?;
        // It says where to listen; without it, that is searched for.
        let image = image(None, &choice).ok();
        let what = format!("samewire monitor {}", choice.name);
        let mut board = Board::take(choice, &what).map_err(out_of_reach)?;
        if let (Some(_), Some(image)) = (board.stand_in(), &image) {
            board.flash(image, &mut |_| ()).map_err(out_of_reach)?;
        }
        let mut log = Log { out, began: Instant::now(), line: String::new() };
        let mut written = Ok(());
        let mut hear = |text: &str| {
            written = log.hear(text);
            let is_over = monitor.seconds.is_some_and(|seconds| log.began.elapsed() >= seconds);
            if is_over || written.is_err() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let heard = match board.setup().probe {
            Some(_) => board.listen(image.as_ref(), &mut hear),
            None => board.listen_by_link(&mut |told| hear(&text(told))),
        };
        written?;
        log.end()?;
        if !board.tally().troubles().is_empty() {
            eprintln!("{}: {}", board.name(), board.tally());
        }
        heard.map_err(out_of_reach)?;
        Ok(Exit::AsExpected)
    }

    /// As it would stand in a log that has no frames.
    fn text(heard: Heard<'_>) -> String {
        match heard {
            Heard::Nothing => String::new(),
            Heard::Begins(build) => format!("\nit runs {}\n", shown(build)),
            // It goes on in the next.
            Heard::Line(line) if line.len() == LOG_BYTES_MAX => line.to_owned(),
            Heard::Line(line) => format!("{line}\n"),
        }
    }

    /// A board that never ends a line is told in pieces.
    const LINE_BYTES_MAX: usize = 4096;

    /// Lines, which come in pieces.
    struct Log<'o> {
        out: &'o mut dyn Write,
        began: Instant,
        line: String,
    }

    impl Log<'_> {
        fn hear(&mut self, text: &str) -> io::Result<()> {
            for letter in text.chars() {
                match letter {
                    '\n' => self.end()?,
                    // What a buffer holds that was never written.
                    '\0' | '\r' => {}
                    // Noise on a line must not set a terminal's colours, or worse.
                    letter if letter.is_control() && letter != '\t' => {
                        self.line.extend(letter.escape_default());
                    }
                    letter => self.line.push(letter),
                }
                if self.line.len() >= LINE_BYTES_MAX {
                    self.end()?;
                }
            }
            Ok(())
        }

        /// Prints what there is of a line.
        fn end(&mut self) -> io::Result<()> {
            let line = std::mem::take(&mut self.line);
            let text = line.trim_end();
            if text.is_empty() {
                return Ok(());
            }
            writeln!(self.out, "[{:10.3}] {text}", self.began.elapsed().as_secs_f64())?;
            self.out.flush()
        }
    }

    #[cfg(test)]
    mod tests {
        use super::{Heard, LINE_BYTES_MAX, LOG_BYTES_MAX, Log, text};
        use std::time::Instant;

        #[test]
        fn pieces_become_lines_with_a_time() {
            let mut out = Vec::new();
            let mut log = Log { out: &mut out, began: Instant::now(), line: String::new() };
            for piece in ["one ", "line\r\nand", "", " another\n\nlast"] {
                log.hear(piece).unwrap();
            }
            log.end().unwrap();
            let text = String::from_utf8(out).unwrap();
            let words: Vec<_> = text.lines().map(|line| line.split_once("] ").unwrap().1).collect();
            assert_eq!(words, ["one line", "and another", "last"]);
        }

        #[test]
        fn noise_does_nothing_to_a_terminal_and_a_line_has_an_end() {
            let mut out = Vec::new();
            let mut log = Log { out: &mut out, began: Instant::now(), line: String::new() };
            log.hear("\0\0a\x1b[2Jb\tc\n").unwrap();
            log.hear(&"x".repeat(LINE_BYTES_MAX + 1)).unwrap();
            log.end().unwrap();
            let text = String::from_utf8(out).unwrap();
            let words: Vec<_> = text.lines().map(|line| line.split_once("] ").unwrap().1).collect();
            assert_eq!(words[0], "a\\u{1b}[2Jb\tc");
            assert_eq!((words[1].len(), words[2]), (LINE_BYTES_MAX, "x"));
        }

        #[test]
        fn a_line_in_two_frames_is_one() {
            let long = "a".repeat(LOG_BYTES_MAX);
            let told = [Heard::Begins(*b"c0ffee01"), Heard::Line(&long), Heard::Line("b")];
            assert_eq!(told.map(text).concat(), format!("\nit runs c0ffee01\n{long}b\n"));
        }
    }
}
