//! The layers of an app are one value, whose type the compiler makes of theirs: no list of
//! pointers to be walked, and nothing to be kept for what keeps nothing.

use std::any::type_name_of_val;
use std::cell::Cell;

use samewire::app::layer::{Arrival, BodyLimit, Layer, Verdict};
use samewire::{App, app};

struct Bare;
struct One;
struct Three(Counter);
struct Around(Three);

/// Keeps nothing.
struct Nothing;

/// Keeps something, and stands in the app.
#[derive(Default)]
struct Counter(Cell<[u32; 9]>);

impl<A> Layer<A> for Nothing {
    type State = ();
}

impl<A> Layer<A> for Counter {
    type State = ();

    fn on_request(&self, _: &A, (): &mut (), _: &mut Arrival<'_, '_>) -> Verdict {
        self.0.set(self.0.get().map(|count| count + 1));
        Ok(())
    }
}

app! { for Bare; get "/" => bare; }
app! { for One; layers [Nothing]; get "/" => one; }
app! { for three: Three; layers [Nothing, &three.0, BodyLimit(7)]; get "/" => several; }
app! { for around: Around; layers [Nothing]; mount "/three" => Three(around.0); }

async fn bare(_: &Bare) {}
async fn one(_: &One) {}
async fn several(_: &Three) {}

#[test]
fn layers_are_one_value_of_a_type_that_names_them() {
    let three = Three(Counter::default());
    let (name, in_order) = (type_name_of_val(&three.layers()), ["Nothing", "Counter", "BodyLimit"]);
    let at = in_order.map(|layer| name.find(layer));
    assert!(at.iter().all(Option::is_some) && at.is_sorted(), "{name}");
    assert!(!name.contains("dyn "), "{name}");
    // And so are those of an app that is mounted, behind those around it.
    let around = Around(three);
    let around = type_name_of_val(&around.layers());
    assert!(in_order.iter().all(|layer| around.contains(layer)), "{around}");
    assert_eq!(around.matches("Nothing").count(), 2, "{around}");
}

#[test]
fn they_take_what_they_hold_and_not_a_byte_for_being_layers() {
    assert_eq!(size_of_val(&Bare.layers()), 0);
    assert_eq!(size_of_val(&One.layers()), 0);
    let three = Three(Counter::default());
    let held = size_of::<&Counter>() + size_of::<BodyLimit>();
    assert_eq!(size_of_val(&three.layers()), held);
}
