//! What is wrong with a frame.

use super::errors;

#[test]
fn says_what_is_wrong_with_a_frame() {
    let table = [
        ("> txt \"a\"", "3+3 unknown frame `txt` (did you mean `text`?)"),
        ("> opcode g", "10+1 `g` is no opcode (write one hexadecimal digit: `opcode 3`)"),
        ("> text !fn \"a\"", "8+3 unknown flag `!fn` (did you mean `!fin`?)"),
        (
            "> text !mask mask=00000000 \"a\"",
            "14+13 `mask=00000000` speaks twice of one thing (remove one)",
        ),
        (
            "> text length16 length64 \"a\"",
            "17+8 `length64` speaks twice of one thing (remove one)",
        ),
        (
            "> text mask=123 \"a\"",
            "8+8 `123` is no masking key (write eight hexadecimal digits: `mask=37fa213d`)",
        ),
        ("> text length= \"a\"", "8+7 `` is no length (write a number of bytes: `length=126`)"),
        (
            "> text length16 length=65536 \"a\"",
            "30+3 a length of more than 65535 in 16 bits (write it with `length64`)",
        ),
        ("> close 65536", "9+5 `65536` is no close code (it has 16 bits, as in `close 1002`)"),
        ("> ping 5 \"a\"", "8+5 a string is missing (write it in quotation marks: \"text\")"),
        ("> bytes !fin \"a\"", "9+8 a string is missing (write it in quotation marks: \"text\")"),
        (
            "< 400",
            "3+3 the status `400` after the handshake (frames come now: text, binary, ping, pong, close)",
        ),
        (
            "< continuation \"a\"",
            "3+12 a fragment is not expected by itself (expect the whole message: `text` or `binary`)",
        ),
        ("< pnog", "3+4 unknown frame `pnog` (did you mean `pong`?)"),
        ("< close soon", "9+4 `soon` is no close code (it has 16 bits, as in `close 1002`)"),
        (
            "ws /ws",
            "1+2 frames are already sent and expected (one case has one handshake: remove this line)",
        ),
    ];
    for (line, expected) in table {
        let found = errors(&format!("rule rfc1-1-a\n\nws /ws\n{line}\n"));
        assert_eq!(found, [format!("6:{expected}")], "{line}");
    }
    let fields = errors("rule rfc1-1-a\n\nws /ws\n  with Origin\n");
    assert_eq!(
        fields,
        ["6:3+11 below `ws` stands what its request has besides (write `  with Name: value`)"]
    );
}
