//! One line of a case, read from left to right; and the escapes of the bytes in it.

use crate::case::text::{Part, Text};
use crate::diagnostic::{Span, Spanned};

/// What one text may stand for, repeats included: a typing error must not eat the memory.
const TEXT_BYTES_MAX: usize = 16 << 20;

const ESCAPES: &str = r#"the escapes are \r \n \t \0 \\ \" \xHH \{text*N} \{NAME}"#;

/// What is wrong at one place of the file, and what to do about it.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) hint: String,
}

pub(super) type Result<T> = std::result::Result<T, Fault>;

/// What `\{NAME}` may name.
#[derive(Clone, Copy)]
pub(super) enum Names<'a> {
    /// There is no `each` line.
    None,
    /// The name in the `each` line.
    One(&'a str),
    /// The `each` line is wrong, which is said once.
    Any,
}

/// A line and how far it has been read.
#[derive(Clone)]
pub(super) struct Line<'a> {
    pub(super) number: u32,
    pub(super) text: &'a str,
    names: Names<'a>,
    at: usize,
}

impl<'a> Line<'a> {
    pub(super) fn new(number: u32, text: &'a str) -> Self {
        Self { number, text, names: Names::None, at: 0 }
    }

    pub(super) fn with_names(self, names: Names<'a>) -> Self {
        Self { names, ..self }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub(super) fn is_indented(&self) -> bool {
        self.text.starts_with([' ', '\t']) && !self.is_blank()
    }

    /// The first word of the line, wherever it has been read to.
    pub(super) fn first_word(&self) -> &'a str {
        self.text.split_whitespace().next().unwrap_or("")
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The next word, which is not read.
    pub(super) fn first_unread(&self) -> &'a str {
        self.clone().word(&[]).value
    }

