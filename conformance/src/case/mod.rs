//! A case of the suite, as the fixture language says it (`fixtures/README.md` is its grammar).
//!
//! These types are what a `.case` file means: [`parse`] makes them from text, [`mod@print`] writes
//! them back in canonical form, and the replay walks them. Two of them are equal when they say the same,
//! wherever they stand: a [`Span`] never tells values apart.

pub mod each;
pub mod frame;
pub mod limit;
pub mod need;
pub mod parse;
pub mod print;
pub mod select;
pub mod text;

use std::collections::BTreeSet;
use std::time::Duration;

pub use self::each::{Each, Item, Row};
pub use self::frame::{ClientFrame, FrameIn, FrameKind, FrameOut, Width};
pub use self::limit::Limit;
pub use self::need::Need;
pub use self::text::{Part, Text};
use crate::diagnostic::{Span, Spanned};

/// What waits on a real clock are whole multiples of, in milliseconds: whoever is more exact means
/// to be just before a deadline, and there a real clock proves nothing.
const REAL_MS: u128 = 100;

/// One `.case` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFile {
    /// Where it stands below the fixtures, without `.case`: `http/fields/whitespace`.
    pub path: String,
    /// The comment at its top, line by line, without the `#` and the space after it.
    pub header: Vec<String>,
    /// At least one.
    pub cases: Vec<Case>,
}

/// One behaviour: why it matters, which requirements it proves, and the steps that prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The file's path and the slug: `http/fields/whitespace/space-before-colon`.
    pub id: String,
    /// The slug in its `###` line.
    pub span: Span,
    /// What is asked and why it matters, line by line; at least one.
    pub prose: Vec<String>,
    /// The requirements it proves, by their ids; at least one, unless what is asked is nobody's but the
    /// app's own.
    pub rules: Vec<Spanned<String>>,
    /// What it asks of a server, as written; [`Case::all_needs`] adds what its steps imply.
    pub needs: Vec<Spanned<Need>>,
    /// The limits it runs under, where they differ from what `check` sets.
    pub limits: Vec<Limit>,
    /// The items it is replayed with, one after the other.
    pub each: Option<Each>,
    /// What happens; at least one.
    pub steps: Vec<Step>,
}

impl Case {
    /// The last segment of the id.
    pub fn slug(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or(&self.id)
    }

    /// What it asks of a server: the words after `needs`, [`Need::Limits`] if it sets limits,
    /// [`Need::Ws`] if it opens a WebSocket by `ws`, [`Need::Several`] if it has more than one connection, [`Need::Window`] if its client stops reading,
    /// and [`Need::Clock`] if it waits to the millisecond. In the order of [`Need::ALL`], each once.
    pub fn all_needs(&self) -> Vec<Need> {
        let opens = |step: &Step| matches!(step.kind, StepKind::WebSocket { .. });
        let stalls = |step: &Step| matches!(step.kind, StepKind::Stall(_));
        let names = |step: &Step| matches!(step.kind, StepKind::As(_));
        let is_exact = |step: &Step| match step.kind {
            StepKind::Pass(time) => !time.as_millis().is_multiple_of(REAL_MS),
            _ => false,
        };
        let implied = |need| match need {
            Need::Limits => !self.limits.is_empty(),
            Need::Several => self.steps.iter().any(names),
            Need::Window => self.steps.iter().any(stalls),
            Need::Clock => self.steps.iter().any(is_exact),
            Need::Ws => self.steps.iter().any(opens),
            _ => false,
        };
        let written = |need| self.needs.iter().any(|written| written.value == need);
        Need::ALL.iter().copied().filter(|&need| written(need) || implied(need)).collect()
    }

    /// How many connections it has.
    pub fn connections(&self) -> usize {
        let names = self.steps.iter().filter_map(|step| match &step.kind {
            StepKind::As(name) => Some(name),
            _ => None,
        });
        names.collect::<BTreeSet<_>>().len().max(1)
    }

    /// The replays that make up this case: one for each item, or a single one without.
    pub fn rows(&self) -> Vec<Row> {
        match &self.each {
            None => vec![Row { id: self.id.clone(), item: None }],
            Some(each) => each.rows(&self.id),
        }
    }

    /// The limits it runs under, made from those that the run sets.
    pub fn limits(&self, base: samewire::Limits) -> samewire::Limits {
        let mut limits = base;
        for limit in &self.limits {
            limit.apply(&mut limits);
        }
        limits
    }
}

/// One thing that happens on the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What a failure points at: the line without its sign (`>`, `<`, `!`, `@`).
    pub span: Span,
    /// What happens.
    pub kind: StepKind,
}

/// What may happen on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// `as bob`: from here on, this connection acts; it is opened when it is first named.
    As(String),
    /// `> bytes`: the client sends. One text for each line; on the wire nothing stands between.
    Send(Vec<Text>),
    /// `> frame`, after `ws` or `frames`.
    SendFrame(FrameOut),
    /// `< expectation`: the next message from the server.
    Expect(Expect),
    /// `< more "text"`: the next bytes of the content of an answer that has begun.
    More(Text),
    /// `< end`: the answer that has begun ends, and no more content came.
    End,
    /// `@ +5s`: time passes.
    Pass(Duration),
    /// `shut`: the client ends its sending half.
    Shut,
    /// `reset`: the client resets the connection.
    Reset,
    /// `stall`, `stall 7`: the client takes so many more bytes, and then none.
    Stall(u32),
    /// `resume`: the client reads again.
    Resume,
    /// `! close`: the server ends its stream now, and nothing more came.
    Close,
    /// `! open`: nothing more came, and the connection is still open.
    Open,
    /// `ws /path`: a correct opening handshake; from here on frames are sent and expected.
    WebSocket {
        /// The request target.
        path: Text,
        /// Field lines beside those that a handshake has anyway.
        fields: Vec<Field>,
    },
    /// `frames`: from here on frames are sent and expected, after a handshake spelled out.
    Frames,
}

/// A field line that the client adds to its handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The line.
    pub span: Span,
    /// The field name.
    pub name: String,
    /// The field value, without the white space around it.
    pub value: Text,
}

/// What must come from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expect {
    /// `<?`: it may be missing.
    pub optional: bool,
    /// The alternatives; at least one.
    pub any_of: Vec<Wanted>,
    /// `to HEAD`: the answer has no content, whatever its fields say.
    pub to_head: bool,
    /// `begins`: only its head; the content comes by and by.
    pub begins: bool,
    /// The indented lines; they hold if the alternative that came is a status.
    pub details: Vec<Detail>,
}

/// One alternative of an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// `400`
    Status(u16),
    /// `4xx`: the first digit.
    Class(u8),
    /// `close`: the connection ends without an answer, or without a Close frame.
    End,
    /// `cut`: an answer begins, and the connection ends before it is complete.
    Cut,
    /// A frame, after `ws` or `frames`.
    Frame(FrameIn),
}

/// An indented line below an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The line.
    pub span: Span,
    /// What it asks of the answer.
    pub kind: DetailKind,
}

/// What an indented line asks of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DetailKind {
    /// `with Name: value`: there is such a field line; of a list field, it holds these elements.
    /// Without a value (`with Name`), the field is there, whatever its value.
    With {
        /// The field name, in any case.
        name: String,
        /// The field value, without the white space around it.
        value: Option<Text>,
    },
    /// `without Name`: no such field line.
    Without(String),
    /// `body "text"`: the decoded content is this.
    BodyIs(Text),
    /// `body contains "text"`: this is part of the decoded content.
    BodyContains(Text),
    /// `body empty`: there is no content.
    BodyEmpty,
}
