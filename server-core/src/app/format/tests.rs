//! Each format against examples of its RFC, and against an independent implementation of it.

use proptest::prelude::*;
use std::{format, string::String};

use super::{date, date_time, email, hostname, ipv4, ipv6, time, uri, uri_reference, uuid};

fn admits(format: fn(&[u8]) -> bool, texts: &[&str]) {
    for text in texts {
        assert!(format(text.as_bytes()), "{text:?} is refused");
    }
}

fn refuses(format: fn(&[u8]) -> bool, texts: &[&str]) {
    for text in texts {
        assert!(!format(text.as_bytes()), "{text:?} is admitted");
    }
}

#[test]
fn uuids_are_five_groups_of_digits() {
    // RFC 9562, Appendix A: one of each version; §5.9 and §5.10: nil and max.
    admits(
        uuid,
        &[
            "C232AB00-9414-11EC-B3C8-9F6BDECED846",
            "5df41881-3aed-3515-88a7-2f4a814cf09e",
            "919108f7-52d1-4320-9bac-f847db4148a8",
            "2ed6657d-e927-568b-95e1-2665a8aea6a2",
            "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
            "00000000-0000-0000-0000-000000000000",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        ],
    );
    refuses(
        uuid,
        &[
            "",
            "919108f752d143209bacf847db4148a8",
            "{919108f7-52d1-4320-9bac-f847db4148a8}",
            "urn:uuid:919108f7-52d1-4320-9bac-f847db4148a8",
            "919108f7-52d1-4320-9bac-f847db4148a",
            "919108f7-52d1-4320-9bac-f847db4148a8a",
            "919108f7-52d1-4320-9bacf-847db4148a8",
            "919108g7-52d1-4320-9bac-f847db4148a8",
        ],
    );
}

#[test]
fn dates_are_days_that_were() {
    admits(
        date,
        &["1985-04-12", "2024-02-29", "2000-02-29", "2023-02-28", "0000-02-29", "9999-12-31"],
    );
    refuses(
        date,
        &[
            "2023-02-29",
            "1900-02-29",
            "2024-02-30",
            "2024-04-31",
            "2024-13-01",
            "2024-00-10",
            "2024-01-00",
            "2024-1-01",
            "24-01-01",
            "2024/01/01",
            "2024-01-01 ",
            "+024-01-01",
            "2024-0\u{966}-01",
            "",
        ],
    );
}

#[test]
fn moments_are_those_of_rfc_3339() {
    // §5.8 has the first five.
    admits(
        date_time,
        &[
            "1985-04-12T23:20:50.52Z",
            "1996-12-19T16:39:57-08:00",
            "1990-12-31T23:59:60Z",
            "1990-12-31T15:59:60-08:00",
            "1937-01-01T12:00:27.87+00:20",
            "1991-01-01T00:59:60+01:00",
            "1972-06-29T23:59:59.000000000000001z",
            "1963-06-19t08:30:06Z",
        ],
    );
    refuses(
        date_time,
        &[
            "1990-12-31T23:58:60Z",
            "1990-12-31T22:59:60Z",
            "1990-12-30T23:59:60Z",
            "1990-12-31T15:59:60+08:00",
            "1990-12-31T00:59:60+01:00",
            "1985-04-12T23:20:50.Z",
            "1985-04-12 23:20:50Z",
            "1985-04-12T23:20:50",
            "1985-04-12T24:00:00Z",
            "1985-04-12T23:60:00Z",
            "1985-04-12T23:20:61Z",
            "1985-04-12T23:20:50+24:00",
            "1985-04-12T23:20:50+0100",
            "1985-04-31T23:20:50Z",
            "1985-04-12T23:20Z",
            "1985-04-12",
            "",
        ],
    );
    admits(time, &["23:59:60Z", "00:29:60+00:30", "23:29:60-00:30", "08:30:06.28+01:00"]);
    refuses(time, &["23:59:60+00:01", "12:00:60Z", "08:30:06", "8:30:06Z", "08:30:06+1:00", "Z"]);
}

#[test]
fn mailboxes_are_plain() {
    let long_local = format!("{}@example.com", "a".repeat(64));
    let long =
        format!("a@{}.{}.{}.{}", "b".repeat(63), "c".repeat(63), "d".repeat(63), "e".repeat(60));
    assert_eq!(long.len(), 254);
    admits(
        email,
        &[
            "joe.bloggs@example.com",
            "te~st+tag@example.com",
            "a@b",
            "!#$%&'*+-/=?^_`{|}~@example.com",
            "1@xn--bcher-kva.example",
            &long_local,
            &long,
        ],
    );
    refuses(
        email,
        &[
            "",
            "joe",
            "@example.com",
            "joe@",
            "joe@@example.com",
            ".joe@example.com",
            "joe.@example.com",
            "joe..bloggs@example.com",
            "joe bloggs@example.com",
            "joe@-example.com",
            "joe@example..com",
            "joe@[127.0.0.1]",
            "\"joe\"@example.com",
            "jöe@example.com",
            "joe@example.com\n",
            &format!("a{long_local}"),
            &format!("a{long}"),
        ],
    );
}

#[test]
fn hosts_are_labels() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "b".repeat(61));
    admits(hostname, &["localhost", "www.example.com", "a-b.c", "3com.com", "1", &label, &longest]);
    refuses(
        hostname,
        &[
            "",
            ".",
            "a.",
            ".a",
            "a..b",
            "-a",
            "a-",
            "a_b",
            "a b",
            "é",
            &format!("{label}a"),
            &format!("{longest}b"),
        ],
    );
}

