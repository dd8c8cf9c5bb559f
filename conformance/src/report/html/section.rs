//! The sections of the documents, by which cases are grouped: each case stands under the first
//! requirement that it names.

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

fn document_title(id: &str) -> &'static str {
    match id {
        "rfc3986" => "URI Generic Syntax",
        "rfc6265" => "HTTP State Management",
        "rfc6455" => "The WebSocket Protocol",
        "rfc9110" => "HTTP Semantics",
        "rfc9112" => "HTTP/1.1",
        _ => "",
    }
}

/// The title of a section; nothing if it is not known here, as with requirements of a user's own.
fn title(document: &str, number: &str) -> &'static str {
    let titles =
        TITLES.iter().find(|(id, _)| *id == document).map_or(&[][..], |(_, titles)| titles);
    titles.iter().find(|(known, _)| *known == number).map_or("", |(_, title)| title)
}

/// How the documents call the sections that cases stand under.
const TITLES: &[(&str, &[(&str, &str)])] = &[
    (
        "rfc3986",
        &[
            ("2.1", "Percent-Encoding"),
            ("2.4", "When to Encode or Decode"),
            ("3.2.2", "Host"),
            ("3.3", "Path"),
            ("5.2.4", "Remove Dot Segments"),
        ],
    ),
    ("rfc6265", &[("4.2", "Cookie"), ("6.1", "Limits")]),
    (
        "rfc6455",
        &[
            ("3", "WebSocket URIs"),
            ("4.1", "Client Requirements"),
            ("4.2.1", "Reading the Client's Opening Handshake"),
            ("4.2.2", "Sending the Server's Opening Handshake"),
            ("4.3", "ABNF of Header Fields in Handshake"),
            ("5.1", "Overview"),
            ("5.2", "Base Framing Protocol"),
            ("5.3", "Client-to-Server Masking"),
            ("5.4", "Fragmentation"),
            ("5.5", "Control Frames"),
            ("5.5.1", "Close"),
            ("5.5.2", "Ping"),
            ("5.5.3", "Pong"),
            ("5.6", "Data Frames"),
            ("6.1", "Sending Data"),
            ("6.2", "Receiving Data"),
            ("7.1.1", "Close the WebSocket Connection"),
            ("7.1.7", "Fail the WebSocket Connection"),
            ("7.2.2", "Server-Initiated Closure"),
            ("7.3", "Normal Closure of Connections"),
            ("7.4.1", "Defined Status Codes"),
            ("7.4.2", "Reserved Status Code Ranges"),
            ("8.1", "Handling Errors in UTF-8-Encoded Data"),
            ("9.1", "Negotiating Extensions"),
            ("10.4", "Implementation-Specific Limits"),
            ("11.3.1", "Sec-WebSocket-Key"),
            ("11.3.5", "Sec-WebSocket-Version"),
        ],
    ),
    (
        "rfc9110",
        &[
            ("2.2", "Requirements Notation"),
            ("2.3", "Length Requirements"),
            ("2.4", "Error Handling"),
            ("3.3", "Connections, Clients, and Servers"),
            ("4.2.1", "http URI Scheme"),
            ("4.2.2", "https URI Scheme"),
            ("4.2.3", "http(s) Normalization and Comparison"),
            ("4.2.4", "Deprecation of userinfo in http(s) URIs"),
            ("5.1", "Field Names"),
            ("5.3", "Field Order"),
            ("5.4", "Field Limits"),
            ("5.5", "Field Values"),
            ("5.6.1.2", "Lists: Recipient Requirements"),
            ("5.6.2", "Tokens"),
            ("5.6.3", "Whitespace"),
            ("6.2", "Control Data"),
            ("6.6.1", "Date"),
            ("7.4", "Rejecting Misdirected Requests"),
            ("7.6.1", "Connection"),
            ("7.8", "Upgrade"),
            ("8.3", "Content-Type"),
            ("8.6", "Content-Length"),
            ("9.1", "Methods: Overview"),
            ("9.2.1", "Safe Methods"),
            ("9.3.2", "HEAD"),
            ("9.3.6", "CONNECT"),
            ("9.3.7", "OPTIONS"),
            ("9.3.8", "TRACE"),
            ("10.1.1", "Expect"),
            ("10.2.1", "Allow"),
            ("15.5", "Client Error 4xx"),
            ("15.5.14", "413 Content Too Large"),
            ("15.6", "Server Error 5xx"),
            ("15.6.6", "505 HTTP Version Not Supported"),
            ("17.5", "Attacks via Protocol Element Length"),
        ],
    ),
    (
        "rfc9112",
        &[
            ("2.2", "Message Parsing"),
            ("2.3", "HTTP Version"),
            ("3", "Request Line"),
            ("3.1", "Method"),
            ("3.2", "Request Target"),
            ("3.2.1", "origin-form"),
            ("3.2.2", "absolute-form"),
            ("3.2.3", "authority-form"),
            ("3.2.4", "asterisk-form"),
            ("3.3", "Reconstructing the Target URI"),
            ("5", "Field Syntax"),
            ("5.1", "Field Line Parsing"),
            ("5.2", "Obsolete Line Folding"),
            ("6", "Message Body"),
            ("6.1", "Transfer-Encoding"),
            ("6.3", "Message Body Length"),
            ("7", "Transfer Codings"),
            ("7.1", "Chunked Transfer Coding"),
            ("7.1.1", "Chunk Extensions"),
            ("7.1.2", "Chunked Trailer Section"),
            ("7.2", "Transfer Codings for Compression"),
            ("8", "Handling Incomplete Messages"),
            ("9.3", "Persistence"),
            ("9.3.2", "Pipelining"),
            ("9.5", "Failures and Timeouts"),
            ("9.6", "Tear-down"),
            ("11.2", "Request Smuggling"),
        ],
    ),
];

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
