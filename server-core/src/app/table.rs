//! Finding a request's route, and what is answered when there is none (RFC 9110 §9.1, §15.5.5).

use super::App;
use super::exchange::Exchange;
use super::index::{Index, Indexed};
use super::request::Request;
use super::route::{Rank, Route};
use crate::connection::PROBLEM_JSON;
use crate::http::request_line::{Method, Methods};
use crate::http::response::ResponseHead;
use crate::http::status::Status;
use core::task::Poll;

/// The number of the route for `request`: of those whose path and method match, the one with the
/// most literal path, and of equals the first.
#[inline(always)]
pub(super) fn find<A: App>(request: &Request<'_>) -> Option<usize> {
    match Indexed::<A>::INDEX {
        None => find_among(A::ROUTES, request),
        Some(index) => find_by(index, A::ROUTES, request),
    }
}

#[inline(never)]
fn find_among(routes: &[Route], request: &Request<'_>) -> Option<usize> {
    let path = request.path();
    search(routes, request.method(), path)
}

#[inline(never)]
fn find_by(index: &Index, routes: &[Route], request: &Request<'_>) -> Option<usize> {
    let path = request.path();
    look_up(index, routes, request.method(), path)
}

#[inline(always)]
fn search(routes: &[Route], method: Method, path: &[u8]) -> Option<usize> {
    let (asked, is_head) = asked(method);
    let mut best: Option<(Rank, usize)> = None;
    for (index, route) in routes.iter().enumerate() {
        if route.is_for(asked, is_head)
            && let Some(rank) = route.rank(path)
            && best.is_none_or(|(best, _)| rank < best)
        {
            if rank == Rank::Literal {
                return Some(index);
            }
            best = Some((rank, index));
        }
    }
    best.map(|(_, index)| index)
}

/// The same. No two literal routes have one method and path, so the first is the only one.
#[inline(always)]
fn look_up(index: &Index, routes: &[Route], method: Method, path: &[u8]) -> Option<usize> {
    let (asked, is_head) = asked(method);
    let is_asked = |route: &&Route| route.is_for(asked, is_head);
    if let Some(number) = index.literal(routes, asked, path)
        && routes.get(number).as_ref().is_some_and(is_asked)
    {
        return Some(number);
    }
    let mut best: Option<(Rank, usize)> = None;
    for number in index.patterns() {
        if let Some(route) = routes.get(number).filter(is_asked)
            && let Some(rank) = route.rank(path)
            && best.is_none_or(|(best, _)| rank < best)
        {
            best = Some((rank, number));
        }
    }
    best.map(|(_, number)| number)
}

/// The method of the routes that are asked: HEAD asks those of GET, but for a WebSocket's.
// rfc9110-9.1-get-head
#[inline(always)]
fn asked(method: Method) -> (Method, bool) {
    let is_head = method == Method::Head;
    (if is_head { Method::Get } else { method }, is_head)
}

/// Answers a request for which there is no route: 501 for a method that nobody knows, 404 for an
/// unknown path, else `Allow` says what the path does know.
// rfc9110-9.1-unknown-method-501
// rfc9110-9.1-known-not-allowed-405
// rfc9110-9.2.1-safe-no-unsafe-action
// rfc6455-4.2.2-unknown-service-404
// rfc9110-9.3.8-trace-redact
#[inline(always)]
pub(super) fn answer_missing<A: App>(exchange: &Exchange<'_>) -> Poll<()> {
    match Indexed::<A>::INDEX {
        None => answer_missing_among(A::ROUTES, exchange),
        Some(index) => answer_missing_by(index, Indexed::<A>::METHODS, A::ROUTES, exchange),
    }
}

#[inline(never)]
fn answer_missing_among(routes: &[Route], exchange: &Exchange<'_>) -> Poll<()> {
    let request = exchange.request();
    let (is_asterisk, path) = (is_asterisk(&request), request.path());
    let mut methods = Methods::NONE;
    for route in routes {
        if is_asterisk || route.captures(path, usize::MAX).is_some() {
            route.add_methods(&mut methods);
        }
    }
    answer_with(methods, request.method(), exchange)
}

#[inline(never)]
fn answer_missing_by(
    index: &Index,
    all: Methods,
    routes: &[Route],
    exchange: &Exchange<'_>,
) -> Poll<()> {
    let request = exchange.request();
    let methods = match is_asterisk(&request) {
        true => all,
        false => methods_by(index, routes, request.path()),
    };
    answer_with(methods, request.method(), exchange)
}

/// The methods of a path: one look for each that a route can have.
fn methods_by(index: &Index, routes: &[Route], path: &[u8]) -> Methods {
    let mut methods = Methods::NONE;
    for method in Route::METHODS {
        let number = index.literal(routes, method, path);
        if let Some(route) = number.and_then(|number| routes.get(number)) {
            route.add_methods(&mut methods);
        }
    }
    for number in index.patterns() {
        if let Some(route) = routes.get(number).filter(|route| route.rank(path).is_some()) {
            route.add_methods(&mut methods);
        }
    }
    methods
}

/// Whether the request is about the server as a whole, which knows what any path knows.
fn is_asterisk(request: &Request<'_>) -> bool {
    request.target().as_bytes() == b"*"
}

#[inline(always)]
fn answer_with(allow: Methods, method: Method, exchange: &Exchange<'_>) -> Poll<()> {
    let status = match method {
        Method::Other => Status::NOT_IMPLEMENTED,
        _ if allow == Methods::NONE => Status::NOT_FOUND,
        // rfc9110-9.3.7-options-fields
        Method::Options => Status::NO_CONTENT,
        _ => Status::METHOD_NOT_ALLOWED,
    };
    let mut head = ResponseHead::new(status);
    if status != Status::NOT_IMPLEMENTED {
        head.allow = allow;
    }
    if status != Status::NO_CONTENT {
        head.content_type = Some(PROBLEM_JSON);
    }
    match exchange.around() {
        // Layers may have another word for it.
        Some(around) if status != Status::NO_CONTENT => around.answer_missing(&head, exchange),
        _ => exchange.with(Poll::Pending, |wire| wire.respond_problem(&head, b"")),
    }
}

#[cfg(test)]
mod tests;
