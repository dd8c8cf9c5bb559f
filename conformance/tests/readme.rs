//! The `$ samewire` blocks of the README print what they say.

#[test]
fn readme() {
    trycmd::TestCases::new().case("../README.md").run();
}
