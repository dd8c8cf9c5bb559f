//! Images that run: built, judged by clippy, and under their emulators put under the whole suite, and
//! under load where a board has a network.

#[cfg(target_os = "linux")]
mod ends;
mod load;
mod machine;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bare::Bare;
use crate::clients;
use crate::failure::Failure;
use crate::size::elf::Image as Elf;
use crate::step::{link, run, step};
use crate::workspace::Workspace;
use machine::Machine;

/// An image for an emulated board.
struct Image {
    /// Of the image; its package has `samewire-` before it.
    name: &'static str,
    target: &'static str,
    /// What runs it, where that is no more than a program to be installed.
    emulator: Option<&'static str>,
    /// The package that it shares with others.
    shared: Option<&'static str>,
    /// Whether it can be reached over TCP.
    has_network: bool,
    /// It answers at least so many per cent of the requests that a bare responder answers.
    share_min: u64,
}

const IMAGES: [Image; 5] = [
    Image {
        name: "qemu-arm",
        target: "thumbv6m-none-eabi",
        emulator: Some("qemu-system-arm"),
        shared: Some("samewire-qemu"),
        has_network: true,
        share_min: 75,
    },
    Image {
        name: "qemu-riscv",
        target: "riscv32imc-unknown-none-elf",
        emulator: Some("qemu-system-riscv32"),
        shared: Some("samewire-qemu"),
        has_network: true,
        // Its network is nearly twice as fast, and leaves the server a smaller part.
        share_min: 65,
    },
    Image {
        name: "microbit",
        target: "thumbv6m-none-eabi",
        emulator: Some("qemu-system-arm"),
        shared: Some("samewire-gauge"),
        has_network: false,
        share_min: 0,
    },
    Image {
        name: "rp2040",
        target: "thumbv6m-none-eabi",
        emulator: None,
        shared: None,
        has_network: false,
        share_min: 0,
    },
    Image {
        name: "esp32c3",
        target: "riscv32imc-unknown-none-elf",
        emulator: None,
        shared: None,
        has_network: false,
        share_min: 0,
    },
];

/// Whoever builds an image for a board of their own says by these which network it joins.
pub(crate) const NETWORK: [&str; 2] = ["SAMEWIRE_WIFI_SSID", "SAMEWIRE_WIFI_PASSWORD"];

/// Requests of the load that everything is put under before a change lands.
const LOAD: u32 = 20_000;

/// Which images, and what to do with them.
#[derive(Default)]
pub(crate) struct Options {
    /// All, if there are none.
    names: Vec<String>,
    packaged: bool,
    /// Requests to send.
    load: Option<u32>,
}

impl Options {
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(&argument) = arguments.next() {
            match argument {
                "--packaged" => options.packaged = true,
                "--load" => {
                    let requests = arguments.next().and_then(|number| number.parse().ok());
                    let requests = requests.filter(|requests| *requests >= load::REQUESTS_MIN);
                    let what = || format!("--load N, from {} requests on", load::REQUESTS_MIN);
                    options.load = Some(requests.ok_or_else(|| Failure::new(what()))?);
                }
                name if IMAGES.iter().any(|image| image.name == name) => {
                    options.names.push(name.to_owned());
                }
                other => return Err(Failure::new(format!("firmware knows no {other}"))),
            }
        }
        Ok(options)
    }

    /// What the whole gate does with every image whose emulator is there.
    pub(crate) fn gate() -> Self {
        Self { load: Some(LOAD), ..Self::default() }
    }
}

