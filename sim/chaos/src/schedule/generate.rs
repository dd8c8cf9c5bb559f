//! A seed becomes a schedule for the demo app: which clients there are, what they want, and what goes
//! wrong. What each request deserves follows from the demo's contract, as its documentation says it.

use super::kinds::{Kind, Swarm};
use super::work;
use super::{Act, Crowd, Fault, Happening, Line, Part, Schedule};
use crate::random::Random;

/// Faults stop then.
const CALM_MS: u64 = 60_000;

/// The schedule of a seed.
pub fn generate(seed: u64) -> Schedule {
    let mut random = Random::new(seed);
    let swarm = Swarm::new(&mut random);
    let mut lines = server(swarm, &mut random);
    lines.extend(happenings(swarm, &mut random));
    let clients = u32::try_from(random.between(1, 6)).unwrap_or(1);
    for client in 0..clients {
        lines.push(Line::Client(client, random.below(3_000)));
        let acts = work::script(swarm, client, &mut random);
        lines.extend(acts.into_iter().map(|act| Line::Act(client, act)));
        let faults = faults(swarm, &mut random);
        lines.extend(faults.into_iter().map(|fault| Line::Fault(client, fault)));
    }
    lines.push(Line::At(CALM_MS, Happening::Calm));
    Schedule { lines }
}

fn server(swarm: Swarm, random: &mut Random) -> Vec<Line> {
    let places = match swarm.has(Kind::FewPlaces) {
        true => random.between(1, 3),
        false => 16,
    };
    let crowd = *random.pick(&[Crowd::Wait, Crowd::Refuse, Crowd::Evict]);
    let mut lines = vec![Line::Places(usize::try_from(places).unwrap_or(1), crowd)];
    if swarm.has(Kind::TimersFirst) {
        lines.push(Line::TimersFirst);
    }
    if swarm.has(Kind::Peripherals) {
        for part in [Part::Lamp, Part::Bus] {
            let calls = random.below(4);
            lines.extend(
                (0..calls)
                    .map(|_| Line::Breaks(part, u32::try_from(random.between(1, 6)).unwrap_or(1))),
            );
        }
    }
    lines
}

fn happenings(swarm: Swarm, random: &mut Random) -> Vec<Line> {
    let mut lines = Vec::new();
    if swarm.has(Kind::Jump) {
        let jump = *random.pick(&[1, 1_000, 4_999, 5_000, 9_999, 10_000, 30_000, 3_600_000]);
        lines.push(Line::At(random.below(20_000), Happening::Jump(jump)));
    }
    if swarm.has(Kind::WallClock) {
        let seconds = *random.pick(&[-86_400, -1, 1, 3_600, 1 << 32]);
        lines.push(Line::At(random.below(20_000), Happening::Set(seconds)));
    }
    if swarm.has(Kind::Flood) {
        let count = u32::try_from(random.between(1, 24)).unwrap_or(1);
        let bytes = usize::try_from(random.below(32)).unwrap_or(0);
        let flood = Happening::Flood(count, bytes, random.below(15_000));
        lines.push(Line::At(random.below(4_000), flood));
    }
    if swarm.has(Kind::Drain) && random.chance(50) {
        lines.push(Line::At(random.between(1, 20_000), Happening::Drain));
    }
    lines
}

/// What goes wrong with one connection: of the kinds that are on, each with some chance.
fn faults(swarm: Swarm, random: &mut Random) -> Vec<Fault> {
    let mut faults = Vec::new();
    for &kind in Kind::ALL {
        if !swarm.has(kind) || !random.chance(35) {
            continue;
        }
        // Small ones as often as large ones.
        let (bits, more_bits) = (random.between(3, 11), random.between(1, 15));
        let byte = usize::try_from(random.below(1 << bits)).unwrap_or(1);
        let few = usize::try_from(random.between(1, 40)).unwrap_or(1);
        let millis = random.below(1 << more_bits);
        faults.extend(match kind {
            Kind::OneByte => Some(Fault::Segments(1, 0)),
            Kind::Segments => Some(Fault::Segments(few, random.below(3))),
            Kind::SlowWriter => Some(Fault::Segments(few, 1 + millis / 16)),
            Kind::Coalesce => Some(Fault::Coalesce(1 + millis / 8)),
            Kind::Delay => Some(Fault::Delay(millis / 8)),
            Kind::Loss => Some(Fault::Lose(byte, 1 + millis)),
            Kind::HalfClose => Some(Fault::HalfClose(byte)),
            Kind::Reset if random.chance(50) => Some(Fault::ResetUp(byte)),
            Kind::Reset => Some(Fault::ResetDown(byte)),
            Kind::SlowReader => Some(Fault::SlowReader(few, 1 + millis / 64)),
            Kind::Window => Some(Fault::Window(few)),
            Kind::ZeroWindow => Some(Fault::ZeroWindow(byte, 1 + millis)),
            Kind::ShortWrites => Some(Fault::ShortWrites(few)),
            Kind::Hang => Some(Fault::Hang),
            Kind::Mute => Some(Fault::Mute),
            _ => None,
        });
    }
    faults
}

/// A pause of a client that is about as long as a deadline, or short.
pub(super) fn pause(random: &mut Random) -> Act {
    let millis = match random.chance(30) {
        true => *random.pick(&[4_999, 5_000, 5_001, 9_999, 10_000, 10_001, 29_999, 30_000, 65_000]),
        false => random.below(2_000),
    };
    Act::Pause(millis)
}

#[cfg(test)]
mod tests {
    use super::generate;

    #[test]
    fn a_seed_means_this_schedule() {
        insta::assert_snapshot!(generate(42));
    }
}
