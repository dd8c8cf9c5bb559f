//! The route of `hello`, on a machine that knows what o'clock it is and who asks.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use samewire::app;

struct Panel;

app! { for Panel;
    get "/hello" => hello;
}

async fn hello(_: &Panel) -> &'static str {
    "Hello, World!\n"
}

size::tell!(Panel, hello);

#[entry]
fn main() -> ! {
    size::serve(&Panel)
}
