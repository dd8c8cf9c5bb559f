//! The table of routes and the one match behind it.

/// Implements [`App`](crate::App) for a type by its table of routes: see the
/// [module's documentation](mod@crate::app).
#[macro_export]
macro_rules! app {
    (for $app:ty;
        $($verb:ident $path:literal => $($handler:ident)::+ $(($($what:ident),* $(,)?))? ;)*
    ) => {
        impl $crate::App for $app {
            const ROUTES: &'static [$crate::app::route::Route] =
                &[$($crate::app::route::Route::$verb($path)),*];

            async fn call<'x>(&'x self, route: usize, exchange: &'x $crate::app::Exchange<'x>) {
                // The compiler folds the count: what is left is one comparison a route.
                let mut index = 0;
                $(
                    if route == index {
                        let answer = $($handler)::+(
                            self $(, $($crate::extract!($verb $what exchange)),*)?
                        ).await;
                        return $crate::conclude!($verb exchange answer);
                    }
                    index += 1;
                )*
                let _ = index;
            }
        }
    };
}

/// What a word in a route's parentheses hands to the handler.
#[doc(hidden)]
#[macro_export]
macro_rules! extract {
    ($verb:ident request $exchange:ident) => { $exchange.request() };
    ($verb:ident body $exchange:ident) => { $crate::Body::extract($exchange) };
    ($verb:ident response $exchange:ident) => { $crate::Response::extract($exchange) };
    ($verb:ident bytes $exchange:ident) => { $crate::extract!(@ $exchange $crate::Bytes::extract($exchange).await) };
    ($verb:ident text $exchange:ident) => { $crate::extract!(@ $exchange $crate::Text::extract($exchange).await) };
    ($verb:ident json $exchange:ident) => { $crate::extract!(@ $exchange $crate::Json::extract($exchange).await) };
    ($verb:ident path $exchange:ident) => {
        $crate::extract!(@ $exchange $crate::app::path::FromPath::from_path($exchange)
            .ok_or($crate::Problem::not_found("no such resource")))
    };
    (ws ws $exchange:ident) => {
        match $crate::WebSocket::extract($exchange) {
            Some(websocket) => websocket,
            None => return,
        }
    };
    ($verb:ident ws $exchange:ident) => {
        compile_error!("a WebSocket needs a route that begins with `ws`")
    };
    (@ $exchange:ident $extracted:expr) => {
        match $extracted {
            Ok(extracted) => extracted,
            Err(problem) => return $crate::app::respond($exchange, problem).await,
        }
    };
    ($verb:ident $what:ident $exchange:ident) => {
        compile_error!(concat!(
            "`", stringify!($what), "` is nothing that a route can ask for: ",
            "request, path, json, text, bytes, body, response or ws"
        ))
    };
}

/// What becomes of a handler's return value. A WebSocket has been answered by its handshake, so
/// nothing that writes an answer is linked for it.
#[doc(hidden)]
#[macro_export]
macro_rules! conclude {
    (ws $exchange:ident $answer:ident) => {
        $crate::app::websocket::hang_up($exchange, &$answer)
    };
    ($verb:ident $exchange:ident $answer:ident) => {
        $crate::app::respond($exchange, $answer).await
    };
}
