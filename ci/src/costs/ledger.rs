//! What everything cost when it was last stored, `ci/costs.tsv`, beside what it costs now. Only
//! figures of one compiler are compared: another one's differ a little everywhere.

use std::collections::BTreeMap;
use std::fmt;

/// What each line of a kind tells, in the order of its columns.
const KINDS: [(&str, &[&str]); 4] = [
    ("image", &["B of flash", "B of RAM"]),
    ("ram", &["B of variables"]),
    ("request", &["instructions", "B of stack"]),
    ("case", &["instructions", "B of stack"]),
];
const HEAD: &str = "# Costs by kind, name and figures; `cargo ci costs --write` writes them.";
const COMPILER: &str = "compiler";

/// Growth up to this is borne, and so is one of a few instructions or bytes: where little is
/// counted, these are many per cent.
const PER_CENT_MAX: u64 = 3;
const FEW: u64 = 50;

/// Figures, and the compiler whose they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    compiler: String,
    lines: Vec<Line>,
}

/// Figures of one thing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) figures: Vec<u64>,
}

/// What has grown too much.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Growth<'a> {
    line: &'a Line,
    unit: &'static str,
    before: u64,
    now: u64,
}

impl Ledger {
    pub(super) fn new(compiler: &str) -> Self {
        Self { compiler: compiler.to_owned(), lines: Vec::new() }
    }

    /// Of the stored file.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut ledger = Self::default();
        let mut rest = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            match line.split_once('\t') {
                Some((COMPILER, compiler)) => ledger.compiler = compiler.to_owned(),
                _ => rest.push(line),
            }
        }
        ledger.add(&rest.join("\n"))?;
        if ledger.compiler.is_empty() { Err("no compiler".to_owned()) } else { Ok(ledger) }
    }

    /// Adds lines as `samewire check --costs` writes them.
    pub(super) fn add(&mut self, text: &str) -> Result<(), String> {
        for line in text.lines() {
            let mut columns = line.split('\t');
            let (kind, name) = (columns.next().unwrap_or_default(), columns.next());
            let figures: Result<Vec<u64>, _> = columns.map(str::parse).collect();
            match (name, figures, units(kind)) {
                (Some(name), Ok(figures), Some(units)) if figures.len() == units.len() => {
                    self.push(kind, name, figures);
                }
                _ => return Err(format!("not a line of costs: {line}")),
            }
        }
        Ok(())
    }

    pub(super) fn push(&mut self, kind: &str, name: &str, figures: Vec<u64>) {
        self.lines.push(Line { kind: kind.to_owned(), name: name.to_owned(), figures });
    }

    /// As it is stored.
    pub(super) fn print(&self) -> String {
        let mut text = format!("{HEAD}\n{COMPILER}\t{}\n", self.compiler);
        for Line { kind, name, figures } in &self.lines {
            text += &format!("{kind}\t{name}");
            for figure in figures {
                text += &format!("\t{figure}");
            }
            text.push('\n');
        }
        text
    }

    /// The lines of a kind, in their order.
    pub(super) fn of(&self, kind: &str) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.kind == kind)
    }

    /// Whether figures of this ledger say anything about those of the other.
    pub(super) fn compares(&self, other: &Self) -> bool {
        self.compiler == other.compiler
    }

    pub(super) fn compiler(&self) -> &str {
        &self.compiler
    }

    /// What costs more `now` than is borne, the most grown first. What was not there before has
    /// not grown.
    pub(super) fn growth<'a>(&self, now: &'a Self) -> Vec<Growth<'a>> {
        let stored: BTreeMap<(&str, &str), &[u64]> =
            self.lines.iter().map(|line| (line.key(), line.figures.as_slice())).collect();
        let mut grown: Vec<Growth<'a>> = Vec::new();
        for line in &now.lines {
            let before = stored.get(&line.key()).copied().unwrap_or_default();
            let units = units(&line.kind).unwrap_or_default();
            for ((&unit, &now), &before) in units.iter().zip(&line.figures).zip(before) {
                let growth = Growth { line, unit, before, now };
                grown.extend(growth.is_too_much().then_some(growth));
            }
        }
        grown.sort_by_key(|growth| std::cmp::Reverse(growth.per_mille()));
        grown
    }

    /// How many lines are not the same in both.
    pub(super) fn changes(&self, now: &Self) -> usize {
        let missing = |from: &Self, other: &Self| {
            let others: BTreeMap<_, _> =
                other.lines.iter().map(|line| (line.key(), line)).collect();
            let is_gone = |line: &&Line| !others.contains_key(&line.key());
            from.lines.iter().filter(is_gone).count()
        };
        let all: BTreeMap<_, _> = self.lines.iter().map(|line| (line.key(), line)).collect();
        let differs = |line: &&Line| all.get(&line.key()).is_none_or(|before| before != line);
        now.lines.iter().filter(differs).count() + missing(self, now)
    }
}

