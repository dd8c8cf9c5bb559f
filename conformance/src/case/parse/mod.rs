//! Text to [`CaseFile`], or every error in it.
//!
//! A file is cut at its `###` lines first, so that an error in one case hides none in the next.
//! Within a case, lines stand in a fixed order: prose, directives, steps.

mod check;
mod detail;
mod directive;
mod expect;
mod frame;
mod line;
mod order;
mod step;

pub(crate) use directive::is_requirement;

use self::directive::Directives;
use self::line::{Fault, Line};
use self::step::Steps;
use super::{Case, CaseFile};
use crate::diagnostic::{Diagnostic, Span};

/// Reads a file.
///
/// `path` is where it stands below the fixtures, without `.case`; `shown` is the file as the reader
/// would name it.
///
/// # Errors
///
/// All that is wrong with it, from top to bottom.
pub fn parse(path: &str, shown: &str, source: &str) -> Result<CaseFile, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let file = parse_file(path, source, &mut faults);
    if faults.is_empty() {
        return Ok(file);
    }
    faults.sort_by_key(|fault| (fault.span.line, fault.span.column));
    let diagnostic =
        |fault: Fault| Diagnostic::new(shown, source, fault.span, fault.message, fault.hint);
    Err(faults.into_iter().map(diagnostic).collect())
}

fn parse_file(path: &str, source: &str, faults: &mut Vec<Fault>) -> CaseFile {
    let lines: Vec<Line<'_>> =
        source.lines().zip(1..).map(|(text, number)| Line::new(number, text)).collect();
    check_encoding(source, faults);

    let is_case = |line: &Line<'_>| line.text.starts_with("###");
    let first = lines.iter().position(is_case).unwrap_or(lines.len());
    let (top, rest) = lines.split_at(first);
    let header = header(top, faults);

    let mut cases: Vec<Case> = Vec::new();
    let mut rest = rest;
    while let Some((title, body)) = rest.split_first() {
        let end = body.iter().position(is_case).unwrap_or(body.len());
        let (body, next) = body.split_at(end);
        rest = next;
        let before = faults.len();
        let Some(case) = parse_case(path, title, body, faults) else { continue };
        if let Some(same) = cases.iter().find(|same| same.id == case.id) {
            let message = format!("two cases are named `{}`", case.slug());
            let hint = format!("the other is in line {}: rename one", same.span.line);
            faults.push(Fault { span: case.span, message, hint });
        }
        if faults.len() == before {
            check::case(&case, faults);
        }
        cases.push(case);
    }
    if cases.is_empty() && faults.is_empty() {
        let span = Span { line: lines.len().max(1) as u32, column: 1, width: 1 };
        let hint = "begin one with `### slug`".to_owned();
        faults.push(Fault { span, message: "there is no case in this file".into(), hint });
    }
    CaseFile { path: path.to_owned(), header, cases }
}

/// `lines()` hides what an editor on another system may have added.
fn check_encoding(source: &str, faults: &mut Vec<Fault>) {
    if source.starts_with('\u{feff}') {
        let span = Span { line: 1, column: 1, width: 1 };
        let (message, hint) = ("the file starts with a byte order mark", "save it without");
        faults.push(Fault { span, message: message.into(), hint: hint.into() });
    }
    if let Some((index, line)) =
        source.split('\n').enumerate().find(|(_, line)| line.contains('\r'))
    {
        let column = line.chars().take_while(|&c| c != '\r').count() as u32 + 1;
        let span = Span { line: index as u32 + 1, column, width: 1 };
        let hint = "save it with LF alone; bytes on the wire are spelled `\\r\\n`".to_owned();
        faults.push(Fault { span, message: "a CR in the file".into(), hint });
    }
}

/// The comment above the first case.
fn header(lines: &[Line<'_>], faults: &mut Vec<Fault>) -> Vec<String> {
    let mut header = Vec::new();
    for line in lines.iter().filter(|line| !line.is_blank()) {
        match line.text.strip_prefix('#') {
            Some("") => header.push(String::new()),
            Some(text) if text.starts_with(' ') => header.push(text[1..].trim_end().to_owned()),
            Some(_) => faults.push(line.fault(
                "neither a comment nor a case",
                "a comment starts with `# `, a case with `### `",
            )),
            None => {
                faults.push(line.fault(
                    "text before the first case",
                    "a case starts with `### slug`, a comment with `# `",
                ));
                break;
            }
        }
    }
    header
}

fn parse_case(
    path: &str,
    title: &Line<'_>,
    body: &[Line<'_>],
    faults: &mut Vec<Fault>,
) -> Option<Case> {
    let (slug, span) = match slug(title.clone()) {
        Ok(slug) => slug,
        Err(fault) => {
            faults.push(fault);
            return None;
        }
    };
    let before = faults.len();
    let mut prose = Vec::new();
    let mut directives = Directives::default();
    let mut steps = Steps::default();
    // Without a directive, the first empty line ends the prose.
    let has_directive = body.iter().any(directive::is_directive);
    let mut may_step = false;
    for line in body {
        let line = line.clone();
        if line.is_blank() {
            may_step |= !has_directive && !prose.is_empty();
            continue;
        }
        may_step |= directives.begun();
        let is_step = step::has_sign(&line) || may_step && step::is_step(&line);
        let read = if line.text.starts_with('#') {
            let hint = "write it as prose below the `###` line, or at the top of the file";
            Err(line.fault("a comment stands only at the top of a file", hint))
        } else if is_step || steps.begun() {
            steps.read(line.with_names(directives.names()))
        } else if directives.begun() || directive::is_directive(&line) {
            directives.read(line)
        } else if line.is_indented() {
            // It could be a step that slipped in here, and would be lost.
            let hint = "prose starts in the first column, and steps stand below `rule`";
            Err(line.fault("an indented line belongs to nothing", hint))
        } else {
            prose.push(line.text.trim_end().to_owned());
            Ok(())
        };
        faults.extend(read.err());
    }

    let missing = [
        (prose.is_empty(), "prose", "say below it what is asked and why it matters"),
        (!steps.begun(), "steps", "add what is sent (`> …`) and what must come back (`< …`)"),
    ];
    // A line with an error may be the one that is missing.
    let first = missing.iter().find(|missing| missing.0 && faults.len() == before);
    if let Some((_, what, hint)) = first {
        let message = format!("the case `{slug}` has no {what}");
        faults.push(Fault { span, message, hint: (*hint).to_owned() });
    }
    let Directives { rules, needs, limits, each, .. } = directives;
    let id = format!("{path}/{slug}");
    Some(Case { id, span, prose, rules, needs, limits, each, steps: steps.finish() })
}

/// Reads `### slug`.
fn slug(mut line: Line<'_>) -> Result<(String, Span), Fault> {
    line.eat("###");
    let tight = !line.rest().is_empty() && !line.rest().starts_with(' ');
    let word = line.word(&[]);
    line.end("the slug").map_err(|fault| Fault {
        hint: "a slug is one word, as in `space-before-colon`; sentences go below it".into(),
        ..fault
    })?;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if tight || word.value.is_empty() || !word.value.chars().all(allowed) {
        let message = format!("`{}` is no slug", word.value);
        let hint = "write `### slug`, of small letters, digits and `-`".to_owned();
        return Err(Fault { span: word.span, message, hint });
    }
    Ok((word.value.to_owned(), word.span))
}

#[cfg(test)]
mod tests;
