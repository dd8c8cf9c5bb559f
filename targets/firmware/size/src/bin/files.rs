//! `hello` and a folder of one short file, with every word that files know.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use samewire::app;
use samewire::app::files::Files;

struct Panel;

app! { for Panel;
    get   "/hello"  => hello;
    files "/static" => SITE;
}

static SITE: Files = samewire::files! {
    "a.txt" => b"Hello, World!\n", gzip b"a gzip", modified "Sun, 06 Nov 1994 08:49:37 GMT";
}
.cache_control("no-cache");

async fn hello(_: &Panel) -> &'static str {
    "Hello, World!\n"
}

#[entry]
fn main() -> ! {
    size::serve(&Panel)
}
