//! `expand`: which related resources an answer holds beside their links (consent-api 11.3).

use consentry_web::{error::FieldError, parameters::Parameters};

use crate::{
    failure::{Code, Failure},
    parameters::one,
};

/// A relation whose target can be placed in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Localizations,
    Definition,
    Localization,
}

/// What a resource can be expanded by, under which names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expandable(&'static [(&'static str, Relation)]);

impl Expandable {
    /// Of definitions.
    pub(crate) const DEFINITION: Self = Self(&[("localizations", Relation::Localizations)]);
    /// Of localizations.
    pub(crate) const LOCALIZATION: Self = Self(&[
        ("definition", Relation::Definition),
        ("parent", Relation::Definition),
    ]);
    /// Of records.
    pub(crate) const CONSENT: Self = Self(&[
        ("definition", Relation::Definition),
        ("localization", Relation::Localization),
    ]);
}

/// The relations a request names.
#[derive(Debug, Default)]
pub(crate) struct Expand(Vec<Relation>);

impl Expand {
    /// Reads the parameter. An unknown or empty name is refused with the names there are.
    pub(crate) fn read(parameters: &Parameters, expandable: Expandable) -> Result<Self, Failure> {
        let Some(text) = one(parameters, "expand")? else {
            return Ok(Self::default());
        };
        text.split(',')
            .map(|name| {
                let known = expandable.0.iter().find(|(known, _)| *known == name);
                known.map(|(_, relation)| *relation)
            })
            .collect::<Option<Vec<_>>>()
            .map(Self)
            .ok_or_else(|| unknown(expandable))
    }

    pub(crate) fn has(&self, relation: Relation) -> bool {
        self.0.contains(&relation)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn unknown(expandable: Expandable) -> Failure {
    let names: Vec<&str> = expandable.0.iter().map(|(name, _)| *name).collect();
    let why = format!("must be names separated by commas, of: {}", names.join(", "));
    Failure::new(Code::InvalidRequest, format!("the parameter expand {why}"))
        .with(|error| error.field(FieldError::parameter("expand", why)))
}
