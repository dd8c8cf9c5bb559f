//! The ledger of costs: flash of every image, and what each request and each case takes of the
//! emulated `microbit`, beside the budgets and beside what was stored.
//!
//! Instructions are counted twice and must be the same. `ci/budgets.toml` holds whatever compiler
//! there is; growth is judged only beside figures of the same one, which stand in `ci/costs.tsv`.

mod ledger;
mod page;

use std::collections::BTreeMap;
use std::path::Path;

use crate::failure::Failure;
use crate::firmware;
use crate::size::budget::{Budgets, Row};
use crate::size::elf::Image;
use crate::size::{self, over};
use crate::step::{read, run, step};
use crate::workspace::Workspace;
use ledger::Ledger;
pub(crate) use page::table;

const LEDGER: &str = "ci/costs.tsv";
const PAGE: &str = "docs/costs.md";
/// The image whose instructions are counted.
const BOARD: &str = "microbit";
/// Lines of what has grown that are shown.
const SHOWN: usize = 20;

/// How to measure, and whether to keep the result.
#[derive(Default)]
pub(crate) struct Options {
    write: bool,
    packaged: bool,
}

impl Options {
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        for &argument in arguments {
            match argument {
                "--write" => options.write = true,
                "--packaged" => options.packaged = true,
                other => return Err(Failure::new(format!("costs knows no {other}"))),
            }
        }
        Ok(options)
    }
}

/// Measures everything; fails on what is over its budget, or has grown.
pub(crate) fn check(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    size::judge_all(workspace, options.packaged)?;
    step("costs", || {
        let size = size::measure(workspace, options.packaged)?;
        let mut now = Ledger::new(&size.compiler);
        for line in &size.budgets.image {
            now.extend_by(&line.name, size.images.get(&line.name));
        }
        let boards = firmware::build(workspace, options.packaged)?;
        let boards: BTreeMap<_, _> = boards.iter().map(|(name, image)| (*name, image)).collect();
        boards.iter().for_each(|(name, image)| now.extend_by(name, Some(*image)));
        let is_counted = firmware::has_emulator(BOARD);
        if is_counted {
            now.add(&count(workspace)?).map_err(Failure::new)?;
        } else if options.write {
            return Err(Failure::new("no emulator to count instructions: `cargo ci setup`"));
        } else {
            println!("no instructions are counted, without an emulator: `cargo ci setup`");
        }
        let mut rows = size.rows;
        rows.extend(board_rows(&size.budgets, &now));
        print!("\n{}{}", table(&rows), page::aims(&size.budgets, &now));
        let outcome = if options.write {
            workspace.write(LEDGER, &now.print())?;
            let stored = workspace.text(PAGE).unwrap_or_default();
            let page = page::page(&now, size::MEASURED, &size.budgets, &rows, &stored);
            workspace.write(PAGE, &page)?;
            println!("{LEDGER} and {PAGE} are written");
            Ok(())
        } else {
            compare(workspace, &now, is_counted)
        };
        over(&rows).and(outcome)
    })
}

/// What `samewire check` counts, the same twice.
fn count(workspace: &Workspace) -> Result<String, Failure> {
    let counted = |name: &str| {
        let path = workspace.target.join(name);
        let mut command = workspace.cargo();
        command.args(["run", "--quiet", "--release", "--", "check", "--target", BOARD]);
        command.args(["--cuts", "whole", "--costs"]).arg(&path);
        (command, path)
    };
    let text = |path: &Path| {
        let failure = |error| Failure::new(format!("{}: {error}", path.display()));
        std::fs::read_to_string(path).map_err(failure)
    };
    let (mut first, once) = counted("costs.tsv");
    run(&mut first)?;
    let (mut second, twice) = counted("costs-again.tsv");
    read(&mut second)?;
    let (once, twice) = (text(&once)?, text(&twice)?);
    match once.lines().zip(twice.lines()).find(|(once, twice)| once != twice) {
        None if once.len() == twice.len() => Ok(once),
        None => Err(Failure::new("the second count is not as long as the first")),
        Some((once, twice)) => {
            Err(Failure::new(format!("two counts differ: {once:?} and {twice:?}")))
        }
    }
}

/// Rows for requests and the board's RAM, as far as they were measured.
fn board_rows(budgets: &Budgets, now: &Ledger) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut row = |what: &str, max, measured, unit| {
        let what = what.to_owned();
        rows.push(Row { what, max, measured, unit, details: Vec::new() });
    };
    for budget in &budgets.instructions {
        // What is not measured under this name any more must not pass unseen.
        let measured = match now.of("request").next() {
            Some(_) => now.figure("request", &budget.request, 0).unwrap_or(u64::MAX),
            None => continue,
        };
        row(&budget.request, budget.instructions_max, measured, "instr.");
    }
    for budget in &budgets.whole {
        // Nor must an image that is not there.
        let measured = |column| now.figure("image", &budget.image, column).unwrap_or(u64::MAX);
        let what = |part| format!("`{}`: {part}", budget.image);
        row(&what("all of its flash"), budget.flash_bytes_max, measured(0), "B");
        row(&what("variables and heap"), budget.ram_bytes_max, measured(1), "B");
    }
    if let (Some(board), Some(ram)) = (budgets.board, now.figure("ram", BOARD, 0)) {
        let stack = |kind| now.of(kind).filter_map(|line| line.figures.get(1)).max();
        let stack = stack("request").max(stack("case")).copied().unwrap_or(u64::MAX);
        row("`microbit`: variables", board.static_bytes_max, ram, "B");
        row("`microbit`: stack at most", board.stack_bytes_max, stack, "B");
    }
    rows
}

