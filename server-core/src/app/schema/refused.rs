//! The answer to what breaks rules: problem details (RFC 9457) with a list of errors.

use core::task::Poll;

use super::faults::Invalid;
use super::source::Broken;
use crate::app::body::Interrupted;
use crate::app::exchange::Exchange;
use crate::app::problem::Problem;
use crate::app::respond::Respond;
use crate::http::response::ResponseHead;

/// What answers instead of a handler that asks for a [`Valid`](super::Valid), and the error of a
/// handler that judges further: it is made of a [`Problem`] or an [`Invalid`] by `?`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Anything, such as 400 for what is not even what it says that it is.
    Problem(Problem),
    /// Understood, and against the rules: 422.
    Invalid(Invalid),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Invalid> for Refused {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<Interrupted> for Refused {
    fn from(interrupted: Interrupted) -> Self {
        Self::Problem(interrupted.into())
    }
}

impl From<Broken> for Refused {
    fn from(Broken(detail): Broken) -> Self {
        Self::Problem(Problem::bad_request(detail))
    }
}

impl Respond for Refused {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        match self {
            Self::Problem(problem) => problem.poll_respond(head, exchange),
            Self::Invalid(invalid) => invalid.poll_respond(head, exchange),
        }
    }
}

// rfc9457-3.2-extensions rfc9457-4-extension-names
impl Respond for Invalid {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        INVALID.poll_with(head, exchange, &|to| self.put(to))
    }
}

/// What is told besides the list. What broke the rules is not repeated: it may be anything.
pub(super) const INVALID: Problem = Problem::unprocessable("the rules that are broken are listed");
