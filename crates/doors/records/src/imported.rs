//! Records that come from another system instead of over the wire: held against the same formats, sizes and rules as a body of
//! `POST` (consent-api 8.2, 14).

use consentry_domain::tenant::RecordsSettings;
use consentry_ledger::records::{Invalid, RecordWish};
use consentry_web::error::{FieldError, Place};

use crate::{
    admission::LIMITS,
    attributes::Attributes,
    failure::{Failure, invalid},
    wish::{self, Meant},
};

/// A rule that an attribute breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The attribute by its name on the wire, such as `definition.version`; empty for the record as a whole.
    pub attribute: String,
    /// What is wrong with it, lower case, without full stop and without its value.
    pub why: String,
}

/// Reads a record that is written as the body of a `POST` would be.
pub fn read(settings: &RecordsSettings, body: &[u8]) -> Result<RecordWish, Vec<Broken>> {
    Attributes::parse(body, &LIMITS)
        .and_then(|attributes| wish::read(settings, &attributes, Meant::Whole))
        .map_err(all_of)
}

/// What the rules of the ledger say about a wish, in the words of this door.
pub fn explain(rules: &[Invalid], wish: &RecordWish) -> Vec<Broken> {
    let mut broken: Vec<_> = rules.iter().map(|rule| of_field(&invalid(*rule, wish))).collect();
    for rule in broken.iter_mut().filter(|rule| rule.attribute == "definition.id") {
        rule.why = format!("{}: {}", rule.why, wish.definition);
    }
    broken
}

fn all_of(failure: Failure) -> Vec<Broken> {
    let error = failure.into_error();
    if error.fields.is_empty() {
        let why = error.message().to_owned();
        let attribute = String::new();
        return vec![Broken { attribute, why }];
    }
    error.fields.iter().map(of_field).collect()
}

fn of_field(field: &FieldError) -> Broken {
    let (Place::Pointer(place) | Place::Parameter(place)) = &field.place;
    Broken {
        attribute: place.trim_start_matches('/').replace('/', "."),
        why: field.detail.clone().into_owned(),
    }
}
