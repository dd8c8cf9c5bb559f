//! A table that was made of `tests/www`, compiled in and asked. It is stored, so that a change of
//! what is made shows as a difference: `SAMEWIRE_RENEW=1 cargo test -p samewire-assets` makes it anew.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use samewire::app::files::{Files, Tag};
use samewire_assets::folder;

static SITE: Files = include!("made/www.rs").cache_control("public, max-age=3600");

/// All files below a folder, by their paths.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let below = files(&path).into_iter();
            found.extend(below.map(|(path, content)| (format!("{name}/{path}"), content)));
        } else {
            found.insert(name, fs::read(path).unwrap());
        }
    }
    found
}

#[test]
fn what_is_made_is_what_is_stored() {
    let place = tempfile::tempdir().unwrap();
    let is_renewed = std::env::var_os("SAMEWIRE_RENEW").is_some();
    let stored = Path::new("tests/made");
    folder("tests/www").write_to(if is_renewed { stored } else { place.path() }).unwrap();
    if !is_renewed {
        assert_eq!(files(place.path()), files(stored), "SAMEWIRE_RENEW=1 makes it anew");
    }
}

#[test]
fn the_table_holds_the_folder() {
    let folder = files(Path::new("tests/www"));
    let paths: Vec<&str> = SITE.files().iter().map(|file| file.path()).collect();
    assert_eq!(paths, ["a%20word.txt", "app.js", "index.html", "sub/style.css"]);
    for file in SITE.files() {
        let name = file.path().replace("%20", " ");
        assert_eq!(file.content(), folder[&name], "{name}");
        assert_eq!(file.tag(), Tag::of(file.content()), "{name}");
    }
}

#[test]
fn variants_decode_to_their_files() {
    for (number, name) in [(1, "app.js"), (3, "sub/style.css")] {
        let gzip = fs::read(format!("tests/made/www.gzip/{number}")).unwrap();
        let mut decoded = Vec::new();
        flate2::read::GzDecoder::new(&*gzip).read_to_end(&mut decoded).unwrap();
        assert_eq!(decoded, fs::read(Path::new("tests/www").join(name)).unwrap(), "{name}");
    }
}
