//! What a case asks of the server it is replayed on.
//!
//! A target of ours has all of it. A foreign server is probed once for each need, and the cases
//! whose needs it does not meet are skipped with that reason.

/// A capability of a server, named in a `needs` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Need {
    /// `GET /` answers with success.
    Root,
    /// `POST /` answers the content and its type.
    Echo,
    /// `/echo` answers the received field lines as text.
    Fields,
    /// `/cookie` answers the cookies as `name=value` lines.
    Cookies,
    /// `GET /hello` answers a JSON greeting.
    Hello,
    /// `/users/{id}` has one typed path segment.
    Users,
    /// `/stream` answers in chunks.
    ChunkedOut,
    /// `/slow` never answers.
    Slow,
    /// `/ws` is a WebSocket that echoes messages.
    Ws,
    /// The app is the demo: for its routes that have no word of their own.
    Demo,
    /// The app begins anew for each replay: what connections share has been touched by no other.
    Shared,
    /// Several connections can be open at a time.
    Several,
    /// The bounds of the server can be set.
    Limits,
    /// What the client does not read nobody takes: no kernel stands between.
    Window,
    /// The server's time is moved by the runner.
    Clock,
}

impl Need {
    /// Every need there is.
    pub const ALL: &[Self] = &[
        Self::Root,
        Self::Echo,
        Self::Fields,
        Self::Cookies,
        Self::Hello,
        Self::Users,
        Self::ChunkedOut,
        Self::Slow,
        Self::Ws,
        Self::Demo,
        Self::Shared,
        Self::Several,
        Self::Limits,
        Self::Window,
        Self::Clock,
    ];

    /// Its word in a `needs` line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Echo => "echo",
            Self::Fields => "fields",
            Self::Cookies => "cookies",
            Self::Hello => "hello",
            Self::Users => "users",
            Self::ChunkedOut => "chunked-out",
            Self::Slow => "slow",
            Self::Ws => "ws",
            Self::Demo => "demo",
            Self::Shared => "shared",
            Self::Several => "several",
            Self::Limits => "limits",
            Self::Window => "window",
            Self::Clock => "clock",
        }
    }

    /// The need of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|need| need.name() == name)
    }
}

impl std::fmt::Display for Need {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Need;

    #[test]
    fn every_need_is_found_by_its_name() {
        for &need in Need::ALL {
            assert_eq!(Need::named(need.name()), Some(need));
        }
        assert_eq!(Need::named("Echo"), None);
    }
}
