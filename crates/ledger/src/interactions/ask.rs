//! When is the person asked? (third-party-authorization A.6). One list of rules, each with a reason that programs can read.

use std::collections::{BTreeMap, btree_map::Entry};

use consentry_domain::{
    Agreement, AgreementId, Audience, Consent, SubjectId, Timestamp,
    client::{Client, Prompt},
    scope::Scope,
    tenant::PromptConsent,
};
use serde::{Deserialize, Serialize};

use super::{AuthorizationRequest, grant::disclosure, offline};
use crate::{Ledger, TenantSnapshot, error::Fault};

/// Why the person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskReason {
    /// `prompt=consent` asks every time (TPA-CN-03).
    PromptConsent,
    /// Anybody could pretend to be this client (RFC 6749 10.2).
    PublicClient,
    /// No consent of this person to this client counts now (TPA-CN-01).
    NoRecord,
    /// It is for one time, or for how long or how far back differs from what was agreed to (RFC 9396).
    DetailsDiffer,
    /// What the person knew of the client is no longer so (TPA-CN-08).
    ClientChanged,
    /// More is asked for than was granted.
    NotCovered,
}

impl AskReason {
    /// The name in logs and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PromptConsent => "prompt_consent",
            Self::PublicClient => "public_client",
            Self::NoRecord => "no_record",
            Self::DetailsDiffer => "details_differ",
            Self::ClientChanged => "client_changed",
            Self::NotCovered => "not_covered",
        }
    }
}

/// What a request needs of a person who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Nothing: this may be granted as it is.
    Nothing {
        /// What is granted: what was asked for, not all that was ever consented to (TPA-CN-09).
        scope: Scope,
        /// The agreement the grant will hang on; none for first parties.
        agreement: Option<AgreementId>,
        /// The earliest end of a consent it rests on.
        until: Option<Timestamp>,
    },
    /// An answer to the complete set (TPA-CN-02).
    Consent {
        /// What is asked for.
        scope: Scope,
        /// Why.
        reason: AskReason,
    },
}

/// What a person granted a client and what still counts. Only consents that are part of an agreement with that client are here: a
/// record that somebody else wrote is no answer of the person to this client's question.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    pub(super) consents: Vec<Consent>,
    pub(super) agreements: BTreeMap<AgreementId, Agreement>,
}

impl Standing {
    /// Whether a consent to this value counts.
    pub(super) fn covers(&self, value: &str) -> bool {
        self.consent_to(value).is_some()
    }

    fn consent_to(&self, value: &str) -> Option<&Consent> {
        self.consents
            .iter()
            .find(|consent| consent.slot.definition.as_str() == value)
    }
}

/// All that the rules look at.
struct Circumstances<'a> {
    tenant: &'a TenantSnapshot,
    client: &'a Client,
    request: &'a AuthorizationRequest,
    scope: &'a Scope,
    standing: &'a Standing,
}

impl<'a> Circumstances<'a> {
    /// The consents that the request would rest on.
    fn rested_on(&self) -> impl Iterator<Item = &'a Consent> {
        let (scope, standing) = (self.scope, self.standing);
        scope
            .values()
            .iter()
            .filter_map(|value| standing.consent_to(value.as_str()))
    }
}

