use super::{HandshakeRequest, PROTOCOLS_MAX, accept, judge};
use crate::Violation;
use crate::http::fields::Fields;
use std::format;
use std::string::String;
use std::vec::Vec;

const SWITCH: HandshakeRequest =
    HandshakeRequest { is_get: true, is_http11: true, has_content: false, upgrades: true };

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

const UPGRADE: (&str, &str) = ("Upgrade", "websocket");
const VERSION: (&str, &str) = ("Sec-WebSocket-Version", "13");
const KEY_LINE: (&str, &str) = ("Sec-WebSocket-Key", KEY);

/// The field lines as they come.
fn head(lines: &[(&str, &str)]) -> Vec<u8> {
    lines.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<String>().into()
}

fn judge_lines(lines: &[(&str, &str)]) -> Result<(), Violation> {
    judge(SWITCH, Fields::new(&head(lines))).map(|_| ())
}

/// A correct handshake but for the lines of `name`, which these replace.
fn judge_with(name: &str, values: &[&str]) -> Result<(), Violation> {
    let mut lines: Vec<_> =
        [UPGRADE, VERSION, KEY_LINE].into_iter().filter(|line| line.0 != name).collect();
    lines.extend(values.iter().map(|value| (name, *value)));
    judge_lines(&lines)
}

#[test]
fn takes_the_handshake_of_the_rfc() {
    let lines = head(&[
        ("Host", "server.example.com"),
        UPGRADE,
        ("Connection", "Upgrade"),
        KEY_LINE,
        ("Origin", "http://example.com"),
        ("Sec-WebSocket-Protocol", "chat, superchat"),
        VERSION,
    ]);
    let offer = judge(SWITCH, Fields::new(&lines)).unwrap();
    assert_eq!(&accept(offer.key), b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_eq!(offer.protocols.iter().collect::<Vec<_>>(), [&b"chat"[..], b"superchat"]);
    assert!(offer.protocols.contains(b"superchat"));
    assert!(!offer.protocols.contains(b"Chat"));
}

#[test]
fn order_and_case_of_names_have_no_say() {
    let lines = [("UPGRADE", "WebSocket"), ("sec-websocket-version", "13"), KEY_LINE];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let lines = head(&order.map(|at| lines[at]));
        let offer = judge(SWITCH, Fields::new(&lines)).unwrap();
        assert_eq!(offer.key, KEY.as_bytes());
    }
    // The first defect named is the same whichever line comes first.
    let lines = [UPGRADE, ("Sec-WebSocket-Key", "x"), ("Sec-WebSocket-Version", "8")];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let verdict = judge_lines(&order.map(|at| lines[at]));
        assert_eq!(verdict, Err(Violation::HandshakeVersion));
    }
}

#[test]
fn refuses_a_request_that_cannot_switch() {
    let lines = head(&[UPGRADE, VERSION, KEY_LINE]);
    for (request, expected) in [
        (SWITCH, None),
        (HandshakeRequest { is_get: false, ..SWITCH }, Some(Violation::Handshake)),
        (HandshakeRequest { is_http11: false, ..SWITCH }, Some(Violation::Handshake)),
        (HandshakeRequest { has_content: true, ..SWITCH }, Some(Violation::Handshake)),
        (HandshakeRequest { upgrades: false, ..SWITCH }, Some(Violation::NotUpgrade)),
    ] {
        assert_eq!(judge(request, Fields::new(&lines)).err(), expected, "{request:?}");
    }
}

#[test]
fn upgrade_lists_websocket() {
    for (values, is_listed) in [
        (&["websocket"][..], true),
        (&["WebSocket"], true),
        (&["h2c, websocket"], true),
        (&["h2c,\t WEBSOCKET ,x/1"], true),
        (&["h2c", "websocket"], true),
        (&["websocket", "h2c"], true),
        (&[], false),
        (&[""], false),
        (&["h2c"], false),
        (&["websocket2"], false),
        (&["websocket/13"], false),
        (&["web socket"], false),
        (&["websocket websocket"], false),
        (&["websocke"], false),
    ] {
        let expected = if is_listed { Ok(()) } else { Err(Violation::NotUpgrade) };
        assert_eq!(judge_with("Upgrade", values), expected, "{values:?}");
    }
}

