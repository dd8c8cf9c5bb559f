//! What is measured: inputs, and works that are done on them.

use crate::{frame, head, utf8};

/// Bytes to work on.
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// Something done with an input, so many times.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&[u8], u32),
}

/// One work of ours beside those of peers, on some inputs.
pub(crate) struct Trial {
    pub(crate) title: &'static str,
    pub(crate) inputs: fn() -> Vec<Input>,
    pub(crate) ours: Work,
    pub(crate) peers: &'static [Work],
    /// Whether our code differs without the feature `simd`, and is measured so too.
    pub(crate) has_portable: bool,
}

pub(crate) const TRIALS: &[Trial] = &[
    Trial {
        title: "Request heads: validation, framing, index of fields",
        inputs: head::inputs,
        ours: head::INDEXED,
        peers: &[head::HTTPARSE],
        has_portable: true,
    },
    Trial {
        title: "Request heads: validation, framing",
        inputs: head::inputs,
        ours: head::LEAN,
        peers: &[head::HTTPARSE],
        has_portable: true,
    },
    Trial {
        title: "WebSocket frames: header and unmasking",
        inputs: frame::inputs,
        ours: frame::SAMEWIRE,
        peers: &[frame::TUNGSTENITE, frame::FASTWEBSOCKETS],
        has_portable: false,
    },
    Trial {
        title: "WebSocket frames: unmasking alone",
        inputs: frame::inputs,
        ours: frame::SAMEWIRE_UNMASK,
        peers: &[frame::FASTWEBSOCKETS_UNMASK],
        has_portable: false,
    },
    Trial {
        title: "UTF-8",
        inputs: utf8::inputs,
        ours: utf8::SAMEWIRE,
        peers: &[utf8::CORE],
        has_portable: false,
    },
];

/// The work and the input of these names.
pub(crate) fn find(work: &str, input: &str) -> Option<(Work, Input)> {
    TRIALS.iter().find_map(|trial| {
        let mut works = trial.peers.iter().chain([&trial.ours]);
        let work = works.find(|known| known.name == work)?;
        let input = (trial.inputs)().into_iter().find(|known| known.name == input)?;
        Some((*work, input))
    })
}
