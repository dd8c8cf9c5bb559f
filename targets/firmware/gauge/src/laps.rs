//! Marks for who counts instructions from outside: what runs between `begin` and `end` is the
//! server, and each lap ends when nothing moves any more. They do nothing else, and each is as long
//! as no other, so that none is merged into another one.

use cortex_m::asm::nop;

/// The server runs from here.
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn samewire_begin() {
    nop();
}

/// The server does not run from here.
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn samewire_end() {
    nop();
    nop();
}

/// The server has done all that it was asked for.
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn samewire_lap() {
    nop();
    nop();
    nop();
}

/// Something that is not the server, and is called by it.
pub fn beside<T>(what: impl FnOnce() -> T) -> T {
    samewire_end();
    let done = what();
    samewire_begin();
    done
}
