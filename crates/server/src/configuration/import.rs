//! `[import.records]`: what another system's entries of consent records are called (consent-api 17).

use serde::{Deserialize, Serialize};

/// Taking over what other systems have.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImportSection {
    /// Consent records.
    pub records: RecordsImport,
}

/// Where consent records stand in an LDIF file, and what their attributes are called.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordsImport {
    /// Distinguished name of the container of records; none takes those of every container.
    pub base_dn: Option<String>,
    /// Names of attributes.
    pub names: RecordNames,
    /// Attributes beginning with `ping-consent-` that are no part of a record; others that are not named are refused.
    pub ignored: Vec<String>,
}

/// Names of one attribute; the first that an entry has counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "OneOrMore", into = "Vec<String>")]
pub struct Names(pub Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl From<OneOrMore> for Names {
    fn from(names: OneOrMore) -> Self {
        Self(match names {
            OneOrMore::One(name) => vec![name],
            OneOrMore::More(names) => names,
        })
    }
}

impl From<Names> for Vec<String> {
    fn from(names: Names) -> Self {
        names.0
    }
}

macro_rules! record_names {
    ($($(#[$doc:meta])* $field:ident = $wire:literal: [$($name:literal),+]),+ $(,)?) => {
        /// What the attributes of consent-api 8.1 are called in the directory, in any case.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct RecordNames {
            $($(#[$doc])* pub $field: Names),+
        }

        impl Default for RecordNames {
            fn default() -> Self {
                Self { $($field: Names(vec![$($name.to_owned()),+])),+ }
            }
        }

        impl RecordNames {
            /// Each attribute by its name on the wire, with its names in the directory.
            pub fn by_wire_name(&self) -> impl Iterator<Item = (&'static str, &Names)> {
                [$(($wire, &self.$field)),+].into_iter()
            }
        }
    };
}

record_names! {
    /// One of the four answers.
    status = "status": ["ping-consent-state", "ping-consent-status"],
    /// The subject as it was given.
    subject = "subject": ["ping-consent-subject"],
    /// The entry of the subject.
    subject_dn = "subjectDN": ["ping-consent-subject-dn"],
    /// The actor as it was given.
    actor = "actor": ["ping-consent-actor"],
    /// The entry of the actor.
    actor_dn = "actorDN": ["ping-consent-actor-dn"],
    /// For whom the answer counts.
    audience = "audience": ["ping-consent-audience"],
    /// With whom access is shared; one value each.
    collaborators = "collaborators": ["ping-consent-collaborators", "ping-consent-collaborator"],
    /// JSON with `id`, `version` and `locale`.
    definition = "definition": ["ping-consent-definition"],
    /// Title shown.
    title_text = "titleText": ["ping-consent-title-text"],
    /// Text about the data.
    data_text = "dataText": ["ping-consent-data-text"],
    /// Text about the purpose.
    purpose_text = "purposeText": ["ping-consent-purpose-text"],
    /// JSON.
    data = "data": ["ping-consent-data"],
    /// JSON.
    consent_context = "consentContext": ["ping-consent-consent-context", "ping-consent-context"],
    /// When it was made.
    created_date = "createdDate": ["ping-consent-created-date", "createTimestamp"],
    /// When it last changed.
    updated_date = "updatedDate": ["ping-consent-updated-date", "modifyTimestamp"],
}
