//! What boards are flashed with, as files: what a probe takes, and what a board takes from a person
//! with a cable and nothing else.

mod uf2;

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::firmware;
use crate::step::{run, step};
use crate::workspace::Workspace;

/// Below the folder that cargo builds in.
const FOLDER: &str = "images";

/// Images of chips whose boot ROM takes UF2, and of Espressif's.
const UF2: [&str; 1] = ["rp2040"];
const ESP: [&str; 1] = ["esp32c3"];

/// Writes all of a chip's flash as the rig would, from an ELF file to another file.
const FLASH: [&str; 8] =
    ["run", "--quiet", "-p", "samewire-hil", "--features", "esp", "--example", "esp-flash"];

/// A password of Wi-Fi has no fewer.
const PASSWORD_BYTES_MIN: usize = 8;

/// With which compiler.
#[derive(Default)]
pub(crate) struct Options {
    packaged: bool,
}

impl Options {
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self, Failure> {
        match arguments {
            [] => Ok(Self::default()),
            ["--packaged"] => Ok(Self { packaged: true }),
            other => Err(Failure::new(format!("images knows no {}", other.join(" ")))),
        }
    }
}

/// Builds them, writes them, and says how large they are.
pub(crate) fn write(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    let folder = workspace.target.join(FOLDER);
    std::fs::create_dir_all(&folder).map_err(|error| broken(&folder, &error))?;
    for name in UF2 {
        step(&format!("image {name}"), || {
            let (path, elf) = write_elf(workspace, name, options)?;
            let uf2 = uf2::of_elf(&elf).map_err(|why| broken(&path, &why))?;
            write_file(&path.with_extension("uf2"), &uf2)
        })?;
    }
    for name in ESP {
        step(&format!("image {name}"), || {
            let (path, _) = write_elf(workspace, name, options)?;
            let flash = path.with_extension("bin");
            let words = [FLASH.as_slice(), &["--"]].concat();
            run(workspace.cargo().args(words).arg(&path).arg(&flash))?;
            let bytes = std::fs::read(&flash).map_err(|error| broken(&flash, &error))?;
            tell(&flash, &bytes);
            Ok(())
        })?;
    }
    Ok(())
}

/// Builds an image and copies it; where it is, and what.
fn write_elf(
    workspace: &Workspace,
    name: &str,
    options: &Options,
) -> Result<(PathBuf, Vec<u8>), Failure> {
    let built = firmware::build_one(workspace, name, options.packaged)?;
    let elf = std::fs::read(&built).map_err(|error| broken(&built, &error))?;
    let secrets = firmware::NETWORK.into_iter().filter_map(|name| std::env::var(name).ok());
    if secrets.into_iter().any(|secret| is_in(&secret, &elf)) {
        return Err(broken(&built, &"it has a password in it, and must not be handed on"));
    }
    let path = workspace.target.join(FOLDER).join(name).with_extension("elf");
    write_file(&path, &elf)?;
    Ok((path, elf))
}

/// Whether a file tells this. A name of a few letters is in many a file by chance.
fn is_in(secret: &str, file: &[u8]) -> bool {
    secret.len() >= PASSWORD_BYTES_MIN
        && file.windows(secret.len()).any(|window| window == secret.as_bytes())
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| broken(path, &error))?;
    tell(path, bytes);
    Ok(())
}

fn tell(path: &Path, bytes: &[u8]) {
    println!("{}: {} bytes", path.display(), bytes.len());
}

fn broken(path: &Path, why: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("{}: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{Options, is_in};

    #[test]
    fn options_are_read_or_refused() {
        assert!(Options::parse(&["--packaged"]).is_ok_and(|options| options.packaged));
        assert!(Options::parse(&["rp2350"]).is_err());
    }

    #[test]
    fn a_password_is_found_in_a_file() {
        assert!(is_in("correct horse", b"\x7fELF..correct horse.."));
        assert!(!is_in("correct horse", b"\x7fELF..correct mouse.."));
        assert!(!is_in("home", b"home"));
        assert!(!is_in("", b""));
    }
}
