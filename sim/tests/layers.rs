//! Layers around an app, in the order in which they come.

use std::cell::{Cell, RefCell};

use samewire::app::layer::{Arrival, Layer, Record, Verdict};
use samewire::http::lines::FieldLines;
use samewire::{Limits, Message, Problem, Request, Respond, Result, Status, Text, WebSocket, app};
use samewire_sim::{Sim, World};

/// Notes whatever it sees, under its name.
struct Notes {
    name: &'static str,
    stops_at: Cell<&'static str>,
}

impl Notes {
    const fn new(name: &'static str) -> Self {
        Self { name, stops_at: Cell::new("") }
    }

    fn note(&self, diary: &Diary, stage: &'static str) -> Verdict {
        diary.0.borrow_mut().push(format!("{} {stage}", self.name));
        if self.stops_at.get() == stage {
            return Err(Problem::forbidden("stopped").into());
        }
        Ok(())
    }
}

#[derive(Default)]
struct Diary(RefCell<Vec<String>>);

impl Diary {
    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// Whoever has a diary.
trait Keeps {
    fn diary(&self) -> &Diary;
}

/// What the layer hands on to the handler.
#[derive(Default)]
struct Seen(Cell<u32>);

impl<A: Keeps> Layer<A> for Notes {
    type State = Seen;

    fn on_request(&self, app: &A, state: &mut Seen, _: &mut Arrival<'_, '_>) -> Verdict {
        state.0.set(7);
        self.note(app.diary(), "request")
    }

    fn pre_validation(&self, app: &A, _: &mut Seen, _: &mut Arrival<'_, '_>) -> Verdict {
        self.note(app.diary(), "validation")
    }

    fn pre_handler(&self, app: &A, _: &Seen, _: &Request<'_>) -> Verdict {
        self.note(app.diary(), "handler")
    }

    fn on_error(&self, app: &A, _: &Seen, _: &Request<'_>, problem: &mut Problem) {
        let _ = self.note(app.diary(), "error");
        if problem.status() == Some(Status::CONFLICT) {
            *problem = Problem::new(Status::ACCEPTED, "never mind").retry_after(30);
        }
    }

    fn on_response(
        &self,
        _: &A,
        _: &Seen,
        _: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        let _ = lines.line("X-Seen-By", self.name.as_bytes());
        let code = status.code().to_string();
        let _ = lines.parts("X-Status", &[self.name.as_bytes(), b" saw ", code.as_bytes()]);
    }

    fn ended(&self, app: &A, _: &Seen, record: &Record<'_>) {
        let status = record.status().map_or(0, Status::code);
        app.diary().0.borrow_mut().push(format!("{} ended {status}", self.name));
    }

    fn ws_connect(&self, app: &A, _: &Seen, _: &Request<'_>) {
        let _ = self.note(app.diary(), "connect");
    }

    fn ws_message(&self, app: &A, _: &Seen, _: &Request<'_>, _: &Message<'_>) {
        let _ = self.note(app.diary(), "message");
    }

    fn ws_disconnect(&self, app: &A, _: &Seen, _: &Request<'_>) {
        let _ = self.note(app.diary(), "disconnect");
    }
}

struct House {
    diary: Diary,
    outer: Notes,
    door: Notes,
    garden: Garden,
    butler: Butler,
    cellar: Notes,
}

/// A plugin: a layer around everything, and a route.
struct Butler {
    diary: Diary,
    eye: Notes,
}

impl Keeps for Butler {
    fn diary(&self) -> &Diary {
        &self.diary
    }
}

app! { for butler: Butler;
    layers [&butler.eye];
    get "/butler" => served;
}

async fn served(_: &Butler) -> &'static str {
    "at your service"
}

struct Garden {
    diary: Diary,
    gate: Notes,
}

impl Keeps for House {
    fn diary(&self) -> &Diary {
        &self.diary
    }
}

impl Keeps for Garden {
    fn diary(&self) -> &Diary {
        &self.diary
    }
}

app! { for house: House;
    layers [&house.outer];
    get  "/"                     => index;
    post "/door" [&house.door]   => door(state, text);
    get  "/trouble"              => trouble;
    mount "/garden"              => Garden(house.garden);
    plugin                       => Butler(house.butler);
    layers "/cellar" [&house.cellar];
    get  "/cellar/wine"          => index;
    ws   "/bell"                 => bell(ws);
}

app! { for garden: Garden;
    layers [&garden.gate];
    get "/"      => roses;
    get "/{bed}" => bed(path);
}

async fn index(_: &House) -> &'static str {
    "house"
}

async fn door(house: &House, seen: &Seen, _: Text<'_>) -> &'static str {
    house.diary.0.borrow_mut().push(format!("door {}", seen.0.get()));
    "open"
}

async fn trouble(_: &House) -> Result {
    Err(Problem::conflict("trouble"))
}

async fn roses(_: &Garden) -> &'static str {
    "roses"
}

async fn bed(_: &Garden, bed: &str) -> Result<impl Respond + use<>> {
    Ok("bed".with_status(Status::CREATED).with_field("X-Bed", bed.to_owned())?)
}

async fn bell(_: &House, ws: WebSocket<'_>) -> Result {
    let (mut inbox, _outbox) = ws.split();
    while inbox.receive().await.is_some() {}
    Ok(())
}

