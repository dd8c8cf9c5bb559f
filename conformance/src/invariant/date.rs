//! `Date` (RFC 9110 §5.6.7): where it is sent, it is one IMF-fixdate.

use std::time::Duration;

use super::{Broken, Invariant};
use crate::conversation::Conversation;
use crate::transcript::{Event, Transcript};

/// The form of the Date field.
pub(super) struct Date;

const FIXDATE: &str = "rfc9110-5.6.7-emit-imf";
const SPACE: &str = "rfc9110-5.6.7-no-extra-date-ws";

/// That there is no Date field. It holds for a server without a clock, and no other.
pub(super) struct Clockless;

const CLOCKLESS: &str = "rfc9110-6.6.1-no-date-without-clock";

/// That each Date is that of the moment at which the answer was written. It holds for a server
/// whose clock the transcript knows, and no other.
pub(super) struct OfTheMoment;

const MOMENT: &str = "rfc9110-6.6.1-date-best-approx";

/// Sun, 06 Nov 1994 08:49:37 GMT in seconds since 1970.
pub const CLOCK_START: u64 = 784_111_777;

impl Invariant for OfTheMoment {
    fn name(&self) -> &'static str {
        "date of the moment"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[MOMENT]
    }

    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken> {
        for answer in &conversation.answers {
            let Some(value) = answer.response.values("Date").next() else { continue };
            let (from, to) = written(conversation.transcript, answer.at.start);
            let at = |time: Duration| CLOCK_START + time.as_secs();
            let date = seconds(value);
            if date.is_none_or(|date| date < at(from) || at(to) < date) {
                let shown = String::from_utf8_lossy(value);
                let what = format!("Date: {shown} after {} to {} s", from.as_secs(), to.as_secs());
                return Err(Broken::new(MOMENT, what));
            }
        }
        Ok(())
    }
}

/// Between which times the byte at this offset was written: not after it came, and, if the client
/// was reading all along, not before what the client did or got last.
fn written(transcript: &Transcript, offset: usize) -> (Duration, Duration) {
    let (mut last, mut now) = (Duration::ZERO, Duration::ZERO);
    for event in transcript.events() {
        match event {
            Event::Received(range) if range.contains(&offset) => break,
            Event::Passed(time) => now += *time,
            _ if transcript.stalled() => {}
            _ => last = now,
        }
    }
    (last, now)
}

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

/// An IMF-fixdate in seconds since 1970.
fn seconds(value: &[u8]) -> Option<u64> {
    if !is_fixdate(value) {
        return None;
    }
    let number = |at: usize, length: usize| {
        let digits = value.get(at..at + length).unwrap_or_default();
        digits.iter().fold(0, |n, &digit| n * 10 + u64::from(digit & 0xf))
    };
    let month = MONTHS.iter().zip(1..).find(|(name, _)| value.get(8..11) == Some(**name))?.1;
    // Years begin in March, so that a leap day is the last of its year.
    let (year, month) =
        if month > 2 { (number(12, 4), month - 3) } else { (number(12, 4) - 1, month + 9) };
    let days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + number(5, 2);
    let since_1970 = days.checked_sub(719_469)?;
    Some(since_1970 * 86_400 + number(17, 2) * 3600 + number(20, 2) * 60 + number(23, 2))
}

#[cfg(test)]
mod tests {
    use super::{
        CLOCK_START, CLOCKLESS, Clockless, Date, FIXDATE, MOMENT, OfTheMoment, SPACE, seconds,
    };
    use crate::conversation::Conversation;
    use crate::invariant::Invariant;
    use crate::invariant::tests::judge;
    use crate::transcript::Transcript;
    use std::time::Duration;

    #[test]
    fn reads_dates() {
        for (date, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(CLOCK_START)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Thu, 29 Feb 2024 23:59:59 GMT", Some(1_709_251_199)),
            ("Fri, 01 Mar 2024 00:00:00 GMT", Some(1_709_251_200)),
            ("Sun Nov  6 08:49:37 1994", None),
        ] {
            assert_eq!(seconds(date.as_bytes()), expected, "{date}");
        }
    }

    #[test]
    fn catches_a_clock_that_stands_or_runs_ahead() {
        let after = |millis, date: &str| {
            let mut transcript = Transcript::default();
            transcript.pass(Duration::from_millis(millis));
            transcript.send(b"GET / HTTP/1.1\r\n\r\n");
            let answer = format!("HTTP/1.1 204 No\r\nDate: Sun, 06 Nov 1994 {date} GMT\r\n\r\n");
            transcript.receive(answer.as_bytes());
            let broken = OfTheMoment.check(&Conversation::read(&transcript)).err();
            broken.map(|broken| broken.rule)
        };
        assert_eq!(after(0, "08:49:37"), None);
        assert_eq!(after(2999, "08:49:39"), None);
        assert_eq!(after(3000, "08:49:39"), Some(MOMENT));
        assert_eq!(after(3000, "08:49:37"), Some(MOMENT));
        assert_eq!(after(3000, "08:49:41"), Some(MOMENT));
    }

    #[test]
    fn an_answer_that_came_of_itself_was_written_in_between() {
        let waited = |stalled, date: &str| {
            let mut transcript = Transcript::default();
            transcript.send(b"GET / HTTP/1.1\r\n\r\n");
            if stalled {
                transcript.stall(Some(0));
            }
            transcript.pass(Duration::from_secs(5));
            transcript.send(b"GET / HTTP/1.1\r\n\r\n");
            transcript.pass(Duration::from_secs(5));
            let answer = format!("HTTP/1.1 204 No\r\nDate: Sun, 06 Nov 1994 {date} GMT\r\n\r\n");
            transcript.receive(answer.as_bytes());
            OfTheMoment.check(&Conversation::read(&transcript)).is_ok()
        };
        assert!(waited(false, "08:49:42") && waited(false, "08:49:47"));
        assert!(!waited(false, "08:49:41") && !waited(false, "08:49:48"));
        assert!(waited(true, "08:49:37") && !waited(true, "08:49:48"));
    }

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
