//! A trace, told connection by connection: what was asked and when it had arrived, what was answered
//! and when it was written. Oracles judge by this.

use std::ops::Range;

use crate::reader::{Asked, Frame, Head, Reader, Seen};
use crate::schedule::{Act, Content, Deserves, Due, Made, Say};
use crate::script::Script;
use crate::trace::{Bite, Hook, NONE, Trace, What};

/// What happened to one connection.
#[derive(Clone, Debug, Default)]
pub struct Story<'a> {
    /// Its number.
    pub connection: u32,
    /// All that the client sent, and all that the server wrote.
    pub up: &'a [u8],
    /// See [`up`](Self::up).
    pub down: &'a [u8],
    /// What was asked, in order; only the last one may not have arrived as a whole.
    pub requests: Vec<Request<'a>>,
    /// What was answered, in order.
    pub answers: Vec<Answer>,
    /// Frames from the server, with the time at which each was written.
    pub frames: Vec<(Frame, u64)>,
    /// Frames to the server: messages, pings and Close.
    pub said: Vec<Said<'a>>,
    /// What the server wrote that is no HTTP.
    pub broken: Option<&'static str>,
    /// When it connected.
    pub opened: u64,
    /// When each single thing happened, if it did.
    pub moments: Moments,
    /// How far had arrived by when.
    pub arrivals: Vec<(usize, u64)>,
    /// How far was written by when.
    pub writes: Vec<(usize, u64)>,
    /// How far the client had taken it by when.
    pub takes: Vec<(usize, u64)>,
    /// When the server had to wait for room, and when it got some.
    pub blocks: Vec<(u64, Option<u64>)>,
    /// What layers heard, in order.
    pub hooks: Vec<(Hook, u64)>,
}

/// When what happened for the first time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are the events of the trace")]
pub struct Moments {
    pub enters: Option<u64>,
    pub refused: Option<u64>,
    pub evicted: Option<u64>,
    pub finishes: Option<u64>,
    pub breaks: Option<u64>,
    pub lost: Option<u64>,
    pub ends: Option<u64>,
    pub drops: Option<u64>,
    pub resets: bool,
    /// The server ended it before the client did, in the order of events.
    pub is_unprompted: bool,
}

/// Something that was asked.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The number of its line.
    pub act: usize,
    /// Where it stands in the stream, to the end that it should have.
    pub range: Range<usize>,
    /// What it deserves.
    pub deserves: Deserves,
    /// Its content, where that was made.
    pub content: Option<Made>,
    /// It asks for the end of the connection.
    pub closes: bool,
    /// It opens a WebSocket.
    pub opens: bool,
    /// When its first byte had arrived.
    pub began: Option<u64>,
    /// When all of it had.
    pub arrived: Option<u64>,
    /// What it is.
    pub source: &'a Act,
}

/// Something that was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its head.
    pub head: Head,
    /// The pieces of its content.
    pub content: Vec<Range<usize>>,
    /// When its first byte was written.
    pub began: u64,
    /// When all of it had.
    pub ended: Option<u64>,
}

/// A frame, or several, that a client has sent as one act.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// What it is.
    pub act: &'a Act,
    /// When all of it had arrived.
    pub arrived: Option<u64>,
}

impl<'a> Story<'a> {
    /// The stories of a trace, by the number of the connection.
    pub fn all(scripts: &'a [Script], trace: &'a Trace) -> Vec<Self> {
        let mut by_client: Vec<_> = scripts.iter().map(|script| (script.client, script)).collect();
        by_client.sort_unstable_by_key(|(client, _)| *client);
        let mut stories: Vec<Self> = trace
            .connections
            .iter()
            .enumerate()
            .map(|(index, streams)| Self {
                connection: u32::try_from(index).unwrap_or(NONE),
                up: &streams.up,
                down: &streams.down,
                ..Self::default()
            })
            .collect();
        let script = |client| {
            let found = by_client.binary_search_by_key(&client, |(own, _)| *own);
            found.map_or(&[][..], |index| &by_client[index].1.acts)
        };
        for event in &trace.events {
            if let Some(story) = stories.get_mut(event.connection as usize) {
                let acts = script(trace.connections[event.connection as usize].client);
                story.hear(event.what, event.at, acts);
            }
        }
        stories.iter_mut().for_each(Self::join);
        stories
    }

    fn hear(&mut self, what: What, at: u64, acts: &'a [(usize, Act)]) {
        let moments = &mut self.moments;
        let first = |moment: &mut Option<u64>| *moment = moment.or(Some(at));
        match what {
            What::Opens => self.opened = at,
            What::Acts { act, until } => {
                let found = acts.binary_search_by_key(&act, |(index, _)| *index);
                if let Ok(index) = found {
                    self.act(act, &acts[index].1, until);
                }
            }
            What::Arrives(until) => self.arrivals.push((until, at)),
            What::Writes(until) => {
                self.unblock(at);
                self.writes.push((until, at));
            }
            What::Takes(until) => {
                self.unblock(at);
                self.takes.push((until, at));
            }
            What::Blocks => self.blocks.push((at, None)),
            What::Hears(hook) => self.hooks.push((hook, at)),
            What::Enters(_) => first(&mut moments.enters),
            What::Refused => first(&mut moments.refused),
            What::Evicted => first(&mut moments.evicted),
            What::Finishes => first(&mut moments.finishes),
            What::Breaks => first(&mut moments.breaks),
            What::Bites(Bite::Lost) => first(&mut moments.lost),
            What::Ends => {
                moments.is_unprompted = moments.finishes.is_none() && moments.breaks.is_none();
                first(&mut moments.ends);
            }
            What::Drops { resets } => {
                if moments.ends.is_none() {
                    moments.is_unprompted = moments.finishes.is_none() && moments.breaks.is_none();
                }
                first(&mut moments.drops);
                moments.resets = resets;
            }
            _ => {}
        }
    }

