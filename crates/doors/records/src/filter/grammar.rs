//! The grammar of SCIM filters (RFC 7644 3.4.2.2): from text to a tree of names, operators and values.
//!
//! Names are not judged here. What is bounded here: nesting and the number of comparisons, so that no text costs more than its
//! length.

use serde_json::Number;
use winnow::{
    LocatingSlice, ModalResult, Parser, Stateful,
    ascii::Caseless,
    combinator::{alt, delimited, opt, peek, preceded, repeat, terminated},
    error::{ErrMode, ParserError},
    stream::{Location, Stream},
    token::{any, none_of, take_while},
};

/// Most comparisons in one filter.
pub(crate) const MOST_COMPARISONS: u32 = 64;

/// Deepest nesting of parentheses and brackets.
pub(crate) const DEEPEST: u32 = 16;

/// A filter as it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    /// At least two, of which one must hold.
    Or(Vec<Expression>),
    /// At least two, which must all hold.
    And(Vec<Expression>),
    /// What must not hold.
    Not(Box<Expression>),
    /// A comparison.
    Compare {
        /// What is compared.
        attribute: Name,
        /// How.
        test: Test,
    },
    /// A filter over the parts of one complex attribute: one of them must fit it as a whole.
    Within {
        /// The complex attribute.
        attribute: Name,
        /// What one of its values must satisfy.
        filter: Box<Expression>,
    },
}

/// The name of an attribute, in lower case, with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub text: String,
    /// Offset in bytes.
    pub at: usize,
}

/// How an attribute is tested.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    /// It has a value.
    Present,
    /// Its value stands in this relation to another.
    Against {
        operator: Operator,
        value: Value,
        /// Offset of the value, in bytes.
        at: usize,
    },
}

/// Operators with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Contains,
    StartsWith,
    EndsWith,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Operator {
    pub(crate) const ALL: [Self; 9] = [
        Self::Equal,
        Self::NotEqual,
        Self::Contains,
        Self::StartsWith,
        Self::EndsWith,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Less,
        Self::LessOrEqual,
    ];

    /// As it is written.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Contains => "co",
            Self::StartsWith => "sw",
            Self::EndsWith => "ew",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operator| operator.as_str().eq_ignore_ascii_case(word))
    }
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Number(Number),
    Boolean(bool),
    Null,
}

