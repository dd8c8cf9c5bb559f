//! How much of the RAM is used. The runtime paints the stack before `main`; what is not paint any
//! more was used.

use core::ptr;

use cortex_m_rt::STACK_PAINT_VALUE;

/// Of the chip: see `memory.x`.
const RAM_START: usize = 0x2000_0000;
/// The frame that paints must not paint itself.
const OURS_BYTES: usize = 64;

unsafe extern "C" {
    /// Of the linker's script: where variables end, and the stack may grow to.
    static _stack_end: u32;
    /// Where the stack begins.
    static _stack_start: u32;
}

/// Bytes of variables.
pub fn static_bytes() -> usize {
    ptr::addr_of!(_stack_end).addr() - RAM_START
}

/// Bytes of stack that were used at most since it was painted last. Paints it again.
pub fn take_peak_bytes() -> usize {
    let end = ptr::addr_of!(_stack_end).cast_mut();
    let start = ptr::addr_of!(_stack_start).addr();
    let here = cortex_m::register::msp::read() as usize - OURS_BYTES;
    let mut at = end;
    let mut peak = None;
    while at.addr() < here {
        // SAFETY: between the variables and what the stack uses now lies RAM that nothing refers
        // to, and no interrupt is on that could use it meanwhile.
        unsafe {
            if at.read_volatile() != STACK_PAINT_VALUE {
                peak.get_or_insert(at.addr());
                at.write_volatile(STACK_PAINT_VALUE);
            }
            at = at.add(1);
        }
    }
    start - peak.unwrap_or(here)
}
