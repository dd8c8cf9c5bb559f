//! What begins for a layer ends for it, exactly once: requests, WebSockets, the server.

use super::{Case, Oracle, Wrong};
use crate::trace::{Hook, NONE, What};

/// See above.
#[derive(Debug)]
pub(super) struct Hooks;

/// What has begun and not ended, on one connection.
#[derive(Clone, Copy, Default)]
struct Open {
    requests: i32,
    sockets: i32,
    enters: i32,
}

impl Oracle for Hooks {
    fn name(&self) -> &'static str {
        "hooks"
    }

    fn holds(&self) -> &'static str {
        "layers hear of each end exactly once: of requests, WebSockets and the server"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        let mut open = vec![Open::default(); case.stories.len()];
        let (mut starts, mut stops) = (0, 0);
        for event in &case.trace.events {
            let wrong = |what: &str| {
                Err(Wrong { connection: event.connection, at: event.at, what: what.into() })
            };
            match event.what {
                What::Hears(Hook::ServerStart) => starts += 1,
                What::Hears(Hook::ServerStop) => stops += 1,
                _ => {}
            }
            let Some(own) = open.get_mut(event.connection as usize) else { continue };
            match event.what {
                What::Enters(_) => own.enters += 1,
                What::Leaves(_) => own.enters -= 1,
                What::Hears(Hook::Request) => own.requests += 1,
                What::Hears(Hook::Ended(_)) => own.requests -= 1,
                What::Hears(Hook::WsConnect) => own.sockets += 1,
                What::Hears(Hook::WsDisconnect) => own.sockets -= 1,
                What::Hears(Hook::WsMessage) if own.sockets != 1 => {
                    return wrong("a message comes to a WebSocket that is not open");
                }
                _ => {}
            }
            if !(0..=1).contains(&own.requests) {
                return wrong("a request begins within another one, or ends twice");
            }
            if !(0..=1).contains(&own.sockets) || own.sockets > own.requests {
                return wrong("a WebSocket is opened outside of a request, or ends twice");
            }
            if !(0..=1).contains(&own.enters) || own.requests > own.enters {
                return wrong("a place is entered or left twice, or a request goes on without one");
            }
        }
        if !case.is_whole() {
            return Ok(());
        }
        let at = case.trace.end();
        for (own, story) in open.iter().zip(&case.stories) {
            if own.requests + own.sockets + own.enters > 0 {
                return Err(Wrong::with(story, at, "something has begun that has not ended"));
            }
        }
        if (starts, stops) != (1, 1) && starts + stops > 0 {
            let what = format!("the server has begun {starts} times and ended {stops} times");
            return Err(Wrong { connection: NONE, at, what });
        }
        Ok(())
    }
}
