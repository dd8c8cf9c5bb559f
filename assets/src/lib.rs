//! Compiles a folder into a program, so that [`samewire`] serves it from flash.
//!
//! In `Cargo.toml`:
//!
//! ```toml
//! [build-dependencies]
//! samewire-assets = "0.1"
//! ```
//!
//! In `build.rs`:
//!
//! ```no_run
//! fn main() -> Result<(), samewire_assets::Error> {
//!     samewire_assets::folder("www").write()
//! }
//! ```
//!
//! And in the program:
//!
//! ```ignore
//! use samewire::app::files::Files;
//!
//! static SITE: Files = samewire::folder!("www").cache_control("public, max-age=3600");
//! ```
//!
//! Each file gets the media type of its extension and an entity tag that follows from its content.
//! Of text and the like a gzip variant is made, too, where it saves enough to be worth its flash. A
//! `style.css.gz` that lies beside its `style.css` already is taken for that variant, and checked.
//!
//! The same folder makes the same bytes on every machine: times and owners of files do not count,
//! nor does the order in which a disk lists them. Names that begin with a dot stay out, as editors
//! and version control leave them behind; only `.well-known` (RFC 8615) is meant for clients.

mod error;
mod folder;
mod gzip;
mod name;
mod table;

pub use error::Error;
pub use folder::{Folder, folder};
