//! The declaration of a schema, and the spelling of its rules.

/// Declares a type that is judged while it is read: see [`schema`](mod@crate::app::schema).
#[macro_export]
macro_rules! schema {
    ($(#[doc = $doc:literal])* $(#[derive($($derive:path),* $(,)?)])?
        $vis:vis struct $name:ident<$life:lifetime> { $($body:tt)* }
    ) => {
        $crate::schema! { @members [$($doc)* [$($($derive),*)?]] [$vis] $name [$name<$life>] $life { $($body)* } }
    };
    ($(#[doc = $doc:literal])* $(#[derive($($derive:path),* $(,)?)])?
        $vis:vis struct $name:ident { $($body:tt)* }
    ) => {
        $crate::schema! { @members [$($doc)* [$($($derive),*)?]] [$vis] $name [$name] 'x { $($body)* } }
    };
    (@members $docs:tt $vis:tt $name:ident $full:tt $life:lifetime {
        $($(#[doc = $doc:literal])* $member:ident $(as $wire:literal)? : $type:ty
            $(= $default:literal)? $([$($rules:tt)*])?),* , ..
    }) => {
        $crate::schema! { @declare $docs $vis $name $full $life true {
            $([$($doc)*] $member [$($wire)?] [$type] [$($default)?] [$($($rules)*)?])*
        } }
    };
    (@members $docs:tt $vis:tt $name:ident $full:tt $life:lifetime {
        $($(#[doc = $doc:literal])* $member:ident $(as $wire:literal)? : $type:ty
            $(= $default:literal)? $([$($rules:tt)*])?),* $(,)?
    }) => {
        $crate::schema! { @declare $docs $vis $name $full $life false {
            $([$($doc)*] $member [$($wire)?] [$type] [$($default)?] [$($($rules)*)?])*
        } }
    };
    (@declare [$($doc:literal)* [$($derive:path),*]] [$vis:vis] $name:ident [$($full:tt)*] $life:lifetime $open:literal {
        $([$($about:literal)*] $member:ident $wire:tt [$type:ty] $default:tt $rules:tt)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq $(, $derive)*)]
        $vis struct $($full)* {
            $($(#[doc = $about])* $vis $member: $type,)*
        }

        impl<$life> $crate::app::schema::Shape<$life> for $($full)* {
            const SCHEMA: &'static $crate::app::schema::Schema =
                &$crate::app::schema::Schema::new(
                    const {
                        &$crate::app::schema::Member::place([$(
                            $crate::app::schema::Member::new(
                                $crate::schema!(@name $member $wire),
                                <$type as $crate::app::schema::Take<$life>>::KIND,
                                $crate::schema!(@required $type, $life, $default),
                                $crate::rules!([] $rules),
                            )
                        ),*])
                    },
                    $open,
                );

            const ABOUT: &'static $crate::app::schema::About = &$crate::app::schema::About {
                name: stringify!($name),
                doc: concat!($($doc),*),
                members: &[$(
                    $crate::app::schema::AboutMember {
                        doc: concat!($($about),*),
                        default: $crate::schema!(@default $default),
                        schema: <$type as $crate::app::schema::Take<$life>>::ABOUT,
                    }
                ),*],
            };

            fn read<S: $crate::app::schema::Source<$life>>(
                source: &mut S,
                faults: &mut $crate::app::schema::Faults,
                base: u32,
            ) -> ::core::result::Result<
                ::core::option::Option<Self>,
                $crate::app::schema::Broken,
            > {
                let schema = <Self as $crate::app::schema::Shape<$life>>::SCHEMA;
                let mut seen = $crate::app::schema::Seen::default();
                $(let mut $member: ::core::option::Option<$type> = ::core::option::Option::None;)*
                if !seen.opens(source, faults, base)? {
                    return ::core::result::Result::Ok(::core::option::Option::None);
                }
                while let ::core::option::Option::Some(found) =
                    seen.next(source, schema, faults, base)?
                {
                    // The compiler folds the count: what is left is one comparison a member.
                    let mut index = 0;
                    let mut noted = $crate::app::schema::Noted::new(faults, schema, found, base);
                    $(
                        if found == index {
                            $crate::app::schema::Take::take(&mut $member, source, &mut noted)?;
                            continue;
                        }
                        index += 1;
                    )*
                    let _ = (index, &mut noted);
                }
                let mut index = 0;
                $(
                    let was_seen = seen.has(index);
                    $crate::schema!(@fill $member was_seen $default);
                    let mut noted = $crate::app::schema::Noted::new(faults, schema, index, base);
                    let $member = $crate::app::schema::Take::finish($member, was_seen, &mut noted);
                    index += 1;
                )*
                let _ = index;
                ::core::result::Result::Ok((|| {
                    ::core::option::Option::Some(Self { $($member: $member?),* })
                })())
            }
        }

        impl<$life> $crate::app::schema::Take<$life> for $($full)* {
            const KIND: $crate::app::schema::Kind = $crate::app::schema::Kind::Object(
                <Self as $crate::app::schema::Shape<$life>>::SCHEMA,
            );
            const ABOUT: ::core::option::Option<&'static $crate::app::schema::About> =
                ::core::option::Option::Some(<Self as $crate::app::schema::Shape<$life>>::ABOUT);

            fn take<S: $crate::app::schema::Source<$life>>(
                slot: &mut ::core::option::Option<Self>,
                source: &mut S,
                noted: &mut $crate::app::schema::Noted<'_>,
            ) -> ::core::result::Result<(), $crate::app::schema::Broken> {
                let (faults, base) = noted.within();
                *slot = <Self as $crate::app::schema::Shape<$life>>::read(source, faults, base)?;
                ::core::result::Result::Ok(())
            }
        }
    };
    (@name $member:ident []) => { stringify!($member) };
    (@name $member:ident [$wire:literal]) => { $wire };
    (@default []) => { ::core::option::Option::None };
    (@default [$default:literal]) => { ::core::option::Option::Some(stringify!($default)) };
    (@required $type:ty, $life:lifetime, []) => {
        <$type as $crate::app::schema::Take<$life>>::IS_REQUIRED
    };
    (@required $type:ty, $life:lifetime, [$default:literal]) => { false };
    (@fill $member:ident $seen:ident []) => {};
    (@fill $member:ident $seen:ident [$default:literal]) => {
        let ($member, $seen) = if $seen {
            ($member, true)
        } else {
            (::core::option::Option::Some($default), true)
        };
    };
}

/// The rules of a member, from the words in its brackets.
#[doc(hidden)]
#[macro_export]
macro_rules! rules {
    ([$($done:expr,)*] []) => {{
        const RULES: &[$crate::app::schema::Rule] = &[$($done),*];
        RULES
    }};
    ([$($done:expr,)*] [length $min:literal ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::length($min, $max, concat!("must have ", $min, " to ", $max, " characters")),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [length ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::length(0, $max, concat!("must have at most ", $max, " characters")),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [length $min:literal .. $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::length($min, u32::MAX, concat!("must have at least ", $min, " characters")),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [items $min:literal ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::items($min, $max, concat!("must have ", $min, " to ", $max, " items")),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [items ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::items(0, $max, concat!("must have at most ", $max, " items")),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [items $min:literal .. $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::items($min, usize::MAX, concat!("must have at least ", $min, " items")),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [range $min:literal ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::range($min, $max, concat!("must be from ", $min, " to ", $max, "")),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [range ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::range(i64::MIN, $max, concat!("must be at most ", $max, "")),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [range $min:literal .. $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::range($min, i64::MAX, concat!("must be at least ", $min, "")),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [real $min:literal ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::real("real", ($min, $max), false, concat!("must be from ", $min, " to ", $max)),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [real ..= $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::real("real", (f64::NEG_INFINITY, $max), false, concat!("must be at most ", $max)),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [real $min:literal .. $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::real("real", ($min, f64::INFINITY), false, concat!("must be at least ", $min)),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [above $min:literal $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::real("above", ($min, f64::INFINITY), true, concat!("must be above ", $min)),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [below $max:literal $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::real("below", (f64::NEG_INFINITY, $max), true, concat!("must be below ", $max)),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [multiple_of $of:literal $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::multiple_of($of, concat!("must be a multiple of ", $of)),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [among $($number:literal)+ $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::among(&[$($number),+], concat!("must be one of:" $(, " ", $number)+)),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [one_of $($text:literal)+ $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::one_of(&[$($text),+], concat!("must be one of:" $(, " ", $text)+)),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [pattern $text:literal $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::pattern(
                {
                    const PATTERN: &$crate::app::regular::Pattern = &$crate::pattern!($text);
                    PATTERN
                },
                concat!("must be of the pattern ", $text),
            ),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [email $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::format("email", $crate::app::format::email, "must be an e-mail address"),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [uri $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::format("uri", $crate::app::format::uri, "must be a URI with its scheme"),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [uri_reference $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::format("uri_reference", $crate::app::format::uri_reference, "must be a URI, or a reference relative to one"),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [uuid $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::format("uuid", $crate::app::format::uuid, "must be a UUID"),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [date $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::format("date", $crate::app::format::date, "must be a date such as 2026-02-28"),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [time $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::format("time", $crate::app::format::time, "must be a time with its offset, such as 08:30:00Z"),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [date_time $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::format("date_time", $crate::app::format::date_time, "must be a date and time with its offset, such as 2026-02-28T08:30:00Z"),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [ipv4 $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::format("ipv4", $crate::app::format::ipv4, "must be an IPv4 address"),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [ipv6 $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::format("ipv6", $crate::app::format::ipv6, "must be an IPv6 address"),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [hostname $(, $($more:tt)*)?]) => {
        $crate::rules!([$($done,)* $crate::app::schema::Rule::format("hostname", $crate::app::format::hostname, "must be a host name"),] [$($($more)*)?])
    };
    ([$($done:expr,)*] [$rule:ident $($rest:tt)*]) => {
        compile_error!(concat!(
            "`", stringify!($rule), "` is no rule, or is written otherwise: see `samewire::app::schema`"
        ))
    };
}
