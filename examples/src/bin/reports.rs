//! Measurements come in as uploads of any size, and go out as streams, in constant memory both ways;
//! whoever asks shows a token, and does not ask too often.
//!
//! ```console
//! $ TOKEN=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDB9.ChqI32GkLZQt_EFqO4u43R3W55u10Nq5i48FUigmfyw
//! $ curl -H "Authorization: Bearer $TOKEN" -F file=@data.bin 127.0.0.1:8080/uploads
//! $ curl -H "Authorization: Bearer $TOKEN" '127.0.0.1:8080/report.csv?rows=3'
//! $ curl -H "Authorization: Bearer $TOKEN" 127.0.0.1:8080/report.ndjson
//! ```

use std::cell::Cell;

use samewire::app::layer::{Claims, Entry, Hs256, Jwt, Log, RateLimit, RequestId, Timeout};
use samewire::app::{Multipart, Query};
use samewire::{Json, Response, Result, Status, app};
use serde::{Deserialize, Serialize};

/// Of an example, so that it can be read here. One of yours comes from where nobody reads it.
const KEY: &[u8; 32] = b"an example's key, known to all!!";

struct Reports {
    limit: RateLimit<64>,
    log: Log<fn(&Self, &Entry<'_>)>,
    bytes: Cell<u64>,
}

app! { for reports: Reports;
    layers [RequestId, &reports.log, &reports.limit];
    layers [Jwt::<Hs256>::new("reports", KEY), Timeout(10_000)];
    get  "/me"            => me(state);
    post "/uploads"       => upload(multipart);
    get  "/report.csv"    => csv(query, response);
    get  "/report.ndjson" => ndjson(response);
}

#[derive(Deserialize, Serialize)]
struct Me {
    sub: String,
}

/// What the token says of who asks.
async fn me(_: &Reports, claims: &Claims) -> Result<Json<Me>> {
    claims.read().map(Json)
}

#[derive(Serialize)]
struct Stored {
    parts: u32,
    bytes: u64,
}

async fn upload(reports: &Reports, mut form: Multipart<'_>) -> Result<(Status, Json<Stored>)> {
    let mut stored = Stored { parts: 0, bytes: 0 };
    while let Some(mut part) = form.next_part().await? {
        stored.parts += 1;
        while let Some(piece) = part.chunk().await? {
            stored.bytes += piece.len() as u64;
        }
    }
    reports.bytes.set(reports.bytes.get() + stored.bytes);
    Ok((Status::CREATED, Json(stored)))
}

async fn csv(reports: &Reports, query: Query<'_>, response: Response<'_>) -> Result {
    let rows = query.parse("rows")?.unwrap_or(1_000_u32);
    let mut content = response.chunked(Status::OK, "text/csv; charset=utf-8").await;
    content.write(b"row,bytes\r\n").await?;
    for row in 1..=rows {
        content.write(format!("{row},{}\r\n", reports.bytes.get()).as_bytes()).await?;
    }
    content.finish().await;
    Ok(())
}

#[derive(Serialize)]
struct Row {
    row: u32,
    bytes: u64,
}

async fn ndjson(reports: &Reports, response: Response<'_>) -> Result {
    let mut content = response.chunked(Status::OK, "application/x-ndjson").await;
    for row in 1..=3 {
        content.json_line(&Row { row, bytes: reports.bytes.get() }).await?;
    }
    content.finish().await;
    Ok(())
}

impl Default for Reports {
    fn default() -> Self {
        Self {
            limit: RateLimit::per_second(5).burst(20),
            log: Log::to(|_, entry| eprintln!("{entry}")),
            bytes: Cell::new(0),
        }
    }
}

fn main() -> Result<(), samewire_host::StartError> {
    samewire_host::Server::new(Reports::default).signals(true).start()?.wait();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Reports;
    use samewire_sim::Sim;
    use std::time::Duration;

    /// `{"alg":"HS256"}` and `{"sub":"ada","exp":4102444800}`, signed with the example's key.
    const TOKEN: &str = "Bearer eyJhbGciOiJIUzI1NiJ9.\
        eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDB9.\
        ChqI32GkLZQt_EFqO4u43R3W55u10Nq5i48FUigmfyw";

    fn sim() -> Sim<Reports> {
        Sim::new(Reports::default())
    }

    #[test]
    fn who_shows_a_token_is_known_by_it() {
        let sim = sim();
        sim.get("/me").expect(401);
        let me = sim.request("GET", "/me").field("Authorization", TOKEN).send().expect(200);
        me.expect_body(r#"{"sub":"ada"}"#);
    }

    #[test]
    fn what_comes_up_goes_out() {
        let sim = sim();
        let content = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n\
                       0123456789\r\n--b--\r\n";
        let upload = sim.request("POST", "/uploads").field("Authorization", TOKEN);
        let upload = upload.field("Content-Type", "multipart/form-data; boundary=b");
        let stored = upload.content(content).send().expect(201);
        stored.expect_body(r#"{"parts":1,"bytes":10}"#);
        let report = |target| sim.request("GET", target).field("Authorization", TOKEN).send();
        let csv = report("/report.csv?rows=2").expect(200);
        assert_eq!(csv.body().lines().count(), 3, "{csv:?}");
        assert_eq!(report("/report.ndjson").expect(200).body().lines().count(), 3);
        report("/report.csv?rows=many").expect(400);
    }

    #[test]
    fn who_asks_too_often_is_told_when_to_come_back() {
        let sim = sim();
        let ask = || sim.request("GET", "/me").field("Authorization", TOKEN).send();
        let answers = (0..30).map(|_| ask().status()).collect::<Vec<_>>();
        assert!(answers.contains(&200) && answers.last() == Some(&429), "{answers:?}");
        ask().expect(429).expect_field("Retry-After", "1");
        sim.pass(Duration::from_secs(2));
        ask().expect(200);
    }
}
