//! What is simpler than a line: forms with less in them, and lower numbers.
//!
//! A line that says what a request deserves must go on to say the truth, or the small schedule would
//! fail for a reason of its own. So targets, raw bytes and codes stay, and a content that is too
//! large on purpose stays as large as it is.

use crate::schedule::{Act, Ask, Content, Crowd, Due, Fault, Happening, Line, Say};

/// A number that can be lowered, down to a floor.
pub(super) enum Number<'a> {
    Size(&'a mut usize, usize),
    Count(&'a mut u32, u32),
    Time(&'a mut u64),
    Signed(&'a mut i64),
}

impl Number<'_> {
    /// How far it is from its floor.
    pub(super) fn above_floor(&self) -> u64 {
        match self {
            Self::Size(number, floor) => number.saturating_sub(*floor) as u64,
            Self::Count(number, floor) => number.saturating_sub(*floor).into(),
            Self::Time(number) => **number,
            Self::Signed(number) => number.unsigned_abs(),
        }
    }

    /// Lowers it by so much, which is not beyond its floor.
    pub(super) fn lower(self, by: u64) {
        match self {
            Self::Size(number, _) => *number -= usize::try_from(by).unwrap_or_default(),
            Self::Count(number, _) => *number -= u32::try_from(by).unwrap_or_default(),
            Self::Time(number) => *number -= by,
            Self::Signed(number) if *number < 0 => *number = number.saturating_add_unsigned(by),
            Self::Signed(number) => *number = number.saturating_sub_unsigned(by),
        }
    }
}

/// The numbers of a line.
pub(super) fn numbers(line: &mut Line) -> Vec<Number<'_>> {
    use Number::{Count, Signed, Size, Time};
    match line {
        Line::Places(count, _) => vec![Size(count, 1)],
        Line::TimersFirst => vec![],
        Line::Client(_, at) => vec![Time(at)],
        Line::Act(_, act) => match act {
            Act::Ask(Ask { content: Some(Content::Made(made, _)), deserves, .. })
                if deserves.content == Due::Echo =>
            {
                vec![Size(&mut made.bytes, 0)]
            }
            Act::Say(Say::Text(made, _) | Say::Binary(made, _)) => vec![Size(&mut made.bytes, 0)],
            Act::Ping(bytes) => vec![Size(bytes, 0)],
            Act::Hear(messages) => vec![Size(messages, 1)],
            Act::Pause(millis) => vec![Time(millis)],
            _ => vec![],
        },
        Line::Fault(_, fault) => match fault {
            Fault::Segments(bytes, gap) | Fault::SlowReader(bytes, gap) => {
                vec![Time(gap), Size(bytes, 1)]
            }
            Fault::Coalesce(millis) | Fault::Delay(millis) => vec![Time(millis)],
            Fault::Lose(byte, millis) | Fault::ZeroWindow(byte, millis) => {
                vec![Time(millis), Size(byte, 0)]
            }
            Fault::HalfClose(byte) | Fault::ResetUp(byte) | Fault::ResetDown(byte) => {
                vec![Size(byte, 0)]
            }
            Fault::Window(bytes) | Fault::ShortWrites(bytes) => vec![Size(bytes, 1)],
            Fault::Hang | Fault::Mute => vec![],
        },
        Line::At(at, happening) => match happening {
            Happening::Jump(millis) => vec![Time(at), Time(millis)],
            Happening::Set(seconds) => vec![Time(at), Signed(seconds)],
            Happening::Flood(count, bytes, millis) => {
                vec![Time(at), Count(count, 1), Size(bytes, 0), Time(millis)]
            }
            Happening::Drain | Happening::Calm => vec![Time(at)],
        },
        Line::Breaks(_, call) => vec![Count(call, 1)],
    }
}

/// How many ways there are to take something out of a line.
pub(super) const WAYS: usize = 3;

/// A line with less in it, if this way leads to one.
pub(super) fn without(line: &Line, way: usize) -> Option<Line> {
    let mut simpler = line.clone();
    match (&mut simpler, way) {
        (Line::Places(_, crowd), 0) => *crowd = Crowd::Wait,
        (Line::Act(_, Act::Ask(ask)), 0) => ask.expects = false,
        (Line::Act(_, Act::Ask(ask)), 1) => ask.closes = false,
        (Line::Act(_, Act::Ask(Ask { content: Some(Content::Made(_, pieces)), .. })), 2)
        | (Line::Act(_, Act::Say(Say::Text(_, pieces) | Say::Binary(_, pieces))), 0) => {
            *pieces = None;
        }
        _ => {}
    }
    (simpler != *line).then_some(simpler)
}
