//! What a file is, by its extension: looked up while the program is compiled.
#![cfg_attr(
    not(test),
    expect(clippy::indexing_slicing, reason = "runs in the compiler, which would say so")
)]

/// Text is UTF-8, and says so; the types that define their own encoding do not (RFC 8259 §11,
/// RFC 7303 §3).
const TYPES: &[(&[u8], &str)] = &[
    (b"html", "text/html; charset=utf-8"),
    (b"htm", "text/html; charset=utf-8"),
    (b"css", "text/css; charset=utf-8"),
    (b"js", "text/javascript; charset=utf-8"),
    (b"mjs", "text/javascript; charset=utf-8"),
    (b"txt", "text/plain; charset=utf-8"),
    (b"md", "text/markdown; charset=utf-8"),
    (b"csv", "text/csv; charset=utf-8"),
    (b"json", "application/json"),
    (b"map", "application/json"),
    (b"webmanifest", "application/manifest+json"),
    (b"xml", "application/xml"),
    (b"pdf", "application/pdf"),
    (b"wasm", "application/wasm"),
    (b"zip", "application/zip"),
    (b"gz", "application/gzip"),
    (b"svg", "image/svg+xml"),
    (b"png", "image/png"),
    (b"jpg", "image/jpeg"),
    (b"jpeg", "image/jpeg"),
    (b"gif", "image/gif"),
    (b"webp", "image/webp"),
    (b"avif", "image/avif"),
    (b"ico", "image/vnd.microsoft.icon"),
    (b"woff", "font/woff"),
    (b"woff2", "font/woff2"),
    (b"ttf", "font/ttf"),
    (b"otf", "font/otf"),
    (b"mp3", "audio/mpeg"),
    (b"wav", "audio/wav"),
    (b"mp4", "video/mp4"),
    (b"webm", "video/webm"),
];

/// The media type of a file of this name; `application/octet-stream` for one that nobody knows.
pub const fn media_type(path: &str) -> &'static str {
    let path = path.as_bytes();
    let mut at = path.len();
    while at > 0 && !matches!(path[at - 1], b'.' | b'/') {
        at -= 1;
    }
    let (stem, extension) = path.split_at(at);
    let mut row = 0;
    while let [.., b'.'] = stem
        && row < TYPES.len()
    {
        if extension.eq_ignore_ascii_case(TYPES[row].0) {
            return TYPES[row].1;
        }
        row += 1;
    }
    "application/octet-stream"
}

#[cfg(test)]
mod tests {
    use super::{TYPES, media_type};

    #[test]
    fn the_last_extension_counts() {
        for (path, media) in [
            ("index.html", "text/html; charset=utf-8"),
            ("INDEX.HTML", "text/html; charset=utf-8"),
            ("a/b.c/app.min.js", "text/javascript; charset=utf-8"),
            ("site.css.gz", "application/gzip"),
            (".css", "text/css; charset=utf-8"),
            ("css", "application/octet-stream"),
            ("a.css/b", "application/octet-stream"),
            ("a.", "application/octet-stream"),
            ("", "application/octet-stream"),
            ("firmware.bin", "application/octet-stream"),
        ] {
            assert_eq!(media_type(path), media, "{path}");
        }
    }

    #[test]
    fn no_extension_stands_twice() {
        for (row, (extension, _)) in TYPES.iter().enumerate() {
            assert!(TYPES[..row].iter().all(|(other, _)| other != extension));
            assert!(extension.iter().all(|byte| !byte.is_ascii_uppercase()));
        }
    }
}
