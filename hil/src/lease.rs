//! Who works with a board: a lock of the operating system, so that it dies with its holder.
//!
//! A file stands for each probe, port and drive. Whoever works with one holds its lock, and has
//! written into it who that is and since when; a heartbeat is written now and then, by which others
//! see whether the holder still runs. What is killed holds nothing: the file stays, its lock is free.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::trouble::{Class, Trouble};

/// How often a holder says that it still runs.
const BEAT: Duration = Duration::from_secs(2);
/// Without a beat for so long, a holder is said to hang.
const SILENT_MAX: Duration = Duration::from_secs(30);

/// How long a lock that somebody has is asked for: whoever only looks has it for a moment, too.
const LOOK_MAX: Duration = Duration::from_millis(100);
const LOOK: Duration = Duration::from_millis(10);
/// Far more than a holder writes: the file is everybody's.
const HOLDER_BYTES_MAX: u64 = 4096;

/// All that makes a board, held until this is dropped or its process ends.
#[derive(Debug)]
pub struct Lease {
    heart: Option<(Sender<()>, JoinHandle<()>)>,
}

/// Who holds a lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// What it does: `samewire flash desk`.
    pub what: String,
    /// Since when, in seconds since 1970.
    pub since: u64,
    /// When it was last seen to run.
    pub beat: u64,
}

/// Where leases are, on this machine.
pub fn folder() -> PathBuf {
    std::env::temp_dir().join("samewire-leases")
}

impl Lease {
    /// Takes these, all or none. It does not wait for a holder.
    ///
    /// # Errors
    ///
    /// Somebody else has one of them, and who; or the folder cannot be written to.
    pub fn take(folder: &Path, things: &[String], what: &str) -> Result<Self, Trouble> {
        let now = seconds();
        let holder =
            Holder { pid: std::process::id(), what: what.to_owned(), since: now, beat: now };
        let mut held = Vec::new();
        for thing in things {
            let mut file = open(folder, thing)?;
            match lock(&file) {
                Ok(()) => {
                    write(&mut file, &holder).map_err(|error| unwritable(folder, &error))?;
                    held.push(file);
                }
                Err(TryLockError::WouldBlock) => return Err(busy(thing, read(&mut file), now)),
                Err(TryLockError::Error(error)) => return Err(unwritable(folder, &error)),
            }
        }
        let (stop, stopped) = channel();
        let heart = std::thread::spawn(move || {
            let mut holder = holder;
            while stopped.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                holder.beat = seconds();
                // A full disk takes nothing away from the lock, which is what counts.
                let _ = held.iter_mut().try_for_each(|file| write(file, &holder));
            }
            // Whoever reads the file shall not take the dead for the living.
            let _ = held.iter_mut().try_for_each(|file| file.set_len(0));
        });
        Ok(Self { heart: Some((stop, heart)) })
    }

    /// Whether nobody has any of these, and else who.
    ///
    /// # Errors
    ///
    /// Somebody has one of them; or the folder cannot be written to.
    pub fn is_free(folder: &Path, things: &[String]) -> Result<(), Trouble> {
        for thing in things {
            let mut file = open(folder, thing)?;
            match lock(&file) {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(busy(thing, read(&mut file), seconds()));
                }
                Err(TryLockError::Error(error)) => return Err(unwritable(folder, &error)),
            }
        }
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some((stop, heart)) = self.heart.take() {
            drop(stop);
            let _ = heart.join();
        }
    }
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The file of a thing. Everybody at the machine shares the folder, as they do the boards.
fn open(folder: &Path, thing: &str) -> Result<File, Trouble> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let name: String = thing.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let path = folder.join(format!("{name}.lease"));
    let failed = |error: std::io::Error| unwritable(folder, &error);
    if !folder.is_dir() {
        std::fs::create_dir_all(folder).map_err(failed)?;
        share(folder, 0o1777);
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    loop {
        // A file of another user's may be opened in such a folder, but not created again.
        match options.open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            opened => return opened.map_err(failed),
        }
        match options.clone().create_new(true).open(&path) {
            // Somebody else was faster.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Ok(file) => {
                share(&path, 0o666);
                return Ok(file);
            }
            Err(error) => return Err(failed(error)),
        }
    }
}

/// Locks a file, if that can be had at once or nearly so.
fn lock(file: &File) -> Result<(), TryLockError> {
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if began.elapsed() < LOOK_MAX => {
                std::thread::sleep(LOOK);
            }
            locked => return locked,
        }
    }
}

/// Lets others in. Where that fails, they are told so when they come.
fn share(path: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}

fn write(file: &mut File, holder: &Holder) -> std::io::Result<()> {
    let json = serde_json::to_vec(holder)?;
    file.rewind()?;
    file.write_all(&json)?;
    file.set_len(json.len() as u64)
}

