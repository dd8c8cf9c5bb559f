//! What can be wrong with a row of the table, and how the compiler is brought to say so where it was
//! written.
//!
//! A panic in a constant is shown at the whole table, since its call stands in a macro. An argument
//! that does not fit is shown where the argument was written, and the method's name beside it. So a
//! row's word is the name of a method that takes its path, and each mistake a trait that says in its
//! message what is wrong, and that no path has.
#![cfg_attr(
    not(test),
    expect(clippy::indexing_slicing, reason = "runs in the compiler, where it would say so")
)]

use super::complaint::Complaint;
use super::conflict::is_same;
use super::flatten::{Flat, Parts};
use super::pattern::{self, Parameters};
use super::route::Route;

/// Lets the compiler look at a row, with its path as an argument of a method that has its word for a
/// name.
#[doc(hidden)]
#[macro_export]
macro_rules! check_row {
    (layers $at:tt [$app:ty] $generics:tt [$path:literal] []) => {
        const _: () = $crate::app::mistake::Checked::<{
            $crate::app::mistake::of_prefix($path)
        }>.$at($path);
    };
    (mount $at:tt [$app:ty] [] [$path:literal] [$($inner:tt)+]) => {
        const _: () = $crate::app::mistake::Checked::<{
            $crate::app::mistake::of_rows::<$app>($path, <$($inner)+ as $crate::App>::ROUTES)
        }>.$at($path);
    };
    (plugin $at:tt [$app:ty] [] [] [$($inner:tt)+]) => {
        const _: () = {
            use $crate::app::mistake::rows::*;
            $crate::app::mistake::Checked::<{
                $crate::app::mistake::of_rows::<$app>("", <$($inner)+ as $crate::App>::ROUTES)
            }>.$at($at)
        };
    };
    (files $at:tt [$app:ty] [] [$path:literal] $table:tt) => {
        const _: () = $crate::app::mistake::Checked::<{
            $crate::app::mistake::of_rows::<$app>($path, $crate::app::files::ROUTES)
        }>.$at($path);
    };
    (mount $at:tt [$app:ty] $generics:tt [$path:literal] $inner:tt) => {
        const _: () = $crate::app::mistake::Checked::<{
            $crate::app::mistake::of_prefix($path)
        }>.$at($path);
    };
    (files $at:tt [$app:ty] $generics:tt [$path:literal] $table:tt) => {
        const _: () = $crate::app::mistake::Checked::<{
            $crate::app::mistake::of_prefix($path)
        }>.$at($path);
    };
    ($verb:tt $at:tt [$app:ty] [] [$path:literal] [$($handler:tt)+]) => {
        $crate::if_route! { $verb
            const _: () = $crate::app::mistake::Checked::<{
                $crate::app::mistake::of_row::<$app>(&$crate::app::route::row::$verb($path, &[]))
            }>.$at($path);
        }
    };
    ($verb:tt $at:tt [$app:ty] $generics:tt [$path:literal] [$($handler:tt)+]) => {
        $crate::if_route! { $verb
            const _: () = $crate::app::mistake::Checked::<{
                $crate::app::mistake::of_route(&$crate::app::route::row::$verb($path, &[]))
            }>.$at($path);
        }
    };
    ($($other:tt)*) => {};
}

/// Lets the compiler look at the words of a row that take the content, if it has several words.
#[doc(hidden)]
#[macro_export]
macro_rules! check_words {
    ($verb:tt [$one:tt, $($more:tt),+ $(,)?] $all:tt) => {
        $crate::check_words!(@word $verb $one $one $all);
        $($crate::check_words!(@word $verb $more $more $all);)+
    };
    (@word $verb:tt json $($of:tt)*) => { $crate::check_words!(@content $verb $($of)*); };
    (@word $verb:tt form $($of:tt)*) => { $crate::check_words!(@content $verb $($of)*); };
    (@word $verb:tt multipart $($of:tt)*) => { $crate::check_words!(@content $verb $($of)*); };
    (@word $verb:tt text $($of:tt)*) => { $crate::check_words!(@content $verb $($of)*); };
    (@word $verb:tt bytes $($of:tt)*) => { $crate::check_words!(@content $verb $($of)*); };
    (@word $verb:tt body $($of:tt)*) => { $crate::check_words!(@content $verb $($of)*); };
    (@content $verb:tt $word:tt [$($all:tt),* $(,)?]) => {
        const _: () = {
            use $crate::app::words::*;
            $crate::app::mistake::Checked::<{
                $crate::app::mistake::of_word(stringify!($word), &[$(stringify!($all)),*])
            }>.$verb($word)
        };
    };
    ($($other:tt)*) => {};
}

/// A row whose check came to the mistake of this number; zero is none.
#[doc(hidden)]
pub struct Checked<const MISTAKE: usize>;

