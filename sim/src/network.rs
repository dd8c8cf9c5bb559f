//! What is on its way from clients to servers, and in which order it arrives.
//!
//! Now it is a queue: one piece of each connection in turn, nothing lost. Whatever may go wrong
//! between two machines belongs here, so that `serve` and the clients need not know of it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use crate::stream::Wire;

/// The connections that have something on its way to the server. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Network {
    queue: Rc<RefCell<VecDeque<Rc<Wire>>>>,
    longest: Rc<Cell<usize>>,
}

impl Network {
    /// Notes that this connection has something on its way.
    pub(crate) fn submit(&self, wire: &Rc<Wire>) {
        self.longest.set(self.longest.get().max(wire.sent()));
        self.queue.borrow_mut().push_back(Rc::clone(wire));
    }

    /// Bytes that were sent on the connection on which most were.
    pub(crate) fn longest(&self) -> usize {
        self.longest.get()
    }

    /// Brings the next piece to its server. False once nothing is on its way.
    pub(crate) fn deliver_next(&self) -> bool {
        loop {
            let Some(wire) = self.queue.borrow_mut().pop_front() else { return false };
            if wire.deliver() {
                self.submit(&wire);
                return true;
            }
        }
    }
}
