//! The sections of the documents, by which cases are grouped: each case stands under the first
//! requirement that it names.

use super::titles::{document_title, title};
use crate::case::Case;
use crate::suite::Suite;

/// A document, and the sections of it that cases stand under.
pub(super) struct Document<'a> {
    /// `rfc9112`
    pub(super) id: &'a str,
    pub(super) title: &'static str,
    /// In the order of their numbers.
    pub(super) sections: Vec<Section<'a>>,
}

/// A section of a document.
pub(super) struct Section<'a> {
    /// `5.1`
    pub(super) number: &'a str,
    pub(super) title: &'static str,
    /// In the order of the suite.
    pub(super) cases: Vec<&'a Case>,
}

/// Groups cases; documents stand in the order of `requirements.toml`.
pub(super) fn group<'a>(
    suite: &'a Suite,
    cases: impl Iterator<Item = &'a Case>,
) -> Vec<Document<'a>> {
    let mut documents: Vec<Document<'a>> = Vec::new();
    for requirement in &suite.requirements {
        let id = requirement.rfc.as_str();
        if !documents.iter().any(|document| document.id == id) {
            documents.push(Document { id, title: document_title(id), sections: Vec::new() });
        }
    }
    for case in cases {
        // A suite without errors has a rule for each case, and a requirement for each rule.
        let first = case.rules.first().and_then(|rule| suite.requirement(&rule.value));
        let Some(requirement) = first else { continue };
        let document = documents.iter_mut().find(|document| document.id == requirement.rfc);
        let Some(Document { sections, .. }) = document else { continue };
        let number = requirement.section.as_str();
        match sections.iter_mut().find(|section| section.number == number) {
            Some(section) => section.cases.push(case),
            None => {
                let title = title(&requirement.rfc, number);
                sections.push(Section { number, title, cases: vec![case] });
            }
        }
    }
    documents.retain(|document| !document.sections.is_empty());
    for Document { sections, .. } in &mut documents {
        sections.sort_by_key(|section| order(section.number));
    }
    documents
}

/// `5.10` stands behind `5.9`, and an appendix behind all.
fn order(number: &str) -> Vec<u32> {
    number.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect()
}

/// `RFC 9112` of `rfc9112`; other documents are named as they are.
pub(super) fn document_name(id: &str) -> String {
    match id.strip_prefix("rfc") {
        Some(number) => format!("RFC {number}"),
        None => id.to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::{document_name, group, order};
    use crate::suite::Suite;

    #[test]
    fn every_case_stands_in_a_section_with_a_title() {
        let suite = Suite::load(None).unwrap_or_else(|errors| panic!("{}", errors[0]));
        let documents = group(&suite, suite.cases().map(|(_, case)| case));
        assert_eq!(documents.first().map(|document| document.id), Some("rfc9112"));
        let mut cases = 0;
        for document in &documents {
            assert_ne!(document.title, "", "{}", document.id);
            for section in &document.sections {
                assert_ne!(section.title, "", "{} {}", document.id, section.number);
                cases += section.cases.len();
            }
        }
        assert_eq!(cases, suite.cases().count());
    }

    #[test]
    fn sections_are_ordered_by_their_numbers() {
        let mut numbers = ["10.1", "9.3.2", "A", "9.3", "9.10", "2"];
        numbers.sort_by_key(|number| order(number));
        assert_eq!(numbers, ["2", "9.3", "9.3.2", "9.10", "10.1", "A"]);
    }

    #[test]
    fn documents_are_named_as_people_do() {
        assert_eq!(
            (document_name("rfc9112"), document_name("sse")),
            ("RFC 9112".into(), "SSE".into())
        );
    }
}
