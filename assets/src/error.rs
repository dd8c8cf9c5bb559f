//! Why a folder cannot be compiled in, and what to do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a folder cannot be compiled in. Its text names the way out, and a build script that returns
/// it prints just that.
pub enum Error {
    /// There is no such folder.
    NoFolder(PathBuf),
    /// There is no file in it.
    Empty(PathBuf),
    /// A file's name cannot be said in a URL.
    Name(PathBuf),
    /// A link leads out of the folder, or to another folder.
    Link(PathBuf),
    /// A `.gz` is not the gzip of the file beside it.
    Stale(PathBuf),
    /// It is not cargo that runs this.
    NoOutDir,
    /// A file cannot be read or written.
    Io(PathBuf, io::Error),
}

impl Error {
    /// Takes an error of the system that met this path.
    pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |error| Self::Io(path, error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFolder(path) => write!(
                to,
                "there is no folder `{}`: make it, or name another in `samewire_assets::folder`; \
                 paths begin at the package's Cargo.toml",
                path.display()
            ),
            Self::Empty(path) => write!(
                to,
                "there are no files in `{}`: if something else makes them, run that first",
                path.display()
            ),
            Self::Name(path) => write!(
                to,
                "`{}` cannot be a path of a URL: rename it without `:`, `\\`, control characters and \
                 what is not UTF-8",
                path.display()
            ),
            Self::Link(path) => write!(
                to,
                "`{}` is a link to a folder, or to what lies outside: put the file itself there",
                path.display()
            ),
            Self::Stale(path) => write!(
                to,
                "`{}` is not the gzip of the file beside it: remove it, and it will be made",
                path.display()
            ),
            Self::NoOutDir => write!(
                to,
                "there is no OUT_DIR: call `write` in a build script, or name a place by `write_to`"
            ),
            Self::Io(path, error) => write!(to, "`{}`: {error}", path.display()),
        }
    }
}

/// What `main` of a build script prints.
impl fmt::Debug for Error {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, to)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            _ => None,
        }
    }
}
