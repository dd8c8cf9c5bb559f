//! Interrupts of the `virt` board: its timer, which is also its clock, and the network's line
//! through the platform-level interrupt controller (PLIC).

use embassy_sync::waitqueue::AtomicWaker;
use riscv::interrupt::Interrupt;
use riscv::register::{mcause, mie, mtval};
use riscv_rt::TrapFrame;
use samewire_qemu::Ticks;

/// Machine timer: counts up at 10 MHz, and interrupts from `TIME_COMPARE` on.
const TIME: usize = 0x0200_bff8;
const TIME_COMPARE: usize = 0x0200_4000;
const TIME_PER_MILLISECOND: u64 = 10_000;

/// The PLIC's registers: a priority for each line, and for this core a mask of lines, a threshold,
/// and the line that is to be served.
const PRIORITIES: usize = 0x0c00_0000;
const ENABLED: usize = 0x0c00_2000;
const THRESHOLD: usize = 0x0c20_0000;
const CLAIM: usize = 0x0c20_0004;

/// The network's task.
pub(crate) static FRAME: AtomicWaker = AtomicWaker::new();

embassy_time_driver::time_driver_impl!(static CLOCK: Ticks = Ticks::new());

/// Begins to tick, and to listen to the network device in this slot of the board.
pub(crate) fn start(slot: usize) {
    // The first slot has line 1.
    let line = slot + 1;
    write(PRIORITIES + 4 * line, 1);
    write(ENABLED, 1 << line);
    write(THRESHOLD, 0);
    next_tick();
    // SAFETY: no critical section is held, all handlers below are in place, and each of them does
    // no more than what a critical section of somebody else keeps out.
    unsafe {
        mie::set_mtimer();
        riscv::interrupt::enable();
    }
}

/// Lets the network's interrupt come, and wake [`FRAME`].
pub(crate) fn unmask_network() {
    // SAFETY: no critical section is built on masking external interrupts alone.
    unsafe { mie::set_mext() };
}

#[riscv_rt::core_interrupt(Interrupt::MachineExternal)]
fn external() {
    // SAFETY: to mask an interrupt breaks nothing.
    unsafe { mie::clear_mext() };
    // Claimed and done with: until the device is asked, which is the driver's part, it is masked.
    let line = read(CLAIM);
    write(CLAIM, line);
    FRAME.wake();
}

#[riscv_rt::core_interrupt(Interrupt::MachineTimer)]
fn timer() {
    let now = next_tick();
    CLOCK.tick((now / TIME_PER_MILLISECOND) as u32);
}

/// Lets the next tick come a millisecond from now, and says what time that is.
fn next_tick() -> u64 {
    let now = time();
    let next = now + TIME_PER_MILLISECOND;
    // Not for a moment earlier than it is to be.
    write(TIME_COMPARE + 4, u32::MAX);
    write(TIME_COMPARE, next as u32);
    write(TIME_COMPARE + 4, (next >> 32) as u32);
    now
}

fn time() -> u64 {
    loop {
        let (high, low) = (read(TIME + 4), read(TIME));
        // Otherwise the lower half has gone round in between.
        if read(TIME + 4) == high {
            return u64::from(high) << 32 | u64::from(low);
        }
    }
}

fn read(register: usize) -> u32 {
    // SAFETY: only the constants above are passed, where the board has registers of this width and
    // no memory of Rust's. To read one has no effect but that of a claim, on interrupts alone.
    unsafe { (register as *const u32).read_volatile() }
}

fn write(register: usize, value: u32) {
    // SAFETY: as above; none of them makes the board touch memory.
    unsafe { (register as *mut u32).write_volatile(value) }
}

// SAFETY: riscv-rt declares functions of these names and types, to be defined by the program.
#[unsafe(export_name = "ExceptionHandler")]
fn exception(_: &TrapFrame) -> ! {
    let at = riscv::register::mepc::read();
    let cause = mcause::read().code();
    samewire_qemu::die(format_args!("exception {cause} at {at:#x} of {:#x}", mtval::read()))
}

// SAFETY: as above.
#[unsafe(export_name = "DefaultHandler")]
fn unexpected() -> ! {
    let cause = mcause::read().code();
    samewire_qemu::die(format_args!("interrupt {cause}, which nobody asked for"))
}
