//! Our streams beside another's reader of them, the crate eventsource-stream: it reads what was
//! meant, however the stream is cut.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use eventsource_stream::{Event as Read, Eventsource};
use futures_core::Stream;
use proptest::prelude::*;
use samewire::app::sse::{Event, Events};
use samewire::{Limits, Result, app};
use samewire_sim::Sim;

/// Data, type, id, and the time to come back.
type Said = (String, Option<String>, Option<String>, Option<u32>);

#[derive(Default)]
struct Script(RefCell<Vec<Said>>);

app! { for Script; get "/" => play(sse); }

async fn play(script: &Script, mut events: Events<'_>) -> Result {
    events.open().await?;
    let said = script.0.take();
    for (data, name, id, retry) in &said {
        let mut event = Event::data(&**data);
        if let Some(name) = name {
            event = event.event(name)?;
        }
        if let Some(id) = id {
            event = event.id(id)?;
        }
        if let Some(ms) = retry {
            event = event.retry(*ms);
        }
        events.send(event).await?;
    }
    Ok(())
}

/// Pieces of a stream that are all there already.
struct Pieces(std::vec::IntoIter<Vec<u8>>);

impl Stream for Pieces {
    type Item = Result<Vec<u8>, ()>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}

fn read(stream: &[u8], piece: usize) -> Vec<Read> {
    let pieces: Vec<_> = stream.chunks(piece).map(<[u8]>::to_vec).collect();
    let mut events = Box::pin(Pieces(pieces.into_iter()).eventsource());
    let mut cx = Context::from_waker(Waker::noop());
    let next = || match events.as_mut().poll_next(&mut cx) {
        Poll::Ready(event) => event.map(|event| event.expect("a stream that can be read")),
        Poll::Pending => panic!("all of it is there"),
    };
    std::iter::from_fn(next).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn another_reads_what_we_mean(
        said in proptest::collection::vec(
            ("[a-c \r\n:é☃]{0,16}", proptest::option::of("[a-z :é]{1,5}"),
             proptest::option::of("[0-9a-f: é]{1,5}"), proptest::option::of(any::<u32>())),
            1..6,
        ),
        piece in 1..40_usize,
    ) {
        let sim = Sim::with_limits(Script(RefCell::new(said.clone())), Limits::SMALL);
        let answer = sim.get("/").expect(200);
        let mut last_id = String::new();
        let expected: Vec<_> = said.into_iter().map(|(data, name, id, retry)| {
            last_id = id.unwrap_or_else(|| last_id.clone());
            Read {
                event: name.unwrap_or_else(|| "message".into()),
                data: data.replace("\r\n", "\n").replace('\r', "\n"),
                id: last_id.clone(),
                retry: retry.map(|ms| Duration::from_millis(ms.into())),
            }
        }).collect();
        // It takes an event without data for none, which is its own error: §9.2.6 drops an event
        // whose data buffer is empty, and ours holds a line end.
        prop_assert_eq!(read(answer.content(), piece), expected, "{}", answer.body());
    }
}
