// Made by samewire-assets: 4 files, 2 of them with a gzip variant.
::samewire::app::files::Files::new(const { &[
    ::samewire::app::files::File::tagged("a%20word.txt", include_bytes!("www.files/0"), "5dc16a483a215ce4"),
    ::samewire::app::files::File::tagged("app.js", include_bytes!("www.files/1"), "92f64b29db29a71c")
        .gzip_tagged(include_bytes!("www.gzip/1"), "1d39339d9cc00483"),
    ::samewire::app::files::File::tagged("index.html", include_bytes!("www.files/2"), "2596fab480044e0e"),
    ::samewire::app::files::File::tagged("sub/style.css", include_bytes!("www.files/3"), "6c28389e58037f17")
        .gzip_tagged(include_bytes!("www.gzip/3"), "548ecb3f21ccfd3b"),
] })
