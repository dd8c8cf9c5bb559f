//! The two commands of the README: what it promises is what the gate runs.

use crate::failure::Failure;
use crate::step::run;
use crate::workspace::Workspace;

/// Replays the suite on every target that needs nothing but cargo.
pub(crate) const CHECK: &str = "cargo run --release -- check";
/// The same case by case, and everything else.
pub(crate) const TEST: &str = "cargo test";

/// Runs one of them, word for word.
pub(crate) fn run_as_written(workspace: &Workspace, command: &str) -> Result<(), Failure> {
    run(workspace.cargo().args(command.split(' ').skip(1)))
}

/// Those that the README's text does not have on a line of its own, before any comment.
pub(crate) fn missing(text: &str) -> Vec<&'static str> {
    let has = |command: &&str| {
        text.lines().any(|line| line.split('#').next().unwrap_or_default().trim() == *command)
    };
    [CHECK, TEST].into_iter().filter(|command| !has(command)).collect()
}

#[cfg(test)]
mod tests {
    use super::{CHECK, TEST, missing};

    #[test]
    fn readme_has_both_commands() {
        for (text, expected) in [
            ("```sh\ncargo run --release -- check    # the suite\ncargo test\n```\n", &[][..]),
            ("cargo run -- check\ncargo test\n", &[CHECK]),
            ("cargo run --release -- check\ncargo test --all\n", &[TEST]),
            ("", &[CHECK, TEST]),
        ] {
            assert_eq!(missing(text), expected, "{text:?}");
        }
    }
}
