//! The lines between the prose and the steps: `rule`, `needs`, `limits`, `each`.

use super::line::{Fault, Line, Names, Result, hex, is_name, number};
use super::step;
use crate::case::each::{Each, Item};
use crate::case::limit::{Limit, LimitError};
use crate::case::need::Need;
use crate::diagnostic::{Spanned, nearest};

/// In the order in which they must stand.
pub(super) const WORDS: [&str; 4] = ["rule", "needs", "limits", "each"];

/// What the directives of one case have said so far.
#[derive(Default)]
pub(super) struct Directives {
    pub(super) rules: Vec<Spanned<String>>,
    pub(super) needs: Vec<Spanned<Need>>,
    pub(super) limits: Vec<Limit>,
    pub(super) each: Option<Each>,
    /// How many of [`WORDS`] are behind us, the last one read included.
    passed: usize,
    /// There was an `each` line with an error.
    each_unread: bool,
}

/// Whether the line ends the prose: `rule`, or another directive that stands too early.
pub(super) fn is_directive(line: &Line<'_>) -> bool {
    let mut line = line.clone();
    let word = line.word(&[]).value;
    let rest = line.rest().trim();
    match word {
        "rule" => true,
        // Prose may begin a line with these words.
        "needs" => !rest.is_empty() && rest.split(' ').all(|word| Need::named(word).is_some()),
        "limits" => rest.split_once('=').is_some_and(|(name, _)| Limit::NAMES.contains(&name)),
        "each" => rest.split_once('=').is_some_and(|(name, _)| is_name(name.trim())),
        // A mistyped `rule`: nothing else is followed by an id.
        _ => nearest(word, WORDS).is_some() && is_requirement(line.word(&[]).value),
    }
}

/// Whether the word has the shape of a requirement's id: a document, a section, a few words.
pub(crate) fn is_requirement(word: &str) -> bool {
    let mut parts = word.splitn(3, '-');
    let filled = parts.by_ref().filter(|part| !part.is_empty()).count() == 3;
    let section = word.split('-').nth(1).unwrap_or("");
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    filled && word.chars().all(allowed) && section.contains(|c: char| c.is_ascii_digit())
}

impl Directives {
    pub(super) fn begun(&self) -> bool {
        self.passed > 0
    }

