//! Cookies that are sent, and cookies that are set.
#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| samewire_fuzz::cookies(input));
