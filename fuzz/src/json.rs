//! JSON text, read by paths and by serde, beside serde_json.
//!
//! Where we differ on purpose: what is nested deeper than 31 is refused here, and a number that is
//! larger than any `f64` there.

use std::fmt;

use samewire::Json;
use samewire::app::json::{FromJson as _, Value};
use samewire::buffer::Writer;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Objects and arrays that may stand in each other.
const DEPTH_MAX: usize = 31;

/// Asks both, and for each value that both see all that can be asked of it.
pub(crate) fn compare(input: &[u8]) {
    let theirs = serde_json::from_slice::<Tree>(input);
    let ours = Value::parse(input).ok();
    let mut text = input.to_vec();
    let read = Json::<Tree>::from_json(&mut text).ok().map(|Json(tree)| tree);
    assert_eq!(read.is_some(), ours.is_some(), "one of our readers refuses it");
    match (theirs, ours) {
        (Ok(tree), Some(value)) => {
            assert_eq!(read.as_ref(), Some(&tree));
            walk(value, "$", &tree);
        }
        (Ok(tree), None) => assert!(tree.depth() > DEPTH_MAX, "we refuse it"),
        (Err(error), Some(_)) => {
            assert!(error.to_string().starts_with("number out of range"), "theirs: {error}");
        }
        (Err(_), None) => {}
    }
}

/// What text says. Names may come twice, and keep their order.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Null,
    Boolean(bool),
    Integer(i128),
    Number(f64),
    Text(String),
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Tree {
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::Array(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Self::Object(members) => {
                1 + members.iter().map(|(_, item)| item.depth()).max().unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// The number that this is, rounded.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(integer) => Some(*integer as f64),
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// Numbers are equal if they differ by less than serde_json may be wrong in its default form.
impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(one), Self::Boolean(other)) => one == other,
            (Self::Integer(one), Self::Integer(other)) => one == other,
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Array(one), Self::Array(other)) => one == other,
            (Self::Object(one), Self::Object(other)) => one == other,
            _ => match (self.number(), other.number()) {
                (Some(one), Some(other)) => is_close(one, other),
                _ => false,
            },
        }
    }
}

fn is_close(one: f64, other: f64) -> bool {
    one == other || (one - other).abs() <= one.abs() * 4.0 * f64::EPSILON + f64::MIN_POSITIVE
}

/// Asks for the value at a path, and for those in it.
fn walk(root: Value<'_>, path: &str, tree: &Tree) {
    let value = root.get(path).unwrap_or_else(|| panic!("nothing at {path}"));
    let (integer, boolean, text) = match tree {
        Tree::Integer(integer) => (i64::try_from(*integer).ok(), None, None),
        Tree::Boolean(boolean) => (None, Some(*boolean), None),
        Tree::Text(text) => (None, None, Some(text.as_str())),
        _ => (None, None, None),
    };
    assert_eq!(root.boolean(path), boolean, "{path}");
    assert_eq!(root.is_null(path), matches!(tree, Tree::Null), "{path}");
    match (root.number(path), tree.number()) {
        (Some(ours), Some(theirs)) => assert!(is_close(ours, theirs), "{path}: {ours} {theirs}"),
        (ours, theirs) => assert_eq!(ours, theirs, "{path}"),
    }
    // Minus zero is an integer here and a fraction there.
    if value.as_bytes() != b"-0" {
        assert_eq!(root.integer(path), integer, "{path}");
    }
    let bytes = text.map_or(0, str::len);
    let mut room = vec![0; bytes];
    assert_eq!(root.text(path, &mut room), text, "{path}");
    if let Some(text) = text {
        assert!(root.is(path, text) && !root.is(path, &format!("{text}\0")), "{path}");
        let mut to = Writer::new(&mut room);
        value.put(&mut to);
        assert_eq!(to.written(), Some(bytes));
        assert_eq!(room, text.as_bytes());
    }
    let none = Vec::new();
    let items = if let Tree::Array(items) = tree { items } else { &none };
    let ours: Vec<&[u8]> = root.items(path).map(Value::as_bytes).collect();
    assert_eq!(ours.len(), items.len(), "{path}");
    for (at, item) in items.iter().enumerate() {
        let path = format!("{path}[{at}]");
        assert_eq!(root.get(&path).map(Value::as_bytes), Some(ours[at]), "{path}");
        walk(root, &path, item);
    }
    assert_eq!(root.get(&format!("{path}[{}]", items.len())), None, "{path}");
    let Tree::Object(members) = tree else { return };
    for (at, (name, item)) in members.iter().enumerate() {
        // A path cannot name what holds these, and the first of a name counts.
        let is_first = members[..at].iter().all(|(other, _)| other != name);
        if is_first && !name.contains(['.', '[']) {
            walk(root, &format!("{path}.{name}"), item);
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Grower)
    }
}

struct Grower;

impl<'de> Visitor<'de> for Grower {
    type Value = Tree;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Tree::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Tree::Object(members))
    }
}
