//! The table as Rust source, with copies of the files beside it: what is compiled in is what the
//! tags were worked out of, whatever becomes of the folder in between.

use std::fs;
use std::path::Path;

use samewire::app::files::Tag;

use crate::error::Error;
use crate::folder::Assets;

/// Writes `NAME.rs` into `out`, and the contents it includes into `NAME.files` and `NAME.gzip`.
pub(crate) fn write(out: &Path, name: &str, assets: &Assets) -> Result<(), Error> {
    let variants = assets.values().filter(|asset| asset.gzip.is_some()).count();
    let mut code = format!(
        "// Made by samewire-assets: {} files, {variants} of them with a gzip variant.\n\
         ::samewire::app::files::Files::new(const {{ &[\n",
        assets.len()
    );
    for (path, asset) in assets {
        let part = |place: String, content: &[u8]| {
            let copy = out.join(&place);
            if let Some(parent) = copy.parent() {
                fs::create_dir_all(parent).map_err(Error::at(parent))?;
            }
            fs::write(&copy, content).map_err(Error::at(&copy))?;
            Ok(format!("include_bytes!({place:?}), {:?}", Tag::of(content).digits()))
        };
        let plain = part(format!("{name}.files/{path}"), &asset.content)?;
        let gzip = match &asset.gzip {
            Some(variant) => {
                let part = part(format!("{name}.gzip/{path}.gz"), variant)?;
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
