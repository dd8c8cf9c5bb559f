//! serde's view of a [`Writer`]: what does not fit is noted there, so that nothing here fails for
//! want of room.

use core::fmt::{self, Display, Write as _};

use serde::Serialize;
use serde::ser::{
    Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::Malformed;
use crate::app::problem::put_escaped;
use crate::buffer::Writer;

/// Writes one value.
pub(super) struct Value<'w, 'b> {
    to: &'w mut Writer<'b>,
    /// It names a member, so it must be a string; a number becomes one.
    is_name: bool,
}

impl<'w, 'b> Value<'w, 'b> {
    pub(super) const fn new(to: &'w mut Writer<'b>) -> Self {
        Self { to, is_name: false }
    }

    fn literal(self, text: &[u8]) -> Result<(), Malformed> {
        put_literal(self.to, self.is_name, text)
    }

    fn integer(self, is_negative: bool, magnitude: u64) -> Result<(), Malformed> {
        put_integer(self.to, self.is_name, is_negative, magnitude);
        Ok(())
    }

    // rfc8259-6-no-nan-inf
    fn float(self, is_finite: bool, value: impl fmt::Debug) -> Result<(), Malformed> {
        if self.is_name || !is_finite {
            return self.literal(b"null");
        }
        // `Debug` chooses an exponent where `Display` would write hundreds of zeros.
        write!(self.to, "{value:?}").map_err(|_| Malformed)
    }

    fn open(self, begin: &[u8], end: &'static [u8]) -> Result<Items<'w, 'b>, Malformed> {
        put_literal(self.to, self.is_name, begin)?;
        Ok(Items { to: self.to, is_first: true, end })
    }

    /// Opens `{"variant":`, and then what `begin` opens.
    fn open_variant(
        self,
        variant: &str,
        begin: &[u8],
        end: &'static [u8],
    ) -> Result<Items<'w, 'b>, Malformed> {
        put_literal(self.to, self.is_name, b"{")?;
        put_name(self.to, variant);
        self.to.put(begin);
        Ok(Items { to: self.to, is_first: true, end })
    }
}

/// What can be no name.
#[inline(never)]
fn put_literal(to: &mut Writer<'_>, is_name: bool, text: &[u8]) -> Result<(), Malformed> {
    to.put(text);
    if is_name { Err(Malformed) } else { Ok(()) }
}

#[inline(never)]
fn put_integer(to: &mut Writer<'_>, is_name: bool, is_negative: bool, magnitude: u64) {
    let quote: &[u8] = if is_name { b"\"" } else { b"" };
    to.put(quote);
    if is_negative {
        to.push(b'-');
    }
    to.put_decimal(magnitude);
    to.put(quote);
}

#[inline(never)]
fn put_string(to: &mut Writer<'_>, text: &str) {
    to.push(b'"');
    put_escaped(to, text.as_bytes());
    to.push(b'"');
}

fn put_name(to: &mut Writer<'_>, name: &str) {
    put_string(to, name);
    to.push(b':');
}

macro_rules! signed {
    ($($method:ident $type:ty)*) => {
        $(fn $method(self, value: $type) -> Result<(), Malformed> {
            self.integer(value < 0, value.unsigned_abs().into())
        })*
    };
}

macro_rules! unsigned {
    ($($method:ident $type:ty)*) => {
        $(fn $method(self, value: $type) -> Result<(), Malformed> {
            self.integer(false, value.into())
        })*
    };
}

impl<'w, 'b> Serializer for Value<'w, 'b> {
    type Ok = ();
    type Error = Malformed;
    type SerializeSeq = Items<'w, 'b>;
    type SerializeTuple = Items<'w, 'b>;
    type SerializeTupleStruct = Items<'w, 'b>;
    type SerializeTupleVariant = Items<'w, 'b>;
    type SerializeMap = Items<'w, 'b>;
    type SerializeStruct = Items<'w, 'b>;
    type SerializeStructVariant = Items<'w, 'b>;

    signed! { serialize_i8 i8 serialize_i16 i16 serialize_i32 i32 serialize_i64 i64 }
    unsigned! { serialize_u8 u8 serialize_u16 u16 serialize_u32 u32 serialize_u64 u64 }

    fn serialize_bool(self, value: bool) -> Result<(), Malformed> {
        self.literal(if value { b"true" } else { b"false" })
    }

    fn serialize_f32(self, value: f32) -> Result<(), Malformed> {
        self.float(value.is_finite(), value)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Malformed> {
        self.float(value.is_finite(), value)
    }

    fn serialize_char(self, value: char) -> Result<(), Malformed> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Malformed> {
        put_string(self.to, value);
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Malformed> {
        self.to.put(b"\"");
        let escaped = write!(Escaped(&mut *self.to), "{value}");
        self.to.put(b"\"");
        escaped.map_err(|_| Malformed)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Malformed> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Malformed> {
        self.literal(b"null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Malformed> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Malformed> {
        self.literal(b"null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Malformed> {
        self.literal(b"null")
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Malformed> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Malformed> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Malformed> {
        let items = self.open_variant(variant, b"", b"}")?;
        value.serialize(Value::new(&mut *items.to))?;
        items.close()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'w, 'b>, Malformed> {
        self.open(b"[", b"]")
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'w, 'b>, Malformed> {
        self.open(b"[", b"]")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'w, 'b>, Malformed> {
        self.open(b"[", b"]")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'w, 'b>, Malformed> {
        self.open_variant(variant, b"[", b"]}")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Items<'w, 'b>, Malformed> {
        self.open(b"{", b"}")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Items<'w, 'b>, Malformed> {
        self.open(b"{", b"}")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'w, 'b>, Malformed> {
        self.open_variant(variant, b"{", b"}}")
    }
}

/// What is left to write of an array or an object.
pub(super) struct Items<'w, 'b> {
    to: &'w mut Writer<'b>,
    is_first: bool,
    end: &'static [u8],
}

impl Items<'_, '_> {
    fn separate(&mut self) {
        if !core::mem::take(&mut self.is_first) {
            self.to.push(b',');
        }
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Malformed> {
        self.separate();
        value.serialize(Value::new(self.to))
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Malformed> {
        self.separate();
        put_name(self.to, name);
        value.serialize(Value::new(self.to))
    }

    fn close(self) -> Result<(), Malformed> {
        self.to.put(self.end);
        Ok(())
    }
}

macro_rules! arrays {
    ($($trait:ident $method:ident)*) => {
        $(impl $trait for Items<'_, '_> {
            type Ok = ();
            type Error = Malformed;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Malformed> {
                self.element(value)
            }

            fn end(self) -> Result<(), Malformed> {
                self.close()
            }
        })*
    };
}

arrays! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

macro_rules! objects {
    ($($trait:ident)*) => {
        $(impl $trait for Items<'_, '_> {
            type Ok = ();
            type Error = Malformed;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Malformed> {
                self.member(name, value)
            }

            fn end(self) -> Result<(), Malformed> {
                self.close()
            }
        })*
    };
}

objects! { SerializeStruct SerializeStructVariant }

impl SerializeMap for Items<'_, '_> {
    type Ok = ();
    type Error = Malformed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Malformed> {
        self.separate();
        name.serialize(Value { to: self.to, is_name: true })?;
        self.to.push(b':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Malformed> {
        value.serialize(Value::new(self.to))
    }

    fn end(self) -> Result<(), Malformed> {
        self.close()
    }
}

/// What is displayed becomes the inside of a string.
struct Escaped<'w, 'b>(&'w mut Writer<'b>);

impl fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        put_escaped(self.0, text.as_bytes());
        Ok(())
    }
}

impl Error for Malformed {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}
