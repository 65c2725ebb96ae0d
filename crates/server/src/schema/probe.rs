//! A reader that has nothing to read: it leads a type along a path, and notes what the type asks for at its end.

use std::{cell::RefCell, fmt};

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, EnumAccess, Error as _, IntoDeserializer as _, MapAccess,
        SeqAccess, VariantAccess, Visitor, value::StrDeserializer,
    },
};
use serde_json::Value;

/// A member that no type has.
pub(super) const STRANGE: &str = "\u{1}";

/// Names of members of maps, of which one is taken by whatever wants a name of its own form.
const NAMES: [&str; 3] = ["en", "name", "https://a.example/"];

/// One step from a value to one inside it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// A member of a struct.
    Field(&'static str),
    /// A member of a map.
    Member,
    /// An element of a list.
    Element,
    /// What is in a variant.
    Variant(&'static str),
}

/// What a type asks for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Whatever is there.
    Anything,
    /// Nothing, as a variant without anything in it.
    Nothing,
    /// True or false.
    Truth,
    /// A whole number, from and to.
    Whole(Option<i64>, Option<u64>),
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list.
    List,
    /// A map.
    Members,
    /// Members with these names.
    Fields(&'static [&'static str]),
    /// One of these.
    Choice(&'static [&'static str]),
}

/// What one look has shown.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// What stands at the end of the path.
    pub(super) shape: Option<Shape>,
    /// Whether nothing may stand there too.
    pub(super) may_be_null: bool,
    /// A member that is missing beside the given ones.
    pub(super) missing: Option<&'static str>,
    /// Whether [`STRANGE`] was refused.
    pub(super) refuses_strange: bool,
    /// Whether a given member was refused.
    pub(super) refuses_value: bool,
}

/// Leads a type along a path, and gives it members at its end.
pub(super) fn look<T: DeserializeOwned>(path: &[Step], given: &[(&'static str, Value)]) -> Look {
    let mut last = Look::default();
    // Only a map on the way makes a difference between names.
    let names = if path.iter().any(|step| matches!(step, Step::Member)) {
        NAMES.len()
    } else {
        1
    };
    for name in &NAMES[..names] {
        let seen = RefCell::new(Look::default());
        let probe = Probe {
            path,
            given,
            name,
            is_optional: false,
            seen: &seen,
        };
        // It ends in a refusal by design: nothing whole was given.
        let _refused = T::deserialize(probe).map(drop);
        last = seen.into_inner();
        if last.shape.is_some() {
            break;
        }
    }
    last
}

/// Why reading ends: always, since there is nothing to read.
#[derive(Debug)]
enum Refused {
    Missing(&'static str),
    Other,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Refused {}

impl serde::de::Error for Refused {
    fn custom<M: fmt::Display>(_: M) -> Self {
        Self::Other
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}

#[derive(Clone, Copy)]
struct Probe<'a> {
    path: &'a [Step],
    given: &'a [(&'static str, Value)],
    name: &'static str,
    is_optional: bool,
    seen: &'a RefCell<Look>,
}

impl Probe<'_> {
    /// Notes what is asked for where the path ends; the next step otherwise.
    fn step(self, shape: Shape) -> Result<(Step, Self), Refused> {
        let Some((step, rest)) = self.path.split_first() else {
            let mut seen = self.seen.borrow_mut();
            seen.shape = Some(shape);
            seen.may_be_null = self.is_optional;
            return Err(Refused::Other);
        };
        let rest = Self {
            path: rest,
            is_optional: false,
            ..self
        };
        Ok((*step, rest))
    }

    fn note<T>(self, shape: Shape) -> Result<T, Refused> {
        self.step(shape)?;
        Err(Refused::Other)
    }

    fn fields<'de, V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.step(Shape::Fields(fields)) {
            Ok((Step::Field(name), rest)) => visitor.visit_map(OneMember {
                name: Some(name),
                rest,
            }),
            Ok(_) => Err(Refused::Other),
            Err(_) => {
                let given = Given {
                    left: self.given,
                    value: None,
                    seen: self.seen,
                };
                if let Err(Refused::Missing(name)) = visitor.visit_map(given) {
                    self.seen.borrow_mut().missing = Some(name);
                }
                Err(Refused::Other)
            }
        }
    }
}

