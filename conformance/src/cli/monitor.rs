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
           while the firmware runs on. BOARD is a row of boards.toml, or the one board with this \
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
        let (began, mut log) =
            (Instant::now(), Log { out, began: Instant::now(), line: String::new() });
        let mut written = Ok(());
        let heard = board.listen(image.as_ref(), &mut |text| {
            written = log.hear(text);
            let is_over = monitor.seconds.is_some_and(|seconds| began.elapsed() >= seconds);
            if is_over || written.is_err() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        written?;
        log.end()?;
        heard.map_err(out_of_reach)?;
        Ok(Exit::AsExpected)
    }

    /// Lines, which come in pieces.
    struct Log<'o> {
        out: &'o mut dyn Write,
        began: Instant,
        line: String,
    }

    impl Log<'_> {
        fn hear(&mut self, text: &str) -> io::Result<()> {
            for piece in text.split_inclusive('\n') {
                self.line.push_str(piece);
                if piece.ends_with('\n') {
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
        use super::Log;
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
    }
}
