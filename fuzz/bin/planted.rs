//! A fault that only guidance finds.
#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| samewire_fuzz::planted(input));
