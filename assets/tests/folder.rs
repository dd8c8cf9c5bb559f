//! What of a folder gets into the table, and what stops the build.

use std::fs;
use std::path::Path;

use samewire_assets::{Error, folder};
use tempfile::TempDir;

/// A folder `www` of these files.
fn www(files: &[(&str, &[u8])]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("www")).unwrap();
    for (path, content) in files {
        let path = place.path().join("www").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    place
}

fn table(place: &Path) -> Result<String, Error> {
    let out = place.join("out");
    fs::create_dir_all(&out).unwrap();
    folder(place.join("www")).write_to(&out)?;
    Ok(fs::read_to_string(out.join("www.rs")).unwrap())
}

/// The paths in a table, in their order.
fn paths(table: &str) -> Vec<&str> {
    let files = table.split("File::tagged(\"").skip(1);
    files.map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn files_stand_in_the_order_of_their_paths() {
    let place = www(&[("b.txt", b"b"), ("a/z.txt", b"z"), ("a.txt", b"a"), ("a b.txt", b"ab")]);
    assert_eq!(paths(&table(place.path()).unwrap()), ["a%20b.txt", "a.txt", "a/z.txt", "b.txt"]);
}

#[test]
fn a_name_that_is_long_in_a_url_is_none_on_the_disk() {
    // 120 bytes for the disk, 360 in a URL; no disk takes more than 255.
    let name = "\u{65e5}".repeat(40);
    let place = www(&[(&name, &[b'x'; 2000])]);
    assert_eq!(paths(&table(place.path()).unwrap()), ["%E6%97%A5".repeat(40)]);
}

#[test]
fn the_same_folder_makes_the_same_bytes() {
    let text = "the same bytes on every wire ".repeat(100);
    let files: [(&str, &[u8]); 2] = [("b.txt", text.as_bytes()), ("a.txt", b"a")];
    let one = www(&files);
    let other = www(&[files[1], files[0]]);
    assert_eq!(table(one.path()).unwrap(), table(other.path()).unwrap());
    let gzip = |place: &TempDir| fs::read(place.path().join("out/www.gzip/1")).unwrap();
    assert_eq!(gzip(&one), gzip(&other));
    // RFC 1952 §2.3.1: no time of change, and no system.
    assert_eq!(gzip(&one)[..10], [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 255]);
}

#[test]
fn a_variant_is_kept_where_it_saves_enough() {
    // A row that repeats itself only after longer than anybody could look back.
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let noise: Vec<u8> = noise.take(4096).collect();
    let place =
        www(&[("noise.bin", &noise), ("long.txt", &[b'x'; 1024]), ("short.txt", &[b'x'; 1023])]);
    let table = table(place.path()).unwrap();
    assert_eq!(table.matches("gzip_tagged").count(), 1, "{table}");
    assert!(table.contains("\"long.txt\", include_bytes!(\"www.files/0\")"), "{table}");
    let out = place.path().join("out");
    folder(place.path().join("www")).gzip_from(0).write_to(&out).unwrap();
    let table = fs::read_to_string(out.join("www.rs")).unwrap();
    assert_eq!(table.matches("gzip_tagged").count(), 2, "{table}");
    folder(place.path().join("www")).without_gzip().write_to(&out).unwrap();
    assert!(!fs::read_to_string(out.join("www.rs")).unwrap().contains("gzip_tagged"));
}

#[test]
fn a_variant_that_is_there_is_taken_and_checked() {
    let gzip = fs::read("tests/www/app.js.gz").unwrap();
    let script = fs::read("tests/www/app.js").unwrap();
    let place = www(&[("app.js", &script), ("app.js.gz", &gzip), ("alone.gz", &gzip)]);
    let table = table(place.path()).unwrap();
    assert_eq!(paths(&table), ["alone.gz", "app.js"]);
    assert_eq!(table.matches("gzip_tagged").count(), 1, "{table}");
    for (script, gzip) in
        [(&b"newer"[..], &gzip[..]), (&script, b"no gzip"), (&script, &gzip[..20])]
    {
        let place = www(&[("app.js", script), ("app.js.gz", gzip)]);
        let error = self::table(place.path()).unwrap_err();
        assert!(matches!(error, Error::Stale(_)), "{error}");
    }
}

#[test]
fn hidden_files_stay_out_unless_they_are_well_known() {
    let place = www(&[
        ("a.txt", b"a"),
        (".env", b"secret"),
        (".git/config", b"secret"),
        (".well-known/security.txt", b"Contact: a@example"),
    ]);
    assert_eq!(paths(&table(place.path()).unwrap()), [".well-known/security.txt", "a.txt"]);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_refused() {
    use std::os::unix::fs::symlink;
    let within = |target: &str| {
        let place = www(&[("a.txt", b"a"), ("sub/b.txt", b"b")]);
        fs::write(place.path().join("secret"), b"secret").unwrap();
        symlink(target, place.path().join("www/link.txt")).unwrap();
        table(place.path()).map(|table| paths(&table).join(" "))
    };
    assert_eq!(within("sub/b.txt").unwrap(), "a.txt link.txt sub/b.txt");
    for target in ["../secret", "../../../../../../etc/passwd", ".", "sub", ".."] {
        let error = within(target).unwrap_err();
        assert!(matches!(error, Error::Link(_)), "{target}: {error}");
    }
    assert!(matches!(within("nothing").unwrap_err(), Error::Io(..)));
}

#[test]
fn mistakes_are_told_with_the_way_out() {
    let error = folder("no/such/folder").write_to("/nowhere").unwrap_err();
    assert_eq!(
        format!("{error:?}"),
        "there is no folder `no/such/folder`: make it, or name another in \
         `samewire_assets::folder`; paths begin at the package's Cargo.toml"
    );
    let empty = table(www(&[(".hidden", b"")]).path()).unwrap_err();
    assert!(empty.to_string().contains("run that first"), "{empty}");
    let name = table(www(&[("a\nb", b"")]).path()).unwrap_err();
    assert!(name.to_string().contains("rename it"), "{name}");
}
