//! What the core costs on a board: flash, memory and ways to panic, beside their budgets.
//!
//! The images of `targets/firmware/size` each link one thing more than another, and differences
//! between them are reported (docs/decisions/0001). `ci/budgets.toml` says which and how much.

pub(crate) mod budget;
pub(crate) mod elf;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::bare::Bare;
use crate::costs::table;
use crate::failure::Failure;
use crate::step::{link, run, step};
use crate::workspace::Workspace;
use budget::{Budgets, Row};
use elf::{Image, Symbol};

/// Every target that the core must build for; sizes are measured on the first.
pub(crate) const TARGETS: [&str; 2] = [MEASURED, "riscv32imc-unknown-none-elf"];
/// The one that is measured.
pub(crate) const MEASURED: &str = "thumbv6m-none-eabi";

const BUDGETS: &str = "ci/budgets.toml";
/// What must build for every target, and with it all of the core.
const LIBRARIES: [&str; 5] =
    ["samewire", "samewire-demo", "samewire-link", "samewire-linked", "samewire-embassy"];
/// The package of the images.
pub(crate) const PACKAGE: &str = "samewire-size";
/// By these an image tells who calls what leads to a panic.
const RELOCATIONS: &str = "-Clink-arg=--emit-relocs";

/// How to measure, and what to show.
#[derive(Default)]
pub(crate) struct Options {
    packaged: bool,
    /// The image whose largest parts are shown.
    symbols: Option<String>,
}

impl Options {
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(&argument) = arguments.next() {
            match argument {
                "--write" => {
                    return Err(Failure::new("it is `cargo ci costs --write` that writes"));
                }
                "--packaged" => options.packaged = true,
                "--symbols" => {
                    let image = arguments.next().ok_or_else(|| Failure::new("--symbols IMAGE"))?;
                    options.symbols = Some((*image).to_owned());
                }
                other => return Err(Failure::new(format!("size knows no {other}"))),
            }
        }
        Ok(options)
    }
}

/// What was measured of images.
pub(crate) struct Size {
    pub(crate) budgets: Budgets,
    pub(crate) images: BTreeMap<String, Image>,
    pub(crate) rows: Vec<Row>,
    /// The compiler whose images these are.
    pub(crate) compiler: String,
}

/// Builds for every target, measures on the first, and fails on anything over its budget.
pub(crate) fn check(workspace: &Workspace, options: Options) -> Result<(), Failure> {
    judge_all(workspace, options.packaged)?;
    step("size", || {
        let size = measure(workspace, options.packaged)?;
        if let Some(name) = &options.symbols {
            let image = size.images.get(name);
            let image = image.ok_or_else(|| Failure::new(format!("no image {name}")))?;
            print!("\n{}", symbols(image));
        }
        print!("\n{}", table(&size.rows));
        over(&size.rows)
    })
}

/// Builds for every target.
pub(crate) fn judge_all(workspace: &Workspace, packaged: bool) -> Result<(), Failure> {
    TARGETS.into_iter().try_for_each(|target| {
        step(&format!("core for {target}"), || judge(workspace, target, packaged))
    })
}

/// Builds the images of the first target, and measures them.
pub(crate) fn measure(workspace: &Workspace, packaged: bool) -> Result<Size, Failure> {
    let budgets = Budgets::parse(&workspace.text(BUDGETS)?)
        .map_err(|message| Failure::new(format!("{BUDGETS}: {message}")))?;
    let bare = Bare::find(workspace, MEASURED, packaged)?;
    let images = build(workspace, &bare, &budgets)?;
    let rows = budgets.measure(&images)?;
    Ok(Size { budgets, images, rows, compiler: bare.compiler })
}

/// Builds for a target whose words have 32 bits, and lets clippy look at what only these compile.
fn judge(workspace: &Workspace, target: &'static str, packaged: bool) -> Result<(), Failure> {
    let manifest = workspace.root.join("Cargo.toml");
    let libraries = LIBRARIES.iter().flat_map(|library| ["-p", library]);
    let bare = Bare::find(workspace, target, packaged)?;
    run(bare.build(workspace, &manifest).args(libraries.clone()))?;
    let Some(mut clippy) = bare.clippy(workspace, &manifest) else {
        println!("no clippy for {target}: `cargo ci setup`");
        return Ok(());
    };
    run(clippy.args(libraries).args(["--no-deps", "--", "-D", "warnings"]))
}

/// Builds the images and reads each before the next one is built.
fn build(
    workspace: &Workspace,
    bare: &Bare,
    budgets: &Budgets,
) -> Result<BTreeMap<String, Image>, Failure> {
    let mut images = BTreeMap::new();
    for image in &budgets.image {
        let mut command = bare.rustc(workspace, &workspace.firmware());
        command.args(["-p", PACKAGE, "--bin", &image.name]);
        if !image.features.is_empty() {
            command.args(["--features", &image.features.join(",")]);
        }
        link(command.args(["--", RELOCATIONS]), &image.name)?;
        let path = bare.image(workspace, &image.name);
        let bytes = std::fs::read(&path)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        let read = Image::read(&bytes)
            .map_err(|message| Failure::new(format!("{}: {message}", path.display())))?;
        images.insert(image.name.clone(), read);
    }
    Ok(images)
}

/// The largest parts of an image.
fn symbols(image: &Image) -> String {
    const SHOWN: usize = 50;
    let mut text = String::new();
    for Symbol { name, bytes } in image.symbols.iter().take(SHOWN) {
        let _ = writeln!(text, "{bytes:>6} B  {name}");
    }
    text
}

/// The last line, if a budget is broken.
pub(crate) fn over(rows: &[Row]) -> Result<(), Failure> {
    let broken: Vec<String> = rows.iter().filter_map(Row::breach).collect();
    if broken.is_empty() { Ok(()) } else { Err(Failure::new(broken.join("; "))) }
}

#[cfg(test)]
mod tests {
    use super::{Budgets, Options};

    #[test]
    fn unknown_options_are_refused() {
        assert!(Options::parse(&["--packaged"]).is_ok_and(|options| options.packaged));
        assert!(Options::parse(&["--write"]).is_err());
        assert!(Options::parse(&["--symbols"]).is_err());
    }

    #[test]
    fn stored_budgets_parse_and_name_images_that_exist() {
        let budgets = Budgets::parse(include_str!("../../budgets.toml"));
        assert!(budgets.is_ok_and(|budgets| !budgets.image.is_empty()));
    }
}
