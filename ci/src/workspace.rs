//! What cargo knows of our packages, and where they lie.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::failure::Failure;
use crate::step::read;

/// The folders of the boards' workspaces, which the root one excludes: that of most images, and those
/// of images that cannot be in one with others.
const FIRMWARE: &str = "targets/firmware";
const FIRMWARE_APART: [&str; 1] = ["targets/firmware/esp32c3"];

/// The root workspace.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Where cargo builds; the firmware is built in a folder below.
    pub(crate) target: PathBuf,
}

/// A package of ours, from any of our workspaces.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) dependencies: Vec<Dependency>,
}

/// A line of a manifest's dependencies.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `dev`, `build`, or nothing for a normal one.
    pub(crate) kind: Option<String>,
    /// Only what lies in this repository has a path.
    pub(crate) path: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Workspace {
    /// The workspace around the current folder.
    pub(crate) fn read() -> Result<Self, Failure> {
        // `cargo run` tells where this package lies, whatever the current folder is.
        let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from);
        let metadata = metadata(&here.join("Cargo.toml"))?;
        Ok(Self { root: metadata.workspace_root, target: metadata.target_directory })
    }

    /// `cargo` in the root folder.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root);
        command
    }

    /// Where cargo has built a program of ours in the profile `release`.
    pub(crate) fn release(&self, program: &str) -> PathBuf {
        self.target.join("release").join(program).with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// The manifest of the boards' workspace.
    pub(crate) fn firmware(&self) -> PathBuf {
        self.root.join(FIRMWARE).join("Cargo.toml")
    }

    /// The manifest of the workspace of an image of this name.
    pub(crate) fn firmware_of(&self, image: &str) -> PathBuf {
        let is_its = |folder: &&str| folder.rsplit('/').next() == Some(image);
        let folder = FIRMWARE_APART.into_iter().find(is_its).unwrap_or(FIRMWARE);
        self.root.join(folder).join("Cargo.toml")
    }

    /// The manifests of all the boards' workspaces.
    pub(crate) fn firmwares(&self) -> impl Iterator<Item = PathBuf> {
        let folders = std::iter::once(FIRMWARE).chain(FIRMWARE_APART);
        folders.map(|folder| self.root.join(folder).join("Cargo.toml"))
    }

    /// The packages of all workspaces.
    pub(crate) fn packages(&self) -> Result<Vec<Package>, Failure> {
        let mut packages = metadata(&self.root.join("Cargo.toml"))?.packages;
        for manifest in self.firmwares() {
            packages.extend(metadata(&manifest)?.packages);
        }
        Ok(packages)
    }

    /// Every text file of the project by its path below the root: what git has, and what it
    /// would take.
    pub(crate) fn files(&self) -> Result<Vec<String>, Failure> {
        let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let names = read(Command::new("git").args(list).current_dir(&self.root))?;
        let present = |name: &&str| !name.is_empty() && self.root.join(name).is_file();
        let mut files: Vec<String> = names.split('\0').filter(present).map(str::to_owned).collect();
        files.sort_unstable();
        files.dedup();
        Ok(files)
    }

    /// The text of a file below the root.
    pub(crate) fn text(&self, path: impl AsRef<Path>) -> Result<String, Failure> {
        let path = path.as_ref();
        std::fs::read_to_string(self.root.join(path))
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))
    }

    /// Writes a file below the root.
    pub(crate) fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        std::fs::write(self.root.join(path), text)
            .map_err(|error| Failure::new(format!("{path}: {error}")))
    }
}

/// The cargo that runs us, or the one on the path.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn metadata(manifest: &Path) -> Result<Metadata, Failure> {
    let mut command = cargo();
    command.args(["metadata", "--format-version", "1", "--no-deps", "--manifest-path"]);
    let json = read(command.arg(manifest))?;
    serde_json::from_str(&json).map_err(|error| Failure::new(format!("cargo metadata: {error}")))
}