/// Where and why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Offset in bytes.
    pub at: usize,
    pub why: Why,
}

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Why {
    #[error("expected {0}")]
    Expected(&'static str),
    #[error("there are more than {MOST_COMPARISONS} comparisons")]
    TooMany,
    #[error("there are more than {DEEPEST} levels of nesting")]
    TooDeep,
}

/// What is left to be used up. It is never given back on backtracking, which only makes it smaller.
#[derive(Debug, Clone, Copy)]
struct Budget {
    comparisons: u32,
    levels: u32,
}

type Input<'a> = Stateful<LocatingSlice<&'a str>, Budget>;
type Parsed<T> = ModalResult<T, Mistake>;

impl<'a> ParserError<Input<'a>> for Mistake {
    type Inner = Self;

    fn from_input(input: &Input<'a>) -> Self {
        Self {
            at: input.current_token_start(),
            why: Why::Expected("something else"),
        }
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// Reads a whole filter.
pub(crate) fn parse(text: &str) -> Result<Expression, Mistake> {
    let mut input = Input {
        input: LocatingSlice::new(text),
        state: Budget {
            comparisons: MOST_COMPARISONS,
            levels: DEEPEST,
        },
    };
    whole(&mut input).map_err(|error| match error {
        ErrMode::Backtrack(mistake) | ErrMode::Cut(mistake) => mistake,
        ErrMode::Incomplete(_) => Mistake {
            at: text.len(),
            why: Why::Expected("more"),
        },
    })
}

fn whole(input: &mut Input<'_>) -> Parsed<Expression> {
    spaces(input)?;
    let expression = or(input)?;
    spaces(input)?;
    if input.eof_offset() > 0 {
        return expected(input, "\"and\", \"or\" or the end");
    }
    Ok(expression)
}

fn or(input: &mut Input<'_>) -> Parsed<Expression> {
    joined(input, "or", and, Expression::Or)
}

fn and(input: &mut Input<'_>) -> Parsed<Expression> {
    joined(input, "and", operand, Expression::And)
}

/// One or more parts with a word between them.
fn joined(
    input: &mut Input<'_>,
    word: &'static str,
    part: fn(&mut Input<'_>) -> Parsed<Expression>,
    join: fn(Vec<Expression>) -> Expression,
) -> Parsed<Expression> {
    let first = part(input)?;
    let mut parts = vec![first];
    while opt(delimited(some_spaces, Caseless(word), some_spaces))
        .parse_next(input)?
        .is_some()
    {
        parts.push(part(input)?);
    }
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => Ok(only),
        (last, _) => {
            parts.extend(last);
            Ok(join(parts))
        }
    }
}

fn operand(input: &mut Input<'_>) -> Parsed<Expression> {
    let negation = opt(terminated(Caseless("not"), (spaces, peek('(')))).parse_next(input)?;
    if negation.is_some() {
        spaces(input)?;
        return Ok(Expression::Not(Box::new(group(input, '(', ')', "\")\"")?)));
    }
    if opt(peek('(')).parse_next(input)?.is_some() {
        return group(input, '(', ')', "\")\"");
    }
    let attribute = name(input)?;
    if opt(peek('[')).parse_next(input)?.is_some() {
        let filter = Box::new(group(input, '[', ']', "\"]\"")?);
        return Ok(Expression::Within { attribute, filter });
    }
    compare(input, attribute)
}

/// A filter in parentheses or brackets.
fn group(input: &mut Input<'_>, open: char, close: char, what: &'static str) -> Parsed<Expression> {
    let Some(left) = input.state.levels.checked_sub(1) else {
        return fail(input, Why::TooDeep);
    };
    input.state.levels = left;
    (open, spaces).void().parse_next(input)?;
    let expression = or(input)?;
    spaces(input)?;
    if opt(close).parse_next(input)?.is_none() {
        return expected(input, what);
    }
    input.state.levels = left.saturating_add(1);
    Ok(expression)
}

fn compare(input: &mut Input<'_>, attribute: Name) -> Parsed<Expression> {
    let Some(left) = input.state.comparisons.checked_sub(1) else {
        return fail(input, Why::TooMany);
    };
    input.state.comparisons = left;
    if opt(some_spaces).parse_next(input)?.is_none() {
        return expected(input, "a space and an operator");
    }
    let start = input.checkpoint();
    let word: &str = take_while(0.., |next: char| next.is_ascii_alphabetic()).parse_next(input)?;
    if word.eq_ignore_ascii_case("pr") {
        let test = Test::Present;
        return Ok(Expression::Compare { attribute, test });
    }
    let Some(operator) = Operator::from_word(word) else {
        input.reset(&start);
        return expected(input, "an operator: eq, ne, co, sw, ew, gt, ge, lt, le or pr");
    };
    if opt(some_spaces).parse_next(input)?.is_none() {
        return expected(input, "a space and a value");
    }
    let at = input.current_token_start();
    let value = value(input)?;
    let test = Test::Against { operator, value, at };
    Ok(Expression::Compare { attribute, test })
}

/// A name with its parts; a schema's address may stand before it.
fn name(input: &mut Input<'_>) -> Parsed<Name> {
    let at = input.current_token_start();
    let path = (name_part, repeat::<_, _, (), _, _>(0.., preceded('.', name_part))).take();
    let schema = (
        Caseless("urn:"),
        take_while(0.., |next: char| {
            next.is_ascii_alphanumeric() || matches!(next, '_' | '-' | '.' | ':')
        }),
    );
    match opt(alt((schema.take(), path))).parse_next(input)? {
        Some(text) => Ok(Name {
            text: text.to_ascii_lowercase(),
            at,
        }),
        None => expected(input, "the name of an attribute"),
    }
}

fn name_part(input: &mut Input<'_>) -> Parsed<()> {
    let first = take_while(1, |next: char| next.is_ascii_alphabetic());
    let rest = take_while(0.., |next: char| {
        next.is_ascii_alphanumeric() || matches!(next, '_' | '-')
    });
    (first, rest).void().parse_next(input)
}

fn value(input: &mut Input<'_>) -> Parsed<Value> {
    let start = input.checkpoint();
    let piece = repeat::<_, _, (), _, _>(0.., alt((('\\', any).void(), none_of(['"', '\\']).void())));
    let quoted = ('"', piece, '"').take();
    let bare = take_while(1.., |next: char| {
        next.is_ascii_alphanumeric() || matches!(next, '+' | '-' | '.')
    });
    let value = match opt(alt((quoted, bare))).parse_next(input)? {
        Some("true") => Some(Value::Boolean(true)),
        Some("false") => Some(Value::Boolean(false)),
        Some("null") => Some(Value::Null),
        Some(text) if text.starts_with('"') => serde_json::from_str(text).ok().map(Value::Text),
        Some(text) => serde_json::from_str(text).ok().map(Value::Number),
        None => None,
    };
    if let Some(value) = value {
        return Ok(value);
    }
    input.reset(&start);
    expected(input, "a value: a JSON string, a number, true, false or null")
}

fn spaces(input: &mut Input<'_>) -> Parsed<()> {
    take_while(0.., ' ').void().parse_next(input)
}

fn some_spaces(input: &mut Input<'_>) -> Parsed<()> {
    take_while(1.., ' ').void().parse_next(input)
}

fn expected<T>(input: &Input<'_>, what: &'static str) -> Parsed<T> {
    fail(input, Why::Expected(what))
}

fn fail<T>(input: &Input<'_>, why: Why) -> Parsed<T> {
    Err(ErrMode::Cut(Mistake {
        at: input.current_token_start(),
        why,
    }))
}
