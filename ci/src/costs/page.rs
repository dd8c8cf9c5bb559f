//! The result as a table for the terminal, and as `docs/costs.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Ledger;
use crate::size::budget::{Budgets, Row};

const HEAD: [&str; 4] = ["what", "budget", "measured", "left"];
/// From here on the page is written by people.
const BY_HAND: &str = "## By hand\n";

/// The rows in columns.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut line = |[what, max, measured, left]: [&str; 4]| {
        let _ = writeln!(text, "{what:<44} {max:>14} {measured:>14} {left:>8}");
    };
    line(HEAD);
    for row in rows {
        let [what, max, measured, left] = cells(row);
        line([&what, &max, &measured, &left]);
    }
    for detail in rows.iter().flat_map(|row| &row.details) {
        let _ = writeln!(text, "  {detail}");
    }
    text
}

/// Requests that cost more than we aim at, for the terminal.
pub(super) fn aims(budgets: &Budgets, now: &Ledger) -> String {
    let mut text = String::new();
    for budget in &budgets.instructions {
        let measured = now.figure("request", &budget.request, 0);
        if let (Some(aim), Some(measured)) = (budget.aim, measured)
            && measured > aim
        {
            let request = &budget.request;
            let _ = writeln!(text, "aim not reached: {request}: {measured} instructions of {aim}");
        }
    }
    text
}

/// The page: budgets, images, requests and cases, and how to measure again. Of what is `stored`
/// it keeps what was measured by hand.
pub(super) fn page(
    now: &Ledger,
    target: &str,
    budgets: &Budgets,
    rows: &[Row],
    stored: &str,
) -> String {
    let compiler = now.compiler();
    let mut text = format!(
        "# Costs\n\n\
         What Samewire costs on a Cortex-M0: `{target}`, `opt-level = \"s\"`, fat LTO,\n\
         rustc {compiler}.\n\n\
         `cargo ci costs` measures again, and fails on what is over its budget in\n\
         [budgets.toml](../ci/budgets.toml). With this compiler it also fails on what has grown by \
         more than\n3 % and by more than 50 instructions or bytes since `cargo ci costs --write` \
         wrote this page and\n[costs.tsv](../ci/costs.tsv), which has every case.\n\n\
         ## Budgets\n\n\
         Flash is the difference of two images: \
         [decision 0001](decisions/0001-images-are-measured-by-difference.md).\n\n"
    );
    let _ = writeln!(text, "| {} |\n| --- | ---: | ---: | ---: |", HEAD.join(" | "));
    for row in rows {
        let _ = writeln!(text, "| {} |", cells(row).join(" | "));
    }
    text.push('\n');
    for panics in &budgets.panic {
        let _ = writeln!(text, "- {}: {}.", panics.what, panics.reason);
    }
    images(&mut text, now, budgets);
    requests(&mut text, now, budgets);
    cases(&mut text, now);
    if let Some((_, behind)) = stored.split_once(BY_HAND) {
        text.extend(["\n", BY_HAND, behind]);
    }
    text
}

fn images(text: &mut String, now: &Ledger, budgets: &Budgets) {
    *text += "\n## Images\n\n\
              Whole: flash is code, constants and initial values; RAM is variables, without the \
              stack.\nThose without words are for boards: `cargo ci firmware`.\n\n\
              | image | links | flash | RAM |\n| --- | --- | ---: | ---: |\n";
    for line in now.of("image") {
        let [flash, ram] = line.figures.as_slice() else { continue };
        let known = budgets.image.iter().find(|image| image.name == line.name);
        let links = known.map_or("", |image| &image.links);
        let _ = writeln!(text, "| `{}` | {links} | {flash} B | {ram} B |", line.name);
    }
}

