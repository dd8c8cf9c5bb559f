//! Cookies of a request, and cookies that an answer sets, beside the crate `cookie` and the grammar of
//! RFC 6265 in a few lines.

use std::cell::RefCell;

use cookie::Cookie as Theirs;
use samewire::app::Cookies;
use samewire::{Misuse, Request, Respond, Result, Status, app};
use samewire_sim::{Delivery, World};

use crate::asked::{LIMITS, ask};
use crate::oracle;
use crate::wish::Wish;

/// Name and value.
type Pair = (Vec<u8>, Vec<u8>);

/// Notes the cookies that it is sent, and what is found by their names; sets what is wished for.
#[derive(Default)]
struct Jar {
    pairs: RefCell<Vec<Pair>>,
    found: RefCell<Vec<Option<Vec<u8>>>>,
    wish: RefCell<Wish>,
}

app! { for Jar;
    get "/" => take(request);
    put "/" => set;
}

async fn take(jar: &Jar, request: Request<'_>) -> Status {
    let cookies: Cookies<'_> = request.cookies();
    let pairs: Vec<Pair> = cookies.map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
    let find = |name: &[u8]| request.cookie(str::from_utf8(name).ok()?).map(<[u8]>::to_vec);
    *jar.found.borrow_mut() = pairs.iter().map(|(name, _)| find(name)).collect();
    *jar.pairs.borrow_mut() = pairs;
    Status::NO_CONTENT
}

async fn set(jar: &Jar) -> Result<impl Respond + use<>> {
    let wish = jar.wish.take();
    wish.cookie()?;
    Ok(Status::NO_CONTENT.with_lines(wish))
}

/// Behind a byte that says which: values of `Cookie`, a line each, or a cookie to set.
pub(crate) fn compare(input: &[u8]) {
    thread_local! {
        static WORLD: World<Jar> = World::new(Jar::default(), LIMITS);
    }
    let Some((first, rest)) = input.split_first() else { return };
    WORLD.with(|world| match first & 1 {
        0 => compare_sent(world, rest),
        _ => compare_set(world, Wish::read(rest)),
    });
}

fn compare_sent(world: &World<Jar>, input: &[u8]) {
    let mut request = b"GET / HTTP/1.1\r\nHost: a\r\n".to_vec();
    for line in input.split(|byte| *byte == b'\n') {
        request.extend([b"Cookie: ", line, b"\r\n"].concat());
    }
    request.extend(b"\r\n");
    // What is no request is not for us, nor is one of too many lines.
    let Some(head) = oracle::head::request(&request).filter(|head| head.fields.len() < 50) else {
        return;
    };
    let answer = ask(world, &request, Delivery::default());
    assert_eq!(answer.status(), 204);
    let pairs = world.app().pairs.take();
    let lines: Vec<&[u8]> = head.fields[1..].iter().map(|(_, value)| *value).collect();
    let expected: Vec<Pair> =
        lines.iter().flat_map(|line| line.split(|byte| *byte == b';')).filter_map(pair).collect();
    assert_eq!(pairs, expected);
    // By its name the first is found.
    let first = |name: &[u8]| {
        let found = expected.iter().find(|(other, _)| other == name);
        found.filter(|_| str::from_utf8(name).is_ok()).map(|(_, value)| value.clone())
    };
    let firsts: Vec<Option<Vec<u8>>> = expected.iter().map(|(name, _)| first(name)).collect();
    assert_eq!(world.app().found.take(), firsts);
    compare_with_crate(&lines.join(&b';'));
}

/// `cookie-pair` (RFC 6265 §4.2.1) as §5.4 has browsers send it: the white space around it is gone, and
/// so are quotation marks around the value.
fn pair(text: &[u8]) -> Option<Pair> {
    let (name, value) = halves(text)?;
    let inside = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
    Some((name.to_vec(), inside.unwrap_or(value).to_vec()))
}

fn halves(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = oracle::abnf::without_ows(text);
    let at = text.iter().position(|byte| *byte == b'=').filter(|at| *at > 0)?;
    Some((&text[..at], &text[at + 1..]))
}

/// The crate trims names and values by themselves, passes over what has no name then, and leaves
/// quotation marks where they are.
fn compare_with_crate(line: &[u8]) {
    let Some(line) = str::from_utf8(line).ok().filter(|line| line.is_ascii()) else { return };
    let theirs = Theirs::split_parse(line).filter_map(Result::ok);
    let theirs: Vec<Pair> =
        theirs.map(|cookie| (cookie.name().into(), cookie.value().into())).collect();
    let ours = line.as_bytes().split(|byte| *byte == b';').filter_map(halves);
    let ours = ours.map(|(name, value)| (name.trim_ascii().into(), value.trim_ascii().into()));
    let ours: Vec<Pair> = ours.filter(|(name, _): &Pair| !name.is_empty()).collect();
    assert_eq!(theirs, ours, "beside the crate");
}

fn compare_set(world: &World<Jar>, wish: Wish) {
    *world.app().wish.borrow_mut() = wish.clone();
    let request = b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    let answer = ask(world, request, Delivery::default());
    let head = String::from_utf8(answer.head().to_vec()).expect("a head of ASCII");
    let lines: Vec<&str> =
        head.lines().filter_map(|line| line.strip_prefix("Set-Cookie: ")).collect();
    if !wish.is_valid() {
        assert_eq!(wish.cookie().err(), Some(Misuse::FieldInvalid));
        assert_eq!((answer.status(), lines.len()), (500, 0));
        return;
    }
    assert!(wish.cookie().is_ok(), "refused");
    assert_eq!((answer.status(), lines.len()), (204, 1));
    wish.compare(&Theirs::parse(lines[0]).expect("a cookie for the crate"));
}
