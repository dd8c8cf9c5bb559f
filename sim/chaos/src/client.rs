//! A client: it plays its script, reads what comes, and does not know what the network does.

use std::collections::VecDeque;

use crate::reader::{Asked, Reader, Seen};
use crate::said;
use crate::schedule::{Act, Ask};

/// A client at work.
#[derive(Debug)]
pub(crate) struct Client {
    script: VecDeque<(usize, Act)>,
    waits: Waits,
    /// What is to be done before anything else.
    at_once: VecDeque<Does>,
    reader: Reader,
    asked: usize,
    answered: usize,
    /// Whole messages and events that have come.
    heard: usize,
    /// The last byte of a stream of events was the end of a line.
    line_ended: bool,
    is_listening: bool,
    is_open: bool,
    has_said_close: bool,
    is_mute: bool,
    is_patient: bool,
}

/// What a client waits for.
#[derive(Debug)]
enum Waits {
    Nothing,
    /// So many answers.
    Answers(usize),
    /// The server's word to go on with the content of this act.
    Continue {
        act: usize,
        content: Vec<u8>,
    },
    /// So many messages.
    Heard(usize),
    /// A moment.
    Until(u64),
    /// The end of the connection.
    End,
}

/// What a client does next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Does {
    /// Puts these bytes on their way, which belong to this act.
    Sends(Option<usize>, Vec<u8>),
    /// Leaves a ping unanswered.
    LeavesPing,
    /// Ends its half of the stream.
    Shuts,
    /// Resets the connection.
    Resets,
    /// Nothing before this moment.
    Pauses(u64),
    /// Nothing before something comes.
    Waits,
}

impl Client {
    /// A client with this script: acts, with their numbers. A mute one answers no pings.
    pub(crate) fn new(script: impl IntoIterator<Item = (usize, Act)>, is_mute: bool) -> Self {
        Self {
            script: script.into_iter().collect(),
            waits: Waits::Nothing,
            at_once: VecDeque::new(),
            reader: Reader::default(),
            asked: 0,
            answered: 0,
            heard: 0,
            line_ended: false,
            is_listening: false,
            is_open: false,
            has_said_close: false,
            is_mute,
            is_patient: true,
        }
    }

    /// From now on it does not wait for what others would have to bring about, and answers pings.
    pub(crate) const fn calms(&mut self) {
        (self.is_patient, self.is_mute) = (false, false);
    }

    /// Whatever it wanted to do, it cannot.
    pub(crate) fn gives_up(&mut self) {
        self.script.clear();
        self.at_once.clear();
        self.waits = Waits::End;
    }

    /// The stream has come so far.
    pub(crate) fn reads(&mut self, bytes: &[u8], ended: bool) {
        while let Some(seen) = self.reader.next(bytes, ended) {
            match seen {
                Seen::Interim(_) => self.goes_on(),
                Seen::Head(head) => {
                    self.is_listening = head.is_events;
                    if head.status == 101 {
                        (self.is_open, self.answered) = (true, self.answered + 1);
                    }
                }
                Seen::Piece(range) if self.is_listening => self.listens(&bytes[range]),
                Seen::Piece(_) => {}
                Seen::End => {
                    (self.answered, self.is_listening) = (self.answered + 1, false);
                    if let Waits::Continue { .. } = self.waits
                        && self.answered >= self.asked
                    {
                        // A final answer instead: the content is not wanted, and nothing can be
                        // said behind it.
                        self.script.clear();
                        self.waits = Waits::Nothing;
                    }
                }
                Seen::Frame(frame) => self.hears(frame.opcode, frame.fin, &bytes[frame.payload]),
                // Whoever judges says so; this one has nothing more to wait for.
                Seen::Broken(_) => self.answered = usize::MAX,
            }
        }
    }

    fn goes_on(&mut self) {
        match std::mem::replace(&mut self.waits, Waits::Nothing) {
            Waits::Continue { act, content } => {
                self.at_once.push_back(Does::Sends(Some(act), content));
            }
            other => self.waits = other,
        }
    }

