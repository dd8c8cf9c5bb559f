//! What goes on between connections: events, rooms, and small conversations.
//!
//! | route | what it answers |
//! | --- | --- |
//! | `GET /events` | server-sent events: three old ones, then news as they come |
//! | `POST /events` | the event that the content asks for |
//! | `GET /converse` | a WebSocket that answers each message with JSON |
//! | `GET /protocols` | a WebSocket that speaks two subprotocols, and says which was chosen |
//! | `GET /chat` | a WebSocket with rooms |
//! | `POST /chat` | tells a room, and `/events`, some news |

use samewire::{Topic, app};

use crate::{chat, events, talk};

/// What the connections share.
pub struct Live {
    pub(crate) rooms: chat::Rooms,
    /// How often news were posted.
    pub(crate) news: Topic<u32, 4>,
}

impl Live {
    pub(crate) const fn new() -> Self {
        Self { rooms: chat::Rooms::new(), news: Topic::new() }
    }
}

app! { for Live;
    get  "/events"    => events::events(sse);
    post "/events"    => events::echo_event(json, sse);
    ws   "/converse"  => talk::answer(ws);
    ws   "/protocols" => talk::negotiate(handshake);
    ws   "/chat"      => chat::chat(ws);
    post "/chat"      => chat::post_news(json);
}
