//! What a client asks of a file, and under which conditions.
#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| samewire_fuzz::conditions(input));
