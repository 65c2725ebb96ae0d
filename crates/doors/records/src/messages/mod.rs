//! The log of this door: which of its 17 kinds of messages are written, and in which form (consent-api 16).
//!
//! What lives here: the kinds, the lines. Lines about changes come from the ledger's log, whatever door or command made them; lines
//! about requests from `served`. What may not: values of `data`, `consentContext`, texts, or who a record is about, but for `audit`,
//! which is asked for to see that.

pub mod audit;

mod line;

use std::{collections::BTreeSet, sync::Arc};

use consentry_domain::Timestamp;
use consentry_ledger::records::audit::{AuditEntry, ChangeType, Resource};
use serde::{Deserialize, Serialize};

use self::line::Line;

/// The target of these lines in the log, for filters.
pub const TARGET: &str = "consent_api";

/// A kind of message, by the name that switches it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageType {
    /// One line for every effective change, with the attributes it touched.
    Audit,
    /// A request that was refused or failed.
    Error,
    /// A record came to be.
    ConsentCreated,
    /// A record changed.
    ConsentUpdated,
    /// A record was taken away.
    ConsentDeleted,
    /// A record was read.
    ConsentRetrieved,
    /// Records were searched.
    ConsentSearch,
    /// A definition came to be.
    DefinitionCreated,
    /// A definition changed.
    DefinitionUpdated,
    /// A definition was taken away.
    DefinitionDeleted,
    /// A definition was read.
    DefinitionRetrieved,
    /// Definitions were searched.
    DefinitionSearch,
    /// A wording came to be.
    LocalizationCreated,
    /// A wording changed.
    LocalizationUpdated,
    /// A wording was taken away.
    LocalizationDeleted,
    /// A wording was read.
    LocalizationRetrieved,
    /// Wordings were searched.
    LocalizationSearch,
}

impl MessageType {
    /// What a line of this kind begins with.
    const fn words(self) -> &'static str {
        match self {
            Self::Audit => "CONSENT AUDIT",
            Self::Error => "CONSENT API ERROR",
            Self::ConsentCreated => "CONSENT CREATED",
            Self::ConsentUpdated => "CONSENT UPDATED",
            Self::ConsentDeleted => "CONSENT DELETED",
            Self::ConsentRetrieved => "CONSENT RETRIEVED",
            Self::ConsentSearch => "CONSENT SEARCH",
            Self::DefinitionCreated => "DEFINITION CREATED",
            Self::DefinitionUpdated => "DEFINITION UPDATED",
            Self::DefinitionDeleted => "DEFINITION DELETED",
            Self::DefinitionRetrieved => "DEFINITION RETRIEVED",
            Self::DefinitionSearch => "DEFINITION SEARCH",
            Self::LocalizationCreated => "LOCALIZATION CREATED",
            Self::LocalizationUpdated => "LOCALIZATION UPDATED",
            Self::LocalizationDeleted => "LOCALIZATION DELETED",
            Self::LocalizationRetrieved => "LOCALIZATION RETRIEVED",
            Self::LocalizationSearch => "LOCALIZATION SEARCH",
        }
    }

    /// The kind that tells of a change, beside [`Self::Audit`]; none for accounts, which the other product keeps elsewhere.
    const fn of_change(resource: Resource, change: ChangeType) -> Option<Self> {
        Some(match (resource, change) {
            (Resource::Consent, ChangeType::Create) => Self::ConsentCreated,
            (Resource::Consent, ChangeType::Update) => Self::ConsentUpdated,
            (Resource::Consent, ChangeType::Delete) => Self::ConsentDeleted,
            (Resource::Definition, ChangeType::Create) => Self::DefinitionCreated,
            (Resource::Definition, ChangeType::Update) => Self::DefinitionUpdated,
            (Resource::Definition, ChangeType::Delete) => Self::DefinitionDeleted,
            (Resource::Localization, ChangeType::Create) => Self::LocalizationCreated,
            (Resource::Localization, ChangeType::Update) => Self::LocalizationUpdated,
            (Resource::Localization, ChangeType::Delete) => Self::LocalizationDeleted,
            (Resource::Account, _) => return None,
        })
    }

    const fn is_about_requests(self) -> bool {
        matches!(
            self,
            Self::Error
                | Self::ConsentRetrieved
                | Self::ConsentSearch
                | Self::DefinitionRetrieved
                | Self::DefinitionSearch
                | Self::LocalizationRetrieved
                | Self::LocalizationSearch
        )
    }
}

/// Which kinds are written at this node.
#[derive(Debug, Clone, Default)]
pub struct Messages(Arc<BTreeSet<MessageType>>);

