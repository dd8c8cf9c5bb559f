//! The table as Rust source, with copies of the files beside it: what is compiled in is what the
//! tags were worked out of, whatever becomes of the folder in between.

use std::fs;
use std::path::Path;

use samewire::app::files::Tag;

use crate::error::Error;
use crate::folder::Assets;

/// Writes `NAME.rs` into `out`, and the contents it includes into `NAME.files` and `NAME.gzip`, by
/// their number: in a URL a name may be longer than any that a disk takes.
pub(crate) fn write(out: &Path, name: &str, assets: &Assets) -> Result<(), Error> {
    let gzipped = assets.values().filter(|asset| asset.gzip.is_some()).count();
    let mut code = format!(
        "// Made by samewire-assets: {} files, {gzipped} of them with a gzip variant.\n\
         ::samewire::app::files::Files::new(const {{ &[\n",
        assets.len()
    );
    let [files, variants] = ["files", "gzip"].map(|kind| format!("{name}.{kind}"));
    for folder in [&files, &variants] {
        let folder = out.join(folder);
        fs::create_dir_all(&folder).map_err(Error::at(folder))?;
    }
    for (number, (path, asset)) in assets.iter().enumerate() {
        let part = |folder: &str, content: &[u8]| {
            let place = format!("{folder}/{number}");
            let copy = out.join(&place);
            fs::write(&copy, content).map_err(Error::at(&copy))?;
            Ok(format!("include_bytes!({place:?}), {:?}", Tag::of(content).digits()))
        };
        let plain = part(&files, &asset.content)?;
        let gzip = match &asset.gzip {
            Some(variant) => {
                let part = part(&variants, variant)?;
                format!("\n        .gzip_tagged({part})")
            }
            None => String::new(),
        };
        code.push_str(&format!(
            "    ::samewire::app::files::File::tagged({path:?}, {plain}){gzip},\n"
        ));
    }
    code.push_str("] })\n");
    let file = out.join(format!("{name}.rs"));
    fs::write(&file, code).map_err(Error::at(file))
}
