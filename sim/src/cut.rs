//! The same thing done again with the bytes cut otherwise: the answer must not depend on it.

use std::fmt;

use samewire::app::App;

use crate::sim::Sim;
use crate::stream::Delivery;

/// More offsets than this are cut only near both ends and evenly in between.
const CUTS_MAX: usize = 2048;

/// Plays a scenario whole, then byte by byte, then with each connection cut in two at every offset,
/// each time on an app begun anew; what it returns must be the same each time.
///
/// ```
/// use samewire_sim::{Sim, every_cut};
///
/// let text = every_cut(samewire_demo::Demo::new, |sim| {
///     let mut ws = sim.ws("/ws");
///     ws.send("Hello");
///     ws.receive_text()
/// });
/// assert_eq!(text, "Hello");
/// ```
///
/// # Panics
///
/// As the scenario does, and if it returns something else; both say at which cut.
#[track_caller]
pub fn every_cut<A: App + 'static, T: PartialEq + fmt::Debug>(
    make: impl Fn() -> A,
    scenario: impl Fn(&Sim<A>) -> T,
) -> T {
    let sim = Sim::new(make());
    let whole = scenario(&sim);
    let longest = sim.world().longest_sent();
    for (name, delivery) in deliveries(longest) {
        let sim = Sim::new(make()).delivered(delivery);
        let _named = Named(&name);
        let cut = scenario(&sim);
        assert!(cut == whole, "{name}, this came:\n{cut:#?}\n\nand whole, this:\n{whole:#?}");
    }
    whole
}

/// Says at which cut a scenario has panicked.
struct Named<'a>(&'a str);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("this happened {}", self.0);
        }
    }
}

/// The ways to cut so many bytes beside the whole one, each with its name.
pub(crate) fn deliveries(bytes: usize) -> impl Iterator<Item = (String, Delivery)> {
    let near = move |at: usize| at < CUTS_MAX / 4 || bytes - at < CUTS_MAX / 4;
    let stride = (bytes / (CUTS_MAX / 2)).max(1);
    let offsets = (1..bytes)
        .filter(move |&at| bytes <= CUTS_MAX || near(at) || at.is_multiple_of(stride))
        .map(|at| {
            let delivery = Delivery { cuts: vec![at], one_by_one: true, ..Delivery::default() };
            (format!("cut at {at}"), delivery)
        });
    let single = Delivery { read_bytes_max: 1, one_by_one: true, ..Delivery::default() };
    std::iter::once(("byte by byte".to_owned(), single)).chain(offsets)
}