#[test]
fn version_is_one_line_that_says_13() {
    use Violation::{Handshake, HandshakeVersion};
    for (values, expected) in [
        (&["13"][..], Ok(())),
        (&[" 13\t"], Ok(())),
        (&[], Err(HandshakeVersion)),
        (&["0"], Err(HandshakeVersion)),
        (&["8"], Err(HandshakeVersion)),
        (&["12"], Err(HandshakeVersion)),
        (&["14"], Err(HandshakeVersion)),
        (&["99"], Err(HandshakeVersion)),
        (&["130"], Err(HandshakeVersion)),
        (&["249"], Err(HandshakeVersion)),
        (&["255"], Err(HandshakeVersion)),
        (&[""], Err(Handshake)),
        (&["013"], Err(Handshake)),
        (&["00"], Err(Handshake)),
        (&["256"], Err(Handshake)),
        (&["260"], Err(Handshake)),
        (&["300"], Err(Handshake)),
        (&["1300"], Err(Handshake)),
        (&["13, 8"], Err(Handshake)),
        (&["13.0"], Err(Handshake)),
        (&["+13"], Err(Handshake)),
        (&["0x13"], Err(Handshake)),
        (&["1 3"], Err(Handshake)),
        (&["13", "13"], Err(Handshake)),
        (&["13", "8"], Err(Handshake)),
        (&["8", "13"], Err(Handshake)),
        (&["8", "13", "13"], Err(Handshake)),
    ] {
        assert_eq!(judge_with("Sec-WebSocket-Version", values), expected, "{values:?}");
    }
}

#[test]
fn key_is_one_line_of_16_bytes() {
    for (values, is_valid) in [
        (&[KEY][..], true),
        (&[" \tdGhlIHNhbXBsZSBub25jZQ==\t "], true),
        (&["AAAAAAAAAAAAAAAAAAAAAA=="], true),
        (&["+/+/+/+/+/+/+/+/+/+/+g=="], true),
        (&["//////////////////////w=="], false),
        (&["/////////////////////w=="], true),
        (&[], false),
        (&[""], false),
        // 13, 15 and 17 bytes
        (&["SGVsbG8sIHdvcmxkIQ=="], false),
        (&["AAAAAAAAAAAAAAAAAAAA"], false),
        (&["AAAAAAAAAAAAAAAAAAAAAAA="], false),
        // padding
        (&["dGhlIHNhbXBsZSBub25jZQ"], false),
        (&["dGhlIHNhbXBsZSBub25jZQ="], false),
        (&["dGhlIHNhbXBsZSBub25jZQ==="], false),
        (&["dGhlIHNhbXBsZSBub25jZQ=A"], false),
        (&["=GhlIHNhbXBsZSBub25jZQ=="], false),
        // alphabet
        (&["dGhlIHNhbXBsZSBub25j-Q=="], false),
        (&["dGhlIHNhbXBsZSBub25j_Q=="], false),
        (&["dGhlIHNhbXBs SBub25jZQ=="], false),
        (&["dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="], false),
        (&[KEY, KEY], false),
        (&[KEY, "AAAAAAAAAAAAAAAAAAAAAA=="], false),
        (&["", KEY], false),
    ] {
        let expected = if is_valid { Ok(()) } else { Err(Violation::HandshakeKey) };
        assert_eq!(judge_with("Sec-WebSocket-Key", values), expected, "{values:?}");
    }
}

/// Four bits of the last letter belong to no byte: RFC 4648 §3.5 lets us ask that they be zero.
#[test]
fn key_leaves_no_bits_over() {
    for last in 0..=u8::MAX {
        let mut key = *b"dGhlIHNhbXBsZSBub25jZQ==";
        key[21] = last;
        let lines =
            [&head(&[UPGRADE, VERSION])[..], b"Sec-WebSocket-Key: ", &key, b"\r\n"].concat();
        let verdict = judge(SWITCH, Fields::new(&lines));
        assert_eq!(verdict.is_ok(), b"AQgw".contains(&last), "{last:#x}");
    }
}

