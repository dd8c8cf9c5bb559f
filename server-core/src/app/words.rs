//! What the words in a route's parentheses hand to its handler.
//!
//! A word is taken in two steps: first something is held, which may wait for content, and then the
//! handler's parameter is made of it, which may borrow from what is held. Either may fail, and then
//! the error answers.

/// What a word holds: a `Result` whose error answers.
#[doc(hidden)]
#[macro_export]
macro_rules! hold_word {
    ($verb:ident bytes $exchange:ident) => {
        $crate::Bytes::extract($exchange).await
    };
    ($verb:ident text $exchange:ident) => {
        $crate::Text::extract($exchange).await
    };
    ($verb:ident json $exchange:ident) => {
        $crate::app::json::hold($exchange).await
    };
    ($verb:ident query $exchange:ident) => {
        $crate::app::infallible(::core::default::Default::default())
    };
    ($verb:ident form $exchange:ident) => {
        $crate::app::form::Held::extract($exchange).await
    };
    (ws ws $exchange:ident) => {
        match $crate::WebSocket::extract($exchange) {
            Some(websocket) => $crate::app::infallible(websocket),
            None => return,
        }
    };
    (ws handshake $exchange:ident) => {
        match $crate::app::websocket::Handshake::extract($exchange) {
            Some(handshake) => $crate::app::infallible(handshake),
            None => return,
        }
    };
    ($verb:ident handshake $exchange:ident) => {
        compile_error!("a handshake needs a route that begins with `ws`")
    };
    ($verb:ident ws $exchange:ident) => {
        compile_error!("a WebSocket needs a route that begins with `ws`")
    };
    ($verb:ident $word:ident $exchange:ident) => {
        $crate::app::infallible(())
    };
}

/// What a word makes of what it holds: a `Result` whose error answers.
#[doc(hidden)]
#[macro_export]
macro_rules! take_word {
    (request $exchange:ident $held:ident) => {
        $crate::app::infallible($exchange.request())
    };
    (path $exchange:ident $held:ident) => {
        $crate::app::path::take($exchange)
    };
    (state $exchange:ident $held:ident) => {
        $crate::app::layer::state($exchange)
    };
    (body $exchange:ident $held:ident) => {
        $crate::app::infallible($crate::Body::extract($exchange))
    };
    (response $exchange:ident $held:ident) => {
        $crate::app::infallible($crate::Response::extract($exchange))
    };
    (time $exchange:ident $held:ident) => {
        $crate::app::infallible($exchange.time())
    };
    (sse $exchange:ident $held:ident) => {
        $crate::app::infallible($crate::app::sse::Events::extract($exchange))
    };
    (bytes $exchange:ident $held:ident) => {
        $crate::app::infallible($held)
    };
    (text $exchange:ident $held:ident) => {
        $crate::app::infallible($held)
    };
    (json $exchange:ident $held:ident) => {
        $crate::app::json::FromJson::from_json(&mut $held)
    };
    (query $exchange:ident $held:ident) => {
        $crate::app::FromQuery::from_query(
            $crate::app::Query::new($exchange.request().query()),
            &mut $held,
        )
    };
    (form $exchange:ident $held:ident) => {
        $crate::app::FromForm::from_form($held.form())
    };
    (multipart $exchange:ident $held:ident) => {
        $crate::app::Multipart::extract($exchange)
    };
    (handshake $exchange:ident $held:ident) => {
        $crate::app::infallible($held)
    };
    (ws $exchange:ident $held:ident) => {
        $crate::app::infallible($held)
    };
    ($word:ident $exchange:ident $held:ident) => {
        compile_error!(concat!(
            "`",
            stringify!($word),
            "` is nothing that a route can ask for: ",
            "request, path, query, state, json, form, multipart, text, bytes, body, ",
            "response, sse, time, handshake or ws"
        ))
    };
}
