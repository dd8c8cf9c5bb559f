//! A run of one connection as the steps of a case: what arrived and when, and what is deserved.

use std::fmt::Write as _;

use samewire_chaos::schedule::{Act, Content, Due, Fault, Happening, Line};
use samewire_chaos::script::Script;
use samewire_chaos::story::{Request, Story};
use samewire_chaos::trace::{Bite, What};
use samewire_chaos::{Schedule, Trace};

use super::frames::Frames;
use crate::case::Text;

/// What comes to a request that did not arrive as a whole.
const INCOMPLETE: &str = "4xx | 5xx | close";

/// The steps, with the time that passed or without, or why a case cannot say them.
pub(super) fn steps(schedule: &Schedule, trace: &Trace, is_timed: bool) -> Result<String, String> {
    schedule.lines.iter().try_for_each(sayable)?;
    let scripts = Script::all(schedule);
    let stories = Story::all(&scripts, trace);
    let [story] = &stories[..] else {
        return Err(format!("{} connections take part", stories.len()));
    };
    let mut teller = Teller { is_timed, ..Teller::new(story) };
    let stall = schedule.lines.iter().find_map(|line| match line {
        Line::Fault(_, Fault::ZeroWindow(byte, _)) => Some(*byte),
        _ => None,
    });
    if let Some(byte) = stall {
        let _ = writeln!(teller.out, "stall {byte}");
        teller.is_stalled = true;
    }
    for event in trace.of(story.connection) {
        teller.hear(event.at, event.what)?;
    }
    teller.finish()
}

/// What happens to all, or to a board, happens in no case.
fn sayable(line: &Line) -> Result<(), String> {
    match line {
        Line::At(_, Happening::Calm) | Line::Client(..) | Line::Act(..) | Line::Fault(..) => Ok(()),
        other => Err(format!("no case can say `{other}`")),
    }
}

struct Teller<'a> {
    story: &'a Story<'a>,
    is_timed: bool,
    /// Bytes that stand in no line yet.
    unsaid: Vec<u8>,
    out: String,
    /// What the world's clock said at the last step.
    now: u64,
    began: Option<u64>,
    /// Bytes that are told.
    told: usize,
    /// The next request whose answer is to be expected.
    next: usize,
    frames: Option<Frames>,
    is_stalled: bool,
    is_over: bool,
}

impl<'a> Teller<'a> {
    fn new(story: &'a Story<'a>) -> Self {
        Self {
            story,
            is_timed: true,
            unsaid: Vec::new(),
            out: String::new(),
            now: 0,
            began: None,
            told: 0,
            next: 0,
            frames: None,
            is_stalled: false,
            is_over: false,
        }
    }

    /// Time passes before a step, as it has passed in the run.
    fn at(&mut self, at: u64) {
        let began = *self.began.get_or_insert(at);
        let passed = at - began.max(self.now);
        if passed > 0 && self.is_timed {
            self.say();
            let _ = writeln!(self.out, "@ +{passed}ms");
        }
        self.now = at;
    }

    fn step(&mut self, at: u64, step: &str) {
        self.at(at);
        self.say();
        let _ = writeln!(self.out, "{step}");
    }

    fn hear(&mut self, at: u64, what: What) -> Result<(), String> {
        if self.is_over {
            return Ok(());
        }
        match what {
            What::Opens => self.at(at),
            What::Arrives(until) => self.arrive(at, until)?,
            What::Finishes => {
                self.step(at, "shut");
                // Nothing is said behind it, but answers may come for a while.
                self.is_over = !self.is_stalled;
            }
            What::Breaks => {
                self.next = usize::MAX;
                self.step(at, "reset");
                self.is_over = true;
            }
            What::Ends | What::Drops { .. } => self.complete(),
            What::Bites(Bite::WindowOpens) if self.is_stalled => {
                self.step(at, "resume");
                self.is_stalled = false;
            }
            _ => {}
        }
        Ok(())
    }

