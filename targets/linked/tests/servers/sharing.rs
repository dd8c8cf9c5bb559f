//! Several connections at one end of the link, with one app among them, and their runner at the
//! other.

use std::cell::Cell;
use std::sync::Mutex;

use samewire::app::Bytes;
use samewire::app::layer::Layer;
use samewire::{Json, Limits, Queue, Response, Result, Status, Time, Topic, app};
use samewire_linked::{Order, places};

use super::runner::Runner;

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: board\r\n\r\n";
const WORK: &[u8] = b"POST /work HTTP/1.1\r\nHost: board\r\nContent-Length: 1\r\n\r\nw";

/// A letter, and work beside the connections.
#[derive(Default)]
struct Panel {
    letter: Cell<u8>,
    asked: Queue<u8, 2>,
    done: Cell<u8>,
}

app! { for Panel;
    background => work;
    layers [Ends];
    get  "/"     => tell;
    put  "/"     => set(bytes);
    post "/work" => ask(bytes);
}

/// What was done when a server had ended.
static ENDED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Ends;

impl Layer<Panel> for Ends {
    type State = ();

    fn server_stop(&self, app: &Panel) {
        ENDED.lock().expect("no panic").push(app.done.get());
    }
}

async fn work(app: &Panel, time: Time<'_>) {
    while let Some(amount) = app.asked.next(time).await {
        app.done.set(app.done.get() + amount);
    }
}

async fn tell(app: &Panel) -> Json<[u8; 2]> {
    Json([app.letter.get(), app.done.get()])
}

async fn set(app: &Panel, content: Bytes<'_>) -> Status {
    let letter = content.first().copied().unwrap_or_default();
    app.letter.set(letter);
    Status::NO_CONTENT
}

async fn ask(app: &Panel, content: Bytes<'_>) -> Status {
    match app.asked.push(u8::from(content.first() == Some(&b'w'))) {
        Ok(()) => Status::ACCEPTED,
        Err(_) => Status::SERVICE_UNAVAILABLE,
    }
}

/// What one connection says to another, which may say it on; and nothing beside them.
#[derive(Default)]
struct Gossip {
    told: Topic<u8, 4>,
    told_on: Topic<u8, 4>,
}

app! { for gossip: Gossip;
    put "/"     => say(bytes);
    get "/news" => listen(response);
    get "/on"   => tell_on(response);
}

async fn say(app: &Gossip, content: Bytes<'_>) -> Status {
    app.told.publish(content.first().copied().unwrap_or_default());
    Status::NO_CONTENT
}

async fn listen(app: &Gossip, response: Response<'_>) -> Result {
    pass_on(&app.told_on, response, |_| ()).await
}

async fn tell_on(app: &Gossip, response: Response<'_>) -> Result {
    pass_on(&app.told, response, |letter| app.told_on.publish(letter)).await
}

async fn pass_on(news: &Topic<u8, 4>, response: Response<'_>, also: impl Fn(u8)) -> Result {
    let mut news = news.subscribe();
    let mut content = response.chunked(Status::OK, "text/plain").await;
    while let Ok(letter) = news.next().await {
        also(letter);
        content.write(&[letter]).await?;
    }
    content.finish().await;
    Ok(())
}

/// A board with three places.
fn start() -> Runner {
    Runner::start::<_, 3, 4>(Panel::default)
}

fn put(letter: char) -> Vec<u8> {
    format!("PUT / HTTP/1.1\r\nHost: board\r\nContent-Length: 1\r\n\r\n{letter}").into_bytes()
}

/// The place of the limit that differs.
fn place_of(limits: &Limits) -> u8 {
    let (limits, usual) = (places(limits), places(&Limits::SMALL));
    let place = limits.iter().zip(usual).position(|(one, other)| *one != other);
    u8::try_from(place.expect("one differs")).expect("few limits")
}

#[test]
fn one_app_is_shared_by_connections_whose_bytes_cross() {
    let mut runner = start();
    let first = runner.open(&[Order::Join]);
    let second = runner.open(&[]);
    let (begin, end) = GET.split_at(9);
    assert_eq!(runner.send(first, begin), "");
    assert!(runner.send(second, &put('a')).starts_with("HTTP/1.1 204 "));
    assert_eq!(runner.came(first), "", "what is another's is not for it");
    assert!(runner.send(first, end).ends_with("[97,0]"));
    // And for those that come when one has gone.
    runner.link.reset(first);
    let third = runner.open(&[]);
    assert!(runner.send(third, GET).ends_with("[97,0]"));
    // Until one is to have an app of its own.
    let alone = runner.open(&[Order::Default]);
    assert!(runner.send(alone, GET).ends_with("[0,0]"));
}

#[test]
fn what_one_says_comes_round_to_the_others_in_whatever_places_they_are() {
    for [say, on, news] in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut runner = Runner::start::<_, 3, 4>(Gossip::default);
        let channels = [Order::Join; 3].map(|join| runner.open(&[join]));
        let [say, on, news] = [say, on, news].map(|place: usize| channels[place]);
        assert!(runner.send(on, b"GET /on HTTP/1.1\r\nHost: board\r\n\r\n").contains(" 200 "));
        assert!(runner.send(news, b"GET /news HTTP/1.1\r\nHost: board\r\n\r\n").contains(" 200 "));
        for letter in ['a', 'b'] {
            assert!(runner.send(say, &put(letter)).starts_with("HTTP/1.1 204 "));
            let chunk = format!("1\r\n{letter}\r\n");
            assert_eq!(
                [runner.came(on), runner.came(news)],
                [&*chunk, &*chunk],
                "{say} {on} {news}"
            );
        }
    }
}

