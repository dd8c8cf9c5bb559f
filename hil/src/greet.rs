//! Whether a board's firmware is alive: it answers the link's HELLO, and says what it runs.

use std::ops::ControlFlow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use samewire_link::Cause;

use crate::image::Build;
use crate::listen::{Heard, listen};
use crate::serial::Serial;
use crate::trouble::{Class, Trouble};

/// A number that no other run has used lately: a board tells by it that its peer has begun anew.
pub fn session() -> u32 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mixed = now.as_secs().wrapping_mul(1_000_003) ^ u64::from(now.subsec_nanos());
    // 0 is a recording's.
    u32::try_from(mixed & 0xffff_ffff).unwrap_or(1).wrapping_add(std::process::id()).max(1)
}

/// Greets the board, and says what it runs. A board that served somebody else drops them for us.
///
/// # Errors
///
/// Nothing answers in this time, or something that is no board of ours; or the port is gone.
pub fn greet(serial: &mut Serial, patience: Duration) -> Result<Build, Trouble> {
    let mut runs = None;
    listen(serial, patience, &mut |heard| match heard {
        Heard::Begins(build) => {
            runs = Some(build);
            ControlFlow::Break(())
        }
        Heard::Line(_) | Heard::Nothing => ControlFlow::Continue(()),
    })?;
    runs.ok_or_else(|| silent(serial.name(), patience, 0))
}

/// What is at the other end of this port, if no board that we can talk to.
pub(crate) fn foreign(name: &str, cause: Cause) -> Trouble {
    match cause {
        Cause::Version(version) => {
            let what = format!("the board speaks version {version} of the link");
            let remedy = "flash it with an image that was built with this very version";
            Trouble::new(Class::OtherVersion, what, remedy)
        }
        _ => {
            let what = format!("{name} gives back what it is told");
            let remedy = "the line echoes: it is no board's, or TX is wired to RX";
            Trouble::new(Class::Link, what, remedy)
        }
    }
}

pub(crate) fn silent(name: &str, patience: Duration, heard: usize) -> Trouble {
    let seconds = patience.as_secs_f32();
    if heard == 0 {
        let what = format!("nothing comes from {name} within {seconds:.0} s");
        return Trouble::new(Class::Link, what, "the firmware hangs, or is none of ours: flash it");
    }
    let what = format!("{heard} bytes came from {name}, and no greeting among them");
    let remedy = "another firmware is on the board (flash it), or the speed is another (baud)";
    Trouble::new(Class::Link, what, remedy)
}

/// Holds what a board runs against the image that it should run.
///
/// # Errors
///
/// It runs something else.
pub fn compare(runs: Build, expected: Option<Build>) -> Result<(), Trouble> {
    match expected {
        Some(expected) if expected != runs => {
            let [runs, expected] = [runs, expected].map(shown);
            let what = format!("the board runs {runs}, and the image is {expected}");
            Err(Trouble::new(Class::OtherVersion, what, "flash the image first"))
        }
        _ => Ok(()),
    }
}

/// A build as people read it: letters if it is letters, else a number.
pub fn shown(build: Build) -> String {
    let trimmed = build.trim_ascii_end().split(|&byte| byte == 0).next().unwrap_or_default();
    if !trimmed.is_empty() && trimmed.iter().all(u8::is_ascii_graphic) {
        return String::from_utf8_lossy(trimmed).into_owned();
    }
    format!("{:016x}", u64::from_be_bytes(build))
}

#[cfg(test)]
mod tests {
    use super::{compare, greet, shown};
    use crate::serial::Serial;
    use crate::trouble::Class;
    use samewire_link::{BoardLink, Event, Settings};
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::time::{Duration, Instant};

    const LONG: Duration = Duration::from_secs(60);

    /// A port at whose other end this plays.
    fn port(play: impl FnOnce(TcpStream) + Send + 'static) -> Serial {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let name = format!("tcp:{}", listener.local_addr().unwrap());
        std::thread::spawn(move || play(listener.accept().unwrap().0));
        Serial::open(&name, 0).unwrap()
    }

    /// A board that says garbage first, as boot ROMs do, and then who it is.
    fn board(mut stream: TcpStream) {
        stream.write_all(b"ESP-ROM:esp32c3\r\n\0\xff").unwrap();
        serve(stream, |_| true);
    }

    /// A board on a line on which only these bytes arrive.
    fn serve(mut stream: TcpStream, mut arrives: impl FnMut(&u8) -> bool) {
        let mut link = Box::new(BoardLink::new(Settings::board(7).build(*b"c0ffee01")));
        let began = Instant::now();
        let mut some = [0; 256];
        while let Ok(count @ 1..) = stream.read(&mut some) {
            let now = began.elapsed().as_millis() as u64;
            let come: Vec<u8> = some[..count].iter().copied().filter(&mut arrives).collect();
            let mut input = &come[..];
            while let Some(event) = link.poll_event(now, &mut input) {
                if matches!(event, Event::Broken(_)) {
                    link.restart(now as u32 | 1);
                }
            }
            let mut out = [0; 64];
            while let n @ 1.. = link.transmit(now, &mut out) {
                let sent: Vec<u8> = out[..n].iter().copied().filter(&mut arrives).collect();
                if stream.write_all(&sent).is_err() {
                    return;
                }
            }
        }
    }

    #[test]
    fn a_board_says_what_it_runs() {
        let build = greet(&mut port(board), LONG).unwrap();
        assert_eq!(build, *b"c0ffee01");
        assert_eq!(compare(build, None), Ok(()));
        assert_eq!(compare(build, Some(*b"c0ffee01")), Ok(()));
        let trouble = compare(build, Some([0, 0, 0, 0, 0, 0, 0, 9])).unwrap_err();
        assert_eq!(trouble.class, Class::OtherVersion);
        assert!(trouble.what.contains("runs c0ffee01, and the image is 0000000000000009"));
    }

    #[test]
    fn a_line_that_loses_bytes_carries_a_greeting_in_the_end() {
        let mut random = 1u32;
        let board = move |stream: TcpStream| {
            serve(stream, |_| {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                random >> 16 >= 65_536 / 50
            });
        };
        assert_eq!(greet(&mut port(board), LONG), Ok(*b"c0ffee01"));
    }

    #[test]
    fn what_is_no_board_is_said_to_be_none() {
        let short = Duration::from_millis(200);
        let hold = |stream: TcpStream| drop(std::io::copy(&mut &stream, &mut std::io::sink()));
        let silent = greet(&mut port(hold), short).unwrap_err();
        assert_eq!(silent.class, Class::Link);
        assert!(silent.what.starts_with("nothing comes from tcp:127.0.0.1:"), "{silent}");
        let babble = move |mut stream: TcpStream| {
            stream.write_all(b"hello, world").unwrap();
            hold(stream);
        };
        let babble = greet(&mut port(babble), Duration::from_secs(3)).unwrap_err();
        assert!(babble.what.starts_with("12 bytes came"), "{babble}");
        let echo = |stream: TcpStream| drop(std::io::copy(&mut &stream, &mut &stream));
        let echo = greet(&mut port(echo), LONG).unwrap_err();
        assert!(echo.what.ends_with("gives back what it is told"), "{echo}");
        assert_eq!(greet(&mut port(drop), LONG).unwrap_err().class, Class::Gone);
    }

    #[test]
    fn builds_are_shown_as_they_are_meant() {
        assert_eq!(shown(*b"1a2b3c\0\0"), "1a2b3c");
        assert_eq!(shown([0; 8]), "0000000000000000");
    }
}