impl Line {
    fn key(&self) -> (&str, &str) {
        (&self.kind, &self.name)
    }
}

impl Growth<'_> {
    fn is_too_much(&self) -> bool {
        self.now > self.before + FEW && self.now * 100 > self.before * (100 + PER_CENT_MAX)
    }

    fn per_mille(&self) -> u64 {
        (self.now - self.before) * 1000 / self.before.max(1)
    }
}

impl fmt::Display for Growth<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line: Line { kind, name, .. }, unit, before, now } = self;
        let tenths = self.per_mille();
        let (whole, tenth) = (tenths / 10, tenths % 10);
        write!(out, "{kind} {name}: {now} {unit}, was {before} (+{whole}.{tenth} %)")
    }
}

fn units(kind: &str) -> Option<&'static [&'static str]> {
    KINDS.iter().find(|(name, _)| *name == kind).map(|(_, units)| *units)
}

#[cfg(test)]
mod tests {
    use super::Ledger;

    fn ledger(lines: &str) -> Ledger {
        let mut ledger = Ledger::new("1.96.0 (abc)");
        ledger.add(lines).unwrap();
        ledger
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let ledger = ledger("image\thello\t100\t0\nram\tmicrobit\t8000\ncase\ta/b\t5000\t2000");
        assert_eq!(Ledger::parse(&ledger.print()), Ok(ledger));
    }

    #[test]
    fn what_is_no_ledger_is_refused() {
        for text in [
            "",
            "case\ta/b\t1\t2",
            "compiler\t1.96.0\ncase\ta/b\t1",
            "compiler\t1.96.0\ncase\ta/b\tmany\t2",
            "compiler\t1.96.0\ncake\ta/b\t1\t2",
            "compiler\t1.96.0\ncase",
        ] {
            assert!(Ledger::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn growth_is_told_from_three_per_cent_on_and_the_most_first() {
        let stored = ledger(
            "case\ta/one\t10000\t2000\ncase\ta/two\t10000\t2000\ncase\ta/few\t1000\t2000\n\
             case\ta/gone\t1\t1\nram\tmicrobit\t8000",
        );
        let now = ledger(
            "case\ta/one\t10300\t2000\ncase\ta/two\t10301\t2200\ncase\ta/few\t1050\t2000\n\
             case\ta/new\t90000\t1\nram\tmicrobit\t9000",
        );
        let told: Vec<String> = stored.growth(&now).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "ram microbit: 9000 B of variables, was 8000 (+12.5 %)",
                "case a/two: 2200 B of stack, was 2000 (+10.0 %)",
                "case a/two: 10301 instructions, was 10000 (+3.0 %)",
            ]
        );
        assert!(now.growth(&stored).is_empty(), "less is no growth");
        assert_eq!(stored.changes(&now), 6, "four differ, one is new, one is gone");
        assert_eq!(stored.changes(&stored), 0);
    }

    #[test]
    fn another_compiler_is_not_compared() {
        assert!(ledger("").compares(&Ledger::new("1.96.0 (abc)")));
        assert!(!ledger("").compares(&Ledger::new("1.96.0 (rebuilt)")));
    }
}
