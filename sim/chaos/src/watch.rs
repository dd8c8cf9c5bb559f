//! A layer that writes down which hooks are called, and the demo with it around all its handlers.

use samewire::app;
use samewire::app::layer::{Arrival, Layer, Record, Verdict};
use samewire::{Message, Request, Status};
use samewire_demo::Demo;
use samewire_demo::board::Board;

use crate::pins;
use crate::schedule::Schedule;
use crate::trace::{Hook, Recorder, What};

/// Writes each hook into the trace: to be the first layer of an app that is to be judged by them.
#[derive(Clone, Debug)]
pub struct Watch(Recorder);

impl Watch {
    /// Writes into the trace of this recorder.
    pub fn new(recorder: &Recorder) -> Self {
        Self(recorder.clone())
    }

    fn hears(&self, hook: Hook) {
        self.0.note_current(What::Hears(hook));
    }
}

impl<A: ?Sized> Layer<A> for Watch {
    type State = ();

    fn on_request(&self, _: &A, (): &mut (), _: &mut Arrival<'_, '_>) -> Verdict {
        self.hears(Hook::Request);
        Ok(())
    }

    fn ended(&self, _: &A, (): &(), record: &Record<'_>) {
        self.hears(Hook::Ended(record.status().map_or(0, Status::code)));
    }

    fn ws_connect(&self, _: &A, (): &(), _: &Request<'_>) {
        self.hears(Hook::WsConnect);
    }

    fn ws_message(&self, _: &A, (): &(), _: &Request<'_>, _: &Message<'_>) {
        self.hears(Hook::WsMessage);
    }

    fn ws_disconnect(&self, _: &A, (): &(), _: &Request<'_>) {
        self.hears(Hook::WsDisconnect);
    }

    fn server_start(&self, _: &A) {
        self.hears(Hook::ServerStart);
    }

    fn server_stop(&self, _: &A) {
        self.hears(Hook::ServerStop);
    }

    fn crowded(&self, _: &A, _: usize, _: usize) {
        self.hears(Hook::Crowded);
    }
}

/// The demo on a board whose parts break, with a [`Watch`] around it.
pub struct Watched {
    watch: Watch,
    demo: Demo,
}

impl Watched {
    /// As this schedule has it.
    pub fn new(schedule: &Schedule, recorder: &Recorder) -> Self {
        let demo = Demo::on(Board::wired(pins::pins(schedule, recorder)));
        Self { watch: Watch::new(recorder), demo }
    }
}

app! { for watched: Watched;
    layers [&watched.watch];
    plugin => Demo(watched.demo);
}
