//! `samewire serve`: the demo app on this machine, or on an emulated board.

use std::io::{Read, Write};

use samewire::Limits;
use samewire_demo::Demo;
use samewire_host::Server;
use samewire_link::Settings;
use samewire_linked::End;

use super::Stop;
use super::flag::{Command, Flag, no_argument, number};
use crate::exit::Exit;
use crate::subject::qemu::Board;
use crate::subject::qemu::board::{BARE, BYTES, DEMO};
use crate::subject::qemu::machine::Machine;
use crate::targets::Target;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Serve {
    port: u16,
    board: Option<Board>,
    link: bool,
}

impl Default for Serve {
    fn default() -> Self {
        Self { port: 8080, board: None, link: false }
    }
}

pub(super) const COMMAND: Command<Serve> = Command {
    name: "serve",
    arguments: "",
    short: "Serve the demo app on this machine, until Ctrl-C",
    long: "Prints one line with the address. Ctrl-C and SIGTERM let requests that have begun \
           finish; a second one does not wait for them.\n\n\
           An emulated board prints two lines more: the same demo reading byte by byte, and a bare \
           TCP responder to compare it with, both on free ports.",
    flags: &[PORT, TARGET, LINK],
    argument: no_argument,
    run,
};

const PORT: Flag<Serve> = Flag {
    name: "port",
    value: Some("N"),
    short: "listen on this port; 0 takes any free one",
    long: "Listen on this port of 127.0.0.1; 0 takes any free one. The default is 8080.",
    apply: |serve, value| {
        serve.port = number(&value)?;
        Ok(())
    },
};

const TARGET: Flag<Serve> = Flag {
    name: "target",
    value: Some("NAME"),
    short: "serve on host, qemu-arm or qemu-riscv",
    long: "Serve on this target: host, which is the default, or an emulated board with a network, \
           qemu-arm or qemu-riscv.",
    apply: |serve, value| {
        serve.board = match Target::named(&value, &[])? {
            Target::Host => None,
            Target::Qemu(board) => Some(board),
            other => return Err(format!("nothing is served on {}", other.name())),
        };
        Ok(())
    },
};

const LINK: Flag<Serve> = Flag {
    name: "link",
    value: None,
    short: "serve over the link, on standard input and output",
    long: "Serve over the link on standard input and output, as the firmware of a board without a \
           network does. As the command of a board in boards.toml it stands for one.",
    apply: |serve, _| {
        serve.link = true;
        Ok(())
    },
};

fn run(serve: Serve, out: &mut dyn Write) -> Result<Exit, Stop> {
    if serve.link {
        return link(out);
    }
    if let Some(board) = serve.board {
        return emulate(board, serve.port, out);
    }
    let address = format!("127.0.0.1:{}", serve.port);
    let server = Server::new(Demo::new).bind(address).signals(true).start().map_err(Stop::usage)?;
    writeln!(out, "http://{}/", server.local_addr())?;
    out.flush()?;
    server.wait();
    Ok(Exit::AsExpected)
}

/// Serves on an emulated board until its emulator ends.
fn emulate(board: Board, port: u16, out: &mut dyn Write) -> Result<Exit, Stop> {
    let stop =
        |why| Stop { exit: Exit::Unreachable, message: format!("error: {}: {why}", board.name()) };
    let mut machine = Machine::start(board, port).map_err(stop)?;
    writeln!(out, "http://{}/", machine.address(DEMO))?;
    writeln!(out, "http://{}/ byte by byte", machine.address(BYTES))?;
    writeln!(out, "http://{}/ bare", machine.address(BARE))?;
    out.flush()?;
    Err(stop(machine.wait()))
}

/// Connections at a time over the link, as on an RP2040, and the channels that they take with orders.
const PLACES: usize = 6;
const CHANNELS: usize = PLACES + 1;

/// Serves over the link until the input ends.
fn link(out: &mut dyn Write) -> Result<Exit, Stop> {
    let mut receive = [0; PLACES * Limits::SMALL.receive_bytes_min()];
    let mut send = [0; PLACES * Limits::SMALL.send_bytes_min()];
    let (pipes, settings) = (Pipes(out), Settings::board(0));
    let mut server = samewire_linked::Server::<_, PLACES, CHANNELS>::side_by_side(pipes, settings);
    match server.run(Demo::new, &mut receive, &mut send) {
        End::Stream => Ok(Exit::AsExpected),
        end => Err(Stop { exit: Exit::Unreachable, message: format!("error: {end}") }),
    }
}

/// Standard input, and what is printed to.
struct Pipes<'o>(&'o mut dyn Write);

impl samewire_linked::Board for Pipes<'_> {
    fn read(&mut self, into: &mut [u8]) -> usize {
        // What cannot be read any more has ended.
        std::io::stdin().read(into).unwrap_or(0)
    }

    fn write(&mut self, from: &[u8]) {
        // Nobody there to read it: the input ends, too.
        let _ = self.0.write_all(from).and_then(|()| self.0.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::{Board, COMMAND, Serve};
    use crate::cli::flag::tests::run;

    #[test]
    fn each_flag_has_its_effect() {
        let table: &[(&[&str], Serve)] = &[
            (&[], Serve { port: 8080, board: None, link: false }),
            (&["--port", "0"], Serve { port: 0, ..Serve::default() }),
            (&["--target", "host"], Serve::default()),
            (&["--target", "qemu-riscv"], Serve { board: Some(Board::Riscv), ..Serve::default() }),
            (&["--link"], Serve { link: true, ..Serve::default() }),
        ];
        for (words, expected) in table {
            assert_eq!(run(&COMMAND, words).as_ref(), Ok(expected), "{words:?}");
        }
    }

    #[test]
    fn wrong_values_are_named() {
        assert!(run(&COMMAND, &["--port", "65536"]).is_err());
        let why = run(&COMMAND, &["--target", "core"]).unwrap_err();
        assert_eq!(why, "--target: nothing is served on core");
    }
}
