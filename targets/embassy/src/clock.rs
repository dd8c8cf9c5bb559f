//! Time on a board: embassy's monotonic clock for deadlines, and for `Date` whatever the board
//! knows of the time of day.

use core::cell::Cell;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll};

use embassy_time::{Duration, Timer};
use samewire::http::date::HttpDate;
use samewire::{Clock, Instant};

/// The time of day, for all connections of a server.
pub(crate) struct Wall {
    /// Seconds since 1970, if the board knows them by now.
    read: Option<fn() -> Option<u64>>,
    /// The second that was asked for last, and its date.
    second: Cell<u64>,
    date: Cell<Option<HttpDate>>,
}

impl Wall {
    pub(crate) const fn new(read: Option<fn() -> Option<u64>>) -> Self {
        Self { read, second: Cell::new(0), date: Cell::new(None) }
    }

    /// Formatting costs divisions, which a small core has no instruction for: once a second.
    fn date(&self) -> Option<HttpDate> {
        let seconds = self.read?()?;
        let date = self.date.get();
        if date.is_some() && self.second.get() == seconds {
            return date;
        }
        let date = Some(HttpDate::from_unix(seconds));
        self.second.set(seconds);
        self.date.set(date);
        date
    }
}

/// One connection's clock.
pub(crate) struct BoardClock<'s>(pub(crate) &'s Wall);

impl Clock for BoardClock<'_> {
    fn now(&self) -> Instant {
        Instant::from_millis(embassy_time::Instant::now().as_millis())
    }

    fn poll_at(&mut self, cx: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        if self.now() >= deadline {
            return Poll::Ready(());
        }
        // Rounded up to a tick: woken earlier, we should ask again and again until it has passed.
        let since_start = Duration::try_from_millis(deadline.as_millis()).unwrap_or(Duration::MAX);
        let due = embassy_time::Instant::MIN.checked_add(since_start);
        // One poll asks the time driver to wake this task, and that is all it is for: a task has
        // one place in the driver's queue, and the driver keeps the earliest of its deadlines.
        let timer = pin!(Timer::at(due.unwrap_or(embassy_time::Instant::MAX)));
        timer.poll(cx)
    }

    fn date(&self) -> Option<HttpDate> {
        self.0.date()
    }
}
