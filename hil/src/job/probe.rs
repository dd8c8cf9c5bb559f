//! What a worker does by its debug probe: probe-rs, and nothing of our own but the order of things.

use std::error::Error;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use probe_rs::flashing::{DownloadOptions, FlashError, FlashProgress};
use probe_rs::flashing::{ProgressEvent, ProgressOperation};
use probe_rs::probe::list::Lister;
use probe_rs::probe::{DebugProbeError, DebugProbeSelector, ProbeCreationError};
use probe_rs::rtt::{Rtt, ScanRegion};
use probe_rs::{Core, MemoryInterface as _, Permissions, Session};

use super::worker::Teller;
use super::{Done, Job, Order, Piece, Step, Told};
use crate::attached::{ANSWER_MAX, has_probe};
use crate::image::Stack;
use crate::serial::connect;
use crate::trouble::{Class, Trouble, udev};

/// How long a chip may take to halt.
const HALT_MAX: Duration = Duration::from_secs(2);
/// How long a log without a word is waited for before it is looked at again.
const LOG_PAUSE: Duration = Duration::from_millis(5);
/// How often a log without a word says that it is still listened to.
const LOG_ALIVE: Duration = Duration::from_secs(1);
/// The value that cortex-m-rt paints with, too: a firmware that does so itself says the same.
const PAINT: u32 = 0xcccc_cccc;
/// What is written or read at once, so that progress can be told in between.
const CHUNK_WORDS: usize = 1024;

/// Where RP2040 tells what it is, and what it tells without its revision.
const RP2040_CHIP_ID: u64 = 0x4000_0000;
const RP2040_ID: u32 = 0x0000_2927;
const REVISION: u32 = 0xf000_0000;

/// Does what was ordered.
pub(super) fn carry_out(order: &Order, blob: &[u8], teller: &Teller) -> Result<Done, Trouble> {
    teller.tell(&Told::Step(Step::Attach));
    let mut session = attach(order)?;
    let told = |class, error: probe_rs::Error| trouble(class, &error);
    match &order.job {
        Job::Flash { pieces, rtt, stack } => {
            flash(&mut session, pieces, blob, teller)?;
            teller.tell(&Told::Step(Step::Reset));
            let mut core = session.core(0).map_err(|error| told(Class::Attach, error))?;
            restart(&mut core, *rtt, *stack, teller).map_err(|error| told(Class::Attach, error))?;
            Ok(Done::Flashed)
        }
        Job::FlashSerial { .. } => {
            let what = "a probe does not flash over a serial port";
            Err(Trouble::new(Class::Tool, what, "this is a fault of the rig: file an issue"))
        }
        Job::Reset { rtt } => {
            teller.tell(&Told::Step(Step::Reset));
            let mut core = session.core(0).map_err(|error| told(Class::Attach, error))?;
            restart(&mut core, *rtt, None, teller).map_err(|error| told(Class::Attach, error))?;
            Ok(Done::Reset)
        }
        Job::Log { rtt } => log(&mut session, *rtt, teller),
        Job::StackPeak { stack } => {
            let mut core = session.core(0).map_err(|error| told(Class::Attach, error))?;
            peak(&mut core, *stack, teller).map_err(|error| told(Class::Attach, error))
        }
        Job::Read { address, length } => {
            let mut core = session.core(0).map_err(|error| told(Class::Attach, error))?;
            let mut bytes = vec![0; *length];
            core.read(*address, &mut bytes).map_err(|error| told(Class::Attach, error))?;
            Ok(Done::Bytes(bytes))
        }
    }
}

fn attach(order: &Order) -> Result<Session, Trouble> {
    let selector: DebugProbeSelector = order.probe.parse().map_err(|_| {
        let what = format!("`{}` selects no probe", order.probe);
        Trouble::new(Class::NoBoard, what, "spell it VID:PID:SERIAL; `samewire boards` lists them")
    })?;
    let probe = Lister::new()
        .open(selector.clone())
        .map_err(|error| refused(&order.probe, &selector, &error))?;
    let mut session = probe.attach(order.chip.as_str(), Permissions::default()).map_err(|error| {
        let told = trouble(Class::Attach, &error);
        let remedy = format!(
            "look at the wires (SWCLK, SWDIO, GND) and the board's power, and whether it is a {}",
            order.chip
        );
        Trouble { remedy, ..told }
    })?;
    if order.chip == "RP2040" {
        identify(&mut session)?;
    }
    Ok(session)
}

/// Why a probe cannot be opened. probe-rs asks one driver after the other, and says what the last of
/// them had to say.
fn refused(name: &str, selector: &DebugProbeSelector, error: &DebugProbeError) -> Trouble {
    let absent = |why: &str| {
        let what = format!("the probe {name} is not there: {why}");
        Trouble::new(Class::NoBoard, what, "plug it in; `samewire boards` lists the probes")
    };
    if let Some(address) = selector.serial_number.as_ref().and_then(|one| one.strip_prefix("tcp:"))
        && let Err(error) = connect(address, ANSWER_MAX)
    {
        return absent(&error.to_string());
    }
    let told = trouble(Class::Attach, error);
    let is_absent =
        matches!(error, DebugProbeError::ProbeCouldNotBeCreated(ProbeCreationError::NotFound));
    match told.class {
        Class::Permission => {
            Trouble { remedy: udev(selector.vendor_id, selector.product_id), ..told }
        }
        Class::NoBoard | Class::Gone => absent(&told.what),
        Class::Attach if is_absent => absent("probe-rs does not find it"),
        // What was never there has not gone.
        Class::Attach if !has_probe(name) => absent(&told.what),
        _ => told,
    }
}

