//! The route of `hello` behind three layers that many will use.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use samewire::app;
use samewire::app::layer::{RateLimit, RequestId, SecurityHeaders};

struct Panel {
    limit: RateLimit<4>,
}

app! { for panel: Panel;
    layers [RequestId, SecurityHeaders::new(), &panel.limit];
    get "/hello" => hello;
}

async fn hello(_: &Panel) -> &'static str {
    "Hello, World!\n"
}

size::tell!(Panel, hello);

#[entry]
fn main() -> ! {
    size::serve(&Panel { limit: RateLimit::per_second(20) })
}
