//! The requirements that the suite proves, from `fixtures/requirements.toml`.
//!
//! Each is one thing that a document asks of a server, in our own words. Cases, invariants and the
//! code name it by its id; the ledger joins them.

use std::fmt::{self, Display, Formatter};

use serde::Deserialize;
use toml::Spanned;

use crate::diagnostic::{Diagnostic, Lines, Span, nearest};

/// One thing that a document asks of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The document, the section and a few words: `rfc9112-3.2-host-missing-400`.
    pub id: String,
    /// The document: `rfc9112`.
    pub rfc: String,
    /// The section of the document: `3.2`.
    pub section: String,
    /// How strongly it is asked.
    pub level: Level,
    /// The part of the server that it is asked of.
    pub profile: Profile,
    /// What is asked, in our own words.
    pub text: String,
    /// How it can be tested.
    pub test: String,
    /// What the text rests on: `text` if it was checked against the document.
    pub basis: String,
    /// The test that checks it beside an implementation that is not ours: `path/file.rs::test`. What
    /// rests on memory is proven by no other.
    pub beside: Option<String>,
    /// Why it is not met on purpose, or binds nothing that is built; if so, no proof is asked for.
    pub exception: Option<String>,
    /// The part of the server that is still to be built, without which it cannot be asked.
    pub waits: Option<String>,
    /// Its id in the file.
    pub span: Span,
}

impl Requirement {
    /// Whether its text was written down from memory, and no test beside other software is named that
    /// bears it out.
    pub fn is_only_recalled(&self) -> bool {
        matches!(self.basis.as_str(), "recall" | "peer") && self.beside.is_none()
    }
}

/// Writes an enum of words, the word of each, and all of them.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$each])* $variant),* }

        impl $name {
            /// All there are, in the order in which a report shows them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its word in `requirements.toml`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The one of this name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }

        impl Display for $name {
            fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
                out.pad(self.name())
            }
        }
    };
}

words! {
    /// How strongly something is asked (BCP 14).
    Level {
        /// Also REQUIRED and SHALL.
        Must = "MUST",
        /// Also SHALL NOT.
        MustNot = "MUST NOT",
        /// A rule of grammar or an algorithm without a keyword, binding all the same.
        Rule = "RULE",
        /// Also RECOMMENDED.
        Should = "SHOULD",
        /// Also NOT RECOMMENDED.
        ShouldNot = "SHOULD NOT",
        /// Advice without a keyword, as in security considerations.
        Ought = "OUGHT",
        /// Also OPTIONAL.
        May = "MAY",
    }
}

words! {
    /// The part of a server that a requirement is about.
    Profile {
        /// HTTP/1.1 itself.
        Http1 = "http1",
        /// WebSocket.
        Ws = "ws",
        /// Compression of WebSocket messages.
        Pmd = "pmd",
        /// Static files, ranges, conditional requests.
        Files = "files",
        /// JSON and forms.
        Body = "body",
        /// Resources, cookies, authentication, events.
        App = "app",
        /// Builds with TLS.
        Tls = "tls",
        /// HTTP/2, which is not spoken here.
        H2 = "h2",
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    requirement: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Spanned<String>,
    rfc: String,
    section: String,
    level: Spanned<String>,
    profile: Spanned<String>,
    text: String,
    test: String,
    basis: String,
    beside: Option<Spanned<String>>,
    exception: Option<Spanned<String>>,
    waits: Option<Spanned<String>>,
}

/// Reads `requirements.toml`; `shown` is the file as the reader would name it.
///
/// # Errors
///
/// All that is wrong with it; an error of the TOML itself stands alone.
pub fn parse(shown: &str, source: &str) -> Result<Vec<Requirement>, Vec<Diagnostic>> {
    let file: File =
        toml::from_str(source).map_err(|error| vec![toml_error(shown, source, &error)])?;
    let lines = Lines::new(source);
    let mut requirements: Vec<Requirement> = Vec::new();
    let mut errors = Vec::new();
    for entry in file.requirement {
        match entry.check(&lines, &requirements) {
            Ok(requirement) => requirements.push(requirement),
            Err(found) => {
                errors.extend(found.into_iter().map(|(span, message, hint)| {
                    Diagnostic::new(shown, source, span, message, hint)
                }))
            }
        }
    }
    if errors.is_empty() { Ok(requirements) } else { Err(errors) }
}

impl Entry {
    fn check(
        self,
        lines: &Lines<'_>,
        known: &[Requirement],
    ) -> Result<Requirement, Vec<(Span, String, String)>> {
        let span = lines.span(self.id.span());
        let mut errors = Vec::new();
        if let Some(same) = known.iter().find(|same| same.id == *self.id.get_ref()) {
            let hint = format!("the other is in line {}: rename or remove one", same.span.line);
            errors.push((span, format!("two requirements are named `{}`", same.id), hint));
        }
        let prefix = format!("{}-{}-", self.rfc, self.section);
        let rest = self.id.get_ref().strip_prefix(&prefix).unwrap_or("");
        if rest.is_empty() || !rest.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c)) {
            let message =
                format!("the id `{}` does not say where it comes from", self.id.get_ref());
            errors.push((
                span,
                message,
                format!("write `{prefix}` and a few words, joined by `-`"),
            ));
        }
        let level = word(lines, &self.level, "level", Level::named, Level::ALL, Level::name);
        let profile =
            word(lines, &self.profile, "profile", Profile::named, Profile::ALL, Profile::name);
        let why = "say why this is refused, or remove the line";
        let what = "name the feature, or remove the line";
        let test = "name it, `path/file.rs::test`, or remove the line";
        for (text, message, hint) in [
            (&self.beside, "it is checked by no test", test),
            (&self.exception, "an exception without a reason", why),
            (&self.waits, "it waits for nothing", what),
        ] {
            if let Some(text) = text.as_ref().filter(|text| text.get_ref().trim().is_empty()) {
                errors.push((lines.span(text.span()), message.to_owned(), hint.to_owned()));
            }
        }
        match (level, profile) {
            (Ok(level), Ok(profile)) if errors.is_empty() => Ok(Requirement {
                id: self.id.into_inner(),
                rfc: self.rfc,
                section: self.section,
                level,
                profile,
                text: self.text,
                test: self.test,
                basis: self.basis,
                beside: self.beside.map(Spanned::into_inner),
                exception: self.exception.map(Spanned::into_inner),
                waits: self.waits.map(Spanned::into_inner),
                span,
            }),
            (level, profile) => {
                errors.extend(level.err());
                errors.extend(profile.err());
                Err(errors)
            }
        }
    }
}

