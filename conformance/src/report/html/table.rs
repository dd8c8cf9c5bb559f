//! The matrix itself: a row for each case, a column for each target, readable without the page's
//! script.

use std::fmt::{self, Display, Formatter};

use super::mark::Mark;
use super::section::{Document, Section, document_name};
use crate::case::Case;
use crate::report::escape::Escaped;
use crate::result::CaseResult;

/// The matrix of some documents.
pub(super) struct Table<'a> {
    pub(super) targets: Vec<&'a str>,
    pub(super) documents: &'a [Document<'a>],
    /// The results of a case, one for each target that came to it.
    pub(super) results: &'a dyn Fn(&str) -> &'a [Option<&'a CaseResult>],
}

impl Display for Table<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        // With more columns a phone has no room for all, and the table scrolls in itself.
        let wide = if self.targets.len() > 6 { " class=\"wide\"" } else { "" };
        write!(
            out,
            "<div id=\"pane\"{wide}>\n<table id=\"matrix\">\n\
             <caption>What came of each case on each target</caption>\n<thead>\n\
             <tr><th scope=\"col\">Case</th>"
        )?;
        for name in &self.targets {
            // The part by which one server is told from another.
            let short = name.strip_prefix("url:http://").unwrap_or(name);
            let (name, short) = (Escaped(name), Escaped(short));
            write!(out, "<th scope=\"col\" title=\"{name}\"><span>{short}</span></th>")?;
        }
        out.write_str("</tr>\n</thead>\n")?;
        self.documents.iter().try_for_each(|document| self.document(out, document))?;
        out.write_str("</table>\n</div>\n")
    }
}

impl Table<'_> {
    fn document(&self, out: &mut Formatter<'_>, document: &Document<'_>) -> fmt::Result {
        let columns = self.targets.len() + 1;
        let (id, name) = (Escaped(document.id), document_name(document.id));
        let (name, title) = (Escaped(&name), Escaped(document.title));
        writeln!(
            out,
            "<tbody class=\"document\" id=\"{id}\"><tr><th colspan=\"{columns}\" \
             scope=\"rowgroup\"><h2>{name} <small>{title}</small></h2></th></tr></tbody>"
        )?;
        document.sections.iter().try_for_each(|section| self.section(out, document.id, section))
    }

    fn section(
        &self,
        out: &mut Formatter<'_>,
        document: &str,
        section: &Section<'_>,
    ) -> fmt::Result {
        let Section { number, title, cases } = section;
        let groups: Vec<Group> =
            (0..self.targets.len()).map(|target| self.count(cases, target)).collect();
        // What is as it should be is folded away, if there is a script to unfold it.
        let is_closed = !groups.iter().any(|group| group.worst.is_finding());
        let closed = if is_closed { " closed" } else { "" };
        write!(
            out,
            "<tbody class=\"section{closed}\" id=\"{}-{}\">\n<tr class=\"group\">\
             <th scope=\"rowgroup\"><button type=\"button\" aria-expanded=\"{}\">\
             <b>§{}</b> {} <small>{}</small></button></th>",
            Escaped(document),
            Escaped(number),
            !is_closed,
            Escaped(number),
            Escaped(title),
            cases.len(),
        )?;
        for Group { worst, count, words } in groups {
            let (word, label) = (worst.word(), worst.label());
            write!(out, "<td class=\"{word}\" title=\"{words}\">{count}<i> {label}</i></td>")?;
        }
        out.write_str("</tr>\n")?;
        cases.iter().try_for_each(|case| self.case(out, case))?;
        out.write_str("</tbody>\n")
    }

    fn case(&self, out: &mut Formatter<'_>, case: &Case) -> fmt::Result {
        let id = Escaped(&case.id);
        let path = case.id.strip_suffix(case.slug()).unwrap_or_default().trim_end_matches('/');
        write!(
            out,
            "<tr id=\"{id}\"><th scope=\"row\"><a href=\"#{id}\">{}</a> <small>{}</small></th>",
            Escaped(case.slug()),
            Escaped(path),
        )?;
        for (target, result) in self.targets.iter().zip((self.results)(&case.id)) {
            let mark = Mark::of(*result);
            let (word, label) = (mark.word(), mark.label());
            let also = result.is_some_and(|result| result.difference.is_some());
            let also = if also && word != "differs" { " also" } else { "" };
            write!(
                out,
                "<td><a class=\"{word}{also}\" href=\"#{id}@{}\"><i>{label}</i></a></td>",
                Escaped(target)
            )?;
        }
        out.write_str("</tr>\n")
    }

    /// What came of these cases on one target.
    fn count(&self, cases: &[&Case], target: usize) -> Group {
        let mark = |case: &&Case| Mark::of((self.results)(&case.id).get(target).copied().flatten());
        let marks: Vec<Mark> = cases.iter().map(mark).collect();
        let number = |mark: Mark| marks.iter().filter(|one| **one == mark).count();
        let worst = marks.iter().copied().max().unwrap_or(Mark::Missing);
        let words = Mark::ALL.into_iter().filter(|mark| number(*mark) > 0);
        let words: Vec<String> =
            words.map(|mark| format!("{} {}", number(mark), mark.label())).collect();
        Group { worst, count: number(worst), words: words.join(", ") }
    }
}

/// What came of a section on one target.
struct Group {
    worst: Mark,
    /// How many are like that.
    count: usize,
    /// How many there are of each.
    words: String,
}
