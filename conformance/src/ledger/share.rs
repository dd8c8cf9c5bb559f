//! How much of what binds is proven, and how much should be.

use std::fmt::{self, Display, Formatter};

use crate::requirement::Profile;

/// Of the MUSTs and MUST NOTs of these profiles, at least so many in a hundred are proven.
const AIMS: [(Profile, usize); 5] = [
    (Profile::Http1, 100),
    (Profile::Ws, 100),
    (Profile::Files, 95),
    (Profile::Body, 95),
    (Profile::App, 95),
];

/// What should be proven of this profile; nothing, where it is still to be built.
pub(super) fn aim(profile: Profile) -> Option<usize> {
    AIMS.iter().find(|(own, _)| *own == profile).map(|(_, aim)| *aim)
}

/// How much of what binds is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Of these MUSTs and MUST NOTs.
    pub profile: Profile,
    /// How many bind.
    pub binding: usize,
    /// How many of them are proven.
    pub proven: usize,
    /// In a hundred, at least so many should be; nothing, where it is still to be built.
    pub aim: Option<usize>,
}

impl Share {
    /// In tenths of a hundredth, rounded down: what is not all is never told as all.
    fn per_mille(&self) -> usize {
        (self.proven * 1000).checked_div(self.binding).unwrap_or(1000)
    }

    /// Whether it is less than it should be.
    pub fn is_short(&self) -> bool {
        self.aim.is_some_and(|aim| self.proven * 100 < self.binding * aim)
    }
}

impl Display for Share {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Self { profile, binding, proven, aim } = self;
        let share = self.per_mille();
        write!(
            out,
            "  {profile:<8} {proven:>3} of {binding:>3} {:>4}.{} %",
            share / 10,
            share % 10
        )?;
        match aim {
            Some(aim) if self.is_short() => write!(out, "  less than {aim} %"),
            Some(aim) => write!(out, "  at least {aim} %"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Share;
    use crate::requirement::Profile;

    #[test]
    fn a_share_that_is_too_small_is_told() {
        let share = |proven, binding, aim| Share { profile: Profile::Files, binding, proven, aim };
        for (share, is_short, text) in [
            (share(95, 100, Some(95)), false, "  files     95 of 100   95.0 %  at least 95 %"),
            (share(94, 99, Some(95)), true, "  files     94 of  99   94.9 %  less than 95 %"),
            (share(999, 1000, Some(100)), true, "  files    999 of 1000   99.9 %  less than 100 %"),
            (share(0, 8, None), false, "  files      0 of   8    0.0 %"),
        ] {
            assert_eq!((share.is_short(), &*share.to_string()), (is_short, text));
        }
    }
}
