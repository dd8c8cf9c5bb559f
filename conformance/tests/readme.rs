//! The `$ samewire` blocks of the README print what they say.

#[test]
fn readme() {
    // As on a machine where nobody has built an image yet, whatever there is on this one.
    let images = ["SAMEWIRE_MICROBIT", "SAMEWIRE_QEMU_ARM", "SAMEWIRE_QEMU_RISCV"];
    let cases = trycmd::TestCases::new();
    for image in images {
        cases.env(image, "");
    }
    cases.case("../README.md").run();
}
