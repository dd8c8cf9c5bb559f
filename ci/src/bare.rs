//! A compiler for the boards: rustup's where it has the target, else one made of Debian's packages.

use std::env::JoinPathsError;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::step::{read, run};
use crate::workspace::Workspace;

/// Makes a sysroot from Debian's packages.
const SCRIPT: &str = "ci/bare-toolchain.sh";

/// Debian's compiler, its cargo, and the sources of `core` that it was built with.
pub(crate) const PACKAGED_RUSTC: &str = "/usr/bin/rustc";
const PACKAGED_CARGO: &str = "/usr/bin/cargo";
pub(crate) const PACKAGED_CLIPPY: &str = "/usr/bin/clippy-driver";
pub(crate) const PACKAGED_SOURCES: &str = "/usr/lib/rustlib/src/rust/library";
/// Debian's linker, where rustup's `rust-lld` is not at hand.
pub(crate) const PACKAGED_LINKER: &str = "/usr/bin/ld.lld-22";

/// A cargo and a compiler that know one bare-metal target.
pub(crate) struct Bare {
    target: &'static str,
    /// The compiler with its own sysroot; without it, the cargo that runs us will do.
    rustc: Option<PathBuf>,
    /// Which compiler it is, as it tells it: two of one version need not be built alike.
    pub(crate) compiler: String,
}

impl Bare {
    /// Finds the compiler for `target`; `packaged` passes rustup's over.
    pub(crate) fn find(
        workspace: &Workspace,
        target: &'static str,
        packaged: bool,
    ) -> Result<Self, Failure> {
        if !packaged && is_installed(target)? {
            return Ok(Self { target, rustc: None, compiler: compiler(Path::new("rustc"))? });
        }
        if !Path::new(PACKAGED_RUSTC).exists() || !Path::new(PACKAGED_SOURCES).exists() {
            return Err(Failure::new(format!(
                "no compiler for {target}: `rustup target add {target}`; on Debian, `cargo ci setup`"
            )));
        }
        let sysroot = workspace.target.join("bare");
        let linker = linker()?;
        let mut script = Command::new("sh");
        script.arg(workspace.root.join(SCRIPT)).arg(&sysroot).arg(linker).arg(target);
        run(&mut script)?;
        let rustc = sysroot.join("bin/rustc");
        Ok(Self { target, compiler: compiler(&rustc)?, rustc: Some(rustc) })
    }

    /// `cargo build --release` for this target, in the workspace of `manifest`.
    pub(crate) fn build(&self, workspace: &Workspace, manifest: &Path) -> Command {
        self.cargo(workspace, manifest, "build")
    }

    /// `cargo rustc --release` likewise, for one image whose linker is told more.
    pub(crate) fn rustc(&self, workspace: &Workspace, manifest: &Path) -> Command {
        self.cargo(workspace, manifest, "rustc")
    }

    /// `cargo clippy --release` likewise, if there is one that fits the compiler.
    pub(crate) fn clippy(&self, workspace: &Workspace, manifest: &Path) -> Option<Command> {
        let mut command = self.cargo(workspace, manifest, "clippy");
        if self.rustc.is_some() {
            if !Path::new(PACKAGED_CLIPPY).exists() {
                return None;
            }
            // Cargo looks on the path for its clippy, which compiles by itself.
            command.env("PATH", path_from(["/usr/bin".into()]).ok()?);
            command.env("SYSROOT", workspace.target.join("bare"));
        }
        Some(command)
    }

    fn cargo(&self, workspace: &Workspace, manifest: &Path, what: &str) -> Command {
        let mut command = match &self.rustc {
            None => workspace.cargo(),
            Some(rustc) => {
                let mut command = Command::new(PACKAGED_CARGO);
                command.env("RUSTC", rustc).current_dir(&workspace.root);
                command
            }
        };
        let target_dir = self.target_dir(workspace);
        command.env("RUSTFLAGS", flags(workspace)).env_remove("CARGO_ENCODED_RUSTFLAGS");
        command.args([what, "--quiet", "--locked", "--release", "--target", self.target]);
        command.arg("--target-dir").arg(target_dir);
        command.arg("--manifest-path").arg(manifest);
        command
    }

    /// Lets a command find this compiler and our own programs by their names, as if they were
    /// installed and we had never been here.
    pub(crate) fn lend(&self, workspace: &Workspace, command: &mut Command) -> Result<(), Failure> {
        let mut folders = vec![workspace.target.join("release")];
        if let Some(rustc) = &self.rustc {
            command.env("RUSTC", rustc);
            folders.push("/usr/bin".into());
        }
        let path = path_from(folders).map_err(|error| Failure::new(error.to_string()))?;
        command.env("PATH", path);
        for ours in ["CARGO_TARGET_DIR", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
            command.env_remove(ours);
        }
        Ok(())
    }

    /// Where a binary of that name was built.
    pub(crate) fn image(&self, workspace: &Workspace, name: &str) -> PathBuf {
        self.target_dir(workspace).join(self.target).join("release").join(name)
    }

    fn target_dir(&self, workspace: &Workspace) -> PathBuf {
        workspace.target.join("firmware")
    }
}

/// The path of programs, with these folders before all others.
fn path_from(folders: impl IntoIterator<Item = PathBuf>) -> Result<OsString, JoinPathsError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(folders.into_iter().chain(std::env::split_paths(&path)))
}

/// Debian's linker, or the one that rustup's toolchain brings.
pub(crate) fn linker() -> Result<PathBuf, Failure> {
    if Path::new(PACKAGED_LINKER).exists() {
        return Ok(PACKAGED_LINKER.into());
    }
    // `target-libdir` is `…/rustlib/HOST/lib`, and the linker stands in `bin` beside it.
    let libdir =
        PathBuf::from(read(Command::new("rustc").args(["--print", "target-libdir"]))?.trim());
    let linker = libdir.with_file_name("bin").join("rust-lld");
    if linker.exists() { Ok(linker) } else { Err(Failure::new("no linker: `cargo ci setup`")) }
}

/// Whether the compiler on the path has the libraries of `target`.
pub(crate) fn is_installed(target: &str) -> Result<bool, Failure> {
    let mut rustc = Command::new("rustc");
    let libdir = read(rustc.args(["--print", "target-libdir", "--target", target]))?;
    let Ok(entries) = std::fs::read_dir(libdir.trim()) else { return Ok(false) };
    Ok(entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-")))
}

/// `1.96.0` of `rustc 1.96.0 (…)`.
pub(crate) fn version(rustc: &Path) -> Result<String, Failure> {
    let compiler = compiler(rustc)?;
    Ok(compiler.split_whitespace().next().unwrap_or_default().to_owned())
}

/// `1.96.0 (…)` of `rustc 1.96.0 (…)`.
fn compiler(rustc: &Path) -> Result<String, Failure> {
    let line = read(Command::new(rustc).arg("--version"))?;
    Ok(line.trim().trim_start_matches("rustc ").to_owned())
}

/// What images are compiled with. The folders of this machine are taken out of them, so that sizes do
/// not depend on them; and the rounds of SHA-2 stay in a loop, which saves nine kilobytes.
fn flags(workspace: &Workspace) -> String {
    let mut flags = String::from("--cfg sha2_backend_soft=\"compact\"");
    flags += &format!(" --remap-path-prefix={}=/samewire", workspace.root.display());
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    if let Some(home) = home {
        flags += &format!(" --remap-path-prefix={}=/cargo", home.display());
    }
    flags
}
