//! A board that reads a file and writes one.

use samewire_link::record::{Playback, Recorder};
use samewire_link::{Cause, Event, Frame, Link, Read, Settings};

type Board = Link<2, 64, 64, 2>;

fn record(frames: &[Frame<'_>]) -> Vec<u8> {
    let mut recorder = Recorder::<64>::new(9);
    let mut file: Vec<u8> = recorder.hello().collect();
    for frame in frames {
        file.extend(recorder.frame(frame).expect("a frame that fits"));
    }
    file
}

/// Plays a file to a board that echoes: what it wrote, and why its link broke.
fn play(mut file: &[u8]) -> (Vec<u8>, Option<Cause>) {
    let mut board = Board::new(Settings::board(0).build(*b"theboard"));
    let (mut output, mut fifo, mut unsent) = (Vec::new(), [0; 7], (0, Vec::new()));
    let mut cause = None;
    loop {
        let before = (file.len(), output.len());
        match board.poll_event(0, &mut file) {
            Some(Event::Tick(time)) => board.tick_done(Some(time + 1)),
            Some(Event::Broken(broken)) => cause = Some(broken),
            _ => {}
        }
        for channel in 1..=2 {
            if unsent.1.is_empty() {
                let mut into = [0; 50];
                match board.read(channel, &mut into) {
                    Read::Bytes(count) => unsent = (channel, into[..count].to_vec()),
                    Read::End => board.finish(channel),
                    Read::Nothing | Read::Gone => {}
                }
            }
            let count = board.write(unsent.0, &unsent.1);
            unsent.1.drain(..count);
            while let count @ 1.. = board.transmit(0, &mut fifo) {
                output.extend_from_slice(&fifo[..count]);
            }
        }
        if before == (file.len(), output.len()) && unsent.1.is_empty() {
            assert!(file.is_empty(), "it stands still with {} bytes to read", file.len());
            return (output, cause);
        }
    }
}

/// What stands in a board's file: data of a channel, joined, and the rest by name.
fn frames(mut output: &[u8]) -> Result<Vec<String>, Cause> {
    let (mut playback, mut all) = (Playback::<64>::new(9), Vec::<String>::new());
    while let Some(frame) = playback.next_frame(&mut output) {
        match frame? {
            Frame::Data(channel, bytes) => {
                let text = String::from_utf8_lossy(bytes);
                match all.last_mut() {
                    Some(last) if last.starts_with(&format!("{channel} ")) => last.push_str(&text),
                    _ => all.push(format!("{channel} {text}")),
                }
            }
            Frame::Credit(..) => {}
            frame => all.push(format!("{frame:?}")),
        }
    }
    Ok(all)
}

#[test]
fn a_file_of_frames_is_answered_by_a_file_of_frames() {
    let long = "0123456789".repeat(5);
    let data = Frame::Data(1, long.as_bytes());
    let file = record(&[
        Frame::Open(1),
        // Five times what the board has room for: the rest waits in the file.
        data,
        data,
        data,
        data,
        data,
        data,
        Frame::Tick(5000),
        Frame::Open(2),
        Frame::Data(2, b"two"),
        Frame::Fin(1),
        // It has ended on both sides; one that cannot hear of that says so as well.
        Frame::Rst(1),
        Frame::Open(1),
        Frame::Data(1, b"again"),
        Frame::Tick(6000),
    ]);
    let (output, cause) = play(&file);
    assert_eq!(cause, None);
    let expected = [
        &format!("1 {}", long.repeat(6)),
        "TickDone(Some(5001))",
        "2 two",
        "Fin(1)",
        "End(1)",
        "1 again",
        "TickDone(Some(6001))",
    ];
    assert_eq!(frames(&output), Ok(expected.map(str::to_owned).to_vec()));
}

#[test]
fn a_channel_that_is_opened_again_waits_until_the_board_has_left_it() {
    let one = [Frame::Open(1), Frame::Data(1, b"x"), Frame::Rst(1)];
    let file = record(&one.repeat(9));
    let mut board = Board::new(Settings::board(0));
    let (mut rest, mut opened, mut fifo) = (&file[..], 0, [0; 200]);
    while !rest.is_empty() {
        let before = rest.len();
        // As the law has it: all events, and then what is to be sent.
        while let Some(event) = board.poll_event(0, &mut rest) {
            assert!(!matches!(event, Event::Broken(_)), "{event:?}");
            opened += usize::from(event == Event::Opened(1));
        }
        assert!(rest.len() < before, "it stands still");
        board.transmit(0, &mut fifo);
    }
    assert_eq!(opened, 9);
}

#[test]
fn a_damaged_file_is_noticed_on_either_side() {
    let mut file =
        record(&[Frame::Tick(1), Frame::Open(1), Frame::Data(1, b"hello"), Frame::Tick(2)]);
    let (mut output, cause) = play(&file);
    assert_eq!(cause, None);
    assert!(frames(&output).is_ok());
    let at = output.len() / 2;
    output[at] ^= 1;
    assert_eq!(frames(&output), Err(Cause::Lost));
    let at = file.windows(5).position(|bytes| bytes == b"hello").expect("the data");
    file[at] ^= 1;
    assert_eq!(play(&file).1, Some(Cause::Lost));
}

#[test]
fn noise_before_the_file_is_skipped() {
    let (output, _) =
        play(&[&b"ets Jul 29 2019\r\n\0rst:0x1"[..], &record(&[Frame::Tick(1)])].concat());
    let output = [b"boot\0".to_vec(), output].concat();
    assert_eq!(frames(&output), Ok(vec!["TickDone(Some(2))".to_owned()]));
}

#[test]
fn a_board_of_another_session_is_told_apart() {
    let mut board = Board::new(Settings::board(3));
    let mut bytes = [0; 64];
    let count = board.transmit(0, &mut bytes);
    assert_eq!(frames(&bytes[..count]), Err(Cause::Restarted));
}

#[test]
fn what_is_too_long_or_needs_no_number_is_not_recorded() {
    let mut recorder = Recorder::<20>::new(9);
    assert!(recorder.frame(&Frame::Data(1, &[0; 12])).is_some());
    assert!(recorder.frame(&Frame::Data(1, &[0; 13])).is_none());
    assert!(recorder.frame(&Frame::Ack).is_none() && recorder.frame(&Frame::Nak).is_none());
}
