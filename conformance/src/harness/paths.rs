//! Where an app has what the suite looks for elsewhere.

use std::panic::Location;

use crate::case::text::Part;
use crate::case::{Case, StepKind, Text};

/// Paths of the demo, and the app's own in their place.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths(Vec<Moved>);

/// A path of the demo, and the app's own.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    pub(super) demo: String,
    pub(super) own: String,
    /// Where it was said.
    pub(super) place: &'static Location<'static>,
}

impl Paths {
    pub(super) fn push(&mut self, demo: &str, own: &str, place: &'static Location<'static>) {
        self.0.push(Moved { demo: demo.to_owned(), own: own.to_owned(), place });
    }

    /// In the order in which they were named; the first one that fits a path holds.
    pub(super) fn all(&self) -> &[Moved] {
        &self.0
    }

    /// The bytes of a request line, or of more than one, with the app's own paths.
    pub(super) fn of_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let mut moved = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some((&first, after)) = rest.split_first() {
            moved.push(first);
            rest = after;
            if first != b' ' {
                continue;
            }
            let (authority, path) = after.split_at(authority(after));
            if let Some((own, taken)) = self.0.iter().find_map(|moved| moved.found(path)) {
                moved.extend_from_slice(authority);
                moved.extend_from_slice(own.as_bytes());
                rest = path.get(taken..).unwrap_or_default();
            }
        }
        moved
    }

    /// The case with the app's own paths, and whether that changes anything.
    pub(super) fn of_case(&self, case: &Case) -> (Case, bool) {
        let mut moved = case.clone();
        for step in &mut moved.steps {
            match &mut step.kind {
                StepKind::Send(texts) => {
                    texts.iter_mut().for_each(|text| *text = self.of_text(text))
                }
                StepKind::WebSocket { path, .. } => {
                    // As in a request line.
                    let line = [b" ".as_slice(), &path.bytes(None), b" HTTP/"].concat();
                    let line = self.of_bytes(&line);
                    let line =
                        line.strip_prefix(b" ").and_then(|line| line.strip_suffix(b" HTTP/"));
                    let has_name = path.parts().iter().any(|part| matches!(part, Part::Var(_)));
                    if let Some(line) = line.filter(|_| !has_name) {
                        let mut text = Text::default();
                        text.push(Part::Bytes(line.to_vec()));
                        *path = text;
                    }
                }
                _ => {}
            }
        }
        let is_moved = moved != *case;
        (moved, is_moved)
    }

    fn of_text(&self, text: &Text) -> Text {
        let mut moved = Text::default();
        for part in text.parts() {
            moved.push(match part {
                Part::Bytes(bytes) => Part::Bytes(self.of_bytes(bytes)),
                other => other.clone(),
            });
        }
        moved
    }
}

impl Moved {
    /// Whether this request is one that it moves.
    pub(super) fn takes(&self, request: &[u8]) -> bool {
        let target = request.splitn(2, |&byte| byte == b' ').nth(1).unwrap_or_default();
        self.found(target).is_some()
    }

    /// The app's path, if the demo's is next, and how many bytes that takes.
    fn found(&self, after: &[u8]) -> Option<(&str, usize)> {
        let Self { demo, own, .. } = self;
        let behind = after.strip_prefix(demo.as_bytes())?;
        let is_folder = demo.len() > 1 && demo.ends_with('/');
        let ends = is_folder || behind.starts_with(b" HTTP/") || behind.starts_with(b"?");
        ends.then_some((own, demo.len()))
    }
}

/// How long scheme and authority of a target in absolute form are; 0 in any other.
fn authority(target: &[u8]) -> usize {
    const SCHEME: &[u8] = b"http://";
    let Some(behind) = target.strip_prefix(SCHEME) else { return 0 };
    behind.iter().position(|&byte| byte == b'/').map_or(0, |at| SCHEME.len() + at)
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use super::Paths;
    use crate::case::parse::parse;

    fn paths() -> Paths {
        let mut paths = Paths::default();
        for (demo, own) in [("/", "/index.html"), ("/ws", "/live"), ("/users/", "/rooms/")] {
            paths.push(demo, own, Location::caller());
        }
        paths
    }

    #[test]
    fn only_whole_paths_are_moved() {
        for (bytes, expected) in [
            ("GET / HTTP/1.1\r\n", "GET /index.html HTTP/1.1\r\n"),
            ("GET /?q=1 HTTP/1.1\r\n", "GET /index.html?q=1 HTTP/1.1\r\n"),
            ("GET /users/7 HTTP/1.1\r\n", "GET /rooms/7 HTTP/1.1\r\n"),
            ("GET http://example/ws HTTP/1.1\r\n", "GET http://example/live HTTP/1.1\r\n"),
            ("GET /wss HTTP/1.1\r\n", "GET /wss HTTP/1.1\r\n"),
            ("GET /ws\r\nX: / y\r\n", "GET /ws\r\nX: / y\r\n"),
            (
                "A / HTTP/1.1\r\n\r\nB /ws HTTP/1.1\r\n",
                "A /index.html HTTP/1.1\r\n\r\nB /live HTTP/1.1\r\n",
            ),
        ] {
            assert_eq!(paths().of_bytes(bytes.as_bytes()), expected.as_bytes(), "{bytes}");
        }
    }

    #[test]
    fn a_case_is_moved_with_its_handshake() {
        let source = "### a\nProse.\n\nws /ws?a=b\n> text \"GET / HTTP/1.1\"\n! open\n";
        let case = parse("f", "f", source).unwrap().cases.remove(0);
        let (moved, is_moved) = paths().of_case(&case);
        let expected = source.replace("/ws?", "/live?");
        assert_eq!((moved.to_string(), is_moved), (expected, true));
        assert!(!Paths::default().of_case(&case).1);
    }
}
