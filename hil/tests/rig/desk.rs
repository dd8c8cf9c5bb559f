//! The board that the tests have on their desk: the RP2040 that Node plays.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use samewire_hil::attached::Attached;
use samewire_hil::board::Board;
use samewire_hil::boards::{Program, Reach, Row, Setup};
use samewire_hil::job::Worker;
use samewire_hil::{Chip, Image, choose};

use crate::scratch::Scratch;

/// The board, and a folder for its image.
pub(crate) struct Desk {
    pub(crate) board: Board,
    folder: Scratch,
}

impl Desk {
    /// A board that is told this.
    pub(crate) fn new(words: &[&str]) -> Self {
        let folder = Scratch::new();
        let setup = Setup { stand_in: Some(program(words)), ..Setup::of(Chip::Rp2040) };
        let reach = Reach::Rig(setup);
        let rows = [Row { name: "desk".into(), about: String::new(), reach }];
        let choice = choose("desk", &rows, &Attached::default()).unwrap();
        let worker = Worker::this().unwrap();
        let board = Board::take_in(folder.path(), worker, choice, "a test").unwrap();
        Self { board, folder }
    }

    pub(crate) fn image(&self, bytes: &[u8]) -> Image {
        let path = self.folder.path().join("fw.elf");
        std::fs::write(&path, bytes).unwrap();
        Image::read(&path).unwrap()
    }

    /// Listens until this was heard.
    pub(crate) fn hears(&mut self, image: Option<&Image>, text: &str) -> String {
        let mut heard = String::new();
        let mut listen = |some: &str| {
            heard += some;
            if heard.contains(text) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        self.board.listen(image, &mut listen).unwrap();
        heard
    }
}

fn program(words: &[&str]) -> Program {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rp2040-emu");
    let words = words.iter().map(|word| (*word).to_owned());
    let arguments = std::iter::once("main.mjs".to_owned()).chain(words).collect();
    Program { path: PathBuf::from("node"), arguments, folder }
}