/// A rule: why the person is asked, or nothing.
type Rule = fn(&Circumstances<'_>) -> Option<AskReason>;

/// The rules in order; the first that fits gives the reason.
const RULES: [Rule; 6] = [
    prompt_consent,
    public_client,
    no_record,
    details_differ,
    client_changed,
    not_covered,
];

/// Decides about one request of a person who is logged in.
pub fn need(
    tenant: &TenantSnapshot,
    client: &Client,
    request: &AuthorizationRequest,
    standing: &Standing,
) -> Need {
    let scope = offline::honoured(request, client, standing);
    if !client.is_third_party {
        return Need::Nothing {
            scope,
            agreement: None,
            until: None,
        };
    }
    let reason = {
        let circumstances = Circumstances {
            tenant,
            client,
            request,
            scope: &scope,
            standing,
        };
        RULES.iter().find_map(|rule| rule(&circumstances))
    };
    if let Some(reason) = reason {
        return Need::Consent { scope, reason };
    }
    let consents = || {
        scope
            .values()
            .iter()
            .filter_map(|value| standing.consent_to(value.as_str()))
    };
    // The grant hangs on the agreement that holds what no bundle can do without.
    let bundle = standing.consent_to(Scope::OPENID).or_else(|| consents().next());
    Need::Nothing {
        agreement: bundle.and_then(|consent| consent.agreement),
        until: consents().filter_map(|consent| consent.valid_until).min(),
        scope,
    }
}

fn prompt_consent(at: &Circumstances<'_>) -> Option<AskReason> {
    let mode = at
        .client
        .prompt_consent
        .unwrap_or(at.tenant.tenant.authorization.prompt_consent);
    (mode == PromptConsent::Always && at.request.prompts(Prompt::Consent)).then_some(AskReason::PromptConsent)
}

fn public_client(at: &Circumstances<'_>) -> Option<AskReason> {
    let claimed = at.request.redirect_uri.starts_with("https://");
    (at.client.is_public() && !claimed).then_some(AskReason::PublicClient)
}

fn no_record(at: &Circumstances<'_>) -> Option<AskReason> {
    at.standing.consents.is_empty().then_some(AskReason::NoRecord)
}

/// What is for one time is asked each time. What is asked for with details is covered by an agreement with the same ones only; a request
/// without any is, by every one.
fn details_differ(at: &Circumstances<'_>) -> Option<AskReason> {
    let asked = at.request.details.as_ref()?;
    let differs = |consent: &Consent| {
        let agreement = consent.agreement.and_then(|id| at.standing.agreements.get(&id));
        agreement.is_none_or(|agreement| agreement.disclosure.details.as_ref() != Some(asked))
    };
    (asked.is_once() || at.rested_on().any(differs)).then_some(AskReason::DetailsDiffer)
}

fn client_changed(at: &Circumstances<'_>) -> Option<AskReason> {
    let known = disclosure(at.tenant, at.client, Vec::new());
    let differs = |consent: &Consent| {
        let agreement = consent.agreement.and_then(|id| at.standing.agreements.get(&id));
        agreement.is_none_or(|agreement| {
            let told = &agreement.disclosure;
            told.client_name != known.client_name
                || told.organization != known.organization
                || told.client_type != known.client_type
                || told.redirect_hosts != known.redirect_hosts
                || told.intermediaries != known.intermediaries
        })
    };
    at.rested_on().any(differs).then_some(AskReason::ClientChanged)
}

fn not_covered(at: &Circumstances<'_>) -> Option<AskReason> {
    let all = at
        .scope
        .values()
        .iter()
        .all(|value| at.standing.covers(value.as_str()));
    (!all).then_some(AskReason::NotCovered)
}

impl Ledger {
    /// What a request needs of this person (TPA-CN-07: only their own answers, to this client, for these resources, count).
    pub async fn need_of(
        &self,
        tenant: &TenantSnapshot,
        client: &Client,
        request: &AuthorizationRequest,
        subject: SubjectId,
    ) -> Result<Need, Fault> {
        let standing = if client.is_third_party {
            self.standing(tenant, client, request, subject).await?
        } else {
            Standing::default()
        };
        Ok(need(tenant, client, request, &standing))
    }

    pub(super) async fn standing(
        &self,
        tenant: &TenantSnapshot,
        client: &Client,
        request: &AuthorizationRequest,
        subject: SubjectId,
    ) -> Result<Standing, Fault> {
        let now = self.now();
        let audience = Audience::Client(client.id.clone());
        let qualifier = request.qualifier();
        let consents = self.standing_consents(tenant, subject).await?;
        let mut standing = Standing::default();
        for consent in consents.iter() {
            let of_client = consent.slot.audience == audience && consent.slot.qualifier == qualifier;
            let Some(id) = consent
                .agreement
                .filter(|_| of_client && consent.is_in_force_for_all(now))
            else {
                continue;
            };
            if let Entry::Vacant(unread) = standing.agreements.entry(id) {
                let Some((agreement, _)) = self.inner.store.agreement(tenant.id(), id).await? else {
                    continue;
                };
                unread.insert(agreement);
            }
            if standing
                .agreements
                .get(&id)
                .is_some_and(|agreement| agreement.is_in_force(now))
            {
                standing.consents.push(consent.clone());
            }
        }
        Ok(standing)
    }
}
