//! The command from outside: exit codes, bad input, and servers that misbehave.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// Runs `samewire` in the checkout, and returns its exit code, stdout and stderr.
fn samewire(arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_samewire"))
        .args(arguments)
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    (status.code().expect("it ends by itself"), text(stdout), text(stderr))
}

/// A folder of its own below the target directory, with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    }
    folder
}

/// A server that does this with each connection, for as long as the test lasts. Its URL.
fn server(each: impl Fn(TcpStream) + Send + Clone + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let each = each.clone();
            std::thread::spawn(move || each(stream));
        }
    });
    format!("url:http://{address}")
}

/// Answers the first request on a connection with these bytes, and then closes.
fn answers(bytes: &'static [u8]) -> String {
    server(move |mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(bytes);
    })
}

const GET: &str = "\
### get
Any server answers this.
rule rfc9110-9.1-get-head

> GET / HTTP/1.1\\r\\n
> Host: example\\r\\n\\r\\n
< 200
";

/// A suite of one case, `a/get`.
fn suite(name: &str) -> String {
    folder(name, &[("a.case", GET)]).to_string_lossy().into_owned()
}

#[test]
fn all_as_expected_ends_0() {
    let suite = suite("as-expected");
    let (code, stdout, stderr) = samewire(&["check", "--fixtures", &suite]);
    let expected = "core 1 passed, 0 failed, 0 known, 0 skipped, same bytes\n\
                    host 1 passed, 0 failed, 0 known, 0 skipped, same bytes\n";
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, expected, ""));
}

#[test]
fn a_failed_case_ends_1_and_points_into_the_fixture() {
    let case = GET.replace("< 200", "< 404");
    let suite = folder("failed", &[("http/a.case", &case)]);
    let suite = suite.to_string_lossy();
    let (code, stdout, _) = samewire(&["check", "--fixtures", &suite, "--target", "core"]);
    assert_eq!(code, 1, "{stdout}");
    let expected = format!(
        "FAIL core  http/a/get  (whole)\n  --> {suite}/http/a.case:7\n 7 | < 404\n   |   ^^^ got 200\n"
    );
    assert!(stdout.starts_with(&expected), "{stdout}");
    assert!(stdout.contains("\nwhat came: \"HTTP/1.1 200 OK\\r\\n"), "{stdout}");
    let replay = format!(
        "\nreplay: samewire check --target core --cuts whole --fixtures {suite} http/a/get\n"
    );
    assert!(stdout.contains(&replay), "{stdout}");
    assert!(stdout.ends_with("core 0 passed, 1 failed, 0 known, 0 skipped, same bytes\n"));
}

#[test]
fn known_failures_do_not_count_until_they_pass() {
    let known = "[[known]]\ntarget = \"core\"\ncase = \"a/get\"\nreason = \"to see\"\n\
                 date = \"2031-05-17\"\n";
    let fails = GET.replace("< 200", "< 404");
    for (case, code, summary) in [
        (fails.as_str(), 0, "core 0 passed, 0 failed, 1 known, 0 skipped, same bytes\n"),
        (GET, 1, "core 0 passed, 1 failed, 0 known, 0 skipped, same bytes\n"),
    ] {
        let suite = folder("known", &[("a.case", case), ("known-failures.toml", known)]);
        let suite = suite.to_string_lossy();
        let (got, stdout, _) = samewire(&["check", "--fixtures", &suite, "--target", "core"]);
        assert_eq!(got, code, "{stdout}");
        assert!(stdout.ends_with(summary), "{stdout}");
    }
}

