//! Every fixture as an input of the targets that it suits.

use samewire_conformance::case::parse::parse;
use samewire_conformance::case::{Case, Need, Row, StepKind};
use samewire_conformance::fixtures::Fixtures;

use crate::requests::Parts;
use crate::script::{Script, Turn};
use crate::{frames, operations};

/// Longer ones say nothing more to a link of these bounds.
const LINK_BYTES_MAX: usize = 256;

/// Target, name and input: what the clients of all cases send, and the files themselves. The
/// names are those of the cases, with what a file's name may not have left out.
///
/// # Panics
///
/// If a fixture is not in order.
pub fn seeds() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for (path, source) in Fixtures::embedded().cases() {
        seeds.push(("case", named(path), source.as_bytes().to_vec()));
        let file = parse(path, path, source).expect("the fixtures are in order");
        for case in &file.cases {
            for row in case.rows() {
                of_row(case, &row, &mut seeds);
            }
        }
    }
    seeds
}

fn of_row(case: &Case, row: &Row, seeds: &mut Vec<(&'static str, String, Vec<u8>)>) {
    // A script is of one connection.
    if case.all_needs().contains(&Need::Several) {
        return;
    }
    let script = script(case, row);
    // A flood proves nothing here that its first bytes do not, and takes long.
    if script.bytes.len() > 4096 {
        return;
    }
    if let Some(parts) = Parts::of(&script.bytes) {
        for (at, (target, input)) in parts.inputs().into_iter().enumerate() {
            seeds.push((target, format!("{}-{at}", named(&row.id)), input));
        }
    }
    let mut add = |target, input: Vec<u8>| seeds.push((target, named(&row.id), input));
    add("connection", script.write());
    add("operations", operations::received(&script.bytes));
    // Any bytes are a script for the link.
    add("link", script.bytes.iter().copied().take(LINK_BYTES_MAX).collect());
    if let Some(wire) = script.bytes.strip_prefix(frames::handshake().as_slice()) {
        let skipped = script.bytes.len() - wire.len();
        let turns = script.turns.iter().map(|&(at, turn)| (at.saturating_sub(skipped), turn));
        let frames =
            Script { bytes: frames::masked(wire), cuts: Vec::new(), turns: turns.collect() };
        add("frames", frames.write());
        return;
    }
    if let Some(at) = script.bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
        let (head, content) = script.bytes.split_at(at + 4);
        let is_chunked = head.windows(7).any(|word| word.eq_ignore_ascii_case(b"chunked"));
        if is_chunked {
            add("chunked", content.to_vec());
        }
    }
    if row.id.starts_with("files/")
        && let Some(at) = script.bytes.windows(2).position(|bytes| bytes == b"\r\n")
    {
        let (_, lines) = script.bytes.split_at(at + 2);
        add("conditions", lines.strip_prefix(b"Host: example\r\n").unwrap_or(lines).to_vec());
    }
    add("head", script.bytes);
}

/// What the client of a case does, whatever the server answers.
fn script(case: &Case, row: &Row) -> Script {
    let (item, mut script, mut stalled) = (row.item.as_deref(), Script::default(), false);
    for step in &case.steps {
        match &step.kind {
            StepKind::Send(texts) => {
                texts.iter().for_each(|text| script.send(&text.bytes(item)));
            }
            StepKind::SendFrame(frame) => script.send(&frame.encode(item)),
            StepKind::WebSocket { .. } => script.send(&frames::handshake()),
            StepKind::Pass(time) => script.turn(Turn::Pass(*time)),
            StepKind::Shut => script.turn(Turn::Shut),
            StepKind::Stall(_) if !stalled => {
                script.turn(Turn::Wait);
                stalled = true;
            }
            StepKind::Resume => {
                script.turn(Turn::Wait);
                stalled = false;
            }
            StepKind::As(_)
            | StepKind::Expect(_)
            | StepKind::More(_)
            | StepKind::End
            | StepKind::Stall(_)
            | StepKind::Reset
            | StepKind::Close
            | StepKind::Open
            | StepKind::Frames => {}
        }
    }
    script
}

fn named(id: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    id.chars().map(plain).take(150).collect()
}
