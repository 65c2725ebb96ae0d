//! The bundle one decision gave one party.

use serde::{Deserialize, Serialize};

use crate::{
    Accounts, AgreementId, ApplicationId, ClientId, ConsentId, DecisionId, DefinitionKey, PartyId, Qualifier,
    SubjectId, Timestamp,
    authorization_details::{ConsentRequest, DurationType},
    consent::Ended,
    decision::TextShown,
};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// One consent inside an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementItem {
    /// What was granted.
    pub definition: DefinitionKey,
    /// The consent that holds the answer.
    pub consent: ConsentId,
}

/// What the person was told about the asker. A change of it means the person must be asked again (TPA-CN-08).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosure {
    /// Name shown.
    pub client_name: String,
    /// Organization shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Hosts of the redirect addresses at that time, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirect_hosts: Vec<String>,
    /// `web` or `native`.
    pub client_type: String,
    /// The words on the screen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<TextShown>,
    /// Through whom the asker gets the data, nearest to the asker first (consent-dashboard B4.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intermediaries: Vec<PartyId>,
    /// For how long and how far back the asker wanted it, where it said so (RFC 9396).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<ConsentRequest>,
}

/// The bundle: `consent_id` of the authorization door, connection of the dashboard, consent grant of FDX.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Identity.
    pub id: AgreementId,
    /// Raised by one with each event.
    pub version: u32,
    /// Whose data.
    pub subject: SubjectId,
    /// The first party's product the client belongs to.
    pub application: ApplicationId,
    /// Who received it.
    pub client: ClientId,
    /// What keeps its slots apart.
    #[serde(default, skip_serializing_if = "qualifier_is_none")]
    pub qualifier: Qualifier,
    /// The consents by scope or source, in the order they were asked.
    pub items: Vec<AgreementItem>,
    /// The decision that made it.
    pub decision: DecisionId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// One end for all its consents; none means until withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// What the person was told about the asker.
    pub disclosure: Disclosure,
    /// The accounts it is about.
    #[serde(default, skip_serializing_if = "Accounts::is_all")]
    pub accounts: Accounts,
    /// When its end was last moved; none means never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed_at: Option<Timestamp>,
    /// Its end, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
}

fn qualifier_is_none(qualifier: &Qualifier) -> bool {
    qualifier.as_str().is_empty()
}

impl Agreement {
    /// Whether it counts at `now`: not ended and in time.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.ended.is_none() && self.valid_until.is_none_or(|until| now < until)
    }

    /// Whether it is for one time only: what was issued with it is all there ever is.
    pub fn is_once(&self) -> bool {
        self.disclosure
            .details
            .as_ref()
            .is_some_and(ConsentRequest::is_once)
    }

    /// How long it is for (consent-dashboard D1).
    pub fn duration_type(&self) -> DurationType {
        match self.valid_until {
            _ if self.is_once() => DurationType::OneTime,
            Some(_) => DurationType::TimeBound,
            None => DurationType::Persistent,
        }
    }

    /// Days from the day of the grant to its end, begun ones counted whole.
    pub fn duration_days(&self) -> Option<i64> {
        let seconds = self.valid_until?.seconds_since(self.created_at);
        Some(seconds.div_euclid(DAY) + i64::from(seconds.rem_euclid(DAY) != 0))
    }

    /// Days before each request that data goes back; none where nobody said.
    pub fn lookback_days(&self) -> Option<u16> {
        self.disclosure.details.as_ref()?.lookback_period
    }

    /// What was given of the details that were asked for; none where none were. `is_open` is whether a data cluster is open now.
    pub fn given_details(&self, is_open: impl Fn(&str) -> bool) -> Option<ConsentRequest> {
        let asked = self.disclosure.details.as_ref()?;
        let duration = self.duration_type();
        let days = self.duration_days().and_then(|days| u16::try_from(days).ok());
        let days = days.filter(|_| duration == DurationType::TimeBound);
        Some(asked.given((duration, days), is_open))
    }

    /// Its scopes as asked, space separated (third-party-authorization A.3.1).
    pub fn scope(&self) -> String {
        self.items
            .iter()
            .map(|item| item.definition.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }
}
