//! Rooms: whoever joins one gets what the others in it say, over one ring for all rooms.
//!
//! ```
//! use samewire::app::rooms::{Rooms, GENERAL};
//! use samewire::{App, Either, Problem, Result, Status, Text, WebSocket, app, select};
//!
//! struct Chat { rooms: Rooms<4, 512> }
//!
//! app! { for Chat;
//!     ws   "/chat" => chat(ws);
//!     post "/news" => news(text);
//! }
//!
//! async fn chat(app: &Chat, ws: WebSocket<'_>) -> Result {
//!     let (mut inbox, mut outbox) = ws.split();
//!     let mut member = app.rooms.join(GENERAL)?;
//!     loop {
//!         match select(inbox.receive(), member.deliver(&mut outbox)).await {
//!             Either::First(Some(message)) => member.say(message)?,
//!             Either::First(None) => return Ok(()),
//!             Either::Second(lagged) => drop(lagged?),
//!         }
//!     }
//! }
//!
//! async fn news(app: &Chat, text: Text<'_>) -> Result<Status> {
//!     let told = app.rooms.publish(GENERAL, &*text);
//!     told.map_err(|_| Problem::new(Status::CONTENT_TOO_LARGE, "these news are too long"))?;
//!     Ok(Status::ACCEPTED)
//! }
//! ```
//!
//! What is too long for the ring is the app's fault by the plain `?`: 500, or 1011 on a WebSocket.
//! Where a client says how long it is, it is told so, as in `news`.
//!
//! A member leaves when it is dropped, and so with the end of its handler, whatever ended that.

use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::{fmt, str};

use super::body::Interrupted;
use super::broadcast::Broadcast;
use super::broadcast::ring::{Cursor, Tag};
use super::problem::Problem;
use super::topic::Lagged;
use super::wakers::Seat;
use super::websocket::{Outbox, Send};
use crate::buffer::copy;
use crate::error::Misuse;
use crate::http::status::Status;

/// The room for whoever names none.
pub const GENERAL: &str = "general";

/// Bytes that the name of a room may have.
pub const NAME_BYTES_MAX: usize = 24;

/// Who sent a message to a whole room: nobody who is in one.
const NOBODY: u32 = 0;

/// At most `ROOMS` rooms at a time, each from its first member's coming to its last one's going,
/// with `BYTES` bytes for the messages of them all: see [`Broadcast`].
pub struct Rooms<const ROOMS: usize, const BYTES: usize, const W: usize = 8> {
    messages: Broadcast<BYTES, W>,
    rooms: RefCell<[Room; ROOMS]>,
    last_member: Cell<u32>,
}

/// A place in the table; free while nobody is in it.
#[derive(Clone, Copy)]
struct Room {
    name: [u8; NAME_BYTES_MAX],
    name_bytes: usize,
    members: u32,
}

impl Room {
    const FREE: Self = Self { name: [0; NAME_BYTES_MAX], name_bytes: 0, members: 0 };

    fn is_called(&self, name: &str) -> bool {
        self.members > 0 && self.name.get(..self.name_bytes) == Some(name.as_bytes())
    }
}

/// Why nobody can join a room of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinError {
    /// It is empty, or longer than [`NAME_BYTES_MAX`].
    Name,
    /// All rooms have other names, and members.
    NoRoom,
}

impl JoinError {
    const fn text(self) -> &'static str {
        match self {
            Self::Name => "the name of a room has 1 to 24 bytes",
            Self::NoRoom => "there are too many rooms",
        }
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.text())
    }
}

impl core::error::Error for JoinError {}

impl From<JoinError> for Problem {
    fn from(error: JoinError) -> Self {
        let status = match error {
            JoinError::Name => Status::BAD_REQUEST,
            JoinError::NoRoom => Status::SERVICE_UNAVAILABLE,
        };
        Self::new(status, error.text())
    }
}

impl<const ROOMS: usize, const BYTES: usize, const W: usize> Rooms<ROOMS, BYTES, W> {
    /// All rooms empty.
    pub const fn new() -> Self {
        const { assert!(ROOMS > 0 && ROOMS < u8::MAX as usize, "1 to 254 rooms") };
        let rooms = RefCell::new([Room::FREE; ROOMS]);
        Self { messages: Broadcast::new(), rooms, last_member: Cell::new(NOBODY) }
    }

