//! A client that comes again: on the connection that it has, with the cookies that it was given.

use std::cell::RefCell;

use samewire::app::App;

use crate::answer::Answer;
use crate::client::Client;
use crate::request::{self, Request};
use crate::sim::Sim;
use crate::stream::End;

/// A client with a connection that stays, and with cookies.
///
/// ```
/// use samewire_sim::Sim;
///
/// let sim = Sim::new(samewire_demo::Demo::new());
/// let visitor = sim.visitor();
/// visitor.get("/hello").expect(200);
/// visitor.get("/hello").expect(200);
/// assert_eq!(sim.world().connections(), 1);
///
/// let both = visitor.pipeline([visitor.request("GET", "/users/1"), visitor.request("GET", "/users/2")]);
/// assert_eq!(both.map(|answer| answer.body().to_owned()), [r#"{"id":1}"#, r#"{"id":2}"#]);
/// ```
///
/// Of a cookie it knows name and value, and that `Max-Age=0` takes it away; where and for how long it
/// holds is not looked at.
#[derive(Debug)]
pub struct Visitor<'s, A> {
    sim: &'s Sim<A>,
    line: RefCell<Option<Line>>,
    cookies: RefCell<Vec<(String, String)>>,
}

/// A connection, and what came on it that was not asked for yet.
#[derive(Debug)]
struct Line {
    client: Client,
    came: Vec<u8>,
}

impl<'s, A: App + 'static> Visitor<'s, A> {
    pub(crate) fn new(sim: &'s Sim<A>) -> Self {
        Self { sim, line: RefCell::default(), cookies: RefCell::default() }
    }

    /// Asks `GET target`.
    ///
    /// # Panics
    ///
    /// If no answer comes.
    #[track_caller]
    pub fn get(&self, target: &str) -> Answer {
        self.request("GET", target).send()
    }

    /// Asks `POST target` with this content.
    ///
    /// # Panics
    ///
    /// If no answer comes.
    #[track_caller]
    pub fn post(&self, target: &str, content: impl AsRef<[u8]>) -> Answer {
        self.request("POST", target).content(content).send()
    }

    /// A request to complete, then to send.
    pub fn request<'v>(&'v self, method: &str, target: &str) -> Request<'v, A> {
        let cookies = self.cookies.borrow();
        let request = Request::new(self.sim, Some(self), method, target);
        cookies.iter().fold(request, |request, (name, value)| request.cookie(name, value))
    }

    /// Sends all of them at once, as they are, and takes the answers.
    ///
    /// # Panics
    ///
    /// If one is missing.
    #[track_caller]
    pub fn pipeline<const N: usize>(&self, requests: [Request<'_, A>; N]) -> [Answer; N] {
        let to_head = requests.each_ref().map(Request::is_head);
        let bytes = requests.map(Request::encode).concat();
        let mut line = self.line();
        line.client.send(bytes);
        let answers = to_head.map(|to_head| self.take(&mut line, to_head));
        self.keep(line, answers.last());
        answers
    }

    /// The value of a cookie that the server has set.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.cookies.borrow();
        cookies.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    }

    #[track_caller]
    pub(crate) fn ask(&self, request: Request<'_, A>) -> Answer {
        let [answer] = self.pipeline([request]);
        answer
    }

    /// The connection, or a new one if the server has ended it.
    fn line(&self) -> Line {
        let known = self.line.borrow_mut().take();
        let open = known.filter(|line| line.client.end() == End::Open);
        open.unwrap_or_else(|| Line { client: self.sim.connect(), came: Vec::new() })
    }

    #[track_caller]
    fn take(&self, line: &mut Line, to_head: bool) -> Answer {
        let answer = request::ask(self.sim, &line.client, &mut line.came, to_head);
        self.remember(&answer);
        answer
    }

    fn keep(&self, line: Line, last: Option<&Answer>) {
        if last.is_some_and(|answer| !answer.closes()) {
            *self.line.borrow_mut() = Some(line);
        }
    }

    fn remember(&self, answer: &Answer) {
        let mut cookies = self.cookies.borrow_mut();
        for line in answer.fields_named("Set-Cookie") {
            let mut parts = line.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            cookies.retain(|(own, _)| own != name);
            if !parts.any(|part| part.eq_ignore_ascii_case("Max-Age=0")) {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}
