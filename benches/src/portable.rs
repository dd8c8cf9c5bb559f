//! This program again, without the feature `simd`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::callgrind::Unavailable;

/// Builds it beside `program`, and says where it is.
pub(crate) fn build(program: &Path) -> Result<PathBuf, Unavailable> {
    let failed = |what: String| Unavailable::Failed(what);
    let (Some(folder), Some(name)) = (program.parent(), program.file_name()) else {
        return Err(failed(format!("{} is no program", program.display())));
    };
    let target = folder.join("portable");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--release", "--no-default-features", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .status()
        .map_err(|error| failed(format!("cargo: {error}")))?;
    if !status.success() {
        return Err(failed("the portable program was not built".to_owned()));
    }
    Ok(target.join("release").join(name))
}
