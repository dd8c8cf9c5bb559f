//! Every input that was worth keeping, through its target again: the corpus, and the fixtures.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use samewire_fuzz::{TARGETS, seeds};

/// What all committed inputs of all targets may have together.
const CORPUS_BYTES_MAX: u64 = 200 << 10;

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Runs the target, and says by name which input it does not bear.
fn replay(target: &str, name: &str, input: &[u8]) {
    let (_, run) = TARGETS.iter().find(|(known, _)| *known == target).expect("a known target");
    if catch_unwind(AssertUnwindSafe(|| run(input))).is_err() {
        panic!("{target} fails on {name}: {}", input.escape_ascii());
    }
}

#[test]
fn each_target_bears_its_corpus() {
    let mut bytes = 0;
    for (target, _) in TARGETS {
        let mut files: Vec<PathBuf> = fs::read_dir(corpus().join(target))
            .expect("a folder for each target")
            .map(|entry| entry.expect("a readable folder").path())
            .collect();
        files.sort();
        assert!(!files.is_empty(), "{target} has no corpus");
        for path in files {
            let input = fs::read(&path).expect("a readable file");
            bytes += input.len() as u64;
            replay(target, &path.display().to_string(), &input);
        }
    }
    assert!(bytes <= CORPUS_BYTES_MAX, "{bytes} bytes: drop what adds no coverage");
}

#[test]
fn each_target_bears_the_fixtures() {
    let seeds = seeds();
    for (target, name, input) in &seeds {
        replay(target, name, input);
    }
    for (target, _) in TARGETS {
        let count = seeds.iter().filter(|(seeded, ..)| seeded == target).count();
        assert!(count > 10, "only {count} fixtures for {target}");
    }
}

#[test]
fn no_folder_is_without_a_target() {
    for entry in fs::read_dir(corpus()).expect("the corpus") {
        let name = entry.expect("a readable folder").file_name();
        assert!(TARGETS.iter().any(|(target, _)| name == *target), "{name:?} is no target");
    }
}
