//! Texts, and who says whether they are UTF-8.

use std::hint::black_box;

use samewire::ws::utf8::Utf8;

use crate::trial::{Input, Work};

pub(crate) const SAMEWIRE: Work = Work {
    name: "samewire-utf8",
    run: |text, rounds| {
        for _ in 0..rounds {
            assert!(samewire(black_box(text)));
        }
    },
};
pub(crate) const CORE: Work = Work {
    name: "core",
    run: |text, rounds| {
        for _ in 0..rounds {
            assert!(core(black_box(text)));
        }
    },
};

#[inline(never)]
fn samewire(text: &[u8]) -> bool {
    let mut utf8 = Utf8::NEW;
    utf8.accepts(text) && utf8.is_complete()
}

#[inline(never)]
fn core(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok()
}

/// Sentences, over and over. Between the words of all there is ASCII, as in any text.
const TEXTS: [(&str, &str); 5] = [
    ("ascii", "The quick brown fox jumps over the lazy dog, and nobody asks why it does. "),
    ("latin", "Où l’été s’achève, le cœur naïf espère: «déjà vu», garçon, Noël à Besançon. "),
    ("cyrillic", "Съешь же ещё этих мягких французских булок да выпей чаю, сказал он. "),
    ("cjk", "春眠不覚暁、処々聞啼鳥。夜来風雨声、花落知多少。国破山河在、城春草木深。"),
    ("emoji", "🦀🚀🌍🎉😀🔥🌈🍕🎸🐙🧭📡🛰🧪🪐🌵"),
];

pub(crate) fn inputs() -> Vec<Input> {
    let sizes = [("64 B", 64), ("1 KB", 1 << 10), ("64 KB", 1 << 16)];
    let mut inputs = Vec::new();
    for (name, sentence) in TEXTS {
        for (size, bytes) in sizes {
            // Of ASCII alone a short text is common.
            if bytes > 64 || name == "ascii" {
                let text = sentence.repeat(bytes / sentence.len() + 1);
                let end = text.floor_char_boundary(bytes);
                let bytes = text.as_bytes()[..end].to_vec();
                inputs.push(Input { name: format!("{name} {size}"), bytes });
            }
        }
    }
    inputs
}
