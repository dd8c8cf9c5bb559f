//! The page that leads to a new board is followed: its files are written into an empty folder outside
//! of the repository, and its commands are run there. So it cannot rot.
//!
//! A file is the block behind a line that begins with its name, bold and as code. Commands stand
//! behind `$` in blocks of `console`, and below each what it must say, where a number that is not 0
//! stands for any that is not.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bare::Bare;
use crate::failure::Failure;
use crate::step::{read, run, step};
use crate::workspace::Workspace;

const PAGE: &str = "docs/new-board.md";
/// What the page builds for, and what it runs.
const TARGET: &str = "thumbv7em-none-eabihf";
const EMULATOR: &str = "qemu-system-arm";
/// Where the page's reader has the checkout, seen from the new folder.
const CHECKOUT: &str = "../samewire/";
/// The same versions as in our own images.
const LOCK: &str = "targets/firmware/Cargo.lock";

/// Follows the page.
pub(crate) fn follow(workspace: &Workspace) -> Result<(), Failure> {
    step("new board", || {
        let page = Page::read(&workspace.text(PAGE)?);
        if page.files.is_empty() || page.commands.is_empty() {
            return Err(Failure::new(format!("{PAGE} has no files or no commands")));
        }
        run(workspace.cargo().args(["build", "--release", "-p", "samewire-conformance"]))?;
        let bare = Bare::find(workspace, TARGET, false)?;
        let folder = Folder::new()?;
        folder.write("Cargo.lock", &workspace.text(LOCK)?)?;
        for (path, text) in &page.files {
            let checkout = format!("{}/", workspace.root.display());
            folder.write(path, &text.replace(CHECKOUT, &checkout))?;
        }
        page.commands.iter().try_for_each(|asked| {
            let mut command = Command::new("sh");
            command.args(["-c", &asked.line]).current_dir(&folder.0);
            bare.lend(workspace, &mut command)?;
            println!("$ {}", asked.line);
            let said = read(&mut command)?;
            print!("{said}");
            match asked.missing(&said) {
                None => Ok(()),
                Some(line) => Err(Failure::new(format!("{PAGE}: nothing says `{line}`"))),
            }
        })
    })
}

/// The same, where the emulator is.
pub(crate) fn follow_if_there(workspace: &Workspace) -> Result<(), Failure> {
    if Command::new(EMULATOR).arg("--version").output().is_ok() {
        return follow(workspace);
    }
    println!("{PAGE} is not followed, without {EMULATOR}: `cargo ci setup`");
    Ok(())
}

/// What a page tells to do.
#[derive(Debug, Default, PartialEq, Eq)]
struct Page {
    /// Path and text.
    files: Vec<(String, String)>,
    commands: Vec<Asked>,
}

/// A command, and what it says, line by line.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    line: String,
    says: Vec<String>,
}

impl Page {
    fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut named = None;
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix("**`").and_then(|rest| rest.split('`').next()) {
                named = Some(name.to_owned());
            }
            let Some(language) = line.strip_prefix("```") else { continue };
            let block = lines.by_ref().take_while(|line| *line != "```");
            match (language, named.take()) {
                ("console", _) => block.for_each(|line| page.command(line)),
                (_, None) => block.for_each(drop),
                (_, Some(name)) => {
                    page.files.push((name, block.map(|line| format!("{line}\n")).collect()));
                }
            }
        }
        page
    }

    /// A line of a console.
    fn command(&mut self, line: &str) {
        if let Some(line) = line.strip_prefix("$ ") {
            self.commands.push(Asked { line: line.to_owned(), says: Vec::new() });
        } else if let Some(asked) = self.commands.last_mut() {
            asked.says.push(line.to_owned());
        }
    }
}

impl Asked {
    /// The first line that nothing said is like.
    fn missing(&self, said: &str) -> Option<&str> {
        let mut missing = self.says.iter().filter(|says| !said.lines().any(|line| is(says, line)));
        missing.next().map(String::as_str)
    }
}

/// Whether a line is as it is told, word by word.
fn is(told: &str, line: &str) -> bool {
    let number = |word: &str| word.parse::<u64>().ok();
    let same = |(one, other): (&str, &str)| match (number(one), number(other)) {
        (Some(one), Some(other)) => (one == 0) == (other == 0),
        _ => one == other,
    };
    let (told, line) = (told.split_whitespace(), line.split_whitespace());
    told.clone().count() == line.clone().count() && told.zip(line).all(same)
}

/// An empty folder, which goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("samewire-new-board-{}", std::process::id()));
        fs::create_dir(&path).map_err(|why| broken(&path, &why))?;
        Ok(Self(path))
    }

    fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        let path = self.0.join(path);
        let written = fs::create_dir_all(path.parent().unwrap_or(&self.0));
        written.and_then(|()| fs::write(&path, text)).map_err(|why| broken(&path, &why))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed now is removed with all else that is temporary.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn broken(path: &Path, why: &io::Error) -> Failure {
    Failure::new(format!("{}: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{CHECKOUT, Page, TARGET, is};

    #[test]
    fn files_and_commands_are_read() {
        let text = "# A\n\n**`a/b.rs`** does it\nso.\n\n```rust\nfn a() {}\n\n}\n```\n\n```sh\nno\n```\n\
                    ```console\n$ one two\nsaid\nmore\n$ three\n```\n";
        let page = Page::read(text);
        assert_eq!(page.files, [("a/b.rs".to_owned(), "fn a() {}\n\n}\n".to_owned())]);
        let commands: Vec<_> =
            page.commands.iter().map(|asked| (asked.line.as_str(), asked.says.len())).collect();
        assert_eq!(commands, [("one two", 2), ("three", 0)]);
        assert_eq!(page.commands[0].missing("more \nsaid\n"), None);
        assert_eq!(page.commands[0].missing("said\n"), Some("more"));
    }

    #[test]
    fn numbers_are_like_others_but_for_0() {
        for (told, line, expected) in [
            ("net 763 passed, 0 failed", "net 800 passed, 0 failed", true),
            ("net   7 passed, 0 failed", "net 7 passed, 0 failed", true),
            ("net 763 passed, 0 failed", "net 763 passed, 1 failed", false),
            ("net 763 passed, 0 failed", "net 0 passed, 0 failed", false),
            ("net 763 passed", "net 763 passed, 0 failed", false),
            ("net", "other", false),
        ] {
            assert_eq!(is(told, line), expected, "{line}");
        }
    }

    #[test]
    fn the_page_is_one_that_can_be_followed() {
        let page = Page::read(include_str!("../../docs/new-board.md"));
        let names: Vec<&str> = page.files.iter().map(|(name, _)| name.as_str()).collect();
        let all = ["Cargo.toml", ".cargo/config.toml", "memory.x", "src/main.rs", "boards.toml"];
        assert_eq!(names, all);
        assert!(page.files[0].1.contains(CHECKOUT) && page.files[1].1.contains(TARGET));
        assert!(page.commands.iter().any(|asked| asked.line.starts_with("samewire check")));
    }
}
