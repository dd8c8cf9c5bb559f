//! Where the linker finds its scripts, and what else it is told.

use std::path::PathBuf;
use std::{env, fs, io};

/// Ours; two more come with the runtime and with the chip's crate.
const SCRIPTS: [&str; 2] = ["memory.x", "build-id.x"];

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    for script in SCRIPTS {
        fs::copy(script, out.join(script))?;
        println!("cargo::rerun-if-changed={script}");
    }
    println!("cargo::rustc-link-search={}", out.display());
    for argument in ["--nmagic", "--build-id=fast", "-Tlink.x", "-Tlink-rp.x", "-Tbuild-id.x"] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    Ok(())
}
