//! Random connections over lines that damage.

use proptest::prelude::*;
use samewire_link::Cause;
use samewire_link::faults::Faults;

use crate::support::{Plan, World};

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let plan = (0..700_usize, 0..700_usize, proptest::option::weighted(0.2, 0..300_usize));
    let plan = plan.prop_map(|(host_bytes, board_bytes, reset_at)| Plan {
        host_bytes,
        board_bytes,
        reset_at,
        is_stalled: false,
    });
    proptest::collection::vec(plan, 1..9)
}

/// From a line that is nearly clean to one of which every third frame is damaged.
fn faults() -> impl Strategy<Value = Faults> {
    let rate = || prop_oneof![Just(0), 1..500_u32, 500..6000_u32];
    (rate(), rate(), rate(), rate(), prop_oneof![Just(0), 1..30_u32], 0..3000_u32).prop_map(
        |(flips_ppm, losses_ppm, doubles_ppm, noise_ppm, delay_ms_max, stalls_ppm)| Faults {
            flips_ppm,
            losses_ppm,
            doubles_ppm,
            noise_ppm,
            delay_ms_max,
            stalls_ppm,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// With patience enough, whatever the line does, all of it arrives.
    #[test]
    fn all_arrives_whatever_the_line_does(seed: u64, faults in faults(), plans in plans()) {
        let mut world = World::new(seed, faults, 255, plans);
        world.run(3_600_000);
        prop_assert_eq!(world.broken, None);
        prop_assert!(world.is_done(), "it stands still: {:?}", world.connections);
        world.connections.iter().for_each(|one| one.assert_whole());
    }

    /// With little patience the link may break, and then says so; what came until then was right.
    #[test]
    fn what_arrives_is_right_or_the_link_says_that_it_broke(
        seed: u64, mut faults in faults(), plans in plans(),
    ) {
        faults.flips_ppm = 20 * faults.flips_ppm + 20_000;
        let mut world = World::new(seed, faults, 1, plans);
        world.run(600_000);
        match world.broken {
            Some(cause) => prop_assert_eq!(cause, Cause::Silent),
            None => world.connections.iter().for_each(|one| one.assert_whole()),
        }
    }

    /// When the faults stop, the rest takes no longer than a few retransmissions.
    #[test]
    fn goes_on_when_the_faults_stop(seed: u64, mut faults in faults(), plans in plans()) {
        faults.losses_ppm += 50_000;
        let mut world = World::new(seed, faults, 255, plans);
        world.run(2000);
        let healed = world.now;
        (world.up.faults, world.down.faults) = (Faults::default(), Faults::default());
        world.run(healed + 30_000);
        prop_assert!(world.is_done() && world.broken.is_none(), "{:?}", world.connections);
        world.connections.iter().for_each(|one| one.assert_whole());
    }

    /// Over a line that loses nothing no time need pass, and no frame goes twice.
    #[test]
    fn needs_no_time_where_nothing_is_lost(seed: u64, plans in plans()) {
        let mut world = World::new(seed, Faults::default(), 0, plans);
        world.run(0);
        prop_assert!(world.is_done(), "it waits for time: {:?}", world.connections);
        world.connections.iter().for_each(|one| one.assert_whole());
    }

    /// A channel that nobody reads stops neither the others nor ticks nor resets.
    #[test]
    fn a_stalled_channel_blocks_nothing_else(
        seed: u64, faults in faults(), plans in plans(), reset_at in 0..40_usize,
    ) {
        let stalled = Plan { host_bytes: 5000, board_bytes: 0, reset_at: None, is_stalled: true };
        // This one is reset though the board has not read a byte of it.
        let dropped = Plan { reset_at: Some(reset_at), ..stalled };
        let others = plans.len();
        let mut world = World::new(seed, faults, 255, [vec![stalled, dropped], plans].concat());
        world.ticks_min = 20;
        world.run(3_600_000);
        prop_assert!(world.is_done() && world.broken.is_none(), "{:?}", world.connections);
        let [stalled, dropped, rest @ ..] = &world.connections[..] else { panic!("none open") };
        prop_assert!(stalled.host.sent < 300, "more than the board has room for");
        prop_assert!(dropped.board.is_some_and(|end| end.is_reset));
        prop_assert_eq!(rest.len(), others);
        rest.iter().for_each(|one| one.assert_whole());
        prop_assert!(world.logs.1 + 9 > world.logs.0, "{:?}", world.logs);
    }

    /// A side that begins anew is noticed; nothing of before comes after.
    #[test]
    fn a_restart_is_noticed_and_nothing_of_before_comes_after(
        seed: u64, faults in faults(), first in plans(), then in plans(),
        at in 0..3000_u64, is_host: bool,
    ) {
        let mut world = World::new(seed, faults, 255, first);
        world.run(at);
        let was_up = if is_host { world.board.is_up() } else { world.host.is_up() };
        world.restart(is_host);
        world.forget(Vec::new());
        // What the other side still hears of before is not ours to compare: it may even come up on it.
        while world.broken.is_none() && !(world.host.is_up() && world.board.is_up()) {
            world.idle();
        }
        if world.broken.is_some() {
            prop_assert_eq!(world.broken, Some(Cause::Restarted));
            world.restart(!is_host);
        }
        prop_assert!(!was_up || world.broken.is_some(), "nobody noticed");
        world.forget(then);
        world.run(world.now + 3_600_000);
        prop_assert_eq!(world.broken, None);
        prop_assert!(world.is_done(), "it stands still: {:?}", world.connections);
        world.connections.iter().for_each(|one| one.assert_whole());
    }
}
