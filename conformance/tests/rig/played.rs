//! A board that runs whoever uses it: played by Node, and not by the command that is tested.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Stdio};

use serde::Deserialize;

use crate::bench::{Bench, emulator};

/// Ends with this.
pub(crate) struct Played {
    child: Child,
    at: Addresses,
}

/// Each as `HOST:PORT`.
#[derive(Deserialize)]
pub(crate) struct Addresses {
    pub(crate) probe: String,
    pub(crate) uart: String,
    pub(crate) usb: String,
    pub(crate) net: String,
}

impl Played {
    /// A board with this image, or with none, told these words more.
    pub(crate) fn new(bench: &Bench, image: Option<&Path>, words: &[&str]) -> Self {
        let mut node = bench.command("node");
        node.arg(emulator()).args(words).stdin(Stdio::piped()).stderr(Stdio::null());
        if let Some(image) = image {
            node.arg("--image").arg(image);
        }
        let mut child = node.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.by_ref().take(4096).read_line(&mut line).unwrap();
        Self { child, at: serde_json::from_str(&line).unwrap() }
    }

    pub(crate) fn at(&self) -> &Addresses {
        &self.at
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// As its row says it, by probe and UART.
    pub(crate) fn row(&self) -> String {
        format!("{}\n{}", self.probe(), self.serial())
    }

    pub(crate) fn probe(&self) -> String {
        format!("probe = \"20b7:9db1:tcp:{}\"", self.at.probe)
    }

    pub(crate) fn serial(&self) -> String {
        format!("serial = \"tcp:{}\"", self.at.uart)
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says in the bench's file how its board is reached.
pub(crate) fn name(bench: &Bench, row: &str) {
    let file = format!("[board.desk]\nchip = \"rp2040\"\n{row}\n");
    bench.file("boards.toml", file.as_bytes());
}
