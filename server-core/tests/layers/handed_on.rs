//! What layers hand on reaches who asks for it, wherever they stand: around a part of an app, on one
//! route, or in an app that is mounted in another. Elsewhere nobody hears of it.

use std::cell::{Cell, RefCell};
use std::task::Poll;

use samewire::app::layer::{Arrival, Entry, Layer, Log, RequestId, Verdict};
use samewire::http::response::ResponseHead;
use samewire::{Exchange, Rendered, Respond, app};

use crate::Machine;

struct House {
    garden: Garden,
    ids: RefCell<Vec<String>>,
}

/// It is mounted, and knows nothing of the house.
struct Garden;

const LOG: Log<fn(&House, &Entry<'_>)> = Log::to(|house, entry| {
    house.ids.borrow_mut().push(entry.request_id().unwrap_or("none").into())
});

app! { for house: House;
    layers [LOG];
    get "/"                    => its_id;
    get "/word"                => word(state);
    layers "/hall" [RequestId, Says("hall")];
    get "/hall"                => its_id;
    get "/hall/word"           => word(state);
    get "/desk" [RequestId]    => its_id;
    get "/bell" [Says("bell")] => word(state);
    mount "/garden"            => Garden(house.garden);
}

app! { for Garden;
    layers [RequestId, Says("garden")];
    get "/"     => its_id;
    get "/word" => word(state);
}

/// Gives its word to whoever asks for the state.
struct Says(&'static str);

#[derive(Default)]
struct Word(Cell<&'static str>);

impl<A> Layer<A> for Says {
    type State = Word;

    fn on_request(&self, _: &A, state: &mut Word, _: &mut Arrival<'_, '_>) -> Verdict {
        state.0.set(self.0);
        Ok(())
    }
}

/// Answers with the id of the request, where it can be known to handlers.
struct ItsId;

impl Respond for ItsId {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        let id = exchange.request_id().unwrap_or(b"none");
        Rendered::text(|to| to.put(id)).poll_respond(head, exchange)
    }
}

async fn its_id<A>(_: &A) -> ItsId {
    ItsId
}

async fn word<A>(_: &A, word: &Word) -> &'static str {
    word.0.get()
}

#[test]
fn an_id_is_known_to_the_answer_and_to_the_log_around_all() {
    let (machine, house) = (Machine::new(), House { garden: Garden, ids: RefCell::default() });
    machine.entropy.set(Some([0x11; 16]));
    for path in ["/hall", "/desk", "/garden"] {
        let answer = machine.get(&house, path, "");
        let id = answer.field("X-Request-ID").expect(path);
        assert_eq!((&*answer.content, house.ids.take()), (id, vec![id.into()]), "{path}");
    }
    // That of a client, too, and nobody takes it where no layer does.
    for (path, id) in [("/hall", "7"), ("/desk", "7"), ("/garden", "7"), ("/", "none")] {
        let answer = machine.get(&house, path, "X-Request-ID: 7\r\n");
        assert_eq!((&*answer.content, house.ids.take()), (id, vec![id.into()]), "{path}");
    }
}

#[test]
fn a_state_is_known_to_the_handlers_that_its_layer_stands_around() {
    let (machine, house) = (Machine::new(), House { garden: Garden, ids: RefCell::default() });
    for path in ["/hall/word", "/bell", "/garden/word"] {
        let answer = machine.get(&house, path, "");
        let says = path.split('/').nth(1).unwrap();
        assert_eq!((answer.status, answer.content.as_str()), (200, says), "{path}");
    }
    let answer = machine.get(&house, "/word", "");
    assert_eq!(answer.status, 500, "others around other routes have one");
}
