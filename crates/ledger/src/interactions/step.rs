//! The state machine of an interaction (third-party-authorization A.7). Every transition consumes the step it leaves.
//!
//! ```text
//! created ──▶ authenticating ──▶ awaiting_consent ──▶ approved | declined
//!    └──────────────┴── consent stands already ──────▶ approved        any live step ──▶ expired | cancelled
//! ```

use consentry_domain::{
    DefinitionKey, SubjectId, Timestamp, decision::TextShown, definition::Wording, scope::Scope,
};
use serde::{Deserialize, Serialize};

use super::AskReason;

/// Where an interaction is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Step {
    /// The request was found good; nothing was asked yet.
    Created,
    /// Waits for the person to log in.
    Authenticating {
        /// Id of the session that was begun for this interaction, once there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<String>,
    },
    /// Waits for the person's answer.
    AwaitingConsent(Box<Question>),
    /// Approved, and the code was issued in the same commit.
    Approved,
    /// Declined, or refused without a question.
    Declined,
    /// Its time is over.
    Expired,
    /// Given up: too many, too many failures, or the person started anew.
    Cancelled,
}

/// What a person is asked, frozen when asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Who is asked (TPA-IX-02).
    pub subject: SubjectId,
    /// Id of their session.
    pub session: String,
    /// What would be granted: the request's scope, without `offline_access` where that is not honoured (TPA-CN-06).
    pub scope: Scope,
    /// The same with the words for each, in the language they are shown in.
    pub items: Vec<AskedItem>,
    /// Page of the first party that asks; none for the hosted page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_uri: Option<String>,
    /// Why the person is asked.
    pub reason: AskReason,
    /// When asking began.
    pub asked_at: Timestamp,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
    /// Hash of the latest `decision_token` (third-party-authorization A.9); none until the first look-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_token: Option<String>,
}

/// One scope value that is asked for, with the words for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedItem {
    /// What.
    pub definition: DefinitionKey,
    /// Which published wording; none where nothing was published for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<Wording>,
    /// Digest over that wording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// A transition that the state machine does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an interaction that is {from} cannot {to}")]
pub struct IllegalStep {
    /// Where it is.
    pub from: &'static str,
    /// What was wanted.
    pub to: &'static str,
}

impl Step {
    /// The name as stored.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Authenticating { .. } => "authenticating",
            Self::AwaitingConsent(_) => "awaiting_consent",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing can come of it any more.
    pub const fn is_terminal(&self) -> bool {
        matches!(
            self,
            Self::Approved | Self::Declined | Self::Expired | Self::Cancelled
        )
    }

    /// What the person is asked, while they are.
    pub fn question(&self) -> Option<&Question> {
        match self {
            Self::AwaitingConsent(question) => Some(question),
            _ => None,
        }
    }

    /// The session that was begun for this interaction, before a question.
    pub fn own_session(&self) -> Option<&str> {
        match self {
            Self::Authenticating { session } => session.as_deref(),
            _ => None,
        }
    }

    /// The person is to log in.
    pub fn authenticate(self) -> Result<Self, IllegalStep> {
        match self {
            Self::Created => Ok(Self::Authenticating { session: None }),
            Self::Authenticating { .. } => Ok(self),
            other => Err(other.cannot("authenticate")),
        }
    }

    /// The person logged in for this interaction.
    pub fn logged_in(self, session: String) -> Result<Self, IllegalStep> {
        match self {
            Self::Created | Self::Authenticating { .. } => Ok(Self::Authenticating {
                session: Some(session),
            }),
            other => Err(other.cannot("log in")),
        }
    }

    /// The person is asked.
    pub fn ask(self, question: Question) -> Result<Self, IllegalStep> {
        match self {
            Self::Created | Self::Authenticating { .. } => Ok(Self::AwaitingConsent(Box::new(question))),
            other => Err(other.cannot("ask")),
        }
    }

    /// The `decision_token` is replaced.
    pub fn look_up(self, decision_token: String) -> Result<Self, IllegalStep> {
        match self {
            Self::AwaitingConsent(question) => Ok(Self::AwaitingConsent(Box::new(Question {
                decision_token: Some(decision_token),
                ..*question
            }))),
            other => Err(other.cannot("be looked up")),
        }
    }

    /// The person said yes.
    pub fn approve(self) -> Result<Self, IllegalStep> {
        match self {
            Self::AwaitingConsent(_) => Ok(Self::Approved),
            other => Err(other.cannot("be approved")),
        }
    }

    /// Nobody needs to be asked: consent stands, or none is needed.
    pub fn approve_unasked(self) -> Result<Self, IllegalStep> {
        match self {
            Self::Created | Self::Authenticating { .. } => Ok(Self::Approved),
            other => Err(other.cannot("be approved unasked")),
        }
    }

    /// The person said no.
    pub fn decline(self) -> Result<Self, IllegalStep> {
        match self {
            Self::AwaitingConsent(_) => Ok(Self::Declined),
            other => Err(other.cannot("be declined")),
        }
    }

    /// It is given up.
    pub fn cancel(self) -> Result<Self, IllegalStep> {
        if self.is_terminal() {
            Err(self.cannot("be cancelled"))
        } else {
            Ok(Self::Cancelled)
        }
    }

    /// It as seen when its time is over: what ended before stays as it ended.
    #[must_use]
    pub fn expire(self) -> Self {
        if self.is_terminal() { self } else { Self::Expired }
    }

    const fn cannot(&self, to: &'static str) -> IllegalStep {
        IllegalStep {
            from: self.name(),
            to,
        }
    }
}

impl Question {
    /// The words on the hosted page; empty where the first party asked on a page of its own, whose words are not known here.
    pub fn texts(&self) -> Vec<TextShown> {
        if self.consent_uri.is_some() {
            return Vec::new();
        }
        let shown = |item: &AskedItem| {
            let (wording, digest) = (item.wording.as_ref()?, item.digest.as_ref()?);
            Some(TextShown {
                definition: item.definition.clone(),
                version: wording.version,
                locale: wording.locale.clone(),
                digest: digest.clone(),
            })
        };
        self.items.iter().filter_map(shown).collect()
    }

    /// The wording asked with for one value.
    pub fn wording(&self, definition: &DefinitionKey) -> Option<&Wording> {
        self.items
            .iter()
            .find(|item| item.definition == *definition)?
            .wording
            .as_ref()
    }
}
