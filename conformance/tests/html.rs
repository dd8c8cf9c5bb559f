//! The page of a run in which nothing is missing: targets that pass, lie, skip and go away, and
//! bytes that would like to be markup. `cargo ci matrix` opens it in a browser.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use samewire_conformance::case::Need;
use samewire_conformance::case::select::{Selected, select};
use samewire_conformance::costs::{Cost, Costs};
use samewire_conformance::cuts::Cuts;
use samewire_conformance::fixtures::Fixtures;
use samewire_conformance::ledger::Ledger;
use samewire_conformance::report::console::Paint;
use samewire_conformance::report::finding::{Findings, Replay};
use samewire_conformance::report::html::{Page, write};
use samewire_conformance::run::{Report, Summary};
use samewire_conformance::subject::{Channel, OpenOptions, Received, Subject, Time, Unreachable};
use samewire_conformance::suite::Suite;
use samewire_conformance::targets::Target;
use samewire_conformance::trial::Trial;

/// What ends a script, begins a tag, and cannot be spelled in HTML.
const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\\0\\x1b[2J\\xff";

/// The suite: two cases share a section, one speaks frames, and in one time passes.
fn suite() -> Suite {
    let hostile = format!(
        "### hostile\nAn echo of what would like to be <b>markup</b> & is none.\n\
         rule rfc9110-9.1-get-head\n\n> POST / HTTP/1.1\\r\\n\n> Host: example\\r\\n\n\
         > Content-Length: 43\\r\\n\\r\\n\n> {HOSTILE}\n< 200\n"
    );
    let refused = "### refused\nA space before the colon smuggles.\n\
                   rule rfc9112-5.1-ws-before-colon-400 rfc9112-11.2-framing-rules-strict\n\
                   each SPACE = \" \" \"\\t\"\n\n> GET / HTTP/1.1\\r\\n\n> Host: example\\r\\n\n\
                   > X\\{SPACE}: y\\r\\n\\r\\n\n< 400\n! close\n";
    let trimmed = "### trimmed\nSpaces around a value are none of it.\n\
                   rule rfc9112-5.1-ows-stripped\n\n> GET /nowhere HTTP/1.1\\r\\n\n\
                   > Host:  example \\r\\n\\r\\n\n< 404\n";
    let slow = "### slow\nA head that does not end is given up.\nrule rfc9112-9.5-graceful-timeout\n\n\
                > GET / HTTP/1.1\\r\\n\n@ +20s\n< 408 | close\n";
    let frames = "### echo\nA message comes back as it went.\nrule rfc6455-5.6-text-is-utf8\n\n\
                  ws /ws\n> text \"Hello\"\n< text \"Hello\"\n";
    let texts = [
        ("http/a.case", format!("{hostile}\n{refused}\n{trimmed}")),
        ("http/slow.case", slow.to_owned()),
        ("ws/b.case", frames.to_owned()),
    ];
    let texts = texts.map(|(path, text)| (path.to_owned(), text)).to_vec();
    let fixtures = Fixtures { root: "fixtures".to_owned(), folder: None, texts };
    Suite::read(fixtures).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

/// What a server does to the bytes of core, and how many connections it bears.
type Other<'a> = (&'a str, Alter, usize);
type Alter = fn(&mut Vec<u8>);

/// Core, but for what is changed on the way back; it has no WebSocket, and is gone after some
/// connections.
struct Altered {
    name: String,
    core: Box<dyn Subject>,
    alter: Alter,
    left: usize,
}

struct AlteredChannel(Box<dyn Channel>, Alter);

impl Subject for Altered {
    fn name(&self) -> &str {
        &self.name
    }

    fn time(&self) -> Time {
        Time::Virtual
    }

    fn lacks(&mut self, need: Need) -> Result<Option<String>, Unreachable> {
        Ok((need == Need::Ws).then(|| "there is <none> & never was".to_owned()))
    }

    fn open(&mut self, options: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        self.left = self.left.checked_sub(1).ok_or(Unreachable("gone <away>".to_owned()))?;
        Ok(Box::new(AlteredChannel(self.core.open(options)?, self.alter)))
    }
}

impl Channel for AlteredChannel {
    fn send(&mut self, bytes: &[u8]) {
        self.0.send(bytes);
    }

    fn receive(&mut self, into: &mut Vec<u8>, patience: Duration) -> Received {
        let mut bytes = Vec::new();
        let received = self.0.receive(&mut bytes, patience);
        (self.1)(&mut bytes);
        into.extend(bytes);
        received
    }

    fn pass(&mut self, time: Duration) {
        self.0.pass(time);
    }

    fn shut(&mut self) {
        self.0.shut();
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}

/// Permitted, and not the same bytes.
fn shouts(bytes: &mut Vec<u8>) {
    replace(bytes, "200 OK", "200 YES");
}

/// Not permitted.
fn lies(bytes: &mut Vec<u8>) {
    replace(bytes, "400 Bad Request", "200 </script><b>");
}

fn honest(_: &mut Vec<u8>) {}

fn replace(bytes: &mut Vec<u8>, from: &str, to: &str) {
    if let Some(at) = bytes.windows(from.len()).position(|bytes| bytes == from.as_bytes()) {
        bytes.splice(at..at + from.len(), to.bytes());
    }
}

/// Runs the suite on core, and on targets that are core but for a few things.
fn run(suite: &Suite, others: &[Other<'_>]) -> Report {
    let cases = select(suite, &[]).unwrap_or_else(|misses| panic!("{}", misses[0]));
    let mut report = Report { cases: cases.len(), ..Report::default() };
    let core = Target::Core.subject();
    try_all(&mut report, &cases, suite, core, None);
    for (name, alter, left) in others {
        let (name, core) = ((*name).to_owned(), Target::Core.subject());
        let altered = Altered { name, core, alter: *alter, left: *left };
        try_all(&mut report, &cases, suite, Box::new(altered), Some(Target::Core.subject()));
    }
    report
}

fn try_all(
    report: &mut Report,
    cases: &[Selected<'_>],
    suite: &Suite,
    subject: Box<dyn Subject>,
    reference: Option<Box<dyn Subject>>,
) {
    let (name, cases_count) = (subject.name().to_owned(), cases.len());
    let mut summary = Summary { name, cases: cases_count, differ: Some(0), ..Summary::default() };
    let (cuts, known) = (Cuts::Bytes, &*suite.known);
    let (slow, foreign, keeps) = (false, false, true);
    let mut trial = Trial { subject, reference, cuts, slow, known, foreign, keeps };
    for selected in cases {
        match trial.run(selected.case, &selected.rows) {
            Ok(mut result) => {
                // What is measured is all that may differ from run to run.
                result.took = Duration::from_millis(7);
                result.repeats = if result.target == "microbit" { 2 } else { 0 };
                summary.add(&result);
                report.results.push(result);
            }
            Err(why) => {
                summary.unreachable = Some(why.to_string());
                break;
            }
        }
    }
    report.summaries.push(summary);
}

const OTHERS: [Other<'_>; 5] = [
    ("microbit", honest, usize::MAX),
    ("shouter", shouts, usize::MAX),
    ("liar", lies, usize::MAX),
    ("gone", honest, 3),
    ("url:http://[::1]:8000/<b>?\"'&", lies, usize::MAX),
];

/// The page of such a run.
fn page(others: &[Other<'_>]) -> String {
    let suite = suite();
    let report = run(&suite, others);
    let ledger = Ledger::of(&suite).ok();
    let findings = Findings {
        suite: &suite,
        replay: Replay::Check(" --fixtures 'a <b>'"),
        paint: Paint::PLAIN,
    };
    let cost =
        |name: &str, instructions| Cost { name: name.to_owned(), instructions, stack_bytes: 812 };
    let cases = vec![cost("http/a/refused", 4321), cost("http/a/hostile", 65_432)];
    let costs = Costs { cases, ..Costs::default() };
    let (report, ledger) = (&report, ledger.as_ref());
    let page = Page { report, findings, ledger, costs: Some(&costs), seconds: 784_111_777 };
    let mut out = Vec::new();
    write(&page, &mut out).expect("memory takes all");
    String::from_utf8(out).expect("a page is UTF-8")
}

/// The data that the page's script reads.
fn data(page: &str) -> serde_json::Value {
    let (_, rest) = page.split_once("id=\"data\">").expect("there is data");
    let (json, _) = rest.split_once("</script>").expect("it ends");
    serde_json::from_str(json).expect("it is JSON")
}

#[test]
fn hostile_bytes_are_text() {
    let page = page(&OTHERS);
    assert_eq!(page.matches("</script>").count(), 3, "its own scripts end, and nothing else does");
    assert!(page.contains("<li>10 replays were done again, since"), "no retry is silent");
    for markup in ["<img", "<b>m", "<none>", "<away>", "'a <b>'", "/<b>?", "\0", "\x1b"] {
        assert!(!page.contains(markup), "{markup:?} is in the page");
    }
    let lines = data(&page)["lines"].to_string();
    assert!(lines.contains("</script><img src=x onerror=alert(1)>\\\\0\\\\x1b[2J"), "{lines}");
}

#[test]
fn each_case_has_a_cell_for_each_target() {
    let page = page(&OTHERS);
    let data = data(&page);
    let cases = data["cases"].as_object().expect("cases");
    assert_eq!(cases.len(), 5);
    for (id, case) in cases {
        assert_eq!(case["cells"].as_array().map(Vec::len), Some(6), "{id}");
        for name in ["core", "microbit", "shouter", "liar", "gone"] {
            let link = format!("href=\"#{id}@{name}\"><i>");
            assert_eq!(page.matches(&link).count(), 1, "{link}");
        }
    }
    let row = |id: &str| {
        let (_, rest) = page.split_once(&format!("<tr id=\"{id}\">")).expect("a row");
        let row = rest.split_once("</tr>").expect("it ends").0;
        row.split("<i>")
            .skip(1)
            .map(|cell| cell.split('<').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let table: [(&str, [&str; 6]); 3] = [
        ("http/a/hostile", ["passed", "passed", "differs", "passed", "passed", "passed"]),
        ("http/a/refused", ["passed", "passed", "passed", "failed", "not run", "failed"]),
        ("ws/b/echo", ["passed", "skipped", "skipped", "skipped", "not run", "skipped"]),
    ];
    for (id, expected) in table {
        assert_eq!(row(id), expected, "{id}");
    }
}

#[test]
fn a_cell_holds_all_that_is_known_of_it() {
    let data = data(&page(&OTHERS));
    let cell = |case: &str, target: usize| data["cases"][case]["cells"][target].clone();
    let differs = cell("http/a/hostile", 2);
    assert_eq!(differs["difference"]["at"], 13);
    assert_eq!(differs["difference"]["sides"][1][1][1], "Y");
    assert!(differs["rows"][0][2].is_u64(), "{differs}");
    let failed = cell("http/a/refused", 3);
    assert_eq!(failed["why"], "got 200");
    let replay =
        "samewire check --target liar --cuts whole --fixtures 'a <b>' 'http/a/refused[\" \"]'";
    assert_eq!(failed["replay"], replay);
    assert_eq!(data["cases"]["http/a/refused"]["cost"], serde_json::json!([4321, 812]));
    let same = cell("http/a/refused", 1);
    assert!(same["rows"].is_null(), "the same as core's, which is there once: {same}");
    assert_eq!(cell("ws/b/echo", 4), serde_json::Value::Null);
    assert_eq!(same["repeats"], 2, "{same}");
    let rule = &data["rules"]["rfc9112-5.1-ws-before-colon-400"];
    assert_eq!(rule["level"], "MUST");
    assert!(rule["decided"][0].as_str().is_some_and(|place| place.contains("fields.rs")), "{rule}");
    let lines: Vec<_> = data["lines"].as_array().into_iter().flatten().collect();
    for line in ["@ +20000ms", "> \\x81\\x857\\xfa!=\\x7f\\x9fMQX\ttext \"Hello\""] {
        assert!(lines.iter().any(|known| *known == line), "{line:?} is not in {lines:?}");
    }
}

#[test]
fn the_same_run_gives_the_same_page_and_the_browser_gets_it() {
    let once = page(&OTHERS);
    assert!(once == page(&OTHERS), "two pages of one run differ");
    let many: Vec<_> =
        (0..9).map(|number| format!("url:http://127.0.0.1:{}", 8000 + number)).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), honest as Alter, 99)).collect();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("html");
    fs::create_dir_all(&folder).expect("a folder of our own");
    for (name, text) in [("findings.html", once), ("many.html", page(&many))] {
        fs::write(folder.join(name), text).expect("a new file");
    }
}

#[test]
fn a_page_asks_nobody_for_anything() {
    let page = page(&OTHERS);
    assert!(page.contains("content=\"default-src 'none';"), "it has its policy");
    for load in ["<link", "<iframe", "src=\"", "@import", "url(", "fetch(", "XMLHttp", "innerHTML"]
    {
        assert!(!page.contains(load), "{load} is in the page");
    }
}