#[test]
fn each_connection_has_its_own_deadline() {
    let mut runner = start();
    let idle = u64::from(Limits::SMALL.idle_ms_max);
    let first = runner.open(&[Order::Join]);
    runner.pass_to(1000);
    let second = runner.open(&[]);
    assert_eq!(runner.deadline, Some(idle));
    runner.pass_to(idle - 1);
    assert!(runner.ended.is_empty());
    runner.pass_to(idle);
    assert_eq!(runner.ended, [first].into());
    assert_eq!(runner.deadline, Some(1000 + idle));
    assert!(runner.send(second, GET).ends_with("[0,0]"));
    // Far beyond: each has ended at its own time.
    runner.pass_to(10 * idle);
    assert_eq!(runner.ended, [first, second].into());
}

#[test]
fn more_than_there_is_room_for_wait_until_one_leaves() {
    let mut runner = start();
    let head_bytes_max = Limits::SMALL.head_bytes_max + 64;
    let larger = place_of(&Limits { head_bytes_max, ..Limits::SMALL });
    let larger = Order::Limit(larger, head_bytes_max.into());
    // What they may read now takes more than a third of the memory each.
    let first = runner.open(&[larger, Order::Join]);
    let second = runner.open(&[]);
    let third = runner.open(&[]);
    assert_eq!(runner.send(third, GET), "", "two larger ones are all that there is memory for");
    assert!(runner.send(first, &put('z')).starts_with("HTTP/1.1 204 "));
    assert_eq!(runner.came(third), "");
    runner.link.reset(second);
    runner.settle();
    assert!(runner.came(third).ends_with("[122,0]"));
    // Who gives up has not waited.
    let fourth = runner.open(&[]);
    assert_eq!(runner.send(fourth, GET), "");
    runner.link.reset(fourth);
    let again = runner.open(&[]);
    runner.link.reset(first);
    runner.settle();
    assert!(runner.send(again, GET).ends_with("[122,0]"));
}

#[test]
fn who_comes_while_another_is_gone_and_served_has_its_turn_too() {
    let mut runner = Runner::start::<_, 2, 3>(Gossip::default);
    let idle = runner.open(&[Order::Join]);
    let gone = runner.open(&[]);
    assert!(runner.send(gone, b"GET /on HTTP/1.1\r\nHost: board\r\n\r\n").contains(" 200 "));
    // Half of it has ended, so nobody reads there any more, and hears that all of it has.
    runner.link.finish(gone);
    runner.settle();
    runner.link.reset(gone);
    let next = runner.open(&[]);
    assert_eq!(runner.send(next, &put('n')), "");
    assert!(runner.reset.is_empty());
    runner.link.reset(idle);
    runner.settle();
    assert!(runner.came(next).starts_with("HTTP/1.1 204 "));
    // What it was told by this one it could not write.
    let last = runner.open(&[]);
    assert!(runner.send(last, &put('l')).starts_with("HTTP/1.1 204 "));
}

#[test]
fn one_that_does_not_read_holds_up_none_but_itself() {
    let mut runner = start();
    let first = runner.open(&[Order::Join]);
    let second = runner.open(&[]);
    runner.order(Order::Mean(first));
    runner.order(Order::Stall(10));
    assert_eq!(runner.send(first, GET), "HTTP/1.1 2");
    assert!(runner.send(second, GET).ends_with("[0,0]"));
    assert_eq!(runner.came(first), "");
    runner.order(Order::Mean(first));
    runner.order(Order::Resume);
    runner.settle();
    assert!(runner.came(first).ends_with("[0,0]"));
}

#[test]
fn the_end_lets_finish_what_has_begun_and_takes_no_others() {
    let mut runner = start();
    let idle = runner.open(&[Order::Join]);
    let busy = runner.open(&[]);
    let (begin, end) = WORK.split_at(WORK.len() - 1);
    runner.send(busy, begin);
    runner.order(Order::Drain);
    runner.settle();
    assert_eq!(runner.ended, [idle].into(), "it was between two requests");
    let late = runner.open(&[]);
    assert_eq!(runner.reset, [late].into());
    assert!(!ENDED.lock().expect("no panic").contains(&1));
    assert!(runner.send(busy, end).starts_with("HTTP/1.1 202 "));
    runner.link.finish(idle);
    runner.link.finish(busy);
    runner.settle();
    assert_eq!(runner.ended, [idle, busy].into());
    // What was asked for was done before, and nothing waits for time any more.
    assert!(ENDED.lock().expect("no panic").contains(&1));
    assert_eq!(runner.deadline, None);
    // All of it begins anew, as ordered, with the next one.
    let next = runner.open(&[Order::Default]);
    assert!(runner.send(next, GET).ends_with("[0,0]"));
}
