//! What is wrong with a directive.

use super::errors;

#[test]
fn says_what_is_wrong_with_a_directive() {
    let order = "the order is `rule` (repeatable), `needs`, `limits`, `each`";
    let table = [
        ("rule", "1+4 `rule` names nothing (as in `rule rfc9112-3.2-host-missing-400`)"),
        (
            "rule of-thumb",
            "6+8 `of-thumb` is no requirement (name its id in requirements.toml; a line of prose \
             begins with another word)",
        ),
        ("rule rfc1-1-b rfc1-1-b", "15+8 `rfc1-1-b` is given twice (remove one)"),
        ("needs", "1+5 `needs` names nothing (as in `needs echo`)"),
        ("needs ehco", "7+4 unknown need `ehco` (did you mean `echo`?)"),
        (
            "needs tea",
            "7+3 unknown need `tea` (there are root, echo, fields, cookies, hello, users, \
             chunked-out, slow, ws, demo, shared, several, limits, window, clock)",
        ),
        ("needs echo ws echo", "15+4 `echo` is given twice (remove one)"),
        (
            "limits head_byte_max=1",
            "8+15 unknown limit `head_byte_max` (did you mean `head_bytes_max`?)",
        ),
        (
            "limits head_bytes_max=x",
            "8+16 `head_bytes_max=x` sets no limit to a number (write `name=number`, without \
             spaces)",
        ),
        (
            "limits field_lines_max=256",
            "8+19 256 is too large for `field_lines_max` (it is at most 255)",
        ),
        ("limits ping_ms=1 ping_ms=2", "18+9 `ping_ms=2` is given twice (remove one)"),
        (
            "each byte = 00",
            "6+4 `each` without a name and `=` (write `each NAME = items`, the name in capital \
             letters)",
        ),
        ("each B =", "9+0 `each` without items (add strings or bytes: `\"a\" 00..1f`)"),
        (
            "each B = 1f..00",
            "10+6 `1f..00` is no item (an item is \"text\", a byte `7f`, or bytes `00..1f`)",
        ),
        ("each B = 7", "10+1 `7` is no item (an item is \"text\", a byte `7f`, or bytes `00..1f`)"),
        ("each B = 00..05 03", "17+2 the item `03` is given twice (remove one)"),
        (
            "each B = \"\\{B}\"",
            "11+4 `\\{B}` stands for nothing (add `each B = …` above the steps)",
        ),
        ("nedes echo", "1+5 unknown directive `nedes` (did you mean `needs`?)"),
        (
            "wibble",
            "1+6 unknown directive `wibble` (after `rule` come `needs`, `limits`, `each`, and then \
             the steps)",
        ),
    ];
    for (line, expected) in table {
        let found = errors(&format!("rule rfc1-1-a\n{line}\n\n! close\n"));
        assert_eq!(found, [format!("4:{expected}")], "{line}");
    }
    for (lines, at) in [
        ("needs echo\nrule rfc1-1-a", "4:1+4 `rule`"),
        ("rule rfc1-1-a\nneeds ws\nneeds echo", "5:1+5 `needs`"),
        ("rule rfc1-1-a\nlimits ping_ms=1\nneeds ws", "5:1+5 `needs`"),
    ] {
        let expected = format!("{at} stands in the wrong place, or twice ({order})");
        assert_eq!(errors(&format!("{lines}\n\n! close\n")), [expected], "{lines}");
    }
}
