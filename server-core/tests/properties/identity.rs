//! What the server writes reads back as what it was given: streamed content by an independent
//! reader of chunks, JSON by serde_json. (Frame headers: `ws::frame::tests::reads_what_it_writes`.)

use std::cell::RefCell;

use proptest::collection::vec;
use proptest::prelude::*;
use samewire::{Json, Limits, Response, Result, Status, app};
use serde::{Deserialize, Serialize};

use crate::oracle::chunked::{Read, chunked_body};
use crate::support::serve::run;
use crate::whole::Client;

/// The head of the answer to `request`, and its content as it stands on the wire.
fn answer(
    app: &impl samewire::App,
    request: &str,
    takes: usize,
    limits: &Limits,
) -> (String, Vec<u8>) {
    let mut client = Client::new(request.as_bytes(), takes);
    run(app, &mut client, limits);
    let end = client.out.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    let content = client.out.split_off(end);
    (String::from_utf8(client.out).unwrap(), content)
}

/// Streams these pieces.
struct Pieces(Vec<Vec<u8>>);

app! { for Pieces;
    get "/" => stream(response);
}

async fn stream(app: &Pieces, response: Response<'_>) -> Result {
    let mut content = response.chunked(Status::OK, "text/plain").await;
    for piece in &app.0 {
        content.write(piece).await?;
    }
    content.finish().await;
    Ok(())
}

/// A value of every shape that JSON has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Value {
    text: String,
    unsigned: u64,
    signed: i64,
    yes: bool,
    maybe: Option<i32>,
    list: Vec<u16>,
    pair: (String, u8),
}

fn value() -> impl Strategy<Value = Value> {
    let text = || prop_oneof!["\\PC{0,30}", "[\\x00-\\x7f\"\\\\/]{0,20}"];
    let numbers = (any::<u64>(), any::<i64>(), any::<bool>(), any::<Option<i32>>());
    (text(), numbers, vec(any::<u16>(), 0..9), (text(), any::<u8>())).prop_map(
        |(text, (unsigned, signed, yes, maybe), list, pair)| Value {
            text,
            unsigned,
            signed,
            yes,
            maybe,
            list,
            pair,
        },
    )
}

/// What needs no memory of its own to be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Numbers {
    unsigned: u64,
    signed: i64,
    yes: bool,
    maybe: Option<i32>,
    list: (u16, i8, u32),
}

/// Tells a value, and takes numbers.
struct Teller {
    value: Value,
    told: RefCell<Option<Numbers>>,
}

app! { for Teller;
    get  "/" => tell;
    post "/" => listen(json);
}

async fn tell(app: &Teller) -> Json<Value> {
    Json(app.value.clone())
}

async fn listen(app: &Teller, Json(numbers): Json<Numbers>) -> Json<Numbers> {
    *app.told.borrow_mut() = Some(numbers.clone());
    Json(numbers)
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn streamed_content_reads_back(
        pieces in vec(vec(any::<u8>(), 0..300), 0..12),
        chunk_bytes_max in prop_oneof![1..20_u16, 20..500_u16],
        takes in 1..600_usize,
    ) {
        let limits = Limits { chunk_bytes_max, ..Limits::SMALL };
        let expected = pieces.concat();
        let (head, content) = answer(&Pieces(pieces), GET, takes, &limits);
        prop_assert!(head.contains("\r\nTransfer-Encoding: chunked\r\n"), "{}", head);
        let at = content.len();
        prop_assert_eq!(chunked_body(&content), Some(Read::Whole { content: expected, at }));
    }

    #[test]
    fn json_reads_back(value in value(), numbers: (u64, i64, bool, Option<i32>, (u16, i8, u32))) {
        let app = Teller { value, told: RefCell::new(None) };
        let (head, content) = answer(&app, GET, usize::MAX, &Limits::SMALL);
        prop_assert!(head.starts_with("HTTP/1.1 200 "), "{}", head);
        let read: Value = serde_json::from_slice(&content)
            .map_err(|error| TestCaseError::fail(format!("{error}: {}", content.escape_ascii())))?;
        prop_assert_eq!(read, app.value.clone());

        let (unsigned, signed, yes, maybe, list) = numbers;
        let numbers = Numbers { unsigned, signed, yes, maybe, list };
        let json = serde_json::to_string_pretty(&numbers).unwrap();
        let bytes = json.len();
        let post = format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
             Content-Length: {bytes}\r\n\r\n{json}"
        );
        let (head, content) = answer(&app, &post, usize::MAX, &Limits::SMALL);
        prop_assert!(head.starts_with("HTTP/1.1 200 "), "{} {}", json, content.escape_ascii());
        prop_assert_eq!(app.told.into_inner(), Some(numbers.clone()));
        prop_assert_eq!(serde_json::from_slice::<Numbers>(&content).unwrap(), numbers);
    }
}
