//! News, rooms, events and timers: many connections on one app, in virtual time.

mod broadcast;
mod events;
mod eventsource;
mod handshake;
mod hooks;
mod news;
mod peer;
mod streams;
mod timers;