    /// Joins a room, from now on.
    ///
    /// # Errors
    ///
    /// [`JoinError`], if the name is none or no room is free.
    pub fn join(&self, name: &str) -> Result<Member<'_, ROOMS, BYTES, W>, JoinError> {
        let room = self.enter(name)?;
        // Nobody stays for four thousand million others.
        let id = self.last_member.get().checked_add(1).unwrap_or(NOBODY + 1);
        self.last_member.set(id);
        let cursor = self.messages.cursor();
        Ok(Member { rooms: self, cursor, seat: Seat::default(), room, id })
    }

    fn enter(&self, name: &str) -> Result<u8, JoinError> {
        if name.is_empty() || name.len() > NAME_BYTES_MAX {
            return Err(JoinError::Name);
        }
        let mut rooms = self.rooms.try_borrow_mut().map_err(|_| JoinError::NoRoom)?;
        let called = rooms.iter().position(|room| room.is_called(name));
        let index = called.or_else(|| rooms.iter().position(|room| room.members == 0));
        let index = index.ok_or(JoinError::NoRoom)?;
        let room = rooms.get_mut(index).ok_or(JoinError::NoRoom)?;
        if room.members == 0 {
            copy(&mut room.name, name.as_bytes());
            room.name_bytes = name.len();
        }
        room.members = room.members.checked_add(1).ok_or(JoinError::NoRoom)?;
        u8::try_from(index).map_err(|_| JoinError::NoRoom)
    }

    /// Sends a message to all in a room, say from the handler of a request. Where nobody is, nobody
    /// hears it.
    ///
    /// # Errors
    ///
    /// [`Misuse::AnswerTooLarge`], as [`Broadcast::publish`].
    pub fn publish(&self, room: &str, message: impl Send) -> Result<(), Misuse> {
        match self.index(room) {
            Some(room) => self.messages.put(Tag { room, from: NOBODY, ..Tag::TO_ALL }, message),
            None => Ok(()),
        }
    }

    /// Sends a message to all in all rooms.
    ///
    /// # Errors
    ///
    /// [`Misuse::AnswerTooLarge`], as [`Broadcast::publish`].
    pub fn publish_to_all(&self, message: impl Send) -> Result<(), Misuse> {
        self.messages.publish(message)
    }

    /// How many are in a room.
    pub fn members(&self, room: &str) -> u32 {
        let Ok(rooms) = self.rooms.try_borrow() else { return 0 };
        rooms.iter().find(|place| place.is_called(room)).map_or(0, |place| place.members)
    }

    fn index(&self, name: &str) -> Option<u8> {
        let rooms = self.rooms.try_borrow().ok()?;
        u8::try_from(rooms.iter().position(|room| room.is_called(name))?).ok()
    }
}

impl<const ROOMS: usize, const BYTES: usize, const W: usize> Default for Rooms<ROOMS, BYTES, W> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const ROOMS: usize, const BYTES: usize, const W: usize> fmt::Debug for Rooms<ROOMS, BYTES, W> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Rooms").finish_non_exhaustive()
    }
}

/// Somebody in a room. Dropping it is leaving.
pub struct Member<'r, const ROOMS: usize, const BYTES: usize, const W: usize = 8> {
    rooms: &'r Rooms<ROOMS, BYTES, W>,
    cursor: Cursor,
    seat: Seat,
    room: u8,
    id: u32,
}

