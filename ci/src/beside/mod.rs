//! Our server beside its peers on a Cortex-M0: the same requests, wire, clock and compiler; flash,
//! RAM, instructions, and what each answers to what it should refuse.
//!
//! The images are those of `targets/firmware/beside`, one for each server and one without. What a
//! server takes of flash and RAM is the difference to that one, as in docs/decisions/0001; its
//! instructions are counted by the plugin that counts those of cases. An answer that is not what was
//! asked for is a failure: what fails early is cheap.

mod aims;
mod answers;
mod page;
mod replay;
mod requests;

use std::collections::BTreeMap;

use crate::bare::Bare;
use crate::failure::Failure;
use crate::size::elf::Image;
use crate::step::{link, run, step};
use crate::workspace::Workspace;
use aims::Aims;
pub(crate) use aims::Ratio;
use replay::{Emulator, Replay};

/// The package of the images, and the image that the others are compared with.
const PACKAGE: &str = "samewire-beside";
const NOTHING: &str = "nothing";
const TARGET: &str = "thumbv6m-none-eabi";

const AIMS: &str = "ci/budgets.toml";
const LOCK: &str = "targets/firmware/Cargo.lock";
const PAGE: &str = "docs/beside.md";

/// One of those that are compared.
struct Server {
    image: &'static str,
    /// Of the package, to build the image with.
    feature: &'static str,
    name: &'static str,
    /// From the registry, for their versions.
    crates: &'static [&'static str],
}

/// Ours is the first.
const SERVERS: [Server; 4] = [
    Server { image: "samewire", feature: "samewire", name: "samewire", crates: &[] },
    Server { image: "picoserve", feature: "picoserve", name: "picoserve", crates: &["picoserve"] },
    Server { image: "edge", feature: "edge", name: "edge-http", crates: &["edge-http", "edge-ws"] },
    Server { image: "edge", feature: "edge-few-fields", name: "edge-http, 16 fields", crates: &[] },
];

/// What was measured of one server.
struct Measured {
    /// Of `GET /hello` alone, and of all routes.
    flash_hello: u64,
    flash: u64,
    /// What it is lent, and what it needs beside, at most.
    variables: u64,
    stack: u64,
    /// For each of the requests, and likewise where the compiler was asked for speed.
    instructions: Vec<u64>,
    instructions_fast: Vec<u64>,
    /// For each of the questions.
    outcomes: Vec<String>,
}

/// How to build, and whether to keep the result.
#[derive(Default)]
pub(crate) struct Options {
    /// Nothing is measured.
    answers: bool,
    write: bool,
    packaged: bool,
}

impl Options {
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        for &argument in arguments {
            match argument {
                "--answers" => options.answers = true,
                "--write" => options.write = true,
                "--packaged" => options.packaged = true,
                other => return Err(Failure::new(format!("beside knows no {other}"))),
            }
        }
        Ok(options)
    }

    /// What the whole gate asks for: that the images build, and that every server answers.
    pub(crate) fn gate() -> Self {
        Self { answers: true, ..Self::default() }
    }
}

/// Measures all servers, and fails on what is over its aim.
pub(crate) fn check(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    step("beside", || {
        let aims = Aims::parse(&workspace.text(AIMS)?)?;
        let lab = Lab::open(workspace, options.packaged)?;
        lab.judge()?;
        if options.answers {
            return lab.ask();
        }
        let measured = lab.measure()?;
        let tables = page::tables(&measured, &aims);
        print!("\n{tables}");
        let stored = workspace.text(PAGE)?;
        let with = page::with_words(&lab.bare.compiler, &versions(&workspace.text(LOCK)?)?);
        let renewed = page::renew(&stored, &[("with", &with), ("tables", &tables)])?;
        if options.write {
            workspace.write(PAGE, &renewed)?;
            println!("\n{PAGE} is written");
        } else if renewed != stored {
            // Another compiler measures a little differently, so this is no failure.
            println!("\nnote: {PAGE} says otherwise; `cargo ci beside --write` renews it");
        }
        let instructions: Vec<_> = measured.iter().map(|one| &one.instructions[..]).collect();
        aims.judge(&instructions)
    })
}

/// What builds and runs images.
struct Lab<'w> {
    workspace: &'w Workspace,
    bare: Bare,
    /// If this machine has one.
    emulator: Option<Emulator>,
}

impl<'w> Lab<'w> {
    fn open(workspace: &'w Workspace, packaged: bool) -> Result<Self, Failure> {
        let bare = Bare::find(workspace, TARGET, packaged)?;
        let emulator = Emulator::find(workspace)?;
        if emulator.is_none() {
            println!("nothing is run, without {}: `cargo ci setup`", replay::QEMU);
        }
        Ok(Self { workspace, bare, emulator })
    }

