//! `samewire serve`: the demo app on this machine.

use std::io::Write;

use samewire_demo::Demo;
use samewire_host::Server;

use super::Stop;
use super::flag::{Command, Flag, no_argument, number};
use crate::exit::Exit;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Serve {
    port: u16,
}

impl Default for Serve {
    fn default() -> Self {
        Self { port: 8080 }
    }
}

pub(super) const COMMAND: Command<Serve> = Command {
    name: "serve",
    arguments: "",
    short: "Serve the demo app on this machine, until Ctrl-C",
    long: "Prints one line with the address. Ctrl-C and SIGTERM let requests that have begun \
           finish; a second one does not wait for them.",
    flags: &[PORT],
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

fn run(serve: Serve, out: &mut dyn Write) -> Result<Exit, Stop> {
    let address = format!("127.0.0.1:{}", serve.port);
    let server = Server::new(Demo::new).bind(address).signals(true).start().map_err(Stop::usage)?;
    writeln!(out, "http://{}/", server.local_addr())?;
    out.flush()?;
    server.wait();
    Ok(Exit::AsExpected)
}

#[cfg(test)]
mod tests {
    use super::{COMMAND, Serve};
    use crate::cli::flag::tests::run;

    #[test]
    fn takes_a_port() {
        assert_eq!(run(&COMMAND, &[]), Ok(Serve { port: 8080 }));
        assert_eq!(run(&COMMAND, &["--port", "0"]), Ok(Serve { port: 0 }));
        assert!(run(&COMMAND, &["--port", "65536"]).is_err());
    }
}