impl<const ROOMS: usize, const BYTES: usize, const W: usize> Member<'_, ROOMS, BYTES, W> {
    /// Sends a message to all others in the room.
    ///
    /// # Errors
    ///
    /// [`Misuse::AnswerTooLarge`], as [`Broadcast::publish`].
    pub fn say(&self, message: impl Send) -> Result<(), Misuse> {
        self.rooms.messages.put(Tag { room: self.room, from: self.id, ..Tag::TO_ALL }, message)
    }

    /// Sends what the others say, for as long as it is polled; ready only when messages were lost,
    /// of this room or of another, and to be asked again then. Cancel-safe, as
    /// [`Listener::deliver`](super::broadcast::Listener::deliver).
    ///
    /// # Errors
    ///
    /// [`Interrupted`] once the WebSocket is closing.
    pub fn deliver<'d>(
        &'d mut self,
        outbox: &'d mut Outbox<'_>,
    ) -> impl Future<Output = Result<Lagged, Interrupted>> + Unpin {
        let Self { rooms, cursor, seat, room, id } = self;
        let (room, id, messages) = (*room, *id, &rooms.messages);
        let mut waiting = messages.waiting(seat);
        let wants =
            move |tag: Tag| (tag.room == room || tag.room == Tag::TO_ALL.room) && tag.from != id;
        poll_fn(move |cx| messages.poll_deliver(&mut *cursor, &mut waiting, &wants, outbox, cx))
    }

    /// How many are in the room, this one among them.
    pub fn members(&self) -> u32 {
        let rooms = self.rooms.rooms.try_borrow();
        rooms.ok().and_then(|rooms| Some(rooms.get(usize::from(self.room))?.members)).unwrap_or(1)
    }
}

impl<const ROOMS: usize, const BYTES: usize, const W: usize> Drop for Member<'_, ROOMS, BYTES, W> {
    fn drop(&mut self) {
        self.rooms.messages.leave(&mut self.seat);
        if let Ok(mut rooms) = self.rooms.rooms.try_borrow_mut()
            && let Some(room) = rooms.get_mut(usize::from(self.room))
        {
            room.members = room.members.saturating_sub(1);
        }
    }
}

impl<const ROOMS: usize, const BYTES: usize, const W: usize> fmt::Debug
    for Member<'_, ROOMS, BYTES, W>
{
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Member").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{GENERAL, JoinError, NAME_BYTES_MAX, Problem, Rooms};
    use std::string::{String, ToString};
    use std::vec::Vec;

    #[test]
    fn a_room_is_from_the_first_member_to_the_last() {
        let rooms = Rooms::<2, 64>::new();
        let first = rooms.join(GENERAL).unwrap();
        let second = rooms.join(GENERAL).unwrap();
        let other = rooms.join("other").unwrap();
        assert_eq!((rooms.members(GENERAL), first.members(), other.members()), (2, 2, 1));
        assert_eq!(rooms.join("third").unwrap_err(), JoinError::NoRoom);
        drop(first);
        assert_eq!(rooms.members(GENERAL), 1);
        assert_eq!(rooms.join("third").unwrap_err(), JoinError::NoRoom);
        drop(second);
        assert_eq!(rooms.members(GENERAL), 0);
        let third = rooms.join("third").unwrap();
        assert_eq!((third.members(), rooms.members("other")), (1, 1));
    }

    #[test]
    fn who_cannot_join_hears_the_same_by_any_error_and_by_a_problem() {
        for error in [JoinError::Name, JoinError::NoRoom] {
            let any: &dyn core::error::Error = &error;
            assert_eq!(any.to_string(), Problem::from(error).detail());
        }
    }

    #[test]
    fn names_are_bounded() {
        let rooms = Rooms::<3, 64>::new();
        let longest: String = ['x'; NAME_BYTES_MAX].iter().collect();
        let member = rooms.join(&longest).unwrap();
        assert_eq!(rooms.members(&longest), 1);
        drop(member);
        for name in [String::new(), longest + "x"] {
            assert_eq!(rooms.join(&name).unwrap_err(), JoinError::Name);
        }
        assert_eq!(rooms.members(""), 0);
    }

    #[test]
    fn many_come_and_go_and_nothing_stays() {
        let rooms = Rooms::<4, 64>::new();
        for turn in 0..100 {
            let names = ["a", "b", "c", "d", "e"];
            let members: Vec<_> = names.iter().map(|name| rooms.join(name)).collect();
            assert_eq!(members.iter().filter(|member| member.is_ok()).count(), 4, "{turn}");
        }
        assert!(["a", "b", "c", "d"].iter().all(|name| rooms.members(name) == 0));
    }
}
