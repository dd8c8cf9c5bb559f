//! A local TCP port to a board without a network: every connection to it is a channel of the link, and
//! the board's time is this machine's.
//!
//! Whatever comes is news to one thread, which has the link: bytes of the board, of clients, and time.
//! What it makes of them is decided in [`switch`].

mod client;
mod switch;

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use samewire_link::{Cause, Settings};

use crate::subject::Unreachable;
use crate::subject::emulator::Trouble;
use crate::subject::link::stream::{SILENT_MAX, Stream};
use client::Client;
use switch::{Act, Id, Switch};

/// What helps where a board is lost.
const REMEDY: &str = "look at the cable and at `samewire monitor`, and begin anew";

/// What there is to be told to who has the link.
#[derive(Debug)]
pub(crate) enum News {
    /// The board says something.
    Board(Vec<u8>),
    /// The board says nothing more.
    Mute,
    /// A client has come.
    Came(TcpStream),
    /// It says something.
    Said(Id, Vec<u8>),
    /// It says nothing more.
    End(Id),
    /// It has taken what it was given.
    Took(Id),
    /// It is gone.
    Left(Id),
    /// It is time to come to an end; the second time, at once.
    Stop,
}

/// A board, and who talks to it.
pub(crate) struct Bridge {
    stream: Box<dyn Stream>,
    switch: Switch,
    clients: BTreeMap<Id, Client>,
    /// How many have come so far.
    count: Id,
    tells: Sender<News>,
    news: Receiver<News>,
    began: Instant,
    /// When the board has said something.
    heard: Instant,
    /// How often it was told to stop.
    stops: u8,
}

/// Why there is no going on.
enum Lost {
    /// The board has begun anew.
    Anew,
    /// And anything else.
    For(Unreachable),
}

impl From<Trouble> for Lost {
    fn from(trouble: Trouble) -> Self {
        Self::For(trouble.into())
    }
}

impl Bridge {
    /// A bridge to this board, which has answered.
    ///
    /// # Errors
    ///
    /// Why it cannot be talked to.
    pub(crate) fn to(mut stream: Box<dyn Stream>) -> Result<Self, Unreachable> {
        let mut ear = stream.ear()?;
        let (tells, news) = channel();
        let told = tells.clone();
        std::thread::spawn(move || {
            while let Some(bytes) = ear() {
                if told.send(News::Board(bytes)).is_err() {
                    return;
                }
            }
            // If nobody is there to hear it, it is the end of them, too.
            let _ = told.send(News::Mute);
        });
        let (switch, began) = (Switch::new(stream.settings()), Instant::now());
        let (clients, heard) = (BTreeMap::new(), began);
        let mut bridge =
            Self { stream, switch, clients, count: 0, tells, news, began, heard, stops: 0 };
        while !bridge.switch.is_up() {
            bridge.step().map_err(|lost| bridge.why(lost))?;
        }
        Ok(bridge)
    }

    /// Where news are told.
    pub(crate) fn tells(&self) -> Sender<News> {
        self.tells.clone()
    }

    /// Serves those who come there, until it is told to stop; whoever `log` is hears what the board
    /// logs.
    ///
    /// # Errors
    ///
    /// Why the board cannot be talked to any more.
    pub(crate) fn serve(
        &mut self,
        listener: TcpListener,
        mut log: impl FnMut(&str),
    ) -> Result<(), Unreachable> {
        let tells = self.tells();
        std::thread::spawn(move || {
            // Who has gone before we looked is none; anything else passes, or ends with us.
            for client in listener.incoming().flatten() {
                if tells.send(News::Came(client)).is_err() {
                    return;
                }
            }
        });
        while self.stops < 2 && !self.switch.is_drained() {
            self.step().map_err(|lost| self.why(lost))?;
            self.switch.log().iter().for_each(|line| log(line));
        }
        Ok(())
    }

