//! `samewire bridge`: a local TCP port to a board without a network.

use std::io::{self, Write};
use std::net::TcpListener;
use std::sync::mpsc::Sender;

use super::desk::{out_of_reach, take_name};
use super::flag::{Command, Flag, number};
use super::{Stop, boards};
use crate::boards::source;
use crate::bridge::{Bridge as Board, News};
use crate::exit::Exit;
use crate::subject::link::stream::{Source, Stream};
use crate::subject::{Unreachable, microbit};
use crate::targets::Target;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bridge {
    board: Option<String>,
    port: u16,
}

impl Default for Bridge {
    fn default() -> Self {
        Self { board: None, port: 8080 }
    }
}

pub(super) const COMMAND: Command<Bridge> = Command {
    name: "bridge",
    arguments: "BOARD",
    short: "Give a board without a network a local port",
    long: "Prints one line with the address, for curl, a browser or a test suite: each connection to \
           it is one to the board's server, over the link. All of them share one app, and time is \
           this machine's. What the board logs goes to the standard error.\n\n\
           BOARD is whatever `samewire check --target` reaches by the link: a row of boards.toml, \
           rp2040 or pico, rp2040-emu, microbit. Ctrl-C and SIGTERM let requests that have begun \
           finish; a second one does not wait for them.",
    flags: &[PORT],
    argument: |bridge, argument| take_name(&mut bridge.board, argument),
    run,
};

const PORT: Flag<Bridge> = Flag {
    name: "port",
    value: Some("N"),
    short: "listen on this port; 0 takes any free one",
    long: "Listen on this port of 127.0.0.1; 0 takes any free one. The default is 8080.",
    apply: |bridge, value| {
        bridge.port = number(&value)?;
        Ok(())
    },
};

fn run(bridge: Bridge, out: &mut dyn Write) -> Result<Exit, Stop> {
    let name =
        bridge.board.ok_or_else(|| Stop::usage("which board? `samewire boards` lists them"))?;
    let mut source = find(&name)?;
    // Before the board is taken: a port that is taken is soon told.
    let listener = TcpListener::bind(("127.0.0.1", bridge.port)).map_err(|error| {
        Stop::usage(format_args!("cannot listen on port {}: {error}", bridge.port))
    })?;
    let address = listener.local_addr().map_err(Stop::usage)?;
    let stop = |why: Unreachable| out_of_reach(format_args!("{name}: {why}"));
    let mut board = source.start().and_then(Board::to).map_err(stop)?;
    hear_signals(board.tells()).map_err(Stop::usage)?;
    writeln!(out, "http://{address}/")?;
    out.flush()?;
    let served = board.serve(listener, |line| eprintln!("{name}: {line}"));
    // Before the board is looked at once more.
    drop(board);
    served.map_err(stop)?;
    if let Some(told) = source.closing() {
        eprintln!("{name}: {told}");
    }
    Ok(Exit::AsExpected)
}

/// Where the board's streams come from.
fn find(name: &str) -> Result<Box<dyn Source>, Stop> {
    match Target::named(name, &boards()?).map_err(Stop::usage)? {
        Target::Microbit => Ok(Box::new(microbit::start as fn() -> Result<Box<dyn Stream>, _>)),
        Target::Board(row) => source(&row, "bridge").map_err(|address| {
            Stop::usage(format_args!(
                "{name} has a network, and needs no bridge: http://{address}/"
            ))
        }),
        other => Err(Stop::usage(format_args!("{} is not at the end of a link", other.name()))),
    }
}

/// Ctrl-C and, on Unix, SIGTERM, each time.
fn hear_signals(tells: Sender<News>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let inside = runtime.enter();
    #[cfg(unix)]
    let mut signals = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    #[cfg(windows)]
    let mut signals = tokio::signal::windows::ctrl_c()?;
    drop(inside);
    std::thread::spawn(move || {
        runtime.block_on(async {
            loop {
                #[cfg(unix)]
                tokio::select! {
                    _ = signals.0.recv() => {}
                    _ = signals.1.recv() => {}
                }
                #[cfg(windows)]
                signals.recv().await;
                if tells.send(News::Stop).is_err() {
                    return;
                }
            }
        });
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Bridge, COMMAND, find};
    use crate::cli::flag::tests::run;
    use crate::exit::Exit;

    #[test]
    fn a_board_and_a_port() {
        let board = Some("desk".to_owned());
        assert_eq!(run(&COMMAND, &["desk"]), Ok(Bridge { board: board.clone(), port: 8080 }));
        assert_eq!(run(&COMMAND, &["desk", "--port", "0"]), Ok(Bridge { board, port: 0 }));
        assert!(run(&COMMAND, &["desk", "--port", "65536"]).is_err());
        assert!(run(&COMMAND, &["desk", "other"]).is_err());
    }

    #[test]
    fn what_has_no_link_is_told_so() {
        let table = [
            ("core", "error: core is not at the end of a link"),
            ("qemu-arm", "error: qemu-arm is not at the end of a link"),
            ("nonsense", "error: there is no target `nonsense`"),
        ];
        for (name, why) in table {
            let stop = find(name).err().expect(name);
            assert_eq!(stop.exit, Exit::Usage, "{name}");
            assert!(stop.message.starts_with(why), "{name}: {}", stop.message);
        }
        assert!(find("microbit").is_ok());
    }
}
