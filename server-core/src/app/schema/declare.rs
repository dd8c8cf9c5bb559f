//! A schema as data: what OpenAPI reads, and what the bits of a fault mean. It is checked while the
//! program is compiled.
#![cfg_attr(
    not(test),
    expect(clippy::indexing_slicing, reason = "what indexes runs in the compiler")
)]

use super::rule::Rule;
use crate::http::abnf::is_same;

/// What an object, a form, a query or a path may hold.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// Its members, in the order of their declaration, which is that of the errors.
    pub members: &'static [Member],
    /// Whether other members are passed over. Else they are a fault.
    pub is_open: bool,
}

/// One member.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The name on the wire.
    pub name: &'static str,
    /// What its type can say.
    pub kind: Kind,
    /// Whether it must be there.
    pub is_required: bool,
    /// What it must keep.
    pub rules: &'static [Rule],
    /// The first of its faults' bits: after those of its schema and of the members before it.
    pub(super) first: u32,
}

/// What is said of a schema and not needed to judge by it: apart, so that it is linked only where it
/// is read.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The type's name.
    pub name: &'static str,
    /// Its documentation.
    pub doc: &'static str,
    /// The same of each member, in their order.
    pub members: &'static [AboutMember],
}

/// What is said of a member.
#[derive(Clone, Copy, Debug)]
pub struct AboutMember {
    /// Its documentation.
    pub doc: &'static str,
    /// What stands for it where it is missing, as it is written in Rust.
    pub default: Option<&'static str>,
    /// What is said of the schema that it is.
    pub schema: Option<&'static About>,
}

/// What a member's type can say.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer(&'static Whole),
    /// A finite number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// So many of a kind at most.
    List {
        /// How many the list can hold.
        items_max: usize,
        /// The kind of each.
        of: &'static Self,
    },
    /// What another schema declares.
    Object(&'static Schema),
}

/// The bounds of a type of whole numbers.
#[derive(Clone, Copy, Debug)]
pub struct Whole {
    /// The least.
    pub min: i64,
    /// The most.
    pub max: u64,
    /// What clients are told who send something else.
    pub detail: &'static str,
}

impl Schema {
    /// Faults of one schema, of those within it, too: the bits of the word in which they are noted. A
    /// schema takes two, each member two, each rule one.
    pub const FAULTS_MAX: u32 = u64::BITS;

    /// Bits of the schema's own faults.
    pub(super) const OWN_BITS: u32 = 2;

    #[doc(hidden)]
    pub const fn new(members: &'static [Member], is_open: bool) -> Self {
        let schema = Self { members, is_open };
        assert!(
            schema.bits() <= Self::FAULTS_MAX,
            "a schema has too many members or rules: 64 faults"
        );
        schema
    }

    /// Bits that its faults take.
    pub(super) const fn bits(&self) -> u32 {
        match self.members {
            [] => Self::OWN_BITS,
            [.., last] => last.first + last.bits(),
        }
    }

    /// The member of this name.
    #[inline(never)]
    pub(in crate::app) fn position(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|member| member.name == name)
    }
}

impl Member {
    /// Stands in where there is none, which is nowhere.
    pub(super) const NONE: Self =
        Self { name: "", kind: Kind::Boolean, is_required: false, rules: &[], first: 0 };

    /// Bits that say whether it is missing, of another type, or there twice.
    pub(super) const OWN_BITS: u32 = 2;

    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        kind: Kind,
        is_required: bool,
        rules: &'static [Rule],
    ) -> Self {
        check_name(name.as_bytes());
        let mut at = 0;
        while at < rules.len() {
            assert!(rules[at].fits(&kind), "a rule is for another type than its member has");
            at += 1;
        }
        if let Kind::List { items_max, .. } = kind {
            assert!(
                !rules.is_empty() && rules[0].bounds_items(items_max),
                "the first rule of a list is `items`, with no more than the list can hold"
            );
        }
        Self { name, kind, is_required, rules, first: 0 }
    }

    /// Puts the members one behind the other.
    #[doc(hidden)]
    pub const fn place<const N: usize>(mut members: [Self; N]) -> [Self; N] {
        assert!(N <= 32, "a schema has more than 32 members");
        let (mut at, mut first) = (0, Schema::OWN_BITS);
        while at < N {
            let mut other = 0;
            while other < at {
                let is_same = is_same(members[other].name.as_bytes(), members[at].name.as_bytes());
                assert!(!is_same, "two members of a schema have the same name");
                other += 1;
            }
            members[at].first = first;
            first += members[at].bits();
            at += 1;
        }
        members
    }

    const fn bits(&self) -> u32 {
        let nested = match self.kind {
            Kind::Object(schema) => schema.bits(),
            _ => 0,
        };
        Self::OWN_BITS + self.rules_bits() + nested
    }

    #[expect(clippy::cast_possible_truncation, reason = "the compiler counts the rules of a line")]
    pub(super) const fn rules_bits(&self) -> u32 {
        self.rules.len() as u32
    }
}

/// A name stands in JSON, in a JSON pointer, in a query as it is.
const fn check_name(name: &[u8]) {
    assert!(!name.is_empty(), "a member has an empty name");
    let mut at = 0;
    while at < name.len() {
        let is_plain = name[at].is_ascii_alphanumeric() || matches!(name[at], b'_' | b'-' | b'.');
        assert!(is_plain, "a member's name is of letters, digits, `_`, `-` and `.`");
        at += 1;
    }
}