    fn unblock(&mut self, at: u64) {
        if let Some((_, until @ None)) = self.blocks.last_mut() {
            *until = Some(at);
        }
    }

    fn act(&mut self, index: usize, act: &'a Act, until: usize) {
        // A content that comes behind its head, once it is asked for.
        if let Some(last) = self.requests.last_mut()
            && last.act == index
        {
            last.range.end = until;
            return;
        }
        let from = self.requests.last().map_or(0, |last| last.range.end);
        let mut request = Request {
            act: index,
            range: from..until,
            deserves: Deserves::default(),
            content: None,
            closes: false,
            opens: false,
            began: None,
            arrived: None,
            source: act,
        };
        match act {
            Act::Ask(ask) => {
                request.deserves = ask.deserves.clone();
                request.closes = ask.closes;
                if let Some(Content::Made(made, _)) = ask.content {
                    request.content = Some(made);
                }
                // Its content comes when it is asked for, or never.
                if ask.expects && ask.content.is_some() {
                    request.range.end = usize::MAX;
                }
            }
            Act::Raw(_, deserves) => request.deserves = deserves.clone(),
            Act::Open(_) => {
                request.opens = true;
                request.deserves = Deserves { statuses: vec![101], content: Due::Any };
            }
            _ => {
                // The time is set in `join`, when the arrivals are known; until then it is where.
                self.said.push(Said { act, arrived: Some(until as u64) });
                return;
            }
        }
        self.requests.push(request);
    }

    /// Joins what was asked and answered with the times at which that moved.
    fn join(&mut self) {
        for said in &mut self.said {
            let until = said.arrived.and_then(|until| usize::try_from(until).ok());
            said.arrived = until.and_then(|until| moment(&self.arrivals, until));
        }
        let mut reader = Reader::default();
        for request in &mut self.requests {
            request.began = moment(&self.arrivals, request.range.start + 1);
            request.arrived = moment(&self.arrivals, request.range.end);
            let to_head = matches!(request.source, Act::Ask(ask) if ask.method == "HEAD");
            reader.ask(if to_head { Asked::Head } else { Asked::Plain });
        }
        let ended = self.moments.ends.is_some() || self.moments.drops.is_some();
        while let Some(seen) = reader.next(self.down, ended) {
            let at = moment(&self.writes, reader.at()).unwrap_or_default();
            match seen {
                Seen::Interim(_) => {}
                Seen::Head(head) => {
                    let ended = (head.status == 101).then_some(at);
                    let began = moment(&self.writes, head.range.start + 1).unwrap_or(at);
                    self.answers.push(Answer { head, content: Vec::new(), began, ended });
                }
                Seen::Piece(range) => {
                    if let Some(answer) = self.answers.last_mut() {
                        answer.content.push(range);
                    }
                }
                Seen::End => {
                    if let Some(answer) = self.answers.last_mut() {
                        answer.ended = Some(at);
                    }
                }
                Seen::Frame(frame) => self.frames.push((frame, at)),
                Seen::Broken(why) => self.broken = Some(why),
            }
        }
    }

    /// The content of an answer.
    pub fn content<'s>(&'s self, answer: &'s Answer) -> impl Iterator<Item = u8> + 's {
        answer.content.iter().flat_map(|range| self.down[range.clone()].iter().copied())
    }

    /// When all of a request's head had arrived.
    pub fn head(&self, request: &Request<'_>) -> Option<u64> {
        let rest = self.up.get(request.range.start..)?;
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n")?;
        moment(&self.arrivals, request.range.start + end + 4)
    }

    /// When the server let go of the connection or ended its half, whichever was first.
    pub fn end(&self) -> Option<u64> {
        self.moments.ends.or(self.moments.drops)
    }

    /// What the last request that was answered, or is being answered, wanted is a stream of events.
    pub fn listens(&self) -> bool {
        self.answers.last().is_some_and(|answer| answer.head.is_events && answer.ended.is_none())
    }

    /// It is a WebSocket.
    pub fn is_open(&self) -> bool {
        self.answers.last().is_some_and(|answer| answer.head.status == 101)
    }

    /// Bytes that had arrived at this moment.
    pub fn arrived_by(&self, at: u64) -> usize {
        moved(&self.arrivals, at)
    }

    /// Bytes that were written by this moment.
    pub fn written_by(&self, at: u64) -> usize {
        moved(&self.writes, at)
    }
}

impl Said<'_> {
    /// The message that it is, if it is one: whether it is text, and its payload.
    pub fn message(&self) -> Option<(bool, Vec<u8>)> {
        match self.act {
            Act::Say(say) => Some((!matches!(say, Say::Binary(..)), crate::said::payload(say))),
            _ => None,
        }
    }
}

/// How many bytes had moved by then.
fn moved(marks: &[(usize, u64)], at: u64) -> usize {
    let count = marks.partition_point(|(_, moment)| *moment <= at);
    count.checked_sub(1).map_or(0, |last| marks[last].0)
}

/// When so many bytes had moved.
fn moment(marks: &[(usize, u64)], until: usize) -> Option<u64> {
    let index = marks.partition_point(|(mark, _)| *mark < until);
    marks.get(index).map(|(_, at)| *at)
}
