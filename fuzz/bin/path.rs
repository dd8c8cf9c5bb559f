//! The path of a request, and the routes that it leads to.
#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| samewire_fuzz::path(input));