fn requests(text: &mut String, now: &Ledger, budgets: &Budgets) {
    *text += "\n## Requests\n\n\
              Instructions of the server on QEMU's `microbit`, the exact instruction set, on a \
              connection that has\nanswered the same before: counted between marks around each \
              poll of `serve`, without the reading\nand writing of bytes, which is the \
              transport's. Twice gives the same numbers.\n\n\
              | request | instructions | aim |\n| --- | ---: | ---: |\n";
    for line in now.of("request") {
        let known = budgets.instructions.iter().find(|budget| budget.request == line.name);
        let aim = known.and_then(|budget| budget.aim).map(|aim| aim.to_string());
        let instructions = line.figures.first().copied().unwrap_or_default();
        let _ = writeln!(text, "| {} | {instructions} | {} |", line.name, aim.unwrap_or_default());
    }
}

/// A line for each file of cases.
fn cases(text: &mut String, now: &Ledger) {
    #[derive(Default)]
    struct File<'a> {
        cases: u64,
        instructions: u64,
        stack: u64,
        dearest: (u64, &'a str),
    }
    *text += "\n## Cases\n\n\
              The same for each case from the begin of its connection to the end, all rows of it \
              together;\nthe stack is everything's, painted. Cases are left out whose client \
              stops reading, and those whose\nlimits need more RAM than there is.\n\n\
              | cases of | cases | instructions | of which the dearest | stack |\n\
              | --- | ---: | ---: | ---: | ---: |\n";
    let mut files: BTreeMap<&str, File<'_>> = BTreeMap::new();
    for line in now.of("case") {
        let [instructions, stack] = *line.figures.as_slice() else { continue };
        let (file, case) = line.name.rsplit_once('/').unwrap_or_default();
        let all = files.entry(file).or_default();
        all.cases += 1;
        all.instructions += instructions;
        all.stack = all.stack.max(stack);
        all.dearest = all.dearest.max((instructions, case));
    }
    for (file, File { cases, instructions, stack, dearest: (most, case) }) in files {
        let _ =
            writeln!(text, "| `{file}` | {cases} | {instructions} | {most} `{case}` | {stack} B |");
    }
}

fn cells(row: &Row) -> [String; 4] {
    let Row { what, max, measured, unit, .. } = row;
    let left = i128::from(*max) - i128::from(*measured);
    [what.clone(), format!("{max} {unit}"), format!("{measured} {unit}"), left.to_string()]
}

#[cfg(test)]
mod tests {
    use super::{Budgets, Ledger, Row, aims, cells, page};

    #[test]
    fn what_is_over_has_less_than_nothing_left() {
        let row = Row {
            what: "HTTP".to_owned(),
            max: 100,
            measured: 130,
            unit: "B",
            details: Vec::new(),
        };
        assert_eq!(cells(&row), ["HTTP", "100 B", "130 B", "-30"]);
    }

    #[test]
    fn the_page_has_what_was_measured_and_keeps_what_was_written() {
        let budgets = Budgets::parse(
            "[[image]]\nname = \"hello\"\nlinks = \"HTTP\"\n\
             [[instructions]]\nrequest = \"GET /\"\ninstructions_max = 9\naim = 5",
        );
        let (budgets, mut now) = (budgets.unwrap(), Ledger::new("1.96.0 (abc)"));
        now.add(
            "image\thello\t100\t0\nimage\tboard\t200\t7\nram\tmicrobit\t8\n\
             request\tGET /\t6\t20\ncase\ta/b/one\t10\t20\ncase\ta/b/two\t15\t30",
        )
        .unwrap();
        let page = page(&now, "thumb", &budgets, &[], "old\n## By hand\n\nMany requests.\n");
        for line in [
            "rustc 1.96.0 (abc).",
            "| `hello` | HTTP | 100 B | 0 B |",
            "| `board` |  | 200 B | 7 B |",
            "| GET / | 6 | 5 |",
            "| `a/b` | 2 | 25 | 15 `two` | 30 B |",
        ] {
            assert!(page.lines().any(|other| other == line), "{line} is not in:\n{page}");
        }
        assert!(page.ends_with(" B |\n\n## By hand\n\nMany requests.\n"), "{page}");
        assert_eq!(aims(&budgets, &now), "aim not reached: GET /: 6 instructions of 5\n");
    }
}
