//! Dates of fields (RFC 9110 §5.6.7): IMF-fixdate, and no other form is ever written. What is read
//! may have two older forms: see [`Moment`].

mod moment;

pub use moment::{Moment, ReadDate};

use core::fmt;

const SECONDS_PER_DAY: u64 = 86_400;
/// The end of 31 December 9999, the last moment that four digits of a year can name.
const SECONDS_MAX: u64 = 253_402_300_799;

/// A moment as `Sun, 06 Nov 1994 08:49:37 GMT`, ready to be copied into a head. Formatting costs
/// divisions that a small machine feels: whoever keeps one asks whether it still is the same second.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HttpDate {
    unix_seconds: u64,
    text: [u8; 29],
}

impl HttpDate {
    /// The moment `seconds` after 1 January 1970, 00:00 UTC; the last of 9999 if it is later.
    // rfc9110-5.6.7-emit-imf
    // rfc9110-5.6.7-no-extra-date-ws
    #[inline(never)]
    pub fn from_unix(unix_seconds: u64) -> Self {
        let seconds = unix_seconds.min(SECONDS_MAX);
        let days = (seconds / SECONDS_PER_DAY) as u32; // up to 2,932,896
        let second = (seconds % SECONDS_PER_DAY) as u32;
        let (year, month, day) = civil(days);
        let mut text = *b"Day, 00 Mon 0000 00:00:00 GMT";
        let mut put = |at: usize, from: &[u8]| {
            if let Some(to) = text.get_mut(at..at + from.len()) {
                to.copy_from_slice(from);
            }
        };
        // 1 January 1970 was a Thursday.
        put(0, name(b"ThuFriSatSunMonTueWed", days % 7));
        put(5, &digits(day));
        put(8, name(b"JanFebMarAprMayJunJulAugSepOctNovDec", month - 1));
        put(12, &digits(year / 100));
        put(14, &digits(year % 100));
        put(17, &digits(second / 3600));
        put(20, &digits(second / 60 % 60));
        put(23, &digits(second % 60));
        Self { unix_seconds, text }
    }

    /// The second it was made of.
    pub const fn unix_seconds(&self) -> u64 {
        self.unix_seconds
    }

    /// The 29 bytes of the field value.
    pub const fn as_bytes(&self) -> &[u8; 29] {
        &self.text
    }
}

impl fmt::Debug for HttpDate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(core::str::from_utf8(&self.text).unwrap_or_default())
    }
}

/// Year, month (from 1) and day (from 1) of a day since 1 January 1970 in the Gregorian calendar.
/// Years are counted from March, so that the leap day comes last.
fn civil(days: u32) -> (u32, u32, u32) {
    const DAYS_TO_1970: u32 = 719_468; // from 1 March of year 0
    const DAYS_PER_ERA: u32 = 146_097; // 400 years
    let days = days + DAYS_TO_1970;
    let (era, day) = (days / DAYS_PER_ERA, days % DAYS_PER_ERA);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

fn digits(number: u32) -> [u8; 2] {
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

fn name(names: &'static [u8], index: u32) -> &'static [u8] {
    let at = index as usize * 3;
    names.get(at..at + 3).unwrap_or(b"---")
}

#[cfg(test)]
mod tests {
    use super::HttpDate;

    #[test]
    fn writes_imf_fixdate() {
        for (seconds, text) in [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
            // Nothing wraps, and nothing goes back.
            (253_402_300_800, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (u64::MAX, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] {
            assert_eq!(HttpDate::from_unix(seconds).as_bytes(), text.as_bytes(), "{seconds}");
        }
    }
}