impl FromIterator<MessageType> for Messages {
    fn from_iter<I: IntoIterator<Item = MessageType>>(kinds: I) -> Self {
        Self(Arc::new(kinds.into_iter().collect()))
    }
}

/// A request as its line tells it.
pub(crate) struct Asked<'a> {
    pub at: Timestamp,
    pub request: &'a str,
    pub tenant: &'a str,
    /// Distinguished name of who asked, once that is known.
    pub by: Option<&'a str>,
    pub method: &'a str,
    pub path: &'a str,
}

/// How a request ended that was refused or failed.
pub(crate) struct Refused<'a> {
    pub status: u16,
    pub code: &'a str,
}

impl Messages {
    /// Whether nothing is written.
    pub(crate) fn are_off(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any kind tells of changes, so that the ledger's log has to be followed.
    pub fn tell_of_changes(&self) -> bool {
        self.0.iter().any(|kind| !kind.is_about_requests())
    }

    /// Writes the lines about a change of a tenant.
    pub fn changed(&self, tenant: &str, entry: &AuditEntry) {
        if self.has(MessageType::Audit) {
            write(MessageType::Audit, tenant, &audit::line(entry));
        }
        let kind = MessageType::of_change(entry.resource, entry.change).filter(|kind| self.has(*kind));
        if let Some(kind) = kind {
            write(kind, tenant, &change(kind, entry));
        }
    }

    /// Writes the line about a request that was answered.
    pub(crate) fn answered(&self, kind: MessageType, asked: &Asked<'_>) {
        if self.has(kind) {
            write(kind, asked.tenant, &request(kind, asked).finish());
        }
    }

    /// Writes the line about a request that was refused or failed.
    pub(crate) fn refused(&self, asked: &Asked<'_>, refused: &Refused<'_>) {
        if self.has(MessageType::Error) {
            let line = request(MessageType::Error, asked)
                .put("status", &refused.status.to_string())
                .put("code", refused.code);
            write(MessageType::Error, asked.tenant, &line.finish());
        }
    }

    fn has(&self, kind: MessageType) -> bool {
        self.0.contains(&kind)
    }
}

fn change(kind: MessageType, entry: &AuditEntry) -> String {
    Line::begin(entry.at, kind.words())
        .put_some("requestID", entry.request.as_deref())
        .put_some("requestDN", entry.request_dn.as_deref())
        .put("door", entry.door.as_str())
        .put_some("definitionID", entry.definition.as_deref())
        .put("id", &entry.id)
        .finish()
}

fn request(kind: MessageType, asked: &Asked<'_>) -> Line {
    Line::begin(asked.at, kind.words())
        .put("requestID", asked.request)
        .put_some("requestDN", asked.by)
        .put("method", asked.method)
        .put("path", asked.path)
}

fn write(kind: MessageType, tenant: &str, line: &str) {
    tracing::info!(target: TARGET, kind = ?kind, tenant, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rec_16_there_are_17_kinds_each_with_a_name_and_words_of_its_own() {
        let kinds: Vec<MessageType> = [Resource::Consent, Resource::Definition, Resource::Localization]
            .into_iter()
            .flat_map(|resource| {
                [ChangeType::Create, ChangeType::Update, ChangeType::Delete]
                    .into_iter()
                    .filter_map(move |change| MessageType::of_change(resource, change))
            })
            .chain([
                MessageType::Audit,
                MessageType::Error,
                MessageType::ConsentRetrieved,
                MessageType::ConsentSearch,
                MessageType::DefinitionRetrieved,
                MessageType::DefinitionSearch,
                MessageType::LocalizationRetrieved,
                MessageType::LocalizationSearch,
            ])
            .collect();
        let words: BTreeSet<&str> = kinds.iter().map(|kind| kind.words()).collect();
        assert_eq!((kinds.len(), words.len()), (17, 17));
        for kind in &kinds {
            let name = serde_json::to_string(kind).unwrap();
            assert_eq!(serde_json::from_str::<MessageType>(&name).unwrap(), *kind);
            let said = kind.words().to_lowercase().replace(' ', "-");
            let expected = match kind {
                MessageType::Audit => "audit",
                MessageType::Error => "error",
                _ => &said,
            };
            assert_eq!(name, format!("\"{expected}\""));
            let tells = Messages::from_iter([*kind]).tell_of_changes();
            assert_eq!(tells, !kind.is_about_requests(), "{name}");
        }
        assert_eq!(
            MessageType::of_change(Resource::Account, ChangeType::Create),
            None
        );
        assert!(!Messages::default().tell_of_changes());
    }
}
