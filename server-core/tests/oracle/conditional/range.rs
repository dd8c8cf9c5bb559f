//! The `Range` of a request for bytes (RFC 9110 §14.1.2 and §14.2), by its grammar. Whether the
//! server answers several ranges is its own choice, and this one answers the whole then.

/// The first and the last position of what is to be sent; `Ok(None)` for the whole, `Err` for
/// nothing that is there. `values` are those of all field lines.
pub(crate) fn selected(values: &[&[u8]], length: u64) -> Result<Option<(u64, u64)>, ()> {
    let [value] = values else { return Ok(None) };
    let value = String::from_utf8_lossy(value);
    let Some((unit, set)) = value.split_once('=') else { return Ok(None) };
    let trimmed = set.split(',').map(|range| range.trim_matches([' ', '\t']));
    let ranges: Vec<&str> = trimmed.filter(|range| !range.is_empty()).collect();
    let ([range], true, 1..) = (&*ranges, unit.eq_ignore_ascii_case("bytes"), length) else {
        return Ok(None);
    };
    let Some((first, last)) = range.split_once('-') else { return Ok(None) };
    let is_number = |text: &str| text.chars().all(|letter| letter.is_ascii_digit());
    if !is_number(first) || !is_number(last) || (first.is_empty() && last.is_empty()) {
        return Ok(None);
    }
    // Beyond what 64 bits count there is nothing to be told apart.
    let number = |digits: &str| match digits.trim_start_matches('0') {
        "" => 0,
        digits if digits.len() > 30 => u128::from(u64::MAX),
        digits => digits.parse::<u128>().unwrap().min(u64::MAX.into()),
    };
    let length = u128::from(length);
    let (from, to) = match (first, last) {
        ("", suffix) => (length - number(suffix).min(length), length - 1),
        (first, "") => (number(first), length - 1),
        (first, last) if number(last) < number(first) => return Ok(None),
        (first, last) => (number(first), number(last).min(length - 1)),
    };
    if from >= length {
        return Err(());
    }
    Ok(Some((u64::try_from(from).unwrap(), u64::try_from(to).unwrap())))
}
