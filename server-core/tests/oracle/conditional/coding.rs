//! `Accept-Encoding` (RFC 9110 §12.5.3), read into a table of weights.

use std::collections::HashMap;

/// What a client gets that may have the content as it is, and gzip where there `is_gzip`: `None` if
/// it refuses all of it. `values` are those of all field lines.
pub(crate) fn chosen(values: &[&[u8]], has_gzip: bool) -> Option<&'static str> {
    let mut weights: HashMap<String, f64> = HashMap::new();
    for value in values {
        for element in String::from_utf8_lossy(value).split(',') {
            let (coding, parameter) = match element.split_once(';') {
                Some((coding, parameter)) => (coding, Some(parameter)),
                None => (element, None),
            };
            let blanks = [' ', '\t'];
            let Some(weight) =
                parameter.map_or(Some(1.0), |text| qvalue(text.trim_matches(blanks)))
            else {
                continue;
            };
            let coding = coding.trim_matches(blanks).to_ascii_lowercase();
            weights.insert(coding.strip_prefix("x-").unwrap_or(&coding).to_owned(), weight);
        }
    }
    let weight = |coding| weights.get(coding).or_else(|| weights.get("*")).copied();
    let gzip = weight("gzip").filter(|weight| has_gzip && *weight > 0.0);
    let identity = weight("identity");
    match (gzip, identity) {
        (Some(gzip), identity) if gzip >= identity.unwrap_or(0.0) => Some("gzip"),
        (_, Some(0.0)) => None,
        _ => Some("identity"),
    }
}

/// `"q=" ( "0" [ "." 0*3DIGIT ] / "1" [ "." 0*3"0" ] )`
fn qvalue(text: &str) -> Option<f64> {
    let number = text.strip_prefix(['q', 'Q'])?.strip_prefix('=')?;
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let is_good = decimals.len() <= 3
        && match whole {
            "0" => decimals.chars().all(|digit| digit.is_ascii_digit()),
            "1" => decimals.chars().all(|digit| digit == '0'),
            _ => false,
        };
    is_good.then(|| format!("{whole}.{decimals}0").parse().unwrap())
}
