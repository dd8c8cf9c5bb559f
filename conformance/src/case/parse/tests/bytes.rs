//! What is wrong with bytes that are sent.

use super::errors;

#[test]
fn says_what_is_wrong_with_bytes() {
    let table = [
        ("", "1+1 nothing is sent (write it after `> `; spaces that end a line are `\\x20`)"),
        (" a ", "4+1 a space at the end of a line (nobody sees it: write `\\x20`)"),
        ("a", "2+1 `>` within a word (put a space after it)"),
        (" a\tb", "4+1 '\\t' is not printable ASCII (spell its bytes out: `\\t`)"),
        (" aé", "4+1 'é' is not printable ASCII (spell its bytes out: `\\xc3\\xa9`)"),
        (
            " a\\q",
            "4+2 unknown escape `\\q` (the escapes are \\r \\n \\t \\0 \\\\ \\\" \\xHH \\{text*N} \
             \\{NAME})",
        ),
        (
            " a\\",
            "4+1 unknown escape `\\` (the escapes are \\r \\n \\t \\0 \\\\ \\\" \\xHH \\{text*N} \
             \\{NAME})",
        ),
        (" \\x4", "3+2 `\\x` needs two hexadecimal digits (as in `\\x7f`)"),
        (" \\x+1", "3+2 `\\x` needs two hexadecimal digits (as in `\\x7f`)"),
        (" \\{a*3", "3+5 `\\{` without `}` (close it: `\\{text*N}` or `\\{NAME}`)"),
        (" \\{a}", "3+4 neither a name nor a repeat (write `\\{text*N}` or `\\{NAME}`)"),
        (" \\{a*}", "3+5 a repeat without a number (write how often: `\\{text*N}`)"),
        (" \\{a*-1}", "3+7 a repeat without a number (write how often: `\\{text*N}`)"),
        (" \\{*3}", "3+5 a repeat of nothing (remove it)"),
        (" \\{a*0}", "3+6 a repeat of nothing (remove it)"),
        (" \\{{*3}", "3+6 `{` within braces (write `\\x7b`)"),
        (" \\{\"*3}", "3+6 `\"` within braces (write `\\\"`)"),
        (" \\{a*4294967295}", "3+15 this text has more than 16777216 bytes (repeat it less often)"),
        (" \\{B}", "3+4 `\\{B}` stands for nothing (add `each B = …` above the steps)"),
    ];
    for (bytes, expected) in table {
        let found = errors(&format!("rule rfc1-1-a\n\n>{bytes}\n! close\n"));
        assert_eq!(found, [format!("5:{expected}")], "{bytes}");
    }
    let other = errors("rule rfc1-1-a\neach A = 00\n\n> \\{A}\\{B}\n! close\n");
    assert_eq!(other, ["6:7+4 `\\{B}` stands for nothing (the `each` line names `A`)"]);
    let broken = errors("rule rfc1-1-a\neach A = 0\n\n> \\{A}\\{B}\n! close\n");
    assert_eq!(broken.len(), 1, "{broken:?}");
}
