//! What is wrong with a step, with the lines below it, and with their order.

use super::errors;

/// Each of these lines, behind a step that is right, brings about this error.
fn steps(table: &[(&str, &str)]) {
    for (line, expected) in table {
        let found = errors(&format!("rule rfc1-1-a\n\n> a\n{line}\n"));
        let found = found.iter().find(|error| !error.contains("expects nothing"));
        assert_eq!(found, Some(&format!("6:{expected}")), "{line}");
    }
}

#[test]
fn says_what_is_wrong_with_a_step() {
    let table = [
        ("< ", "3+0 an expectation is missing (write `< 400`, `< 4xx` or `< close`)"),
        (
            "< 40",
            "3+2 unknown expectation `40` (there are statuses `400`, classes `4xx`, `close` and \
             `cut`, joined by ` | `, and `more`, `end`)",
        ),
        (
            "< 600",
            "3+3 unknown expectation `600` (there are statuses `400`, classes `4xx`, `close` and \
             `cut`, joined by ` | `, and `more`, `end`)",
        ),
        ("< 400 401", "7+3 `401` after the expectation (nothing belongs here: remove it)"),
        (
            "< 200 to GET",
            "10+3 `to GET` (only `to HEAD` says anything: that the answer has no content)",
        ),
        ("< 400 |", "8+0 an expectation is missing (write `< 400`, `< 4xx` or `< close`)"),
        (
            "< pong \"x\"",
            "3+4 the frame `pong` before the handshake (perform it above: `ws /ws`, or `>`, \
             `< 101` and `frames`)",
        ),
        (
            "<? close",
            "4+5 an end of the connection cannot be optional (write `! open` or `! close`)",
        ),
        ("<? cut", "4+3 an end of the connection cannot be optional (write `! open` or `! close`)"),
        (
            "as Bob",
            "4+3 `Bob` cannot be the name of a connection (small letters, digits and `-` make one: `as bob`)",
        ),
        (
            "< close begins",
            "3+12 an end of the connection does not begin (only an answer `begins`: `< 200 begins`)",
        ),
        ("< more", "7+0 a string is missing (write it in quotation marks: \"text\")"),
        ("! clsoe", "3+5 unknown state `clsoe` of the connection (did you mean `close`?)"),
        ("! close now", "9+3 `now` after the state (nothing belongs here: remove it)"),
        ("@ 5s", "3+2 `5s` is no time that passes (write `@ +5s` or `@ +999ms`)"),
        ("@ +0s", "3+3 `+0s` is no time that passes (write `@ +5s` or `@ +999ms`)"),
        ("@ +5m", "3+3 `+5m` is no time that passes (write `@ +5s` or `@ +999ms`)"),
    ];
    steps(&table);
}

#[test]
fn says_what_is_wrong_with_a_word() {
    let table = [
        ("shutt", "1+5 unknown step `shutt` (did you mean `shut`?)"),
        (
            "stall 0",
            "7+1 `0` is no number of bytes (write `stall`, or how many bytes are still read: \
             `stall 7`)",
        ),
        ("stall 7 bytes", "9+5 `bytes` after the bytes (nothing belongs here: remove it)"),
        ("resume 7", "8+1 `7` after `resume` (nothing belongs here: remove it)"),
        (
            "wibble",
            "1+6 unknown step `wibble` (steps begin with `>`, `<`, `!`, `@`, as, ws, frames, shut, reset, \
             stall or resume)",
        ),
        ("needs echo", "1+5 `needs` after the first step (move it above the steps)"),
        (
            "with Date",
            "1+4 `with` outside an expectation (indent it by two spaces, below a `<` line)",
        ),
        (
            "  with Date",
            "3+9 `with` outside an expectation (an indented line belongs to the `<` or `ws` line \
             above it)",
        ),
        ("frames", "1+6 this comes without a handshake (put it below `< 101`, or use `ws /path`)"),
        (
            "ws",
            "3+0 `ws` performs a correct handshake, of one path (as in `ws /ws`; spell any other \
             out with `>`, `< 101`, `frames`)",
        ),
        (
            "ws /a b",
            "4+4 `ws` performs a correct handshake, of one path (as in `ws /ws`; spell any other \
             out with `>`, `< 101`, `frames`)",
        ),
    ];
    steps(&table);
}

