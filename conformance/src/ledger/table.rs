//! The ledger as text: a table by profile and level, what waits for which feature, and the MUSTs that
//! nothing proves.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use super::{Entry, Ledger, Status};
use crate::requirement::{Level, Profile, Requirement};

impl Display for Ledger<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let heads = Status::ALL.map(|status| format!("  {}", status.name())).concat();
        writeln!(out, "{:<8} {:<10} {:>5}{heads}", "profile", "level", "all")?;
        for &profile in Profile::ALL {
            for &level in Level::ALL {
                self.fmt_row(out, profile.name(), level.name(), |entry| {
                    entry.requirement.profile == profile && entry.requirement.level == level
                })?;
            }
        }
        self.fmt_row(out, "all", "", |_| true)?;

        let mut waiting = BTreeMap::<&str, usize>::new();
        for entry in self.entries.iter().filter(|entry| entry.status() == Status::Waits) {
            *waiting.entry(entry.requirement.waits.as_deref().unwrap_or_default()).or_default() +=
                1;
        }
        if !waiting.is_empty() {
            writeln!(out, "\nWaiting for what is still to be built:")?;
        }
        for (feature, count) in waiting {
            writeln!(out, "  {count:>4}  {feature}")?;
        }

        writeln!(out, "\nMUST and MUST NOT that are proven, of those that bind:")?;
        for share in self.shares().filter(|share| share.binding > 0) {
            writeln!(out, "{share}")?;
        }

        let unproven: Vec<&Entry<'_>> = self.unproven().collect();
        writeln!(out, "\nMUST and MUST NOT of these that are not proven: {}", unproven.len())?;
        for entry in unproven {
            let decided = entry.decided_at.first().map_or("", String::as_str);
            let Requirement { id, text, .. } = entry.requirement;
            writeln!(out, "  {:<8} {id}", entry.status().name())?;
            writeln!(out, "           {text}")?;
            if !decided.is_empty() {
                writeln!(out, "           decided at {decided}")?;
            }
        }
        Ok(())
    }
}

impl Ledger<'_> {
    fn count(&self, of: impl Fn(&Entry<'_>) -> bool) -> usize {
        self.entries.iter().filter(|entry| of(entry)).count()
    }

    /// One line of the table: how many there are, and how many of each status.
    fn fmt_row(
        &self,
        out: &mut Formatter<'_>,
        profile: &str,
        level: &str,
        of: impl Fn(&Entry<'_>) -> bool,
    ) -> fmt::Result {
        let all = self.count(&of);
        if all == 0 {
            return Ok(());
        }
        write!(out, "{profile:<8} {level:<10} {all:>5}")?;
        for status in Status::ALL {
            let width = status.name().len() + 2;
            let count = self.count(|entry| of(entry) && entry.status() == status);
            write!(out, "{count:>width$}")?;
        }
        writeln!(out)
    }
}
