//! The table of routes and the one match behind it.

/// Implements [`App`](crate::App) for a type by its table of routes: see the
/// [module's documentation](mod@crate::app).
#[macro_export]
macro_rules! app {
    (for $me:ident : $app:ty $(, $generic:ident : $bound:path)* ; $($rows:tt)*) => {
        $crate::app_rows! {
            [$me] [$app] [$($generic : $bound),*] [$($generic : $bound),*] $($rows)*
        }
    };
    (for $app:ty $(, $generic:ident : $bound:path)* ; $($rows:tt)*) => {
        $crate::app_rows! {
            [_app] [$app] [$($generic : $bound),*] [$($generic : $bound),*] $($rows)*
        }
    };
}

/// The rows of the table: a word, a path, layers in brackets, and behind the arrow what answers.
/// They are token trees to the end: an error is shown where such a token was written, and at the
/// whole table for what a macro took for an `ident`.
#[doc(hidden)]
#[macro_export]
macro_rules! app_rows {
    ([$me:ident] [$app:ty] [$($generics:tt)*] $all_generics:tt
        $($verb:tt $($path:literal)? $([$($layer:expr),* $(,)?])?
            $(=> $($target:tt)::+ $(($($words:tt)*))?)? ;)*
    ) => {
        impl<$($generics)*> $crate::app::flatten::Parts for $app {
            const PARTS: &'static [$crate::app::flatten::Part] = &[
                $($crate::routes!($verb [$($path)?] [$($($target)::+ $(($($words)*))?)?])),*
            ];
        }

        $(
            $crate::check_row!(
                $verb $verb [$app] $all_generics [$($path)?] [$($($target)::+)?]
            );
            $crate::if_route! { $verb
                $crate::check_words!($verb [$($($($words)*)?)?] [$($($($words)*)?)?]);
            }
        )*
        $crate::check_table!([$($generics)*] $app);

        impl<$($generics)*> $crate::App for $app {
            const ROUTES: &'static [$crate::app::route::Route] =
                $crate::check_table!(@routes [$($generics)*]);

            fn layers(&self) -> impl $crate::app::layer::Layers<Self> {
                let $me = self;
                let _ = $me;
                let index = 0;
                let list = ();
                $($crate::layers!(
                    $verb $me self list index $verb [$($path)?] [$($($layer),*)?]
                    [$($($target)::+ $(($($words)*))?)?]
                );)*
                let _ = index;
                list
            }

            async fn call<'x>(&'x self, route: usize, exchange: &'x $crate::app::Exchange<'x>) {
                // The compiler folds the count: what is left is one comparison a route.
                let index = 0;
                $($crate::call!(
                    $me self route exchange index $verb [$($path)?]
                    [$($($target)::+ $(($($words)*))?)?]
                );)*
                // A plugin may have no routes at all.
                let _ = (route, exchange, index);
            }

            async fn background<'x>(&'x self, time: $crate::Time<'x>) {
                let _ = time;
                let work = ();
                $($crate::background!(
                    $me self time work $verb [$($path)?] [$($($target)::+ $(($($words)*))?)?]
                );)*
                $crate::app::background::all(work).await
            }
        }
    };
}

/// What the compiler is to look at as soon as it can is not so for an app with parameters, whose
/// table is another one for each of theirs.
#[doc(hidden)]
#[macro_export]
macro_rules! check_table {
    ([] $app:ty) => {
        const _: () = $crate::app::flatten::check_size($crate::app::flatten::Flat::<$app>::ROUTES);
    };
    ([$($generics:tt)+] $app:ty) => {};
    (@routes []) => {
        $crate::app::flatten::Flat::<Self>::ROUTES
    };
    (@routes [$($generics:tt)+]) => {{
        $crate::app::flatten::check($crate::app::flatten::Flat::<Self>::ROUTES);
        $crate::app::flatten::Flat::<Self>::ROUTES
    }};
}

/// What follows, if the word of a row is that of a route. What is none `routes!` refuses, once.
#[doc(hidden)]
#[macro_export]
macro_rules! if_route {
    (get $($then:tt)*) => { $($then)* };
    (post $($then:tt)*) => { $($then)* };
    (put $($then:tt)*) => { $($then)* };
    (patch $($then:tt)*) => { $($then)* };
    (delete $($then:tt)*) => { $($then)* };
    (ws $($then:tt)*) => { $($then)* };
    ($other:tt $($then:tt)*) => {};
}

