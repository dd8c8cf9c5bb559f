//! Types that a member can have, and what is noted while one is read.

use super::declare::{About, Kind, Member, Schema, Whole};
use super::faults::{Faults, Own};
use super::rule::Value;
use super::source::{Broken, Integer, Source};

/// A type that a member of a [`schema!`](macro@crate::schema) can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type that a member of a schema can have",
    label = "not text, a number of so many bits, `bool`, `Option`, `List` or another schema"
)]
pub trait Take<'x>: Sized {
    /// What the type can say.
    const KIND: Kind;
    /// Whether there must be a value.
    const IS_REQUIRED: bool = true;
    /// What is said of it, if it is a schema.
    const ABOUT: Option<&'static About> = None;

    /// Reads a value into `slot`, or notes why it is none.
    #[doc(hidden)]
    fn take<S: Source<'x>>(
        slot: &mut Option<Self>,
        source: &mut S,
        noted: &mut Noted<'_>,
    ) -> Result<(), Broken>;

    /// What it is when all has been read.
    #[doc(hidden)]
    fn finish(slot: Option<Self>, was_seen: bool, noted: &mut Noted<'_>) -> Option<Self> {
        if !was_seen {
            noted.fault(Own::Missing);
        }
        slot
    }
}

/// A member of a schema within others, and where its faults are noted.
#[doc(hidden)]
pub struct Noted<'f> {
    faults: &'f mut Faults,
    member: &'static Member,
    base: u32,
}

impl<'f> Noted<'f> {
    #[inline(never)]
    pub fn new(faults: &'f mut Faults, schema: &'static Schema, index: usize, base: u32) -> Self {
        let member = schema.members.get(index).unwrap_or(&Member::NONE);
        Self { faults, member, base: base + member.first }
    }

    #[inline(never)]
    pub(super) fn fault(&mut self, fault: Own) {
        self.faults.note_own(self.base, fault);
    }

    /// Judges a value, or how many items there are; says whether it keeps all rules.
    #[inline(never)]
    pub(super) fn judge(&mut self, value: &Value<'_>) -> bool {
        let is_of_items = matches!(value, Value::Items(_));
        let (mut bit, mut keeps_all) = (self.base + Member::OWN_BITS, true);
        for rule in self.member.rules {
            if rule.is_of_items() == is_of_items && !rule.keeps(value) {
                self.faults.note(bit);
                keeps_all = false;
            }
            bit += 1;
        }
        keeps_all
    }

    /// A value of the member's type, which is judged; or a fault.
    #[inline(always)]
    fn judged<T>(&mut self, read: Option<T>, value: impl FnOnce(&T) -> Value<'_>) -> Option<T> {
        match &read {
            None => self.fault(Own::Type),
            Some(read) => {
                self.judge(&value(read));
            }
        }
        read
    }

    /// Where the faults of the schema that the member is are noted, and from which bit.
    pub fn within(&mut self) -> (&mut Faults, u32) {
        (&mut *self.faults, self.base + Member::OWN_BITS + self.member.rules_bits())
    }
}

impl<'x> Take<'x> for &'x str {
    const KIND: Kind = Kind::Text;

    fn take<S: Source<'x>>(
        slot: &mut Option<Self>,
        source: &mut S,
        noted: &mut Noted<'_>,
    ) -> Result<(), Broken> {
        *slot = noted.judged(source.text()?, |text| Value::Text(text));
        Ok(())
    }
}

impl<'x> Take<'x> for bool {
    const KIND: Kind = Kind::Boolean;

    fn take<S: Source<'x>>(
        slot: &mut Option<Self>,
        source: &mut S,
        noted: &mut Noted<'_>,
    ) -> Result<(), Broken> {
        *slot = noted.judged(source.boolean()?, |_| Value::Boolean);
        Ok(())
    }
}

macro_rules! integers {
    ($($type:ident $min:literal $max:literal $detail:literal)*) => {$(
        impl<'x> Take<'x> for $type {
            const KIND: Kind = Kind::Integer(&Whole {
                min: $min,
                max: $max,
                detail: $detail,
            });

            fn take<S: Source<'x>>(
                slot: &mut Option<Self>,
                source: &mut S,
                noted: &mut Noted<'_>,
            ) -> Result<(), Broken> {
                let Some(integer) = source.integer()? else {
                    noted.fault(Own::Type);
                    return Ok(());
                };
                let keeps_all = noted.judge(&Value::Integer(integer));
                *slot = match integer {
                    Integer::Negative(number) => number.try_into().ok(),
                    Integer::Natural(number) => number.try_into().ok(),
                };
                // A rule says better what is wrong with 300 for a percentage.
                if slot.is_none() && keeps_all {
                    noted.fault(Own::Type);
                }
                Ok(())
            }
        }
    )*};
}

