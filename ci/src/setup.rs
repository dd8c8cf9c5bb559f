//! What the gate needs beside cargo, on Debian from packages, and from npm what the emulated RP2040
//! needs. Running it again does nothing.

use std::path::Path;
use std::process::Command;

use crate::bare::{self, PACKAGED_LINKER, PACKAGED_RUSTC};
use crate::emulator;
use crate::failure::Failure;
use crate::size::TARGETS;
use crate::step::{run, step};
use crate::workspace::Workspace;

/// The compiler for boards.
const COMPILER: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
/// Packages, the programs that they bring, and the step that runs these.
const PROGRAMS: [(&str, &str, &str); 7] = [
    ("g++", "g++", "fuzz"),
    ("valgrind", "valgrind", "bench"),
    ("qemu-system-arm", "qemu-system-arm", "firmware"),
    ("qemu-system-misc", "qemu-system-riscv32", "firmware"),
    ("chromium", "chromium", "matrix"),
    ("nodejs", "node", "emu"),
    ("npm", "npm", "emu"),
];
/// Older packages do not know the edition and the library functions that we use.
const COMPILER_MIN: (u32, u32) = (1, 95);

/// Brings what is missing.
pub(crate) fn install(workspace: &Workspace) -> Result<(), Failure> {
    step("setup", || {
        packages(missing()?)?;
        emulator::install(workspace)
    })
}

/// These packages of Debian's.
fn packages(missing: Vec<&str>) -> Result<(), Failure> {
    if missing.is_empty() {
        println!("no package is missing");
        return Ok(());
    }
    if !Path::new("/usr/bin/apt-get").exists() {
        let targets = TARGETS.join(" ");
        println!("this machine has no apt-get; bring these by its own means:");
        println!("  rustup target add {targets}");
        for (_, program, what) in PROGRAMS {
            println!("  {program} (for `cargo ci {what}`)");
        }
        return Err(Failure::new(format!("missing: {}", missing.join(" "))));
    }
    // A list of packages that is too old may offer a compiler that is too old.
    run(apt_get().arg("update"))?;
    run(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(missing))
}

/// The packages that this machine lacks.
fn missing() -> Result<Vec<&'static str>, Failure> {
    let mut missing = Vec::new();
    let mut has_targets = true;
    for target in TARGETS {
        has_targets &= bare::is_installed(target)?;
    }
    if !has_targets {
        let packaged = Path::new(PACKAGED_RUSTC);
        let fresh = packaged.exists() && is_fresh(&bare::version(packaged)?);
        if !fresh || !Path::new(bare::PACKAGED_SOURCES).exists() {
            missing.extend(COMPILER);
        }
        if bare::linker().is_err() {
            missing.push(linker_package());
        }
        if !Path::new(bare::PACKAGED_CLIPPY).exists() {
            missing.push("rust-web-clippy");
        }
    }
    let lacking = PROGRAMS.into_iter().filter(|(_, program, _)| !has(program));
    missing.extend(lacking.map(|(package, ..)| package));
    Ok(missing)
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|out| out.status.success())
}

/// `lld-22` of `/usr/bin/ld.lld-22`.
fn linker_package() -> &'static str {
    PACKAGED_LINKER.rsplit_once('.').map_or(PACKAGED_LINKER, |(_, package)| package)
}

/// Whether a compiler's version is new enough.
fn is_fresh(version: &str) -> bool {
    let mut numbers = version.split('.').map_while(|number| number.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) => (major, minor) >= COMPILER_MIN,
        _ => false,
    }
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet");
    command
}

#[cfg(test)]
mod tests {
    use super::{is_fresh, linker_package};

    #[test]
    fn old_compilers_are_replaced() {
        for (version, expected) in [
            ("1.85.0", false),
            ("1.94.1", false),
            ("1.95.0", true),
            ("1.100.0", true),
            ("2.0.0", true),
            ("1", false),
            ("", false),
        ] {
            assert_eq!(is_fresh(version), expected, "{version:?}");
        }
    }

    #[test]
    fn linker_is_named_as_its_package() {
        assert_eq!(linker_package(), "lld-22");
    }
}
