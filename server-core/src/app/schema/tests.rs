//! Schemas against what they declare. The JSON cases follow the keywords of the JSON-Schema-Test-Suite
//! (draft 2020-12) that a schema of ours can say.

use proptest::prelude::*;
use std::boxed::Box;
use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use super::refused::INVALID;
use super::source::Pairs;
use super::{
    Fault, Invalid, Kind, List, Member, Named, Place, Refused, Rule, Schema, Shape, Take, Valid,
    read,
};
use crate::app::json::members::Members;
use crate::buffer::Writer;
use crate::http::status::Status;

/// `rule` and place of each error of a problem.
fn told(refused: Option<Refused>) -> String {
    let json = match refused {
        None => return String::new(),
        Some(Refused::Problem(problem)) => {
            return problem.status().map(|status| status.code().to_string()).unwrap_or_default();
        }
        Some(Refused::Invalid(invalid)) => rendered(invalid),
    };
    let errors = json["errors"].as_array().unwrap().iter().map(|error| {
        let name = error["pointer"].as_str().or(error["parameter"].as_str()).unwrap_or_default();
        format!("{name} {}", error["rule"].as_str().unwrap())
    });
    errors.collect::<Vec<_>>().join(", ")
}

fn rendered(invalid: Invalid) -> serde_json::Value {
    let mut room = [0; 4096];
    let mut writer = Writer::new(&mut room);
    INVALID.render(Status::UNPROCESSABLE_CONTENT, &|to| invalid.put(to), &mut writer);
    let n = writer.written().unwrap();
    serde_json::from_slice(&room[..n]).unwrap()
}

crate::schema! {
    /// Where somebody lives.
    struct Address<'x> {
        street: &'x str [length 1..=20],
        number: Option<u16>,
    }
}

crate::schema! {
    /// Who signs up.
    struct NewUser<'x> {
        /// As it is spoken to.
        name: &'x str [length 2..=8, pattern "[A-Za-zé]+"],
        age: u8 [range 18..=120],
        email: Option<&'x str> [email],
        kind as "type": &'x str = "guest" [one_of "guest" "host"],
        home: Option<Address<'x>>,
        tags: List<&'x str, 3> [items ..=3, length ..=4],
    }
}

fn user(text: &str) -> Result<(), String> {
    let mut text = text.as_bytes().to_vec();
    let read: Result<Valid<NewUser<'_>>, Refused> = read(&mut Members::new(&mut text));
    read.map(|_| ()).map_err(|refused| told(Some(refused)))
}

#[test]
fn members_are_read_where_they_stand() {
    let mut text = br#" { "age": 30.0, "name": "Jos\u00e9", "email": null,
        "home": {"number": 7, "street": "A\/B \ud834\udd1e"}, "tags": ["a", "b\n"] } "#
        .to_vec();
    let user: Valid<NewUser<'_>> = read(&mut Members::new(&mut text)).unwrap();
    assert_eq!(
        *user,
        NewUser {
            name: "José",
            age: 30,
            email: None,
            kind: "guest",
            home: Some(Address { street: "A/B 𝄞", number: Some(7) }),
            tags: user.tags,
        }
    );
    assert_eq!(*user.tags, ["a", "b\n"]);
}

