//! Pairs of a name and a value: a query's, a form's, and the parameters of a route's path by the names
//! that they have there.

use super::faults::Place;
use super::source::Pairs;
use crate::app::exchange::Exchange;
use crate::app::form;
use crate::app::path::parameter;

/// The name of each parameter, and the segment in its place.
pub(super) struct Parameters<'x> {
    exchange: &'x Exchange<'x>,
    /// What is left of the route's path.
    pattern: &'static str,
    index: usize,
}

impl<'x> Parameters<'x> {
    pub(super) fn new(exchange: &'x Exchange<'x>) -> Self {
        let pattern = exchange.route().map_or("", |route| route.path);
        Self { exchange, pattern, index: 0 }
    }
}

impl<'x> Iterator for Parameters<'x> {
    type Item = (&'x str, &'x str);

    fn next(&mut self) -> Option<Self::Item> {
        let (_, parameter_and_rest) = self.pattern.split_once('{')?;
        let (parameter_and_type, rest) = parameter_and_rest.split_once('}')?;
        let name = parameter_and_type.split(':').next()?;
        let value = parameter(self.exchange, self.index)?;
        (self.pattern, self.index) = (rest, self.index + 1);
        Some((name.trim_start_matches('*'), core::str::from_utf8(value).ok()?))
    }
}

impl<'x> Pairs<'x> for Parameters<'x> {
    const PLACE: Place = Place::Path;
}

/// Those of a query.
pub(super) struct OfQuery<'x>(pub(super) form::Pairs<'x>);

/// Those of a form.
pub(super) struct OfForm<'x>(pub(super) form::Pairs<'x>);

macro_rules! pairs {
    ($($type:ident $place:ident)*) => {$(
        impl<'x> Iterator for $type<'x> {
            type Item = (&'x str, &'x str);

            fn next(&mut self) -> Option<Self::Item> {
                self.0.next()
            }
        }

        impl<'x> Pairs<'x> for $type<'x> {
            const PLACE: Place = Place::$place;
        }
    )*};
}

pairs! { OfQuery Query OfForm Form }
