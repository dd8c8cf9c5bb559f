//! Embeds the fixtures, and the sources that the ledger reads, so that the binary stands alone.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let root = root.parent().unwrap_or(Path::new(".."));
    let mut code = String::new();
    let fixtures = ["fixtures"];
    // What the core decides, and what an app does, which the demo shows.
    let sources = ["server-core/src", "targets/demo/src"];
    for (name, top, folders, kinds) in [
        ("FIXTURES", root.join("fixtures"), &fixtures[..], ["case", "toml"]),
        ("SOURCES", root.to_owned(), &sources[..], ["rs", "rs"]),
    ] {
        let mut files = Vec::new();
        for folder in folders {
            println!("cargo::rerun-if-changed={}", root.join(folder).display());
            walk(&root.join(folder), &mut files)?;
        }
        files.retain(|file| {
            file.extension().is_some_and(|extension| kinds.iter().any(|kind| extension == *kind))
        });
        files.sort();
        let _ = writeln!(code, "pub(crate) static {name}: &[(&str, &str)] = &[");
        for file in &files {
            let below = file.strip_prefix(&top).unwrap_or(file);
            // Names in the binary are the same on every system.
            let below = below.to_string_lossy().replace('\\', "/");
            let whole = file.to_string_lossy();
            // The folder alone does not tell of a file that has gone.
            println!("cargo::rerun-if-changed={whole}");
            let _ = writeln!(code, "    ({below:?}, include_str!({whole:?})),");
        }
        let _ = writeln!(code, "];");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("embedded.rs"), code)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
