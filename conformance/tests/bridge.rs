//! `samewire bridge`, by its clients: this very program is the board, over the link on its standard
//! streams.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

/// Longer than anything here takes, however much else the machine does.
const PATIENCE: Duration = Duration::from_secs(60);

const SAMEWIRE: &str = env!("CARGO_BIN_EXE_samewire");
const LAMP: &str = "GET /led HTTP/1.1\r\nHost: board\r\n\r\n";

/// A folder of its own with this `boards.toml`.
fn folder(name: &str, file: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a new folder");
    fs::write(folder.join("boards.toml"), file).expect("a new file");
    folder
}

/// A board that is this program.
fn desk() -> String {
    format!("[board.desk]\ncommand = ['{SAMEWIRE}', 'serve', '--link']\n")
}

/// A bridge that runs.
struct Bridge {
    child: Child,
    errors: BufReader<ChildStderr>,
    address: String,
}

impl Bridge {
    fn start(folder: &Path) -> Self {
        let mut command = Command::new(SAMEWIRE);
        command.args(["bridge", "desk", "--port", "0"]).current_dir(folder);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let (out, errors) = (child.stdout.take().expect("a pipe"), child.stderr.take());
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).expect("a line");
        let address =
            line.trim_end().strip_prefix("http://").and_then(|line| line.strip_suffix('/'));
        let address = address.unwrap_or_else(|| panic!("no address: {line:?}")).to_owned();
        Self { child, errors: BufReader::new(errors.expect("a pipe")), address }
    }

    fn connect(&self) -> Client {
        let stream = TcpStream::connect(&self.address).expect("a listener");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        Client { stream: BufReader::new(stream) }
    }

    /// Waits for the end: its code, and what it said.
    fn end(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.errors.read_to_string(&mut said).expect("text");
        (self.child.wait().expect("an end").code(), said)
    }

    #[cfg(unix)]
    fn interrupt(&self) {
        let id = self.child.id().to_string();
        let kill = Command::new("kill").args(["-INT", &id]).status().expect("every Unix has it");
        assert!(kill.success());
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        // It may have ended, and then there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).expect("the bridge reads");
    }

    /// An answer with a Content-Length, or none: its status line and its content.
    fn answer(&mut self) -> (String, String) {
        let (mut lines, mut length) = (Vec::new(), 0);
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).expect("a line");
            if line.trim_end().is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.trim_end().parse().expect("a number");
            }
            lines.push(line);
        }
        let mut content = vec![0; length];
        self.stream.read_exact(&mut content).expect("the content");
        let status = lines.first().map_or("", |line| line.trim_end()).to_owned();
        (status, String::from_utf8(content).expect("text"))
    }

    fn lamp(&mut self) -> String {
        self.send(LAMP);
        self.answer().1
    }

    /// Whether there is nothing more to read.
    fn is_over(&mut self) -> bool {
        self.stream.read(&mut [0]).is_ok_and(|count| count == 0)
    }
}

fn put(on: bool) -> String {
    let content = format!("{{\"on\":{on},\"percent\":30}}");
    let length = content.len();
    format!(
        "PUT /led HTTP/1.1\r\nHost: board\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{content}"
    )
}

#[test]
fn several_connections_share_one_board() {
    let bridge = Bridge::start(&folder("bridge-several", &desk()));
    let (mut one, mut other) = (bridge.connect(), bridge.connect());
    let put = put(true);
    let (begin, end) = put.split_at(60);
    one.send(begin);
    assert_eq!(other.lamp(), "{\"on\":false,\"percent\":100}");
    one.send(end);
    assert_eq!(one.answer().0, "HTTP/1.1 200 OK");
    assert_eq!(other.lamp(), "{\"on\":true,\"percent\":30}");

    // More than there are places: the last one has its turn when another one leaves.
    let mut crowd: Vec<Client> = (0..5).map(|_| bridge.connect()).collect();
    crowd.iter_mut().for_each(|client| client.send(LAMP));
    let (late, others) = crowd.split_last_mut().expect("five");
    for client in others {
        assert_eq!(client.answer().1, "{\"on\":true,\"percent\":30}");
    }
    drop(one);
    assert_eq!(late.answer().1, "{\"on\":true,\"percent\":30}");
}

