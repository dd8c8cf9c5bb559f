//! A folder on disk: which of its files are compiled in, and where that is written down.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::{gzip, name, table};

/// Below this, what a gzip variant saves is less than the packets that carry its head.
const GZIP_BYTES_MIN: usize = 1024;

/// A folder that is to be compiled in.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    gzip_bytes_min: usize,
}

/// A file of the folder, read.
pub(crate) struct Asset {
    pub(crate) content: Vec<u8>,
    pub(crate) gzip: Option<Vec<u8>>,
}

/// The files by their paths in a URL, in the order in which they are looked up.
pub(crate) type Assets = BTreeMap<String, Asset>;

/// The folder at this path, which begins at the package's `Cargo.toml`.
pub fn folder(path: impl Into<PathBuf>) -> Folder {
    Folder { path: path.into(), gzip_bytes_min: GZIP_BYTES_MIN }
}

impl Folder {
    /// Makes gzip variants of files from this size on, instead of 1024 bytes. Even then only those
    /// are kept that are a tenth smaller than the file.
    #[must_use]
    pub fn gzip_from(self, bytes: usize) -> Self {
        Self { gzip_bytes_min: bytes, ..self }
    }

    /// Makes no gzip variants: for a board whose flash is dearer than its network is slow. Those
    /// that lie in the folder already are still taken.
    #[must_use]
    pub fn without_gzip(self) -> Self {
        self.gzip_from(usize::MAX)
    }

    /// Writes the table for `samewire::folder!`, and tells cargo to do it again when something in
    /// the folder changes.
    ///
    /// # Errors
    ///
    /// Any [`Error`]: each says what to do.
    pub fn write(&self) -> Result<(), Error> {
        let out = std::env::var_os("OUT_DIR").ok_or(Error::NoOutDir)?;
        println!("cargo::rerun-if-changed={}", self.path.display());
        self.write_to(out)
    }

    /// Writes the table, and copies of the files that it includes, into this folder.
    ///
    /// # Errors
    ///
    /// Any [`Error`] but [`Error::NoOutDir`].
    pub fn write_to(&self, out: impl AsRef<Path>) -> Result<(), Error> {
        let root = self.path.canonicalize().ok().filter(|root| root.is_dir());
        let root = root.ok_or_else(|| Error::NoFolder(self.path.clone()))?;
        let name = root.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.ok_or_else(|| Error::Name(self.path.clone()))?;
        let mut assets = Assets::new();
        walk(&root, &root, "", &mut assets)?;
        if assets.is_empty() {
            return Err(Error::Empty(self.path.clone()));
        }
        self.compress(&root, &mut assets)?;
        table::write(out.as_ref(), &name, &assets)
    }

    /// Finds or makes the gzip variants.
    fn compress(&self, root: &Path, assets: &mut Assets) -> Result<(), Error> {
        let beside: Vec<String> = assets
            .keys()
            .filter(|path| path.strip_suffix(".gz").is_some_and(|file| assets.contains_key(file)))
            .cloned()
            .collect();
        for path in beside {
            let (Some(variant), Some(file)) = (assets.remove(&path), path.strip_suffix(".gz"))
            else {
                continue;
            };
            let Some(asset) = assets.get_mut(file) else { continue };
            if !gzip::is_gzip_of(&variant.content, &asset.content) {
                return Err(Error::Stale(root.join(path)));
            }
            asset.gzip = Some(variant.content);
        }
        for asset in assets.values_mut() {
            if asset.gzip.is_none() && asset.content.len() >= self.gzip_bytes_min {
                let variant = gzip::compress(&asset.content);
                let is_worth_it = variant.len() <= asset.content.len() / 10 * 9;
                asset.gzip = is_worth_it.then_some(variant);
            }
        }
        Ok(())
    }
}

/// Reads all files below `folder`, whose path in a URL is `prefix`.
fn walk(root: &Path, folder: &Path, prefix: &str, assets: &mut Assets) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::at(folder))? {
        let path = entry.map_err(Error::at(folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| Error::Name(path.clone()))?;
        if name.starts_with('.') && name != ".well-known" {
            continue;
        }
        let segment = name::segment(name).ok_or_else(|| Error::Name(path.clone()))?;
        let url = format!("{prefix}{segment}");
        let is_link = path.is_symlink();
        let real = path.canonicalize().map_err(Error::at(&path))?;
        if is_link && (real.is_dir() || !real.starts_with(root)) {
            return Err(Error::Link(path));
        }
        if real.is_dir() {
            walk(root, &path, &format!("{url}/"), assets)?;
        } else {
            let content = fs::read(&path).map_err(Error::at(&path))?;
            assets.insert(url, Asset { content, gzip: None });
        }
    }
    Ok(())
}
