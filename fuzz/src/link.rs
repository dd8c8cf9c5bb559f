//! The link: one end that hears anything, and two ends on a line that does anything.
//!
//! Chance does not guess a CRC, so an input is a script: of frames that are recorded and noise
//! between them for the one, of what applications do and what becomes of the bytes for the two.

use samewire_link::record::Recorder;
use samewire_link::{Event, Frame, Link, Read, Settings};

/// Small, so that short inputs reach every bound.
type Small = Link<2, 24, 32, 2>;

/// Takes `count` bytes from the front of the script, or what is left of it.
fn take<'a>(script: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = script.split_at(count.min(script.len()));
    *script = rest;
    taken
}

/// The bytes that a script stands for: good frames of one session, and whatever else.
pub(crate) fn wire(mut script: &[u8]) -> Vec<u8> {
    let mut recorder = Recorder::<40>::new(9);
    let mut wire: Vec<u8> = recorder.hello().collect();
    while let [kind, number, rest @ ..] = script {
        script = rest;
        let channel = number % 4;
        let frame = match kind % 13 {
            0 | 1 => Frame::Open(channel),
            2 | 3 => Frame::Data(channel, take(&mut script, (number / 4 % 32).into())),
            4 => Frame::Fin(channel),
            5 => Frame::Rst(channel),
            6 => Frame::End(channel),
            7 => Frame::Credit(channel, u16::from(*number) << 8),
            8 => Frame::Tick((*number).into()),
            9 => Frame::TickDone(None),
            10 => Frame::Log(take(&mut script, usize::from(*number) % 32)),
            11 => Frame::Metric(0, (*number).into()),
            _ => {
                wire.extend(take(&mut script, (*number).into()));
                continue;
            }
        };
        wire.extend(recorder.frame(&frame).into_iter().flatten());
    }
    wire
}

/// What a board in session 0 tells and reads, if it is given the bytes up to each of these ends.
pub(crate) fn hear(wire: &[u8], ends: impl IntoIterator<Item = usize>) -> Vec<String> {
    let mut link = Small::new(Settings::board(0));
    let (mut told, mut start) = (Vec::new(), 0);
    for end in ends {
        let mut input = &wire[start..end];
        start = end;
        while let Some(event) = link.poll_event(0, &mut input) {
            told.push(format!("{event:?}"));
            if let Event::Readable(channel) = event {
                let mut into = [0; 32];
                match link.read(channel, &mut into) {
                    Read::Bytes(count) => told.push(format!("{:?}", &into[..count])),
                    Read::End => link.finish(channel),
                    read => panic!("{read:?} of a channel that is readable"),
                }
            }
            // What it has said decides what the next frame means to it.
            while link.transmit(0, &mut [0; 5]) > 0 {}
        }
        assert!(input.is_empty(), "bytes are left, though all was read");
    }
    told
}

/// One end, and how far each of its channels has come: bytes written and read.
struct End {
    link: Small,
    counts: [(u8, u8); 2],
}

impl End {
    fn new(settings: Settings) -> Self {
        let link = Small::new(Settings { retransmit_ms: 10, retries_max: 200, ..settings });
        Self { link, counts: [(0, 0); 2] }
    }

    fn write(&mut self, channel: u8, count: u8) {
        let (written, _) = &mut self.counts[usize::from(channel - 1)];
        let bytes: Vec<u8> = (0..count).map(|at| written.wrapping_add(at)).collect();
        *written = written.wrapping_add(self.link.write(channel, &bytes) as u8);
    }

    /// What comes must go on where the last stopped.
    fn read(&mut self, channel: u8) {
        let mut into = [0; 32];
        if let Read::Bytes(count) = self.link.read(channel, &mut into) {
            for byte in &into[..count] {
                let (_, read) = &mut self.counts[usize::from(channel - 1)];
                assert_eq!(byte, read, "a byte was lost, doubled or reordered");
                *read = read.wrapping_add(1);
            }
        }
    }

    fn hear(&mut self, now: u64, mut input: &[u8]) {
        while let Some(event) = self.link.poll_event(now, &mut input) {
            match event {
                Event::Opened(channel) => self.counts[usize::from(channel - 1)] = (0, 0),
                Event::Tick(time) => self.link.tick_done(Some(time)),
                Event::Broken(cause) => panic!("{cause:?}, though the line only damages"),
                _ => {}
            }
        }
    }
}

/// Carries what `from` says to `to`, with what the script does to the bytes.
fn carry(now: u64, from: &mut End, to: &mut End, fault: u8, at: u8) {
    let mut wire = [0; 400];
    let count = from.link.transmit(now, &mut wire);
    let mut bytes = wire[..count].to_vec();
    if !bytes.is_empty() {
        let at = usize::from(at) % bytes.len();
        match fault % 8 {
            0 => bytes[at] ^= 1 << (fault / 32),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(..at)),
            3 => bytes.extend_from_within(at..),
            4 => bytes.insert(at, fault / 8),
            _ => {}
        }
    }
    to.hear(now, &bytes);
}

/// Two ends, and what a script makes them and the line do; then all must arrive.
pub(crate) fn converse(script: &[u8]) {
    let (mut host, mut board) = (End::new(Settings::host(1)), End::new(Settings::board(2)));
    let mut now = 0;
    for step in script.chunks_exact(2) {
        let (what, number) = (step[0], step[1]);
        let end = if what & 128 == 0 { &mut host } else { &mut board };
        let channel = number % 2 + 1;
        match what % 16 {
            0 | 1 => {
                if let Some(channel) = end.link.open() {
                    end.counts[usize::from(channel - 1)] = (0, 0);
                }
            }
            2..=4 => end.write(channel, number / 2),
            5 | 6 => end.read(channel),
            7 => end.link.finish(channel),
            8 => end.link.reset(channel),
            9 => host.link.tick(number.into()),
            10 => now += u64::from(number),
            11 | 12 => carry(now, &mut host, &mut board, number, what),
            13 | 14 => carry(now, &mut board, &mut host, number, what),
            _ => drop(end.link.log(b"a line")),
        }
    }
    // No more damage: with somebody who reads, all that was handed over arrives.
    for _ in 0..500 {
        carry(now, &mut host, &mut board, 7, 0);
        carry(now, &mut board, &mut host, 7, 0);
        for channel in 1..=2 {
            host.read(channel);
            board.read(channel);
        }
        let is_over = host.link.is_up() && board.link.is_up();
        if is_over && host.link.is_delivered() && board.link.is_delivered() {
            return;
        }
        now += 10;
    }
    panic!("something never arrives");
}