#[test]
fn answers_that_go_on_and_websockets_pass() {
    let bridge = Bridge::start(&folder("bridge-streams", &desk()));
    let mut events = bridge.connect();
    events.send("GET /events HTTP/1.1\r\nHost: board\r\n\r\n");
    let mut line = String::new();
    while line != "data: one\n" {
        line.clear();
        assert!(events.stream.read_line(&mut line).expect("a line") > 0, "no event came");
    }
    let mut socket = bridge.connect();
    socket.send(
        "GET /ws HTTP/1.1\r\nHost: board\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    assert_eq!(socket.answer().0, "HTTP/1.1 101 Switching Protocols");
    // "hi", behind a mask of zeros.
    socket.send(b"\x81\x82\0\0\0\0hi");
    let mut frame = [0; 4];
    socket.stream.read_exact(&mut frame).expect("a frame");
    assert_eq!(&frame, b"\x81\x02hi");
}

#[cfg(unix)]
#[test]
fn an_interrupt_lets_finish_what_has_begun() {
    let bridge = Bridge::start(&folder("bridge-interrupt", &desk()));
    let (mut idle, mut busy) = (bridge.connect(), bridge.connect());
    assert_eq!(idle.lamp(), "{\"on\":false,\"percent\":100}");
    let put = put(true).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    let (begin, end) = put.split_at(put.len() - 9);
    // The answer to this tells that the request has begun.
    busy.send(begin);
    assert_eq!(busy.answer().0, "HTTP/1.1 100 Continue");
    bridge.interrupt();
    assert!(idle.is_over());
    busy.send(end);
    assert_eq!(busy.answer().0, "HTTP/1.1 200 OK");
    assert!(busy.is_over());
    drop((idle, busy));
    assert_eq!(bridge.end(), (Some(0), String::new()));
}

#[cfg(unix)]
#[test]
fn a_board_that_ends_is_told_in_one_line() {
    let script = format!(
        "dd bs=1 count=3000 2>/dev/null | '{SAMEWIRE}' serve --link; echo no power >&2; exit 7"
    );
    let file = format!("[board.desk]\ncommand = ['sh', '-c', \"{script}\"]\n");
    let bridge = Bridge::start(&folder("bridge-ends", &file));
    let mut client = bridge.connect();
    // It takes a few of these to use up what the board hears.
    while client.stream.get_mut().write_all(LAMP.as_bytes()).is_ok() {
        let mut some = [0; 512];
        if !client.stream.read(&mut some).is_ok_and(|count| count > 0) {
            break;
        }
    }
    let (code, said) = bridge.end();
    assert_eq!(code, Some(3), "{said}");
    assert_eq!(said, "error: desk: sh has ended: exit status: 7: no power\n");
}

#[test]
fn what_cannot_begin_says_why() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let file = format!(
        "{}[board.panel]\nhttp = '127.0.0.1:1'\n[board.mute]\ncommand = ['no-such-program']\n",
        desk()
    );
    let folder = folder("bridge-not", &file);
    let table: [(&[&str], i32, &str); 5] = [
        (&[], 2, "error: which board?"),
        (&["desk", "--port", &port], 2, "error: cannot listen on port "),
        (&["panel"], 2, "error: panel has a network, and needs no bridge: http://127.0.0.1:1/"),
        (&["host"], 2, "error: host is not at the end of a link"),
        (&["mute", "--port", "0"], 3, "error: mute: there is no no-such-program: "),
    ];
    for (words, code, why) in table {
        let mut command = Command::new(SAMEWIRE);
        let output = command.arg("bridge").args(words).current_dir(&folder).output();
        let output = output.expect("the binary runs");
        let said = String::from_utf8(output.stderr).expect("text");
        assert_eq!((output.status.code(), &*output.stdout), (Some(code), &b""[..]), "{said}");
        assert!(said.starts_with(why) && said.lines().count() == 1, "{words:?}: {said}");
    }
}