/// What has no mistake of this number.
#[doc(hidden)]
pub trait Without<const MISTAKE: usize> {}

impl<T> Without<0> for T {}

/// What a mistake's trait is asked about: of the argument itself, the compiler would rather tell that
/// it is not [`Without`].
#[doc(hidden)]
pub struct At<T>(T);

macro_rules! rows {
    (where $bound:tt; $($word:ident)*) => {
        impl<const MISTAKE: usize> Checked<MISTAKE> {
            $(rows! { @method $bound $word })*
        }

        /// What stands for a row that has no path.
        #[doc(hidden)]
        pub mod rows {
            $(
                #[derive(Clone, Copy)]
                #[expect(non_camel_case_types, reason = "named as the word is")]
                pub struct $word;
            )*
        }
    };
    (@method [$($bound:tt)+] $word:ident) => {
        pub const fn $word<T>(self, _: T)
        where
            $($bound)+,
        {
        }
    };
}

rows! { where [T: Copy + Without<MISTAKE>]; get post put delete patch ws files mount plugin layers }

macro_rules! mistakes {
    ($($number:literal $name:ident: $text:literal, $label:literal;)*) => {
        /// What is wrong with a row.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(usize)]
        pub(super) enum Mistake {
            $($name = $number),*
        }

        impl Mistake {
            /// In a sentence, which is a format string: braces are doubled.
            pub(super) const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text),*
                }
            }
        }

        /// What a row is to be, in the compiler's messages.
        #[doc(hidden)]
        pub mod rules {
            $(
                #[diagnostic::on_unimplemented(message = $text, label = $label)]
                pub trait $name {}

                impl<T> super::Without<$number> for T where super::At<T>: $name {}
            )*
        }
    };
}

mistakes! {
    1 BeginsWithSlash: "a path begins with `/`", "this one does not";
    2 HasSegments: "a path has something between two `/`", "`//` is in here";
    3 HasNoDots: "`.` and `..` are no segments of a path", "one is in here";
    4 IsPrintable: "a path is printable ASCII without `?` and `#`", "something else is in here";
    5 EscapesWhatIsNotPlain: "`%` stands for what is not plain, as in `%20`", "another `%` is in here";
    6 IsWrittenInBraces: "a parameter is written `{{name}}`, not `:name`", "one is in here";
    7 HasBracesInPairs: "`{{` and `}}` come in pairs", "one of them stands alone";
    8 HasWholeSegments: "a parameter is a whole segment, as in `/{{name}}/`", "one is not";
    9 HasNamedParameters: "a parameter is `{{name}}`, `{{name:type}}` or `{{*name}}`", "one is not";
    10 EndsWithItsRest: "`{{*name}}` ends a path and has no type", "here it does not, or has one";
    11 HasKnownTypes: "a parameter's type is `u32`, `i32`, `uuid` or `str`", "another type is in here";
    12 IsPrefixWithoutSlash: "a prefix does not end with `/`", "this one does";
    13 IsLiteralPrefix: "a prefix has no parameters", "this one does";
    14 IsTheOnlyOne: "two rows match the same requests", "this row, and another one";
    15 TakesContentOnce: "a request's content is taken only once", "another word of this row takes it, too";
}

/// The number of what is wrong with a row for this route, in an app that has no parameters itself.
#[doc(hidden)]
pub const fn of_row<P: Parts + ?Sized>(route: &Route) -> usize {
    match (pattern::check(route.path.as_bytes()), Flat::<P>::TWIN) {
        (Err(mistake), _) => mistake as usize,
        (Ok(_), Some(twin)) if is_same(route, twin) => Mistake::IsTheOnlyOne as usize,
        (Ok(_), _) => 0,
    }
}

/// The same, where other rows are not known yet.
#[doc(hidden)]
pub const fn of_route(route: &Route) -> usize {
    match pattern::check(route.path.as_bytes()) {
        Err(mistake) => mistake as usize,
        Ok(_) => 0,
    }
}

/// The number of what is wrong with a row for routes behind a prefix, which is empty for a plugin.
#[doc(hidden)]
pub const fn of_rows<P: Parts + ?Sized>(prefix: &'static str, routes: &[Route]) -> usize {
    match (of_prefix(prefix), Flat::<P>::TWIN) {
        (0, Some(twin)) if has_behind(prefix, routes, twin) => Mistake::IsTheOnlyOne as usize,
        (mistake, _) => mistake,
    }
}

/// The number of what is wrong with a prefix.
#[doc(hidden)]
pub const fn of_prefix(prefix: &str) -> usize {
    match prefix_mistake(prefix) {
        Some(mistake) => mistake as usize,
        None => 0,
    }
}

/// Refuses a malformed prefix that stands in no row, at compile time.
#[track_caller]
pub(super) const fn check_prefix(prefix: &str) {
    if let Some(mistake) = prefix_mistake(prefix) {
        let named = Complaint::NONE.put("`").put(prefix).put("`: ");
        named.message(mistake.text()).panic();
    }
}

