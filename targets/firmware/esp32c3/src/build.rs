//! What this image is called by whoever must know whether the board runs it, and what its loader wants
//! to know of it.

use core::ptr;

use esp_bootloader_esp_idf as idf;
use samewire_link::Build;

// There is no time of build in it: the same sources make the same image.
idf::esp_app_desc!(
    env!("CARGO_PKG_VERSION"),
    env!("CARGO_PKG_NAME"),
    "-",
    "-",
    idf::ESP_IDF_COMPATIBLE_VERSION,
    idf::MMU_PAGE_SIZE,
    0,
    u16::MAX,
    idf::SECURE_VERSION
);

/// The begin of the SHA-256 of the ELF file that this image was made of. Zeros, if it was made by who
/// does not write that.
pub(crate) fn id() -> Build {
    // SAFETY: it is a reference. What it refers to is written behind the compiler's back.
    let sum = unsafe { ptr::read_volatile(ESP_APP_DESC.app_elf_sha256()) };
    let [a, b, c, d, e, f, g, h, ..] = sum;
    [a, b, c, d, e, f, g, h]
}