/// Compares with what was stored.
fn compare(workspace: &Workspace, now: &Ledger, is_counted: bool) -> Result<(), Failure> {
    let stored = Ledger::parse(&workspace.text(LEDGER)?)
        .map_err(|message| Failure::new(format!("{LEDGER}: {message}")))?;
    if !stored.compares(now) {
        println!(
            "note: {LEDGER} is of rustc {}, and this is {}: growth is not judged",
            stored.compiler(),
            now.compiler()
        );
        return Ok(());
    }
    let growth = stored.growth(now);
    growth.iter().take(SHOWN).for_each(|growth| println!("  {growth}"));
    if let Some(most) = growth.first() {
        let count = growth.len();
        return Err(Failure::new(format!(
            "{count} costs have grown by more than 3 %, the most {most}; \
             if that is wanted: `cargo ci costs --write`"
        )));
    }
    let changes = stored.changes(now);
    if changes > 0 && is_counted {
        println!("note: {changes} lines of {LEDGER} differ; `cargo ci costs --write` renews it");
    }
    Ok(())
}

impl Ledger {
    /// Flash and RAM of an image.
    fn extend_by(&mut self, name: &str, image: Option<&Image>) {
        if let Some(image) = image {
            self.push("image", name, vec![image.flash_bytes, image.ram_bytes]);
        }
    }

    /// A figure of a line, by its column.
    fn figure(&self, kind: &str, name: &str, column: usize) -> Option<u64> {
        self.of(kind).find(|line| line.name == name)?.figures.get(column).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{Budgets, Ledger, Options, board_rows};

    const BUDGETS: &str = include_str!("../../budgets.toml");

    #[test]
    fn unknown_options_are_refused() {
        assert!(Options::parse(&["--write", "--packaged"]).is_ok_and(|options| options.write));
        assert!(Options::parse(&["--wriet"]).is_err());
    }

    #[test]
    fn what_is_stored_keeps_its_budgets_and_names() {
        let budgets = Budgets::parse(BUDGETS).unwrap();
        let stored = Ledger::parse(include_str!("../../costs.tsv")).unwrap();
        let rows = board_rows(&budgets, &stored);
        assert_eq!(rows.len(), budgets.instructions.len() + 2 * budgets.whole.len() + 2);
        let breaches: Vec<String> = rows.iter().filter_map(super::Row::breach).collect();
        assert_eq!(breaches, [""; 0]);
        assert!(stored.of("case").count() > 700);
    }

    #[test]
    fn budgets_of_the_board_can_break() {
        let budgets = Budgets::parse(
            "image = []\n[[instructions]]\nrequest = \"GET /\"\ninstructions_max = 100\n\
             [board]\nstatic_bytes_max = 10\nstack_bytes_max = 20",
        );
        let budgets = budgets.unwrap();
        let breaches = |lines: &str| {
            let mut now = Ledger::new("1");
            now.add(lines).unwrap();
            let rows = board_rows(&budgets, &now);
            rows.iter().filter_map(super::Row::breach).collect::<Vec<_>>().join("; ")
        };
        let fits = "ram\tmicrobit\t10\nrequest\tGET /\t100\t20\ncase\ta/b\t1000\t20";
        assert_eq!(breaches(fits), "");
        assert_eq!(breaches(&fits.replace("\t100\t", "\t101\t")), "GET /: 101 instr. of 100");
        assert_eq!(
            breaches(&fits.replace("1000\t20", "1000\t21").replace("t\t10", "t\t11")),
            "`microbit`: variables: 11 B of 10; `microbit`: stack at most: 21 B of 20"
        );
        assert!(breaches(&fits.replace("GET /", "GET /hello")).contains("GET /: "), "renamed");
        assert_eq!(breaches("image\thello\t1\t1"), "", "nothing was counted");
    }

    #[test]
    fn a_whole_image_can_be_too_large_or_missing() {
        let budgets = "image = []\n[[whole]]\nimage = \"esp32c3\"\n\
                       flash_bytes_max = 10\nram_bytes_max = 20";
        let budgets = Budgets::parse(budgets).unwrap();
        for (line, breach) in [
            ("image\tesp32c3\t10\t20", ""),
            ("image\tesp32c3\t11\t20", "`esp32c3`: all of its flash: 11 B of 10"),
            ("image\tesp32c3\t10\t21", "`esp32c3`: variables and heap: 21 B of 20"),
            ("image\trp2040\t1\t1", "`esp32c3`: all of its flash: 18446744073709551615 B of 10"),
        ] {
            let mut now = Ledger::new("1");
            now.add(line).unwrap();
            let breaches = board_rows(&budgets, &now).iter().filter_map(super::Row::breach).next();
            assert_eq!(breaches.unwrap_or_default(), breach, "{line}");
        }
    }
}
