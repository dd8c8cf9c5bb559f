//! A bound of the server that a case changes for itself: `limits head_bytes_max=256`.

use samewire::Limits;

use crate::diagnostic::Span;

/// Why a name and a number make no [`Limit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitError {
    /// [`Limits`] has no field of this name.
    Unknown,
    /// The field holds no number greater than this.
    TooLarge(u64),
}

/// One field of [`Limits`] and the number it is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// `name=value` in its line.
    pub span: Span,
    name: &'static str,
    value: u64,
}

/// Writes the table of fields: their names, their widths, and how one is set.
macro_rules! fields {
    ($($name:ident: $width:ty),* $(,)?) => {
        impl Limit {
            /// The names that a `limits` line may use: the fields of [`Limits`].
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            fn field(name: &str) -> Option<(&'static str, u64)> {
                $(if name == stringify!($name) {
                    return Some((stringify!($name), <$width>::MAX as u64));
                })*
                None
            }

            /// Sets this one field.
            pub fn apply(&self, limits: &mut Limits) {
                $(if self.name == stringify!($name) {
                    // `new` has checked the width.
                    limits.$name = <$width>::try_from(self.value).unwrap_or(<$width>::MAX);
                })*
            }
        }
    };
}

fields! {
    head_bytes_max: u16,
    target_bytes_max: u16,
    field_lines_max: u8,
    empty_lines_max: u8,
    content_bytes_max: u64,
    collected_bytes_max: u32,
    chunk_overhead_bytes_max: u16,
    answer_bytes_max: u32,
    answer_head_bytes_max: u16,
    chunk_bytes_max: u16,
    drain_bytes_max: u32,
    requests_max: u16,
    message_bytes_max: u32,
    fragments_max: u16,
    idle_ms_max: u32,
    head_ms_max: u32,
    body_ms_max: u32,
    handler_ms_max: u32,
    write_ms_max: u32,
    linger_ms_max: u32,
    message_ms_max: u32,
    ping_ms: u32,
    pong_ms_max: u32,
    close_ms_max: u32,
    parts_max: u16,
    part_head_bytes_max: u16,
}

impl Limit {
    /// The limit of this name, set to this value.
    ///
    /// # Errors
    ///
    /// There is no such limit, or it cannot hold the value.
    pub fn new(name: &str, value: u64, span: Span) -> Result<Self, LimitError> {
        let (name, largest) = Self::field(name).ok_or(LimitError::Unknown)?;
        if value > largest {
            return Err(LimitError::TooLarge(largest));
        }
        Ok(Self { span, name, value })
    }

    /// The field of [`Limits`] it sets.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What the field is set to: bytes, a count or milliseconds, as its name says.
    pub const fn value(&self) -> u64 {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, LimitError};
    use crate::diagnostic::Span;
    use samewire::Limits;

    /// The fields and their values, as the struct itself tells them.
    fn every_field(limits: Limits) -> Vec<(String, u64)> {
        let shown = format!("{limits:?}");
        let fields = shown.trim_start_matches("Limits { ").trim_end_matches(" }").split(", ");
        let field = |field: &str| {
            let (name, value) = field.split_once(": ").unwrap();
            (name.to_owned(), value.parse().unwrap())
        };
        fields.map(field).collect()
    }

    #[test]
    fn there_is_a_name_for_each_field() {
        let fields: Vec<String> =
            every_field(Limits::SMALL).into_iter().map(|(name, _)| name).collect();
        assert_eq!(fields, Limit::NAMES);
    }

    #[test]
    fn each_name_sets_its_field_and_no_other() {
        for name in Limit::NAMES {
            let mut limits = Limits::SMALL;
            Limit::new(name, 77, Span::default()).unwrap().apply(&mut limits);
            for (now, before) in every_field(limits).into_iter().zip(every_field(Limits::SMALL)) {
                let expected = if now.0 == *name { 77 } else { before.1 };
                assert_eq!(now.1, expected, "{name} on {}", now.0);
                assert_ne!(before.1, 77, "{name} would not show");
            }
        }
    }

    #[test]
    fn refuses_unknown_names_and_numbers_too_large() {
        let new = |name, value| Limit::new(name, value, Span::default()).map(|limit| limit.value);
        assert_eq!(new("header_bytes_max", 1), Err(LimitError::Unknown));
        assert_eq!(new("field_lines_max", 255), Ok(255));
        assert_eq!(new("field_lines_max", 256), Err(LimitError::TooLarge(255)));
        assert_eq!(new("content_bytes_max", u64::MAX), Ok(u64::MAX));
    }
}
