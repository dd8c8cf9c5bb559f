//! The slots of chunked content.

use samewire::Limits;
use samewire::http::chunked::{Chunked, Progress};

use crate::oracle::chunked::{Read, chunked_body};
use crate::slot::slots;

slots! { judge, CLASSES;
    chunk_size: "", "\r\n\r\n!";
    behind_chunk_size: "1", "\r\nx\r\n0\r\n\r\n";
    long_chunk_size: "ffffffffffffff", "\r\n";
    extension_name: "1;", "\r\nx\r\n0\r\n\r\n";
    behind_extension_name: "1;a", "\r\nx\r\n0\r\n\r\n";
    extension_value: "1;a=", "\r\nx\r\n0\r\n\r\n";
    quoted_value: "1;a=\"", "\"\r\nx\r\n0\r\n\r\n";
    behind_quoted_value: "1;a=\"b\"", "\r\nx\r\n0\r\n\r\n";
    end_of_chunk: "1\r\nx", "0\r\n\r\n";
    last_chunk: "1\r\nx\r\n0", "\r\n\r\n!";
    trailer_section: "0\r\n", "\r\n\r\n";
    trailer_name: "0\r\n", ": b\r\n\r\n";
    trailer_value: "0\r\nA:", "\r\n\r\n";
}

/// A control character, blanks, line ends, a digit in either base, what has a meaning here, other
/// characters of a token and of a value.
const CLASSES: &[u8] = b"\0\t\n\r 0Ag!;=\"\\:\x80";

/// More content is allowed than any size of these slots declares.
const LIMITS: Limits = Limits { content_bytes_max: u64::MAX, ..Limits::SMALL };

/// Whether both accept the content, or all of it that is here; it must be the same.
fn judge(bytes: &[u8]) -> Result<bool, String> {
    let expected = chunked_body(bytes);
    let read = read(bytes);
    match (&read, &expected) {
        (Ok(read), Some(expected)) if read == expected => Ok(true),
        (Err(Progress::Violation(_)), None) => Ok(false),
        _ => Err(format!("{read:?}, not {expected:?}")),
    }
}

/// What the server's decoder makes of `bytes`.
fn read(bytes: &[u8]) -> Result<Read, Progress> {
    let mut decoder = Chunked::new(&LIMITS);
    let (mut content, mut at) = (Vec::new(), 0);
    loop {
        let (consumed, progress) = decoder.advance(&bytes[at..]);
        at += consumed;
        match progress {
            Progress::End => return Ok(Read::Whole { content, at }),
            Progress::Data => {
                let size = decoder.data_left();
                let rest = &bytes[at..];
                let data = usize::try_from(size).ok().and_then(|size| rest.get(..size));
                let Some(data) = data.filter(|data| rest.len() - data.len() >= 2) else {
                    return Ok(Read::Cut { size, at });
                };
                content.extend_from_slice(data);
                at += data.len();
                decoder.consume(size);
            }
            progress => return Err(progress),
        }
    }
}
