//! The paravirtual network device: whole frames through queues in memory that the device reads and
//! writes by itself. The protocol is the `virtio-drivers` crate's; the memory is ours.

use core::ptr::NonNull;

use static_cell::ConstStaticCell;
use virtio_drivers::device::net::VirtIONetRaw;
use virtio_drivers::transport::mmio::MmioTransport;
use virtio_drivers::transport::{DeviceType, Transport as _};
use virtio_drivers::{BufferDirection, Hal, PAGE_SIZE, PhysAddr};

/// Where the board has its devices, one behind the other.
const SLOTS: usize = 8;
const SLOT_BYTES: usize = 0x1000;
const FIRST_SLOT: usize = 0x1000_1000;

/// Frames that can come before anybody looks.
const FRAMES: usize = 16;
/// A frame, and what the device says of it.
const BUFFER_BYTES: usize = 1536;

type Buffers = [[u8; BUFFER_BYTES]; FRAMES];
type Device = VirtIONetRaw<Memory, MmioTransport<'static>, FRAMES>;

/// The one network device.
pub(crate) struct Network {
    device: Device,
    /// For frames that come. The device writes to those that it was given, so they are looked at
    /// only between `receive_complete` and `receive_begin`.
    buffers: &'static mut Buffers,
    /// Which buffer the device was given under which token.
    given: [usize; FRAMES],
    /// Which of the board's slots it is in.
    pub(crate) slot: usize,
}

impl Network {
    /// The device, ready to send and receive; `None` the second time, or without a device.
    pub(crate) fn take() -> Option<Self> {
        static BUFFERS: ConstStaticCell<Buffers> =
            ConstStaticCell::new([[0; BUFFER_BYTES]; FRAMES]);
        let buffers = BUFFERS.try_take()?;
        let (slot, transport) = (0..SLOTS).find_map(|slot| Some((slot, probe(slot)?)))?;
        let mut network =
            Self { device: Device::new(transport).ok()?, buffers, given: [0; FRAMES], slot };
        (0..FRAMES).for_each(|buffer| network.give(buffer));
        network.device.enable_interrupts();
        Some(network)
    }

    pub(crate) fn address(&self) -> [u8; 6] {
        self.device.mac_address()
    }

    /// Takes back what was said of frames that have come. To be done before one looks for the last
    /// time, so that what comes behind is said again.
    pub(crate) fn clear_interrupts(&mut self) {
        self.device.ack_interrupt();
    }

    /// Whether a frame has come.
    pub(crate) fn has_frame(&self) -> bool {
        self.device.poll_receive().is_some()
    }

    /// Copies the next frame to `frame`, and says how many bytes it has; none, if there is none or
    /// the device has failed.
    pub(crate) fn receive(&mut self, frame: &mut [u8]) -> usize {
        let Some(token) = self.device.poll_receive() else { return 0 };
        let number = self.given[usize::from(token)];
        let buffer = &mut self.buffers[number];
        // SAFETY: this is the buffer that was given under this token, and the device is done with
        // it.
        let received = unsafe { self.device.receive_complete(token, buffer) };
        let (head, length) = received.unwrap_or_default();
        let length = length.min(frame.len());
        frame[..length].copy_from_slice(&buffer[head..head + length]);
        self.give(number);
        length
    }

    /// Sends a frame, and waits until the device has taken it.
    pub(crate) fn send(&mut self, frame: &[u8]) {
        self.device.send(frame).expect("the queue is empty, since each send waits");
    }

    fn give(&mut self, number: usize) {
        // SAFETY: the buffer is static, and neither read nor written before the device says that
        // it is done with it, in `receive`.
        let token = unsafe { self.device.receive_begin(&mut self.buffers[number]) };
        let token = token.expect("there are as many buffers as the queue has room for");
        self.given[usize::from(token)] = number;
    }
}

/// The device of a slot, if it is a network.
fn probe(slot: usize) -> Option<MmioTransport<'static>> {
    let header = NonNull::new((FIRST_SLOT + slot * SLOT_BYTES) as *mut _)?;
    // SAFETY: the board has registers of a device, or of none, in each of its slots for ever;
    // only this module touches them, and `Network::take` comes here once.
    let transport = unsafe { MmioTransport::new(header, SLOT_BYTES) }.ok()?;
    (transport.device_type() == DeviceType::Network).then_some(transport)
}

/// Memory that the device shares with us. Addresses are the same on both sides.
struct Memory;

/// Pages of one queue: what we write, and what the device writes.
const QUEUE_PAGES: usize = 2;

#[repr(C, align(4096))]
struct Queue([u8; QUEUE_PAGES * PAGE_SIZE]);

// SAFETY: `dma_alloc` gives each `Queue` once, by its cell, whole, zeroed and aligned by its type,
// for ever: nothing is ever given back. Memory has one address for device and core, so shared
// buffers are shared as they are, and there is no bus whose registers would have to be mapped.
unsafe impl Hal for Memory {
    fn dma_alloc(pages: usize, _: BufferDirection) -> (PhysAddr, NonNull<u8>) {
        static QUEUES: [ConstStaticCell<Queue>; 2] =
            [const { ConstStaticCell::new(Queue([0; QUEUE_PAGES * PAGE_SIZE])) }; 2];
        assert!(pages <= QUEUE_PAGES, "a queue of {FRAMES} frames takes {pages} pages");
        let queue = QUEUES.iter().find_map(ConstStaticCell::try_take).expect("two queues");
        let address = NonNull::from(&mut queue.0).cast::<u8>();
        (address.as_ptr() as PhysAddr, address)
    }

    unsafe fn dma_dealloc(_: PhysAddr, _: NonNull<u8>, _: usize) -> i32 {
        0
    }

    unsafe fn mmio_phys_to_virt(address: PhysAddr, _: usize) -> NonNull<u8> {
        panic!("only devices on a PCI bus ask for {address:#x}")
    }

    unsafe fn share(buffer: NonNull<[u8]>, _: BufferDirection) -> PhysAddr {
        buffer.cast::<u8>().as_ptr() as PhysAddr
    }

    unsafe fn unshare(_: PhysAddr, _: NonNull<[u8]>, _: BufferDirection) {}
}