#[test]
fn says_what_is_wrong_with_a_detail() {
    let table = [
        (
            "with Date present",
            "13+7 `present` after the name (write `with Name: value`, or `with Name` for any value)",
        ),
        ("with (a): b", "8+3 `(a)` is no field name (as in `with Connection: close`)"),
        (
            "with A: \\x20b",
            "11+5 white space around a field value is no part of it (remove it (RFC 9110 section \
             5.5))",
        ),
        ("without A: b", "12+3 `: b` after the name (nothing belongs here: remove it)"),
        ("boby \"a\"", "3+4 unknown detail `boby` (did you mean `body`?)"),
        (
            "body is \"a\"",
            "8+6 unknown expectation of the content (write `body \"text\"`, `body contains \
             \"text\"` or `body empty`)",
        ),
        ("body \"a", "8+2 the string does not end (add a `\"` after it)"),
        (
            "body \"a\"b\"",
            "11+2 the string ends within a word (put a space after the string, or write `\\\"` inside of it)",
        ),
        ("body contains", "16+0 a string is missing (write it in quotation marks: \"text\")"),
    ];
    for (line, expected) in table {
        let found = errors(&format!("rule rfc1-1-a\n\n< 400\n  {line}\n"));
        assert_eq!(found, [format!("6:{expected}")], "{line}");
    }
    let begun = errors("rule rfc1-1-a\n\n< 200 begins\n  body empty\n");
    let why = "only the head of this answer has come (say what comes of it by `< more \"text\"`, and `< end`)";
    assert_eq!(begun, [format!("6:3+10 {why}")]);
    let close = errors("rule rfc1-1-a\n\n< close\n  with Date\n");
    assert_eq!(
        close,
        ["6:3+9 this expectation has no status (only a status has fields and content: remove it)"]
    );
}

#[test]
fn refuses_what_can_never_pass() {
    let gone = "only time can pass on a connection that is gone";
    let shut = "the client has ended its sending half: move it up";
    let ended = "nothing more can come: remove it";
    let blind = "it sees nothing: put `resume` above";
    let reads = "the client reads anyway: remove it";
    let named = "who has several connections names the first one, too: put `as` on top";
    let table = [
        ("reset\n! close", format!("6:3+5 this comes after `reset` ({gone})")),
        ("shut\n> b", format!("6:3+1 this comes after `shut` ({shut})")),
        ("! close\n< 200", format!("6:3+3 this comes after the server's end ({ended})")),
        ("< close\n! open", format!("6:3+4 this comes after the server's end ({ended})")),
        ("< cut\n< 200", format!("6:3+3 this comes after the server's end ({ended})")),
        ("stall\n< 200", format!("6:3+3 this comes while the client does not read ({blind})")),
        ("stall 7\n! open", format!("6:3+4 this comes while the client does not read ({blind})")),
        (
            "< 200 begins\n< 200",
            "6:3+3 this comes while an answer goes on (put `< end` above)".into(),
        ),
        (
            "< end",
            "5:3+3 this comes without an answer that goes on (let one begin above: `< 200 begins`)"
                .into(),
        ),
        (
            "> b\nas a\n! open",
            format!("6:1+4 this comes behind steps of a connection without a name ({named})"),
        ),
        ("! open\nresume", format!("6:1+6 this comes without `stall` ({reads})")),
    ];
    for (lines, expected) in table {
        assert_eq!(errors(&format!("rule rfc1-1-a\n\n{lines}\n")), [expected], "{lines}");
    }
    for fine in [
        "< 400 | close\n! close",
        "! close\n> a",
        "< close\n! close",
        "reset\n@ +1s",
        "stall\nstall 7\nresume\n< cut\n! close",
        "stall\nreset",
        "< 200 begins\n  with A\n< more \"a\"\n! open\n< end\n< 200",
        "< 200 begins\n! close",
    ] {
        assert!(errors(&format!("rule rfc1-1-a\n\n> a\n{fine}\n")).is_empty(), "{fine}");
    }
    let nothing = errors("rule rfc1-1-a\n\n> a\n");
    assert_eq!(nothing.len(), 1);
    assert!(nothing[0].starts_with("1:5+1 the case `a` expects nothing"), "{nothing:?}");
    let unused = errors("rule rfc1-1-a\neach A = 00\n\n! close\n");
    assert_eq!(
        unused,
        ["4:6+1 no step uses `\\{A}` (every row would be the same: use it, or remove `each`)"]
    );
}

#[test]
fn each_connection_has_an_order_of_its_own() {
    let table = [
        (
            "as a\n! open",
            "5:1+4 this comes where there is one connection only (it needs no name: remove it)",
        ),
        (
            "as a\n> b\nas a\n! open\nas b",
            "7:1+4 this comes while this connection acts (remove it)",
        ),
        (
            "as a\nreset\nas b\n! open\nas a\n! open",
            "10:3+4 this comes after `reset` (only time can pass on a connection that is gone)",
        ),
    ];
    for (lines, expected) in table {
        assert_eq!(errors(&format!("rule rfc1-1-a\n\n{lines}\n")), [expected], "{lines}");
    }
    let apart = "as a\nws /a\nas b\n> GET\nreset\nas a\n> text \"b\"\n< text \"b\"";
    assert!(errors(&format!("rule rfc1-1-a\n\n{apart}\n")).is_empty());
}