integers! {
    u8 0 0xff "must be a whole number from 0 to 255"
    u16 0 0xffff "must be a whole number from 0 to 65535"
    u32 0 0xffff_ffff "must be a whole number from 0 to 4294967295"
    u64 0 0xffff_ffff_ffff_ffff "must be a whole number of 64 bits, not negative"
    i8 -0x80 0x7f "must be a whole number from -128 to 127"
    i16 -0x8000 0x7fff "must be a whole number from -32768 to 32767"
    i32 -0x8000_0000 0x7fff_ffff "must be a whole number from -2147483648 to 2147483647"
    i64 -0x8000_0000_0000_0000 0x7fff_ffff_ffff_ffff "must be a whole number of 64 bits"
}

macro_rules! numbers {
    ($($type:ident)*) => {$(
        impl<'x> Take<'x> for $type {
            const KIND: Kind = Kind::Number;

            fn take<S: Source<'x>>(
                slot: &mut Option<Self>,
                source: &mut S,
                noted: &mut Noted<'_>,
            ) -> Result<(), Broken> {
                let finite = source.number()?.filter(|number| number.is_finite());
                *slot = noted.judged(finite, |number| Value::Number(*number)).map(numbers!(@ $type));
                Ok(())
            }
        }
    )*};
    (@ f64) => { |number| number };
    (@ f32) => { narrow };
}

numbers! { f32 f64 }

/// The nearest number of 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "the nearest is what is asked for")]
const fn narrow(number: f64) -> f32 {
    number as f32
}

/// A member that may be missing; where there is a `null`, `null` is the same.
impl<'x, T: Take<'x>> Take<'x> for Option<T> {
    const KIND: Kind = T::KIND;
    const IS_REQUIRED: bool = false;
    const ABOUT: Option<&'static About> = T::ABOUT;

    fn take<S: Source<'x>>(
        slot: &mut Option<Self>,
        source: &mut S,
        noted: &mut Noted<'_>,
    ) -> Result<(), Broken> {
        if source.null()? {
            *slot = Some(None);
            return Ok(());
        }
        let mut inner = slot.take().flatten();
        T::take(&mut inner, source, noted)?;
        *slot = inner.map(Some);
        Ok(())
    }

    fn finish(slot: Option<Self>, was_seen: bool, noted: &mut Noted<'_>) -> Option<Self> {
        match slot {
            None if !was_seen => Some(None),
            Some(None) => Some(None),
            slot => T::finish(slot.flatten(), was_seen, noted).map(Some),
        }
    }
}

/// Which members have been there.
#[doc(hidden)]
#[derive(Default)]
pub struct Seen(u32);

impl Seen {
    /// Goes into an object, or notes that there is none.
    pub fn opens<'x, S: Source<'x>>(
        &mut self,
        source: &mut S,
        faults: &mut Faults,
        base: u32,
    ) -> Result<bool, Broken> {
        let opens = source.open()?;
        if !opens {
            faults.note_own(base, Own::Type);
        }
        Ok(opens)
    }

    /// The place of the next member whose value is to be taken; what else there is, is passed over.
    #[inline(never)]
    pub fn next<'x, S: Source<'x>>(
        &mut self,
        source: &mut S,
        schema: &'static Schema,
        faults: &mut Faults,
        base: u32,
    ) -> Result<Option<usize>, Broken> {
        while let Some(found) = source.next(schema)? {
            match found {
                Some(index) if self.admits(schema, index, S::REPEATS, faults, base) => {
                    return Ok(Some(index));
                }
                None if !schema.is_open => faults.note_unknown(base),
                _ => {}
            }
            source.skip()?;
        }
        Ok(None)
    }

    /// Whether the member is there for the first time, or may be there again.
    fn admits(
        &mut self,
        schema: &'static Schema,
        index: usize,
        repeats: bool,
        faults: &mut Faults,
        base: u32,
    ) -> bool {
        let was_seen = self.has(index);
        self.0 |= bit(index);
        let mut noted = Noted::new(faults, schema, index, base);
        let admits = !was_seen || (repeats && matches!(noted.member.kind, Kind::List { .. }));
        if !admits {
            noted.fault(Own::Repeated);
        }
        admits
    }

    /// Whether the member of this place has been there.
    pub fn has(&self, index: usize) -> bool {
        self.0 & bit(index) != 0
    }
}

/// A schema has no more members than the word has bits.
fn bit(index: usize) -> u32 {
    u32::try_from(index).ok().and_then(|index| 1_u32.checked_shl(index)).unwrap_or_default()
}
