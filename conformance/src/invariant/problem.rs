//! Problem details (RFC 9457): whatever a server says went wrong, it says in the shape that clients
//! are written for.

use serde_json::Value;

use super::{Broken, Invariant};
use crate::conversation::Conversation;
use crate::response::Framing;

/// Content that calls itself `application/problem+json`.
pub(super) struct ProblemDetails;

const MEDIA_TYPE: &str = "rfc9457-3-media-type";
const MEMBER_TYPES: &str = "rfc9457-3.1-member-types";
const STATUS_EQUAL: &str = "rfc9457-3.1.2-status-equal";

impl Invariant for ProblemDetails {
    fn name(&self) -> &'static str {
        "problem"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[MEDIA_TYPE, MEMBER_TYPES, STATUS_EQUAL]
    }

    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken> {
        for answer in &conversation.answers {
            let response = &answer.response;
            let is_problem = response.values("Content-Type").any(|value| {
                let media_type = value.split(|byte| *byte == b';').next().unwrap_or_default();
                media_type.trim_ascii().eq_ignore_ascii_case(b"application/problem+json")
            });
            // Without content there is nothing to look at: an answer to HEAD, and one cut off.
            if is_problem && response.framing != Framing::None && !response.content.is_empty() {
                check_details(response.status, &response.content)?;
            }
        }
        Ok(())
    }
}

fn check_details(status: u16, content: &[u8]) -> Result<(), Broken> {
    let Ok(Value::Object(problem)) = serde_json::from_slice(content) else {
        return Err(Broken::new(MEDIA_TYPE, "a problem that is no JSON object"));
    };
    for name in ["type", "title", "detail", "instance"] {
        if problem.get(name).is_some_and(|value| !value.is_string()) {
            return Err(Broken::new(MEMBER_TYPES, format!("{name} of a problem is no string")));
        }
    }
    match problem.get("status") {
        None => Ok(()),
        Some(Value::Number(number)) if number.as_u64() == Some(status.into()) => Ok(()),
        Some(Value::Number(number)) => {
            Err(Broken::new(STATUS_EQUAL, format!("{status} with a problem that says {number}")))
        }
        Some(_) => Err(Broken::new(MEMBER_TYPES, "status of a problem is no number")),
    }
}

#[cfg(test)]
mod tests {
    use super::{MEDIA_TYPE, MEMBER_TYPES, ProblemDetails, STATUS_EQUAL};
    use crate::invariant::tests::judge;

    #[test]
    fn problems_are_told_from_other_content() {
        for (head, content, broken) in [
            ("404 No\r\nContent-Type: application/problem+json", r#"{"status":404}"#, None),
            ("404 No\r\nContent-Type: application/problem+json", "{}", None),
            (
                "404 No\r\nContent-Type: application/problem+json",
                r#"{"status":400}"#,
                Some(STATUS_EQUAL),
            ),
            (
                "404 No\r\nContent-Type: application/problem+json",
                r#"{"status":"404"}"#,
                Some(MEMBER_TYPES),
            ),
            (
                "404 No\r\nContent-Type: application/problem+json",
                r#"{"title":404}"#,
                Some(MEMBER_TYPES),
            ),
            (
                "404 No\r\nContent-Type: application/Problem+JSON;a=b",
                r#"{"type":null}"#,
                Some(MEMBER_TYPES),
            ),
            (
                "404 No\r\nContent-Type: application/problem+json",
                r#"{"detail":""#,
                Some(MEDIA_TYPE),
            ),
            ("404 No\r\nContent-Type: application/problem+json", "[]", Some(MEDIA_TYPE)),
            ("404 No\r\nContent-Type: application/problem+json", "", None),
            ("404 No\r\nContent-Type: application/json", r#"{"status":400}"#, None),
        ] {
            let length = content.len();
            let answer = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n{content}");
            let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
            assert_eq!(judge(&ProblemDetails, request, answer.as_bytes()), broken, "{answer}");
        }
    }
}
