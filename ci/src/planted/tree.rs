//! A copy of the tree that faults are put into: the tree itself is never touched.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::workspace::Workspace;

/// The copy. What was built in it stays for the next time.
pub(super) struct Tree {
    root: PathBuf,
}

impl Tree {
    /// Copies whatever differs, so that cargo builds no more than it must.
    pub(super) fn copy(workspace: &Workspace) -> Result<Self, Failure> {
        let tree = Self { root: workspace.target.join("planted").join("tree") };
        let files = workspace.files()?;
        for file in &files {
            tree.put(&workspace.root.join(file), file)
                .map_err(|error| Failure::new(format!("{file}: {error}")))?;
        }
        Ok(tree)
    }

    fn put(&self, from: &Path, file: &str) -> io::Result<()> {
        let (to, bytes) = (self.root.join(file), fs::read(from)?);
        if fs::read(&to).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        fs::create_dir_all(to.parent().unwrap_or(&self.root))?;
        fs::write(to, bytes)
    }

    /// Where it lies.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Changes a file for as long as `work` takes.
    pub(super) fn with<T>(
        &self,
        file: &str,
        text: &str,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let path = self.root.join(file);
        let failure = |error: io::Error| Failure::new(format!("{file}: {error}"));
        let before = fs::read(&path).map_err(failure)?;
        fs::write(&path, text).map_err(failure)?;
        let done = work();
        fs::write(&path, before).map_err(failure)?;
        done
    }
}
