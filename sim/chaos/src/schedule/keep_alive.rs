//! The workload by which the simulator's speed is told: nothing goes wrong, and much is asked.

use super::{Act, Ask, Crowd, Deserves, Due, Line, Schedule};

/// So many clients, which each ask `GET /hello` so many times on one connection after the other, think
/// for so many milliseconds behind each answer, and connect anew when the server has had enough.
pub fn keep_alive(clients: u32, requests: u32, think_ms: u64, requests_max: u32) -> Schedule {
    let mut lines = vec![Line::Places(clients as usize, Crowd::Wait)];
    let content = Due::Text(r#"{"message":"Hello, World!"}"#.into());
    let deserves = Deserves { statuses: vec![200], content };
    let ask = Act::Ask(Ask::get("/hello", deserves));
    let mut next = 0;
    for client in 0..clients {
        let mut left = requests;
        // Connections of one client do not overlap: each takes at most so long.
        let mut at = u64::from(client);
        while left > 0 {
            let count = left.min(requests_max);
            lines.push(Line::Client(next, at));
            for _ in 0..count {
                let acts = [ask.clone(), Act::Wait, Act::Pause(think_ms)];
                lines.extend(acts.map(|act| Line::Act(next, act)));
            }
            at += u64::from(count) * think_ms;
            (left, next) = (left - count, next + 1);
        }
    }
    Schedule { lines }
}
