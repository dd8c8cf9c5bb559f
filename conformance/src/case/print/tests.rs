//! Whatever a case says, it is the same after printing and reading it again.

use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::case::parse::parse;
use crate::case::{
    Case, CaseFile, ClientFrame, Detail, DetailKind, Each, Expect, Field, FrameIn, FrameKind,
    FrameOut, Item, Limit, Need, Part, Step, StepKind, Text, Wanted, Width,
};
use crate::diagnostic::{Span, Spanned};

const NAME: &str = "ITEM";

proptest! {
    #[test]
    fn reads_what_it_prints(file in file()) {
        let text = file.to_string();
        match parse(&file.path, "file.case", &text) {
            Ok(read) => {
                prop_assert_eq!(read.to_string(), text);
                prop_assert_eq!(read, file);
            }
            Err(errors) => prop_assert!(false, "{}\n{}", errors[0], text),
        }
    }
}

fn file() -> impl Strategy<Value = CaseFile> {
    let header = vec("[ -~é]{0,12}".prop_map(|line| line.trim_end().to_owned()), 0..3);
    (header, vec(case(), 1..4)).prop_map(|(header, mut cases)| {
        for (index, case) in cases.iter_mut().enumerate() {
            case.id = format!("a/b/case-{index}");
        }
        CaseFile { path: "a/b".to_owned(), header, cases }
    })
}

fn case() -> impl Strategy<Value = Case> {
    let prose = vec("[A-Z][a-z ,.é]{0,20}\\.", 1..3);
    let rules = subsequence(vec!["rfc1-2.3-a", "sse-9.2-b", "rfc4-5-c-6"], 0..=3);
    let needs = subsequence(Need::ALL.to_vec(), 0..=Need::ALL.len());
    let limits = subsequence(Limit::NAMES.to_vec(), 0..4);
    (prose, rules, needs, limits, 0..256_u64, option::of(items()))
        .prop_flat_map(|(prose, rules, needs, limits, value, items)| {
            let named = items.is_some();
            (Just((prose, rules, needs, limits, value, items)), steps(named))
        })
        .prop_map(|((prose, rules, needs, limits, value, items), steps)| Case {
            id: String::new(),
            span: Span::default(),
            prose,
            rules: rules.into_iter().map(|rule| spanned(rule.to_owned())).collect(),
            needs: needs.into_iter().map(spanned).collect(),
            limits: limits
                .into_iter()
                .map(|name| Limit::new(name, value, Span::default()).unwrap())
                .collect(),
            each: items.map(|items| Each { span: Span::default(), name: NAME.to_owned(), items }),
            steps,
        })
}

fn spanned<T>(value: T) -> Spanned<T> {
    Spanned { value, span: Span::default() }
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let item = prop_oneof![
        text(false).prop_map(Item::Text),
        any::<u8>().prop_map(Item::Byte),
        (0..=254_u8)
            .prop_flat_map(|first| (Just(first), first + 1..=255))
            .prop_map(|(a, b)| Item::Range(a, b)),
    ];
    vec(item, 1..4).prop_map(|items| {
        let mut seen = Vec::new();
        let mut unique = items;
        unique.retain(|item| {
            let labels: Vec<String> = item.values().into_iter().map(|(label, _)| label).collect();
            let new = labels.iter().all(|label| !seen.contains(label));
            seen.extend(labels);
            new
        });
        unique
    })
}

fn text(named: bool) -> BoxedStrategy<Text> {
    let bytes = || prop_oneof![vec(any::<u8>(), 1..6), "[ -~]{1,6}".prop_map(String::into_bytes)];
    let var = if named { Part::Var(NAME.to_owned()) } else { Part::Bytes(vec![0, b'7']) };
    let part = prop_oneof![
        4 => bytes().prop_map(Part::Bytes),
        1 => (bytes(), 1..99_u32).prop_map(|(bytes, count)| Part::Repeat(bytes, count)),
        1 => Just(var),
    ];
    let text = vec(part, 0..4).prop_map(|parts| {
        let mut text = Text::default();
        parts.into_iter().for_each(|part| text.push(part));
        text
    });
    text.boxed()
}

