//! Keeping a connection for longer, here (consent-dashboard B6.2); and saying that one does not recognise it (B6.6).

use consentry_domain::{
    Agreement, AgreementId, Command, Lifetime, SubjectId, Timestamp,
    command::{Act, Renew, Report},
    decision::Door,
    grant::Grant,
    tenant::Renewal,
};
use consentry_store::{Expect, Row, RowChange, RowKey, Seeds};

use crate::{
    Ledger, TenantSnapshot,
    access::{ManageAgreements, Permit},
    carry_out::Plan,
    error::DecisionError,
};

/// How long before the end of an agreement it may be moved.
pub const RENEWAL_WINDOW: Lifetime = Lifetime::days(30);

/// Most days from now that an agreement may be kept for.
pub const MOST_DAYS: u16 = 365;

/// Which agreement, and how it came to that.
#[derive(Debug, Clone)]
pub struct Subjected {
    /// Whose.
    pub subject: SubjectId,
    /// Which agreement.
    pub agreement: AgreementId,
    /// Where it was asked.
    pub door: Door,
    /// Request id.
    pub request: Option<String>,
}

/// Why an agreement was not kept for longer. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    /// The tenant has it done elsewhere or not at all, it has no end, its end is not near, it is for one time, or it is over.
    #[error("this agreement is not kept for longer here and now")]
    NotAllowed,
    /// No day, or more than a year of them.
    #[error("an agreement is kept for 1 to 365 days")]
    Days,
    /// It could not be carried out.
    #[error(transparent)]
    Decision(#[from] DecisionError),
}

/// Whether an agreement may be kept for longer now: from 30 days before its end on, and as long as it stands; one for one time never.
pub fn is_renewable(agreement: &Agreement, now: Timestamp) -> bool {
    agreement.is_in_force(now)
        && !agreement.is_once()
        && agreement
            .valid_until
            .is_some_and(|until| until <= now.plus(RENEWAL_WINDOW))
}

impl Ledger {
    /// Moves the end of an agreement to so many days from now, with that of all its consents and of the grants under it. The words the
    /// person was shown at first are those they are shown again.
    pub async fn renew_agreement(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManageAgreements>,
        about: &Subjected,
        days: u16,
    ) -> Result<(), RenewError> {
        if tenant.tenant.dashboard.renewal != Renewal::Provider {
            return Err(RenewError::NotAllowed);
        }
        if days == 0 || days > MOST_DAYS {
            return Err(RenewError::Days);
        }
        let decision = self.ids().decision(about.subject);
        let grants = self
            .inner
            .store
            .grants_of(tenant.id(), about.subject, None)
            .await
            .map_err(DecisionError::from)?;
        let grants: Vec<Grant> = grants
            .into_iter()
            .filter(|grant| grant.agreement == Some(about.agreement))
            .collect();
        self.carry_out(tenant, permit, about.seeds(), |before, now| {
            let agreement = before.touched.agreements.get(&about.agreement);
            let Some(agreement) = agreement.filter(|agreement| is_renewable(agreement, now)) else {
                return Err(RenewError::NotAllowed);
            };
            let until = now.plus(Lifetime::days(i64::from(days)));
            let mut plan = Plan {
                command: Some(Command::Renew(Renew {
                    act: Act {
                        texts: agreement.disclosure.texts.clone(),
                        ..about.act(permit, decision)
                    },
                    agreement: about.agreement,
                    valid_until: until,
                })),
                ..Plan::default()
            };
            for grant in &grants {
                let client = tenant.clients.get(&grant.client);
                let Some(client) = client.filter(|client| grant.offline && grant.is_live(now, client.epoch))
                else {
                    continue;
                };
                let window = grant.created_at.plus(client.refresh_window(&tenant.tenant));
                let longer = Grant {
                    version: grant.version.saturating_add(1),
                    expires_at: grant.expires_at.max(window.min(until)),
                    ..grant.clone()
                };
                if longer.expires_at > grant.expires_at {
                    plan.expect
                        .push(Expect::At(RowKey::Grant(grant.id), grant.version));
                    plan.rows.push(RowChange::Put(Row::Grant(longer)));
                }
            }
            Ok(plan)
        })
        .await?;
        Ok(())
    }

    /// Tells the data provider that the person does not recognise an agreement, which goes on as it is.
    pub async fn report_agreement(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManageAgreements>,
        about: &Subjected,
    ) -> Result<(), DecisionError> {
        let decision = self.ids().decision(about.subject);
        self.carry_out(tenant, permit, about.seeds(), |_before, _now| {
            Ok::<_, DecisionError>(Plan {
                command: Some(Command::Report(Report {
                    act: about.act(permit, decision),
                    agreement: about.agreement,
                })),
                ..Plan::default()
            })
        })
        .await?;
        Ok(())
    }
}

impl Subjected {
    pub(super) fn seeds(&self) -> Seeds {
        Seeds {
            agreements: vec![self.agreement],
            ..Seeds::default()
        }
    }

    pub(super) fn act(
        &self,
        permit: &Permit<ManageAgreements>,
        decision: consentry_domain::DecisionId,
    ) -> Act {
        Act {
            decision,
            subject: self.subject,
            door: self.door,
            actor: permit.caller().actor(),
            credential: permit.caller().credential(),
            texts: Vec::new(),
            interaction: None,
            request: self.request.clone(),
        }
    }
}
