//! The ledger: each requirement, what proves it, and the place in the code that decides it.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Display, Formatter};

use samewire::Violation;
use serde_json::{Value, json};

use crate::decision::{Decision, decisions};
use crate::diagnostic::{Diagnostic, nearest};
use crate::fixtures::SOURCES;
use crate::invariant;
use crate::requirement::{Level, Profile, Requirement};
use crate::suite::Suite;

/// An invariant, and the ids of the requirements it holds.
#[derive(Clone, Copy, Debug)]
pub struct InvariantRef<'a> {
    /// Its name in reports.
    pub name: &'a str,
    /// The ids.
    pub rules: &'a [&'a str],
}

/// How well a requirement is kept, as far as can be told without a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// A case or an invariant proves it, and the code says where it decides.
    Proven,
    /// Only one of the two.
    Claimed,
    /// Neither.
    Open,
    /// Neither, and the feature that it is about is still to be built.
    Waits,
    /// It is not met on purpose or binds nothing here, as `requirements.toml` explains.
    Exception,
}

impl Status {
    /// All there are, in the order of the columns.
    pub const ALL: [Self; 5] =
        [Self::Proven, Self::Claimed, Self::Open, Self::Waits, Self::Exception];

    /// Its word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Claimed => "claimed",
            Self::Open => "open",
            Self::Waits => "waits",
            Self::Exception => "exception",
        }
    }
}

/// One requirement of the ledger.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// What is asked.
    pub requirement: &'a Requirement,
    /// Ids of cases, names of invariants as `invariant:name`, and tests beside other implementations
    /// as `test:path/file.rs::name`.
    pub proofs: Vec<String>,
    /// Places in the code: `server-core/src/http/fields.rs:120`.
    pub decided_at: Vec<String>,
}

impl Entry<'_> {
    /// How well it is kept.
    pub fn status(&self) -> Status {
        match (&self.requirement.exception, self.proofs.is_empty(), self.decided_at.is_empty()) {
            (Some(_), ..) => Status::Exception,
            // Our memory may err; somebody else's program does not share the error.
            (None, false, false) if self.requirement.is_only_recalled() => Status::Claimed,
            (None, false, false) => Status::Proven,
            (None, true, true) if self.requirement.waits.is_some() => Status::Waits,
            (None, true, true) => Status::Open,
            (None, ..) => Status::Claimed,
        }
    }

    /// Whether a server must do this, if it does what the profile is about; what is refused on purpose
    /// apart.
    fn binds(&self) -> bool {
        matches!(self.requirement.level, Level::Must | Level::MustNot)
            && self.status() != Status::Exception
    }
}

