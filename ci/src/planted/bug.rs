//! A fault as it stands in `sim/planted.toml`, and how it is put into the text of a file.

use serde::Deserialize;

use crate::failure::Failure;

/// Where they stand.
pub(crate) const PAGE: &str = "sim/planted.toml";

/// Seeds in which a fault must be found, where it says nothing else.
const SEEDS: u64 = 10_000;

/// A fault.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bug {
    /// What the server does wrong with it.
    pub(crate) name: String,
    /// The file, below the root.
    pub(crate) file: String,
    /// What stands exactly once in it.
    text: String,
    /// What takes its place.
    instead: String,
    /// The oracles that may find it: any of these.
    pub(crate) oracles: Vec<String>,
    /// In how many seeds at most.
    #[serde(default = "seeds")]
    pub(crate) seeds: u64,
}

const fn seeds() -> u64 {
    SEEDS
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    bug: Vec<Bug>,
}

/// All faults of the page.
pub(crate) fn read(page: &str) -> Result<Vec<Bug>, Failure> {
    let page: Page =
        toml::from_str(page).map_err(|error| Failure::new(format!("{PAGE}: {error}")))?;
    Ok(page.bug)
}

impl Bug {
    /// The file with the fault in it; or why that cannot be.
    pub(crate) fn put_into(&self, file: &str) -> Result<String, String> {
        match file.matches(&self.text).count() {
            _ if self.text == self.instead => Err("it changes nothing".to_owned()),
            1 => Ok(file.replace(&self.text, &self.instead)),
            0 => Err(format!("its text does not stand in {} any more", self.file)),
            n => Err(format!("its text stands {n} times in {}", self.file)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bug, read};

    fn bug(text: &str, instead: &str) -> Bug {
        let entry = format!(
            "[[bug]]\nname = \"n\"\nfile = \"a.rs\"\ntext = \"{text}\"\ninstead = \"{instead}\"\n\
             oracles = [\"answers\"]\n"
        );
        read(&entry).unwrap().remove(0)
    }

    #[test]
    fn a_fault_takes_the_place_of_what_stands_once() {
        let put = |text, instead, file| bug(text, instead).put_into(file);
        assert_eq!(put("a < b", "a <= b", "if a < b {}"), Ok("if a <= b {}".to_owned()));
        assert_eq!(put("c", "d", "ab"), Err("its text does not stand in a.rs any more".to_owned()));
        assert_eq!(put("a", "d", "aba"), Err("its text stands 2 times in a.rs".to_owned()));
        assert_eq!(put("a", "a", "ab"), Err("it changes nothing".to_owned()));
    }

    #[test]
    fn a_page_says_what_it_does_not_know() {
        let failure = read("[[bug]]\nname = \"n\"\nfiel = \"a.rs\"\n").unwrap_err().to_string();
        assert!(failure.starts_with("sim/planted.toml: "), "{failure}");
        assert!(failure.contains("fiel"), "{failure}");
    }
}