    /// What `\{NAME}` may name in the steps.
    pub(super) fn names(&self) -> Names<'_> {
        match &self.each {
            _ if self.each_unread => Names::Any,
            Some(each) => Names::One(&each.name),
            None => Names::None,
        }
    }

    pub(super) fn read(&mut self, mut line: Line<'_>) -> Result<()> {
        let word = line.word(&[]);
        let Some(place) = WORDS.iter().position(|known| *known == word.value) else {
            self.passed = self.passed.max(1);
            return Err(unknown(word));
        };
        let late = self.passed > place + 1 || (self.passed == place + 1 && place > 0);
        if late {
            self.passed = self.passed.max(1);
            let message = format!("`{}` stands in the wrong place, or twice", word.value);
            let hint = "the order is `rule` (repeatable), `needs`, `limits`, `each`".to_owned();
            return Err(Fault { span: word.span, message, hint });
        }
        self.passed = place + 1;
        match place {
            0 => self.read_rules(line),
            1 => self.read_needs(line),
            2 => self.read_limits(line),
            _ => {
                let read = self.read_each(line);
                self.each_unread = read.is_err();
                read
            }
        }
    }

    fn read_rules(&mut self, line: Line<'_>) -> Result<()> {
        for word in words(line, "rule", "rule rfc9112-3.2-host-missing-400")? {
            let Spanned { value, span } = word;
            if !is_requirement(value) {
                let message = format!("`{value}` is no requirement");
                let hint =
                    "name its id in requirements.toml; a line of prose begins with another word";
                return Err(Fault { span, message, hint: hint.into() });
            }
            once(&self.rules, |rule| rule.value == value, word)?;
            self.rules.push(Spanned { value: value.to_owned(), span });
        }
        Ok(())
    }

    fn read_needs(&mut self, line: Line<'_>) -> Result<()> {
        for word in words(line, "needs", "needs echo")? {
            let Some(value) = Need::named(word.value) else {
                let names = Need::ALL.iter().map(|need| need.name());
                let message = format!("unknown need `{}`", word.value);
                return Err(Fault { span: word.span, message, hint: meant(word.value, names) });
            };
            once(&self.needs, |need| need.value == value, word)?;
            self.needs.push(Spanned { value, span: word.span });
        }
        Ok(())
    }

    fn read_limits(&mut self, line: Line<'_>) -> Result<()> {
        for word in words(line, "limits", "limits head_bytes_max=256")? {
            let fault = |message, hint| Err(Fault { span: word.span, message, hint });
            let (name, value) = word.value.split_once('=').unwrap_or((word.value, ""));
            let Some(value) = number(value) else {
                let message = format!("`{}` sets no limit to a number", word.value);
                return fault(message, "write `name=number`, without spaces".into());
            };
            once(&self.limits, |limit| limit.name() == name, word)?;
            match Limit::new(name, value, word.span) {
                Ok(limit) => self.limits.push(limit),
                Err(LimitError::Unknown) => {
                    let hint = meant(name, Limit::NAMES.iter().copied());
                    return fault(format!("unknown limit `{name}`"), hint);
                }
                Err(LimitError::TooLarge(most)) => {
                    let message = format!("{value} is too large for `{name}`");
                    return fault(message, format!("it is at most {most}"));
                }
            }
        }
        Ok(())
    }

    fn read_each(&mut self, mut line: Line<'_>) -> Result<()> {
        let name = line.word(&['=']);
        line.skip_spaces();
        if !is_name(name.value) || !line.eat("=") {
            let message = "`each` without a name and `=`".to_owned();
            let hint = "write `each NAME = items`, the name in capital letters".to_owned();
            return Err(Fault { span: name.span, message, hint });
        }
        let mut items: Vec<Item> = Vec::new();
        let mut labels: Vec<String> = Vec::new();
        loop {
            line.skip_spaces();
            let span = line.rest_span();
            if line.rest().is_empty() {
                break;
            }
            let item = read_item(&mut line)?;
            for (label, _) in item.values() {
                if labels.contains(&label) {
                    let message = format!("the item `{label}` is given twice");
                    return Err(Fault { span, message, hint: "remove one".into() });
                }
                labels.push(label);
            }
            items.push(item);
        }
        if items.is_empty() {
            return Err(line.fault("`each` without items", "add strings or bytes: `\"a\" 00..1f`"));
        }
        self.each = Some(Each { span: name.span, name: name.value.to_owned(), items });
        Ok(())
    }
}

/// Reads `"string"`, `7f` or `00..1f`.
fn read_item(line: &mut Line<'_>) -> Result<Item> {
    if line.rest().starts_with('"') {
        return Ok(Item::Text(line.string()?));
    }
    let word = line.word(&[]);
    let item = match word.value.split_once("..") {
        None => hex(word.value).map(Item::Byte),
        Some((first, last)) => hex(first)
            .zip(hex(last))
            .filter(|(first, last)| first < last)
            .map(|(first, last)| Item::Range(first, last)),
    };
    item.ok_or_else(|| {
        let message = format!("`{}` is no item", word.value);
        let hint = "an item is \"text\", a byte `7f`, or bytes `00..1f`".to_owned();
        Fault { span: word.span, message, hint }
    })
}

/// All words of the rest of the line; at least one.
fn words<'a>(mut line: Line<'a>, directive: &str, example: &str) -> Result<Vec<Spanned<&'a str>>> {
    let mut words = Vec::new();
    loop {
        let word = line.word(&[]);
        if word.value.is_empty() {
            break;
        }
        words.push(word);
    }
    if words.is_empty() {
        let line = Line::new(line.number, line.text);
        return Err(
            line.fault(format!("`{directive}` names nothing"), format!("as in `{example}`"))
        );
    }
    Ok(words)
}

fn once<T>(known: &[T], same: impl Fn(&T) -> bool, word: Spanned<&str>) -> Result<()> {
    if known.iter().any(same) {
        let message = format!("`{}` is given twice", word.value);
        return Err(Fault { span: word.span, message, hint: "remove one".into() });
    }
    Ok(())
}

fn unknown(word: Spanned<&str>) -> Fault {
    let hint = match nearest(word.value, WORDS.into_iter().chain(step::WORDS)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "after `rule` come `needs`, `limits`, `each`, and then the steps".to_owned(),
    };
    Fault { span: word.span, message: format!("unknown directive `{}`", word.value), hint }
}

/// The name that was meant, or all there are.
pub(super) fn meant<'a>(word: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(word, names.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("there are {}", names.collect::<Vec<_>>().join(", ")),
    }
}
