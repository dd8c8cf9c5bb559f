//! What an image holds: bytes that are loaded, symbols, and the numbers it was built to tell.

use std::collections::{BTreeMap, BTreeSet};

use object::elf;
use object::read::elf::ElfFile32;
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, RelocationTarget, SectionFlags};

/// Numbers for us, not for the board: `u32`s in the order of [`Sizes`].
const SIZES: &str = ".samewire.sizes";

/// RAM that no variable takes, which some linker scripts make a section of.
const STACK: &str = ".stack";

/// Parts of names by which `core` calls its ways to panic.
const PANICS: [&str; 2] = ["panic", "_fail"];

/// One image, as far as its costs go.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Image {
    /// Bytes that are written to the board: code, constants, and initial values of variables.
    pub(crate) flash_bytes: u64,
    /// Bytes of variables, without the stack.
    pub(crate) ram_bytes: u64,
    /// The largest first.
    pub(super) symbols: Vec<Symbol>,
    /// Who refers to what leads to a panic, both by name.
    pub(super) callers: BTreeMap<String, BTreeSet<String>>,
    pub(super) sizes: Option<Sizes>,
}

/// A function or a constant with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Symbol {
    pub(super) name: String,
    pub(super) bytes: u64,
}

/// What the compiler knows of the types in an image, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) connection: u32,
    pub(super) serve: u32,
    /// The largest future among the handlers; it lies within `serve`.
    pub(super) handler: u32,
}

impl Image {
    /// Reads a 32-bit ELF file.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let file: ElfFile32<'_> = ElfFile32::parse(bytes).map_err(|error| error.to_string())?;
        let mut image = Self::default();
        for section in file.sections() {
            let SectionFlags::Elf { sh_type, sh_flags, .. } = section.flags() else { continue };
            let is_stack = section.name() == Ok(STACK);
            let (flash, ram) = if is_stack { (false, false) } else { shares(sh_flags, sh_type) };
            image.flash_bytes += if flash { section.size() } else { 0 };
            image.ram_bytes += if ram { section.size() } else { 0 };
            if section.name() == Ok(SIZES) {
                let data = section.data().map_err(|error| error.to_string())?;
                image.sizes = Sizes::read(data);
            }
        }
        let mut functions = Vec::new();
        for symbol in file.symbols() {
            let name = symbol_name(&symbol)?;
            // The lowest bit of an address says Thumb.
            let start = symbol.address() & !1;
            functions.push((start..start + symbol.size(), name.clone()));
            image.symbols.push(Symbol { name, bytes: symbol.size() });
        }
        for section in file.sections() {
            let SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
            let relocations = section.relocations();
            for (at, relocation) in relocations.filter(|_| sh_flags.contains(elf::SHF_ALLOC)) {
                let RelocationTarget::Symbol(callee) = relocation.target() else { continue };
                let callee = file.symbol_by_index(callee).map_err(|error| error.to_string())?;
                let callee = symbol_name(&callee)?;
                if is_panic(&callee) {
                    let caller = functions.iter().find(|(range, _)| range.contains(&at));
                    let caller = caller.map_or("a constant", |(_, name)| name).to_owned();
                    image.callers.entry(callee).or_default().insert(caller);
                }
            }
        }
        image.symbols.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
        Ok(image)
    }

    /// Names of what leads to a panic.
    pub(super) fn panics(&self) -> impl Iterator<Item = &str> {
        self.names().filter(|name| is_panic(name))
    }

    /// Who refers to a symbol that leads to a panic. Nobody, if the image was linked without
    /// `--emit-relocs`.
    pub(super) fn callers(&self, panic: &str) -> impl Iterator<Item = &str> {
        self.callers.get(panic).into_iter().flatten().map(String::as_str)
    }

    /// Whether an allocator is linked.
    pub(super) fn allocates(&self) -> bool {
        self.names().any(|name| name.contains("__rust_alloc"))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.symbols.iter().map(|symbol| symbol.name.as_str())
    }
}

impl Sizes {
    /// Of a section; nothing if it is empty.
    fn read(data: &[u8]) -> Option<Self> {
        let words: Vec<u32> =
            data.as_chunks().0.iter().map(|&word| u32::from_le_bytes(word)).collect();
        let [connection, serve, handler] = words.as_slice() else { return None };
        Some(Self { connection: *connection, serve: *serve, handler: *handler })
    }
}

/// Without the hash that tells crates of one name apart.
fn symbol_name<'x>(symbol: &impl object::ObjectSymbol<'x>) -> Result<String, String> {
    let name = symbol.name().map_err(|error| error.to_string())?;
    Ok(format!("{:#}", rustc_demangle::demangle(name)))
}

fn is_panic(name: &str) -> bool {
    PANICS.iter().any(|part| name.contains(part))
}

/// Whether a section takes flash, and whether it takes RAM. Initial values of variables take both.
fn shares(flags: elf::SectionFlags, kind: elf::SectionType) -> (bool, bool) {
    let allocated = flags.contains(elf::SHF_ALLOC);
    (allocated && kind != elf::SHT_NOBITS, allocated && flags.contains(elf::SHF_WRITE))
}

#[cfg(test)]
mod tests {
    use object::elf::{
        SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE, SHT_NOBITS, SHT_PROGBITS, SectionFlags,
    };

    use super::{Image, Sizes, Symbol, shares};

    #[test]
    fn sections_count_where_they_lie() {
        for (flags, kind, expected, name) in [
            (SHF_ALLOC | SHF_EXECINSTR, SHT_PROGBITS, (true, false), ".text"),
            (SHF_ALLOC, SHT_PROGBITS, (true, false), ".rodata"),
            (SHF_ALLOC | SHF_WRITE, SHT_PROGBITS, (true, true), ".data"),
            (SHF_ALLOC | SHF_WRITE, SHT_NOBITS, (false, true), ".bss"),
            (SectionFlags(0), SHT_PROGBITS, (false, false), ".samewire.sizes"),
        ] {
            assert_eq!(shares(flags, kind), expected, "{name}");
        }
    }

    #[test]
    fn ways_to_panic_are_known_by_name() {
        for (name, expected) in [
            ("core::panicking::panic_const::panic_const_async_fn_resumed", true),
            ("core::slice::index::slice_index_fail", true),
            ("core::option::unwrap_failed", true),
            ("core::result::unwrap_failed", true),
            ("core::option::expect_failed", true),
            ("samewire::http::head::parse", false),
        ] {
            let symbols = vec![Symbol { name: name.to_owned(), bytes: 8 }];
            let image = Image { symbols, ..Image::default() };
            assert_eq!(image.panics().count(), usize::from(expected), "{name}");
        }
    }

    #[test]
    fn sizes_are_three_words() {
        let data = [88, 0, 0, 0, 64, 1, 0, 0, 8, 0, 0, 0];
        assert_eq!(Sizes::read(&data), Some(Sizes { connection: 88, serve: 320, handler: 8 }));
        assert_eq!(Sizes::read(&[]), None);
        assert_eq!(Sizes::read(&data[..8]), None);
    }

    #[test]
    fn what_is_no_image_is_refused() {
        assert!(Image::read(b"#!/bin/sh\n").is_err());
    }
}
