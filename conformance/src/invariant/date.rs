//! `Date` (RFC 9110 §5.6.7): where it is sent, it is one IMF-fixdate.

use super::{Broken, Invariant};
use crate::conversation::Conversation;

/// The form of the Date field.
pub(super) struct Date;

const FIXDATE: &str = "rfc9110-5.6.7-emit-imf";
const SPACE: &str = "rfc9110-5.6.7-no-extra-date-ws";

/// That there is no Date field. It holds for a server without a clock, and no other.
pub(super) struct Clockless;

const CLOCKLESS: &str = "rfc9110-6.6.1-no-date-without-clock";

impl Invariant for Clockless {
    fn name(&self) -> &'static str {
        "no date without a clock"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[CLOCKLESS]
    }

    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken> {
        let mut answers = conversation.answers.iter();
        match answers.find_map(|answer| answer.response.values("Date").next()) {
            None => Ok(()),
            Some(_) => Err(Broken::new(CLOCKLESS, "a date from a server without a clock")),
        }
    }
}

impl Invariant for Date {
    fn name(&self) -> &'static str {
        "date"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[FIXDATE, SPACE]
    }

    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken> {
        for value in conversation.answers.iter().flat_map(|answer| answer.response.values("Date")) {
            if is_fixdate(value) {
                continue;
            }
            let shown = String::from_utf8_lossy(value);
            let squeezed: Vec<&[u8]> =
                value.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).collect();
            let rule = if is_fixdate(&squeezed.join(&b' ')) { SPACE } else { FIXDATE };
            return Err(Broken::new(rule, format!("Date is no IMF-fixdate: {shown}")));
        }
        Ok(())
    }
}

const DAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// `Sun, 06 Nov 1994 08:49:37 GMT`: the form, and each part in its range.
fn is_fixdate(value: &[u8]) -> bool {
    let form = value.len() == 29
        && value.iter().zip(b"???, ## ??? #### ##:##:## GMT").all(|(&byte, &form)| match form {
            b'?' => byte.is_ascii_alphabetic(),
            b'#' => byte.is_ascii_digit(),
            exact => byte == exact,
        });
    let part = |at: usize, length: usize| value.get(at..at + length).unwrap_or_default();
    let number = |at: usize| part(at, 2).iter().fold(0, |n, &b| n * 10 + u32::from(b & 0xf));
    form && DAYS.contains(&part(0, 3))
        && MONTHS.contains(&part(8, 3))
        && (1..=31).contains(&number(5))
        && number(17) < 24
        && number(20) < 60
        && number(23) <= 60
}

#[cfg(test)]
mod tests {
    use super::{CLOCKLESS, Clockless, Date, FIXDATE, SPACE};
    use crate::invariant::tests::judge;

    #[test]
    fn catches_a_date_without_a_clock() {
        let get = b"GET / HTTP/1.1\r\n\r\n";
        let dated = b"HTTP/1.1 204 No\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";
        assert_eq!(judge(&Clockless, get, dated), Some(CLOCKLESS));
        assert_eq!(judge(&Clockless, get, b"HTTP/1.1 204 No\r\n\r\n"), None);
    }

    #[test]
    fn catches_each_mutation_of_a_date() {
        let table = [
            ("Sun, 06 Nov 1994 08:49:37 GMT", None),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(FIXDATE)),
            ("Sun Nov  6 08:49:37 1994", Some(FIXDATE)),
            ("Sun, 06 Nov 1994 08:49:37 UTC", Some(FIXDATE)),
            ("Sun, 06 nov 1994 08:49:37 GMT", Some(FIXDATE)),
            ("Sun, 06 Nov 1994 24:49:37 GMT", Some(FIXDATE)),
            ("Sun, 32 Nov 1994 08:49:37 GMT", Some(FIXDATE)),
            ("Sun,  06 Nov 1994 08:49:37 GMT", Some(SPACE)),
        ];
        for (date, broken) in table {
            let answer = format!("HTTP/1.1 204 No\r\nDate: {date}\r\n\r\n");
            let request = b"GET / HTTP/1.1\r\n\r\n";
            assert_eq!(judge(&Date, request, answer.as_bytes()), broken, "{date}");
        }
    }
}
