//! Answers that are made piece by piece, in memory that does not grow.

use std::cell::Cell;

use samewire::app::Response;
use samewire::{Limits, Problem, Result, Status, app};
use samewire_sim::{Delivery, End, Sim, World};
use serde::Serialize;

/// Counts the rows that were made.
#[derive(Default)]
struct Ledger {
    made: Cell<u32>,
}

app! { for Ledger;
    get "/rows.ndjson"       => ndjson(response);
    get "/rows.csv"          => csv(response);
    get "/sized"             => sized(response);
    get "/breaks/{at:u32}"   => breaks(path, response);
}

#[derive(Serialize)]
struct Row<'r> {
    n: u32,
    note: &'r str,
}

async fn ndjson(ledger: &Ledger, response: Response<'_>) -> Result {
    let mut content = response.chunked(Status::OK, "application/x-ndjson").await;
    for n in 0..1000 {
        ledger.made.set(n);
        content.json_line(&Row { n, note: "a\nb" }).await?;
    }
    content.finish().await;
    Ok(())
}

async fn csv(ledger: &Ledger, response: Response<'_>) -> Result {
    let mut content = response.chunked(Status::OK, "text/csv; charset=utf-8; header=present").await;
    content.write(b"n,square\r\n").await?;
    for n in 0..1000 {
        ledger.made.set(n);
        let square = n * n;
        content
            .render(|to| {
                to.put_decimal(n.into());
                to.push(b',');
                to.put_decimal(square.into());
                to.put(b"\r\n");
            })
            .await?;
    }
    content.finish().await;
    Ok(())
}

async fn sized(_: &Ledger, response: Response<'_>) -> Result {
    let mut content = response.sized(Status::OK, "text/plain", 7).await;
    for part in ["one ", "two"] {
        content.render(|to| to.put(part.as_bytes())).await?;
    }
    content.finish().await;
    Ok(())
}

async fn breaks(_: &Ledger, at: u32, response: Response<'_>) -> Result {
    if at == 0 {
        return Err(Problem::conflict("there is nothing to begin with"));
    }
    let mut content = response.chunked(Status::OK, "text/plain").await;
    for n in 0..=at {
        if n == at {
            return Err(Problem::conflict("what was to follow cannot be had"));
        }
        content.write(b"line\n").await?;
    }
    Ok(())
}

#[test]
fn a_thousand_rows_come_in_order() {
    let sim = Sim::new(Ledger::default());
    let answer = sim.get("/rows.ndjson").expect(200);
    assert_eq!(answer.field("Content-Type"), Some("application/x-ndjson"));
    let expected: String =
        (0..1000).map(|n| format!("{{\"n\":{n},\"note\":\"a\\nb\"}}\n")).collect();
    assert_eq!(answer.body().replace("\\u000a", "\\n"), expected);
    let answer = sim.get("/rows.csv").expect(200);
    let expected: String = (0..1000).map(|n| format!("{n},{}\r\n", n * n)).collect();
    assert_eq!(answer.body(), format!("n,square\r\n{expected}"));
    assert_eq!(sim.get("/sized").expect(200).body(), "one two");
    assert_eq!(sim.head("/rows.csv").expect(200).body(), "");
}

/// The send buffer is all that lies between the handler and its client.
#[test]
fn rows_are_made_as_they_are_read() {
    let world = World::new(Ledger::default(), Limits::SMALL);
    let client = world.connect_with(Delivery { window_bytes: 100, ..Delivery::default() });
    client.send("GET /rows.ndjson HTTP/1.1\r\nHost: a\r\n\r\n");
    world.run();
    let made = world.app().made.get();
    assert!(made > 10 && made < 150, "{made} rows of 1,000 are made, none of them read");
    let mut came = Vec::new();
    while client.read(50, &mut came) > 0 {
        world.run();
        // A row is at most 40 bytes with its chunk, a buffer at most 5,000.
        let ahead = world.app().made.get() as usize * 25;
        assert!(ahead < came.len() + 5_000, "{ahead} bytes made, {} read", came.len());
    }
    assert!(came.ends_with(b"\r\n0\r\n\r\n"));
}

#[test]
fn an_error_before_the_first_byte_is_answered_and_one_behind_it_cuts_the_answer() {
    let sim = Sim::new(Ledger::default());
    assert!(sim.get("/breaks/0").expect(409).body().contains("nothing to begin with"));
    for lines in [1, 2, 500] {
        let world = World::new(Ledger::default(), Limits::SMALL);
        let client = world.connect();
        client.send(format!("GET /breaks/{lines} HTTP/1.1\r\nHost: a\r\n\r\n"));
        world.run();
        let came = String::from_utf8(client.take()).unwrap();
        assert_eq!(came.matches("line\n").count(), lines);
        assert!(came.ends_with("\r\n5\r\nline\n\r\n"), "no last chunk, no other answer: {came}");
        assert_ne!(client.end(), End::Open, "the end of the stream tells that it is cut");
    }
}