/// Chips of one family attach alike; what this one says that it is decides.
fn identify(session: &mut Session) -> Result<(), Trouble> {
    let id = session.core(0).and_then(|mut core| core.read_word_32(RP2040_CHIP_ID));
    let id = id.map_err(|error| trouble(Class::Attach, &error))?;
    if id & !REVISION == RP2040_ID {
        return Ok(());
    }
    let what = format!("the chip says that it is {id:#010x}, and an RP2040 was expected");
    Err(Trouble::new(Class::WrongChip, what, "name the chip that it has, or take another board"))
}

fn flash(
    session: &mut Session,
    pieces: &[Piece],
    blob: &[u8],
    teller: &Teller,
) -> Result<(), Trouble> {
    let mut loader = session.target().flash_loader();
    let mut rest = blob;
    for Piece { address, length } in pieces {
        let (bytes, behind) = rest.split_at_checked(*length).unwrap_or((rest, &[]));
        rest = behind;
        loader.add_data(*address, bytes).map_err(|error| flash_trouble(&error))?;
    }
    let (mut done, mut all) = (0, 0);
    let mut options = DownloadOptions::default();
    options.verify = true;
    options.progress = FlashProgress::new(|event| match event {
        ProgressEvent::AddProgressBar { total, .. } => all = total.unwrap_or(0),
        ProgressEvent::Started(operation) => {
            done = 0;
            let step = match operation {
                ProgressOperation::Erase | ProgressOperation::Fill => Step::Erase,
                ProgressOperation::Program => Step::Program,
                ProgressOperation::Verify => Step::Verify,
            };
            teller.tell(&Told::Step(step));
        }
        ProgressEvent::Progress { size, .. } => {
            done += size;
            teller.tell(&Told::Progress { done, all });
        }
        _ => {}
    });
    loader.commit(session, options).map_err(|error| flash_trouble(&error))
}

fn flash_trouble(error: &FlashError) -> Trouble {
    let told = trouble(Class::Flash, error);
    match (error, told.class) {
        (
            FlashError::NoSuitableNvm { .. } | FlashError::NoFlashLoaderAlgorithmAttached { .. },
            _,
        ) => {
            Trouble { class: Class::TooLarge, remedy: "the chip has no flash there".into(), ..told }
        }
        (_, Class::Gone) => {
            let remedy = "the flash is half written: plug the probe in again, and flash anew";
            Trouble { remedy: remedy.into(), ..told }
        }
        _ => {
            let remedy = "the flash is half written: flash anew; if it stays so, slow wires down or \
                          shorten them";
            Trouble { remedy: remedy.into(), ..told }
        }
    }
}

/// Starts the chip anew. What the last firmware left in memory would else be taken for this one's:
/// its log, and its use of the stack.
fn restart(
    core: &mut Core<'_>,
    rtt: Option<u64>,
    stack: Option<Stack>,
    teller: &Teller,
) -> Result<(), probe_rs::Error> {
    core.reset_and_halt(HALT_MAX)?;
    if let Some(rtt) = rtt {
        core.write(rtt, &[0; Rtt::RTT_ID.len()])?;
    }
    if let Some(Stack { begin, end }) = stack {
        let paint = [PAINT; CHUNK_WORDS];
        let all = end.saturating_sub(begin);
        let mut at = begin;
        while at < end {
            let words = usize::try_from((end - at) / 4).unwrap_or(0).min(CHUNK_WORDS);
            let Some(paint) = paint.get(..words).filter(|paint| !paint.is_empty()) else { break };
            core.write_32(at, paint)?;
            at += 4 * words as u64;
            teller.tell(&Told::Progress { done: at - begin, all });
        }
    }
    core.run()
}

/// How far down the stack has ever come: the lowest word that is painted no more.
fn peak(core: &mut Core<'_>, stack: Stack, teller: &Teller) -> Result<Done, probe_rs::Error> {
    let Stack { begin, end } = stack;
    let mut at = begin;
    let mut words = [0; CHUNK_WORDS];
    while at < end {
        let count = usize::try_from((end - at) / 4).unwrap_or(0).min(CHUNK_WORDS);
        let Some(words) = words.get_mut(..count).filter(|words| !words.is_empty()) else { break };
        core.read_32(at, words)?;
        if let Some(first) = words.iter().position(|&word| word != PAINT) {
            return Ok(Done::Peak(end - at - 4 * first as u64));
        }
        at += 4 * count as u64;
        teller.tell(&Told::Progress { done: at - begin, all: end - begin });
    }
    Ok(Done::Peak(0))
}

