//! Dates and times (RFC 3339 §5.6; §5.7 and Appendix C for what a day and a minute can hold).

/// A `full-date` of the Gregorian calendar: `2026-02-28`.
pub fn date(text: &[u8]) -> bool {
    day(text).is_some()
}

/// A `full-time`, with its offset: `08:30:06.28+01:00`. A second 60 stands only where a leap second
/// can be: in the last minute of a day of UTC, `23:59:60Z`.
pub fn time(text: &[u8]) -> bool {
    moment(text).is_some()
}

/// A `date-time`: `1990-12-31T15:59:60-08:00`. `T` and `Z` may be small letters; a second 60 stands
/// only in the last minute of a month of UTC.
pub fn date_time(text: &[u8]) -> bool {
    let Some((full_date, [b'T' | b't', full_time @ ..])) = text.split_at_checked(10) else {
        return false;
    };
    let (Some(day), Some(moment)) = (day(full_date), moment(full_time)) else { return false };
    match moment {
        Moment::Common => true,
        Moment::Leap { of_day_before: true } => day.number == 1,
        Moment::Leap { of_day_before: false } => day.number == day.of_month,
    }
}

/// A day of a month that has so many.
struct Day {
    number: u32,
    of_month: u32,
}

fn day(full_date: &[u8]) -> Option<Day> {
    let [y3, y2, y1, y0, b'-', m1, m0, b'-', d1, d0] = *full_date else { return None };
    let (century, year) = (two(y3, y2)?, two(y1, y0)?);
    let of_month = match two(m1, m0)? {
        4 | 6 | 9 | 11 => 30,
        // Every fourth year is a leap year; of those that end a century, every fourth.
        2 if (if year == 0 { century } else { year }) & 3 == 0 => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    let number = two(d1, d0)?;
    (1..=of_month).contains(&number).then_some(Day { number, of_month })
}

/// What a time says of its second.
enum Moment {
    Common,
    /// A leap second: it ends the same day of UTC, or the one before. The one after would take an
    /// offset of a whole day.
    Leap {
        of_day_before: bool,
    },
}

fn moment(full_time: &[u8]) -> Option<Moment> {
    let (partial_time, rest) = full_time.split_at_checked(8)?;
    let [h1, h0, b':', m1, m0, b':', s1, s0] = *partial_time else { return None };
    let (hour, minute, second) = (two(h1, h0)?, two(m1, m0)?, two(s1, s0)?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let behind_utc = offset(without_fraction(rest)?)?;
    if second < 60 {
        return Some(Moment::Common);
    }
    // The minute of the day in UTC: of the day before if it is negative.
    let minute_of_day = i32::try_from(hour * 60 + minute).ok()? + behind_utc;
    let of_day_before = minute_of_day == -1;
    let is_last = of_day_before || minute_of_day == LAST_MINUTE;
    is_last.then_some(Moment::Leap { of_day_before })
}

/// 23:59, in minutes.
const LAST_MINUTE: i32 = 24 * 60 - 1;

/// What stands behind a `time-secfrac`, if there is one.
fn without_fraction(rest: &[u8]) -> Option<&[u8]> {
    let [b'.', fraction @ ..] = rest else { return Some(rest) };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 { None } else { fraction.get(digits..) }
}

/// By how many minutes a `time-offset` is behind UTC.
fn offset(time_offset: &[u8]) -> Option<i32> {
    let (sign, h1, h0, m1, m0) = match *time_offset {
        [b'Z' | b'z'] => return Some(0),
        [b'+', h1, h0, b':', m1, m0] => (-1, h1, h0, m1, m0),
        [b'-', h1, h0, b':', m1, m0] => (1, h1, h0, m1, m0),
        _ => return None,
    };
    let (hours, minutes) = (two(h1, h0)?, two(m1, m0)?);
    let is_valid = hours < 24 && minutes < 60;
    is_valid.then_some(sign * i32::try_from(hours * 60 + minutes).ok()?)
}

/// The number that two digits are.
fn two(tens: u8, units: u8) -> Option<u32> {
    let is_number = tens.is_ascii_digit() && units.is_ascii_digit();
    is_number.then(|| u32::from(tens & 15) * 10 + u32::from(units & 15))
}