    pub(super) fn skip_spaces(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    /// Reads `expected`, if that is next.
    pub(super) fn eat(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    /// Reads the next word, up to a space or one of `ends`; at the end of the line it is empty.
    pub(super) fn word(&mut self, ends: &[char]) -> Spanned<&'a str> {
        self.skip_spaces();
        let rest = self.rest();
        let end = rest.find(|c| matches!(c, ' ' | '\t') || ends.contains(&c));
        let word = &rest[..end.unwrap_or(rest.len())];
        let start = self.at;
        self.at += word.len();
        Spanned { value: word, span: self.span(start) }
    }

    /// The piece from `start` to where the line has been read.
    fn span(&self, start: usize) -> Span {
        let width = self.text[start..self.at].chars().count() as u32;
        let column = self.text[..start].chars().count() as u32 + 1;
        Span { line: self.number, column, width }
    }

    /// What has not been read, without the spaces around it.
    pub(super) fn rest_span(&self) -> Span {
        let mut rest = self.clone();
        rest.skip_spaces();
        let start = rest.at;
        rest.at = self.text.trim_end().len().max(start);
        rest.span(start)
    }

    pub(super) fn fault(&self, message: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault { span: self.rest_span(), message: message.into(), hint: hint.into() }
    }

    /// Nothing but spaces may follow.
    pub(super) fn end(&mut self, after: &str) -> Result<()> {
        self.skip_spaces();
        if self.rest().is_empty() {
            return Ok(());
        }
        let message = format!("`{}` after {after}", self.rest().trim_end());
        Err(self.fault(message, "nothing belongs here: remove it"))
    }

    /// Reads bytes up to the end of the line.
    pub(super) fn bytes(&mut self) -> Result<Text> {
        if self.text.ends_with(' ') {
            let start = self.text.len() - 1;
            self.at = self.text.len();
            let (message, hint) = ("a space at the end of a line", "nobody sees it: write `\\x20`");
            return Err(Fault {
                span: self.span(start),
                message: message.into(),
                hint: hint.into(),
            });
        }
        self.spelled(None)
    }

    /// Reads a string in quotation marks.
    pub(super) fn string(&mut self) -> Result<Text> {
        self.skip_spaces();
        let open = self.at;
        if !self.eat("\"") {
            return Err(self.fault("a string is missing", "write it in quotation marks: \"text\""));
        }
        let text = self.spelled(Some('"'))?;
        if !self.eat("\"") {
            let (message, hint) = ("the string does not end", "add a `\"` after it");
            return Err(Fault {
                span: self.span(open),
                message: message.into(),
                hint: hint.into(),
            });
        }
        if !self.rest().is_empty() && !self.rest().starts_with([' ', '\t']) {
            let hint = r#"put a space after the string, or write `\"` inside of it"#;
            return Err(self.fault("the string ends within a word", hint));
        }
        Ok(text)
    }

    fn spelled(&mut self, end: Option<char>) -> Result<Text> {
        let (first, mut text, mut size) = (self.at, Text::default(), 0);
        while let Some(next) = self.rest().chars().next().filter(|&next| Some(next) != end) {
            let start = self.at;
            let part = if self.eat("\\{") { self.braces(start)? } else { self.byte(next, start)? };
            size += match &part {
                Part::Bytes(bytes) => bytes.len(),
                Part::Repeat(bytes, count) => bytes.len().saturating_mul(*count as usize),
                Part::Var(_) => 0,
            };
            text.push(part);
            if size > TEXT_BYTES_MAX {
                let span = self.span(first);
                let message = format!("this text has more than {TEXT_BYTES_MAX} bytes");
                return Err(Fault { span, message, hint: "repeat it less often".into() });
            }
        }
        Ok(text)
    }

    /// Reads one byte, plain or escaped.
    fn byte(&mut self, next: char, start: usize) -> Result<Part> {
        self.at += next.len_utf8();
        let byte = match next {
            '\\' => self.escape(start)?,
            ' '..='~' => next as u8,
            _ => {
                let mut utf8 = [0; 4];
                let bytes = Text::from(next.encode_utf8(&mut utf8).as_bytes()).unquoted();
                let message = format!("{next:?} is not printable ASCII");
                let hint = format!("spell its bytes out: `{bytes}`");
                return Err(Fault { span: self.span(start), message, hint });
            }
        };
        Ok(Part::Bytes(vec![byte]))
    }

    /// Reads what follows a backslash.
    fn escape(&mut self, start: usize) -> Result<u8> {
        let next = self.rest().chars().next();
        self.at += next.map_or(0, char::len_utf8);
        match next {
            Some('r') => return Ok(b'\r'),
            Some('n') => return Ok(b'\n'),
            Some('t') => return Ok(b'\t'),
            Some('0') => return Ok(0),
            Some(same @ ('\\' | '"')) => return Ok(same as u8),
            Some('x') => {
                let digits = self.rest().get(..2).unwrap_or("");
                if let Some(byte) = hex(digits) {
                    self.at += 2;
                    return Ok(byte);
                }
                let message = "`\\x` needs two hexadecimal digits".to_owned();
                return Err(Fault {
                    span: self.span(start),
                    message,
                    hint: "as in `\\x7f`".into(),
                });
            }
            _ => {}
        }
        let message = format!("unknown escape `{}`", &self.text[start..self.at]);
        Err(Fault { span: self.span(start), message, hint: ESCAPES.into() })
    }

    /// Reads what follows `\{`: a name, or a text and how often it is repeated.
    fn braces(&mut self, start: usize) -> Result<Part> {
        let inner = self.at;
        let length = self.rest().find('}');
        self.at = length.map_or(self.text.len(), |length| inner + length + 1);
        let span = self.span(start);
        let fault = |message: &str, hint: &str| {
            Err(Fault { span, message: message.to_owned(), hint: hint.to_owned() })
        };
        let Some(length) = length else {
            return fault("`\\{` without `}`", "close it: `\\{text*N}` or `\\{NAME}`");
        };
        let content = &self.text[inner..inner + length];
        if is_name(content) {
            return self.name(content, span);
        }
        let Some((text, count)) = content.rsplit_once('*') else {
            return fault("neither a name nor a repeat", "write `\\{text*N}` or `\\{NAME}`");
        };
        let Some(count) = number(count).and_then(|count| u32::try_from(count).ok()) else {
            return fault("a repeat without a number", "write how often: `\\{text*N}`");
        };
        if text.is_empty() || count == 0 {
            return fault("a repeat of nothing", "remove it");
        }
        let upto = &self.text[..inner + text.len()];
        let mut part = Line { number: self.number, text: upto, names: Names::None, at: inner };
        let mut bytes = Vec::new();
        while let Some(next) = part.rest().chars().next() {
            let start = part.at;
            if let '{' | '"' = next {
                let hint = if next == '{' { "write `\\x7b`" } else { "write `\\\"`" };
                return fault(&format!("`{next}` within braces"), hint);
            }
            if let Part::Bytes(one) = part.byte(next, start)? {
                bytes.extend(one);
            }
        }
        Ok(Part::Repeat(bytes, count))
    }

    fn name(&self, name: &str, span: Span) -> Result<Part> {
        let hint = match self.names {
            Names::One(known) if known != name => format!("the `each` line names `{known}`"),
            Names::None => format!("add `each {name} = …` above the steps"),
            Names::One(_) | Names::Any => return Ok(Part::Var(name.to_owned())),
        };
        Err(Fault { span, message: format!("`\\{{{name}}}` stands for nothing"), hint })
    }
}

/// Whether it is a name as `each` gives it: capital letters.
pub(super) fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// A byte in two hexadecimal digits.
pub(super) fn hex(digits: &str) -> Option<u8> {
    let two = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    two.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

/// A number in decimal digits, without a sign.
pub(super) fn number(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}
