use super::{InvariantRef, Ledger, Status};
use crate::decision::decisions;
use crate::fixtures::Fixtures;
use crate::suite::Suite;

const CASE: &str = "### a\nProse.\nrule rfc1-1-both rfc1-1-case\n\n! close\n";

/// A suite with these requirements, and those that violations name.
fn suite() -> Suite {
    let own = [
        ("rfc1-1-both", "MUST", ""),
        ("rfc1-1-case", "MUST", ""),
        ("rfc1-1-code", "MUST NOT", ""),
        ("rfc1-1-invariant", "MUST NOT", ""),
        ("rfc1-1-neither", "MUST", ""),
        ("rfc1-1-weak", "SHOULD", ""),
        ("rfc1-1-refused", "MUST", "exception = \"why\"\n"),
        ("rfc1-1-later", "MUST", "waits = \"more\"\n"),
    ];
    let mut entries = String::new();
    for (id, level, more) in own {
        entries += &format!(
            "[[requirement]]\nid = \"{id}\"\nrfc = \"rfc1\"\nsection = \"1\"\nlevel = \"{level}\"\n\
             profile = \"http1\"\ntext = \"What.\"\ntest = \"\"\nbasis = \"text\"\n{more}\n"
        );
    }
    let real = Fixtures::embedded();
    let texts = vec![
        ("a.case".to_owned(), CASE.to_owned()),
        (
            "requirements.toml".to_owned(),
            format!("{entries}{}", real.text("requirements.toml").unwrap()),
        ),
    ];
    Suite::read(Fixtures { root: "f".to_owned(), folder: None, texts }).unwrap()
}

const HOLDS: InvariantRef<'_> = InvariantRef { name: "head", rules: &["rfc1-1-invariant"] };

#[test]
fn a_proof_and_a_decision_make_it_proven() {
    let suite = suite();
    let code =
        decisions(&[("server-core/src/x.rs", "// rfc1-1-both rfc1-1-both\n// rfc1-1-code\n")]);
    let ledger = Ledger::join(&suite, &[HOLDS], &code).unwrap();
    let found: Vec<(&str, Status)> = ledger.entries[..8]
        .iter()
        .map(|entry| (&entry.requirement.id[7..], entry.status()))
        .collect();
    let expected = [
        ("both", Status::Proven),
        ("case", Status::Claimed),
        ("code", Status::Claimed),
        ("invariant", Status::Claimed),
        ("neither", Status::Open),
        ("weak", Status::Open),
        ("refused", Status::Exception),
        ("later", Status::Waits),
    ];
    assert_eq!(found, expected);
    let unproven: Vec<&str> = ledger
        .unproven()
        .map(|entry| &*entry.requirement.id)
        .filter(|id| id.starts_with("rfc1-"))
        .collect();
    let expected =
        ["rfc1-1-case", "rfc1-1-code", "rfc1-1-invariant", "rfc1-1-neither", "rfc1-1-later"];
    assert_eq!(unproven, expected);
}

#[test]
fn the_json_says_what_proves_and_what_decides() {
    let suite = suite();
    let code = decisions(&[("server-core/src/x.rs", "// rfc1-1-both rfc1-1-both\n")]);
    let json = Ledger::join(&suite, &[HOLDS], &code).unwrap().to_json();
    let both = serde_json::json!({
        "id": "rfc1-1-both", "level": "MUST", "profile": "http1", "status": "proven",
        "waits": null,
        "proofs": ["a/a"], "decided_at": ["server-core/src/x.rs:1"],
    });
    assert_eq!(json["requirements"][0], both);
    assert_eq!(json["requirements"][3]["proofs"][0], "invariant:head");
}

#[test]
fn counts_by_profile_and_level() {
    let suite = suite();
    let mut ledger = Ledger::join(&suite, &[HOLDS], &[]).unwrap();
    ledger.entries.truncate(8);
    let expected = "\
profile  level        all  proven  claimed  open  waits  exception
http1    MUST           5       0        2     1      1          1
http1    MUST NOT       2       0        1     1      0          0
http1    SHOULD         1       0        0     1      0          0
all                     8       0        3     3      1          1

Waiting for what is still to be built:
     1  more

MUST and MUST NOT that are proven, of those that bind:
  http1      0 of   6    0.0 %  less than 100 %

MUST and MUST NOT of these that are not proven: 6
  claimed  rfc1-1-both
           What.
  claimed  rfc1-1-case
           What.
  open     rfc1-1-code
           What.
  claimed  rfc1-1-invariant
           What.
  open     rfc1-1-neither
           What.
  waits    rfc1-1-later
           What.
";
    assert_eq!(ledger.to_string(), expected);
}

#[test]
fn what_rests_on_memory_is_proven_beside_others_only() {
    let mut suite = suite();
    "recall".clone_into(&mut suite.requirements[0].basis);
    let code = decisions(&[("server-core/src/x.rs", "// rfc1-1-both\n")]);
    let status = |suite: &Suite| Ledger::join(suite, &[HOLDS], &code).unwrap().entries[0].status();
    assert_eq!(status(&suite), Status::Claimed);
    suite.requirements[0].beside = Some("a.rs::b".into());
    assert_eq!(status(&suite), Status::Proven);
    let ledger = Ledger::join(&suite, &[HOLDS], &code).unwrap();
    assert_eq!(ledger.entries[0].proofs, ["a/a", "test:a.rs::b"]);
}

#[test]
fn an_id_that_nobody_knows_is_an_error() {
    let suite = suite();
    let code = decisions(&[("server-core/src/x.rs", "\n// rfc1-1-boht\n")]);
    let lost = InvariantRef { name: "lost", rules: &["rfc1-1-x-y-z"] };
    let errors = Ledger::join(&suite, &[lost], &code).unwrap_err();
    let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(
        shown[0].starts_with("error: unknown requirement `rfc1-1-x-y-z`\n  --> invariant lost")
    );
    assert!(shown[1].contains("server-core/src/x.rs:2:4"), "{}", shown[1]);
    assert!(shown[1].ends_with("did you mean `rfc1-1-both`?"), "{}", shown[1]);
    assert_eq!(shown.len(), 2);
}

#[test]
fn the_code_of_this_project_names_known_requirements() {
    let suite = Suite::load(None).unwrap();
    let ledger = Ledger::new(&suite, &[]).unwrap_or_else(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n\n"))
    });
    assert_eq!(ledger.entries.len(), suite.requirements.len());
}
