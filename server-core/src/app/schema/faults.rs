//! What is wrong with a request: a bit for each rule of its schema while it is read, and `errors` of a
//! problem (RFC 9457 §3) afterwards. Nothing that the client sent is repeated.

use core::ptr::fn_addr_eq;

use super::Shape;
use super::declare::{Kind, Member, Schema};
use super::source::Source;
use crate::app::problem::put_escaped;
use crate::buffer::Writer;
use crate::http::abnf::Class;

/// Bytes that a list of errors may have. With the rest of a problem it fits the least
/// [`answer_bytes_max`](crate::Limits::answer_bytes_max) that is preset.
const ERRORS_BYTES_MAX: usize = 2048;

/// The faults of one value, as bits: of a schema two, of each member two and one for each rule, and
/// then, if it is a schema itself, that one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct Faults(u64);

/// What can be wrong with a member besides its rules. It is there twice though it is no number:
/// the bits of both say `Repeated`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
#[repr(u8)]
pub(super) enum Own {
    Missing = 1,
    Type = 2,
    Repeated = 3,
}

impl Faults {
    pub(super) const NONE: Self = Self(0);

    pub(super) fn note(&mut self, bit: u32) {
        self.set(bit, 1);
    }

    pub(super) fn note_own(&mut self, base: u32, own: Own) {
        self.set(base, own as u64);
    }

    /// A schema itself is never there twice: the same bits say that it holds what it may not.
    pub(super) fn note_unknown(&mut self, base: u32) {
        self.note_own(base, Own::Repeated);
    }

    /// A schema has no more faults than there are bits.
    #[inline(never)]
    fn set(&mut self, bit: u32, what: u64) {
        self.0 |= what.checked_shl(bit).unwrap_or_default();
    }
}

/// Which part of a request is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The content, as JSON: members are named by a JSON Pointer (RFC 6901 §6).
    Json,
    /// The content, as a form.
    Form,
    /// The query.
    Query,
    /// The path.
    Path,
}

/// A fault that a handler has found itself, such as a name that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In which part of the request.
    pub place: Place,
    /// The member's name, or its path: `address/street`.
    pub name: &'static str,
    /// The rule that is broken, in a word.
    pub rule: &'static str,
    /// What the client is told.
    pub detail: &'static str,
}

/// What is wrong with a request that was understood: 422 (RFC 9110 §15.5.21), and every fault in
/// `errors`.
///
/// ```json
/// "errors": [
///     {"in": "body", "pointer": "#/age", "rule": "range", "detail": "must be from 0 to 150"},
///     {"in": "query", "parameter": "limit", "rule": "type", "detail": "must be …"}
/// ]
/// ```
///
/// A list of more than 2048 bytes is cut; then `more` says how many are left out.
#[derive(Clone, Copy, Debug)]
pub struct Invalid(What);

/// Who writes the list is noted with it, so that what no handler returns is not linked.
#[derive(Clone, Copy, Debug)]
enum What {
    /// Bits, in two words: one of 64 bits would make room for itself in every handler.
    Judged {
        put: fn(Faults, &mut Listing<'_, '_>),
        low: u32,
        high: u32,
    },
    Told {
        put: fn(&[Fault], &mut Listing<'_, '_>),
        faults: &'static [Fault],
    },
}

impl Invalid {
    /// What `faults` of a `T` means that `S` was to be.
    pub(super) fn judged<'x, T: Shape<'x>, S: Source<'x>>(faults: Faults) -> Self {
        let [low, high] = [faults.0, faults.0 >> 32].map(|word| u32::try_from(word & LOW));
        let put: fn(Faults, &mut Listing<'_, '_>) = |faults, list| {
            list.place = S::PLACE;
            list.schema(&mut Bits(faults.0), T::SCHEMA, None);
        };
        Self(What::Judged { put, low: low.unwrap_or_default(), high: high.unwrap_or_default() })
    }

    /// What a handler has found itself.
    pub const fn told(faults: &'static [Fault]) -> Self {
        Self(What::Told { put: Listing::told, faults })
    }

    /// Appends the member `errors`, and `more` if there is need.
    pub(in crate::app) fn put(&self, to: &mut Writer<'_>) {
        to.put(b",\"errors\":[");
        let mut list = Listing { to, bytes: 0, left_out: 0, place: Place::Json };
        match self.0 {
            What::Judged { put, low, high } => {
                put(Faults(u64::from(high) << 32 | u64::from(low)), &mut list);
            }
            What::Told { put, faults } => put(faults, &mut list),
        }
        let left_out = list.left_out;
        to.push(b']');
        if left_out > 0 {
            to.put(b",\"more\":");
            to.put_decimal(left_out);
        }
    }
}

const LOW: u64 = u32::MAX as u64;

/// Equal if the same is said.
impl PartialEq for Invalid {
    fn eq(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (
                What::Judged { put, low, high },
                What::Judged { put: other_put, low: other_low, high: other_high },
            ) => low == other_low && high == other_high && fn_addr_eq(put, other_put),
            (What::Told { faults, .. }, What::Told { faults: others, .. }) => faults == others,
            _ => false,
        }
    }
}

impl Eq for Invalid {}

