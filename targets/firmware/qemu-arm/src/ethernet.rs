//! The network chip as embassy-net sees it: frames in, frames out, and an interrupt that wakes.

use core::task::Context;

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;
use embassy_net::driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};
use embassy_sync::waitqueue::AtomicWaker;

use crate::lan9118::{FRAME_BYTES_MAX, Frame, Lan9118};

/// The chip's interrupt on this board.
pub(crate) const INTERRUPT: i16 = 13;

/// The network's task.
static WAKER: AtomicWaker = AtomicWaker::new();

#[derive(Clone, Copy)]
struct Line;

// SAFETY: the number is one that the board's interrupt controller has.
unsafe impl InterruptNumber for Line {
    fn number(self) -> u16 {
        INTERRUPT as u16
    }
}

/// Frames have come. The line stays up until they are read, so it is masked until then.
pub(crate) fn interrupted() {
    NVIC::mask(Line);
    WAKER.wake();
}

/// The network of this board.
pub(crate) struct Ethernet {
    chip: Lan9118,
    address: [u8; 6],
}

impl Ethernet {
    /// `None` the second time, or without the chip.
    pub(crate) fn take() -> Option<Self> {
        let mut chip = Lan9118::take()?;
        let address = chip.address();
        Some(Self { chip, address })
    }

    /// Whether a frame is there. If not, the task of `cx` is woken when one comes.
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> bool {
        if self.chip.has_frame() {
            return true;
        }
        WAKER.register(cx.waker());
        self.chip.clear_interrupts();
        // SAFETY: the interrupt breaks no critical section that is built on masking this line,
        // since there is none, and its handler only masks the line and wakes.
        unsafe { NVIC::unmask(Line) };
        self.chip.has_frame()
    }

    /// Whether there is room for a frame.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> bool {
        let has_room = self.chip.has_room();
        if !has_room {
            // The chip empties within microseconds, and has no interrupt that says so exactly.
            cx.waker().wake_by_ref();
        }
        has_room
    }
}

impl Driver for Ethernet {
    type RxToken<'a> = Incoming;
    type TxToken<'a> = Outgoing<'a>;

    fn receive(&mut self, cx: &mut Context<'_>) -> Option<(Incoming, Outgoing<'_>)> {
        // There may be an answer, so a frame is not read before there is room for one.
        if !self.poll_frame(cx) || !self.poll_room(cx) {
            return None;
        }
        let mut frame = Frame([0; FRAME_BYTES_MAX]);
        let length = self.chip.receive(&mut frame);
        Some((Incoming { frame, length }, Outgoing(&mut self.chip)))
    }

    fn transmit(&mut self, cx: &mut Context<'_>) -> Option<Outgoing<'_>> {
        self.poll_room(cx).then_some(Outgoing(&mut self.chip))
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        // QEMU's cable is always in.
        LinkState::Up
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = 1514;
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.address)
    }
}

/// A frame that has come.
pub(crate) struct Incoming {
    frame: Frame,
    length: usize,
}

impl RxToken for Incoming {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, f: F) -> R {
        f(&mut self.frame.0[..self.length])
    }
}

/// Room for a frame that is to go.
pub(crate) struct Outgoing<'a>(&'a mut Lan9118);

impl TxToken for Outgoing<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, f: F) -> R {
        let mut frame = Frame([0; FRAME_BYTES_MAX]);
        let result = f(&mut frame.0[..length]);
        self.0.send(&frame, length);
        result
    }
}