/// Listens to the log, until we are killed. The mode of the channel is the firmware's, and is left
/// as it is: one that waits for us would wait for ever when we are gone.
fn log(session: &mut Session, rtt: Option<u64>, teller: &Teller) -> Result<Done, Trouble> {
    let region = rtt.map_or(ScanRegion::Ram, ScanRegion::Exact);
    let mut core = session.core(0).map_err(|error| trouble(Class::Attach, &error))?;
    let (mut heard, mut last_alive) = (Vec::new(), Instant::now());
    let mut some = [0; 1024];
    let mut channel = None;
    loop {
        if last_alive.elapsed() >= LOG_ALIVE {
            teller.tell(&Told::Alive);
            last_alive = Instant::now();
        }
        let count = match &mut channel {
            None => Rtt::attach_region(&mut core, &region).map(|mut rtt| {
                channel = (!rtt.up_channels().is_empty()).then_some(rtt);
                0
            }),
            Some(rtt) => match rtt.up_channel(0) {
                Some(up) => up.read(&mut core, &mut some),
                None => Ok(0),
            },
        };
        match count {
            Ok(0) => std::thread::sleep(LOG_PAUSE),
            Ok(count) => {
                heard.extend_from_slice(some.get(..count).unwrap_or_default());
                let text = take_text(&mut heard);
                teller.tell(&Told::Log(text));
            }
            Err(probe_rs::rtt::Error::Probe(error)) => return Err(trouble(Class::Attach, &error)),
            // The firmware has not set it up yet, or is starting anew: it will be there again.
            Err(_) => {
                channel = None;
                std::thread::sleep(LOG_PAUSE);
            }
        }
    }
}

/// Takes what is whole characters; the begin of one stays for the rest of it.
fn take_text(heard: &mut Vec<u8>) -> String {
    let begun = match std::str::from_utf8(heard) {
        Err(error) if error.error_len().is_none() => heard.split_off(error.valid_up_to()),
        _ => Vec::new(),
    };
    let text = String::from_utf8_lossy(heard).into_owned();
    *heard = begun;
    text
}

/// What an error says, and all that is behind it, in one line; a class of its own where one of these
/// tells what is the matter.
fn trouble(class: Class, error: &(dyn Error + 'static)) -> Trouble {
    let mut what = error.to_string();
    let mut found = None;
    let mut next = Some(error);
    while let Some(error) = next {
        let words = error.to_string();
        if !what.contains(&words) {
            what = format!("{}: {words}", what.trim_end_matches('.'));
        }
        let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        found = found.or_else(|| kind.and_then(class_of)).or_else(|| {
            // nusb's transfers have errors of their own, which name no kind.
            words.contains("disconnected").then_some(Class::Gone)
        });
        next = error.source();
    }
    let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
    let remedy = match found {
        Some(Class::Busy) => "end what uses the probe: a debugger, or another run",
        Some(Class::Gone) => "look at the cable, and plug the probe in again",
        _ => "plug the probe and the board in again",
    };
    Trouble::new(found.unwrap_or(class), what, remedy)
}

fn class_of(kind: ErrorKind) -> Option<Class> {
    match kind {
        ErrorKind::PermissionDenied => Some(Class::Permission),
        ErrorKind::ResourceBusy => Some(Class::Busy),
        ErrorKind::TimedOut => Some(Class::TimeOut),
        ErrorKind::ConnectionRefused | ErrorKind::NotFound => Some(Class::NoBoard),
        ErrorKind::BrokenPipe
        | ErrorKind::ConnectionAborted
        | ErrorKind::ConnectionReset
        | ErrorKind::NotConnected
        | ErrorKind::UnexpectedEof => Some(Class::Gone),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{take_text, trouble};
    use crate::trouble::Class;
    use probe_rs::probe::DebugProbeError;
    use std::io::{Error, ErrorKind};

    #[test]
    fn what_is_behind_an_error_tells_its_class() {
        let table = [
            (ErrorKind::PermissionDenied, Class::Permission),
            (ErrorKind::ResourceBusy, Class::Busy),
            (ErrorKind::BrokenPipe, Class::Gone),
            (ErrorKind::Other, Class::Flash),
        ];
        for (kind, class) in table {
            let error = DebugProbeError::Usb(Error::new(kind, "words"));
            let trouble = trouble(Class::Flash, &error);
            assert_eq!((trouble.class, trouble.what.ends_with(": words")), (class, true), "{kind}");
        }
        let error = DebugProbeError::Other("device disconnected\nfor ever".to_owned());
        let trouble = trouble(Class::Flash, &error);
        assert_eq!((trouble.class, trouble.what.lines().count()), (Class::Gone, 1), "{trouble}");
    }

    #[test]
    fn a_character_in_two_pieces_is_one() {
        let mut heard = "né".as_bytes()[..2].to_vec();
        assert_eq!(take_text(&mut heard), "n");
        heard.push(0xa9);
        assert_eq!(take_text(&mut heard), "é");
        heard.extend(b"a\xffb");
        assert_eq!(take_text(&mut heard), "a\u{fffd}b");
        assert!(heard.is_empty());
    }
}