/// What the holder has written. It may be writing just now, and on some systems nobody may read what
/// is locked: then it is not known who it is.
fn read(file: &mut File) -> Option<Holder> {
    let mut json = Vec::new();
    file.rewind().ok()?;
    file.take(HOLDER_BYTES_MAX).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}

fn busy(thing: &str, holder: Option<Holder>, now: u64) -> Trouble {
    let Some(Holder { pid, what, since, beat }) = holder else {
        return Trouble::new(
            Class::Busy,
            format!("{thing} is in use"),
            "try again when it is free",
        );
    };
    let held = now.saturating_sub(since);
    let what = format!("{thing} is in use for {held} s by process {pid}: {what}");
    let silent = now.saturating_sub(beat);
    let remedy = if silent > SILENT_MAX.as_secs() {
        format!("it seems to hang, for it said nothing for {silent} s: kill {pid}")
    } else {
        format!("wait until it is through, or kill {pid}")
    };
    Trouble::new(Class::Busy, what, remedy)
}

fn unwritable(folder: &Path, error: &std::io::Error) -> Trouble {
    let what = format!("{} cannot be used for leases: {error}", folder.display());
    Trouble::new(Class::Tool, what, "its files must be writable for all who share the boards")
}

#[cfg(test)]
mod tests {
    use super::{Holder, Lease, busy};
    use crate::scratch::Scratch;
    use crate::trouble::Class;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn a_thing_has_one_holder_at_a_time() {
        let folder = Scratch::new();
        let things = ["probe 1".to_owned(), "/dev/ttyX".to_owned()];
        let lease = Lease::take(folder.path(), &things, "flash desk").unwrap();
        let trouble = Lease::take(folder.path(), &things[1..], "check").unwrap_err();
        assert_eq!(trouble.class, Class::Busy);
        let pid = std::process::id();
        assert!(trouble.what.contains(&format!("process {pid}: flash desk")), "{trouble}");
        let seen = Lease::is_free(folder.path(), &things).unwrap_err();
        assert!(seen.what.contains(&format!("process {pid}: flash desk")), "{seen}");
        drop(lease);
        assert_eq!(Lease::is_free(folder.path(), &things), Ok(()));
        Lease::take(folder.path(), &things, "check").unwrap();
    }

    #[test]
    fn who_finds_one_of_several_taken_takes_none() {
        let folder = Scratch::new();
        let [a, b] = ["a".to_owned(), "b".to_owned()];
        let _lease = Lease::take(folder.path(), std::slice::from_ref(&b), "one").unwrap();
        assert!(Lease::take(folder.path(), &[a.clone(), b], "two").is_err());
        assert_eq!(Lease::is_free(folder.path(), &[a]), Ok(()));
    }

    /// They find no folder, either.
    #[test]
    fn of_many_at_once_one_has_it_and_the_others_are_told() {
        let scratch = Scratch::new();
        let (folder, things) = (scratch.path().join("leases"), ["probe".to_owned()]);
        let (folder, things) = (&folder, &things);
        for _ in 0..5 {
            let _ = std::fs::remove_dir_all(folder);
            let taken = std::thread::scope(|scope| {
                let takers = [(); 4].map(|()| scope.spawn(|| Lease::take(folder, things, "race")));
                takers.map(|taker| taker.join().unwrap())
            });
            assert_eq!(taken.iter().filter(|taken| taken.is_ok()).count(), 1);
            for trouble in taken.iter().filter_map(|taken| taken.as_ref().err()) {
                assert_eq!(trouble.class, Class::Busy, "{trouble}");
                assert!(trouble.what.contains(": race"), "{trouble}");
            }
        }
    }

    #[test]
    fn who_only_looks_is_in_nobodys_way() {
        let folder = Scratch::new();
        let (things, is_over) = (["probe".to_owned()], AtomicBool::new(false));
        std::thread::scope(|scope| {
            let looker = scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    // Whether it is free changes all the time.
                    let _ = Lease::is_free(folder.path(), &things);
                }
            });
            let takes = [(); 200].map(|()| Lease::take(folder.path(), &things, "work").map(drop));
            is_over.store(true, Ordering::Relaxed);
            looker.join().unwrap();
            assert_eq!(takes, [(); 200].map(Ok));
        });
    }

    #[test]
    fn a_holder_without_a_beat_is_said_to_hang() {
        let holder = Holder { pid: 7, what: "x".into(), since: 100, beat: 110 };
        let runs = busy("p", Some(holder.clone()), 120);
        assert_eq!(runs.what, "p is in use for 20 s by process 7: x");
        assert_eq!(runs.remedy, "wait until it is through, or kill 7");
        let hangs = busy("p", Some(holder), 160);
        assert_eq!(hangs.remedy, "it seems to hang, for it said nothing for 50 s: kill 7");
    }
}
