//! Who connects in a run, and what each of them wants: the lines of a schedule, and floods.

use crate::faults::Faults;
use crate::schedule::{Act, Deserves, Happening, Line, Schedule};

/// From this number on clients are those of floods.
pub const FLOOD: u32 = 1_000_000;

/// What each client of a flood begins to say.
const FLOODS: &[u8] = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

/// One client.
#[derive(Clone, Debug)]
pub struct Script {
    /// Its number.
    pub client: u32,
    /// When it connects.
    pub at: u64,
    /// What it does, each with the number of its line, or of the act of a flood.
    pub acts: Vec<(usize, Act)>,
    pub(crate) faults: Faults,
}

impl Script {
    /// The scripts of a schedule, in the order of the lines that introduce the clients.
    pub fn all(schedule: &Schedule) -> Vec<Self> {
        let mut scripts: Vec<Self> = Vec::new();
        let mut floods = Vec::new();
        for line in &schedule.lines {
            match line {
                Line::Client(client, at) if !scripts.iter().any(|own| own.client == *client) => {
                    let (client, at, acts, faults) = (*client, *at, Vec::new(), Faults::default());
                    scripts.push(Self { client, at, acts, faults });
                }
                Line::At(at, Happening::Flood(count, bytes, stay)) => {
                    let from = FLOOD + u32::try_from(floods.len()).unwrap_or_default();
                    floods.extend((0..*count).map(|n| Self::flood(from + n, *at, *bytes, *stay)));
                }
                _ => {}
            }
        }
        // A second look, since a client may be introduced behind its acts.
        let mut by_client: Vec<_> = (0..scripts.len()).collect();
        by_client.sort_unstable_by_key(|index| scripts[*index].client);
        for (index, line) in schedule.lines.iter().enumerate() {
            let (Line::Act(client, _) | Line::Fault(client, _)) = line else { continue };
            let found = by_client.binary_search_by_key(client, |own| scripts[*own].client);
            let Ok(own) = found else { continue };
            match line {
                Line::Act(_, act) => scripts[by_client[own]].acts.push((index, act.clone())),
                Line::Fault(_, fault) => scripts[by_client[own]].faults.add(*fault),
                _ => {}
            }
        }
        scripts.append(&mut floods);
        scripts
    }

    fn flood(client: u32, at: u64, bytes: usize, stay: u64) -> Self {
        let said = FLOODS[..bytes.min(FLOODS.len())].to_vec();
        let mut acts = vec![(1, Act::Pause(stay)), (2, Act::Reset)];
        if !said.is_empty() {
            let status = if said.len() == FLOODS.len() { 200 } else { 408 };
            acts.insert(0, (0, Act::Raw(said, Deserves::status(status))));
        }
        Self { client, at, acts, faults: Faults::default() }
    }

    /// Milliseconds that it waits on purpose.
    pub fn pauses(&self) -> u64 {
        let pauses = self.acts.iter().map(|(_, act)| match act {
            Act::Pause(millis) => *millis,
            _ => 0,
        });
        pauses.sum()
    }
}
