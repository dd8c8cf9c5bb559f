//! Patterns against what they say, against the crate `regex`, and by the work that they do.

use proptest::prelude::*;
use std::boxed::Box;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

use super::{Pattern, Program};
use crate::http::abnf::work;

/// What the macro does, for a text that is made while the test runs.
fn compile(text: &str) -> Pattern {
    let program = Program::compile(Box::leak(text.to_string().into_boxed_str()));
    let follow = program.follow::<64>()[..program.positions()].to_vec();
    let atoms = program.atoms::<64>()[..program.atoms_count()].to_vec();
    Pattern::new(&program, Vec::leak(follow), Vec::leak(atoms))
}

#[test]
fn whole_texts_are_of_a_pattern_or_not() {
    for (pattern, texts, others) in [
        ("a", vec!["a"], vec!["", "b", "aa", "á", "A"]),
        ("ab|c", vec!["ab", "c"], vec!["a", "abc", "b"]),
        ("a(b|c)d", vec!["abd", "acd"], vec!["ad", "abcd"]),
        ("(?:ab)*", vec!["", "ab", "abab"], vec!["a", "aba"]),
        ("a?b+", vec!["b", "ab", "abb"], vec!["a", "aab", ""]),
        ("(a*)*b", vec!["b", "aab"], vec!["a", "ba"]),
        ("a{3}", vec!["aaa"], vec!["aa", "aaaa"]),
        ("a{2,}", vec!["aa", "aaaaa"], vec!["a", ""]),
        ("a{0,2}", vec!["", "a", "aa"], vec!["aaa"]),
        ("(a|b?){2,3}c", vec!["c", "abc", "aabc", "bbbc"], vec!["aaaac", "ab"]),
        ("[A-Za-z][a-z -]{0,3}", vec!["A", "Ada", "a-b"], vec!["-a", "Abcde", "AB"]),
        ("[^0-9]", vec!["a", "€", "𝄞", "\n"], vec!["0", "ab"]),
        ("[-a]+[a-]+", vec!["a-", "--"], vec!["b"]),
        (r"\d\w\.\\", vec![r"0_.\", r"9Z.\"], vec![r"aa.\", r"0-.\", r"0aa\"]),
        (r"[\d\]\-^.]*", vec!["0]-^."], vec!["d", "[", r"\"]),
        (".", vec!["a", "€", "𝄞", "\0"], vec!["", "\n", "\r", "\u{2028}", "\u{2029}"]),
        ("[ä-ü€𝄞]+", vec!["ö€𝄞"], vec!["a", "\u{7f}", "𝄟"]),
        (r"[\n\r\t]", vec!["\n", "\r", "\t"], vec!["n", " "]),
    ] {
        let compiled = compile(pattern);
        for text in texts {
            assert!(compiled.matches(text), "{pattern:?} refuses {text:?}");
        }
        for text in others {
            assert!(!compiled.matches(text), "{pattern:?} admits {text:?}");
        }
    }
}

#[test]
fn mistakes_are_told() {
    for (pattern, reason) in [
        ("", "empty"),
        ("a|", "empty"),
        ("()", "empty"),
        ("(a", "without `)`"),
        ("a)", "without `(`"),
        ("*a", "repeats nothing"),
        ("a**", "repeats a repetition"),
        ("a+?", "repeats a repetition"),
        ("a{1", "repeats by"),
        ("a{x}", "repeats by"),
        ("a{,3}", "repeats by"),
        ("a{3,2}", "from more to less"),
        ("a{0}", "never"),
        ("a{65}", "more than 64 times"),
        ("a{33}b{33}", "more than 64 positions"),
        ("^a", "whole text"),
        ("a$", "whole text"),
        ("}", "stands for itself"),
        ("]", "is none"),
        ("[]", "is none"),
        ("[^]", "is none"),
        ("[a", "is none"),
        ("[z-a]", "is none"),
        ("[[a]]", "is none"),
        ("[a-\\d]", "is none"),
        ("\\", "is none"),
        ("\\s", "is none"),
        ("\\1", "is none"),
        ("(?=a)", "repeats nothing"),
    ] {
        let caught = std::panic::catch_unwind(|| compile(pattern));
        let Err(panic) = caught else { panic!("{pattern:?} is compiled") };
        let told = panic.downcast_ref::<&str>().map(ToString::to_string);
        let told = told.or(panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        assert!(told.contains(reason), "{pattern:?}: {told}");
    }
}

#[test]
fn hostile_texts_cost_what_others_do() {
    // Each takes a backtracking engine years.
    let hostile = format!("{}!", "a".repeat(1000));
    for pattern in
        ["(a+)+", "(a|a)*", "(a|aa)+", "(a*)*b", "(\\w+\\d?)*", ".*.*.*=.*", "a{0,31}(a?){31}"]
    {
        let compiled = compile(pattern);
        work::take();
        assert!(!compiled.matches(&hostile), "{pattern:?}");
        let items: usize = compiled.atoms.len() * 4;
        let steps = work::take();
        let steps_max = hostile.len() * (compiled.follow.len() + items);
        assert!(steps <= steps_max, "{pattern:?}: {steps} steps");
    }
}

#[test]
fn tables_are_as_large_as_their_pattern() {
    const DIGITS: Pattern = crate::pattern!("[0-9]{4}-[0-9]{2}");
    assert_eq!((DIGITS.follow.len(), DIGITS.atoms.len()), (7, 2));
    assert!(DIGITS.matches("2026-11") && !DIGITS.matches("2026-1"));
    assert_eq!(DIGITS.as_str(), "[0-9]{4}-[0-9]{2}");
}

/// Patterns of a few characters, so that texts of the same meet them often.
fn patterns() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        4 => "[abé]",
        1 => Just(".".into()),
        1 => Just(r"\d".into()),
        1 => Just(r"\w".into()),
        2 => "\\[\\^?[ab0é_]{1,3}(a-[b-é])?-?\\]",
    ];
    atom.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}{b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}|{b})")),
            (inner, "[?*+]|\\{[0-2],?\\}|\\{[01],[1-3]\\}")
                .prop_filter("never", |(_, repeat)| repeat != "{0}")
                .prop_map(|(a, repeat)| format!("({a}){repeat}")),
        ]
    })
}

/// The same for the crate, where `.`, `\d` and `\w` mean more.
fn peer(pattern: &str) -> regex::Regex {
    let pattern = pattern
        .replace(r"\d", "[0-9]")
        .replace(r"\w", "[0-9A-Za-z_]")
        .replace('.', r"[^\n\r\u{2028}\u{2029}]");
    regex::Regex::new(&format!("^(?:{pattern})$")).unwrap()
}

proptest! {
    #[test]
    fn the_same_texts_are_admitted_as_by_regex(
        pattern in patterns(),
        texts in prop::collection::vec("[abé0_\n]{0,8}", 1..20),
    ) {
        // A pattern may grow beyond what we take.
        let compiled = std::panic::catch_unwind(|| compile(&pattern));
        prop_assume!(compiled.is_ok());
        let (compiled, peer) = (compiled.unwrap(), peer(&pattern));
        for text in texts {
            prop_assert_eq!(compiled.matches(&text), peer.is_match(&text), "{:?} {:?}", pattern, text);
        }
    }
}
