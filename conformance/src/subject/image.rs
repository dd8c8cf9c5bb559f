//! Where the image of an emulated board is.

use std::path::{Path, PathBuf};

use super::Unreachable;

/// The image of this name: named by the environment, where an empty name stands for none, or else
/// built for `target` by `cargo ci firmware`, in whatever folder of cargo's this program is or comes
/// from.
///
/// # Errors
///
/// There is none, and what brings it.
pub(crate) fn find(name: &str, target: &str) -> Result<PathBuf, Unreachable> {
    let variable = variable(name);
    let named = std::env::var_os(&variable).map(PathBuf::from);
    let found = match &named {
        Some(path) => path.is_file().then(|| path.clone()),
        None => {
            let program = std::env::current_exe().unwrap_or_default();
            let built = format!("firmware/{target}/release/{name}");
            // A program that was installed has left the folder of the checkout it was built in.
            let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
            let folders = program.ancestors().chain([checkout.as_path()]);
            let mut images = folders.map(|folder| folder.join(&built));
            images.find(|path| path.is_file())
        }
    };
    found.ok_or_else(|| match named {
        Some(path) if !path.as_os_str().is_empty() => {
            Unreachable(format!("{variable} names {}, which is no file", path.display()))
        }
        _ => Unreachable(format!("there is no image: `cargo ci firmware {name}` builds it")),
    })
}

/// Names another image than the one that is built.
fn variable(name: &str) -> String {
    format!("SAMEWIRE_{}", name.to_ascii_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::{find, variable};

    #[test]
    fn what_is_not_built_is_told_with_what_builds_it() {
        let why = find("no-such-board", "no-such-target").unwrap_err().to_string();
        assert_eq!(why, "there is no image: `cargo ci firmware no-such-board` builds it");
        assert_eq!(variable("no-such-board"), "SAMEWIRE_NO_SUCH_BOARD");
    }
}
