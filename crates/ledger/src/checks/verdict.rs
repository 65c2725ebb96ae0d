//! The answer to one question, in the order of enforcement-events-evidence 2.4.

use std::{collections::BTreeMap, sync::Arc};

use consentry_domain::{
    AccountId, AccountUses, AgreementId, Audience, Consent, GrantId, Slot, SubjectId, Timestamp, Usage,
    definition::{Definition, DefinitionKind, WordingVersion},
    enforce::{Refusal, allows, standing},
};

use super::{
    checker::Checker,
    question::{Question, Within},
};
use crate::{Ledger, TenantSnapshot, error::Fault, standing::StandingConsents};

/// Seconds that a deny may be kept (2.5).
const DENY_AGE: u32 = 5;

/// Why the answer is what it is (2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The only one of a permit.
    Consented,
    /// Nobody of this name, or nothing was ever decided.
    NoConsent,
    /// Asked, not yet answered.
    Pending,
    /// Answered, and nobody has approved the answer yet.
    PendingApproval,
    /// Refused when asked.
    Denied,
    /// Withdrawn.
    Revoked,
    /// Over.
    Expired,
    /// There is consent, but not to this action.
    Restricted,
    /// The words that were agreed to are too old.
    WrongVersion,
    /// The grant has ended, or does not hold this.
    GrantEnded,
    /// The audience is switched off.
    PartySuspended,
    /// The processing of the person's data is restricted.
    ProcessingRestricted,
    /// The tenant has nothing of this name.
    UnknownResource,
    /// The definition has no such action.
    UnknownAction,
}

impl Reason {
    /// The code on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consented => "consented",
            Self::NoConsent => "no_consent",
            Self::Pending => "pending",
            Self::PendingApproval => "pending_approval",
            Self::Denied => "denied",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Restricted => "restricted",
            Self::WrongVersion => "wrong_version",
            Self::GrantEnded => "grant_ended",
            Self::PartySuspended => "party_suspended",
            Self::ProcessingRestricted => "processing_restricted",
            Self::UnknownResource => "unknown_resource",
            Self::UnknownAction => "unknown_action",
        }
    }
}

impl From<Refusal> for Reason {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoConsent => Self::NoConsent,
            Refusal::Pending => Self::Pending,
            Refusal::Denied => Self::Denied,
            Refusal::Revoked => Self::Revoked,
            Refusal::Expired => Self::Expired,
            Refusal::UnknownAction => Self::UnknownAction,
            Refusal::Restricted => Self::Restricted,
        }
    }
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Why.
    pub reason: Reason,
    /// The consent that decided, where there is one.
    pub consent: Option<Consent>,
    /// Version of the wording that people are asked with now, in the language that was shown.
    pub current_version: Option<WordingVersion>,
    /// The grant that was asked about, where the answer holds within it.
    pub grant: Option<GrantId>,
    /// When this was so.
    pub evaluated_at: Timestamp,
    /// Seconds that the answer may be kept; never beyond the end of the consent (CHK-18).
    pub max_age: u32,
}

impl Verdict {
    /// Whether it may be done.
    pub const fn is_permit(&self) -> bool {
        matches!(self.reason, Reason::Consented)
    }
}

/// One instant of the ledger, from which several questions are answered (CHK-23).
#[derive(Debug)]
pub struct Moment<'a> {
    ledger: &'a Ledger,
    tenant: &'a TenantSnapshot,
    checker: &'a Checker,
    base: &'a str,
    at: Timestamp,
    read: BTreeMap<SubjectId, Arc<StandingConsents>>,
}

impl Ledger {
    /// Now, for questions of somebody who may ask. `base` is the tenant's public base address, without slash at the end: the issuer of
    /// the names by which third parties know people.
    pub fn moment_for<'a>(
        &'a self,
        tenant: &'a TenantSnapshot,
        checker: &'a Checker,
        base: &'a str,
    ) -> Moment<'a> {
        Moment {
            ledger: self,
            tenant,
            checker,
            base,
            at: self.now(),
            read: BTreeMap::new(),
        }
    }
}