/// A member's name, and those of the members that it stands in.
struct Path<'p> {
    outer: Option<&'p Self>,
    name: &'static str,
    bytes: usize,
}

impl<'p> Path<'p> {
    fn new(outer: Option<&'p Self>, name: &'static str) -> Self {
        Self { outer, name, bytes: outer.map_or(0, |outer| outer.bytes) + 1 + name.len() }
    }

    fn put(&self, to: &mut Writer<'_>) {
        if let Some(outer) = self.outer {
            outer.put(to);
        }
        to.push(b'/');
        to.put(self.name.as_bytes());
    }
}

/// Faults that are still to be told, in the order of their bits.
struct Bits(u64);

impl Bits {
    fn next(&mut self) -> bool {
        let is_set = self.0 & 1 == 1;
        self.0 >>= 1;
        is_set
    }

    /// The next two.
    fn own(&mut self) -> (bool, bool) {
        (self.next(), self.next())
    }
}

/// A list that is being written.
struct Listing<'w, 'b> {
    to: &'w mut Writer<'b>,
    bytes: usize,
    left_out: u64,
    place: Place,
}

impl Listing<'_, '_> {
    fn told(faults: &[Fault], list: &mut Listing<'_, '_>) {
        for fault in faults {
            list.place = fault.place;
            list.fault(Some(&Path::new(None, fault.name)), fault.rule, fault.detail, &[]);
        }
    }

    #[inline(never)]
    fn schema(&mut self, bits: &mut Bits, schema: &'static Schema, path: Option<&Path<'_>>) {
        match bits.own() {
            (false, false) => {}
            // What the client wrote is not repeated: which names there are tells as much.
            (true, _) => self.fault(path, "unknown", "has members besides ", schema.members),
            (false, true) => self.fault(path, "type", "must be an object", &[]),
        }
        for member in schema.members {
            self.member(bits, member, &Path::new(path, member.name));
        }
    }

    fn member(&mut self, bits: &mut Bits, member: &Member, path: &Path<'_>) {
        match bits.own() {
            (false, false) => {}
            (true, false) => self.fault(Some(path), "missing", "is missing", &[]),
            (true, true) => self.fault(Some(path), "repeated", "must be there only once", &[]),
            (false, true) => self.fault(Some(path), "type", type_detail(&member.kind), &[]),
        }
        for rule in member.rules {
            if bits.next() {
                self.fault(Some(path), rule.name, rule.detail, &[]);
            }
        }
        if let Kind::Object(schema) = member.kind {
            self.schema(bits, schema, Some(path));
        }
    }

    /// Adds a fault, in whose detail the names of these members come last.
    #[inline(never)]
    fn fault(&mut self, path: Option<&Path<'_>>, rule: &str, detail: &str, members: &[Member]) {
        // That one is left out depends on the schema alone, never on the room that happens to be.
        let path_bytes = path.map_or(0, |path| path.bytes);
        let name_bytes: usize = members.iter().map(|member| member.name.len() + 2).sum();
        let detail_bytes = escaped_bytes(detail) + name_bytes;
        let bytes = FRAME_BYTES_MAX + path_bytes + rule.len() + detail_bytes;
        if self.left_out > 0 || self.bytes + bytes > ERRORS_BYTES_MAX {
            self.left_out += 1;
            return;
        }
        if self.bytes > 0 {
            self.to.push(b',');
        }
        self.bytes += bytes;
        self.to.put(match self.place {
            Place::Json | Place::Form => b"{\"in\":\"body\"",
            Place::Query => b"{\"in\":\"query\"",
            Place::Path => b"{\"in\":\"path\"",
        });
        match (self.place, path) {
            (Place::Json, path) => {
                self.to.put(b",\"pointer\":\"#");
                if let Some(path) = path {
                    path.put(self.to);
                }
                self.to.push(b'"');
            }
            (_, Some(path)) => {
                self.to.put(b",\"parameter\":\"");
                self.to.put(path.name.as_bytes());
                self.to.push(b'"');
            }
            (_, None) => {}
        }
        self.to.put(b",\"rule\":\"");
        self.to.put(rule.as_bytes());
        self.to.put(b"\",\"detail\":\"");
        put_escaped(self.to, detail.as_bytes());
        let mut between: &[u8] = b"";
        for member in members {
            self.to.put(between);
            self.to.put(member.name.as_bytes());
            between = b", ";
        }
        self.to.put(b"\"}");
    }
}

/// Bytes of the longest frame of a fault, with the comma.
const FRAME_BYTES_MAX: usize = r##",{"in":"query","parameter":"","rule":"","detail":""}"##.len();

/// What a client is told whose value is of another type.
const fn type_detail(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "must be text",
        Kind::Integer(whole) => whole.detail,
        Kind::Number => "must be a finite number",
        Kind::Boolean => "must be true or false",
        Kind::List { .. } => "must be a list, and each item of its type",
        Kind::Object(_) => "must be an object",
    }
}

/// Bytes of `text` within a JSON string, at most.
fn escaped_bytes(text: &str) -> usize {
    let plain = |byte: &u8| Class::UNESCAPED.has(*byte);
    text.len() + 5 * text.as_bytes().iter().filter(|byte| !plain(byte)).count()
}
