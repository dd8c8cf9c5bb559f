//! Finding a request's route, and what is answered when there is none (RFC 9110 §9.1, §15.5.5).

use super::exchange::Exchange;
use super::request::Request;
use super::route::{Rank, Route};
use crate::connection::PROBLEM_JSON;
use crate::http::request_line::{Method, Methods};
use crate::http::response::ResponseHead;
use crate::http::status::Status;
use core::task::Poll;

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

/// Answers a request for which there is no route: 501 for a method that nobody knows, 404 for an
/// unknown path, else `Allow` says what the path does know.
// rfc9110-9.1-unknown-method-501
// rfc9110-9.1-known-not-allowed-405
// rfc9110-9.2.1-safe-no-unsafe-action
// rfc6455-4.2.2-unknown-service-404
// rfc9110-9.3.8-trace-redact
#[inline(never)]
pub(super) fn answer_missing(routes: &[Route], exchange: &Exchange<'_>) -> Poll<()> {
    let request = exchange.request();
    let allow = methods(routes, &request);
    let status = match request.method() {
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

/// What the path knows; what any path knows, for `*`.
fn methods(routes: &[Route], request: &Request<'_>) -> Methods {
    let is_asterisk = request.target().as_bytes() == b"*";
    let mut methods = Methods::NONE;
    for route in routes {
        if is_asterisk || route.captures(request.path(), usize::MAX).is_some() {
            methods.add(route.method);
            methods.add(Method::Options);
            if route.method == Method::Get && !route.upgrades {
                methods.add(Method::Head);
            }
        }
    }
    methods
}
