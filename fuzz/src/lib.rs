//! What must hold for any input: one function for each door that bytes come in by.
//!
//! A target is given bytes and panics if something is wrong with what became of them. It knows
//! nothing of libFuzzer: `cargo test` replays the committed corpus and every fixture with these
//! functions, and `cargo ci fuzz` builds a binary around each of them and looks for more.
//!
//! | target | input | what must hold |
//! | --- | --- | --- |
//! | [`head`] | the head of a request | one verdict at any cut; the grammar and httparse agree |
//! | [`chunked`] | chunked content | one result at any cut; the grammar agrees |
//! | [`conditions`] | field lines | ranges, codings and tags are read as the grammar says |
//! | [`connection`] | a [`Script`] of bytes, cuts, time | one transcript at any cut; no invariant broken |
//! | [`frames`] | the same, behind a handshake | the same; tungstenite reads the same messages |
//! | [`case`] | a fixture file | no panic; printing keeps the meaning |
//! | [`link`] | a script of frames, noise and faults | the same events at any cut; all arrives |
//! | [`path`] | the path of a request | the route and its values are those of its segments |
//! | [`query`] | a query | form_urlencoded reads the same, or has something to mend |
//! | [`cookies`] | cookies sent, or one to be set | the grammar and the crate `cookie` agree |
//! | [`multipart`] | a boundary and a form | the same parts at any cut; the grammar agrees, and multer |
//! | [`json`] | JSON text | serde_json accepts the same and finds the same at each path |
//! | [`formats`] | a text | it is of the formats that other readers take it for |
//! | [`jwt`] | header and claims of a token, and a change | good by the rules, or refused; never good when changed |
//! | [`operations`] | doors and verbs of a connection, in any order | misuse is told; it ends |
#![forbid(unsafe_code)]

mod asked;
mod case;
mod chunked;
mod conditions;
mod connection;
mod cookies;
mod cuts;
mod formats;
mod frames;
mod head;
mod json;
mod jwt;
mod link;
mod multipart;
mod operations;
mod parts;
mod path;
mod query;
mod requests;
mod script;
mod seeds;
mod token;
mod wish;

/// Rules of the RFCs, one function each; the core's own tests compare with the same.
#[path = "../../server-core/tests/oracle/mod.rs"]
mod oracle;

#[path = "../../server-core/tests/oracle/conditional/mod.rs"]
mod conditional;

pub use script::Script;
pub use seeds::seeds;

/// Something that takes any input, or panics.
pub type Target = fn(&[u8]);

/// The targets, by the names of their binaries and of their folders in the corpus.
pub const TARGETS: &[(&str, Target)] = &[
    ("head", head),
    ("chunked", chunked),
    ("conditions", conditions),
    ("connection", connection),
    ("frames", frames),
    ("case", case),
    ("link", link),
    ("path", path),
    ("query", query),
    ("cookies", cookies),
    ("multipart", multipart),
    ("json", json),
    ("formats", formats),
    ("jwt", jwt),
    ("operations", operations),
];

/// The head of a request.
///
/// # Panics
///
/// If a cut changes the verdict, or the grammar or httparse has another one.
pub fn head(input: &[u8]) {
    let whole = head::parse(input, [input.len()]);
    assert_eq!(head::parse(input, 1..=input.len()), whole, "byte by byte");
    assert_eq!(head::parse(input, cuts::seeded(input)), whole, "in pieces");
    head::compare_with_grammar(input, &whole);
    head::compare_with_httparse(input, &whole);
}

/// Chunked content.
///
/// # Panics
///
/// If a cut changes what is decoded, or the grammar has another result.
pub fn chunked(input: &[u8]) {
    let whole = chunked::decode(input, [input.len()]);
    assert_eq!(chunked::decode(input, 1..=input.len()), whole, "byte by byte");
    assert_eq!(chunked::decode(input, cuts::seeded(input)), whole, "in pieces");
    chunked::compare_with_grammar(input, &whole);
}

