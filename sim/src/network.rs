//! What is on its way from clients to servers, and in which order it arrives.
//!
//! Now it is a queue: one piece of each connection in turn, nothing lost. Whatever may go wrong
//! between two machines belongs here, so that `serve` and the clients need not know of it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use crate::stream::Wire;

/// The connections that have something on its way to the server. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Network(Rc<RefCell<VecDeque<Rc<Wire>>>>);

impl Network {
    /// Notes that this connection has something on its way.
    pub(crate) fn submit(&self, wire: &Rc<Wire>) {
        self.0.borrow_mut().push_back(Rc::clone(wire));
    }

    /// Brings the next piece to its server. False once nothing is on its way.
    pub(crate) fn deliver_next(&self) -> bool {
        loop {
            let Some(wire) = self.0.borrow_mut().pop_front() else { return false };
            if wire.deliver() {
                self.submit(&wire);
                return true;
            }
        }
    }
}