#[test]
fn all_faults_are_listed_in_the_order_of_the_declaration() {
    for (text, faults) in [
        (r#"{"name":"Ada","age":36}"#, ""),
        (r#"{"name":"Ada","age":36,"home":null,"tags":[],"type":"host"}"#, ""),
        (r#"{}"#, "#/name missing, #/age missing"),
        (r#"[]"#, "# type"),
        (r#"null"#, "# type"),
        (r#""x""#, "# type"),
        (r#"{"age":"36","name":7}"#, "#/name type, #/age type"),
        (r#"{"name":"","age":17}"#, "#/name length, #/name pattern, #/age range"),
        (r#"{"name":"A1","age":300}"#, "#/name pattern, #/age range"),
        (r#"{"name":"Ada","age":36,"age":36}"#, "#/age repeated"),
        (r#"{"name":"Ada","age":"x","age":36}"#, "#/age repeated"),
        (r#"{"name":"Ada","age":36,"admin":true}"#, "# unknown"),
        (r#"{"name":"Ada","age":36,"kind":"host"}"#, "# unknown"),
        (r#"{"name":"Ada","age":36,"type":"root","email":"@"}"#, "#/email email, #/type one_of"),
        (r#"{"name":"Ada","age":36,"type":null}"#, "#/type type"),
        (r#"{"name":"Ada","age":null}"#, "#/age type"),
        (r#"{"name":"Ada","age":36,"home":[]}"#, "#/home type"),
        (r#"{"name":"Ada","age":36,"home":{}}"#, "#/home/street missing"),
        (
            r#"{"name":"Ada","age":36,"home":{"street":"","number":-1,"x":{"y":[1]}}}"#,
            "#/home unknown, #/home/street length, #/home/number type",
        ),
        (r#"{"name":"Ada","age":36,"tags":["a","b","c","d"]}"#, "#/tags items"),
        (r#"{"name":"Ada","age":36,"tags":["a","five5",7]}"#, "#/tags type, #/tags length"),
        (r#"{"name":"Ada","age":36,"tags":{}}"#, "#/tags type"),
        // What is no JSON is so however good or bad what came before it was.
        (r#"{"name":"Ada","age":36"#, "400"),
        (r#"{"name":"Ada","age":36}}"#, "400"),
        (r#"{"name":"Ada","age":036}"#, "400"),
        (r#"{"name":"","age":17,}"#, "400"),
        (r#"{"name":"\ud834","age":1}"#, "400"),
        (r#"{"x":[1,2}"#, "400"),
        (r#"[1,]"#, "400"),
        ("", "400"),
    ] {
        assert_eq!(user(text).err().unwrap_or_default(), faults, "{text}");
    }
}

/// Judges values of a member `v`, and compares the rules that each breaks.
macro_rules! judges {
    ($type:ty, $rules:tt, $($text:literal $told:literal)*) => {{
        crate::schema! { struct One<'x> { v: $type $rules, unused: Option<&'x str> } }
        $({
            let mut text = format!(r#"{{"v":{}}}"#, $text).into_bytes();
            let read: Result<Valid<One<'_>>, Refused> = read(&mut Members::new(&mut text));
            let told = told(read.as_ref().err().copied()).replace("#/v ", "");
            assert_eq!(told, $told, "{} of {} {}", $text, stringify!($type), stringify!($rules));
        })*
    }};
    (text $rules:tt, $($text:literal $told:literal)*) => {{
        crate::schema! { struct One<'x> { v: &'x str $rules } }
        $({
            let mut text = format!(r#"{{"v":{}}}"#, $text).into_bytes();
            let read: Result<Valid<One<'_>>, Refused> = read(&mut Members::new(&mut text));
            let told = told(read.as_ref().err().copied()).replace("#/v ", "");
            assert_eq!(told, $told, "{} of {}", $text, stringify!($rules));
        })*
    }};
}

#[test]
fn keywords_mean_what_json_schema_says() {
    // type
    judges!(i32, [], "7" "" "-7" "" "7.0" "" "7.000" "" "7e0" "type" "70e-1" "type" "7.5" "type" "\"7\"" "type");
    judges!(i32, [], "{}" "type" "[7]" "type" "true" "type" "null" "type" "1e-1" "type" "0e9" "type");
    judges!(i32, [], "2147483647" "" "2147483648" "type" "-2147483649" "type" "1e10" "type");
    judges!(u64, [], "18446744073709551615" "" "18446744073709551616" "type" "1e400" "type");
    judges!(u64, [], "0.0" "" "-0" "" "-1" "type" "1.0000000000000000000000000" "");
    judges!(i64, [], "-9223372036854775808" "" "-9223372036854775809" "type" "-9.5e0" "type");
    judges!(f64, [], "1" "" "1.5" "" "-1e-3" "" "1e400" "type" "\"1\"" "type" "null" "type");
    judges!(bool, [], "true" "" "false" "" "0" "type" "\"\"" "type" "null" "type" "[]" "type");
    judges!(text [], "\"\"" "" "\"7\"" "" "7" "type" "{}" "type" "[]" "type" "true" "type");
    judges!(Option<u8>, [], "null" "" "0" "" "\"\"" "type");
    // minimum, maximum
    judges!(i64, [range -2..=3], "-3" "range" "-2" "" "0" "" "3" "" "3.0" "" "4" "range");
    judges!(u64, [range ..=300], "300" "" "300.0" "" "301" "range" "18446744073709551615" "range");
    judges!(i8, [range -2..], "-2" "" "-3" "range" "127" "" "128" "type");
    judges!(f64, [real 1.1..=3.0], "1.1" "" "0.6" "real" "3" "" "3.5" "real");
    // exclusiveMinimum, exclusiveMaximum
    judges!(f64, [above 1.1], "1.2" "" "1.1" "above" "0.6" "above");
    judges!(f64, [below 3.0], "2.2" "" "3.0" "below" "3.5" "below");
    judges!(f64, [above 0.0, below 1.0], "0.5" "" "0" "above" "1" "below");
    // multipleOf
    judges!(i64, [multiple_of 2], "10" "" "7" "multiple_of" "0" "" "-4" "" "-5" "multiple_of");
    judges!(u64, [multiple_of 7], "18446744073709551614" "" "18446744073709551615" "multiple_of");
    // minLength, maxLength: of characters
    judges!(text [length 2..], "\"ab\"" "" "\"a\"" "length" "\"\u{1f4a9}\"" "length");
    judges!(text [length ..=2], "\"ab\"" "" "\"abc\"" "length" "\"\u{1f4a9}\u{1f4a9}\"" "");
    judges!(text [length ..=2], "\"\\ud83d\\udca9\\n\"" "" "\"\\u0061\\u0062\\u0063\"" "length");
    // pattern: about the whole, where JSON Schema searches
    judges!(text [pattern "a*"], "\"aaa\"" "" "\"\"" "" "\"abc\"" "pattern" "7" "type");
    // enum and const
    judges!(text [one_of "foo" "bar"], "\"foo\"" "" "\"Foo\"" "one_of" "\"\"" "one_of" "null" "type");
    judges!(text [one_of "a\0b"], "\"a\\u0000b\"" "" "\"ab\"" "one_of");
    judges!(i32, [among 1 -2], "1" "" "1.0" "" "-2" "" "2" "among" "true" "type");
    // minItems, maxItems, items
    judges!(List<u8, 2>, [items 1..=2], "[]" "items" "[1]" "" "[1,2]" "" "[1,2,3]" "items" "\"\"" "type");
    judges!(List<u8, 2>, [items ..=2, range ..=9], "[]" "" "[9,10]" "range" "[9,10,11]" "items, range");
    judges!(List<bool, 2>, [items ..=2], "[true,false]" "" "[true,null]" "type" "[[true]]" "type");
    // format
    judges!(text [uuid], "\"2eb8aa08-aa98-11ea-b4aa-73b441d16380\"" "" "\"2eb8\"" "uuid");
    judges!(text [date], "\"2020-01-31\"" "" "\"2020-01-32\"" "date");
    judges!(text [ipv4], "\"192.168.0.1\"" "" "\"127.0.0.0.1\"" "ipv4");
    // several
    judges!(text [length 1..=3, pattern "[a-z]*", one_of "ab"], "\"AAAA\"" "length, pattern, one_of");
}

/// What a mistake makes, if nothing tells of it.
fn made<T>(_: T) {}

#[test]
fn mistakes_in_a_declaration_are_told() {
    const LENGTH: &[Rule] = &[Rule::length(1, 2, "")];
    const ITEMS: &[Rule] = &[Rule::items(0, 3, "")];
    const BOOLEANS: Kind = Kind::List { items_max: 2, of: &Kind::Boolean };
    let member = |name, rules| Member::new(name, Kind::Text, true, rules);
    for (reason, mistake) in [
        (
            "for another type",
            &(|| made(Member::new("a", Kind::Boolean, true, LENGTH))) as &dyn Fn(),
        ),
        ("for another type", &|| made(member("a", ITEMS))),
        ("first rule of a list", &|| made(Member::new("a", BOOLEANS, true, &[]))),
        ("first rule of a list", &|| made(Member::new("a", BOOLEANS, true, ITEMS))),
        ("empty name", &|| made(member("", &[]))),
        ("a member's name", &|| made(member("a b", &[]))),
        ("a member's name", &|| made(member("a~", &[]))),
        ("the same name", &|| made(Member::place([member("a", &[]), member("a", &[])]))),
        ("32 members", &|| made(Member::place([member("a", &[]); 33]))),
        ("more to less", &|| made(Rule::range(2, 1, ""))),
        ("more to less", &|| made(Rule::length(2, 1, ""))),
        ("multiple of 0", &|| made(Rule::multiple_of(0, ""))),
        ("64 faults", &|| {
            let members: [Member; 32] = core::array::from_fn(|at| {
                member(Box::leak(format!("m{at}").into_boxed_str()), &[])
            });
            made(Schema::new(Vec::leak(Member::place(members).to_vec()), false));
        }),
    ] {
        let caught = std::panic::catch_unwind(core::panic::AssertUnwindSafe(mistake));
        let panic = caught.expect_err(reason);
        let told = panic.downcast_ref::<&str>().map(ToString::to_string);
        let told = told.or(panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        assert!(told.contains(reason), "{reason}: {told}");
    }
}

/// Pairs as they come from a query.
struct Query<'x>(&'x [(&'x str, &'x str)]);

impl<'x> Iterator for Query<'x> {
    type Item = (&'x str, &'x str);

    fn next(&mut self) -> Option<Self::Item> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }
}

impl<'x> Pairs<'x> for Query<'x> {
    const PLACE: Place = Place::Query;
}

crate::schema! {
    struct Search<'x> {
        q: &'x str [length 1..],
        limit: u8 = 20 [range 1..=100],
        below: Option<f64>,
        exact: bool = false,
        tag: List<&'x str, 2> [items ..=2],
        ..
    }
}

#[test]
fn pairs_are_text_that_is_read_as_what_is_declared() {
    for (query, expected) in [
        (&[("q", "led")][..], ""),
        (
            &[("q", "led"), ("utm", "x"), ("limit", "100"), ("exact", "true"), ("below", "-1.5e1")],
            "",
        ),
        (&[("q", "led"), ("tag", "a"), ("tag", "b")], ""),
        (&[("q", "led"), ("tag", "a"), ("tag", "b"), ("tag", "c")], "tag items"),
        (&[], "q missing"),
        (&[("q", "")], "q length"),
        (&[("q", "a"), ("q", "b")], "q repeated"),
        (&[("q", "a"), ("limit", "0")], "limit range"),
        (&[("q", "a"), ("limit", "")], "limit type"),
        (&[("q", "a"), ("limit", "+1")], "limit type"),
        (&[("q", "a"), ("limit", "1.0")], "limit type"),
        (&[("q", "a"), ("limit", "256")], "limit range"),
        (&[("q", "a"), ("below", "inf")], "below type"),
        (&[("q", "a"), ("below", "1e999")], "below type"),
        (&[("q", "a"), ("exact", "TRUE")], "exact type"),
    ] {
        let read: Result<Valid<Search<'_>>, Refused> = read(&mut Named::new(Query(query)));
        assert_eq!(told(read.err()), expected, "{query:?}");
    }
    let query = [("tag", "a"), ("q", "led"), ("tag", "b")];
    let search: Valid<Search<'_>> = read(&mut Named::new(Query(&query))).unwrap();
    assert_eq!((search.q, search.limit, search.below, search.exact), ("led", 20, None, false));
    assert_eq!(*search.tag, ["a", "b"]);
}

#[test]
fn the_problem_says_where_and_what() {
    let mut text = br#"{"name":"A","age":17,"home":{"street":"x","floor":1}}"#.to_vec();
    let read: Result<Valid<NewUser<'_>>, Refused> = read(&mut Members::new(&mut text));
    let Err(Refused::Invalid(invalid)) = read else { panic!("{read:?}") };
    let json = rendered(invalid);
    assert_eq!(
        json,
        serde_json::json!({
            "title": "Unprocessable Content",
            "status": 422,
            "detail": "the rules that are broken are listed",
            "errors": [
                {"in": "body", "pointer": "#/name", "rule": "length", "detail": "must have 2 to 8 characters"},
                {"in": "body", "pointer": "#/age", "rule": "range", "detail": "must be from 18 to 120"},
                {"in": "body", "pointer": "#/home", "rule": "unknown", "detail": "has members besides street, number"},
            ],
        })
    );
}

#[test]
fn handlers_tell_of_their_own_faults() {
    const TAKEN: &[Fault] = &[
        Fault { place: Place::Json, name: "email", rule: "taken", detail: "is \"taken\"" },
        Fault { place: Place::Query, name: "team", rule: "full", detail: "has no place" },
    ];
    let invalid = Invalid::told(TAKEN);
    assert_eq!(told(Some(invalid.into())), "#/email taken, team full");
    let json = rendered(invalid);
    assert_eq!(json["errors"][0]["detail"], "is \"taken\"");
    assert_eq!(json["errors"][1]["in"], "query");
    assert_eq!(invalid, Invalid::told(TAKEN));
    assert_ne!(invalid, Invalid::told(&[]));
}

#[test]
fn a_list_that_grows_too_long_says_so() {
    const FAULT: Fault = Fault { place: Place::Json, name: "a", rule: "b", detail: "c\u{1}" };
    let json = rendered(Invalid::told(&[FAULT; 60]));
    let listed = json["errors"].as_array().unwrap().len();
    assert!(listed > 20, "{listed}");
    assert_eq!(json["more"], 60 - listed);
    let bytes = json["errors"].to_string().len();
    assert!((1800..=2048).contains(&bytes), "{bytes}");
}

#[test]
fn declarations_can_be_read() {
    const SCHEMA: &Schema = <NewUser<'_> as Shape<'_>>::SCHEMA;
    let members = SCHEMA.members.iter().map(|member| (member.name, member.is_required));
    let expected = [
        ("name", true),
        ("age", true),
        ("email", false),
        ("type", false),
        ("home", false),
        ("tags", false),
    ];
    assert!(members.eq(expected));
    assert!(!SCHEMA.is_open && <Search<'_> as Shape<'_>>::SCHEMA.is_open);
    assert!(matches!(SCHEMA.members[4].kind, Kind::Object(home) if home.members.len() == 2));
    let about = <NewUser<'_> as Shape<'_>>::ABOUT;
    assert_eq!((about.name, about.doc.trim()), ("NewUser", "Who signs up."));
    assert_eq!(about.members[0].doc.trim(), "As it is spoken to.");
    assert_eq!(about.members[3].default, Some("\"guest\""));
    assert_eq!(about.members[4].schema.unwrap().name, "Address");
    let bounds = |kind| match kind {
        Kind::Integer(whole) => (whole.min, whole.max),
        _ => (0, 0),
    };
    assert_eq!(bounds(<i8 as Take<'_>>::KIND), (i8::MIN.into(), 127));
    assert_eq!(bounds(<i16 as Take<'_>>::KIND), (i16::MIN.into(), 32_767));
    assert_eq!(bounds(<i32 as Take<'_>>::KIND), (i32::MIN.into(), 2_147_483_647));
    assert_eq!(bounds(<i64 as Take<'_>>::KIND), (i64::MIN, 9_223_372_036_854_775_807));
    assert_eq!(bounds(<u8 as Take<'_>>::KIND), (0, u8::MAX.into()));
    assert_eq!(bounds(<u16 as Take<'_>>::KIND), (0, u16::MAX.into()));
    assert_eq!(bounds(<u32 as Take<'_>>::KIND), (0, u32::MAX.into()));
    assert_eq!(bounds(<u64 as Take<'_>>::KIND), (0, u64::MAX));
    // The bits of the faults lie one behind the other: two of the schema, then each member's.
    let first: Vec<_> = SCHEMA.members.iter().map(|member| member.first).collect();
    assert_eq!(first, [2, 6, 9, 12, 15, 24]);
    assert_eq!(SCHEMA.bits(), 28);
}

proptest! {
    /// What we accept of any JSON is what serde_json and the rules, written out, accept.
    #[test]
    fn any_text_is_judged_like_a_peer_would(
        name in "[aZé1]{0,9}",
        age in prop_oneof!["-?[0-9]{1,4}", "[0-9]{1,2}\\.0?", "\"1\"", "null"],
        more in prop_oneof![Just(String::new()), Just(String::from(",\"x\":[{}]")), Just(String::from(","))],
    ) {
        let text = format!(r#"{{"age":{age},"name":"{name}"{more}}}"#);
        let peer: Option<serde_json::Value> = serde_json::from_str(&text).ok();
        let expected = peer.map(|value| {
            let mut faults = Vec::new();
            let letters = name.chars().count();
            if !more.is_empty() {
                faults.push("# unknown");
            }
            if !(2..=8).contains(&letters) {
                faults.push("#/name length");
            }
            if letters == 0 || name.contains('1') {
                faults.push("#/name pattern");
            }
            match value["age"].as_f64() {
                None => faults.push("#/age type"),
                Some(age) if !(18.0..=120.0).contains(&age) => faults.push("#/age range"),
                _ => {}
            }
            faults.join(", ")
        });
        prop_assert_eq!(user(&text).err().unwrap_or_default(), expected.unwrap_or("400".into()));
    }

    /// Whatever comes is judged without a panic, and what is no JSON to a peer is none to us.
    #[test]
    fn no_json_is_no_json_to_a_peer(
        parts in prop::collection::vec(
            prop_oneof![
                Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just(":"), Just("\"name\""),
                Just("\"home\""), Just("\"tags\""), Just("\"age\""), Just("\"\\u00e9\\n\""),
                Just("{\"street\":"), Just("7"), Just("-1.50"), Just("2E+1"), Just("true"),
                Just("null"), Just(" "), Just("\"name\":\"Ada\","), Just("\"age\":36"),
            ],
            0..12,
        ),
        whole in any::<bool>(),
    ) {
        let text = if whole { format!("{{{}}}", parts.concat()) } else { parts.concat() };
        let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        prop_assert_eq!(user(&text) != Err("400".into()), is_json, "{}", text);
    }

    #[test]
    fn whole_numbers_are_exact(digits in "-?(0|[1-9][0-9]{0,21})(\\.[01]{1,4})?") {
        let mut text = format!(r#"{{"v":{digits}}}"#).into_bytes();
        crate::schema! { struct One { v: i64 } }
        let read: Result<Valid<One>, Refused> = read(&mut Members::new(&mut text));
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, "0"));
        let expected = whole.parse::<i64>().ok().filter(|_| fraction.trim_matches('0').is_empty());
        prop_assert_eq!(read.ok().map(|one| one.v), expected, "{}", digits);
    }
}
