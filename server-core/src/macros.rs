//! The table of routes and the one match behind it.

/// Implements [`App`](crate::App) for a type by its table of routes: see the
/// [module's documentation](mod@crate::app).
#[macro_export]
macro_rules! app {
    (for $me:ident : $app:ty $(, $generic:ident : $bound:path)* ; $($rows:tt)*) => {
        $crate::app_rows! { [$me] [$app] [$($generic : $bound),*] $($rows)* }
    };
    (for $app:ty $(, $generic:ident : $bound:path)* ; $($rows:tt)*) => {
        $crate::app_rows! { [_app] [$app] [$($generic : $bound),*] $($rows)* }
    };
}

/// The rows of the table: a word, a path, layers in brackets, and behind the arrow what answers.
#[doc(hidden)]
#[macro_export]
macro_rules! app_rows {
    ([$me:ident] [$app:ty] [$($generics:tt)*]
        $($verb:ident $($path:literal)? $([$($layer:expr),* $(,)?])?
            $(=> $($target:ident)::+ $(($($words:tt)*))?)? ;)*
    ) => {
        impl<$($generics)*> $crate::app::flatten::Parts for $app {
            const PARTS: &'static [$crate::app::flatten::Part] = &[
                $($crate::routes!($verb [$($path)?] [$($($target)::+ $(($($words)*))?)?])),*
            ];
        }

        impl<$($generics)*> $crate::App for $app {
            const ROUTES: &'static [$crate::app::route::Route] =
                $crate::app::flatten::Flat::<Self>::ROUTES;

            fn layers(&self) -> impl $crate::app::layer::Layers<Self> {
                let $me = self;
                let _ = $me;
                let index = 0;
                let list = ();
                $($crate::layers!(
                    $me self list index $verb [$($path)?] [$($($layer),*)?]
                    [$($($target)::+ $(($($words)*))?)?]
                );)*
                let _ = index;
                list
            }

            async fn call<'x>(&'x self, route: usize, exchange: &'x $crate::app::Exchange<'x>) {
                let $me = self;
                let _ = $me;
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
                let $me = self;
                let _ = ($me, time);
                let work = ::core::future::ready(());
                $($crate::background!(
                    $me self time work $verb [$($path)?] [$($($target)::+ $(($($words)*))?)?]
                );)*
                work.await
            }
        }
    };
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
        $crate::app::flatten::Part {
            prefix: "",
            routes: &[$crate::app::route::Route::get(concat!($path, "/{*path}"))],
        }
    };
    ($verb:ident [$path:literal] [$handler:ident $(:: $more:ident)*]) => {
        $crate::app::flatten::Part {
            prefix: "",
            routes: &[$crate::app::route::Route::$verb($path)],
        }
    };
    ($verb:ident [$path:literal] [$handler:ident $(:: $more:ident)* ($($word:ident),* $(,)?)]) => {
        $crate::app::flatten::Part {
            prefix: "",
            routes: &[$crate::app::route::Route::$verb($path).taking(&[$(stringify!($word)),*])],
        }
    };
    ($verb:ident $($rest:tt)*) => {
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
    ($me:ident $self:ident $list:ident $index:ident layers [] [$($layer:expr),*] []) => {
        $(let $list = ($list, $layer);)*
    };
    ($me:ident $self:ident $list:ident $index:ident layers [$path:literal] [$($layer:expr),*] []) => {
        let $list = ($list, $crate::app::layer::Scoped::new(
            $path, 0, $self, $crate::layers!(@list $($layer),*)
        ));
    };
    ($me:ident $self:ident $list:ident $index:ident
        mount [$path:literal] [$($layer:expr),*] [$inner:ident $(:: $more:ident)* ($($at:tt)+)]
    ) => {
        $crate::layers!(
            @inner $self $list $index $path [$($layer),*] [$inner $(:: $more)*] [$($at)+]
        );
    };
    ($me:ident $self:ident $list:ident $index:ident
        plugin [] [$($layer:expr),*] [$inner:ident $(:: $more:ident)* ($($at:tt)+)]
    ) => {
        $crate::layers!(
            @inner $self $list $index "" [$($layer),*] [$inner $(:: $more)*] [$($at)+]
        );
    };
    (@inner $self:ident $list:ident $index:ident $path:literal [$($layer:expr),*]
        [$($inner:tt)+] [$($at:tt)+]
    ) => {
        let $list = ($list, (
            $crate::app::layer::Scoped::new($path, 0, $self, $crate::layers!(@list $($layer),*)),
            $crate::app::layer::Scoped::new(
                $path, $index, &$($at)+, <$($inner)+ as $crate::App>::layers(&$($at)+)
            ),
        ));
        let $index = $index + <$($inner)+ as $crate::App>::ROUTES.len();
    };
    ($me:ident $self:ident $list:ident $index:ident $verb:ident [$path:literal] [] [$($to:tt)*]) => {
        let $index = $index + 1;
    };
    ($me:ident $self:ident $list:ident $index:ident
        $verb:ident [$path:literal] [$($layer:expr),+] [$($to:tt)*]
    ) => {
        let $list = ($list, $crate::app::layer::OnRoute::new(
            $index, $crate::layers!(@list $($layer),*)
        ));
        let $index = $index + 1;
    };
    (@list $($layer:expr),*) => {{
        let list = ();
        $(let list = (list, $layer);)*
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
        let $work = $crate::app::background::join($work, $($own)+($self, $time));
    };
    ($me:ident $self:ident $time:ident $work:ident mount [$path:literal]
        [$inner:ident $(:: $more:ident)* ($($at:tt)+)]
    ) => {
        $crate::background!(@inner $time $work [$inner $(:: $more)*] [$($at)+]);
    };
    ($me:ident $self:ident $time:ident $work:ident plugin []
        [$inner:ident $(:: $more:ident)* ($($at:tt)+)]
    ) => {
        $crate::background!(@inner $time $work [$inner $(:: $more)*] [$($at)+]);
    };
    (@inner $time:ident $work:ident [$($inner:tt)+] [$($at:tt)+]) => {
        let $work = $crate::app::background::join(
            $work, <$($inner)+ as $crate::App>::background(&$($at)+, $time)
        );
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
        $crate::call!(@inner $route $exchange $index [$inner $(:: $more)*] [$($at)+]);
    };
    ($me:ident $self:ident $route:ident $exchange:ident $index:ident
        plugin [] [$inner:ident $(:: $more:ident)* ($($at:tt)+)]
    ) => {
        $crate::call!(@inner $route $exchange $index [$inner $(:: $more)*] [$($at)+]);
    };
    (@inner $route:ident $exchange:ident $index:ident [$($inner:tt)+] [$($at:tt)+]) => {
        let behind = $index + <$($inner)+ as $crate::App>::ROUTES.len();
        if $route >= $index && $route < behind {
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
        $verb:ident [$path:literal] [$handler:ident $(:: $more:ident)* $(($($word:ident),* $(,)?))?]
    ) => {
        if $route == $index {
            return $crate::take_words!(
                $verb $self $exchange [$handler $(:: $more)*] [] [$($($word)*)?]
            );
        }
        let $index = $index + 1;
    };
    ($($other:tt)*) => {};
}

/// Takes what the words of a route ask for, one after the other, then calls its handler.
#[doc(hidden)]
#[macro_export]
macro_rules! take_words {
    ($verb:ident $self:ident $exchange:ident [$($handler:tt)+] [] []) => {
        $crate::conclude!($verb $exchange $($handler)+($self).await)
    };
    ($verb:ident $self:ident $exchange:ident [$($handler:tt)+] [$($taken:ident)+] []) => {{
        if $exchange.stops_handler() {
            return;
        }
        $crate::conclude!($verb $exchange $($handler)+($self $(, $taken)+).await)
    }};
    ($verb:ident $self:ident $exchange:ident [$($handler:tt)+] [$($taken:ident)*]
        [$word:ident $($more:ident)*]
    ) => {{
        let mut held = $crate::take_words!(@ok $exchange $crate::hold_word!($verb $word $exchange));
        // Few words take from what they hold.
        let _ = &mut held;
        let taken = $crate::take_words!(@ok $exchange $crate::take_word!($word $exchange held));
        $crate::take_words!($verb $self $exchange [$($handler)+] [$($taken)* taken] [$($more)*])
    }};
    (@ok $exchange:ident $result:expr) => {
        match $result {
            Ok(value) => value,
            Err(problem) => return $crate::app::respond($exchange, problem).await,
        }
    };
}

/// What becomes of a handler's return value. A WebSocket has been answered by its handshake, so
/// nothing that writes an answer is linked for it.
#[doc(hidden)]
#[macro_export]
macro_rules! conclude {
    (ws $exchange:ident $answer:expr) => {
        $crate::app::websocket::hang_up($exchange, &$answer)
    };
    ($verb:ident $exchange:ident $answer:expr) => {
        $crate::app::respond($exchange, $answer).await
    };
}