#[test]
fn extensions_follow_their_grammar() {
    for (values, is_valid) in [
        (&[][..], true),
        (&["permessage-deflate"], true),
        (&["permessage-deflate; client_max_window_bits"], true),
        (&["permessage-deflate; server_max_window_bits=10; client_no_context_takeover"], true),
        (&["permessage-deflate;server_max_window_bits=\"10\""], true),
        (&["a ; b = c ;\td=\"e\" , f"], true),
        (&["a;b=\"\\c\\d\""], true),
        (&["a", "b; c=d"], true),
        (&["a", ""], true),
        (&[",a,, b,"], true),
        (&["constructor"], true),
        (&[""], false),
        (&["", " , ,"], false),
        (&[";;"], false),
        (&["="], false),
        (&["a;"], false),
        (&["a; ;b"], false),
        (&["a;b="], false),
        (&["a;=b"], false),
        (&["a; =1"], false),
        (&["a=b"], false),
        (&["a b"], false),
        (&["a;b c"], false),
        (&["a;b=c d"], false),
        (&["a;b=c=d"], false),
        (&["a;b==d"], false),
        (&["\"a\""], false),
        (&["a;\"b\""], false),
        (&["a;b=\"\""], false),
        (&["a;b=\""], false),
        (&["a;b=\"c"], false),
        (&["a;b=c\""], false),
        (&["a;b=\"c\"d"], false),
        (&["a;b=\"c\" \"d\""], false),
        (&["a;b=\" c\""], false),
        (&["a;b=\"c d\""], false),
        (&["a;b=\"c,d\""], false),
        (&["a;b=\"c;d\""], false),
        (&["a;b=\"c=d\""], false),
        (&["a;b=\"c\\\"d\""], false),
        (&["a;b=\"c\\\""], false),
        (&["a;b=\"\\\""], false),
        (&["a;b=\"\\\\\""], false),
        (&["a;b=\"\u{e4}\""], false),
        (&["\u{e4}"], false),
        (&["good", "b@d"], false),
        (&["b@d", "good"], false),
    ] {
        let expected = if is_valid { Ok(()) } else { Err(Violation::HandshakeExtensions) };
        assert_eq!(judge_with("Sec-WebSocket-Extensions", values), expected, "{values:?}");
    }
}

#[test]
fn protocols_are_distinct_tokens() {
    for (values, is_valid) in [
        (&[][..], true),
        (&["chat"], true),
        (&["chat, superchat"], true),
        (&["chat", "superchat"], true),
        (&["chat,Chat"], true),
        (&[" , chat,, "], true),
        (&["v10.stomp, v11.stomp, v12.stomp"], true),
        (&[""], false),
        (&[","], false),
        (&["chat, chat"], false),
        (&["chat", "superchat, chat"], false),
        (&["chat superchat"], false),
        (&["chat;v=1"], false),
        (&["chat/1"], false),
        (&["\"chat\""], false),
        (&["ch\u{e4}t"], false),
    ] {
        let expected = if is_valid { Ok(()) } else { Err(Violation::Handshake) };
        assert_eq!(judge_with("Sec-WebSocket-Protocol", values), expected, "{values:?}");
    }
}

#[test]
fn protocols_are_bounded() {
    let many = |count| (0..count).map(|n| format!("p{n}")).collect::<Vec<String>>();
    let judge_many = |count| judge_with("Sec-WebSocket-Protocol", &[&many(count).join(", ")]);
    assert_eq!(judge_many(PROTOCOLS_MAX), Ok(()));
    assert_eq!(judge_many(PROTOCOLS_MAX + 1), Err(Violation::Handshake));

    let lines = many(PROTOCOLS_MAX);
    let mut lines: Vec<_> =
        lines.iter().map(|one| ("Sec-WebSocket-Protocol", one.as_str())).collect();
    lines.extend([UPGRADE, VERSION, KEY_LINE]);
    let lines = head(&lines);
    let offer = judge(SWITCH, Fields::new(&lines)).unwrap();
    assert_eq!(offer.protocols.iter().count(), PROTOCOLS_MAX);
}
