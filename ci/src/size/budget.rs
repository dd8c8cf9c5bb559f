//! Budgets, and what was measured beside them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::elf::{Image, Sizes};
use crate::beside::Ratio;
use crate::failure::Failure;

/// `ci/budgets.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budgets {
    pub(crate) image: Vec<ImageLine>,
    #[serde(default)]
    flash: Vec<Flash>,
    #[serde(default)]
    memory: Vec<Memory>,
    #[serde(default)]
    pub(crate) instructions: Vec<Instructions>,
    pub(crate) board: Option<Board>,
    #[serde(default)]
    pub(crate) whole: Vec<Whole>,
    #[serde(default)]
    pub(crate) panic: Vec<Panics>,
    /// Judged by `cargo ci beside`.
    #[serde(default)]
    pub(crate) ratio: Vec<Ratio>,
}

/// An image to build.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageLine {
    pub(crate) name: String,
    /// What it links, in words.
    pub(crate) links: String,
    #[serde(default)]
    pub(super) features: Vec<String>,
}

/// A bound on the difference of two images.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flash {
    what: String,
    image: String,
    against: String,
    /// How often the thing is in `image` and not in `against`.
    #[serde(default = "once")]
    times: u64,
    bytes_max: u64,
}

/// A bound on the size of a type, as an image tells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory {
    what: String,
    image: String,
    value: Value,
    bytes_max: u64,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Value {
    Connection,
    ServeWithoutHandler,
}

/// A bound on the instructions of one request, and where we want to come.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Instructions {
    pub(crate) request: String,
    pub(crate) instructions_max: u64,
    pub(crate) aim: Option<u64>,
}

/// Bounds on the RAM of the emulated board on which instructions are counted.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Board {
    pub(crate) static_bytes_max: u64,
    pub(crate) stack_bytes_max: u64,
}

/// Bounds on all that an image for a board takes of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whole {
    pub(crate) image: String,
    pub(crate) flash_bytes_max: u64,
    pub(crate) ram_bytes_max: u64,
}

/// Symbols that lead to a panic and may be there, for a reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Panics {
    pub(crate) what: String,
    pub(crate) reason: String,
    /// In these images, and in no other.
    images: Vec<String>,
    symbols: Vec<String>,
    /// What those call in turn: it may be there where nobody else calls it.
    through: Vec<String>,
}

/// One line of the result.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) max: u64,
    pub(crate) measured: u64,
    pub(crate) unit: &'static str,
    /// Where to look if it is over.
    pub(crate) details: Vec<String>,
}

impl Row {
    /// What is over, in words.
    pub(crate) fn breach(&self) -> Option<String> {
        let Self { what, max, measured, unit, .. } = self;
        (measured > max).then(|| format!("{what}: {measured} {unit} of {max}"))
    }
}

impl Budgets {
    /// Of the file's text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string().trim_end().replace('\n', " "))
    }

    /// A row for each budget.
    pub(super) fn measure(&self, images: &BTreeMap<String, Image>) -> Result<Vec<Row>, Failure> {
        let mut rows = Vec::new();
        for flash in &self.flash {
            let whole = find(images, &flash.image)?.flash_bytes;
            let less = find(images, &flash.against)?.flash_bytes;
            rows.push(Row {
                what: flash.what.clone(),
                max: flash.bytes_max,
                measured: whole.saturating_sub(less).div_ceil(flash.times.max(1)),
                unit: "B",
                details: Vec::new(),
            });
        }
        for memory in &self.memory {
            let sizes = find(images, &memory.image)?.sizes;
            let sizes = sizes
                .ok_or_else(|| Failure::new(format!("image {} tells no sizes", memory.image)))?;
            rows.push(Row {
                what: memory.what.clone(),
                max: memory.bytes_max,
                measured: memory.value.of(sizes).into(),
                unit: "B",
                details: Vec::new(),
            });
        }
        rows.extend(self.absences(images));
        Ok(rows)
    }

    /// Ways to panic that have a reason, those that have none, and heaps.
    fn absences(&self, images: &BTreeMap<String, Image>) -> Vec<Row> {
        let mut groups = vec![BTreeSet::new(); self.panic.len()];
        let mut panics = Vec::new();
        let mut heaps = Vec::new();
        for (name, image) in images {
            for symbol in image.panics() {
                let group = self.panic.iter().position(|group| group.has(name, image, symbol));
                if let Some(group) = group.and_then(|group| groups.get_mut(group)) {
                    group.insert(symbol);
                } else {
                    let callers: Vec<&str> = image.callers(symbol).collect();
                    panics.push(format!("{name}: {symbol}, called by {}", callers.join(", ")));
                }
            }
            heaps.extend(image.allocates().then(|| format!("{name}: an allocator")));
        }
        let row = |what: &str, max: usize, measured: usize, unit, details| Row {
            what: what.to_owned(),
            max: max as u64,
            measured: measured as u64,
            unit,
            details,
        };
        let mut rows: Vec<Row> = (self.panic.iter().zip(&groups))
            .map(|(group, found)| {
                let max = group.symbols.len() + group.through.len();
                row(&group.what, max, found.len(), "symbols", Vec::new())
            })
            .collect();
        rows.push(row("ways to panic: any other", 0, panics.len(), "symbols", panics));
        rows.push(row("images with a heap", 0, heaps.len(), "images", heaps));
        rows
    }
}