/// The field lines by which a client asks for a file.
///
/// # Panics
///
/// If the grammar selects, chooses or names something else.
pub fn conditions(input: &[u8]) {
    if let Some((request, fields)) = conditions::request(input) {
        conditions::ask(samewire::http::fields::Fields::new(&request[fields..]));
    }
}

/// A whole connection to the demo: what a [`Script`] says is sent, and when.
///
/// # Panics
///
/// If a cut changes a byte of what comes back, or the connection never ends, or an invariant is
/// broken that holds over every transcript.
pub fn connection(input: &[u8]) {
    connection::converse(&Script::read(input));
}

/// What follows the handshake of a WebSocket. The payloads of masked frames stand in it as if the
/// mask were not there, so that guidance sees through it.
///
/// # Panics
///
/// As [`connection`], or if tungstenite makes other messages of the same bytes.
pub fn frames(input: &[u8]) {
    let script = frames::opened(&Script::read(input));
    let transcript = connection::converse(&script);
    frames::compare_with_tungstenite(&transcript);
}

/// A file of fixtures.
///
/// # Panics
///
/// If the parser does, or printing what it read changes the meaning or is not stable.
pub fn case(input: &[u8]) {
    if let Ok(text) = str::from_utf8(input) {
        case::read_and_print(text);
    }
}

/// One end of a link that hears the frames and the noise of a script, and two ends on a line that
/// damages what it says.
///
/// # Panics
///
/// If a cut changes what an end tells or reads, or a byte is lost, doubled or reordered between two,
/// or does not arrive once the damage stops.
pub fn link(input: &[u8]) {
    let wire = link::wire(input);
    let whole = link::hear(&wire, [wire.len()]);
    assert_eq!(link::hear(&wire, 1..=wire.len()), whole, "byte by byte");
    assert_eq!(link::hear(&wire, cuts::seeded(&wire)), whole, "in pieces");
    link::converse(input);
}

/// The path of a request, without its first slash; a query may follow.
///
/// # Panics
///
/// If it leads to another route, or into other parameters, than its segments say.
pub fn path(input: &[u8]) {
    path::compare(input);
}

/// A query, without its `?`.
///
/// # Panics
///
/// If a getter finds something else than form_urlencoded, or takes what would have to be mended.
pub fn query(input: &[u8]) {
    query::compare(input);
}

/// Values of `Cookie`, each in a line, or all that can be said of a cookie to set.
///
/// # Panics
///
/// If other cookies are found than the grammar has, or one is set that should not be, or as another.
pub fn cookies(input: &[u8]) {
    cookies::compare(input);
}

/// A boundary, a line feed, and a form.
///
/// # Panics
///
/// If a cut changes its parts or its answer, or the grammar has others, or multer.
pub fn multipart(input: &[u8]) {
    multipart::compare(input);
}

/// JSON text.
///
/// # Panics
///
/// If serde_json accepts something else, or finds another value at some path.
pub fn json(input: &[u8]) {
    json::compare(input);
}

/// A text that may be a date, an address or the like.
///
/// # Panics
///
/// If it is of a format for us, and of none for another reader, or the other way round.
pub fn formats(input: &[u8]) {
    formats::compare(input);
}

/// Header and claims of a token, in front of them what is to be changed in it.
///
/// # Panics
///
/// If it is good when it should not be, or not when it should; or good when changed, or when signed
/// by somebody else, or by nobody.
pub fn jwt(input: &[u8]) {
    jwt::compare(input);
}

/// What is done to a connection, two bytes each: see the module.
///
/// # Panics
///
/// If a call panics, or changes what was written, or a deadline comes twice, or it never ends.
pub fn operations(input: &[u8]) {
    operations::play(input);
}

/// A fault on purpose, behind a comparison that chance does not get past: if this is not found in a
/// minute, the others are looking with their eyes shut.
///
/// # Panics
///
/// If the input begins with the four bytes.
pub fn planted(input: &[u8]) {
    let magic = input.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    assert_ne!(magic, Some(0x5a3e_c719), "this is the planted fault");
}
