//! The demo on an ESP32-C3.
//!
//! | where | what |
//! | --- | --- |
//! | UART0, GPIO21 (from the board) and GPIO20, 921,600 baud 8N1 | [the link](samewire_link) |
//! | USB, the chip's own serial port | the link |
//! | Wi-Fi, if whoever builds the image names a network | `http://…/`, at the address that it gives |
//! | GPIO10 | the lamp |
//! | I2C0, GPIO4 (SDA) and GPIO5 (SCL) | a TMP102, the thermometer |
//! | the log of the link, RTT's channel 0, and both ports as text | what is told of starts, ends and Wi-Fi |
//!
//! The network is named by `SAMEWIRE_WIFI_SSID` and `SAMEWIRE_WIFI_PASSWORD` in the environment of
//! the build. How the demo is served is [said for all boards](samewire_attached).
#![no_std]
#![no_main]

mod build;
mod end;
mod link;
mod network;
mod pins;
mod ports;

use embassy_executor::Spawner;
use esp_hal::clock::CpuClock;
use esp_hal::ram;
use esp_hal::rng::Rng;
use esp_hal::timer::timg::TimerGroup;
use rtt_target::rtt_init_print;

use end::Watch;
use ports::tell;

/// What the radio takes, as its makers say; nothing else allocates. The loader has left the first part,
/// which serves nothing but this.
const HEAP_BYTES: [usize; 2] = [64 * 1024, 36 * 1024];

#[esp_rtos::main]
async fn main(spawner: Spawner) -> ! {
    rtt_init_print!();
    let board = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    let mut watch = Watch::start(board.RTC_TIMER);
    let before = end::before();
    esp_alloc::heap_allocator!(#[ram(reclaimed)] size: HEAP_BYTES[0]);
    esp_alloc::heap_allocator!(size: HEAP_BYTES[1]);
    esp_rtos::start(TimerGroup::new(board.TIMG0).timer0, board.FROM_CPU_INTR0);

    ports::begin(board.FROM_CPU_INTR1, board.UART0, board.GPIO21, board.GPIO20, board.USB_DEVICE);
    tell(format_args!("samewire esp32c3 {:02x?} begins", build::id()));
    if !before.words.is_empty() {
        tell(format_args!("{}", before.words));
    }
    let network = network::named();
    tell(format_args!(
        "{}",
        match network {
            Some(_) => "Wi-Fi: joins the network that the image was built with",
            None => "no Wi-Fi: the image was built without SAMEWIRE_WIFI_SSID",
        }
    ));

    let wiring = pins::connect(board.GPIO10, board.I2C0, board.GPIO5, board.GPIO4);
    let random = Rng::new();
    let session = random.random() ^ before.starts;
    link::begin(spawner, session, wiring);
    if let Some(network) = network {
        let seed = u64::from(random.random()) << 32 | u64::from(random.random());
        network::begin(spawner, board.WIFI, network, seed, wiring);
    }
    watch.feed_forever().await
}
