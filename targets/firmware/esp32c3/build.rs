//! What the linker is told, and what the image depends on beside its sources.

/// Whoever builds the image says by these which network it joins.
const NETWORK: [&str; 2] = ["SAMEWIRE_WIFI_SSID", "SAMEWIRE_WIFI_PASSWORD"];

fn main() {
    for variable in NETWORK {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    // Of the chip's crate, which knows the memory.
    println!("cargo::rustc-link-arg-bins=-Tlinkall.x");
}