const fn prefix_mistake(prefix: &str) -> Option<Mistake> {
    match prefix.as_bytes() {
        [] => None,
        [.., b'/'] => Some(Mistake::IsPrefixWithoutSlash),
        path => match pattern::check(path) {
            Ok(Parameters::None) => None,
            Ok(_) => Some(Mistake::IsLiteralPrefix),
            Err(mistake) => Some(mistake),
        },
    }
}

/// Whether one of the routes is `twin`, once the prefix stands in front.
const fn has_behind(prefix: &str, routes: &[Route], twin: &'static Route) -> bool {
    let Some((before, behind)) = twin.path.split_at_checked(prefix.len()) else { return false };
    if !begins_with(before, prefix) {
        return false;
    }
    let mut twin = *twin;
    twin.path = if behind.is_empty() { "/" } else { behind };
    let mut at = 0;
    while at < routes.len() {
        if is_same(&routes[at], &twin) {
            return true;
        }
        at += 1;
    }
    false
}

/// The number of what is wrong with `word`, which takes the content, among all of its row.
#[doc(hidden)]
pub const fn of_word(word: &str, words: &[&str]) -> usize {
    let (mut at, mut first, mut alike) = (0, None, 0);
    while at < words.len() {
        if takes_content(words[at]) {
            first = match first {
                None => Some(words[at]),
                first => first,
            };
            alike += is_text(words[at], word) as usize;
        }
        at += 1;
    }
    match first {
        Some(first) if is_text(first, word) && alike == 1 => 0,
        _ => Mistake::TakesContentOnce as usize,
    }
}

const fn takes_content(word: &str) -> bool {
    matches!(word.as_bytes(), b"json" | b"form" | b"multipart" | b"text" | b"bytes" | b"body")
}

const fn is_text(one: &str, other: &str) -> bool {
    one.len() == other.len() && begins_with(one, other)
}

/// Whether the first bytes of `text`, which has as many, are `beginning`.
const fn begins_with(text: &str, beginning: &str) -> bool {
    let mut at = 0;
    while at < beginning.len() {
        if text.as_bytes()[at] != beginning.as_bytes()[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Checked, Mistake, of_prefix, of_rows, of_word};
    use crate::app::flatten::{Part, Parts};
    use crate::app::route::Route;

    #[test]
    fn malformed_prefixes_are_refused() {
        for prefix in ["/", "auth", "/auth/", "/{name}", "/a}", "/a b", "/a?b", "/a//b"] {
            assert_ne!(of_prefix(prefix), 0, "{prefix:?} is accepted");
        }
        for prefix in ["", "/a", "/a/b"] {
            assert_eq!(of_prefix(prefix), 0, "{prefix:?} is refused");
        }
    }

    struct House;
    impl Parts for House {
        const PARTS: &'static [Part] = &[
            Part { prefix: "", routes: &[Route::get("/rooms/{id}"), Route::get("/roo/{id}")] },
            Part { prefix: "/rooms", routes: ROOMS },
            Part { prefix: "", routes: ROOMS },
        ];
    }
    const ROOMS: &[Route] = &[Route::get("/"), Route::get("/{number}")];

    #[test]
    fn the_row_is_found_behind_whose_prefix_a_twin_is() {
        let alike = Mistake::IsTheOnlyOne as usize;
        assert_eq!(of_rows::<House>("/rooms", ROOMS), alike);
        assert_eq!(of_rows::<House>("", ROOMS), 0);
        assert_eq!(of_rows::<House>("/roo", ROOMS), 0);
        assert_eq!(of_rows::<House>("/room", ROOMS), 0);
        assert_eq!(of_rows::<House>("/rooms/and/more/than/that", ROOMS), 0);
        assert_eq!(of_rows::<House>("", House::PARTS[0].routes), alike);
        assert_eq!(of_rows::<House>("/rooms/", ROOMS), Mistake::IsPrefixWithoutSlash as usize);
    }

    #[test]
    fn content_is_taken_by_the_first_word_that_does() {
        let twice = Mistake::TakesContentOnce as usize;
        assert_eq!(of_word("json", &["path", "json", "query"]), 0);
        assert_eq!(of_word("json", &["json", "bytes"]), 0);
        assert_eq!(of_word("bytes", &["json", "bytes"]), twice);
        assert_eq!(of_word("json", &["json", "json"]), twice);
        assert_eq!(of_word("form", &["text", "path", "form"]), twice);
    }

    /// That the numbers of the messages are those of the mistakes: with another one it would not
    /// compile.
    #[test]
    fn what_has_no_mistake_fits() {
        Checked::<{ of_prefix("/a") }>.mount("/a");
    }
}
