//! The grammar of a route's path, checked while the program is compiled: a mistake is a compile
//! error at the route, and costs nothing on the board.
#![cfg_attr(
    not(test),
    expect(
        clippy::indexing_slicing,
        reason = "runs in the compiler, where a panic is an error message"
    )
)]

use super::mistake::Mistake;
use crate::http::abnf::{hexadecimal, is_unreserved};

/// What stands in the braces of a path.
#[derive(Clone, Copy)]
pub(super) enum Parameters {
    None,
    Untyped,
    Typed,
}

/// What a path has, or what is wrong with it.
pub(super) const fn check(path: &[u8]) -> Result<Parameters, Mistake> {
    if path.is_empty() || path[0] != b'/' {
        return Err(Mistake::BeginsWithSlash);
    }
    let (mut at, mut parameters) = (0, Parameters::None);
    while at < path.len() {
        match path[at] {
            b'{' => {
                if path[at - 1] != b'/' {
                    return Err(Mistake::HasWholeSegments);
                }
                let is_typed;
                (at, is_typed) = match check_parameter(path, at + 1) {
                    Ok(parameter) => parameter,
                    Err(why) => return Err(why),
                };
                parameters = match parameters {
                    Parameters::None | Parameters::Untyped if !is_typed => Parameters::Untyped,
                    _ => Parameters::Typed,
                };
                if at < path.len() && path[at] != b'/' {
                    return Err(Mistake::HasWholeSegments);
                }
            }
            b'}' => return Err(Mistake::HasBracesInPairs),
            b'/' if at + 1 < path.len() && path[at + 1] == b'/' => {
                return Err(Mistake::HasSegments);
            }
            b'/' if at + 1 < path.len() && path[at + 1] == b':' => {
                return Err(Mistake::IsWrittenInBraces);
            }
            b'/' if is_dots(path, at + 1) => return Err(Mistake::HasNoDots),
            b'%' if !is_normal(path, at) => {
                return Err(Mistake::EscapesWhatIsNotPlain);
            }
            b'!'..=b'~' if path[at] != b'?' && path[at] != b'#' => at += 1,
            _ => return Err(Mistake::IsPrintable),
        }
    }
    Ok(parameters)
}

/// Whether the segment from here on is `.` or `..`: no request is routed by one.
const fn is_dots(path: &[u8], from: usize) -> bool {
    let mut to = from;
    while to < path.len() && path[to] == b'.' {
        to += 1;
    }
    let is_end = to == path.len() || path[to] == b'/';
    is_end && (to == from + 1 || to == from + 2)
}

/// Whether two digits follow, of a character that is not decoded in a request's path: with another
/// one the route could never be asked for.
// rfc3986-2.3-unreserved-decoded
const fn is_normal(path: &[u8], percent: usize) -> bool {
    if percent + 2 >= path.len() {
        return false;
    }
    let (high, low) = (path[percent + 1], path[percent + 2]);
    if !high.is_ascii_hexdigit() || !low.is_ascii_hexdigit() {
        return false;
    }
    !is_unreserved(hexadecimal(high) << 4 | hexadecimal(low))
}

/// Checks what stands behind `{`; returns the place behind `}`, and whether there is a type.
const fn check_parameter(path: &[u8], from: usize) -> Result<(usize, bool), Mistake> {
    let (mut at, mut colon) = (from, 0);
    while at < path.len() && path[at] != b'}' {
        match path[at] {
            b'/' => return Err(Mistake::HasBracesInPairs),
            b':' if colon == 0 => colon = at,
            b'*' if at == from => {}
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => {}
            _ => return Err(Mistake::HasNamedParameters),
        }
        at += 1;
    }
    if at == path.len() {
        return Err(Mistake::HasBracesInPairs);
    }
    if at == from || path[from] == b':' {
        return Err(Mistake::HasNamedParameters);
    }
    if path[from] == b'*' && (at + 1 < path.len() || colon != 0) {
        return Err(Mistake::EndsWithItsRest);
    }
    let (_, kind) = path.split_at(at).0.split_at(colon + 1);
    let is_known = colon == 0 || matches!(kind, b"u32" | b"i32" | b"str" | b"uuid");
    if !is_known {
        return Err(Mistake::HasKnownTypes);
    }
    Ok((at + 1, colon != 0))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn malformed_paths_are_refused() {
        for path in [
            "",
            "users",
            "/a b",
            "/a?b",
            "/a#b",
            "/{",
            "/{}",
            "/{:u32}",
            "/{id",
            "/id}",
            "/x{id}",
            "/{id}x",
            "/{id:u33}",
            "/{id:}",
            "/{*rest}/x",
            "/{*rest:u32}",
            "/{a:u32:u32}",
            "/users/:id",
            "//",
            "/a//b",
            "/a//",
            "/é",
            "/.",
            "/../a",
            "/a/./b",
            "/a/..",
            "/a%",
            "/a%2",
            "/a%zz",
            "/%61",
            "/a%2E",
            "/%7e",
        ] {
            assert!(check(path.as_bytes()).is_err(), "{path:?} is accepted");
        }
        for path in [
            "/",
            "/a/{b}/c",
            "/{a:u32}",
            "/{a_1:str}/",
            "/a/{*b}",
            "/{id:uuid}/x",
            "/...",
            "/.well-known/x",
            "/a.",
            "/a..b",
            "/a%2Fb",
            "/%20%c3",
        ] {
            assert!(check(path.as_bytes()).is_ok(), "{path:?} is refused");
        }
    }
}