    fn arrive(&mut self, at: u64, until: usize) -> Result<(), String> {
        self.at(at);
        if let Some(frames) = &mut self.frames {
            self.out += &frames.tell(self.story.up.get(self.told..until).unwrap_or_default());
            self.told = until;
            return Ok(());
        }
        let opens = self.story.requests.iter().position(|request| request.opens);
        let upgrade =
            opens.and_then(|index| self.story.requests.get(index).map(|own| (index, own)));
        let Some((index, request)) = upgrade.filter(|_| self.story.is_open()) else {
            self.send(until);
            return Ok(());
        };
        let Act::Open(target) = request.source else { return Ok(()) };
        if target != "/ws" {
            return Err(format!("what a WebSocket at {target} answers is not known to cases"));
        }
        self.send(until.min(request.range.start));
        if until >= request.range.end {
            self.expect(index)?;
            self.next = index + 1;
            let _ = writeln!(self.out, "ws {target}");
            self.told = request.range.end;
            self.frames = Some(Frames::default());
            return self.arrive(at, until);
        }
        Ok(())
    }

    /// A server that ends within a request has seen enough of it; a case sends the rest all the same,
    /// or it could not say what the whole deserves.
    fn complete(&mut self) {
        let (story, told) = (self.story, self.told);
        if self.frames.is_none() && story.moments.lost.is_none() {
            let within = |own: &&Request<'_>| own.range.start < told && told < own.range.end;
            if let Some(request) = story.requests.iter().find(within) {
                self.send(request.range.end.min(story.up.len()));
            }
        }
    }

    /// Further bytes of requests.
    fn send(&mut self, until: usize) {
        self.unsaid.extend(self.story.up.get(self.told..until).unwrap_or_default());
        self.told = self.told.max(until);
    }

    /// Writes down what was sent, a line of theirs in each line.
    fn say(&mut self) {
        for line in self.unsaid.split_inclusive(|byte| *byte == b'\n') {
            let _ = writeln!(self.out, "> {}", Text::from(line).unquoted());
        }
        self.unsaid.clear();
    }

    /// What is deserved by the requests before this one that are not answered yet.
    fn expect(&mut self, until: usize) -> Result<(), String> {
        self.say();
        while self.next < until.min(self.story.requests.len()) {
            let request = &self.story.requests[self.next];
            let whole = request.range.end <= self.told;
            self.next += 1;
            if request.range.start >= self.told {
                break;
            }
            if !whole {
                let _ = writeln!(self.out, "< {INCOMPLETE}");
                self.next = usize::MAX;
                break;
            }
            if matches!(request.source, Act::Ask(ask) if ask.target.starts_with("/events")) {
                return Err("an answer that goes on has no end to expect".to_owned());
            }
            self.out += &answer(request);
            if request.closes {
                self.next = usize::MAX;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<String, String> {
        self.say();
        if self.is_stalled {
            self.out += "resume\n";
        }
        if let Some(frames) = self.frames.take() {
            self.out += &frames.finish();
        } else {
            self.expect(usize::MAX)?;
        }
        Ok(self.out)
    }
}

/// What a whole request deserves, as lines of a case.
fn answer(request: &Request<'_>) -> String {
    let deserves = &request.deserves;
    let statuses: Vec<_> = deserves.statuses.iter().map(u16::to_string).collect();
    let statuses =
        if statuses.is_empty() { "2xx | 3xx | 4xx | 5xx".to_owned() } else { statuses.join(" | ") };
    let ask = if let Act::Ask(ask) = request.source { Some(ask) } else { None };
    let interim = if ask.is_some_and(|ask| ask.expects) { "<? 100\n" } else { "" };
    let to_head = ask.is_some_and(|ask| ask.method == "HEAD");
    let content = match (&deserves.content, request.content) {
        (Due::Text(text), _) => Some(text.clone().into_bytes()),
        (Due::Echo, Some(made)) => Some(made.content().collect()),
        (Due::Echo, None) => match ask.and_then(|ask| ask.content.as_ref()) {
            Some(Content::Json(text)) => Some(text.clone().into_bytes()),
            _ => None,
        },
        (Due::Any, _) => None,
    };
    let mut lines = format!("{interim}< {statuses}{}\n", if to_head { " to HEAD" } else { "" });
    // The content is that of the first status; with others it may be another one.
    if let Some(content) = content.filter(|_| deserves.statuses.len() == 1 && !to_head) {
        let detail = match content.is_empty() {
            true => "empty".to_owned(),
            false => Text::from(&content[..]).quoted(),
        };
        let _ = writeln!(lines, "  body {detail}");
    }
    lines
}
