//! The route of `hello` and ten more, as trivial as it is.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use samewire::app;

struct Panel;

app! { for Panel;
    get "/hello" => hello;
    get "/one"   => one;
    get "/two"   => two;
    get "/three" => three;
    get "/four"  => four;
    get "/five"  => five;
    get "/six"   => six;
    get "/seven" => seven;
    get "/eight" => eight;
    get "/nine"  => nine;
    get "/ten"   => ten;
}

macro_rules! handlers {
    ($($name:ident $text:literal)*) => {
        $(async fn $name(_: &Panel) -> &'static str { $text })*
    };
}

handlers! {
    hello "Hello, World!\n"
    one "1\n" two "2\n" three "3\n" four "4\n" five "5\n"
    six "6\n" seven "7\n" eight "8\n" nine "9\n" ten "10\n"
}

#[entry]
fn main() -> ! {
    size::serve(&Panel)
}
