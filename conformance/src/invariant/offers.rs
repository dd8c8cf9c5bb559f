//! Fields that a status brings with it: Allow on 405 (RFC 9110 §10.2.1), Upgrade on 101 and 426
//! (§7.8), and what an accepted WebSocket may say (RFC 6455 §4.2.2).

use super::{Broken, Invariant};
use crate::conversation::{Answer, Conversation};

/// Allow, Upgrade, and the fields of a handshake.
pub(super) struct Offers;

const ALLOW: &str = "rfc9110-10.2.1-allow-on-405";
const UPGRADE_101: &str = "rfc9110-7.8-101-has-upgrade";
const UPGRADE_426: &str = "rfc9110-7.8-426-has-upgrade";
const OPTION: &str = "rfc9110-7.8-upgrade-needs-connection-option";
const UNINVITED: &str = "rfc9110-7.8-no-uninvited-switch";
const EXTENSION: &str = "rfc6455-9-no-unrequested-extension";
const SUBPROTOCOL: &str = "rfc6455-4.2.2-no-subprotocol-if-none";

impl Invariant for Offers {
    fn name(&self) -> &'static str {
        "offers"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[ALLOW, UPGRADE_101, UPGRADE_426, OPTION, UNINVITED, EXTENSION, SUBPROTOCOL]
    }

    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken> {
        let sent = conversation.transcript.sent().to_ascii_lowercase();
        let asked_for = |name: &[u8]| sent.windows(name.len()).any(|window| window == name);
        for answer in &conversation.answers {
            check_answer(answer)?;
            let has = |name| answer.response.values(name).next().is_some();
            if has("Sec-WebSocket-Extensions") && !asked_for(b"sec-websocket-extensions") {
                return Err(Broken::new(EXTENSION, "an extension that nobody asked for"));
            }
            if has("Sec-WebSocket-Protocol") && !asked_for(b"sec-websocket-protocol") {
                return Err(Broken::new(SUBPROTOCOL, "a subprotocol that nobody asked for"));
            }
        }
        Ok(())
    }
}

fn check_answer(answer: &Answer) -> Result<(), Broken> {
    let response = &answer.response;
    let upgrade = response.values("Upgrade").next();
    match (response.status, upgrade) {
        (405, _) if response.values("Allow").next().is_none() => {
            return Err(Broken::new(ALLOW, "405 without Allow"));
        }
        (101, None) => return Err(Broken::new(UPGRADE_101, "101 without Upgrade")),
        (426, None) => return Err(Broken::new(UPGRADE_426, "426 without Upgrade")),
        _ => {}
    }
    let Some(upgrade) = upgrade else { return Ok(()) };
    if !response.lists("Connection", b"upgrade") {
        return Err(Broken::new(OPTION, "Upgrade without its Connection option"));
    }
    let invited = |asked: &crate::asked::Asked| {
        asked.upgrades.iter().any(|protocol| protocol.eq_ignore_ascii_case(upgrade))
    };
    if response.status == 101 && !answer.asked.as_ref().is_some_and(invited) {
        return Err(Broken::new(UNINVITED, "a switch to a protocol that nobody asked for"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{
        ALLOW, EXTENSION, OPTION, Offers, SUBPROTOCOL, UNINVITED, UPGRADE_101, UPGRADE_426,
    };
    use crate::invariant::tests::judge_all;

    #[test]
    fn catches_each_missing_or_uninvited_field() {
        let get: &[u8] = b"GET / HTTP/1.1\r\n\r\n";
        let ws: &[u8] = b"GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
        let switch = "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
        let with = |field: &str| format!("{switch}{field}: a\r\n\r\n").into_bytes();
        judge_all(
            &Offers,
            &[
                (get, b"HTTP/1.1 405 No\r\nAllow:\r\nContent-Length: 0\r\n\r\n", None),
                (get, b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n", Some(ALLOW)),
                (ws, &[switch.as_bytes(), b"\r\n"].concat(), None),
                (get, &[switch.as_bytes(), b"\r\n"].concat(), Some(UNINVITED)),
                (ws, b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\n\r\n", Some(UPGRADE_101)),
                (ws, b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n", Some(OPTION)),
                (get, b"HTTP/1.1 426 Upgrade\r\nContent-Length: 0\r\n\r\n", Some(UPGRADE_426)),
                (ws, &with("Sec-WebSocket-Extensions"), Some(EXTENSION)),
                (ws, &with("Sec-WebSocket-Protocol"), Some(SUBPROTOCOL)),
            ],
        );
    }
}
