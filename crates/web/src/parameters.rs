//! `application/x-www-form-urlencoded`, read strictly into an ordered multimap.
//!
//! Order and repetitions are kept: whether a parameter may be repeated is the caller's rule, and a repetition that
//! nobody looks for is how one check sees another value than the next (A8.3, parameter pollution).

use std::{borrow::Cow, fmt};

use percent_encoding::percent_decode_str;

use crate::error::{ApiError, FieldError, registry};

/// What is accepted.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Largest number of parameters.
    pub count: usize,
    /// Largest size of the encoded text, in bytes.
    pub size: usize,
    /// What a parameter without a value is.
    pub empty: Empty,
}

impl Rules {
    /// 64 parameters in 16 KiB; empty ones are kept.
    pub const DEFAULT: Self = Self {
        count: 64,
        size: 16 * 1024,
        empty: Empty::Kept,
    };

    /// As OAuth wants it: a parameter without a value is treated as if it was omitted (RFC 6749, 3.1 and 3.2).
    pub const OAUTH: Self = Self {
        empty: Empty::Absent,
        ..Self::DEFAULT
    };
}

/// What a parameter without a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// A parameter whose value is the empty text.
    Kept,
    /// Nothing at all.
    Absent,
}

/// The parameters of a query string or form, in their order.
///
/// `Debug` shows names only: values may be tokens and passwords.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Parameters {
    /// Reads encoded text.
    pub fn parse(encoded: &[u8], rules: &Rules) -> Result<Self, ParameterError> {
        if encoded.len() > rules.size {
            return Err(ParameterError::TooLong { limit: rules.size });
        }
        let encoded =
            std::str::from_utf8(encoded).map_err(|_| Undecodable::Encoding.in_parameter(String::new()))?;
        let mut pairs = Vec::new();
        for pair in encoded.split('&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == rules.count {
                return Err(ParameterError::TooMany { limit: rules.count });
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name).map_err(|why| why.in_parameter(String::new()))?;
            let value = decode(value).map_err(|why| why.in_parameter(name.clone()))?;
            if rules.empty == Empty::Kept || !value.is_empty() {
                pairs.push((name, value));
            }
        }
        Ok(Self { pairs })
    }

    /// Parameters that came in another form than encoded text. Their size is the caller's to bound.
    pub fn of(pairs: Vec<(String, String)>, rules: &Rules) -> Result<Self, ParameterError> {
        let is_kept = |(_, value): &(String, String)| rules.empty == Empty::Kept || !value.is_empty();
        let pairs: Vec<_> = pairs.into_iter().filter(is_kept).collect();
        if pairs.len() > rules.count {
            return Err(ParameterError::TooMany { limit: rules.count });
        }
        Ok(Self { pairs })
    }

    /// The value of a parameter that may appear at most once.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self.values(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(Repeated {
                name: name.to_owned(),
            }),
        }
    }

    /// All values of a parameter, in order.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.values(name)
    }

    /// The first parameter that appears more than once, for doors where none may.
    pub fn repeated(&self) -> Option<Repeated> {
        self.repeated_except(&[])
    }

    /// As [`Parameters::repeated`], with names that may be repeated.
    pub fn repeated_except(&self, allowed: &[&str]) -> Option<Repeated> {
        self.pairs
            .iter()
            .enumerate()
            .find(|(index, (name, _))| {
                !allowed.contains(&name.as_str()) && self.pairs[..*index].iter().any(|(seen, _)| seen == name)
            })
            .map(|(_, (name, _))| Repeated { name: name.clone() })
    }

    /// Every parameter in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    fn values<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.iter()
            .filter(move |(candidate, _)| *candidate == name)
            .map(|(_, value)| value)
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.pairs.iter().map(|(name, _)| name))
            .finish()
    }
}

/// A parameter appears more than once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the parameter {name:?} appears more than once")]
pub struct Repeated {
    /// Its name.
    pub name: String,
}

impl From<Repeated> for ApiError {
    fn from(error: Repeated) -> Self {
        ApiError::new(&registry::INVALID_REQUEST)
            .field(FieldError::parameter(error.name, "may appear at most once"))
    }
}

/// Why encoded parameters were not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// One that cannot be decoded.
    #[error("{why}")]
    Undecodable {
        /// Its name; empty where that is what cannot be decoded.
        name: String,
        /// What is wrong.
        why: Undecodable,
    },
    /// More parameters than accepted.
    #[error("there are more than {limit} parameters")]
    TooMany {
        /// Largest number accepted.
        limit: usize,
    },
    /// More text than accepted.
    #[error("the parameters are longer than {limit} bytes")]
    TooLong {
        /// Largest size accepted, in bytes.
        limit: usize,
    },
}

/// What is wrong with an encoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// A `%` without two hexadecimal digits behind it.
    #[error("a percent sign is not followed by two hexadecimal digits")]
    Percent,
    /// Not UTF-8 after decoding.
    #[error("the parameters are not valid UTF-8")]
    Encoding,
    /// A NUL character, which no parameter of ours can mean.
    #[error("a parameter contains a NUL character")]
    Nul,
}