/// The value of a field that is one of a few words.
fn word<T: Copy>(
    lines: &Lines<'_>,
    found: &Spanned<String>,
    field: &str,
    named: fn(&str) -> Option<T>,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<T, (Span, String, String)> {
    named(found.get_ref()).ok_or_else(|| {
        let names: Vec<&str> = all.iter().copied().map(name).collect();
        let hint = match nearest(found.get_ref(), names.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("there are {}", names.join(", ")),
        };
        let span = lines.span(found.span());
        (span, format!("unknown {field} `{}`", found.get_ref()), hint)
    })
}

/// An error of the TOML itself, in our form.
pub(crate) fn toml_error(shown: &str, source: &str, error: &toml::de::Error) -> Diagnostic {
    let span = Lines::new(source).span(error.span().unwrap_or(0..0));
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    let hint = "mend it as the comment at the top of the file describes".to_owned();
    Diagnostic::new(shown, source, span, message, hint)
}

#[cfg(test)]
mod tests {
    use super::{Level, Profile, parse};

    const ENTRY: &str = r#"
[[requirement]]
id = "rfc9112-3.2-host-missing-400"
rfc = "rfc9112"
section = "3.2"
level = "MUST"
profile = "http1"
text = "Refuse a request without Host"
test = "400"
basis = "text"
"#;

    #[test]
    fn reads_an_entry() {
        let read = parse("r.toml", &format!("{ENTRY}exception = \"why\"\n")).unwrap();
        let [one] = &read[..] else { panic!("{read:?}") };
        assert_eq!((one.level, one.profile), (Level::Must, Profile::Http1));
        assert_eq!(one.exception.as_deref(), Some("why"));
        let waiting = parse("r.toml", &format!("{ENTRY}waits = \"what\"\n")).unwrap();
        assert_eq!(waiting[0].waits.as_deref(), Some("what"));
        assert_eq!((one.span.line, one.span.column), (3, 6));
    }

    #[test]
    fn says_what_is_wrong_with_an_entry() {
        let twice = format!("{ENTRY}{ENTRY}");
        let table = [
            (
                twice,
                "13:6 two requirements are named `rfc9112-3.2-host-missing-400` (the other is in \
                 line 3: rename or remove one)",
            ),
            (ENTRY.replace("MUST", "MSUT"), "6:9 unknown level `MSUT` (did you mean `MUST`?)"),
            (
                ENTRY.replace("http1", "gopher"),
                "7:11 unknown profile `gopher` (there are http1, ws, pmd, files, body, app, tls, h2)",
            ),
            (
                ENTRY.replace("\"3.2\"", "\"3.3\""),
                "3:6 the id `rfc9112-3.2-host-missing-400` does not say where it comes from (write \
                 `rfc9112-3.3-` and a few words, joined by `-`)",
            ),
            (
                format!("{ENTRY}exception = \"\""),
                "11:13 an exception without a reason (say why this is refused, or remove the line)",
            ),
            (
                format!("{ENTRY}waits = \" \""),
                "11:9 it waits for nothing (name the feature, or remove the line)",
            ),
            (
                ENTRY.replace("basis = \"text\"", ""),
                "2:1 missing field `basis` (mend it as the comment at the top of the file describes)",
            ),
        ];
        for (source, expected) in table {
            let errors = parse("r.toml", &source).unwrap_err();
            let [error] = &errors[..] else { panic!("{errors:?}") };
            let span = error.excerpt.as_ref().unwrap().0;
            let found = format!("{}:{} {} ({})", span.line, span.column, error.message, error.hint);
            assert_eq!(found, expected, "{source}");
        }
    }
}
