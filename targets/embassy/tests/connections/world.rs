//! Two network stacks joined by a wire in memory, and embassy's mock clock, which moves when
//! nothing else does.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use embassy_net::driver::{
    Capabilities, Driver, HardwareAddress, LinkState, RxToken as Receive, TxToken as Transmit,
};
use embassy_net::{Config, Ipv4Address, Ipv4Cidr, Stack, StackResources, StaticConfigV4};
use embassy_time::{Duration, MockDriver};

/// Where the server is.
pub(crate) const SERVER: Ipv4Address = Ipv4Address::new(192, 0, 2, 1);
const CLIENT: Ipv4Address = Ipv4Address::new(192, 0, 2, 2);

/// Longer than any deadline of any test.
const GUARD_MS: u32 = 300_000;
/// More than a world has to do at one point in time.
const TURNS_MAX: u32 = 100_000;

/// There is one mock clock for the whole process, so one world at a time.
static CLOCK: Mutex<()> = Mutex::new(());

/// What the two ends share.
#[derive(Default)]
pub(crate) struct Wire {
    /// Frames on their way to each side.
    frames: [VecDeque<Vec<u8>>; 2],
    wakers: [Option<Waker>; 2],
    /// TCP segments of the client that still get through; all, if there is no number.
    segments_left: Option<usize>,
    /// RSTs that the server has sent.
    resets: usize,
}

/// Runs a script with the stacks of the server and of its clients. It may take hours of virtual
/// time and takes none of ours.
pub(crate) fn run(script: impl AsyncFnOnce(Stack<'_>, Stack<'_>, &RefCell<Wire>)) {
    let _clock = CLOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let wire = Rc::<RefCell<Wire>>::default();
    let mut resources = (StackResources::<8>::new(), StackResources::<16>::new());
    let port = |side| Port { wire: Rc::clone(&wire), side };
    let (server, mut server_runner) =
        embassy_net::new(port(0), config(SERVER), &mut resources.0, 1);
    let (clients, mut clients_runner) =
        embassy_net::new(port(1), config(CLIENT), &mut resources.1, 2);
    let mut script = pin!(script(server, clients, &wire));
    let mut server_runner = pin!(async { server_runner.run().await });
    let mut clients_runner = pin!(async { clients_runner.run().await });
    // Each its own task, as on a board: a socket that is asked for bytes wakes its runner.
    let tasks = [const { AtomicBool::new(true) }; 3].map(|woken| Arc::new(Woken(woken)));
    let ready = |index: usize| tasks[index].0.swap(false, Ordering::Relaxed);
    let wakers = [0, 1, 2].map(|index| Waker::from(Arc::clone(&tasks[index])));
    let [mut of_script, mut of_server, mut of_clients] = wakers.each_ref().map(Context::from_waker);
    for _ in 0..GUARD_MS {
        let mut turns = 0..TURNS_MAX;
        loop {
            assert!(turns.next().is_some(), "somebody wakes without end");
            let mut is_quiet = true;
            if ready(1) {
                let Poll::Pending = server_runner.as_mut().poll(&mut of_server);
                is_quiet = false;
            }
            if ready(2) {
                let Poll::Pending = clients_runner.as_mut().poll(&mut of_clients);
                is_quiet = false;
            }
            if ready(0) {
                if script.as_mut().poll(&mut of_script).is_ready() {
                    return;
                }
                is_quiet = false;
            }
            if is_quiet {
                break;
            }
        }
        MockDriver::get().advance(Duration::from_millis(1));
    }
    panic!("not done in {GUARD_MS} ms");
}

/// Lets no further segment of the client through than so many; `None` lifts it.
pub(crate) fn let_through(wire: &RefCell<Wire>, segments: Option<usize>) {
    wire.borrow_mut().segments_left = segments;
}

/// RSTs that the server has sent so far.
pub(crate) fn resets(wire: &RefCell<Wire>) -> usize {
    wire.borrow().resets
}

fn config(address: Ipv4Address) -> Config {
    Config::ipv4_static(StaticConfigV4 {
        address: Ipv4Cidr::new(address, 24),
        gateway: None,
        dns_servers: Default::default(),
    })
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One end of the wire.
struct Port {
    wire: Rc<RefCell<Wire>>,
    side: usize,
}

pub(crate) struct Incoming(Vec<u8>);

pub(crate) struct Outgoing {
    wire: Rc<RefCell<Wire>>,
    from: usize,
}

impl Driver for Port {
    type RxToken<'a> = Incoming;
    type TxToken<'a> = Outgoing;

    fn receive(&mut self, cx: &mut Context<'_>) -> Option<(Incoming, Outgoing)> {
        let wire = &mut *self.wire.borrow_mut();
        wire.wakers[self.side] = Some(cx.waker().clone());
        let frame = wire.frames[self.side].pop_front()?;
        Some((Incoming(frame), Outgoing { wire: Rc::clone(&self.wire), from: self.side }))
    }

    fn transmit(&mut self, _: &mut Context<'_>) -> Option<Outgoing> {
        Some(Outgoing { wire: Rc::clone(&self.wire), from: self.side })
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        LinkState::Up
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = 1514;
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        let side = u8::try_from(self.side).unwrap_or_default();
        HardwareAddress::Ethernet([2, 0, 0, 0, 0, side])
    }
}

impl Receive for Incoming {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, f: F) -> R {
        f(&mut self.0)
    }
}

impl Transmit for Outgoing {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut frame = vec![0; len];
        let result = f(&mut frame);
        self.wire.borrow_mut().carry(self.from, frame);
        result
    }
}

impl Wire {
    fn carry(&mut self, from: usize, frame: Vec<u8>) {
        // The protocol number of an IPv4 packet in an Ethernet frame: what is left is ARP.
        let is_tcp = frame[12..14] == [0x08, 0x00] && frame[23] == 6;
        if from == 1
            && is_tcp
            && let Some(left) = &mut self.segments_left
        {
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => return,
            }
        }
        // The flags of a TCP segment behind an IPv4 header without options.
        if from == 0 && is_tcp && frame[47] & 0x04 != 0 {
            self.resets += 1;
        }
        let to = 1 - from;
        self.frames[to].push_back(frame);
        if let Some(waker) = self.wakers[to].take() {
            waker.wake();
        }
    }
}