impl<'a> Moment<'a> {
    /// When it is.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// Who asks.
    pub const fn checker(&self) -> &'a Checker {
        self.checker
    }

    /// Whether what the asker says about time counts.
    pub fn trusts_clock(&self) -> bool {
        let trusted = &self.tenant.tenant.checks.trusted_clocks;
        trusted.contains(&self.checker.client().id)
    }

    pub(super) const fn ledger(&self) -> &'a Ledger {
        self.ledger
    }

    pub(super) const fn tenant(&self) -> &'a TenantSnapshot {
        self.tenant
    }

    pub(super) const fn base(&self) -> &'a str {
        self.base
    }

    /// Whose names are meant where none is named.
    pub fn default_issuer(&self) -> &'a str {
        match self.checker.party() {
            Some(_) => self.base,
            None => &self.tenant.tenant.checks.default_issuer,
        }
    }

    /// Answers one question. The first step that fails gives the reason (CHK-13). A trusted clock that is ahead can only make the
    /// answer stricter (CHK-09). Where the question says so, the use is recorded, at no cost to the answer.
    pub async fn evaluate(&mut self, question: &Question) -> Result<Verdict, Fault> {
        let verdict = self.judge(question).await?;
        if question.record_use && question.as_of.is_none() {
            self.note_use(question, &verdict);
        }
        Ok(verdict)
    }

    /// What was permitted was used, what was refused was tried. A question that makes no sense is no attempt.
    fn note_use(&self, question: &Question, verdict: &Verdict) {
        let account = question.resource.account.clone();
        let (happened, account) = match verdict.reason {
            Reason::Consented => (Usage::used(self.at), account),
            Reason::UnknownAction => return,
            _ => (Usage::refused(self.at), None),
        };
        let accounts = account.map(|account| AccountUses::used(account, self.at));
        if let Some(consent) = &verdict.consent {
            let (tenant, accounts) = (self.tenant.id(), accounts.unwrap_or_default());
            self.ledger
                .note_use_of_accounts(tenant, consent, happened, accounts);
        }
    }

    async fn judge(&mut self, question: &Question) -> Result<Verdict, Fault> {
        let at = question.as_of.unwrap_or(self.at);
        let verdict = self.evaluate_at(question, at).await?;
        let ahead = question
            .within
            .time
            .filter(|time| *time > at && self.trusts_clock());
        let (true, Some(ahead)) = (verdict.is_permit(), ahead) else {
            return Ok(verdict);
        };
        let then = self.evaluate_at(question, ahead).await?;
        Ok(if then.is_permit() { verdict } else { then })
    }

    async fn evaluate_at(&mut self, question: &Question, at: Timestamp) -> Result<Verdict, Fault> {
        let tenant = self.tenant;
        let Some(definition) = question.resource.definition(tenant) else {
            return Ok(self.deny(Reason::UnknownResource, None));
        };
        let audience = question.audience.audience(tenant);
        if is_suspended(tenant, &audience) {
            return Ok(self.deny(Reason::PartySuspended, None));
        }
        let qualifier = self.qualifier(&question.subject, Some(&question.resource), &question.within);
        let (Some(subject), Some(qualifier)) = (self.person_named(&question.subject).await?, qualifier)
        else {
            return Ok(self.deny(Reason::NoConsent, None));
        };
        let slot = Slot {
            subject,
            definition: definition.key.clone(),
            audience,
            qualifier,
        };
        let consents = match question.as_of {
            None => self.standing_of(subject).await?,
            Some(as_of) => self.past_of(subject, as_of).await?,
        };
        if consents.is_restricted() {
            return Ok(self.deny(Reason::ProcessingRestricted, None));
        }
        let deciding = consents.iter().find(|consent| consent.slot == slot);
        let consent = match standing(deciding, at) {
            Ok(consent) => consent,
            Err(refusal) => {
                let waits = match refusal {
                    Refusal::NoConsent | Refusal::Pending if question.as_of.is_none() => {
                        self.waits(definition, &slot, at).await?
                    }
                    // An older answer that was decided about counts, whatever waits beside it (CHK-15).
                    _ => false,
                };
                let reason = if waits {
                    Reason::PendingApproval
                } else {
                    refusal.into()
                };
                return Ok(self.deny(reason, deciding));
            }
        };
        let shown = consent.wording.as_ref().map(|wording| wording.version);
        if question
            .resource
            .min_version
            .is_some_and(|least| shown < Some(least))
        {
            return Ok(self.deny(Reason::WrongVersion, Some(consent)));
        }
        if let Err(refusal) = allows(definition, consent, &question.action) {
            return Ok(self.deny(refusal.into(), Some(consent)));
        }
        if let (Some(account), None) = (&question.resource.account, question.as_of)
            && !self.opens(account, consent).await?
        {
            return Ok(self.deny(Reason::Restricted, Some(consent)));
        }
        if let Some(grant) = question.within.grant
            && !self.holds(grant, consent, at).await?
        {
            return Ok(self.deny(Reason::GrantEnded, Some(consent)));
        }
        Ok(Verdict {
            grant: question.within.grant,
            ..self.permit(consent, question.as_of)
        })
    }

    /// Whether the person answered, and it waits for approval: only what the tenant itself is told can.
    async fn waits(&self, definition: &Definition, slot: &Slot, at: Timestamp) -> Result<bool, Fault> {
        if definition.kind != DefinitionKind::Purpose || slot.audience != Audience::None {
            return Ok(false);
        }
        self.ledger.awaits_approval(self.tenant, slot, at).await
    }

    /// Whether a consent is about an account: one outside of a bundle is about all of them.
    async fn opens(&self, account: &AccountId, consent: &Consent) -> Result<bool, Fault> {
        let Some(agreement) = consent.agreement else {
            return Ok(true);
        };
        let subject = consent.slot.subject;
        let accounts = self.ledger.accounts_of(self.tenant, subject, agreement).await?;
        Ok(accounts.shares(account))
    }

    /// The consents that decide a person's slots, read once.
    pub(super) async fn standing_of(&mut self, subject: SubjectId) -> Result<Arc<StandingConsents>, Fault> {
        if let Some(known) = self.read.get(&subject) {
            return Ok(Arc::clone(known));
        }
        let consents = self.ledger.standing_consents(self.tenant, subject).await?;
        self.read.insert(subject, Arc::clone(&consents));
        Ok(consents)
    }

    /// Whether what a search found holds for what else was said, as a question about it would (CHK-25).
    pub(super) async fn also_holds(
        &self,
        consent: &Consent,
        account: Option<&AccountId>,
        within: &Within,
    ) -> Result<bool, Fault> {
        let ahead = within.time.filter(|time| *time > self.at && self.trusts_clock());
        for at in [Some(self.at), ahead].into_iter().flatten() {
            if standing(Some(consent), at).is_err() {
                return Ok(false);
            }
            if let Some(grant) = within.grant
                && !self.holds(grant, consent, at).await?
            {
                return Ok(false);
            }
        }
        match account {
            Some(account) => self.opens(account, consent).await,
            None => Ok(true),
        }
    }

    /// Whether a grant is alive and is this consent's: of the same person, for the same audience.
    async fn holds(&self, id: GrantId, consent: &Consent, at: Timestamp) -> Result<bool, Fault> {
        let Some(grant) = self.ledger.grant(self.tenant.id(), id).await? else {
            let bundle = AgreementId::from_uuid(id.uuid());
            return self.is_bundled(bundle, consent, at).await;
        };
        let client = self.tenant.clients.get(&grant.client);
        let is_live = client.is_some_and(|client| grant.is_live(at, client.epoch));
        Ok(is_live
            && grant.subject == consent.slot.subject
            && consent.slot.audience == Audience::Client(grant.client.clone())
            && grant.scope.contains(consent.slot.definition.as_str()))
    }

    /// Whether a bundle is in force and this consent speaks for what is in it.
    async fn is_bundled(&self, id: AgreementId, consent: &Consent, at: Timestamp) -> Result<bool, Fault> {
        let slot = &consent.slot;
        let found = self.ledger.inner.store.agreement(self.tenant.id(), id).await?;
        Ok(found.is_some_and(|(agreement, _)| {
            agreement.is_in_force(at)
                && agreement.subject == slot.subject
                && slot.audience == Audience::Client(agreement.client.clone())
                && agreement.qualifier == slot.qualifier
                && agreement
                    .items
                    .iter()
                    .any(|item| item.definition == slot.definition)
                && consent.agreement.is_none_or(|own| own == agreement.id)
        }))
    }

    /// What was allowed once is not to be kept at all: nothing may be done because of it.
    fn permit(&self, consent: &Consent, as_of: Option<Timestamp>) -> Verdict {
        let longest = match as_of {
            Some(_) => 0,
            None => self.tenant.tenant.checks.max_age_seconds,
        };
        let left = consent
            .valid_until
            .map(|until| until.seconds_since(self.at).max(0));
        let left = left.and_then(|left| u32::try_from(left).ok()).unwrap_or(u32::MAX);
        self.verdict(Reason::Consented, Some(consent), longest.min(left))
    }

    fn deny(&self, reason: Reason, consent: Option<&Consent>) -> Verdict {
        self.verdict(reason, consent, DENY_AGE)
    }

    fn verdict(&self, reason: Reason, consent: Option<&Consent>, max_age: u32) -> Verdict {
        let current = consent.and_then(|consent| {
            let locale = consent.wording.as_ref()?.locale.as_str();
            self.tenant.wording(&consent.slot.definition, locale)
        });
        Verdict {
            reason,
            consent: consent.cloned(),
            current_version: current.map(|wording| wording.version),
            grant: None,
            evaluated_at: self.at,
            max_age,
        }
    }
}

pub(super) fn is_suspended(tenant: &TenantSnapshot, audience: &Audience) -> bool {
    let Audience::Client(id) = audience else {
        return false;
    };
    tenant.clients.get(id).is_none_or(|client| !client.enabled)
}