#[test]
fn addresses_are_written_as_rfc_4291_shows() {
    // §2.2 and §2.3.
    admits(
        ipv6,
        &[
            "ABCD:EF01:2345:6789:ABCD:EF01:2345:6789",
            "2001:DB8:0:0:8:800:200C:417A",
            "FF01::101",
            "::1",
            "::",
            "0:0:0:0:0:0:13.1.68.3",
            "::FFFF:129.144.52.38",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
        ],
    );
    refuses(
        ipv6,
        &[
            "",
            ":",
            ":::",
            "1::2::3",
            "12345::",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:8::",
            "::1:2:3:4:5:6:7:8",
            "::1.2.3",
            "1.2.3.4::",
            "1:2:3:4:5:6:7:1.2.3.4",
            "fe80::1%eth0",
            ":1::",
            "1:",
            "::g",
        ],
    );
    admits(ipv4, &["0.0.0.0", "255.255.255.255", "192.0.2.10"]);
    refuses(
        ipv4,
        &["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "1..2.3", "0x1.2.3.4"],
    );
}

#[test]
fn uris_follow_the_grammar() {
    // RFC 3986 §1.1.2 has the first eight.
    let absolute = [
        "ftp://ftp.is.co.za/rfc/rfc1808.txt",
        "http://www.ietf.org/rfc/rfc2396.txt",
        "ldap://[2001:db8::7]/c=GB?objectClass?one",
        "mailto:John.Doe@example.com",
        "news:comp.infosystems.www.servers.unix",
        "tel:+1-816-555-1212",
        "telnet://192.0.2.16:80/",
        "urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
        "foo://example.com:8042/over/there?name=ferret#nose",
        "a:",
        "a://",
        "a://@:/",
        "a://[v1.x:y]",
        "a:%41",
    ];
    admits(uri, &absolute);
    admits(uri_reference, &absolute);
    // §5.4 has most of these, as references to something else.
    let relative = [
        "", "g", "./g", "g/", "/g", "//g", "?y", "g?y", "#s", "g?y#s", ";x", "..", "a/b:c",
        "./a:b", "%20",
    ];
    admits(uri_reference, &relative);
    refuses(uri, &relative);
    let neither = [
        "1a:b",
        ":b",
        "a_b:c",
        "a:b c",
        "a:\"b\"",
        "a:%4",
        "a:%zz",
        "a:b#c#d",
        "a://[::1",
        "a://[::g]",
        "a://[::1]x",
        "a://[v.x]",
        "a://b:8o",
        "a://b@c@d",
        "a://b[c]",
        "a:é",
        "a:\\b",
        "a:b\n",
        "a:<b>",
    ];
    refuses(uri, &neither);
    refuses(uri_reference, &neither);
}

/// Texts of `alphabet` alone, and some of anything.
fn texts(alphabet: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![9 => alphabet, 1 => ".{0,12}"]
}

proptest! {
    #[test]
    fn uuids_are_those_of_the_crate(text in texts("[0-9a-fA-Fg]{8}(-[0-9a-f]{3,5}){3}-[0-9a-fA-F]{11,13}")) {
        // The crate admits other spellings too: without hyphens, in braces, as a URN.
        let theirs = text.len() == 36 && uuid_peer::Uuid::try_parse(&text).is_ok();
        prop_assert_eq!(uuid(text.as_bytes()), theirs);
    }

    #[test]
    fn dates_are_those_of_chrono(text in texts("[0-9]{4}-[013][0-9]-[0-3][0-9]")) {
        let theirs = text.len() == 10
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
            && chrono::NaiveDate::parse_from_str(&text, "%Y-%m-%d").is_ok();
        prop_assert_eq!(date(text.as_bytes()), theirs);
    }

    #[test]
    fn moments_are_those_of_chrono(
        text in "[0-9]{4}-[01][0-9]-[0-3][0-9][Tt][0-2][0-9]:[0-6][0-9]:[0-5][0-9](\\.[0-9]{1,12})?([Zz]|[+-][0-2][0-9]:[0-6][0-9])"
    ) {
        prop_assert_eq!(
            date_time(text.as_bytes()),
            chrono::DateTime::parse_from_rfc3339(&text).is_ok(),
        );
    }

    #[test]
    fn ipv6_is_that_of_std(text in texts("(:?:?[0-9a-f]{1,5}){1,9}(::?|:[0-9]{1,3}(\\.[0-9]{1,3}){2,4})?")) {
        prop_assert_eq!(ipv6(text.as_bytes()), text.parse::<core::net::Ipv6Addr>().is_ok());
    }

    #[test]
    fn ipv4_is_that_of_std(text in texts("[0-9]{1,4}(\\.[0-9]{1,3}){2,4}")) {
        prop_assert_eq!(ipv4(text.as_bytes()), text.parse::<core::net::Ipv4Addr>().is_ok());
    }

    #[test]
    fn uris_are_those_of_fluent_uri(
        text in texts("([a-c][a-c1+.-]{0,3}:)?(//([a-c%:]{0,4}@)?([a-c%,.]{0,4}|\\[[0-9a-f:.v]{0,9}\\])(:[0-9a]{0,3})?)?[/a-c%0-9:@ ]{0,9}(\\?[a-c/?%12]{0,5})?(#[a-c/?#%12]{0,5})?")
    ) {
        prop_assert_eq!(uri(text.as_bytes()), fluent_uri::Uri::parse(text.as_str()).is_ok());
        prop_assert_eq!(
            uri_reference(text.as_bytes()),
            fluent_uri::UriRef::parse(text.as_str()).is_ok(),
        );
    }
}
