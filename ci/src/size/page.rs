//! The result as a table for the terminal, and as `docs/costs.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::budget::{Budgets, Row};
use super::elf::{Image, Symbol};

const HEAD: [&str; 4] = ["what", "budget", "measured", "left"];

/// The rows in columns.
pub(super) fn table(rows: &[Row]) -> String {
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

/// The largest parts of an image.
pub(super) fn symbols(image: &Image) -> String {
    const SHOWN: usize = 50;
    let mut text = String::new();
    for Symbol { name, bytes } in image.symbols.iter().take(SHOWN) {
        let _ = writeln!(text, "{bytes:>6} B  {name}");
    }
    text
}

/// The page: budgets, images, and how to measure again.
pub(super) fn page(
    version: &str,
    target: &str,
    budgets: &Budgets,
    images: &BTreeMap<String, Image>,
    rows: &[Row],
) -> String {
    let mut text = format!(
        "# Costs\n\n\
         What Samewire costs on a Cortex-M0 (`{target}`, `opt-level = \"s\"`, fat LTO, rustc \
         {version}).\nWritten by `cargo ci size --write`; `cargo ci size` measures again and fails \
         on anything over its\nbudget. How: \
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
    text += "\nThe images, whole: flash is code, constants and initial values; RAM is variables, \
             without the stack.\n\n| image | links | flash | RAM |\n| --- | --- | ---: | ---: |\n";
    for line in &budgets.image {
        let Some(image) = images.get(&line.name) else { continue };
        let (name, links) = (&line.name, &line.links);
        let (flash, ram) = (image.flash_bytes, image.ram_bytes);
        let _ = writeln!(text, "| `{name}` | {links} | {flash} B | {ram} B |");
    }
    text
}

fn cells(row: &Row) -> [String; 4] {
    let Row { what, max, measured, unit, .. } = row;
    let left = i128::from(*max) - i128::from(*measured);
    [what.clone(), format!("{max} {unit}"), format!("{measured} {unit}"), left.to_string()]
}

#[cfg(test)]
mod tests {
    use super::{Row, cells};

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
}