/// A field value: no white space around it.
fn value(named: bool) -> impl Strategy<Value = Text> {
    text(named).prop_map(|inner| {
        let mut text = Text::from("v");
        inner.parts().iter().cloned().for_each(|part| text.push(part));
        text.push(Part::Bytes(b"v".to_vec()));
        text
    })
}

fn name() -> impl Strategy<Value = String> {
    "[A-Za-z-]{1,8}"
}

/// HTTP, perhaps a handshake and frames, and an end; each kind of step in an order that is allowed.
fn steps(named: bool) -> impl Strategy<Value = Vec<Step>> {
    let http = vec(http_step(named), 0..5);
    let path = "[!-~]{1,5}".prop_map(|path| Text::from(&*path));
    let field = (name(), value(named)).prop_map(|(name, value)| Field {
        span: Span::default(),
        name,
        value,
    });
    let handshake = (path, vec(field, 0..3))
        .prop_map(|(path, fields)| vec![StepKind::WebSocket { path, fields }]);
    let spelled_out = expect_switch().prop_map(|expect| vec![expect, StepKind::Frames]);
    let frames = (prop_oneof![handshake, spelled_out], vec(frame_step(named), 0..5));
    let end = vec![StepKind::Open, StepKind::Close, StepKind::Reset];
    let uses = if named { Some(Text::default()) } else { None };
    let stalled = option::of(prop_oneof![Just(0), any::<u32>()]);
    let begun = option::of((
        any::<bool>(),
        text(named).prop_filter("it holds something", |text| !text.is_empty()),
    ));
    let parts = (http, begun, option::of(frames), stalled, select(end), any::<bool>());
    parts.prop_map(move |(http, begun, frames, stalled, end, several)| {
        let mut kinds = http;
        if let Some((with, text)) = begun {
            kinds.extend([expect_begin(with), StepKind::More(text), StepKind::End]);
        }
        kinds.extend(uses.clone().map(|mut text| {
            text.push(Part::Var(NAME.to_owned()));
            StepKind::Send(vec![text])
        }));
        kinds.extend(
            frames.into_iter().flat_map(|(handshake, frames)| handshake.into_iter().chain(frames)),
        );
        if let Some(bytes) = stalled {
            kinds.extend([StepKind::Stall(bytes), StepKind::Resume]);
        }
        kinds.extend([end]);
        if several {
            kinds.insert(0, StepKind::As("alice".into()));
            kinds.extend([StepKind::As("bob".into()), StepKind::Open]);
        }
        join_sends(kinds)
    })
}

/// What is sent in a row is one step.
fn join_sends(kinds: Vec<StepKind>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for kind in kinds {
        match (steps.last_mut().map(|step| &mut step.kind), kind) {
            (Some(StepKind::Send(lines)), StepKind::Send(more)) => lines.extend(more),
            (_, kind) => steps.push(Step { span: Span::default(), kind }),
        }
    }
    steps
}

fn expect_switch() -> impl Strategy<Value = StepKind> {
    any::<bool>().prop_map(|optional| {
        let any_of = vec![Wanted::Status(101), Wanted::Class(4)];
        StepKind::Expect(Expect {
            optional,
            any_of,
            to_head: false,
            begins: false,
            details: Vec::new(),
        })
    })
}

fn expect_begin(with: bool) -> StepKind {
    let kind = DetailKind::With { name: "A".into(), value: None };
    let details = with.then_some(Detail { span: Span::default(), kind }).into_iter().collect();
    let any_of = vec![Wanted::Status(200), Wanted::Class(4)];
    StepKind::Expect(Expect { optional: false, any_of, to_head: false, begins: true, details })
}

