//! Mails about what a person chooses at the preferences door (consent-tokens-and-preferences 10, 13): codes, links, what waits for them or
//! for those who approve, and what became of it.
//!
//! Such a mail knows where it goes, since the address is that which the choice came with. Address, link and code are sealed with the key
//! of the person it is about, so that they go with them.

use consentry_domain::{Lifetime, SubjectId, Timestamp, locale::Locale, mail::MailAddress};
use consentry_store::{Hash, TokenRow};
use minijinja::Value;
use serde::{Deserialize, Serialize};

use super::{Contact, compose::Matter, template::object, words::one_line};
use crate::{
    Ledger, TenantSnapshot,
    environment::Entropy,
    error::Fault,
    opaque::{base64url, from_base64url},
    preferences::{
        choice_words,
        model::{Choices, EventBody, EventStatus},
    },
    sealing::Key,
};

/// What the sealed words are bound to, beside the key, what the mail is about and its row.
const BOUND: &[u8] = b"consentry/v1/preference mail";

/// What such a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreferenceMatter {
    /// A code that opens the person's preferences.
    Code,
    /// A link that does.
    Link,
    /// The person confirms what they chose.
    Confirm,
    /// Somebody approves what a person chose.
    Approve,
    /// What became of what the person chose.
    Decided,
}

/// Where a mail goes, and what nobody else may read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferenceWords {
    /// Where it goes.
    address: MailAddress,
    /// The language they read best; none where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locale: Option<Locale>,
    /// The code, or the address of the page that it leads to; empty where it has neither.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    secret: String,
    /// The event it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    /// Whether it says again what another mail said.
    #[serde(default)]
    is_reminder: bool,
}

impl PreferenceWords {
    /// A code, or a link.
    pub(crate) fn secret(to: Contact, secret: String) -> Self {
        Self {
            address: to.mail,
            locale: to.locale,
            secret,
            event: None,
            is_reminder: false,
        }
    }

    /// About an event.
    pub(crate) fn about(self, event: &str, is_reminder: bool) -> Self {
        Self {
            event: Some(event.to_owned()),
            is_reminder,
            ..self
        }
    }
}

/// A mail on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferenceMail {
    /// What it is about.
    pub matter: PreferenceMatter,
    /// Whose choices.
    pub subject: SubjectId,
    /// The row that knows its code or link; without an open one there is nothing to say any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<Hash>,
    /// The rest, sealed; base64url.
    sealed: String,
}

/// What is said about an event.
pub(super) struct ChoiceMatter {
    choices: Choices,
    pub(super) link: String,
    pub(super) until: Timestamp,
    pub(super) is_reminder: bool,
    pub(super) is_confirmed: bool,
    pub(super) person: Option<String>,
    pub(super) delegate: Option<String>,
}

impl ChoiceMatter {
    /// What was chosen, in the best of these languages.
    pub(super) fn items(&self, tenant: &TenantSnapshot, languages: &[&str]) -> Vec<Value> {
        choice_words(tenant, &self.choices, languages)
            .into_iter()
            .map(|choice| {
                let answer = match choice.enabled {
                    Some(true) => "yes",
                    Some(false) => "no",
                    None => "",
                };
                let values: Vec<String> = choice
                    .answers
                    .iter()
                    .map(|(question, chosen)| format!("{question}: {}", chosen.join(", ")))
                    .collect();
                object([
                    ("title", Value::from(one_line(&choice.title))),
                    ("answer", Value::from(answer)),
                    ("values", Value::from(one_line(&values.join("; ")))),
                ])
            })
            .collect()
    }
}

fn bound(matter: PreferenceMatter, token: Option<Hash>) -> Vec<u8> {
    let matter = [matter as u8];
    let token = token.as_ref().map_or(&[][..], |token| &token.as_bytes()[..]);
    [BOUND, &matter, token].concat()
}

impl PreferenceMail {
    pub(crate) fn sealed(
        matter: PreferenceMatter,
        subject: SubjectId,
        token: Option<Hash>,
        words: &PreferenceWords,
        key: &Key,
        entropy: &dyn Entropy,
    ) -> Result<Self, Fault> {
        let text = serde_json::to_vec(words).map_err(unreadable)?;
        Ok(Self {
            matter,
            subject,
            token,
            sealed: base64url(&key.seal(entropy, &bound(matter, token), &text)),
        })
    }

    /// What was sealed; none where the key is another one.
    fn open(&self, key: &Key) -> Option<PreferenceWords> {
        let sealed = from_base64url(&self.sealed)?;
        let text = key.open(&bound(self.matter, self.token), &sealed).ok()?;
        serde_json::from_slice(&text).ok()
    }
}

fn unreadable(error: serde_json::Error) -> Fault {
    Fault::Unreadable {
        what: "mail",
        why: error.to_string(),
    }
}

/// Where a mail goes, and the language they read best.
type Reached = (MailAddress, Option<Locale>);

impl Ledger {
    /// Where a mail goes and what there is to say now; none where there is nothing to say any more.
    pub(super) async fn preference_matter(
        &self,
        tenant: &TenantSnapshot,
        mail: &PreferenceMail,
    ) -> Result<Option<(Reached, Matter)>, Fault> {
        let Some(key) = self.subject_key(tenant, mail.subject).await? else {
            return Ok(None);
        };
        let Some(words) = mail.open(&key) else {
            return Ok(None);
        };
        let now = self.now();
        let mut seconds = 0;
        if let Some(hash) = mail.token {
            let row = self.inner.store.token(tenant.id(), hash).await?;
            let is_open = |row: &TokenRow| {
                row.consumed_at.is_none() && row.revoked_at.is_none() && now < row.expires_at
            };
            let Some(row) = row.filter(is_open) else {
                return Ok(None);
            };
            seconds = row.expires_at.seconds_since(now);
        }
        let reached = (words.address.clone(), words.locale.clone());
        let minutes = (seconds / 60).max(1);
        let matter = match (mail.matter, &words.event) {
            (PreferenceMatter::Code, _) => Some(Matter::Code {
                code: words.secret,
                minutes,
            }),
            (PreferenceMatter::Link, _) => Some(Matter::Link {
                link: words.secret,
                minutes,
            }),
            (_, Some(event)) => {
                let event = event.clone();
                self.choice_matter(tenant, mail, words, &event).await?
            }
            (_, None) => None,
        };
        Ok(matter.map(|matter| (reached, matter)))
    }

    async fn choice_matter(
        &self,
        tenant: &TenantSnapshot,
        mail: &PreferenceMail,
        words: PreferenceWords,
        event: &str,
    ) -> Result<Option<Matter>, Fault> {
        let found = self.chosen_event(tenant, mail.subject, event).await?;
        let status = |event: &EventBody| event.status_at(self.now());
        let fits = |event: &EventBody| match mail.matter {
            PreferenceMatter::Decided => {
                matches!(status(event), EventStatus::Confirmed | EventStatus::Rejected)
            }
            _ => status(event) == EventStatus::PendingApproval,
        };
        let Some((event, person)) = found.filter(|(event, _)| fits(event)) else {
            return Ok(None);
        };
        Ok(Some(Matter::Choice(ChoiceMatter {
            link: words.secret,
            until: event
                .approval_until
                .unwrap_or_else(|| self.now().plus(Lifetime::days(1))),
            is_reminder: words.is_reminder,
            is_confirmed: event.status == EventStatus::Confirmed,
            person,
            delegate: event
                .delegate
                .map(|delegate| delegate.name.unwrap_or(delegate.id)),
            choices: event.choices,
        })))
    }
}
