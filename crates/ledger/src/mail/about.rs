//! A mail before it is written: what it is about and for whom, by ids.

use consentry_domain::{EventId, PartyId, SubjectId, Timestamp, tenant::MailKind};
use serde::{Deserialize, Serialize};

use super::{CodeMail, PreferenceMail, PreferenceMatter};

/// For whom a mail is. Where they are reached is read when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    /// A person.
    Person(SubjectId),
    /// The party, by the address it can be reached at.
    Party(PartyId),
    /// One of the tenant's operators, by their place in its settings.
    Operator(usize),
}

/// What a mail is about. A new kind of mail is a new variant here, a [`MailKind`] with its templates and variables, and an arm where
/// mails are composed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// What a decision granted.
    Given(Origin),
    /// What a decision took back.
    Withdrawn(Origin),
    /// A consent, and with it its agreement, ended by itself.
    Expired(Origin),
    /// A consent, and with it its agreement, ends in at most so many days.
    Expiring(Origin, u16),
    /// A webhook endpoint was switched off.
    EndpointDisabled(Origin),
    /// A one-time code, which somebody asked for.
    Code(CodeMail),
    /// A passkey was added to the person's account, or removed.
    Passkey {
        /// Whether it was added.
        is_added: bool,
    },
    /// A login at another provider was linked to the person's account, or unlinked.
    Login {
        /// Whether it was linked.
        is_added: bool,
        /// What people call the provider.
        provider: String,
    },
    /// Something about what a person chooses at the preferences door; it knows its own address.
    Preference(PreferenceMail),
}

/// The event that a mail follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Which.
    pub event: EventId,
    /// Its index in the tenant's log.
    pub index: u64,
}

impl About {
    /// Which templates it is written with.
    pub const fn kind(&self) -> MailKind {
        match self {
            Self::Given(_) => MailKind::ConsentGiven,
            Self::Withdrawn(_) | Self::Expired(_) => MailKind::ConsentEnded,
            Self::Expiring(..) => MailKind::ConsentExpiring,
            Self::EndpointDisabled(_) => MailKind::EndpointDisabled,
            Self::Code(_) => MailKind::OneTimeCode,
            Self::Passkey { .. } => MailKind::PasskeyChanged,
            Self::Login { .. } => MailKind::LoginChanged,
            Self::Preference(mail) => match mail.matter {
                PreferenceMatter::Code => MailKind::OneTimeCode,
                PreferenceMatter::Link => MailKind::PreferencesLink,
                PreferenceMatter::Confirm => MailKind::ChoiceConfirmation,
                PreferenceMatter::Approve => MailKind::ChoiceApproval,
                PreferenceMatter::Decided => MailKind::ChoiceDecided,
            },
        }
    }

    /// The event it follows from; none where it follows from none.
    pub const fn origin(&self) -> Option<Origin> {
        match self {
            Self::Given(origin)
            | Self::Withdrawn(origin)
            | Self::Expired(origin)
            | Self::Expiring(origin, _)
            | Self::EndpointDisabled(origin) => Some(*origin),
            Self::Code(_) | Self::Passkey { .. } | Self::Login { .. } | Self::Preference(_) => None,
        }
    }
}

/// A mail that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// What makes it the same mail again: of two that wait under one key one is sent. Ids only, since it is kept in clear.
    pub key: String,
    /// For whom.
    pub to: To,
    /// What it is about.
    pub about: About,
    /// Not to be sent before.
    pub due_at: Timestamp,
    /// Not to be sent any more from here on.
    pub until: Timestamp,
}
