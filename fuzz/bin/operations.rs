//! A connection's doors and verbs in any order.
#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| samewire_fuzz::operations(input));
