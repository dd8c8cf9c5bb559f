//! The content of an answer that has begun, as far as it has come.

use super::talk::{Talk, Terms};
use crate::case::Text;
use crate::diagnostic::Span;
use crate::response::{self, Framing};
use crate::subject::Received;
use crate::transcript::Ending;
use crate::verdict::{self, Failure};

/// An answer whose head was taken; its content stands at the front of the inbox.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) framing: Framing,
    /// Bytes of content, decoded, that steps have taken.
    pub(super) taken: usize,
}

/// What has come of it and was not taken.
pub(super) struct Come {
    pub(super) content: Vec<u8>,
    /// Where it ends in the inbox, if it has ended.
    pub(super) end: Option<usize>,
}

impl Begun {
    /// Looks at the inbox; `ended` says that the server sends nothing more.
    ///
    /// # Errors
    ///
    /// What is wrong with the content's framing.
    pub(super) fn come(&self, inbox: &[u8], ended: bool) -> Result<Come, &'static str> {
        let (mut content, end) = match self.framing {
            Framing::None => (Vec::new(), Some(0)),
            Framing::Length(length) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                let content = inbox.get(..length.min(inbox.len())).unwrap_or_default();
                (content.to_vec(), (inbox.len() >= length).then_some(length))
            }
            Framing::Chunked => response::chunks_so_far(inbox)?,
            Framing::UntilClose => (inbox.to_vec(), ended.then_some(inbox.len())),
        };
        content.drain(..self.taken.min(content.len()));
        Ok(Come { content, end })
    }
}

impl Talk<'_> {
    /// The next bytes of the content are these.
    pub(super) fn expect_more(
        &mut self,
        span: Span,
        text: &Text,
        terms: Terms<'_>,
    ) -> Result<(), Failure> {
        let wanted = text.bytes(terms.item);
        loop {
            let Some(Come { content, end }) = self.come(span)? else { return Ok(()) };
            if content.starts_with(&wanted) {
                if let Some(begun) = &mut self.begun {
                    begun.taken += wanted.len();
                }
                return Ok(());
            }
            if !wanted.starts_with(&content) {
                return Err(Failure::new(span, verdict::content(&content), &content));
            }
            if end.is_some() {
                return Err(Failure::new(span, "the answer ended", &content));
            }
            match self.more(terms.patience.answer, terms) {
                Received::Bytes => {}
                received if content.is_empty() => return Err(self.nothing(span, received)),
                _ => return Err(Failure::new(span, verdict::content(&content), &content)),
            }
        }
    }

    /// The answer ends, and nothing more of it came.
    pub(super) fn expect_end(&mut self, span: Span, terms: Terms<'_>) -> Result<(), Failure> {
        loop {
            let Some(Come { content, end }) = self.come(span)? else { return Ok(()) };
            if !content.is_empty() {
                return Err(Failure::new(span, verdict::content(&content), &content));
            }
            if let Some(end) = end {
                self.inbox.drain(..end.min(self.inbox.len()));
                self.begun = None;
                return Ok(());
            }
            match self.more(terms.patience.answer, terms) {
                Received::Bytes => {}
                // What ends by the end of the connection is looked at once more.
                Received::End if self.is_until_close() => {}
                Received::Quiet => return Err(self.failure(span, "the answer goes on")),
                received => return Err(self.nothing(span, received)),
            }
        }
    }

    /// What came of the answer that goes on, and where it ends; `None` if there is no such answer,
    /// since the one that was expected could be missing.
    fn come(&self, span: Span) -> Result<Option<Come>, Failure> {
        let Some(begun) = &self.begun else { return Ok(None) };
        match begun.come(&self.inbox, self.transcript.ending() != Ending::Open) {
            Ok(come) => Ok(Some(come)),
            Err(why) => Err(self.failure(span, format!("got no proper response: {why}"))),
        }
    }

    fn is_until_close(&self) -> bool {
        matches!(&self.begun, Some(begun) if begun.framing == Framing::UntilClose)
    }

    /// Whether something came that no step has taken. The end of an answer that goes on is nothing.
    pub(super) fn has_more(&self) -> bool {
        match &self.begun {
            None => !self.inbox.is_empty(),
            Some(begun) => match begun.come(&self.inbox, true) {
                Ok(come) => {
                    let behind = come.end.is_some_and(|end| end < self.inbox.len());
                    !come.content.is_empty() || behind
                }
                Err(_) => true,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Begun;
    use crate::response::Framing;

    #[test]
    fn content_is_taken_by_and_by_whatever_its_framing() {
        let table: &[(Framing, &str, bool, &str, Option<usize>)] = &[
            (Framing::Length(4), "ab", false, "b", None),
            (Framing::Length(4), "abcdef", false, "bcd", Some(4)),
            (Framing::Chunked, "2\r\nab\r\n3\r\nc", false, "bc", None),
            (Framing::Chunked, "2\r\nab\r\n0\r\n", false, "b", None),
            (Framing::Chunked, "2\r\nab\r\n0\r\n\r\nx", false, "b", Some(12)),
            (Framing::UntilClose, "abc", false, "bc", None),
            (Framing::UntilClose, "abc", true, "bc", Some(3)),
        ];
        for &(framing, inbox, ended, content, end) in table {
            let come = Begun { framing, taken: 1 }.come(inbox.as_bytes(), ended).unwrap();
            assert_eq!((come.content, come.end), (content.into(), end), "{framing:?} {inbox}");
        }
        assert!(Begun { framing: Framing::Chunked, taken: 0 }.come(b"x\r\n", false).is_err());
    }
}