/// Builds the images, and runs them if that is asked for.
pub(crate) fn check(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    let chosen = |image: &&Image| {
        options.names.is_empty() || options.names.iter().any(|name| name == image.name)
    };
    for image in IMAGES.iter().filter(chosen) {
        step(&format!("firmware {}", image.name), || {
            let bare = Bare::find(workspace, image.target, options.packaged)?;
            let package = format!("samewire-{}", image.name);
            match bare.clippy(workspace, &workspace.firmware_of(image.name)) {
                Some(mut clippy) => {
                    let packages = [Some(package.as_str()), image.shared];
                    for name in packages.iter().flatten() {
                        clippy.args(["-p", name]);
                    }
                    clippy.arg("--no-deps");
                    run(clippy.args(["--", "-D", "warnings"]))?;
                }
                None => println!("no clippy for {}: `cargo ci setup`", image.target),
            }
            // It is for whoever asks: it joins the network that they name.
            let path = build_with(workspace, image, &bare, &[])?;
            tell(image, &path)?;
            let Some(emulator) = image.emulator else { return Ok(()) };
            println!("the suite on it by: samewire check --target {}", image.name);
            if image.has_network {
                println!("http://127.0.0.1:8080 by: samewire serve --target {}", image.name);
            }
            match options.load {
                Some(_) if options.names.is_empty() && !image.has_emulator() => {
                    println!("no load, without {emulator}: `cargo ci setup`");
                    Ok(())
                }
                Some(requests) => {
                    let suite = ["run", "--release", "--", "check", "--target", image.name];
                    run(workspace.cargo().args(suite))?;
                    #[cfg(target_os = "linux")]
                    ends::break_off(workspace, image.name, emulator)?;
                    if !image.has_network {
                        return Ok(());
                    }
                    let machine = Machine::start(workspace, image.name)?;
                    clients::meet(workspace, image.name, machine.demo)?;
                    load::put(&machine, requests, image.share_min)
                }
                None => Ok(()),
            }
        })?;
    }
    Ok(())
}

/// Builds all images, and says what each takes of its board.
pub(crate) fn build(
    workspace: &Workspace,
    packaged: bool,
) -> Result<Vec<(&'static str, Elf)>, Failure> {
    let build = |image: &Image| {
        let bare = Bare::find(workspace, image.target, packaged)?;
        Ok((image.name, elf(&build_with(workspace, image, &bare, &NETWORK)?)?))
    };
    IMAGES.iter().map(build).collect()
}

/// Builds one image, which joins no network; where it is.
pub(crate) fn build_one(
    workspace: &Workspace,
    name: &str,
    packaged: bool,
) -> Result<PathBuf, Failure> {
    let image = IMAGES.iter().find(|image| image.name == name);
    let image = image.ok_or_else(|| Failure::new(format!("there is no image {name}")))?;
    build_with(workspace, image, &Bare::find(workspace, image.target, packaged)?, &NETWORK)
}

/// Whether the emulator of this image's board is there.
pub(crate) fn has_emulator(name: &str) -> bool {
    IMAGES.iter().find(|image| image.name == name).is_some_and(Image::has_emulator)
}

/// Builds an image as if these variables were not there; where it is.
fn build_with(
    workspace: &Workspace,
    image: &Image,
    bare: &Bare,
    without: &[&str],
) -> Result<PathBuf, Failure> {
    let package = format!("samewire-{}", image.name);
    let mut cargo = bare.build(workspace, &workspace.firmware_of(image.name));
    without.iter().for_each(|variable| _ = cargo.env_remove(variable));
    link(cargo.args(["-p", &package]), image.name)?;
    Ok(bare.image(workspace, image.name))
}

fn elf(path: &Path) -> Result<Elf, Failure> {
    let broken = |what: &dyn std::fmt::Display| Failure::new(format!("{}: {what}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| broken(&error))?;
    Elf::read(&bytes).map_err(|error| broken(&error))
}

/// Says what was built.
fn tell(image: &Image, path: &Path) -> Result<(), Failure> {
    let elf = elf(path)?;
    println!("{}: {} bytes of flash, {} of RAM", image.name, elf.flash_bytes, elf.ram_bytes);
    Ok(())
}

impl Image {
    fn has_emulator(&self) -> bool {
        let runs = |emulator| Command::new(emulator).arg("--version").output().is_ok();
        self.emulator.is_some_and(runs)
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    #[test]
    fn options_are_read_or_refused() {
        let parsed = Options::parse(&["qemu-arm", "--load", "5000"]).unwrap();
        assert_eq!((parsed.names, parsed.load), (vec!["qemu-arm".to_owned()], Some(5000)));
        for refused in [&["qemu-leg"][..], &["--load"], &["--load", "many"], &["--load", "1"]] {
            assert!(Options::parse(refused).is_err(), "{refused:?}");
        }
    }
}
