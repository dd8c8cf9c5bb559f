//! The ledger: each requirement, what proves it, and the place in the code that decides it.

mod entry;
mod share;
mod table;

use std::collections::HashMap;

use samewire::Violation;
use serde_json::{Value, json};

use crate::decision::{Decision, decisions};
use crate::diagnostic::{Diagnostic, nearest};
use crate::fixtures::SOURCES;
use crate::invariant;
use crate::requirement::Profile;
use crate::suite::Suite;

pub use entry::{Entry, Status};
pub use share::Share;

/// An invariant, and the ids of the requirements it holds.
#[derive(Clone, Copy, Debug)]
pub struct InvariantRef<'a> {
    /// Its name in reports.
    pub name: &'a str,
    /// The ids.
    pub rules: &'a [&'a str],
}

/// Every requirement of a suite.
#[derive(Clone, Debug)]
pub struct Ledger<'a> {
    /// In the order of `requirements.toml`.
    pub entries: Vec<Entry<'a>>,
}

impl<'a> Ledger<'a> {
    /// Joins the suite with all invariants there are, and with the sources that this binary was
    /// built from.
    ///
    /// # Errors
    ///
    /// As [`Ledger::new`].
    pub fn of(suite: &'a Suite) -> Result<Self, Vec<Diagnostic>> {
        let all = invariant::ALL.iter().chain(invariant::OF_SPECIAL_CLOCKS);
        let invariants: Vec<InvariantRef<'_>> =
            all.map(|one| InvariantRef { name: one.name(), rules: one.rules() }).collect();
        Self::new(suite, &invariants)
    }

    /// Joins the suite with the invariants, and with the sources that this binary was built from.
    ///
    /// # Errors
    ///
    /// Each place in the code and each invariant that names an id which `requirements.toml` does
    /// not have. (A case that does so is an error of the suite.)
    pub fn new(suite: &'a Suite, invariants: &[InvariantRef<'_>]) -> Result<Self, Vec<Diagnostic>> {
        Self::join(suite, invariants, &decisions(SOURCES))
    }

    fn join(
        suite: &'a Suite,
        invariants: &[InvariantRef<'_>],
        decisions: &[Decision],
    ) -> Result<Self, Vec<Diagnostic>> {
        let entry = |requirement| Entry { requirement, proofs: Vec::new(), decided_at: Vec::new() };
        let mut entries: Vec<Entry<'a>> = suite.requirements.iter().map(entry).collect();
        let places: HashMap<&str, usize> =
            suite.requirements.iter().zip(0..).map(|(one, place)| (&*one.id, place)).collect();

        for (_, case) in suite.cases() {
            for rule in &case.rules {
                if let Some(&place) = places.get(&*rule.value) {
                    entries[place].proofs.push(case.id.clone());
                }
            }
        }
        for entry in &mut entries {
            entry.proofs.extend(entry.requirement.beside.iter().map(|test| format!("test:{test}")));
        }
        let mut errors = Vec::new();
        let hint = |id: &str| match nearest(id, places.keys().copied()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "add it to requirements.toml, or name another".to_owned(),
        };
        let message = |id: &str| format!("unknown requirement `{id}`");
        for invariant in invariants {
            for &rule in invariant.rules {
                match places.get(rule) {
                    Some(&place) => {
                        entries[place].proofs.push(format!("invariant:{}", invariant.name))
                    }
                    None => {
                        let whole = format!("invariant {}", invariant.name);
                        errors.push(Diagnostic::of_file(&whole, message(rule), hint(rule)));
                    }
                }
            }
        }
        for decision in decisions {
            match places.get(&*decision.id) {
                Some(&place) => entries[place].decided_at.push(decision.place()),
                None => errors.push(decision.diagnostic(message(&decision.id), hint(&decision.id))),
            }
        }
        for violation in Violation::ALL {
            let id = violation.requirement();
            if !places.contains_key(id) && !decisions.iter().any(|decision| decision.id == id) {
                let whole = format!("Violation::{violation:?}");
                errors.push(Diagnostic::of_file(&whole, message(id), hint(id)));
            }
        }
        for entry in &mut entries {
            // A line may name an id and raise its violation.
            entry.decided_at.dedup();
        }
        if errors.is_empty() { Ok(Self { entries }) } else { Err(errors) }
    }

    /// The entry of the requirement with this id.
    pub fn entry(&self, id: &str) -> Option<&Entry<'a>> {
        self.entries.iter().find(|entry| entry.requirement.id == id)
    }

    /// What binds in the profiles that are built, and has no proof.
    pub fn unproven(&self) -> impl Iterator<Item = &Entry<'a>> {
        let has_aim = |entry: &&Entry<'_>| share::aim(entry.requirement.profile).is_some();
        let binding = self.entries.iter().filter(|entry| entry.binds());
        binding.filter(has_aim).filter(|entry| entry.status() != Status::Proven)
    }

    /// How much of what binds is proven, profile by profile.
    pub fn shares(&self) -> impl Iterator<Item = Share> {
        Profile::ALL.iter().map(|&profile| {
            let of = |entry: &&Entry<'_>| entry.requirement.profile == profile && entry.binds();
            let binding = self.entries.iter().filter(of);
            let proven = binding.clone().filter(|entry| entry.status() == Status::Proven).count();
            Share { profile, binding: binding.count(), proven, aim: share::aim(profile) }
        })
    }

    /// `{"requirements": [{"id", "level", "profile", "status", "proofs", "decided_at"}]}`
    pub fn to_json(&self) -> Value {
        let entry = |entry: &Entry<'_>| {
            json!({
                "id": entry.requirement.id,
                "level": entry.requirement.level.name(),
                "profile": entry.requirement.profile.name(),
                "status": entry.status().name(),
                "waits": entry.requirement.waits,
                "proofs": entry.proofs,
                "decided_at": entry.decided_at,
            })
        };
        json!({ "requirements": self.entries.iter().map(entry).collect::<Vec<Value>>() })
    }
}

#[cfg(test)]
mod tests;