/// The routes of a row.
#[doc(hidden)]
#[macro_export]
macro_rules! routes {
    (layers [$($path:literal)?] []) => { $crate::app::flatten::Part { prefix: "", routes: &[] } };
    (background [] [$work:ident $(:: $more:ident)*]) => {
        $crate::app::flatten::Part { prefix: "", routes: &[] }
    };
    (mount [$path:literal] [$inner:ident $(:: $more:ident)* ($($at:tt)+)]) => {
        $crate::app::flatten::Part {
            prefix: $path,
            routes: <$inner $(:: $more)* as $crate::App>::ROUTES,
        }
    };
    (plugin [] [$inner:ident $(:: $more:ident)* ($($at:tt)+)]) => {
        $crate::app::flatten::Part {
            prefix: "",
            routes: <$inner $(:: $more)* as $crate::App>::ROUTES,
        }
    };
    (files [$path:literal] [$table:ident $(:: $more:ident)*]) => {
        $crate::app::flatten::Part { prefix: $path, routes: $crate::app::files::ROUTES }
    };
    ($verb:tt [$path:literal] [$handler:tt $(:: $more:tt)* $(($($word:tt),* $(,)?))?]) => {
        $crate::app::flatten::Part {
            prefix: "",
            routes: &[$crate::app::route::row::$verb($path, &[$($(stringify!($word)),*)?])],
        }
    };
    ($verb:tt $($rest:tt)*) => {
        compile_error!(concat!(
            "a row of the table is `get \"/path\" => handler(words);` (or post, put, patch, delete, ",
            "ws), `files \"/prefix\" => TABLE;`, `layers [A, B];`, `mount \"/prefix\" => Type(app.field);`, ",
            "`plugin => Type(app.field);` or `background => work;`, not `", stringify!($verb), "` like this"
        ))
    };
}

/// The layers of a row, at the end of `$list`.
#[doc(hidden)]
#[macro_export]
macro_rules! layers {
    ($row:tt $me:ident $self:ident $list:ident $index:ident layers [] [$($layer:expr),*] []) => {
        $(let $list = ($list, $crate::app::layer::Put::<Self>::HERE.$row($layer));)*
    };
    ($row:tt $me:ident $self:ident $list:ident $index:ident layers [$path:literal] [$($layer:expr),*] []) => {
        let $list = ($list, $crate::app::layer::Scoped::new(
            $path, 0, $self, $crate::layers!(@list $row $($layer),*)
        ));
    };
    ($row:tt $me:ident $self:ident $list:ident $index:ident
        mount [$path:literal] [$($layer:expr),*] [$inner:ident $(:: $more:ident)* ($($at:tt)+)]
    ) => {
        $crate::layers!(
            @inner $row $self $list $index $path [$($layer),*] [$inner $(:: $more)*] [$($at)+]
        );
    };
    ($row:tt $me:ident $self:ident $list:ident $index:ident
        plugin [] [$($layer:expr),*] [$inner:ident $(:: $more:ident)* ($($at:tt)+)]
    ) => {
        $crate::layers!(
            @inner $row $self $list $index "" [$($layer),*] [$inner $(:: $more)*] [$($at)+]
        );
    };
    (@inner $row:tt $self:ident $list:ident $index:ident $path:literal [$($layer:expr),*]
        [$($inner:tt)+] [$($at:tt)+]
    ) => {
        let $list = ($list, (
            $crate::app::layer::Scoped::new($path, 0, $self, $crate::layers!(@list $row $($layer),*)),
            $crate::app::layer::Scoped::new(
                $path, $index, &$($at)+, <$($inner)+ as $crate::App>::layers(&$($at)+)
            ),
        ));
        let $index = $index + <$($inner)+ as $crate::App>::ROUTES.len();
    };
    ($row:tt $me:ident $self:ident $list:ident $index:ident $verb:tt [$path:literal] [] [$($to:tt)*]) => {
        let $index = $index + 1;
    };
    ($row:tt $me:ident $self:ident $list:ident $index:ident
        $verb:tt [$path:literal] [$($layer:expr),+] [$($to:tt)*]
    ) => {
        let $list = ($list, $crate::app::layer::OnRoute::new(
            $index, $crate::layers!(@list $row $($layer),*)
        ));
        let $index = $index + 1;
    };
    (@list $row:tt $($layer:expr),*) => {{
        let list = ();
        $(let list = (list, $crate::app::layer::Put::<Self>::HERE.$row($layer));)*
        list
    }};
    // What `routes!` has refused already.
    ($($other:tt)*) => {};
}

/// The background work of a row, beside that of the rows before.
#[doc(hidden)]
#[macro_export]
macro_rules! background {
    ($me:ident $self:ident $time:ident $work:ident background [] [$($own:tt)+]) => {
        let pinned = ::core::pin::pin!($($own)+($self, $time));
        let $work = ($work, Some(pinned));
    };
    ($me:ident $self:ident $time:ident $work:ident mount [$path:literal]
        [$inner:ident $(:: $more:ident)* ($($at:tt)+)]
    ) => {
        $crate::background!(@inner $me $self $time $work [$inner $(:: $more)*] [$($at)+]);
    };
    ($me:ident $self:ident $time:ident $work:ident plugin []
        [$inner:ident $(:: $more:ident)* ($($at:tt)+)]
    ) => {
        $crate::background!(@inner $me $self $time $work [$inner $(:: $more)*] [$($at)+]);
    };
    (@inner $me:ident $self:ident $time:ident $work:ident [$($inner:tt)+] [$($at:tt)+]) => {
        let pinned = ::core::pin::pin!({
            let $me = $self;
            <$($inner)+ as $crate::App>::background(&$($at)+, $time)
        });
        let $work = ($work, Some(pinned));
    };
    ($($other:tt)*) => {};
}