impl Undecodable {
    const fn in_parameter(self, name: String) -> ParameterError {
        ParameterError::Undecodable { name, why: self }
    }
}

impl From<ParameterError> for ApiError {
    fn from(error: ParameterError) -> Self {
        let code = match error {
            ParameterError::TooLong { .. } => &registry::PAYLOAD_TOO_LARGE,
            _ => &registry::INVALID_REQUEST,
        };
        let own = ApiError::new(code).detail(error.to_string());
        match error {
            ParameterError::Undecodable { name, why } if !name.is_empty() => {
                own.field(FieldError::parameter(name, why.to_string()))
            }
            _ => own,
        }
    }
}

/// Decodes one name or value: `+` is a space, and every `%` must begin an escape.
fn decode(text: &str) -> Result<String, Undecodable> {
    // Most values, tokens above all, have nothing to decode.
    if !text.bytes().any(|byte| matches!(byte, b'+' | b'%' | 0)) {
        return Ok(text.to_owned());
    }
    let plain: Cow<'_, str> = if text.contains('+') {
        Cow::Owned(text.replace('+', " "))
    } else {
        Cow::Borrowed(text)
    };
    let mut escapes = plain.split('%');
    escapes.next();
    if !escapes.all(starts_with_two_hex_digits) {
        return Err(Undecodable::Percent);
    }
    let decoded = percent_decode_str(&plain)
        .decode_utf8()
        .map_err(|_| Undecodable::Encoding)?;
    if decoded.contains('\0') {
        return Err(Undecodable::Nul);
    }
    Ok(decoded.into_owned())
}

fn starts_with_two_hex_digits(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Parameters, ParameterError> {
        Parameters::parse(text.as_bytes(), &Rules::DEFAULT)
    }

    #[test]
    fn order_and_repetitions_are_kept() {
        let parameters = parse("b=1&a=x+y%26z&b=2&c").unwrap();
        assert_eq!(
            parameters.iter().collect::<Vec<_>>(),
            [("b", "1"), ("a", "x y&z"), ("b", "2"), ("c", "")]
        );
        assert_eq!(parameters.all("b").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(parameters.one("a"), Ok(Some("x y&z")));
        assert_eq!(parameters.one("missing"), Ok(None));
    }

    #[test]
    fn tpa_a8_2_step_3_a_repeated_parameter_is_typed() {
        let parameters = parse("approved=false&approved=true&granted_scope=a&granted_scope=b").unwrap();
        let repeated = parameters.one("approved").unwrap_err();
        assert_eq!(repeated.name, "approved");
        assert_eq!(ApiError::from(repeated).status().as_u16(), 400);
        assert_eq!(
            parameters.repeated_except(&["granted_scope"]).unwrap().name,
            "approved"
        );
        assert_eq!(parse("a=1&b=2&b=3").unwrap().repeated_except(&["b"]), None);
    }

    #[test]
    fn a_repetition_in_another_spelling_is_a_repetition() {
        assert!(parse("state=1&st%61te=2").unwrap().one("state").is_err());
    }

    #[test]
    fn rfc6749_3_1_empty_is_absent_for_oauth() {
        let parameters = Parameters::parse(b"scope=&state=s&x", &Rules::OAUTH).unwrap();
        assert_eq!(parameters.iter().collect::<Vec<_>>(), [("state", "s")]);
    }

    #[test]
    fn bad_encodings_are_refused_by_name() {
        for (text, name, why) in [
            ("a=%", "a", Undecodable::Percent),
            ("b=1&a=%4", "a", Undecodable::Percent),
            ("%zz=1", "", Undecodable::Percent),
            ("a=%+20", "a", Undecodable::Percent),
            ("a=%ff", "a", Undecodable::Encoding),
            ("a=%00", "a", Undecodable::Nul),
        ] {
            assert_eq!(parse(text), Err(why.in_parameter(name.to_owned())), "{text}");
        }
        assert_eq!(
            Parameters::parse(b"a=\xff", &Rules::DEFAULT),
            Err(Undecodable::Encoding.in_parameter(String::new()))
        );
        let shown = ApiError::from(parse("a=%ff").unwrap_err());
        assert_eq!(shown.fields[0].place.to_string(), "a");
    }

    #[test]
    fn count_and_size_are_limited() {
        let many = "a=1&".repeat(65);
        assert_eq!(parse(&many), Err(ParameterError::TooMany { limit: 64 }));
        let long = "a".repeat(16 * 1024 + 1);
        assert_eq!(parse(&long), Err(ParameterError::TooLong { limit: 16384 }));
    }

    #[test]
    fn tpa_ix_06_debug_shows_no_values() {
        let shown = format!("{:?}", parse("src_interaction=secret").unwrap());
        assert_eq!(shown, r#"["src_interaction"]"#);
    }
}
