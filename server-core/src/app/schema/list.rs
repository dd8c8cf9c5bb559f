//! Some values of a type, without a heap.

use core::fmt;
use core::ops::Deref;

use super::declare::Kind;
use super::faults::Own;
use super::member::{Noted, Take};
use super::rule::Value;
use super::source::{Broken, Source};

/// At most `N` values: a member of a [`schema!`](macro@crate::schema), and a slice to whom it is
/// given. One that is not there is empty.
#[derive(Clone, Copy)]
pub struct List<T, const N: usize> {
    items: [T; N],
    /// How many were there, which may be more than there is room for.
    count: usize,
}

impl<T, const N: usize> Deref for List<T, N> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.items.get(..self.count).unwrap_or(&self.items)
    }
}

impl<T: fmt::Debug, const N: usize> fmt::Debug for List<T, N> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deref().fmt(to)
    }
}

/// As an array.
#[cfg(feature = "json")]
impl<T: serde::Serialize, const N: usize> serde::Serialize for List<T, N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.deref().serialize(serializer)
    }
}

impl<T: PartialEq, const N: usize> PartialEq for List<T, N> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Copy + Default, const N: usize> Default for List<T, N> {
    fn default() -> Self {
        Self { items: [T::default(); N], count: 0 }
    }
}

impl<T: Copy + Default, const N: usize> List<T, N> {
    fn take_item<'x, S: Source<'x>>(
        &mut self,
        source: &mut S,
        noted: &mut Noted<'_>,
    ) -> Result<(), Broken>
    where
        T: Take<'x>,
    {
        let mut item = None;
        T::take(&mut item, source, noted)?;
        if let Some(place) = self.items.get_mut(self.count) {
            *place = item.unwrap_or_default();
        }
        self.count += 1;
        Ok(())
    }
}

impl<'x, T: Take<'x> + Copy + Default, const N: usize> Take<'x> for List<T, N> {
    const KIND: Kind = {
        let is_simple = !matches!(T::KIND, Kind::List { .. } | Kind::Object(_));
        assert!(is_simple, "a list is of texts, numbers or booleans");
        Kind::List { items_max: N, of: const { &T::KIND } }
    };
    const IS_REQUIRED: bool = false;

    fn take<S: Source<'x>>(
        slot: &mut Option<Self>,
        source: &mut S,
        noted: &mut Noted<'_>,
    ) -> Result<(), Broken> {
        if S::REPEATS {
            return slot.get_or_insert_default().take_item(source, noted);
        }
        if !source.open_list()? {
            noted.fault(Own::Type);
            return Ok(());
        }
        let list = slot.insert(Self::default());
        while source.next_item()? {
            list.take_item(source, noted)?;
        }
        Ok(())
    }

    fn finish(slot: Option<Self>, was_seen: bool, noted: &mut Noted<'_>) -> Option<Self> {
        // What was there and is no list has its fault already.
        if slot.is_none() && was_seen {
            return None;
        }
        let list = slot.unwrap_or_default();
        noted.judge(&Value::Items(list.count));
        Some(list)
    }
}