    /// Does all that can be done, and waits for news or for time.
    fn step(&mut self) -> Result<(), Lost> {
        self.switch.turn(self.now());
        let frames = self.switch.transmit(self.now());
        if !frames.is_empty() {
            self.stream.write(&frames)?;
        }
        for (id, act) in self.switch.acts() {
            self.act(id, act);
        }
        let wait = self.switch.deadline().map(|at| at.saturating_sub(self.now()));
        let wait = wait.map_or(SILENT_MAX, Duration::from_millis).min(SILENT_MAX);
        match self.news.recv_timeout(wait) {
            Ok(news) => self.take(news)?,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        // What else has come goes with it.
        while let Ok(news) = self.news.try_recv() {
            self.take(news)?;
        }
        if self.switch.is_owed() && self.heard.elapsed() > SILENT_MAX {
            let seconds = SILENT_MAX.as_secs();
            return Err(self.lost(&format!("the board says nothing for {seconds} s")));
        }
        self.hear(&[])
    }

    fn take(&mut self, news: News) -> Result<(), Lost> {
        match news {
            News::Board(bytes) => {
                self.heard = Instant::now();
                self.hear(&bytes)?;
            }
            News::Mute => {
                // It is asked once more, for its last words.
                self.stream.read(Some(self.stream.now()))?;
                return Err(self.lost("the board says nothing more"));
            }
            News::Came(socket) => {
                self.count += 1;
                // One for whom there is no thread or socket is dropped.
                if let Ok(client) = Client::begin(self.count, socket, &self.tells) {
                    self.clients.insert(self.count, client);
                    self.switch.enter(self.count, self.now());
                }
            }
            News::Said(id, bytes) => self.switch.say(id, &bytes, self.now()),
            News::End(id) => self.switch.end(id, self.now()),
            News::Took(id) => self.switch.took(id),
            News::Left(id) => {
                self.clients.remove(&id);
                self.switch.leave(id, self.now());
            }
            News::Stop => {
                self.stops += 1;
                self.switch.drain();
            }
        }
        Ok(())
    }

    fn act(&mut self, id: Id, act: Act) {
        match (act, self.clients.get(&id)) {
            (Act::Hear, Some(client)) => client.hear(),
            (Act::Give(bytes), Some(client)) => client.give(bytes),
            (Act::End, Some(client)) => client.end(),
            (Act::Close, _) => drop(self.clients.remove(&id)),
            (Act::Reset, _) => self.clients.remove(&id).map_or((), Client::reset),
            (_, None) => {}
        }
    }

    fn hear(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        let now = self.now();
        let heard = self.switch.board(now, bytes);
        heard.map_err(|cause| match cause {
            Cause::Restarted => Lost::Anew,
            Cause::Silent => self.lost("the board answers no more"),
            other => self.lost(&format!("the link to the board is broken ({other:?})")),
        })
    }

    fn lost(&mut self, why: &str) -> Lost {
        Lost::For(self.end(why))
    }

    fn end(&mut self, why: &str) -> Unreachable {
        self.stream.lost(&format!("{why}\n  {REMEDY}")).into()
    }

    /// Why there is no going on, in one line, and what helps.
    fn why(&mut self, lost: Lost) -> Unreachable {
        match lost {
            Lost::For(why) => why,
            Lost::Anew => self.why_anew(),
        }
    }

    /// Greets a board that has begun anew once more, since what it says first is why.
    fn why_anew(&mut self) -> Unreachable {
        let Settings { session, .. } = self.stream.settings();
        self.switch = Switch::new(Settings::host(session.wrapping_add(1)));
        let mut words = vec!["the board has begun anew:".to_owned()];
        while self.switch.is_owed() {
            match self.step() {
                Ok(()) => words.extend(self.switch.log()),
                Err(Lost::For(why)) => return why,
                Err(Lost::Anew) => {
                    words.push("again and again".to_owned());
                    break;
                }
            }
        }
        self.end(words.join(" ").trim_end_matches(':'))
    }

    /// Milliseconds since the begin: the board's time, and the link's.
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests;
