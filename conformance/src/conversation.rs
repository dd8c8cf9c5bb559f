//! A transcript read as messages: which answer belongs to which request, and the frames after a
//! change of protocol. The invariants look at this.

use std::ops::Range;

use crate::asked::{Asked, asked};
use crate::frames::{self, Frame};
use crate::response::{self, Framing, Reading, Response};
use crate::transcript::{Ending, Transcript};

/// What a server said, message by message.
#[derive(Debug)]
pub struct Conversation<'a> {
    /// The evidence.
    pub transcript: &'a Transcript,
    /// Responses in order, interim ones too.
    pub answers: Vec<Answer>,
    /// Frames, if an answer was 101.
    pub frames: Vec<Frame>,
    /// What is left behind the last whole message.
    pub rest: Rest,
}

/// One response, where it stands, and the request that it answers.
#[derive(Debug)]
pub struct Answer {
    /// The request; `None` if the client's bytes leave that in doubt.
    pub asked: Option<Asked>,
    /// The response.
    pub response: Response,
    /// Its bytes in [`Transcript::received`].
    pub at: Range<usize>,
}

/// What is left of the received bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing.
    Nothing,
    /// The start of a message whose end did not come: where it starts.
    Partial(usize),
    /// Bytes that are no message: where they start, and why.
    Malformed(usize, &'static str),
}

impl<'a> Conversation<'a> {
    /// Reads a transcript.
    pub fn read(transcript: &'a Transcript) -> Self {
        let mut conversation =
            Self { transcript, answers: Vec::new(), frames: Vec::new(), rest: Rest::Nothing };
        let mut requests = asked(transcript.sent()).into_iter();
        let mut next = requests.next();
        let (received, mut at) = (transcript.received(), 0);
        while let Some(bytes) = received.get(at..).filter(|bytes| !bytes.is_empty()) {
            let to_head = next.as_ref().is_some_and(|asked| asked.method == b"HEAD");
            let ended = transcript.ending() != Ending::Open;
            match response::read(bytes, to_head, ended) {
                Reading::Complete(response, length) => {
                    let (interim, switch) = (response.is_interim(), response.status == 101);
                    let asked = if interim { next.clone() } else { next.take() };
                    if !interim {
                        next = requests.next();
                    }
                    let answer = Answer { asked, response, at: at..at + length };
                    conversation.answers.push(answer);
                    at += length;
                    if switch {
                        conversation.read_frames(at);
                        return conversation;
                    }
                }
                Reading::Partial => {
                    conversation.rest = Rest::Partial(at);
                    return conversation;
                }
                Reading::Malformed(why) => {
                    conversation.rest = Rest::Malformed(at, why);
                    return conversation;
                }
            }
        }
        conversation
    }

    fn read_frames(&mut self, mut at: usize) {
        let received = self.transcript.received();
        while let Some(bytes) = received.get(at..).filter(|bytes| !bytes.is_empty()) {
            match frames::read(bytes) {
                Reading::Complete(frame, length) => {
                    self.frames.push(frame);
                    at += length;
                }
                Reading::Partial => return self.rest = Rest::Partial(at),
                Reading::Malformed(why) => return self.rest = Rest::Malformed(at, why),
            }
        }
    }

    /// The bytes of a response's head, with its empty line.
    pub fn head(&self, answer: &Answer) -> &'a [u8] {
        let head = answer.at.start..answer.at.start + answer.response.head.end;
        self.transcript.received().get(head).unwrap_or_default()
    }

    /// The bytes behind a response's head.
    pub fn body(&self, answer: &Answer) -> &'a [u8] {
        let body = answer.at.start + answer.response.head.end..answer.at.end;
        self.transcript.received().get(body).unwrap_or_default()
    }

    /// The bytes behind the last whole message.
    pub fn rest_bytes(&self) -> &'a [u8] {
        match self.rest {
            Rest::Nothing => &[],
            Rest::Partial(at) | Rest::Malformed(at, _) => {
                self.transcript.received().get(at..).unwrap_or_default()
            }
        }
    }
}

impl Answer {
    /// The version of the request, if it is known.
    pub fn asked_version(&self) -> Option<(u8, u8)> {
        self.asked.as_ref().and_then(|asked| asked.version)
    }

    /// Whether the method of the request is known to be this one.
    pub fn is_to(&self, method: &str) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.method == method.as_bytes())
    }

    /// Whether content may not follow, whatever the fields say (RFC 9112 §6.3).
    pub fn is_bodyless(&self) -> bool {
        self.response.framing == Framing::None
    }
}

#[cfg(test)]
mod tests {
    use super::{Conversation, Rest};
    use crate::transcript::Transcript;

    #[test]
    fn pairs_answers_with_requests_across_interim_ones() {
        let mut transcript = Transcript::default();
        transcript.send(b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nxHEAD / HTTP/1.1\r\n\r\n");
        transcript.receive(b"HTTP/1.1 100 Continue\r\n\r\n");
        transcript.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        transcript.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nHTTP/1.1 4");
        let conversation = Conversation::read(&transcript);
        let pairs: Vec<_> = conversation
            .answers
            .iter()
            .map(|answer| {
                (answer.response.status, answer.asked.as_ref().unwrap().method.as_slice())
            })
            .collect();
        assert_eq!(pairs, [(100, &b"POST"[..]), (200, b"POST"), (200, b"HEAD")]);
        assert!(matches!(conversation.rest, Rest::Partial(_)));
        assert_eq!(conversation.rest_bytes(), b"HTTP/1.1 4");
    }

    #[test]
    fn reads_frames_behind_a_101() {
        let mut transcript = Transcript::default();
        transcript.send(b"GET /ws HTTP/1.1\r\n\r\n\x81\x80\x01\x02\x03\x04");
        transcript.receive(b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x02hi\x88");
        let conversation = Conversation::read(&transcript);
        assert_eq!((conversation.answers.len(), conversation.frames.len()), (1, 1));
        assert_eq!(conversation.rest_bytes(), b"\x88");
    }
}
