//! What clients of the demo want, and what they deserve by its contract.

use super::generate::pause;
use super::kinds::{Kind, Swarm};
use super::{Act, Ask, Content, Deserves, Due, Made, Say};
use crate::random::Random;

/// The longest content that the demo's `POST /` takes: `Limits::SMALL.collected_bytes_max`.
const CONTENT_BYTES_MAX: u64 = 2048;

/// The longest content that is read though nobody wants it: `Limits::SMALL.drain_bytes_max`.
const UNREAD_BYTES_MAX: u64 = 4096;

/// The longest message that `/ws` takes: `Limits::SMALL.message_bytes_max`.
const MESSAGE_BYTES_MAX: u64 = 2048;

const ROOMS: [&str; 3] = ["tea", "general", "attic"];

/// Requests that break a rule, and what each deserves.
const MALFORMED: [(&[u8], u16); 11] = [
    (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    (b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n", 413),
];

/// The acts of one client.
pub(super) fn script(swarm: Swarm, client: u32, random: &mut Random) -> Vec<Act> {
    if swarm.has(Kind::WebSockets) && random.chance(35) {
        return websocket(client, random);
    }
    if swarm.has(Kind::Chat) && random.chance(40) {
        return chat(client, random);
    }
    if swarm.has(Kind::Events) && random.chance(25) {
        return events(random);
    }
    requests(swarm, client, random)
}

fn requests(swarm: Swarm, client: u32, random: &mut Random) -> Vec<Act> {
    let mut acts = Vec::new();
    let waits = if swarm.has(Kind::Pipelines) { random.between(0, 100) } else { 100 };
    // Some fill the server's buffers, and ask more often than it bears.
    let count = if random.chance(10) { random.between(13, 130) } else { random.between(1, 12) };
    for index in 0..count {
        if swarm.has(Kind::Malformed) && random.chance(8) {
            let (bytes, status) = *random.pick(&MALFORMED);
            acts.push(Act::Raw(bytes.to_vec(), Deserves::status(status)));
            break;
        }
        let tag = client * 1000 + u32::try_from(index).unwrap_or_default();
        let mut ask = request(swarm, tag, random);
        ask.closes = index + 1 == count && random.chance(30);
        let expects = ask.expects;
        acts.push(Act::Ask(ask));
        // Whoever waits for a word of the server waits for its answer: what it says instead of that
        // word decides whether anything can be said behind it.
        if expects || random.chance(waits) {
            acts.push(Act::Wait);
        }
        if swarm.has(Kind::Pauses) && random.chance(20) {
            acts.push(pause(random));
        }
    }
    match random.below(12) {
        0 => acts.push(Act::Shut),
        1 => acts.push(Act::Reset),
        _ => {}
    }
    acts
}

fn request(swarm: Swarm, tag: u32, random: &mut Random) -> Ask {
    let text =
        |status, text: &str| Deserves { statuses: vec![status], content: Due::Text(text.into()) };
    if swarm.has(Kind::SlowHandlers) && random.chance(6) {
        return Ask::get("/slow", Deserves::status(503));
    }
    if swarm.has(Kind::Contents) && random.chance(50) {
        return content(tag, random);
    }
    match random.below(13) {
        0 => Ask::get("/", text(200, "Samewire: the same bytes on every wire.\n")),
        1 => Ask { method: "HEAD".into(), ..Ask::get("/hello", text(200, "")) },
        2 => Ask { method: "DELETE".into(), ..Ask::get("/hello", Deserves::status(405)) },
        3 => Ask::get("/stream", text(200, "the same\nbytes on\nevery wire\n")),
        4 => Ask::get("/nowhere", Deserves::status(404)),
        5 => Ask::get(format!("/users/{tag}"), text(200, &format!("{{\"id\":{tag}}}"))),
        6 => Ask::get("/sensor", Deserves { statuses: vec![200, 503], content: Due::Any }),
        7 => led(random),
        8 => Ask::get(format!("/search?tag={tag}"), text(200, &format!("tag={tag}\n"))),
        9 => Ask::get("/private", Deserves::status(401)),
        10 => Ask::get("/static/app.js", Deserves::status(200)),
        11 => unread(tag, random),
        _ => Ask::get("/hello", text(200, r#"{"message":"Hello, World!"}"#)),
    }
}

fn led(random: &mut Random) -> Ask {
    let percent = random.below(120);
    let json = format!("{{\"on\":true,\"percent\":{percent}}}");
    let deserves = match percent {
        0..=100 => Deserves { statuses: vec![200, 503], content: Due::Text(json.clone()) },
        _ => Deserves::status(422),
    };
    let content = Some(Content::Json(json));
    Ask { method: "PUT".into(), content, ..Ask::get("/led", deserves) }
}

fn content(tag: u32, random: &mut Random) -> Ask {
    let bytes = match random.below(4) {
        0 => *random.pick(&[0, 1, CONTENT_BYTES_MAX - 1, CONTENT_BYTES_MAX]),
        1 => random.between(CONTENT_BYTES_MAX + 1, 3 * CONTENT_BYTES_MAX),
        _ => random.below(300),
    };
    let deserves = match bytes {
        0..=CONTENT_BYTES_MAX => Deserves { statuses: vec![200], content: Due::Echo },
        _ => Deserves::status(413),
    };
    let made = Made { bytes: usize::try_from(bytes).unwrap_or(0), tag };
    let chunk = random.chance(40).then(|| usize::try_from(random.between(40, 600)).unwrap_or(1));
    let content = Some(Content::Made(made, chunk));
    let expects = random.chance(20);
    Ask { method: "POST".into(), content, expects, ..Ask::get("/", deserves) }
}

/// Content that no handler wants: the server reads it, or closes, by how much there is.
fn unread(tag: u32, random: &mut Random) -> Ask {
    let bytes = match random.chance(70) {
        true => random.between(1, 300),
        false => random.between(1, 3 * UNREAD_BYTES_MAX),
    };
    let made = Made { bytes: usize::try_from(bytes).unwrap_or(0), tag };
    let chunk = random.chance(30).then(|| usize::try_from(random.between(40, 600)).unwrap_or(1));
    let content = Some(Content::Made(made, chunk));
    Ask { method: "POST".into(), content, ..Ask::get("/hello", Deserves::status(405)) }
}

fn made(tag: u32, random: &mut Random) -> (Made, Option<usize>) {
    let bytes = match random.below(4) {
        0 => *random.pick(&[0, 125, 126, MESSAGE_BYTES_MAX]),
        _ => random.below(200),
    };
    let pieces = random.chance(30).then(|| usize::try_from(random.between(20, 300)).unwrap_or(1));
    (Made { bytes: usize::try_from(bytes).unwrap_or(0), tag }, pieces)
}

fn websocket(client: u32, random: &mut Random) -> Vec<Act> {
    let mut acts = vec![Act::Open("/ws".into())];
    let mut said = 0;
    for index in 0..random.between(0, 12) {
        let tag = client * 1000 + u32::try_from(index).unwrap_or_default();
        let (made, pieces) = made(tag, random);
        match random.below(10) {
            0 => acts.push(Act::Ping(usize::try_from(random.below(126)).unwrap_or(0))),
            1 => acts.push(pause(random)),
            2 => acts.push(Act::Hear(said)),
            3..6 => {
                said += 1;
                acts.push(Act::Say(Say::Binary(made, pieces)));
            }
            _ => {
                said += 1;
                acts.push(Act::Say(Say::Text(made, pieces)));
            }
        }
    }
    acts.extend(match random.below(8) {
        0 => Some(Act::Shut),
        1 => Some(Act::Reset),
        2 => None,
        _ => Some(Act::End(*random.pick(&[1000, 1001, 3000, 4999]))),
    });
    acts
}

fn chat(client: u32, random: &mut Random) -> Vec<Act> {
    if random.chance(25) {
        return news(client, random);
    }
    let words = |text: String| Act::Say(Say::Words(text));
    let room = *random.pick(&ROOMS);
    let mut acts = vec![
        Act::Open("/chat".into()),
        words(format!("{{\"action\":\"name\",\"name\":\"c{client}\"}}")),
        words(format!("{{\"action\":\"join\",\"room\":\"{room}\"}}")),
        Act::Hear(2),
    ];
    for index in 0..random.between(0, 10) {
        acts.push(match random.below(4) {
            0 => pause(random),
            _ => words(format!("{{\"action\":\"message\",\"text\":\"c{client}-{index}\"}}")),
        });
    }
    acts.push(pause(random));
    acts.extend(random.chance(60).then_some(Act::End(1000)));
    acts
}

fn news(client: u32, random: &mut Random) -> Vec<Act> {
    let mut acts = Vec::new();
    for index in 0..random.between(1, 6) {
        let room = *random.pick(&ROOMS);
        let json = format!("{{\"room\":\"{room}\",\"text\":\"n{client}-{index}\"}}");
        let ask = Ask::get("/chat", Deserves::status(202));
        let content = Some(Content::Json(json));
        acts.push(Act::Ask(Ask { method: "POST".into(), content, ..ask }));
        acts.push(Act::Wait);
        acts.push(Act::Pause(random.below(800)));
    }
    acts
}

fn events(random: &mut Random) -> Vec<Act> {
    let hears = usize::try_from(random.between(3, 6)).unwrap_or(3);
    let mut acts = vec![Act::Ask(Ask::get("/events", Deserves::status(200))), Act::Hear(hears)];
    acts.push(pause(random));
    acts.push(if random.chance(50) { Act::Shut } else { Act::Reset });
    acts
}