    /// Lets clippy look at all images.
    fn judge(&self) -> Result<(), Failure> {
        let Some(mut clippy) = self.bare.clippy(self.workspace, &self.workspace.firmware()) else {
            println!("no clippy for {TARGET}: `cargo ci setup`");
            return Ok(());
        };
        clippy.args(["-p", PACKAGE, "--all-features", "--no-deps", "--", "-D", "warnings"]);
        run(&mut clippy)
    }

    /// Sees that all servers answer, which is what everything else here rests on.
    fn ask(&self) -> Result<(), Failure> {
        for server in &SERVERS {
            self.build(server.image, &[server.feature, "routes"], None)?;
            if let Some(emulator) = &self.emulator {
                emulator.replay(&self.bare.image(self.workspace, server.image))?;
            }
        }
        Ok(())
    }

    fn measure(&self) -> Result<Vec<Measured>, Failure> {
        let Some(emulator) = &self.emulator else {
            return Err(Failure::new(format!("no {}: `cargo ci setup`", replay::QEMU)));
        };
        let play = |image: &str| emulator.replay(&self.bare.image(self.workspace, image));
        let bare = self.build(NOTHING, &[], None)?;
        let bare_stack = emulator.stack(&self.bare.image(self.workspace, NOTHING))?;
        let measure = |server: &Server| {
            let hello = self.build(server.image, &[server.feature], None)?;
            let features = [server.feature, "routes"];
            let whole = self.build(server.image, &features, None)?;
            let Replay { stack, instructions, outcomes } = play(server.image)?;
            self.build(server.image, &features, Some(3))?;
            Ok(Measured {
                flash_hello: hello.flash_bytes.saturating_sub(bare.flash_bytes),
                flash: whole.flash_bytes.saturating_sub(bare.flash_bytes),
                variables: whole.ram_bytes.saturating_sub(bare.ram_bytes),
                stack: stack.saturating_sub(bare_stack),
                instructions,
                instructions_fast: play(server.image)?.instructions,
                outcomes,
            })
        };
        SERVERS.iter().map(measure).collect()
    }

    /// Builds an image, and reads it before the next one is built. The level is the profile's if
    /// there is none.
    fn build(
        &self,
        image: &str,
        features: &[&str],
        opt_level: Option<u8>,
    ) -> Result<Image, Failure> {
        let mut command = self.bare.build(self.workspace, &self.workspace.firmware());
        command.args(["-p", PACKAGE, "--bin", image]);
        if !features.is_empty() {
            command.args(["--features", &features.join(",")]);
        }
        if let Some(level) = opt_level {
            command.args(["--config", &format!("profile.release.opt-level={level}")]);
        }
        link(&mut command, image)?;
        let path = self.bare.image(self.workspace, image);
        let broken =
            |what: &dyn std::fmt::Display| Failure::new(format!("{}: {what}", path.display()));
        let bytes = std::fs::read(&path).map_err(|error| broken(&error))?;
        Image::read(&bytes).map_err(|message| broken(&message))
    }
}

/// The versions of the peers' crates, by name, as the lock file has them.
fn versions(lock: &str) -> Result<BTreeMap<&'static str, String>, Failure> {
    let lock: toml::Table = toml::from_str(lock)
        .map_err(|error| Failure::new(format!("{LOCK}: {}", error.message())))?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let version = |name: &'static str| {
        let word = |package: &toml::Value, key| package.get(key)?.as_str().map(str::to_owned);
        let package = packages.into_iter().flatten();
        let mut found = package.filter(|package| word(package, "name").as_deref() == Some(name));
        let version = found.next().and_then(|package| word(package, "version"));
        let version = version.ok_or_else(|| Failure::new(format!("{LOCK} has no {name}")))?;
        Ok((name, version))
    };
    SERVERS.iter().flat_map(|server| server.crates).map(|name| version(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Options, versions};

    #[test]
    fn unknown_options_are_refused() {
        assert!(Options::parse(&["--write"]).is_ok_and(|options| options.write));
        assert!(Options::parse(&["--wriet"]).is_err());
    }

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let package =
            |name, version| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n");
        let lock = package("edge-http", "0.8.0") + &package("picoserve", "0.20.1");
        assert_eq!(
            versions(&lock).unwrap_err().to_string(),
            "targets/firmware/Cargo.lock has no edge-ws"
        );
        let versions = versions(&(lock + &package("edge-ws", "0.8.1"))).unwrap();
        let told: Vec<_> =
            versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        assert_eq!(told, ["edge-http 0.8.0", "edge-ws 0.8.1", "picoserve 0.20.1"]);
    }

    #[test]
    fn stored_lock_file_has_them_all() {
        assert!(versions(include_str!("../../../targets/firmware/Cargo.lock")).is_ok());
    }
}
