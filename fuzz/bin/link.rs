//! The link, one end and two.
#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| samewire_fuzz::link(input));
