//! Lines of files that are imported (consent-tokens-and-preferences 15): events and users as the API takes them.

use consentry_ledger::preferences::{EventWish, UserWish};
use consentry_web::error::ApiError;
use serde_json::Value;

use crate::wish::{self, Reader};

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub Vec<String>);

/// An event. One without an `id` has the given one, so that importing the line again is no second event; receivers that are told in the
/// vendor's words hear nothing of it.
pub fn event(line: &str, id: impl FnOnce() -> String) -> Result<EventWish, Refusal> {
    let mut reader = Reader::default();
    let mut wish = wish::event(&mut reader, &value(line)?);
    reader.finish().map_err(|error| explained(&error))?;
    wish.id.get_or_insert_with(id);
    wish.is_silent = true;
    Ok(wish)
}

/// A user; receivers that are told in the vendor's words hear nothing of them either.
pub fn user(line: &str) -> Result<UserWish, Refusal> {
    let mut reader = Reader::default();
    let mut wish = wish::user(&mut reader, &value(line)?);
    reader.finish().map_err(|error| explained(&error))?;
    wish.is_silent = true;
    Ok(wish)
}

fn value(line: &str) -> Result<Value, Refusal> {
    serde_json::from_str(line).map_err(|error| Refusal(vec![format!("is no JSON: {error}")]))
}

fn explained(error: &ApiError) -> Refusal {
    let fields = error.fields.iter();
    let all: Vec<String> = fields
        .map(|field| format!("{} {}", field.place, field.detail))
        .collect();
    Refusal(if all.is_empty() {
        vec![error.message().to_owned()]
    } else {
        all
    })
}
