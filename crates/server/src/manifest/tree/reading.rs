//! Texts as trees.

use std::{collections::BTreeSet, ffi::OsStr, fmt, path::Path};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Step, Tree, What, Wrong};

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// TOML.
    Toml,
    /// YAML, and JSON, which is YAML.
    Yaml,
}

impl Form {
    /// What the name of a file says.
    pub fn of(file: &Path) -> Option<Self> {
        match file.extension().and_then(OsStr::to_str)? {
            "toml" => Some(Self::Toml),
            "yaml" | "yml" | "json" => Some(Self::Yaml),
            _ => None,
        }
    }
}

impl Tree {
    /// Reads a text.
    pub fn read(text: &str, form: Form) -> Result<Self, Wrong> {
        match form {
            Form::Toml => {
                let lines = Lines::of(text);
                let table = DeTable::parse(text).map_err(|error| {
                    let line = error.span().map_or(0, |span| lines.line(span.start));
                    Wrong::new(line, error.message().to_owned())
                })?;
                lines.table(1, table.into_inner())
            }
            Form::Yaml => {
                // Nothing written can be more than there are bytes; what aliases multiply keeps its bounds.
                let most = text.len().max(1_000);
                let options = serde_saphyr::options! {
                    budget: serde_saphyr::budget! { max_nodes: most, max_events: most.saturating_mul(3) },
                };
                let mut tree: Self = serde_saphyr::from_str_with_options(text, options)
                    .map_err(|error| Wrong::new(0, error.to_string().trim_end().to_owned()))?;
                tree.keep_bare(text);
                Ok(tree)
            }
        }
    }

    /// Notes how scalars without quotes are written.
    fn keep_bare(&mut self, text: &str) {
        match &mut self.what {
            What::List(items) => items.iter_mut().for_each(|item| item.keep_bare(text)),
            What::Table(entries) => entries.iter_mut().for_each(|(_, value)| value.keep_bare(text)),
            What::Switch(_) | What::Signed(_) | What::Unsigned(_) | What::Float(_) | What::Text(_) => {
                let (offset, length) = (self.place.0 as usize, self.place.1 as usize);
                let written = text.get(offset..offset + length).unwrap_or_default().trim();
                let begins_otherwise =
                    |written: &str| written.starts_with(['"', '\'', '|', '>', '!', '&', '*']);
                let is_bare = !written.is_empty() && !written.contains('\n') && !begins_otherwise(written);
                // A text is one already, unless it is one of the words for a switch.
                let matters = !matches!(self.what, What::Text(_)) || What::word(written).is_some();
                if is_bare && matters {
                    self.bare = Some(written.into());
                }
            }
            What::Nothing | What::Date => {}
        }
    }
}

impl What {
    /// What the words for a switch mean that YAML 1.1 had.
    pub(super) fn word(text: &str) -> Option<bool> {
        let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if is(&["true", "yes", "on", "y"]) {
            Some(true)
        } else if is(&["false", "no", "off", "n"]) {
            Some(false)
        } else {
            None
        }
    }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(ends.map(|(end, _)| end + 1).collect())
    }

    fn line(&self, offset: usize) -> u32 {
        let before = self.0.partition_point(|begin| *begin <= offset);
        u32::try_from(before + 1).unwrap_or(0)
    }

    fn table(&self, line: u32, table: DeTable<'_>) -> Result<Tree, Wrong> {
        let entries = table.into_iter().map(|(key, value)| {
            let line = self.line(key.span().start);
            let key: Box<str> = key.into_inner().into();
            let value = self.value(line, value.into_inner());
            match value {
                Ok(value) => Ok((key, value)),
                Err(wrong) => Err(wrong.within(Step::Key(key))),
            }
        });
        let entries = entries.collect::<Result<_, Wrong>>()?;
        Ok(Tree::of(line, What::Table(entries)))
    }

    fn value(&self, line: u32, value: DeValue<'_>) -> Result<Tree, Wrong> {
        let what = match value {
            DeValue::String(text) => What::Text(text.into_owned()),
            DeValue::Integer(number) => {
                let (digits, radix) = (number.as_str(), number.radix());
                let unsigned = u64::from_str_radix(digits, radix).map(What::Unsigned);
                let number = unsigned.or_else(|_| i64::from_str_radix(digits, radix).map(What::Signed));
                number.map_err(|_| Wrong::new(line, format!("{digits} is too large")))?
            }
            DeValue::Float(number) => {
                let parsed = number.as_str().parse().map(What::Float);
                parsed.map_err(|_| Wrong::new(line, format!("{} is no number", number.as_str())))?
            }
            DeValue::Boolean(switch) => What::Switch(switch),
            DeValue::Datetime(_) => What::Date,
            DeValue::Array(items) => {
                let items = items.into_iter().enumerate().map(|(index, item)| {
                    let line = self.line(item.span().start);
                    let item = self.value(line, item.into_inner());
                    item.map_err(|wrong| wrong.within(Step::Index(index)))
                });
                What::List(items.collect::<Result<_, Wrong>>()?)
            }
            DeValue::Table(table) => return self.table(line, table),
        };
        Ok(Tree::of(line, what))
    }
}

impl Tree {
    pub(super) fn of(line: u32, what: What) -> Self {
        Self {
            line,
            place: (0, 0),
            bare: None,
            what,
        }
    }
}

/// From YAML with its place, from the JSON of a request without one.
impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, defined, .. } = Spanned::<What>::deserialize(deserializer)?;
        let narrow = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
        let span = defined.span();
        Ok(Self {
            line: u32::try_from(defined.line()).unwrap_or(0),
            place: (narrow(span.byte_offset()), narrow(span.byte_len())),
            bare: None,
            what: value,
        })
    }
}

impl<'de> Deserialize<'de> for What {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = What;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<What, E> {
        Ok(What::Nothing)
    }

    fn visit_bool<E>(self, switch: bool) -> Result<What, E> {
        Ok(What::Switch(switch))
    }

    fn visit_i64<E>(self, number: i64) -> Result<What, E> {
        Ok(What::Signed(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<What, E> {
        Ok(What::Unsigned(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<What, E> {
        Ok(What::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<What, E> {
        Ok(What::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<What, E> {
        Ok(What::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<What, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(What::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<What, A::Error> {
        let mut table: Vec<(Box<str>, Tree)> = Vec::new();
        let mut seen = BTreeSet::new();
        while let Some(key) = entries.next_key::<Box<str>>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format_args!("duplicate field `{key}`")));
            }
            table.push((key, entries.next_value()?));
        }
        Ok(What::Table(table))
    }
}
