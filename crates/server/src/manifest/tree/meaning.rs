//! Types made of trees.

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, EnumAccess, Error, Expected, IntoDeserializer as _, MapAccess,
        SeqAccess, Unexpected, VariantAccess, Visitor, value::StringDeserializer,
    },
    forward_to_deserialize_any,
};

use super::{Step, Tree, What, Wrong};

impl Tree {
    /// What it means as a type.
    pub fn meaning<T: DeserializeOwned>(self) -> Result<T, Wrong> {
        T::deserialize(self)
    }

    /// Why it is not what was expected.
    fn unexpected(&self, expected: &dyn Expected) -> Wrong {
        let found = match &self.what {
            What::Nothing => Unexpected::Other("nothing"),
            What::Switch(switch) => Unexpected::Bool(*switch),
            What::Signed(number) => Unexpected::Signed(*number),
            What::Unsigned(number) => Unexpected::Unsigned(*number),
            What::Float(number) => Unexpected::Float(*number),
            What::Text(text) => Unexpected::Str(text),
            What::Date => Unexpected::Other("a date, which is written in quotes"),
            What::List(_) => Unexpected::Seq,
            What::Table(_) => Unexpected::Map,
        };
        Wrong::invalid_type(found, expected).on(self.line)
    }
}

impl Error for Wrong {
    fn custom<T: std::fmt::Display>(why: T) -> Self {
        Self::new(0, why.to_string())
    }
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let line = self.line;
        let done = match self.what {
            What::Nothing => visitor.visit_unit(),
            What::Switch(switch) => visitor.visit_bool(switch),
            What::Signed(number) => visitor.visit_i64(number),
            What::Unsigned(number) => visitor.visit_u64(number),
            What::Float(number) => visitor.visit_f64(number),
            What::Text(text) => visitor.visit_string(text),
            What::Date => Err(self.unexpected(&visitor)),
            What::List(items) => visitor.visit_seq(Items {
                left: items.into_iter(),
                at: 0,
            }),
            What::Table(entries) => visitor.visit_map(Entries {
                left: entries.into_iter(),
                value: None,
            }),
        };
        done.map_err(|wrong| wrong.on(line))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match (&self.what, self.bare.as_deref().and_then(What::word)) {
            (What::Text(_), Some(switch)) => visitor.visit_bool(switch),
            _ => self.asked(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.bare {
            Some(text) => {
                let done = visitor.visit_string(text.into());
                done.map_err(|wrong: Wrong| wrong.on(self.line))
            }
            None => self.asked(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.what {
            What::Nothing => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.asked(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.asked(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.asked(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let line = self.line;
        let done = match (self.bare, self.what) {
            (Some(name), _) => visitor.visit_enum(Variant(name.into(), None)),
            (None, What::Text(name)) => visitor.visit_enum(Variant(name, None)),
            (None, What::Table(mut entries)) if entries.len() == 1 => match entries.pop() {
                Some((name, content)) => visitor.visit_enum(Variant(name.into(), Some(content))),
                None => Err(Tree::of(line, What::Nothing).unexpected(&visitor)),
            },
            (None, what) => Err(Tree::of(line, what).unexpected(&visitor)),
        };
        done.map_err(|wrong: Wrong| wrong.on(line))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_str(visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct ignored_any
    }
}

impl Tree {
    /// Where something is asked for, nothing is not it.
    fn asked<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.what {
            What::Nothing => Err(self.unexpected(&visitor)),
            _ => self.deserialize_any(visitor),
        }
    }
}

struct Items {
    left: std::vec::IntoIter<Tree>,
    at: usize,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let Some(item) = self.left.next() else {
            return Ok(None);
        };
        let (line, at) = (item.line, self.at);
        self.at += 1;
        let done = seed.deserialize(item).map(Some);
        done.map_err(|wrong| wrong.on(line).within(Step::Index(at)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

struct Entries {
    left: std::vec::IntoIter<(Box<str>, Tree)>,
    value: Option<(Box<str>, Tree)>,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        let Some((key, value)) = self.left.next() else {
            return Ok(None);
        };
        let line = value.line;
        let name: StringDeserializer<Wrong> = String::from(key.clone()).into_deserializer();
        self.value = Some((key, value));
        seed.deserialize(name).map(Some).map_err(|wrong| wrong.on(line))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let Some((key, value)) = self.value.take() else {
            return Err(Wrong::custom("a value without a name"));
        };
        let line = value.line;
        let done = seed.deserialize(value);
        done.map_err(|wrong| wrong.on(line).within(Step::Key(key)))
    }
}

/// The name of one of several, and what it holds.
struct Variant(String, Option<Tree>);

impl<'de> EnumAccess<'de> for Variant {
    type Error = Wrong;
    type Variant = Content;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Content), Wrong> {
        let content = Content(self.0.clone(), self.1);
        let name: StringDeserializer<Wrong> = self.0.into_deserializer();
        Ok((seed.deserialize(name)?, content))
    }
}

/// What a variant of that name holds.
struct Content(String, Option<Tree>);

impl Content {
    fn tree(self) -> (Step, Tree) {
        let tree = self.1.unwrap_or_else(|| Tree::of(0, What::Nothing));
        (Step::Key(self.0.into()), tree)
    }
}

impl<'de> VariantAccess<'de> for Content {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        match self.tree() {
            (
                _,
                Tree {
                    what: What::Nothing, ..
                },
            ) => Ok(()),
            (step, tree) => Err(tree.unexpected(&"nothing").within(step)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Wrong> {
        let (step, tree) = self.tree();
        let line = tree.line;
        let done = seed.deserialize(tree);
        done.map_err(|wrong| wrong.on(line).within(step))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.struct_variant(&[], visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let (step, tree) = self.tree();
        tree.asked(visitor).map_err(|wrong| wrong.within(step))
    }
}
