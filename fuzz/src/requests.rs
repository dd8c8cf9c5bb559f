//! Parts of a case's first request, as inputs of the targets that read such parts.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// A request, taken apart without a look at whether it is one.
pub(crate) struct Parts<'x> {
    target: &'x [u8],
    lines: Vec<(&'x [u8], &'x [u8])>,
    content: &'x [u8],
}

impl<'x> Parts<'x> {
    pub(crate) fn of(request: &'x [u8]) -> Option<Self> {
        let (head, content) = split(request, b"\r\n\r\n")?;
        let (first, lines) = split(head, b"\r\n")?;
        let (_, target) = split(first, b" ")?;
        let (target, _) = split(target, b" ")?;
        let lines = lines.split(|byte| *byte == b'\n').filter_map(|line| split(line, b":"));
        let lines = lines.map(|(name, value)| (name, value.trim_ascii())).collect();
        Some(Self { target, lines, content })
    }

    /// Each part, with the name of its target.
    pub(crate) fn inputs(&self) -> Vec<(&'static str, Vec<u8>)> {
        let mut inputs = Vec::new();
        if let [b'/', path @ ..] = self.target {
            inputs.push(("path", path.to_vec()));
        }
        if let Some((_, query)) = split(self.target, b"?") {
            inputs.push(("query", query.to_vec()));
        }
        let content_type = self.values("content-type").next().unwrap_or_default();
        if contains(content_type, b"json") {
            inputs.push(("json", self.content.to_vec()));
            let strings = self.content.split(|byte| *byte == b'"').skip(1).step_by(2);
            inputs.extend(strings.map(|string| ("formats", string.to_vec())));
        }
        if let Some((_, boundary)) = split(content_type, b"boundary=") {
            let boundary = boundary.strip_prefix(b"\"").unwrap_or(boundary);
            let boundary = boundary.strip_suffix(b"\"").unwrap_or(boundary);
            inputs.push(("multipart", [boundary, b"\n", self.content].concat()));
        }
        let cookies: Vec<&[u8]> = self.values("cookie").collect();
        if !cookies.is_empty() {
            inputs.push(("cookies", [b"0", &*cookies.join(&b'\n')].concat()));
        }
        for token in self.values("authorization").filter_map(|value| split(value, b"earer ")) {
            inputs.extend(jwt(token.1).map(|input| ("jwt", input)));
        }
        inputs
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &'x [u8]> {
        let named = move |(other, value): &(&[u8], &'x [u8])| {
            other.eq_ignore_ascii_case(name.as_bytes()).then_some(*value)
        };
        self.lines.iter().filter_map(named)
    }
}

/// The header and the claims of a token, of which nothing is changed.
fn jwt(token: &[u8]) -> Option<Vec<u8>> {
    let (header, rest) = split(token, b".")?;
    let (claims, _) = split(rest, b".")?;
    let decode = |part: &[u8]| BASE64_URL_SAFE_NO_PAD.decode(part).ok();
    let (header, claims) = (decode(header)?, decode(claims)?);
    Some([b"\0\0.", &*header, b"\n", &claims].concat())
}

/// What stands in front of the first `mark`, and behind it.
pub(crate) fn split<'x>(bytes: &'x [u8], mark: &[u8]) -> Option<(&'x [u8], &'x [u8])> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some((&bytes[..at], &bytes[at + mark.len()..]))
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    split(bytes, word).is_some()
}
