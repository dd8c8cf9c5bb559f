//! WebSocket: the opening handshake, frames, messages and the close.
