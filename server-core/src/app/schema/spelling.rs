//! How rules are written: the words in a member's brackets, and what clients are told of each.

/// The rules of a member, from the words in its brackets.
#[doc(hidden)]
#[macro_export]
macro_rules! rules {
    ([$($done:expr,)*] []) => {{
        const RULES: &[$crate::app::schema::Rule] = &[$($done),*];
        RULES
    }};
    ([$($done:expr,)*] [length $min:literal ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::length(
                $min,
                $max,
                concat!("must have ", $min, " to ", $max, " characters"),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [length ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::length(
                0,
                $max,
                concat!("must have at most ", $max, " characters"),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [length $min:literal .. $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::length(
                $min,
                u32::MAX,
                concat!("must have at least ", $min, " characters"),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [items $min:literal ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::items(
                $min,
                $max,
                concat!("must have ", $min, " to ", $max, " items"),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [items ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::items(
                0,
                $max,
                concat!("must have at most ", $max, " items"),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [items $min:literal .. $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::items(
                $min,
                usize::MAX,
                concat!("must have at least ", $min, " items"),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [range $min:literal ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::range(
                $min,
                $max,
                concat!("must be from ", $min, " to ", $max, ""),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [range ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::range(
                i64::MIN,
                $max,
                concat!("must be at most ", $max, ""),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [range $min:literal .. $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::range(
                $min,
                i64::MAX,
                concat!("must be at least ", $min, ""),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [real $min:literal ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::real(
                "real",
                ($min, $max),
                false,
                concat!("must be from ", $min, " to ", $max),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [real ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::real(
                "real",
                (f64::NEG_INFINITY, $max),
                false,
                concat!("must be at most ", $max),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [real $min:literal .. $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::real(
                "real",
                ($min, f64::INFINITY),
                false,
                concat!("must be at least ", $min),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [above $min:literal $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::real(
                "above",
                ($min, f64::INFINITY),
                true,
                concat!("must be above ", $min),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [below $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::real(
                "below",
                (f64::NEG_INFINITY, $max),
                true,
                concat!("must be below ", $max),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [multiple_of $of:literal $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::multiple_of(
                $of,
                concat!("must be a multiple of ", $of),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [among $($number:literal)+ $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::among(
                &[$($number),+],
                concat!("must be one of:" $(, " ", $number)+),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [one_of $($text:literal)+ $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::one_of(
                &[$($text),+],
                concat!("must be one of:" $(, " ", $text)+),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [pattern $text:literal $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::pattern(
                {
                    const PATTERN: &$crate::app::regular::Pattern = &$crate::pattern!($text);
                    PATTERN
                },
                concat!("must be of the pattern ", $text),
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [email $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::format(
                "email",
                $crate::app::format::email,
                "must be an e-mail address",
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [uri $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::format(
                "uri",
                $crate::app::format::uri,
                "must be a URI with its scheme",
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [uri_reference $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::format(
                "uri_reference",
                $crate::app::format::uri_reference,
                "must be a URI, or a reference relative to one",
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [uuid $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::format(
                "uuid",
                $crate::app::format::uuid,
                "must be a UUID",
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [date $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::format(
                "date",
                $crate::app::format::date,
                "must be a date such as 2026-02-28",
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [time $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::format(
                "time",
                $crate::app::format::time,
                "must be a time with its offset, such as 08:30:00Z",
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [date_time $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::format(
                "date_time",
                $crate::app::format::date_time,
                "must be a date and time with its offset, such as 2026-02-28T08:30:00Z",
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [ipv4 $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::format(
                "ipv4",
                $crate::app::format::ipv4,
                "must be an IPv4 address",
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [ipv6 $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::format(
                "ipv6",
                $crate::app::format::ipv6,
                "must be an IPv6 address",
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [hostname $(, $($more:tt)*)?]) => {
        $crate::rules!(
            [$($done,)* $crate::app::schema::Rule::format(
                "hostname",
                $crate::app::format::hostname,
                "must be a host name",
            ),]
            [$($($more)*)?]
        )
    };
    ([$($done:expr,)*] [$rule:ident $($rest:tt)*]) => {
        compile_error!(concat!(
            "`",
            stringify!($rule),
            "` is no rule, or is written otherwise: see `samewire::app::schema`"
        ))
    };
}