impl Panics {
    fn has(&self, name: &str, image: &Image, symbol: &str) -> bool {
        let is_root = |symbol: &str| self.symbols.iter().any(|root| root == symbol);
        let is_through = |symbol: &str| self.through.iter().any(|name| name == symbol);
        let mut callers = image.callers(symbol).peekable();
        self.images.iter().any(|image| image == name)
            && (is_root(symbol)
                || is_through(symbol)
                    && callers.peek().is_some()
                    && callers.all(|caller| is_root(caller) || is_through(caller)))
    }
}

impl Value {
    fn of(self, sizes: Sizes) -> u32 {
        match self {
            Self::Connection => sizes.connection,
            Self::ServeWithoutHandler => sizes.serve.saturating_sub(sizes.handler),
        }
    }
}

fn find<'a>(images: &'a BTreeMap<String, Image>, name: &str) -> Result<&'a Image, Failure> {
    images.get(name).ok_or_else(|| Failure::new(format!("budgets name an unknown image: {name}")))
}

fn once() -> u64 {
    1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Budgets, Row};
    use crate::size::elf::{Image, Sizes, Symbol};

    const TEXT: &str = r#"
        [[image]]
        name = "baseline"
        links = "nothing"

        [[flash]]
        what = "HTTP"
        image = "hello"
        against = "baseline"
        bytes_max = 1000

        [[flash]]
        what = "a route"
        image = "routes"
        against = "hello"
        times = 10
        bytes_max = 100

        [[memory]]
        what = "Connection"
        image = "hello"
        value = "connection"
        bytes_max = 128

        [[memory]]
        what = "serve"
        image = "hello"
        value = "serve-without-handler"
        bytes_max = 384

        [[panic]]
        what = "resumed"
        reason = "each `async fn` has it"
        images = ["hello", "routes"]
        symbols = ["core::panic_const_async_fn_resumed"]
        through = ["core::panic_fmt"]

        [[panic]]
        what = "brought"
        reason = "a dependency"
        images = ["routes"]
        symbols = ["core::option::unwrap_failed"]
        through = []
    "#;

    fn images() -> BTreeMap<String, Image> {
        let sizes = Some(Sizes { connection: 88, serve: 320, handler: 20 });
        let image = |flash_bytes, sizes| Image { flash_bytes, sizes, ..Image::default() };
        BTreeMap::from([
            ("baseline".to_owned(), image(100, None)),
            ("hello".to_owned(), image(1100, sizes)),
            ("routes".to_owned(), image(2091, None)),
        ])
    }

    fn add(images: &mut BTreeMap<String, Image>, image: &str, symbol: &str) {
        let symbol = Symbol { name: symbol.to_owned(), bytes: 8 };
        images.get_mut(image).unwrap().symbols.push(symbol);
    }

    fn call(images: &mut BTreeMap<String, Image>, image: &str, caller: &str, callee: &str) {
        let callers = &mut images.get_mut(image).unwrap().callers;
        callers.entry(callee.to_owned()).or_default().insert(caller.to_owned());
    }

    fn measure(images: &BTreeMap<String, Image>) -> Vec<Row> {
        Budgets::parse(TEXT).unwrap().measure(images).unwrap()
    }

    fn breaches(images: &BTreeMap<String, Image>) -> Vec<String> {
        measure(images).iter().filter_map(Row::breach).collect()
    }

    #[test]
    fn differences_are_rounded_up() {
        let measured: Vec<u64> = measure(&images()).iter().map(|row| row.measured).collect();
        assert_eq!(measured, [1000, 100, 88, 300, 0, 0, 0, 0]);
        assert_eq!(breaches(&images()), [""; 0]);
    }

    #[test]
    fn each_budget_can_break() {
        let breach = |change: fn(&mut BTreeMap<String, Image>)| {
            let mut images = images();
            change(&mut images);
            breaches(&images).join("; ")
        };
        let hello = |images: &mut BTreeMap<String, Image>| images.remove("hello").unwrap();
        assert_eq!(
            breach(|images| images.get_mut("baseline").unwrap().flash_bytes = 99),
            "HTTP: 1001 B of 1000"
        );
        assert_eq!(
            breach(|images| images.get_mut("routes").unwrap().flash_bytes = 2101),
            "a route: 101 B of 100"
        );
        assert_eq!(
            breach(|images| add(images, "hello", "core::panicking::panic_bounds_check")),
            "ways to panic: any other: 1 symbols of 0"
        );
        assert_eq!(
            breach(|images| add(images, "routes", "__rust_alloc")),
            "images with a heap: 1 images of 0"
        );
        let mut images = images();
        let large = Sizes { connection: 129, serve: 405, handler: 20 };
        let image = Image { sizes: Some(large), ..hello(&mut images) };
        images.insert("hello".to_owned(), image);
        assert_eq!(breaches(&images), ["Connection: 129 B of 128", "serve: 385 B of 384"]);
    }

    #[test]
    fn what_is_found_is_named() {
        let mut images = images();
        add(&mut images, "hello", "core::option::unwrap_failed");
        call(&mut images, "hello", "samewire::parse", "core::option::unwrap_failed");
        let details: Vec<String> =
            measure(&images).into_iter().flat_map(|row| row.details).collect();
        assert_eq!(details, ["hello: core::option::unwrap_failed, called by samewire::parse"]);
    }

    #[test]
    fn panics_with_a_reason_pass_where_the_reason_holds() {
        let mut images = images();
        add(&mut images, "hello", "core::panic_const_async_fn_resumed");
        add(&mut images, "routes", "core::option::unwrap_failed");
        assert_eq!(breaches(&images), [""; 0]);
        add(&mut images, "hello", "core::option::unwrap_failed");
        assert_eq!(breaches(&images), ["ways to panic: any other: 1 symbols of 0"]);
    }

    #[test]
    fn images_without_a_reason_may_not_panic_at_all() {
        let mut images = images();
        add(&mut images, "baseline", "core::panic_const_async_fn_resumed");
        assert_eq!(breaches(&images), ["ways to panic: any other: 1 symbols of 0"]);
    }

    #[test]
    fn what_leads_through_passes_where_only_the_roots_call_it() {
        let root = "core::panic_const_async_fn_resumed";
        let red = ["ways to panic: any other: 1 symbols of 0"];
        let mut images = images();
        add(&mut images, "hello", root);
        add(&mut images, "hello", "core::panic_fmt");
        assert_eq!(breaches(&images), red, "nobody knows who calls it");
        call(&mut images, "hello", root, "core::panic_fmt");
        assert_eq!(breaches(&images), [""; 0]);
        call(&mut images, "hello", "samewire::parse", "core::panic_fmt");
        assert_eq!(breaches(&images), red);
    }

    #[test]
    fn missing_images_and_sizes_are_failures() {
        let budgets = Budgets::parse(TEXT).unwrap();
        let mut images = images();
        images.get_mut("hello").unwrap().sizes = None;
        assert_eq!(budgets.measure(&images).unwrap_err().to_string(), "image hello tells no sizes");
        images.remove("hello");
        assert_eq!(
            budgets.measure(&images).unwrap_err().to_string(),
            "budgets name an unknown image: hello"
        );
    }

    #[test]
    fn misspelt_budgets_are_refused() {
        assert!(Budgets::parse(&TEXT.replace("bytes_max", "byte_max")).is_err());
    }
}
