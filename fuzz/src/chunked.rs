//! Chunked content at any cut, and by the grammar.

use samewire::http::chunked::{Chunked, Progress};
use samewire::{Limits, Violation};

use crate::oracle::chunked::{Read, chunked_body};

/// Small enough that short inputs reach each of them.
const LIMITS: Limits =
    Limits { content_bytes_max: 300, chunk_overhead_bytes_max: 100, ..Limits::SMALL };

/// What became of an input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    content: Vec<u8>,
    consumed: usize,
    /// `End`, a violation, or `More` if the input ended before.
    end: Progress,
}

/// Gives the decoder the input up to each of these ends, and takes out what it can.
pub(crate) fn decode(input: &[u8], ends: impl IntoIterator<Item = usize>) -> Decoded {
    let mut decoder = Chunked::new(&LIMITS);
    let mut decoded = Decoded { content: Vec::new(), consumed: 0, end: Progress::More };
    for end in ends {
        while let rest @ [_, ..] = &input[decoded.consumed..end] {
            let (consumed, progress) = decoder.advance(rest);
            decoded.consumed += consumed;
            match progress {
                Progress::More => assert_eq!(consumed, rest.len(), "it stopped before the end"),
                Progress::Data => decoded.take_data(&mut decoder, &rest[consumed..]),
                Progress::End | Progress::Violation(_) => {
                    decoded.end = progress;
                    return decoded;
                }
            }
        }
    }
    decoded
}

impl Decoded {
    fn take_data(&mut self, decoder: &mut Chunked, rest: &[u8]) {
        let left = usize::try_from(decoder.data_left()).expect("less than the limit");
        let data = &rest[..left.min(rest.len())];
        self.content.extend_from_slice(data);
        self.consumed += data.len();
        decoder.consume(data.len() as u64);
    }
}

/// The grammar knows the same content, but for what is beyond a limit.
pub(crate) fn compare_with_grammar(input: &[u8], decoded: &Decoded) {
    use Violation::{ChunkEnd, ChunkOverhead, ContentTooLarge};
    let Decoded { content, consumed, end } = decoded;
    assert!(content.len() as u64 <= LIMITS.content_bytes_max, "beyond the limit");
    match (end, chunked_body(input)) {
        (Progress::Violation(ChunkOverhead | ContentTooLarge), _) => {}
        (Progress::End, Some(Read::Whole { content: theirs, at })) => {
            assert_eq!((content, *consumed), (&theirs, at));
        }
        (Progress::More, Some(Read::Cut { .. })) => assert_eq!(*consumed, input.len()),
        // The grammar is asked for both bytes behind the data, or for none.
        (Progress::Violation(ChunkEnd), Some(Read::Cut { .. })) => {}
        // To the grammar, framing that is not all here is not in order.
        (Progress::More | Progress::Violation(_), None) => {}
        (end, read) => panic!("{end:?}, but by the grammar {read:?}"),
    }
}
