//! Ids are taken over or made, and whoever asks gets the same one.

use std::cell::RefCell;

use samewire::app::layer::{Entry, Log, REQUEST_ID_BYTES_MAX, RequestId};
use samewire::{Problem, Result, app};

use crate::Machine;

struct Panel {
    log: Log<fn(&Self, &Entry<'_>)>,
    lines: RefCell<Vec<String>>,
}

app! { for panel: Panel;
    layers [RequestId, &panel.log];
    get "/"        => index;
    get "/trouble" => trouble;
}

async fn index(_: &Panel) -> &'static str {
    "index"
}

async fn trouble(_: &Panel) -> Result {
    Err(Problem::conflict("trouble"))
}

fn panel() -> Panel {
    Panel {
        log: Log::to(|panel, entry| {
            panel.lines.borrow_mut().push(entry.request_id().unwrap_or("none").to_owned());
        }),
        lines: RefCell::default(),
    }
}

const NAME: &str = "X-Request-ID";

#[test]
fn an_id_of_the_client_is_taken_over() {
    let (machine, panel) = (Machine::new(), panel());
    let longest = "a".repeat(REQUEST_ID_BYTES_MAX);
    for id in ["7", "919108f7-52d1-4320-9bac-f847db4148a8", "!#$%&'*+-.^_`|~", &longest] {
        for path in ["/", "/trouble", "/nowhere"] {
            let answer = machine.get(&panel, path, &format!("x-request-id: {id}\r\n"));
            assert_eq!(answer.field(NAME), Some(id), "{path}");
            assert_eq!(panel.lines.take(), [id]);
        }
    }
}

#[test]
fn other_requests_get_a_uuid() {
    let (machine, panel) = (Machine::new(), panel());
    machine.entropy.set(Some([0; 16]));
    let made = machine.get(&panel, "/", "");
    assert_eq!(made.field(NAME), Some("00000000-0000-4000-8000-000000000000"));
    assert_eq!(panel.lines.take(), ["00000000-0000-4000-8000-000000000000"]);
    let next = machine.get(&panel, "/trouble", "");
    assert_eq!(next.field(NAME), Some("01010101-0101-4101-8101-010101010101"));
    let too_long = "a".repeat(REQUEST_ID_BYTES_MAX + 1);
    for id in ["", "a b", "a,b", "\"a\"", "a\tb", "a;b", "\u{e9}", "<a>", &too_long] {
        let answer = machine.get(&panel, "/", &format!("X-Request-ID: {id}\r\n"));
        let id = answer.field(NAME).unwrap();
        assert_eq!((id.len(), &id[14..15]), (36, "4"), "{id}");
    }
    let answer = machine.get(&panel, "/", "X-Request-ID: a\r\nX-Request-ID: a\r\n");
    assert_eq!(answer.field(NAME).unwrap().len(), 36);
}

#[test]
fn a_machine_without_entropy_makes_none() {
    let (machine, panel) = (Machine::new(), panel());
    assert_eq!(machine.get(&panel, "/", "").field(NAME), None);
    assert_eq!(panel.lines.take(), ["none"]);
}
