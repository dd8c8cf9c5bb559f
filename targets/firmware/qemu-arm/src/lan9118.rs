//! The SMSC LAN9118 Ethernet chip, as far as sending and receiving whole frames go. Names are those
//! of its data sheet. All `unsafe` of the network stands here, in three lines.

use core::sync::atomic::{AtomicBool, Ordering};

/// Where the `mps2-an385` has its chip.
const BASE: usize = 0x4020_0000;

/// The registers that are used, by their distance from the base. All are 32 bits wide.
#[derive(Clone, Copy)]
#[repr(usize)]
enum Register {
    RxData = 0x00,
    TxData = 0x20,
    RxStatus = 0x40,
    TxStatus = 0x48,
    InterruptConfig = 0x54,
    InterruptStatus = 0x58,
    InterruptEnable = 0x5c,
    ByteTest = 0x64,
    FifoLevels = 0x68,
    RxConfig = 0x6c,
    TxConfig = 0x70,
    HardwareConfig = 0x74,
    RxFifo = 0x7c,
    TxFifo = 0x80,
    MacCommand = 0xa4,
    MacData = 0xa8,
}

/// Registers behind `MacCommand`.
const MAC_CONTROL: u32 = 1;
const MAC_ADDRESS_HIGH: u32 = 2;
const MAC_ADDRESS_LOW: u32 = 3;

/// An Ethernet frame without its check sequence, in whole words.
pub(crate) const FRAME_BYTES_MAX: usize = 1516;
const CHECK_BYTES: usize = 4;
/// What the chip wants to know of a frame before it.
const COMMAND_BYTES: u32 = 8;

/// A frame's bytes, aligned so that words of it can be moved.
#[repr(align(4))]
pub(crate) struct Frame(pub(crate) [u8; FRAME_BYTES_MAX]);

/// The one chip. Whoever has it is the only one to touch its registers.
pub(crate) struct Lan9118(());

impl Lan9118 {
    /// The chip, ready to send and receive; `None` the second time, or if it does not answer.
    pub(crate) fn take() -> Option<Self> {
        static TAKEN: AtomicBool = AtomicBool::new(false);
        // A Cortex-M0 cannot swap in one step.
        let was_taken = cortex_m::interrupt::free(|_| {
            let was_taken = TAKEN.load(Ordering::Relaxed);
            TAKEN.store(true, Ordering::Relaxed);
            was_taken
        });
        let mut chip = Self(());
        if was_taken || chip.read(Register::ByteTest) != 0x8765_4321 {
            return None;
        }
        chip.reset();
        Some(chip)
    }

    fn reset(&mut self) {
        const SOFT_RESET: u32 = 1;
        const TX_FIFO_5_KB: u32 = 5 << 16;
        const MUST_BE_ONE: u32 = 1 << 20;
        const INTERRUPTS_ON: u32 = 1 << 8;
        const ACTIVE_HIGH_PUSH_PULL: u32 = 1 << 4 | 1;
        const TX_ON: u32 = 1 << 1;
        const FULL_DUPLEX: u32 = 1 << 20;
        const MAC_TX_RX_ON: u32 = 1 << 3 | 1 << 2;

        self.write(Register::HardwareConfig, SOFT_RESET);
        while self.read(Register::HardwareConfig) & SOFT_RESET != 0 {}
        self.write(Register::HardwareConfig, TX_FIFO_5_KB | MUST_BE_ONE);
        self.write(Register::InterruptEnable, 0);
        self.clear_interrupts();
        // A level of zero: one frame is enough.
        self.write(Register::FifoLevels, 0);
        self.write(Register::InterruptConfig, INTERRUPTS_ON | ACTIVE_HIGH_PUSH_PULL);
        self.write(Register::RxConfig, 0);
        self.write(Register::TxConfig, TX_ON);
        self.write_mac(MAC_CONTROL, FULL_DUPLEX | MAC_TX_RX_ON);
        self.write(Register::InterruptEnable, RX_STATUS_LEVEL);
    }

    /// The hardware address, which the board gave to its chip.
    pub(crate) fn address(&mut self) -> [u8; 6] {
        let low = self.read_mac(MAC_ADDRESS_LOW).to_le_bytes();
        let high = self.read_mac(MAC_ADDRESS_HIGH).to_le_bytes();
        [low[0], low[1], low[2], low[3], high[0], high[1]]
    }

    /// Takes back what was said of frames that have come. To be done before one looks for the
    /// last time, so that what comes behind is said again.
    pub(crate) fn clear_interrupts(&mut self) {
        self.write(Register::InterruptStatus, u32::MAX);
    }

    /// Whether a frame has come.
    pub(crate) fn has_frame(&self) -> bool {
        self.read(Register::RxFifo) & 0x00ff_0000 != 0
    }

    /// Moves the next frame into `frame`, and says how many bytes it has; of a longer one, the
    /// rest is dropped. To be called only if there is a frame.
    pub(crate) fn receive(&mut self, frame: &mut Frame) -> usize {
        let length = (self.read(Register::RxStatus) >> 16 & 0x3fff) as usize;
        let mut words = frame.0.chunks_exact_mut(4);
        for _ in 0..length.div_ceil(4) {
            let word = self.read(Register::RxData).to_le_bytes();
            if let Some(place) = words.next() {
                place.copy_from_slice(&word);
            }
        }
        length.saturating_sub(CHECK_BYTES).min(FRAME_BYTES_MAX)
    }

    /// Whether the chip takes one more frame.
    pub(crate) fn has_room(&mut self) -> bool {
        // How it went is nobody's concern, but it must be read, or the chip stops.
        while self.read(Register::TxFifo) & 0x00ff_0000 != 0 {
            self.read(Register::TxStatus);
        }
        let free = self.read(Register::TxFifo) & 0xffff;
        free >= FRAME_BYTES_MAX as u32 + COMMAND_BYTES
    }

    /// Sends the first `length` bytes of `frame`. To be called only if there is room.
    pub(crate) fn send(&mut self, frame: &Frame, length: usize) {
        const FIRST_AND_LAST: u32 = 1 << 13 | 1 << 12;
        let bytes = length as u32;
        self.write(Register::TxData, FIRST_AND_LAST | bytes);
        self.write(Register::TxData, bytes << 16 | bytes);
        let (words, _) = frame.0.as_chunks::<4>();
        for word in &words[..length.div_ceil(4)] {
            self.write(Register::TxData, u32::from_le_bytes(*word));
        }
    }

    fn read_mac(&mut self, register: u32) -> u32 {
        self.command_mac(1 << 30 | register);
        self.read(Register::MacData)
    }

    fn write_mac(&mut self, register: u32, value: u32) {
        self.write(Register::MacData, value);
        self.command_mac(register);
    }

    fn command_mac(&mut self, command: u32) {
        const BUSY: u32 = 1 << 31;
        self.write(Register::MacCommand, BUSY | command);
        while self.read(Register::MacCommand) & BUSY != 0 {}
    }

    fn read(&self, register: Register) -> u32 {
        let address = (BASE + register as usize) as *const u32;
        // SAFETY: the chip has a register of this width at each of these addresses, where there is
        // no memory of Rust's; to read one twice or at a wrong time gives wrong numbers, no more.
        unsafe { address.read_volatile() }
    }

    fn write(&mut self, register: Register, value: u32) {
        let address = (BASE + register as usize) as *mut u32;
        // SAFETY: as above; and the chip cannot reach into memory: it has no DMA.
        unsafe { address.write_volatile(value) }
    }
}

/// The interrupt "the status FIFO of received frames is above its level".
const RX_STATUS_LEVEL: u32 = 1 << 3;
