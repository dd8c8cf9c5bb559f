//! A whole connection.
#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| samewire_fuzz::connection(input));