#[test]
fn wrong_input_ends_2_and_runs_nothing() {
    let suite = suite("wrong");
    let malformed = folder("malformed", &[("a.case", "### get\nrul x\n")]);
    let unknown = folder("unknown", &[("a.case", &GET.replace("get-head", "gte-head"))]);
    let (malformed, unknown) = (malformed.to_string_lossy(), unknown.to_string_lossy());
    let table: &[(&[&str], &str)] = &[
        (&["chekc"], "error: there is no command `chekc`; did you mean `check`?\n"),
        (
            &["check", "--traget", "core"],
            "error: check has no flag --traget; did you mean --target?",
        ),
        (&["check", "--target", "hots"], "error: --target: there is no target `hots`; there are"),
        (&["flash", "desk", "other"], "error: one board at a time: is it desk?"),
        (
            &["check", "--cuts", "all"],
            "error: --cuts: `all` is none of whole, bytes, some, every\n",
        ),
        (&["check", "--fixtures", &malformed], "a.case:"),
        (&["check", "--fixtures", &unknown], "did you mean `rfc9110-9.1-get-head`?"),
        (&["check", "--fixtures", "no/such/folder"], "no/such/folder"),
        (
            &["check", "--fixtures", &suite, "--json", "no/such/folder/f"],
            "error: cannot write no/such",
        ),
        (
            &["check", "--fixtures", &suite, "--html", "no/such/folder/f"],
            "error: cannot write no/such",
        ),
        (&["explain"], "error: which case?"),
        (&["fmt", "no/such/file.case"], "no/such/file.case"),
        (&["serve", "--port", "http"], "error: --port: `http` is no number"),
    ];
    for (arguments, message) in table {
        let (code, stdout, stderr) = samewire(arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_broken_file_is_named_and_stops_only_who_needs_it() {
    let broken = GET.replace("< 200", "< 20");
    let suite = folder("broken", &[("a.case", GET), ("b/c.case", &broken)]);
    let suite = suite.to_string_lossy();
    let place = format!("error: unknown expectation `20`\n  --> {suite}/b/c.case:7:3\n 7 | < 20\n");
    for command in ["check", "ledger"] {
        let (code, stdout, stderr) = samewire(&[command, "--fixtures", &suite]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        assert!(stderr.starts_with(&place), "{stderr}");
        assert!(stderr.contains("there are statuses `400`"), "{stderr}");
    }
    for id in ["a/get", "rfc9110-9.1-get-head"] {
        let (code, stdout, stderr) = samewire(&["explain", "--fixtures", &suite, id]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
        assert!(stdout.starts_with(&format!("{id}\n")), "{stdout}");
    }
    let (code, _, stderr) = samewire(&["explain", "--fixtures", &suite, "b/c/get"]);
    assert!(code == 2 && stderr.starts_with(&place), "{stderr}");
    assert_eq!(samewire(&["targets"]).0, 0);
}

#[test]
fn a_requirement_is_explained_by_its_id() {
    let (code, stdout, _) = samewire(&["explain", "rfc9112-5.1-ws-before-colon-400"]);
    assert_eq!(code, 0, "{stdout}");
    for part in ["\nProven by:\n  http/", "\nDecided at:\n  server-core/src/http/fields.rs:"] {
        assert!(stdout.contains(part), "{part:?} is not in\n{stdout}");
    }
    let (code, _, stderr) = samewire(&["explain", "rfc9112-5.1-ws-before-colon-401"]);
    assert_eq!(code, 4, "{stderr}");
    assert!(stderr.ends_with("did you mean `rfc9112-5.1-ws-before-colon-400`?\n"), "{stderr}");
}

#[test]
fn a_server_that_is_not_there_ends_3_before_anything_runs() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let target = format!("url:http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let suite = suite("unreachable");
    let arguments = ["check", "--fixtures", &suite, "--target", "core", "--target", &target];
    let (code, stdout, stderr) = samewire(&arguments);
    assert_eq!((code, stdout.as_str()), (3, ""), "{stderr}");
    assert!(stderr.starts_with(&format!("error: {target}: cannot reach")), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn an_image_that_is_not_there_ends_3_with_what_brings_it() {
    for command in ["check", "serve"] {
        let output = Command::new(env!("CARGO_BIN_EXE_samewire"))
            .args([command, "--target", "qemu-riscv"])
            .env("SAMEWIRE_QEMU_RISCV", "")
            .output()
            .expect("the binary runs");
        let stderr = String::from_utf8_lossy(&output.stderr);
        let expected =
            "error: qemu-riscv: there is no image: `cargo ci firmware qemu-riscv` builds it\n";
        assert_eq!((output.status.code(), &*stderr), (Some(3), expected), "{command}");
        assert!(output.stdout.is_empty(), "{command}");
    }
}

#[test]
fn of_all_targets_those_that_are_not_there_are_skipped_with_what_brings_them() {
    let suite = suite("all");
    let check = |targets: &[&str]| {
        // Where there is no boards.toml, and none of the boards has an image.
        let output = Command::new(env!("CARGO_BIN_EXE_samewire"))
            .args(["check", "--fixtures", &suite])
            .args(targets.iter().flat_map(|target| ["--target", target]))
            .current_dir("/")
            .envs(
                ["MICROBIT", "QEMU_ARM", "QEMU_RISCV", "RP2040"]
                    .map(|name| (format!("SAMEWIRE_{name}"), "")),
            )
            .output()
            .expect("the binary runs");
        let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, stdout, stderr) = check(&["all"]);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for name in ["core", "host"] {
        assert!(stdout.contains(&format!("{name} 1 passed, 0 failed")), "{stdout}");
    }
    for name in ["microbit", "qemu-arm", "qemu-riscv"] {
        let line =
            format!("\n{name} skipped: there is no image: `cargo ci firmware {name}` builds it\n");
        assert!(stdout.contains(&line), "{stdout}");
    }
    assert!(stdout.contains("\nrp2040-emu skipped: "), "{stdout}");
    // One that is named must be there, and is told before any begins.
    let (code, stdout, stderr) = check(&["all", "microbit"]);
    assert_eq!((code, stdout.as_str()), (Some(3), ""), "{stderr}");
    assert!(stderr.starts_with("error: microbit: there is no image: "), "{stderr}");
}

#[test]
fn a_server_that_goes_away_ends_3_and_says_how_far_it_came() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let target = format!("url:http://{}", listener.local_addr().expect("an address"));
    let server = std::thread::spawn(move || {
        // One connection to see that it is there, one for the first case. The door is shut before
        // the last answer, or the next connection could wait in it and be reset.
        let first = listener.accept().expect("a connection").0;
        let second = listener.accept().expect("a connection").0;
        drop(listener);
        for mut stream in [first, second] {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        }
    });
    let two = format!("{GET}\n{}", GET.replace("### get", "### again"));
    let suite = folder("goes-away", &[("a.case", &two)]);
    let suite = suite.to_string_lossy();
    let (code, stdout, _) = samewire(&["check", "--fixtures", &suite, "--target", &target]);
    server.join().expect("both came");
    assert_eq!(code, 3, "{stdout}");
    let line = format!("\n{target} unreachable after 1 of 2 cases: cannot reach ");
    assert!(stdout.contains(&line), "{stdout}");
}

#[test]
fn nothing_selected_ends_4() {
    let suite = suite("nothing");
    let (code, stdout, stderr) = samewire(&["check", "--fixtures", &suite, "a/gte"]);
    assert_eq!((code, stdout.as_str()), (4, ""));
    assert!(
        stderr.starts_with("error: no case matches `a/gte`; did you mean `a/get`?"),
        "{stderr}"
    );
}

#[test]
fn a_server_that_misbehaves_is_a_failed_case() {
    let suite = suite("misbehaves");
    let table = [
        (answers(b"HELLO THERE\r\n"), "got no proper response: no status line\n"),
        (answers(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"), "got an answer that is cut"),
        (answers(b""), "the connection ended\n"),
        (answers(b"HTTP/1.1 200 OK\r\n\r\n\x00\xff"), ""),
        (server(|stream| std::thread::park_timeout(hang(&stream))), "nothing came\n"),
    ];
    for (target, message) in &table {
        let arguments = ["check", "--fixtures", &suite, "--target", target];
        let (code, stdout, stderr) = samewire(&arguments);
        let expected = i32::from(!message.is_empty());
        assert_eq!((code, stderr.as_str()), (expected, ""), "{stdout}");
        assert!(stdout.contains(message), "{message}: {stdout}");
    }
}

/// Longer than a runner may wait; the stream stays open meanwhile.
fn hang(_: &TcpStream) -> std::time::Duration {
    std::time::Duration::from_secs(600)
}

#[test]
fn advice_is_told_and_does_not_fail() {
    let case = GET.replace("rfc9110-9.1-get-head", "rfc9112-9.3-persist");
    let suite = folder("advice", &[("a.case", &case)]);
    let suite = suite.to_string_lossy();
    let target = answers(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
    let (code, stdout, _) = samewire(&["check", "--fixtures", &suite, "--target", &target]);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.starts_with(&format!("ADVICE {target}  a/get  (whole)\n")), "{stdout}");
    let summary = format!("{target} 0 passed, 0 failed, 0 known, 0 skipped, 1 advice\n");
    assert!(stdout.ends_with(&summary), "{stdout}");
}

#[test]
fn a_need_that_is_not_met_is_skipped_with_its_reason() {
    let case = GET.replace("get-head\n", "get-head\nneeds ws\n");
    let suite = folder("needs", &[("a.case", &case)]);
    let suite = suite.to_string_lossy();
    let target = answers(b"HTTP/1.1 404 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    let (code, stdout, _) = samewire(&["check", "--fixtures", &suite, "--target", &target]);
    let reason = "needs ws: GET /ws is no WebSocket that echoes (it answers 404)";
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.starts_with(&format!("{target} skips 1: {reason}\n")), "{stdout}");
}

/// Our own server, and its URL.
fn serve() -> (Child, String) {
    let mut serve = Command::new(env!("CARGO_BIN_EXE_samewire"))
        .args(["serve", "--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut line = String::new();
    let stdout = serve.stdout.take().expect("it is piped");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).expect("a line");
    (serve, line.trim().to_owned())
}

#[test]
#[cfg(unix)]
fn a_signal_ends_an_idle_server_with_success_and_within_a_second() {
    for signal in ["INT", "TERM"] {
        let (mut serve, _) = serve();
        let begin = std::time::Instant::now();
        let pid = serve.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(sent.expect("kill is there").success());
        let status = serve.wait().expect("it ends");
        assert_eq!(status.code(), Some(0), "{signal}");
        assert!(begin.elapsed().as_secs() < 1, "{signal}: {:?}", begin.elapsed());
    }
}

#[test]
fn our_own_server_passes_by_its_url() {
    let (mut serve, url) = serve();
    let target = format!("url:{url}");
    let (code, stdout, stderr) = samewire(&["check", "--target", &target, "app/hello", "ws/ping"]);
    serve.kill().expect("it runs");
    serve.wait().expect("it ends");
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.contains(" 0 failed, 0 known"), "{stdout}");
}

#[test]
fn reports_for_machines_have_a_result_for_each_case() {
    let suite = suite("machines");
    let folder = folder("machines-out", &[("x", "")]);
    let (json, junit) = (folder.join("f.json"), folder.join("f.xml"));
    let (json, junit) = (json.to_string_lossy(), junit.to_string_lossy());
    let arguments = ["check", "--fixtures", &suite, "--json", &json, "--junit", &junit];
    assert_eq!(samewire(&arguments).0, 0);
    let document: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&*json).expect("it is written")).expect("JSON");
    assert_eq!(document["cases"], 1);
    assert_eq!(document["targets"][1]["name"], "host");
    assert_eq!(document["targets"][1]["same_bytes"], true);
    assert_eq!(document["results"][1]["case"], "a/get");
    let xml = fs::read_to_string(&*junit).expect("it is written");
    assert!(xml.contains("<testsuite name=\"host\" tests=\"1\""), "{xml}");
}

#[test]
fn a_server_that_never_stops_is_not_listened_to_for_ever() {
    let case = GET.replace("get-head\n", "get-head\nneeds hello\n");
    let suite = folder("flood", &[("a.case", &format!("{GET}\n{}", case.replace("get\n", "b\n")))]);
    let suite = suite.to_string_lossy();
    let target = server(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'.'; 4096]).is_ok() {}
    });
    let (code, stdout, _) = samewire(&["check", "--fixtures", &suite, "--target", &target]);
    let reason = "needs hello: GET /hello does not answer a JSON greeting (it answers 200)";
    assert!(code == 1 && stdout.contains(&format!("{target} skips 1: {reason}\n")), "{stdout}");
}

#[test]
fn a_page_shows_what_a_server_that_lies_has_said() {
    let suite = suite("page");
    let page = folder("page-out", &[("x", "")]).join("matrix.html");
    let page = page.to_string_lossy();
    let target = answers(b"HTTP/1.1 500 </script><b>\r\nContent-Length: 0\r\n\r\n");
    let arguments =
        ["check", "--fixtures", &suite, "--html", &page, "--target", "core", "--target", &target];
    assert_eq!(samewire(&arguments).0, 1);
    let text = fs::read_to_string(&*page).expect("it is written");
    let cell = format!("<a class=\"failed\" href=\"#a/get@{target}\"><i>failed</i></a>");
    assert_eq!(text.matches(&cell).count(), 1, "{cell}");
    assert!(text.contains("HTTP/1.1 500 \\u003c/script\\u003e\\u003cb\\u003e"));
    assert!(text.contains("HTTP/1.1 200 OK") && !text.contains("500 </script>"));
}

#[test]
fn formatting_is_checked_or_done() {
    let folder = folder("format", &[("a.case", &GET.replace("< 200", "<  200"))]);
    let folder = folder.to_string_lossy();
    let file = format!("{folder}/a.case");
    let (code, stdout, _) = samewire(&["fmt", "--check", &folder]);
    assert_eq!((code, stdout), (1, format!("{file} is not in canonical form\n")));
    assert_eq!(samewire(&["fmt", &file]).0, 0);
    assert_eq!(fs::read_to_string(&file).expect("it is there"), GET);
    assert_eq!(samewire(&["fmt", "--check", &file]), (0, String::new(), String::new()));
}