    /// An empty line ends an event.
    fn listens(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let ends = *byte == b'\n';
            self.heard += usize::from(ends && self.line_ended);
            self.line_ended = ends;
        }
    }

    fn hears(&mut self, opcode: u8, fin: bool, payload: &[u8]) {
        match opcode {
            8 if !self.has_said_close => {
                self.has_said_close = true;
                self.script.clear();
                let mut bytes = Vec::new();
                said::frame(0x88, payload.get(..2).unwrap_or_default(), &mut bytes);
                self.at_once.push_back(Does::Sends(None, bytes));
                self.waits = Waits::End;
            }
            9 if self.is_mute => self.at_once.push_back(Does::LeavesPing),
            9 => {
                let mut bytes = Vec::new();
                said::frame(0x8a, payload, &mut bytes);
                self.at_once.push_back(Does::Sends(None, bytes));
            }
            8 | 10 => {}
            _ => self.heard += usize::from(fin),
        }
    }

    /// What it does next, now; to be asked again until it waits.
    pub(crate) fn next(&mut self, now: u64) -> Does {
        loop {
            if let Some(does) = self.at_once.pop_front() {
                return does;
            }
            match self.waits {
                Waits::Nothing => {}
                Waits::Answers(due) if self.answered >= due || self.is_listening => {}
                Waits::Heard(due) if self.heard >= due || !self.is_patient => {}
                Waits::Until(moment) if moment <= now => {}
                Waits::Until(moment) => return Does::Pauses(moment),
                _ => return Does::Waits,
            }
            self.waits = Waits::Nothing;
            let does = match self.script.pop_front() {
                Some((index, act)) => self.begins(index, act, now),
                None => Some(self.parts()),
            };
            if let Some(does) = does {
                return does;
            }
        }
    }

    /// Begins an act.
    fn begins(&mut self, index: usize, act: Act, now: u64) -> Option<Does> {
        let mut bytes = Vec::with_capacity(64);
        match act {
            Act::Ask(ask) => self.asks(index, &ask, &mut bytes),
            Act::Raw(raw, _) => {
                self.is_due(Asked::Plain);
                bytes = raw;
            }
            Act::Open(target) => {
                self.is_due(Asked::Plain);
                said::upgrade(&target, &mut bytes);
                self.waits = Waits::Answers(self.asked);
            }
            // Without a WebSocket there is nobody to hear it.
            Act::Say(_) | Act::Ping(_) | Act::End(_) if !self.is_open || self.has_said_close => {
                return None;
            }
            Act::Say(say) => said::message(&say, &mut bytes),
            Act::Ping(length) => said::frame(0x89, &vec![b'p'; length.min(125)], &mut bytes),
            Act::End(code) => {
                self.has_said_close = true;
                said::close(code, &mut bytes);
                self.script.clear();
                self.waits = Waits::End;
            }
            Act::Wait => self.waits = Waits::Answers(self.asked),
            Act::Hear(due) => self.waits = Waits::Heard(due),
            Act::Pause(millis) => self.waits = Waits::Until(now.saturating_add(millis)),
            Act::Shut => {
                self.gives_up();
                return Some(Does::Shuts);
            }
            Act::Reset => {
                self.gives_up();
                return Some(Does::Resets);
            }
        }
        (!bytes.is_empty()).then_some(Does::Sends(Some(index), bytes))
    }

    fn asks(&mut self, act: usize, ask: &Ask, bytes: &mut Vec<u8>) {
        self.is_due(if ask.method == "HEAD" { Asked::Head } else { Asked::Plain });
        said::head(ask, bytes);
        if ask.expects && ask.content.is_some() {
            let mut content = Vec::new();
            said::content(ask, &mut content);
            self.waits = Waits::Continue { act, content };
        } else {
            said::content(ask, bytes);
        }
    }

    fn is_due(&mut self, asked: Asked) {
        self.asked += 1;
        self.reader.ask(asked);
    }

    /// The script is over: it waits for what is due, and says good-bye.
    fn parts(&mut self) -> Does {
        if self.answered < self.asked && !self.is_listening {
            self.waits = Waits::Answers(self.asked);
            return Does::Waits;
        }
        self.waits = Waits::End;
        if self.is_open && !self.has_said_close {
            self.has_said_close = true;
            let mut bytes = Vec::new();
            said::close(1000, &mut bytes);
            return Does::Sends(None, bytes);
        }
        Does::Shuts
    }
}
