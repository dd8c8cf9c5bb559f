//! A date that somebody sent, in one of the three forms of RFC 9110 §5.6.7, as a value that can be
//! compared. It stays year, month, day and time: counting seconds since 1970 would cost a small
//! machine code for a number that nobody asks for.

use super::HttpDate;

/// A second of the calendar. Of two, the later is the greater; the default is before any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Year, month and day, from the highest bits to the lowest: nine bits are below the year.
    day: u32,
    /// Hour, minute and second, six bits each.
    time: u32,
}

/// [`Moment::parse`], for those who may have nothing to read.
pub type ReadDate = fn(&[u8], Moment) -> Option<Moment>;

const YEAR: u32 = 1 << 9;

/// The three forms. A small letter stands for a part of the date, anything else for itself: `w` for
/// the name of a day in three letters, `l` for a whole one, `n` for that of a month, and a row of
/// `d`, `y`, `h`, `m` or `s` for digits, of which `p` may be a space.
const FORMS: [&[u8]; 3] =
    [b"w, dd n yyyy hh:mm:ss GMT", b"l, dd-n-yy hh:mm:ss GMT", b"w n pd hh:mm:ss yyyy"];

const DAYS: [&[u8]; 7] =
    [b"Monday", b"Tuesday", b"Wednesday", b"Thursday", b"Friday", b"Saturday", b"Sunday"];

const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

impl Moment {
    /// Reads an `HTTP-date`. `now` decides which century two digits of a year mean: the latest in
    /// which the date is not more than 50 years ahead. Nothing is repaired: `None` if the text has
    /// none of the forms, or names a day that there is not.
    // rfc9110-5.6.7-three-dates
    #[inline(never)]
    pub fn parse(text: &[u8], now: Self) -> Option<Self> {
        FORMS.iter().find_map(|form| Parts::read(form, text)?.moment(now))
    }

    /// The moment that we say it is.
    pub fn of(date: &HttpDate) -> Self {
        Self::parse(date.as_bytes(), Self::default()).unwrap_or_default()
    }
}

/// What the digits and names of a date say.
#[derive(Default)]
struct Parts {
    year: u32,
    is_short_year: bool,
    /// From 1.
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
}

impl Parts {
    fn read(form: &[u8], text: &[u8]) -> Option<Self> {
        let mut parts = Self { is_short_year: form.first() == Some(&b'l'), ..Self::default() };
        let mut rest = text;
        for part in form {
            let number = match part {
                b'w' => {
                    rest = DAYS.iter().find_map(|day| rest.strip_prefix(day.get(..3)?))?;
                    continue;
                }
                b'l' => {
                    rest = DAYS.iter().find_map(|day| rest.strip_prefix(*day))?;
                    continue;
                }
                b'n' => {
                    let (name, after) = rest.split_first_chunk::<3>()?;
                    let months = MONTHS.as_chunks().0.iter().zip(1..);
                    parts.month = months.into_iter().find(|(month, _)| *month == name)?.1;
                    rest = after;
                    continue;
                }
                b'y' => &mut parts.year,
                b'd' | b'p' => &mut parts.day,
                b'h' => &mut parts.hour,
                b'm' => &mut parts.minute,
                b's' => &mut parts.second,
                literal => {
                    rest = rest.strip_prefix(&[*literal])?;
                    continue;
                }
            };
            let (byte, after) = rest.split_first()?;
            let digit = match byte {
                b'0'..=b'9' => u32::from(byte & 15),
                b' ' if *part == b'p' => 0,
                _ => return None,
            };
            *number = *number * 10 + digit;
            rest = after;
        }
        // A leap second is the 61st of its minute.
        let is_time = parts.hour < 24 && parts.minute < 60 && parts.second <= 60;
        (rest.is_empty() && is_time).then_some(parts)
    }

    // rfc9110-5.6.7-rfc850-year-window
    fn moment(&self, now: Moment) -> Option<Moment> {
        let mut year = self.year;
        if self.is_short_year {
            let latest = Moment { day: now.day + 50 * YEAR, ..now };
            while self.of_year(year + 100) <= latest {
                year += 100;
            }
        }
        let is_leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(25) || year.is_multiple_of(16));
        let days = match self.month {
            2 => 28 + u32::from(is_leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (1..=days).contains(&self.day).then(|| self.of_year(year))
    }

    const fn of_year(&self, year: u32) -> Moment {
        Moment {
            day: (year * YEAR) | (self.month << 5) | self.day,
            time: (self.hour << 12) | (self.minute << 6) | self.second,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HttpDate, Moment};

    fn parse(text: &str) -> Option<Moment> {
        Moment::parse(text.as_bytes(), Moment::of(&HttpDate::from_unix(784_111_777)))
    }

    #[test]
    fn the_three_forms_say_the_same() {
        let moment = parse("Sun, 06 Nov 1994 08:49:37 GMT");
        assert!(moment.is_some());
        assert_eq!(moment, parse("Sunday, 06-Nov-94 08:49:37 GMT"));
        assert_eq!(moment, parse("Sun Nov  6 08:49:37 1994"));
        assert_eq!(moment, parse("Sun Nov 06 08:49:37 1994"));
        assert_eq!(moment, Some(Moment::of(&HttpDate::from_unix(784_111_777))));
    }

    #[test]
    fn what_has_no_form_or_names_no_second_is_no_date() {
        for text in [
            "",
            "0",
            "784111777",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            " Sun, 06 Nov 1994 08:49:37 GMT",
            "sun, 06 nov 1994 08:49:37 gmt",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun,  6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Tue, 29 Feb 2100 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nox 1994 08:49:37 GMT",
            "Sonntag, 06-Nov-94 08:49:37 GMT",
            "Sun, 06-Nov-94 08:49:37 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sun Nov  6 08:49:37 94",
            "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        for text in ["Tue, 29 Feb 2000 23:59:60 GMT", "Fri, 29 Feb 2400 00:00:00 GMT"] {
            assert!(parse(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn two_digits_of_a_year_are_at_most_fifty_years_ahead() {
        for (short, long) in [
            ("Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("Sunday, 06-Nov-93 08:49:37 GMT", "Sun, 06 Nov 1993 08:49:37 GMT"),
            ("Sunday, 06-Nov-00 08:49:37 GMT", "Sun, 06 Nov 2000 08:49:37 GMT"),
            ("Sunday, 06-Nov-43 08:49:37 GMT", "Sun, 06 Nov 2043 08:49:37 GMT"),
            // Fifty years to the second, and one second more.
            ("Sunday, 06-Nov-44 08:49:37 GMT", "Sun, 06 Nov 2044 08:49:37 GMT"),
            ("Sunday, 06-Nov-44 08:49:38 GMT", "Sun, 06 Nov 1944 08:49:38 GMT"),
            ("Sunday, 06-Nov-45 08:49:37 GMT", "Sun, 06 Nov 1945 08:49:37 GMT"),
        ] {
            assert_eq!(parse(short), parse(long), "{short}");
            assert!(parse(short).is_some(), "{short}");
        }
    }

    #[test]
    fn later_is_greater() {
        let seconds = [0, 1, 59, 60, 3_600, 86_399, 86_400, 31_535_999, 951_782_399, 951_868_800];
        let moments = seconds.map(|seconds| Moment::of(&HttpDate::from_unix(seconds)));
        assert!(moments.is_sorted_by(|a, b| a < b));
    }
}