fn pass() -> impl Strategy<Value = StepKind> {
    (1..100_000_u64).prop_map(|ms| StepKind::Pass(Duration::from_millis(ms)))
}

fn http_step(named: bool) -> impl Strategy<Value = StepKind> {
    let line = text(named).prop_filter("something is sent", |text| !text.is_empty());
    let wanted = prop_oneof![
        (100..600_u16).prop_map(Wanted::Status),
        (1..6_u8).prop_map(Wanted::Class),
        Just(Wanted::End),
        Just(Wanted::Cut),
    ];
    let detail = prop_oneof![
        (name(), option::of(value(named)))
            .prop_map(|(name, value)| DetailKind::With { name, value }),
        name().prop_map(|name| DetailKind::With { name, value: Some(Text::default()) }),
        name().prop_map(DetailKind::Without),
        text(named).prop_map(DetailKind::BodyIs),
        text(named).prop_map(DetailKind::BodyContains),
        Just(DetailKind::BodyEmpty),
    ];
    let detail = detail.prop_map(|kind| Detail { span: Span::default(), kind });
    let expect = (any::<bool>(), 100..600_u16, vec(wanted, 0..3), any::<bool>(), vec(detail, 0..3));
    let expect = expect.prop_map(|(optional, status, mut any_of, to_head, details)| {
        any_of.retain(|wanted| !optional || !matches!(wanted, Wanted::End | Wanted::Cut));
        any_of.push(Wanted::Status(status));
        StepKind::Expect(Expect { optional, any_of, to_head, begins: false, details })
    });
    prop_oneof![vec(line, 1..3).prop_map(StepKind::Send), expect, pass(), Just(StepKind::Open)]
}

fn frame_step(named: bool) -> impl Strategy<Value = StepKind> {
    let payload = || option::of(text(named));
    let frame_in = prop_oneof![
        payload().prop_map(FrameIn::Text),
        payload().prop_map(FrameIn::Binary),
        payload().prop_map(FrameIn::Ping),
        payload().prop_map(FrameIn::Pong),
        (any::<u16>(), payload()).prop_map(|(code, reason)| FrameIn::Close { code, reason }),
        Just(FrameIn::CloseEmpty),
    ];
    let expect = (vec(frame_in, 1..3), any::<bool>()).prop_map(|(frames, or_end)| {
        let mut any_of: Vec<Wanted> = frames.into_iter().map(Wanted::Frame).collect();
        any_of.extend(or_end.then_some(Wanted::End));
        let (to_head, details) = (false, Vec::new());
        StepKind::Expect(Expect { optional: !or_end, any_of, to_head, begins: false, details })
    });
    prop_oneof![
        frame(named).prop_map(|frame| StepKind::SendFrame(FrameOut::Frame(frame))),
        text(named).prop_map(|text| StepKind::SendFrame(FrameOut::Bytes(text))),
        expect,
        pass(),
    ]
}

fn frame(named: bool) -> impl Strategy<Value = ClientFrame> {
    let kinds = vec![
        FrameKind::Text,
        FrameKind::Binary,
        FrameKind::Continuation,
        FrameKind::Ping,
        FrameKind::Pong,
        FrameKind::Close,
        FrameKind::Opcode(11),
    ];
    let width = select(vec![Width::Minimal, Width::Sixteen, Width::SixtyFour]);
    let (rsv, mask) = (any::<[bool; 3]>(), option::of(any::<[u8; 4]>()));
    let length = option::of(prop_oneof![0..65_536_u64, any::<u64>()]);
    let flags = (any::<bool>(), rsv, mask, width, length, option::of(any::<u16>()));
    (select(kinds), flags, text(named)).prop_map(|(kind, flags, payload)| {
        let (fin, rsv, mask, width, length, code) = flags;
        let length = length.filter(|&length| width != Width::Sixteen || length <= 0xffff);
        let code = code.filter(|_| kind == FrameKind::Close);
        ClientFrame { kind, fin, rsv, mask, width, length, code, payload }
    })
}
