//! The declaration of a schema: a type, its rules as data, and what reads one.

/// Declares a type that is judged while it is read: see [`schema`](mod@crate::app::schema).
#[macro_export]
macro_rules! schema {
    ($(#[doc = $doc:literal])* $(#[derive($($derive:path),* $(,)?)])?
        $vis:vis struct $name:ident<$life:lifetime> { $($body:tt)* }
    ) => {
        $crate::schema! {
            @members [$($doc)* [$($($derive),*)?]] [$vis] $name
            [[$name<$life>] [$name<'static>]] $life { $($body)* }
        }
    };
    ($(#[doc = $doc:literal])* $(#[derive($($derive:path),* $(,)?)])?
        $vis:vis struct $name:ident { $($body:tt)* }
    ) => {
        $crate::schema! {
            @members [$($doc)* [$($($derive),*)?]] [$vis] $name [[$name] [$name]] 'x { $($body)* }
        }
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
    (@declare [$($doc:literal)* [$($derive:path),*]] [$vis:vis] $name:ident
        [[$($full:tt)*] [$($fixed:tt)*]] $life:lifetime $open:literal {
        $([$($about:literal)*] $member:ident $wire:tt [$type:ty] $default:tt $rules:tt)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq $(, $derive)*)]
        $vis struct $($full)* {
            $($(#[doc = $about])* $vis $member: $type,)*
        }

        // Whether it is used or not, what is wrong with it is told by `cargo check`.
        const _: &$crate::app::schema::Schema =
            <$($fixed)* as $crate::app::schema::Shape<'static>>::SCHEMA;

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