/// Of the MUSTs and MUST NOTs of these profiles, at least so many in a hundred are proven.
const AIMS: [(Profile, usize); 5] = [
    (Profile::Http1, 100),
    (Profile::Ws, 100),
    (Profile::Files, 95),
    (Profile::Body, 95),
    (Profile::App, 95),
];

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
        let has_aim = |entry: &&Entry<'_>| {
            AIMS.iter().any(|(profile, _)| *profile == entry.requirement.profile)
        };
        let binding = self.entries.iter().filter(|entry| entry.binds());
        binding.filter(has_aim).filter(|entry| entry.status() != Status::Proven)
    }

    /// How much of what binds is proven, profile by profile.
    pub fn shares(&self) -> impl Iterator<Item = Share> {
        Profile::ALL.iter().map(|&profile| {
            let of = |entry: &&Entry<'_>| entry.requirement.profile == profile && entry.binds();
            let binding = self.entries.iter().filter(of);
            let proven = binding.clone().filter(|entry| entry.status() == Status::Proven).count();
            let aim = AIMS.iter().find(|(own, _)| *own == profile).map(|(_, aim)| *aim);
            Share { profile, binding: binding.count(), proven, aim }
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

/// A table by profile and level, what waits for which feature, and the MUSTs that nothing proves.
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

#[cfg(test)]
mod tests {
    use super::{InvariantRef, Ledger, Share, Status};
    use crate::decision::decisions;
    use crate::fixtures::Fixtures;
    use crate::requirement::Profile;
    use crate::suite::Suite;

    const CASE: &str = "### a\nProse.\nrule rfc1-1-both rfc1-1-case\n\n! close\n";

    /// A suite with these requirements, and those that violations name.
    fn suite() -> Suite {
        let own = [
            ("rfc1-1-both", "MUST", ""),
            ("rfc1-1-case", "MUST", ""),
            ("rfc1-1-code", "MUST NOT", ""),
            ("rfc1-1-invariant", "MUST NOT", ""),
            ("rfc1-1-neither", "MUST", ""),
            ("rfc1-1-weak", "SHOULD", ""),
            ("rfc1-1-refused", "MUST", "exception = \"why\"\n"),
            ("rfc1-1-later", "MUST", "waits = \"more\"\n"),
        ];
        let mut entries = String::new();
        for (id, level, more) in own {
            entries += &format!(
                "[[requirement]]\nid = \"{id}\"\nrfc = \"rfc1\"\nsection = \"1\"\nlevel = \"{level}\"\n\
                 profile = \"http1\"\ntext = \"What.\"\ntest = \"\"\nbasis = \"text\"\n{more}\n"
            );
        }
        let real = Fixtures::embedded();
        let texts = vec![
            ("a.case".to_owned(), CASE.to_owned()),
            (
                "requirements.toml".to_owned(),
                format!("{entries}{}", real.text("requirements.toml").unwrap()),
            ),
        ];
        Suite::read(Fixtures { root: "f".to_owned(), folder: None, texts }).unwrap()
    }

    const HOLDS: InvariantRef<'_> = InvariantRef { name: "head", rules: &["rfc1-1-invariant"] };

    #[test]
    fn a_proof_and_a_decision_make_it_proven() {
        let suite = suite();
        let code =
            decisions(&[("server-core/src/x.rs", "// rfc1-1-both rfc1-1-both\n// rfc1-1-code\n")]);
        let ledger = Ledger::join(&suite, &[HOLDS], &code).unwrap();
        let found: Vec<(&str, Status)> = ledger.entries[..8]
            .iter()
            .map(|entry| (&entry.requirement.id[7..], entry.status()))
            .collect();
        let expected = [
            ("both", Status::Proven),
            ("case", Status::Claimed),
            ("code", Status::Claimed),
            ("invariant", Status::Claimed),
            ("neither", Status::Open),
            ("weak", Status::Open),
            ("refused", Status::Exception),
            ("later", Status::Waits),
        ];
        assert_eq!(found, expected);
        let unproven: Vec<&str> = ledger
            .unproven()
            .map(|entry| &*entry.requirement.id)
            .filter(|id| id.starts_with("rfc1-"))
            .collect();
        let expected =
            ["rfc1-1-case", "rfc1-1-code", "rfc1-1-invariant", "rfc1-1-neither", "rfc1-1-later"];
        assert_eq!(unproven, expected);
    }

    #[test]
    fn the_json_says_what_proves_and_what_decides() {
        let suite = suite();
        let code = decisions(&[("server-core/src/x.rs", "// rfc1-1-both rfc1-1-both\n")]);
        let json = Ledger::join(&suite, &[HOLDS], &code).unwrap().to_json();
        let both = serde_json::json!({
            "id": "rfc1-1-both", "level": "MUST", "profile": "http1", "status": "proven",
            "waits": null,
            "proofs": ["a/a"], "decided_at": ["server-core/src/x.rs:1"],
        });
        assert_eq!(json["requirements"][0], both);
        assert_eq!(json["requirements"][3]["proofs"][0], "invariant:head");
    }

    #[test]
    fn counts_by_profile_and_level() {
        let suite = suite();
        let mut ledger = Ledger::join(&suite, &[HOLDS], &[]).unwrap();
        ledger.entries.truncate(8);
        let expected = "\
profile  level        all  proven  claimed  open  waits  exception
http1    MUST           5       0        2     1      1          1
http1    MUST NOT       2       0        1     1      0          0
http1    SHOULD         1       0        0     1      0          0
all                     8       0        3     3      1          1

Waiting for what is still to be built:
     1  more

MUST and MUST NOT that are proven, of those that bind:
  http1      0 of   6    0.0 %  less than 100 %

MUST and MUST NOT of these that are not proven: 6
  claimed  rfc1-1-both
           What.
  claimed  rfc1-1-case
           What.
  open     rfc1-1-code
           What.
  claimed  rfc1-1-invariant
           What.
  open     rfc1-1-neither
           What.
  waits    rfc1-1-later
           What.
";
        assert_eq!(ledger.to_string(), expected);
    }

    #[test]
    fn what_rests_on_memory_is_proven_beside_others_only() {
        let mut suite = suite();
        "recall".clone_into(&mut suite.requirements[0].basis);
        let code = decisions(&[("server-core/src/x.rs", "// rfc1-1-both\n")]);
        let status =
            |suite: &Suite| Ledger::join(suite, &[HOLDS], &code).unwrap().entries[0].status();
        assert_eq!(status(&suite), Status::Claimed);
        suite.requirements[0].beside = Some("a.rs::b".into());
        assert_eq!(status(&suite), Status::Proven);
        let ledger = Ledger::join(&suite, &[HOLDS], &code).unwrap();
        assert_eq!(ledger.entries[0].proofs, ["a/a", "test:a.rs::b"]);
    }

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

    #[test]
    fn an_id_that_nobody_knows_is_an_error() {
        let suite = suite();
        let code = decisions(&[("server-core/src/x.rs", "\n// rfc1-1-boht\n")]);
        let lost = InvariantRef { name: "lost", rules: &["rfc1-1-x-y-z"] };
        let errors = Ledger::join(&suite, &[lost], &code).unwrap_err();
        let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(
            shown[0].starts_with("error: unknown requirement `rfc1-1-x-y-z`\n  --> invariant lost")
        );
        assert!(shown[1].contains("server-core/src/x.rs:2:4"), "{}", shown[1]);
        assert!(shown[1].ends_with("did you mean `rfc1-1-both`?"), "{}", shown[1]);
        assert_eq!(shown.len(), 2);
    }

    #[test]
    fn the_code_of_this_project_names_known_requirements() {
        let suite = Suite::load(None).unwrap();
        let ledger = Ledger::new(&suite, &[]).unwrap_or_else(|errors| {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            panic!("{}", lines.join("\n\n"))
        });
        assert_eq!(ledger.entries.len(), suite.requirements.len());
    }
}
