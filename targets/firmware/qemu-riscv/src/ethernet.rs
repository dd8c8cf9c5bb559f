//! The network device as embassy-net sees it: frames in, frames out, and an interrupt that wakes.

use core::task::Context;

use embassy_net::driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};

use crate::interrupts;
use crate::virtio::Network;

/// A whole frame without its check sequence.
const FRAME_BYTES_MAX: usize = 1514;

/// The network of this board.
pub(crate) struct Ethernet(Network);

impl Ethernet {
    /// `None` the second time, or without the device.
    pub(crate) fn take() -> Option<Self> {
        Network::take().map(Self)
    }

    /// Which of the board's slots the device is in.
    pub(crate) fn slot(&self) -> usize {
        self.0.slot
    }

    /// Whether a frame is there. If not, the task of `cx` is woken when one comes.
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> bool {
        if self.0.has_frame() {
            return true;
        }
        interrupts::FRAME.register(cx.waker());
        self.0.clear_interrupts();
        interrupts::unmask_network();
        self.0.has_frame()
    }
}

impl Driver for Ethernet {
    type RxToken<'a> = Incoming;
    type TxToken<'a> = Outgoing<'a>;

    fn receive(&mut self, cx: &mut Context<'_>) -> Option<(Incoming, Outgoing<'_>)> {
        if !self.poll_frame(cx) {
            return None;
        }
        let mut frame = [0; FRAME_BYTES_MAX];
        let length = self.0.receive(&mut frame);
        Some((Incoming { frame, length }, Outgoing(&mut self.0)))
    }

    fn transmit(&mut self, _: &mut Context<'_>) -> Option<Outgoing<'_>> {
        Some(Outgoing(&mut self.0))
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        // QEMU's cable is always in.
        LinkState::Up
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = FRAME_BYTES_MAX;
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.0.address())
    }
}

/// A frame that has come.
pub(crate) struct Incoming {
    frame: [u8; FRAME_BYTES_MAX],
    length: usize,
}

impl RxToken for Incoming {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, f: F) -> R {
        f(&mut self.frame[..self.length])
    }
}

/// Room for a frame that is to go.
pub(crate) struct Outgoing<'a>(&'a mut Network);

impl TxToken for Outgoing<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, f: F) -> R {
        let mut frame = [0; FRAME_BYTES_MAX];
        let frame = &mut frame[..length];
        let result = f(frame);
        self.0.send(frame);
        result
    }
}