/// Calls what answers a row, if it is the one.
#[doc(hidden)]
#[macro_export]
macro_rules! call {
    ($me:ident $self:ident $route:ident $exchange:ident $index:ident layers $($rest:tt)*) => {};
    ($me:ident $self:ident $route:ident $exchange:ident $index:ident
        mount [$path:literal] [$inner:ident $(:: $more:ident)* ($($at:tt)+)]
    ) => {
        $crate::call!(
            @inner $me $self $route $exchange $index [$inner $(:: $more)*] [$($at)+]
        );
    };
    ($me:ident $self:ident $route:ident $exchange:ident $index:ident
        plugin [] [$inner:ident $(:: $more:ident)* ($($at:tt)+)]
    ) => {
        $crate::call!(
            @inner $me $self $route $exchange $index [$inner $(:: $more)*] [$($at)+]
        );
    };
    (@inner $me:ident $self:ident $route:ident $exchange:ident $index:ident
        [$($inner:tt)+] [$($at:tt)+]
    ) => {
        let behind = $index + <$($inner)+ as $crate::App>::ROUTES.len();
        if $route >= $index && $route < behind {
            // Only here: elsewhere, the app's name must not hide a handler of that name.
            let $me = $self;
            return <$($inner)+ as $crate::App>::call(&$($at)+, $route - $index, $exchange).await;
        }
        let $index = behind;
    };
    ($me:ident $self:ident $route:ident $exchange:ident $index:ident
        files [$path:literal] [$table:ident $(:: $more:ident)*]
    ) => {
        if $route == $index {
            return $crate::app::files::serve(&$table $(:: $more)*, $exchange).await;
        }
        let $index = $index + 1;
    };
    ($me:ident $self:ident $route:ident $exchange:ident $index:ident
        $verb:tt [$path:literal] [$handler:tt $(:: $more:tt)* $(($($word:tt),* $(,)?))?]
    ) => {
        if $route == $index {
            $crate::if_route! { $verb
                return $crate::take_words!(
                    @row $verb $self $exchange [$handler $(:: $more)*] [$($($word)*)?]
                );
            }
        }
        let $index = $index + 1;
    };
    ($($other:tt)*) => {};
}

/// Takes what the words of a route ask for, one after the other, then calls its handler.
#[doc(hidden)]
#[macro_export]
macro_rules! take_words {
    (@row $verb:tt $self:ident $exchange:ident [$($handler:tt)+] []) => {
        $crate::take_words!($verb $self $exchange [$($handler)+] [] [])
    };
    // What words hold lives across more than one wait, and the compiler gives such a value a place of
    // its own, for good. In a future of its own it shares that place with the other rows.
    (@row $verb:tt $self:ident $exchange:ident [$($handler:tt)+] [$($word:tt)+]) => {{
        let row = ::core::pin::pin!(async move {
            $crate::take_words!($verb $self $exchange [$($handler)+] [] [$($word)+])
        });
        $crate::app::handler::poll_apart(row).await
    }};
    ($verb:tt $self:ident $exchange:ident [$($handler:tt)+] [] []) => {
        $crate::conclude!($verb $verb $exchange ($self,) $($handler)+)
    };
    ($verb:tt $self:ident $exchange:ident [$($handler:tt)+] [$($taken:ident)+] []) => {{
        if $exchange.stops_handler() {
            return;
        }
        $crate::conclude!($verb $verb $exchange ($self $(, $taken)+) $($handler)+)
    }};
    ($verb:tt $self:ident $exchange:ident [$($handler:tt)+] [$($taken:ident)*]
        [$word:tt $($more:tt)*]
    ) => {{
        let mut held = $crate::take_words!(
            @ok $exchange $crate::hold_word!($verb $word $exchange [$word])
        );
        // Few words take from what they hold.
        let _ = &mut held;
        let taken = $crate::take_words!(
            @ok $exchange $crate::take_word!($verb $word $exchange held [$word])
        );
        $crate::take_words!($verb $self $exchange [$($handler)+] [$($taken)* taken] [$($more)*])
    }};
    (@ok $exchange:ident $result:expr) => {
        match $result {
            Ok(value) => value,
            Err(problem) => return $crate::app::respond($exchange, problem).await,
        }
    };
}

/// Calls the handler. What becomes of what it returns: a WebSocket has been answered by its handshake, so
/// nothing that writes an answer is linked for it.
#[doc(hidden)]
#[macro_export]
macro_rules! conclude {
    (ws $verb:tt $exchange:ident $given:tt $($handler:tt)+) => {
        $crate::app::websocket::hang_up(
            $exchange,
            &$crate::app::handler::Given($given).$verb($($handler)+).await,
        )
    };
    ($other:tt $verb:tt $exchange:ident $given:tt $($handler:tt)+) => {
        $crate::app::respond(
            $exchange,
            $crate::app::handler::Given($given).$verb($($handler)+).await,
        ).await
    };
}
