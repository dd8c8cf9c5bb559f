//! What boards are flashed with, as files: what a probe takes, and what a board takes from a person
//! with a cable and nothing else.

mod uf2;

use std::path::Path;

use crate::failure::Failure;
use crate::firmware;
use crate::step::step;
use crate::workspace::Workspace;

/// Below the folder that cargo builds in.
const FOLDER: &str = "images";

/// Images whose boot ROM takes UF2.
const UF2: [&str; 1] = ["rp2040"];

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
            let built = firmware::build_one(workspace, name, options.packaged)?;
            let elf = std::fs::read(&built).map_err(|error| broken(&built, &error))?;
            let uf2 = uf2::of_elf(&elf).map_err(|why| broken(&built, &why))?;
            for (kind, bytes) in [("elf", &elf), ("uf2", &uf2)] {
                let path = folder.join(name).with_extension(kind);
                std::fs::write(&path, bytes).map_err(|error| broken(&path, &error))?;
                println!("{}: {} bytes", path.display(), bytes.len());
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn broken(path: &Path, why: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("{}: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::Options;

    #[test]
    fn options_are_read_or_refused() {
        assert!(Options::parse(&["--packaged"]).is_ok_and(|options| options.packaged));
        assert!(Options::parse(&["rp2350"]).is_err());
    }
}
