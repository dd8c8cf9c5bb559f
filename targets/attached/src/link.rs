//! The link: the demo under test, on the runner's time, for one runner after the other.

use samewire::Limits;
use samewire_link::{Build, Settings};
use samewire_linked::{Line, Server};

use crate::Wiring;

/// What any case reads into and writes from, which one connection alone has for itself.
const ANY_CASE: [usize; 2] = [20 * 1024, 11 * 1024];

/// Buffers for the connections of one line, which each have a part of them. In a `ConstStaticCell`,
/// they never are on a stack, where there is no room for them.
pub struct Room<const PLACES: usize, const RECEIVE: usize, const SEND: usize> {
    receive: [u8; RECEIVE],
    send: [u8; SEND],
}

impl<const PLACES: usize, const RECEIVE: usize, const SEND: usize> Room<PLACES, RECEIVE, SEND> {
    /// Empty buffers.
    pub const fn new() -> Self {
        const {
            assert!(
                RECEIVE >= PLACES * Limits::SMALL.receive_bytes_min() && RECEIVE >= ANY_CASE[0]
            );
            assert!(SEND >= PLACES * Limits::SMALL.send_bytes_min() && SEND >= ANY_CASE[1]);
        }
        Self { receive: [0; RECEIVE], send: [0; SEND] }
    }

    /// Serves the demo on this line, begun anew for each connection unless the runner wants them to
    /// share it. There is a channel for each place, and one for orders. The session is another one for
    /// each start, and the build says what runs.
    pub async fn serve<const CHANNELS: usize>(
        &mut self,
        line: impl Line,
        session: u32,
        build: Build,
        wiring: Wiring,
    ) {
        let settings = Settings::board(session).build(build);
        let mut server = Server::<_, PLACES, CHANNELS>::side_by_side(line, settings);
        let app = || wiring.demo_under_test();
        server.serve_all(app, &mut self.receive, &mut self.send).await;
    }
}

impl<const PLACES: usize, const RECEIVE: usize, const SEND: usize> Default
    for Room<PLACES, RECEIVE, SEND>
{
    fn default() -> Self {
        Self::new()
    }
}
