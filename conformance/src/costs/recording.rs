//! What a client says, as a file of link frames: the board reads it at its own pace, so that a
//! second run of it executes the very same instructions.

use std::time::Duration;

use samewire::Limits;
use samewire_link::Frame;
use samewire_link::record::Recorder;

use crate::case::{Case, Row, StepKind};
use crate::opening;
use crate::subject::OpenOptions;
use crate::subject::orders::{self, Order};

/// Any but the board's, which is 0.
pub(super) const SESSION: u32 = 1;
/// Of a frame, CRC and all: what the board takes.
pub(super) const FRAME_BYTES: usize = 128;
/// Of these, what is not data.
const OVERHEAD_BYTES: usize = 8;

/// The board's two channels.
const ORDERS: u8 = 1;
const CONNECTION: u8 = 2;

/// As long as replay waits for the server's end.
const END: Duration = Duration::from_secs(1);

/// A recording that grows.
pub(super) struct Recording {
    pub(super) bytes: Vec<u8>,
    /// Times that it waits until nothing moves.
    pub(super) laps: usize,
    recorder: Recorder<FRAME_BYTES>,
    now: Duration,
    is_shut: bool,
}

impl Recording {
    pub(super) fn new() -> Self {
        let mut recorder = Recorder::new(SESSION);
        let bytes = recorder.hello().collect();
        let mut recording = Self { bytes, laps: 0, recorder, now: Duration::ZERO, is_shut: false };
        recording.frame(&Frame::Open(ORDERS));
        recording
    }

    /// One row of a case, as replay would walk it.
    pub(super) fn case(&mut self, case: &Case, row: &Row) {
        let item = row.item.as_deref();
        self.begin(case.limits(Limits::SMALL));
        for step in &case.steps {
            match &step.kind {
                StepKind::Send(texts) => {
                    let bytes: Vec<u8> = texts.iter().flat_map(|text| text.bytes(item)).collect();
                    self.send(&bytes);
                }
                StepKind::SendFrame(frame) => self.send(&frame.encode(item)),
                StepKind::WebSocket { path, fields } => {
                    self.send(&opening::request(path, fields, item));
                }
                StepKind::Pass(time) => self.pass(*time),
                StepKind::Shut => self.shut(),
                StepKind::Reset => {
                    self.is_shut = true;
                    self.frame(&Frame::Rst(CONNECTION));
                    self.settle();
                }
                StepKind::Stall(bytes) => self.order(Order::Stall((*bytes).into())),
                StepKind::Resume => self.order(Order::Resume),
                StepKind::As(_)
                | StepKind::Expect(_)
                | StepKind::More(_)
                | StepKind::End
                | StepKind::Close
                | StepKind::Open
                | StepKind::Frames => {}
            }
        }
        let is_reset = case.steps.iter().any(|step| step.kind == StepKind::Reset);
        self.end(is_reset);
    }

    /// Opens a connection.
    pub(super) fn begin(&mut self, limits: Limits) {
        for order in orders::before(&OpenOptions { limits, ..OpenOptions::default() }) {
            self.frame(&Frame::Data(ORDERS, &order.encode()));
        }
        self.is_shut = false;
        self.frame(&Frame::Open(CONNECTION));
        self.settle();
    }

    /// Sends bytes, and waits until nothing moves.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(FRAME_BYTES - OVERHEAD_BYTES) {
            self.frame(&Frame::Data(CONNECTION, piece));
        }
        self.settle();
    }

    /// Leaves the connection, and asks what was measured.
    pub(super) fn end(&mut self, is_reset: bool) {
        self.order(Order::Resume);
        self.shut();
        self.pass(END);
        self.order(Order::Measure);
        if !is_reset {
            self.frame(&Frame::Rst(CONNECTION));
        }
    }

    fn shut(&mut self) {
        if !self.is_shut {
            self.is_shut = true;
            self.frame(&Frame::Fin(CONNECTION));
            self.settle();
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.settle();
    }

    fn order(&mut self, order: Order) {
        self.frame(&Frame::Data(ORDERS, &order.encode()));
        self.settle();
    }

    fn settle(&mut self) {
        let now = u64::try_from(self.now.as_millis()).unwrap_or(u64::MAX);
        self.frame(&Frame::Tick(now));
        self.laps += 1;
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        // All that is said here fits a frame.
        self.bytes.extend(self.recorder.frame(frame).into_iter().flatten());
    }
}