fn house() -> House {
    let garden = Garden { diary: Diary::default(), gate: Notes::new("gate") };
    House {
        diary: Diary::default(),
        outer: Notes::new("outer"),
        door: Notes::new("door"),
        garden,
        butler: Butler { diary: Diary::default(), eye: Notes::new("eye") },
        cellar: Notes::new("cellar"),
    }
}

#[test]
fn layers_see_a_request_in_the_order_of_the_source() {
    let sim = Sim::new(house());
    let answer = sim.get("/").expect(200);
    assert_eq!((answer.body(), answer.field("x-seen-by")), ("house", Some("outer")));
    let stages = ["outer request", "outer validation", "outer handler", "outer ended 200"];
    assert_eq!(sim.app().diary.take(), stages);

    sim.post("/door", "knock").expect(200);
    let stages = [
        "outer request",
        "outer validation",
        "door request",
        "door validation",
        "outer handler",
        "door handler",
        "door 7",
        "outer ended 200",
        "door ended 200",
    ];
    assert_eq!(sim.app().diary.take(), stages);
}

#[test]
fn what_is_mounted_has_its_own_app_and_layers() {
    let sim = Sim::new(house());
    assert_eq!(sim.get("/garden").expect(200).body(), "roses");
    let bed = sim.get("/garden/7").expect(201);
    assert_eq!((bed.field("X-Bed"), bed.body()), (Some("7"), "bed"));
    let saw: Vec<_> = bed.fields_named("X-Status").collect();
    assert_eq!(saw, ["outer saw 201", "gate saw 201", "eye saw 201"]);
    let stages = ["gate request", "gate validation", "gate handler", "gate ended 200"];
    assert_eq!(sim.app().garden.diary.take()[..4], stages);
    sim.app().diary.take();
    sim.get("/gardening").expect(404);
    assert_eq!(sim.app().garden.diary.take(), [""; 0], "not below the prefix");
    let stages = ["outer request", "outer validation", "outer error", "outer ended 404"];
    assert_eq!(sim.app().diary.take(), stages);
}

#[test]
fn a_plugin_sees_everything_and_a_prefix_what_is_below_it() {
    let sim = Sim::new(house());
    assert_eq!(sim.get("/butler").expect(200).body(), "at your service");
    let stages = ["eye request", "eye validation", "eye handler", "eye ended 200"];
    assert_eq!(sim.app().butler.diary.take(), stages);
    sim.get("/cellar/beer").expect(404);
    assert_eq!(sim.app().butler.diary.take().len(), 4);
    let diary = sim.app().diary.take();
    assert!(diary.contains(&"cellar request".to_owned()), "{diary:?}");
    sim.get("/%63ellar/wine").expect(200);
    let diary = sim.app().diary.take();
    assert!(diary.contains(&"cellar handler".to_owned()), "one path for all: {diary:?}");
    sim.get("/").expect(200);
    let diary = sim.app().diary.take();
    assert!(!diary.contains(&"cellar request".to_owned()), "{diary:?}");
}

#[test]
fn any_layer_stops_the_chain() {
    let sim = Sim::new(house());
    for stage in ["request", "validation", "handler"] {
        sim.app().outer.stops_at.set(stage);
        let answer = sim.post("/door", "knock").expect(403);
        assert_eq!(answer.body(), r#"{"title":"Forbidden","status":403,"detail":"stopped"}"#);
        assert_eq!(answer.field("X-Seen-By"), Some("outer"), "what stands around adds its lines");
        assert_eq!(answer.field("X-Status"), Some("outer saw 403"), "{stage}");
        let diary = sim.app().diary.take();
        assert!(!diary.contains(&"door 7".to_owned()), "{stage}: {diary:?}");
        assert!(!diary.contains(&format!("door {stage}")), "{stage}: {diary:?}");
    }
}

#[test]
fn a_layer_may_change_a_problem() {
    let sim = Sim::new(house());
    let answer = sim.get("/trouble").expect(202);
    assert_eq!(answer.field("Retry-After"), Some("30"));
    assert_eq!(answer.field("X-Status"), Some("outer saw 202"), "the status that is sent");
    assert_eq!(answer.body(), r#"{"title":"Accepted","status":202,"detail":"never mind"}"#);
}

#[test]
fn a_websocket_is_over_once_whatever_the_cause() {
    const OPENING: &str = "GET /bell HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\
        Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    for cause in ["close", "reset", "time", "drain", "shut"] {
        let world = World::new(house(), Limits::SMALL);
        let client = world.connect();
        client.send(OPENING);
        client.send(b"\x81\x81\0\0\0\0x");
        world.run();
        let head = String::from_utf8(client.take()).expect("text");
        assert!(head.contains("\r\nX-Status: outer saw 101\r\n"), "{head}");
        let stages = [
            "outer request",
            "outer validation",
            "outer handler",
            "outer connect",
            "outer message",
        ];
        // The handshake comes before the handler's other words are known to be there.
        let mut diary = world.app().diary.take();
        diary.sort_by_key(|line| stages.iter().position(|stage| stage == line));
        assert_eq!(diary, stages);
        match cause {
            "close" => client.send(b"\x88\x80\0\0\0\0"),
            "reset" => client.reset(),
            "time" => while world.pass_to_next_deadline() {},
            "drain" => world.drain(),
            _ => client.shut(),
        }
        while world.pass_to_next_deadline() {}
        world.run();
        assert_eq!(world.app().diary.take(), ["outer disconnect", "outer ended 101"], "{cause}");
    }
}
