//! What happened to an agreement, from the log (consent-dashboard B6.3).

use std::collections::{BTreeMap, btree_map::Entry};

use consentry_domain::{Agreement, AgreementId, Fact, SubjectId, Timestamp, decision::Actor};

use crate::{
    Ledger, TenantSnapshot,
    access::{ManageAgreements, Permit},
    error::Fault,
    verify::Opened,
};

/// Events that are read at once.
const AT_ONCE: u32 = 500;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Happened,
    /// By whom, where that is known and the person may know it: of another holder of an account only where the data provider lets
    /// the person see them.
    pub by: Option<Actor>,
    /// The agreement as it was afterwards.
    pub agreement: Agreement,
}

/// What can happen to an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// It came to be.
    Granted,
    /// It is about other accounts.
    AccountsChanged,
    /// Less of it stands than before.
    Narrowed,
    /// Its end was moved.
    Renewed,
    /// The person did not recognise it.
    Reported,
    /// It ended.
    Ended,
}

impl Happened {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::AccountsChanged => "accounts_changed",
            Self::Narrowed => "narrowed",
            Self::Renewed => "renewed",
            Self::Reported => "reported",
            Self::Ended => "ended",
        }
    }
}

impl Ledger {
    /// All that happened to an agreement, oldest first. The permit covers its person.
    pub async fn agreement_history(
        &self,
        tenant: &TenantSnapshot,
        _permit: &Permit<ManageAgreements>,
        agreement: &Agreement,
    ) -> Result<Vec<HistoryEntry>, Fault> {
        let mut history: Vec<HistoryEntry> = Vec::new();
        let mut known: BTreeMap<SubjectId, bool> = BTreeMap::new();
        let mut next = 0;
        loop {
            let page = self
                .inner
                .store
                .events_of(tenant.id(), agreement.subject, next, AT_ONCE)
                .await?;
            let Some(last) = page.last() else { break };
            next = last.index.saturating_add(1);
            for event in page.iter().filter(|event| event.kind.starts_with("grant.")) {
                let Opened::Body(body) = self.body(tenant, event).await? else {
                    continue;
                };
                let before = history.last().map(|entry| &entry.agreement);
                if let Some((what, then)) = body
                    .happened
                    .as_ref()
                    .and_then(|fact| happened(fact, agreement.id, before))
                {
                    let ended = then.ended.as_ref().map(|ended| ended.by.clone());
                    // What another system kept was granted when it was granted there.
                    let at = match &body.happened {
                        Some(Fact::AgreementImported { agreement }) => agreement.created_at,
                        _ => event.at,
                    };
                    let mut by = ended.or(body.told.actor);
                    let other = by.as_ref().and_then(|by| by.subject);
                    if let Some(other) = other.filter(|other| *other != agreement.subject) {
                        let is_known = match known.entry(other) {
                            Entry::Occupied(known) => *known.get(),
                            Entry::Vacant(new) => {
                                let asked = self.knows_of_holder(tenant, agreement.subject, other);
                                *new.insert(asked.await?)
                            }
                        };
                        by = by.filter(|_| is_known);
                    }
                    history.push(HistoryEntry {
                        at,
                        what,
                        by,
                        agreement: then,
                    });
                }
            }
        }
        Ok(history)
    }
}

fn happened(fact: &Fact, id: AgreementId, before: Option<&Agreement>) -> Option<(Happened, Agreement)> {
    let agreement = fact.agreement().filter(|agreement| agreement.id == id)?.clone();
    let what = match fact {
        Fact::AgreementCreated { .. } | Fact::AgreementImported { .. } => Happened::Granted,
        Fact::AgreementChanged { .. } if before.is_some_and(|was| was.accounts != agreement.accounts) => {
            Happened::AccountsChanged
        }
        Fact::AgreementChanged { .. } => Happened::Narrowed,
        Fact::AgreementRenewed { .. } => Happened::Renewed,
        Fact::AgreementReported { .. } => Happened::Reported,
        Fact::AgreementEnded { .. } => Happened::Ended,
        // Whoever reads a history sees the end in the agreement.
        _ => return None,
    };
    Some((what, agreement))
}
