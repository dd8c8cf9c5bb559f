//! Finding a request's route, and what is answered when there is none (RFC 9110 §9.1, §15.5.5).

use super::exchange::Exchange;
use super::request::Request;
use super::route::{Rank, Route};
use crate::connection::Wire;
use crate::http::request_line::Method;
use crate::http::response::ResponseHead;
use crate::http::status::Status;
use core::task::Poll;

/// The methods that a table knows, as a list for `Allow`.
const ALLOWED: [(Method, &str); 7] = [
    (Method::Get, "GET"),
    (Method::Head, "HEAD"),
    (Method::Post, "POST"),
    (Method::Put, "PUT"),
    (Method::Delete, "DELETE"),
    (Method::Patch, "PATCH"),
    (Method::Options, "OPTIONS"),
];

/// Bytes of all of them, joined by `, `.
const ALLOW_BYTES_MAX: usize = 48;

/// The index of the route for `request`: of those whose path and method match, the one with the
/// most literal path, and of equals the first.
// rfc9110-9.1-get-head
#[inline(never)]
pub(super) fn find(routes: &[Route], request: &Request<'_>) -> Option<usize> {
    let (method, path) = (request.method(), request.path());
    let mut best: Option<(Rank, usize)> = None;
    for (index, route) in routes.iter().enumerate() {
        let is_head = method == Method::Head && route.method == Method::Get && !route.upgrades;
        if (route.method == method || is_head)
            && let Some((rank, _)) = route.captures(path, usize::MAX)
            && best.is_none_or(|(best, _)| rank < best)
        {
            best = Some((rank, index));
        }
    }
    best.map(|(_, index)| index)
}

/// Answers a request for which there is no route: 501 for a method that nobody knows, 404 for an
/// unknown path, else `Allow` says what the path does know.
// rfc9110-9.1-unknown-method-501
// rfc9110-9.1-known-not-allowed-405
// rfc9110-9.2.1-safe-no-unsafe-action
#[inline(never)]
pub(super) fn answer_missing(routes: &[Route], exchange: &Exchange<'_>) -> Poll<()> {
    let request = exchange.request();
    if request.method() == Method::Other {
        return problem(exchange, Status::NOT_IMPLEMENTED, None);
    }
    let is_asterisk = request.target().as_bytes() == b"*";
    let mut methods = 0u16;
    for route in routes {
        if is_asterisk || route.captures(request.path(), usize::MAX).is_some() {
            methods |= bit(route.method) | bit(Method::Options);
            if route.method == Method::Get && !route.upgrades {
                methods |= bit(Method::Head);
            }
        }
    }
    if methods == 0 {
        return problem(exchange, Status::NOT_FOUND, None);
    }
    let mut room = [0; ALLOW_BYTES_MAX];
    let allow = allow(methods, &mut room);
    // rfc9110-9.3.7-options-fields
    if request.method() == Method::Options {
        let fields: &[(&str, &[u8])] = &[("Allow", allow)];
        let head = ResponseHead { fields, ..ResponseHead::new(Status::NO_CONTENT) };
        return exchange.with(Poll::Pending, |wire| wire.respond(&head, b""));
    }
    // rfc9110-10.2.1-allow-on-405
    // rfc9110-15.5.6-405-allow
    problem(exchange, Status::METHOD_NOT_ALLOWED, Some(allow))
}

fn problem(exchange: &Exchange<'_>, status: Status, allow: Option<&[u8]>) -> Poll<()> {
    let fields: &[(&str, &[u8])] = &[("Allow", allow.unwrap_or_default())];
    let fields = if allow.is_some() { fields } else { &[] };
    let answer = |wire: &mut Wire<'_>| wire.respond_problem(status, status.reason(), fields);
    exchange.with(Poll::Pending, answer)
}

const fn bit(method: Method) -> u16 {
    1 << method as u16
}

/// Writes the list of `methods` into `room`.
fn allow(methods: u16, room: &mut [u8; ALLOW_BYTES_MAX]) -> &[u8] {
    let mut writer = crate::buffer::Writer::new(room);
    for (method, name) in ALLOWED {
        if methods & bit(method) != 0 {
            // rfc9110-5.6.1.1-no-empty-list-elements
            if writer.written() != Some(0) {
                writer.put(b", ");
            }
            writer.put(name.as_bytes());
        }
    }
    let n = writer.written().unwrap_or_default();
    room.get(..n).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{ALLOW_BYTES_MAX, ALLOWED, allow, bit};

    #[test]
    fn the_longest_list_fits() {
        let all = ALLOWED.iter().fold(0, |all, (method, _)| all | bit(*method));
        let mut room = [0; ALLOW_BYTES_MAX];
        assert_eq!(allow(all, &mut room), b"GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS");
        assert_eq!(allow(0, &mut room), b"");
    }
}