macro_rules! noted {
    ($($method:ident => $shape:expr;)+) => {
        $(fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Refused> {
            self.note($shape)
        })+
    };
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Refused;

    noted! {
        deserialize_any => Shape::Anything;
        deserialize_bool => Shape::Truth;
        deserialize_i8 => Shape::Whole(Some(i8::MIN.into()), Some(127));
        deserialize_i16 => Shape::Whole(Some(i16::MIN.into()), Some(32_767));
        deserialize_i32 => Shape::Whole(Some(i32::MIN.into()), Some(2_147_483_647));
        deserialize_i64 => Shape::Whole(None, None);
        deserialize_u8 => Shape::Whole(Some(0), Some(u8::MAX.into()));
        deserialize_u16 => Shape::Whole(Some(0), Some(u16::MAX.into()));
        deserialize_u32 => Shape::Whole(Some(0), Some(u32::MAX.into()));
        deserialize_u64 => Shape::Whole(Some(0), None);
        deserialize_f32 => Shape::Number;
        deserialize_f64 => Shape::Number;
        deserialize_char => Shape::Text;
        deserialize_str => Shape::Text;
        deserialize_string => Shape::Text;
        deserialize_bytes => Shape::Text;
        deserialize_byte_buf => Shape::Text;
        deserialize_unit => Shape::Nothing;
        deserialize_ignored_any => Shape::Anything;
        deserialize_identifier => Shape::Text;
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_some(Self {
            is_optional: true,
            ..self
        })
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, _: V) -> Result<V::Value, Refused> {
        self.note(Shape::Nothing)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.step(Shape::List)? {
            (Step::Element, rest) => visitor.visit_seq(OneElement(Some(rest))),
            _ => Err(Refused::Other),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.step(Shape::Members)? {
            (Step::Member, rest) => visitor.visit_map(OneMember {
                name: Some(self.name),
                rest,
            }),
            _ => Err(Refused::Other),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.fields(fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.step(Shape::Choice(variants))? {
            (Step::Variant(name), rest) => visitor.visit_enum(OneVariant { name, rest }),
            _ => Err(Refused::Other),
        }
    }
}

/// A member whose value the path goes on into.
struct OneMember<'a> {
    name: Option<&'static str>,
    rest: Probe<'a>,
}

impl<'de> MapAccess<'de> for OneMember<'_> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        let Some(name) = self.name.take() else {
            return Ok(None);
        };
        let name: StrDeserializer<'_, Refused> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        seed.deserialize(self.rest)
    }
}

/// Members that are given at the end of a path.
struct Given<'a> {
    left: &'a [(&'static str, Value)],
    value: Option<&'a Value>,
    seen: &'a RefCell<Look>,
}

impl<'de> MapAccess<'de> for Given<'_> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        let Some(((name, value), left)) = self.left.split_first() else {
            return Ok(None);
        };
        self.left = left;
        self.value = Some(value);
        let text: StrDeserializer<'_, Refused> = (*name).into_deserializer();
        let key = seed.deserialize(text);
        self.seen.borrow_mut().refuses_strange |= key.is_err() && *name == STRANGE;
        key.map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        let value = self.value.take().cloned().ok_or(Refused::Other)?;
        seed.deserialize(value).map_err(|error| {
            self.seen.borrow_mut().refuses_value = true;
            Refused::custom(error)
        })
    }
}

/// An element that the path goes on into.
struct OneElement<'a>(Option<Probe<'a>>);

impl<'de> SeqAccess<'de> for OneElement<'_> {
    type Error = Refused;

    fn next_element_seed<E: DeserializeSeed<'de>>(&mut self, seed: E) -> Result<Option<E::Value>, Refused> {
        self.0.take().map(|rest| seed.deserialize(rest)).transpose()
    }
}

/// A variant that the path goes on into.
struct OneVariant<'a> {
    name: &'static str,
    rest: Probe<'a>,
}

impl<'de, 'a> EnumAccess<'de> for OneVariant<'a> {
    type Error = Refused;
    type Variant = Probe<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Probe<'a>), Refused> {
        let name: StrDeserializer<'_, Refused> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self.rest))
    }
}

impl<'de> VariantAccess<'de> for Probe<'_> {
    type Error = Refused;

    fn unit_variant(self) -> Result<(), Refused> {
        self.note(Shape::Nothing)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Refused> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.fields(fields, visitor)
    }
}
