//! What the demo reads of a request: a query, forms, JSON.

use samewire::app::json::Value;
use samewire::app::{Cookie, Form, Multipart, Query, Redirect, SameSite};
use samewire::buffer::Writer;
use samewire::{Json, Problem, Rendered, Respond, Result};
use serde::{Deserialize, Serialize};

use crate::Demo;

/// Pairs that `/search` shows when nobody says how many.
const LIMIT: usize = 20;

pub(crate) async fn search<'x>(_: &Demo, query: Query<'x>) -> Result<impl Respond + use<'x>> {
    let limit = query.parse("limit")?.unwrap_or(LIMIT);
    query.text("q", &mut [0; 64])?;
    Ok(Rendered::text(move |to| {
        for (name, value) in query.into_iter().take(limit) {
            name.put(to);
            to.put(b"=");
            value.put(to);
            to.put(b"\n");
        }
    }))
}

pub(crate) async fn form<'f>(_: &Demo, form: Form<'f>) -> impl Respond + use<'f> {
    Rendered::text(move |to| {
        for (name, value) in form {
            put_line(to, &[name.as_bytes(), b"=", value.as_bytes()]);
        }
    })
}

/// Bytes of the lines that tell of the parts of an upload.
const REPORT_BYTES_MAX: usize = 128;

pub(crate) async fn upload(_: &Demo, mut form: Multipart<'_>) -> Result<impl Respond + use<>> {
    let (mut lines, mut end) = ([0; REPORT_BYTES_MAX], 0);
    while let Some(mut part) = form.next_part().await? {
        let (mut bytes, mut sum) = (0, Adler32::default());
        while let Some(data) = part.chunk().await? {
            bytes += data.len() as u64;
            sum.add(data);
        }
        let mut to = Writer::new(lines.get_mut(end..).unwrap_or_default());
        to.put(part.name().as_bytes());
        if let Some(filename) = part.filename() {
            put_parts(&mut to, &[b" \"", filename.as_bytes(), b"\""]);
        }
        put_parts(&mut to, &[b" ", part.content_type(), b" "]);
        to.put_decimal(bytes);
        to.put(b" ");
        to.put_hex(sum.value());
        to.put(b"\n");
        end += to.written().ok_or(Problem::unprocessable("too many parts to tell of"))?;
    }
    Ok(Rendered::text(move |to| to.put(lines.get(..end).unwrap_or_default())))
}

/// The checksum of RFC 1950 §8.2.
struct Adler32 {
    low: u32,
    high: u32,
}

impl Default for Adler32 {
    fn default() -> Self {
        Self { low: 1, high: 0 }
    }
}

impl Adler32 {
    fn add(&mut self, data: &[u8]) {
        let reduced = |sum| if sum < 65_521 { sum } else { sum - 65_521 };
        for byte in data {
            self.low = reduced(self.low + u32::from(*byte));
            self.high = reduced(self.high + self.low);
        }
    }

    fn value(&self) -> usize {
        (self.high << 16 | self.low) as usize
    }
}

pub(crate) async fn json<'x>(
    _: &Demo,
    query: Query<'x>,
    json: Value<'x>,
) -> Result<impl Respond + use<'x>> {
    let mut room = [0; 64];
    let path = query.text("at", &mut room)?.unwrap_or("$");
    let found = json.get(path).ok_or(Problem::not_found("no such value"))?;
    Ok(Rendered::text(move |to| found.put(to)))
}

/// Seconds that a cookie lives if nobody says how many.
const COOKIE_SECONDS: u32 = 3600;

/// What `PUT /json` takes and answers. The text is that of the content, not a copy.
#[derive(Deserialize, Serialize)]
pub(crate) struct Note<'x> {
    text: &'x str,
    #[serde(default)]
    level: u8,
}

pub(crate) async fn note<'x>(_: &Demo, note: Json<Note<'x>>) -> Json<Note<'x>> {
    note
}

pub(crate) async fn set_cookie<'f>(_: &Demo, form: Form<'f>) -> Result<impl Respond + use<'f>> {
    let name = form.get("name").ok_or(Problem::bad_request("a cookie has a name"))?;
    let value = form.get("value").unwrap_or_default();
    let seconds = form.parse("seconds")?.unwrap_or(COOKIE_SECONDS);
    let cookie = match seconds {
        0 => Cookie::removed(name),
        _ => Cookie::new(name, value.as_bytes()).map(|cookie| cookie.max_age(seconds)),
    };
    let of_forms = |cookie: Cookie<'f>| cookie.http_only().same_site(SameSite::Lax);
    let cookie = cookie.map_err(|_| Problem::bad_request("no name or no value of a cookie"))?;
    let also = Cookie::new("also", b"1")?.max_age(COOKIE_SECONDS);
    let place = Redirect::see_other(form.get("then").unwrap_or("/cookie"))
        .map_err(|_| Problem::bad_request("not a path of this server"))?;
    let also = form.has("also").then_some(of_forms(also));
    Ok(place.with_lines(of_forms(cookie)).with_lines(also))
}

fn put_line(to: &mut Writer<'_>, parts: &[&[u8]]) {
    put_parts(to, parts);
    to.put(b"\n");
}

fn put_parts(to: &mut Writer<'_>, parts: &[&[u8]]) {
    parts.iter().for_each(|part| to.put(part));
}
