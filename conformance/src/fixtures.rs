//! Where the fixtures come from: a folder that is named, the checkout around us, or the binary.

use std::fs;
use std::path::{Path, PathBuf};

use crate::case::print::format;
use crate::diagnostic::Diagnostic;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// The sources of the core and of the demo that this binary was built with: paths and texts.
pub(crate) use embedded::SOURCES;

/// The texts of a suite, not yet read.
#[derive(Clone, Debug)]
pub struct Fixtures {
    /// How the folder is named to the reader: `fixtures`, `../fixtures`, as `--fixtures` says it.
    pub root: String,
    /// The folder on disk, unless they are those in the binary.
    pub folder: Option<PathBuf>,
    /// Path below the folder, with `/`, and text; in the order of the paths.
    pub texts: Vec<(String, String)>,
}

/// A case file in canonical form.
#[derive(Clone, Debug)]
pub struct Formatted {
    /// The file on disk.
    pub path: PathBuf,
    /// The file as the reader would name it.
    pub shown: String,
    /// Whether it was canonical already.
    pub unchanged: bool,
    /// What it should contain.
    pub text: String,
}

impl Fixtures {
    /// Those in `named`; without a name those of the checkout that we are in; else those that this
    /// binary was built with.
    ///
    /// # Errors
    ///
    /// Each file or folder that cannot be read.
    pub fn find(named: Option<&Path>) -> Result<Self, Vec<Diagnostic>> {
        if let Some(folder) = named {
            return Self::named(folder, "`--fixtures` takes a folder with `.case` files");
        }
        match checkout() {
            Some(root) => Self::in_folder(&root, Path::new(&root), "is it a whole checkout?"),
            None => Ok(Self::embedded()),
        }
    }

    /// Those that this binary was built with.
    pub fn embedded() -> Self {
        let text = |&(path, text): &(&str, &str)| (path.to_owned(), text.to_owned());
        let texts = embedded::FIXTURES.iter().map(text).collect();
        Self { root: "fixtures".to_owned(), folder: None, texts }
    }

    /// Those in this folder. `hint` tells who named it how it is named.
    ///
    /// # Errors
    ///
    /// Each file or folder that cannot be read.
    pub(crate) fn named(folder: &Path, hint: &str) -> Result<Self, Vec<Diagnostic>> {
        Self::in_folder(&folder.to_string_lossy(), folder, hint)
    }

    fn in_folder(root: &str, folder: &Path, hint: &str) -> Result<Self, Vec<Diagnostic>> {
        let (mut texts, mut errors) = (Vec::new(), Vec::new());
        let root = root.trim_end_matches(['/', '\\']).to_owned();
        walk(folder, "", &mut |below, path| {
            let kind = path.extension().unwrap_or_default();
            match fs::read_to_string(path) {
                _ if kind != "case" && kind != "toml" => {}
                Ok(text) => texts.push((below.to_owned(), text)),
                Err(error) => errors.push(Diagnostic::of_file(
                    &format!("{root}/{below}"),
                    format!("cannot be read: {error}"),
                    "a fixture is a readable file in UTF-8; other bytes are spelled `\\xHH`".into(),
                )),
            }
        })
        .unwrap_or_else(|error| {
            let shown = folder.display().to_string();
            let message = format!("cannot be read: {error}");
            errors.push(Diagnostic::of_file(&shown, message, hint.to_owned()));
        });
        texts.sort();
        let found = Self { root, folder: Some(folder.to_owned()), texts };
        if errors.is_empty() { Ok(found) } else { Err(errors) }
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| known == path).map(|(_, text)| text.as_str())
    }

    /// The case files: path without `.case`, and text.
    pub fn cases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().filter_map(|(path, text)| Some((path.strip_suffix(".case")?, &**text)))
    }

    /// A file as the reader would name it.
    pub fn shown(&self, path: &str) -> String {
        format!("{}/{path}", self.root)
    }

    /// The canonical form of each case file.
    ///
    /// # Errors
    ///
    /// All that is wrong with any of them; or they are those in the binary, which nobody can write.
    pub fn formatted(&self) -> Result<Vec<Formatted>, Vec<Diagnostic>> {
        let Some(folder) = &self.folder else {
            let message = "there are no fixtures to format".to_owned();
            let hint = "run it in a checkout, or name a folder: `--fixtures DIR`".to_owned();
            return Err(vec![Diagnostic::of_file("fixtures", message, hint)]);
        };
        let (mut formatted, mut errors) = (Vec::new(), Vec::new());
        for (path, source) in self.cases() {
            let name = format!("{path}.case");
            let shown = self.shown(&name);
            match format(path, &shown, source) {
                Ok(text) => formatted.push(Formatted {
                    path: folder.join(name),
                    shown,
                    unchanged: text == source,
                    text,
                }),
                Err(found) => errors.extend(found),
            }
        }
        if errors.is_empty() { Ok(formatted) } else { Err(errors) }
    }
}

/// The fixtures of the checkout that the current folder is in, as seen from there.
fn checkout() -> Option<String> {
    let here = std::env::current_dir().ok()?;
    let is_checkout = |folder: &Path| {
        folder.join("fixtures/requirements.toml").is_file()
            && folder.join("conformance/Cargo.toml").is_file()
    };
    let up = here.ancestors().position(is_checkout)?;
    Some(format!("{}fixtures", "../".repeat(up)))
}

fn walk(
    folder: &Path,
    below: &str,
    visit: &mut impl FnMut(&str, &Path),
) -> Result<(), std::io::Error> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let below = if below.is_empty() { name.into_owned() } else { format!("{below}/{name}") };
        if path.is_dir() {
            walk(&path, &below, visit)?;
        } else {
            visit(&below, &path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Fixtures, SOURCES};
    use std::path::Path;

    #[test]
    fn the_binary_holds_what_the_checkout_holds() {
        let checkout = Fixtures::find(None).unwrap();
        assert_eq!(checkout.root, "../fixtures");
        for (here, there) in checkout.texts.iter().zip(&Fixtures::embedded().texts) {
            assert!(here == there, "{} is not {}: build again", here.0, there.0);
        }
        assert!(checkout.text("requirements.toml").is_some());
        assert!(SOURCES.iter().any(|(path, _)| *path == "server-core/src/error.rs"));
    }

    #[test]
    fn names_the_folder_that_is_not_there() {
        let errors = Fixtures::find(Some(Path::new("no/such/folder"))).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].path, "no/such/folder");
        assert!(errors[0].message.starts_with("cannot be read"), "{}", errors[0]);
    }

    #[test]
    fn tells_which_files_would_change() {
        let canonical = "### a\nProse.\nrule rfc1-1-a\n\n! close\n";
        let loose = canonical.replace("! close", "!  close");
        let texts =
            [("x/a.case", canonical.to_owned()), ("x/b.case", loose), ("c.toml", String::new())];
        let texts = texts.map(|(path, text)| (path.to_owned(), text)).to_vec();
        let folder = Some("here".into());
        let formatted = Fixtures { root: "here".into(), folder, texts }.formatted().unwrap();
        let [same, changed] = &formatted[..] else { panic!("{formatted:?}") };
        assert!(same.unchanged && !changed.unchanged);
        assert_eq!((changed.text.as_str(), changed.shown.as_str()), (canonical, "here/x/b.case"));
        assert_eq!(changed.path, Path::new("here/x/b.case"));
    }

    #[test]
    fn only_files_on_disk_can_be_formatted() {
        let errors = Fixtures::embedded().formatted().unwrap_err();
        assert!(errors[0].hint.contains("--fixtures"), "{}", errors[0]);
    }
}
