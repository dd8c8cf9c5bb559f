//! A query and its pairs, beside form_urlencoded, which mends what we refuse.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode};
use samewire::app::{Encoded, Query, percent_encode};
use samewire::buffer::Writer;

/// All but what RFC 3986 §2.3 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What sent bytes stand for; `None` for a `%` without two digits.
type Decoded = Option<Vec<u8>>;

/// Every getter, with every name that is there, and one that is not.
pub(crate) fn compare(input: &[u8]) {
    let pairs = input.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let pairs: Vec<(Decoded, Decoded)> = pairs
        .map(|pair| match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => (decode(&pair[..at]), decode(&pair[at + 1..])),
            None => (decode(pair), Some(Vec::new())),
        })
        .collect();
    let query = Query::new(input);
    assert_eq!(query.into_iter().count(), pairs.len());
    for ((name, value), (their_name, their_value)) in query.into_iter().zip(&pairs) {
        compare_one(name, their_name);
        compare_one(value, their_value);
    }
    compare_whole(query, &pairs);
    let names = pairs.iter().filter_map(|(name, _)| str::from_utf8(name.as_deref()?).ok());
    names.chain(["not there"]).for_each(|name| compare_named(query, name, &pairs));
    compare_encoded(input);
}

fn decode(sent: &[u8]) -> Decoded {
    let mut behind = sent.split(|byte| *byte == b'%').skip(1);
    let has_digits =
        |rest: &[u8]| rest.len() >= 2 && rest[0].is_ascii_hexdigit() && rest[1].is_ascii_hexdigit();
    if !behind.all(has_digits) {
        return None;
    }
    let spaced: Vec<u8> =
        sent.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    Some(percent_decode(&spaced).collect())
}

fn compare_one(ours: Encoded<'_>, theirs: &Decoded) {
    let sent = ours.as_sent();
    assert_eq!(ours.is_empty(), sent.is_empty());
    let mut room = vec![0; sent.len()];
    assert_eq!(ours.bytes(&mut room).ok(), theirs.as_deref());
    let text = theirs.as_deref().and_then(|bytes| str::from_utf8(bytes).ok());
    assert_eq!(ours.text(&mut room).ok(), text);
    let Some(bytes) = theirs else { return };
    assert!(ours.is(bytes) && !ours.is(&[bytes, &b"\0"[..]].concat()));
    let mut to = Writer::new(&mut room);
    ours.put(&mut to);
    assert_eq!(to.written(), Some(bytes.len()));
    assert_eq!(&room[..bytes.len()], bytes);
    // Memory that is one byte too small is enough only where none is needed.
    let is_plain = sent == bytes;
    if let Some(room) = room.get_mut(1..bytes.len()) {
        assert_eq!(ours.bytes(room).is_ok(), is_plain && !sent.contains(&b'+'));
    }
    let number = text.and_then(|text| text.parse::<i32>().ok());
    if bytes.len() <= 48 {
        assert_eq!(ours.parse::<i32>().ok(), number);
    }
}

/// What is in order as a whole, form_urlencoded reads alike.
fn compare_whole(query: Query<'_>, pairs: &[(Decoded, Decoded)]) {
    let mut room = vec![0; query.as_sent().len()];
    let is_text =
        |part: &Decoded| part.as_deref().is_some_and(|bytes| str::from_utf8(bytes).is_ok());
    let are_text = pairs.iter().all(|(name, value)| is_text(name) && is_text(value));
    let ours = query.pairs_in(&mut room);
    assert_eq!(ours.is_ok(), are_text);
    if let Ok(ours) = ours {
        let theirs: Vec<_> = form_urlencoded::parse(query.as_sent()).collect();
        assert!(ours.eq(theirs.iter().map(|(name, value)| (&**name, &**value))));
    }
}

fn compare_named(query: Query<'_>, name: &str, pairs: &[(Decoded, Decoded)]) {
    let theirs: Vec<&Decoded> = pairs
        .iter()
        .filter(|(other, _)| other.as_deref() == Some(name.as_bytes()))
        .map(|(_, value)| value)
        .collect();
    assert_eq!(query.has(name), !theirs.is_empty());
    let mut room = vec![0; query.as_sent().len()];
    let ours: Vec<Decoded> =
        query.all(name).map(|value| value.bytes(&mut room).ok().map(<[u8]>::to_vec)).collect();
    assert!(ours.iter().eq(theirs.iter().copied()));
    let first = theirs.first().map(|first| first.as_deref().map(str::from_utf8));
    match (query.text(name, &mut room), first) {
        (Ok(None), None) | (Err(_), Some(None | Some(Err(_)))) => {}
        (Ok(Some(ours)), Some(Some(Ok(theirs)))) => assert_eq!(ours, theirs),
        (ours, theirs) => panic!("{name}: {ours:?} {theirs:?}"),
    }
}

/// What we encode is what the crate encodes, and stands for the same bytes.
fn compare_encoded(input: &[u8]) {
    let mut room = vec![0; 3 * input.len()];
    let mut to = Writer::new(&mut room);
    percent_encode(input, &mut to);
    let bytes = to.written().expect("three bytes for one");
    let encoded = &room[..bytes];
    let theirs = percent_encoding::percent_encode(input, RESERVED).to_string();
    assert_eq!(encoded, theirs.as_bytes());
    assert!(Encoded::new(encoded).is(input));
}
