//! A WebSocket, behind its handshake.
#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| samewire_fuzz::frames(input));
