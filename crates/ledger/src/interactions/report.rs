//! The first party's back end reports the answer; the bound browser then carries it out (third-party-authorization A.8.7).

use consentry_domain::{AccountId, Lifetime, SubjectId, client::ClientAuthority, scope::Scope};
use consentry_store::{ChangeSet, Hash, Row, RowChange, TokenKind, TokenRow};
use serde::{Deserialize, Serialize};

use super::Interaction;
use crate::{
    Caller, Denied, Ledger, Opaque, Target, TenantSnapshot,
    access::{ReportDecisions, authorize},
    error::Fault,
    stored_json::{from_json, to_json},
};

/// How long the browser has to open the address (TPA-CB-08).
const RESUME: Lifetime = Lifetime::seconds(60);

/// What a back end reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Yes or no.
    pub approved: bool,
    /// The person who said so.
    pub subject: SubjectId,
    /// What is granted; none means all.
    pub granted: Option<Scope>,
    /// The accounts it is about; none means all the person has.
    pub accounts: Option<Vec<AccountId>>,
}

/// Why a report was not taken. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// No such interaction, or one of another application, or nobody is asked yet.
    #[error("no such interaction")]
    Unknown,
    /// It is over.
    #[error("the interaction is over")]
    Over,
    /// The caller may not, or the person is another one.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// More than was asked.
    #[error("granted_scope names what was not asked")]
    NotAsked,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[derive(Debug, Serialize, Deserialize)]
struct Detail {
    interaction: Hash,
    approved: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    granted: Option<Scope>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accounts: Option<Vec<AccountId>>,
}

/// A report that the bound browser has come to carry out.
#[derive(Debug, Clone)]
pub struct Reported {
    /// Yes or no.
    pub approved: bool,
    /// What is granted; none means all.
    pub granted: Option<Scope>,
    /// The accounts it is about; none means all the person has.
    pub accounts: Option<Vec<AccountId>>,
    row: TokenRow,
}

impl Reported {
    pub(super) const fn row(&self) -> &TokenRow {
        &self.row
    }
}

impl Ledger {
    /// Takes a report; answers what the bound browser has to open. The decision has no effect until then.
    pub async fn report_decision(
        &self,
        tenant: &TenantSnapshot,
        caller: &Caller,
        handle: &Opaque,
        report: &Report,
    ) -> Result<Opaque, ReportError> {
        let interaction = self.interaction_for(tenant, caller, handle).await?;
        let question = interaction.step.question().ok_or(ReportError::Over)?;
        let told_by_the_person = caller.subject().is_none_or(|subject| subject == question.subject);
        if report.subject != question.subject || !told_by_the_person {
            return Err(Denied {
                action: "answer for this person",
            }
            .into());
        }
        if report
            .granted
            .as_ref()
            .is_some_and(|granted| !granted.is_within(&question.scope))
        {
            return Err(ReportError::NotAsked);
        }
        let now = self.now();
        let resume = Opaque::draw_in(self.entropy(), "rs", question.subject.shard());
        let detail = Detail {
            interaction: interaction.hash(),
            approved: report.approved,
            granted: report.granted.clone(),
            accounts: report.accounts.clone(),
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            hash: resume.hash(),
            kind: TokenKind::Resume,
            version: 1,
            subject: Some(question.subject),
            client: Some(interaction.request.client.as_str().to_owned()),
            grant: None,
            issued_at: now,
            expires_at: now.plus(RESUME),
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail: to_json(&detail, "report")?,
        })));
        let _receipt = self.commit(change).await.map_err(Fault::from)?;
        Ok(resume)
    }

    /// The report and the interaction that a browser has come to carry out; no report when it was used or came too late.
    pub async fn reported_decision(
        &self,
        tenant: &TenantSnapshot,
        resume: &Opaque,
    ) -> Result<Option<(Interaction, Option<Reported>)>, Fault> {
        let Some(row) = self.token(tenant.id(), resume.hash()).await? else {
            return Ok(None);
        };
        if row.kind != TokenKind::Resume {
            return Ok(None);
        }
        let detail: Detail = from_json(&row.detail, "report")?;
        let Some(interaction) = self.interaction_by_hash(tenant, detail.interaction).await? else {
            return Ok(None);
        };
        let usable = row.consumed_at.is_none() && row.revoked_at.is_none() && self.now() < row.expires_at;
        let report = usable.then(|| Reported {
            approved: detail.approved,
            granted: detail.granted,
            accounts: detail.accounts,
            row: row.as_ref().clone(),
        });
        Ok(Some((interaction, report)))
    }

    /// An interaction as the first party may see it: its own, and only while somebody is asked (TPA-CB-07).
    pub(super) async fn interaction_for(
        &self,
        tenant: &TenantSnapshot,
        caller: &Caller,
        handle: &Opaque,
    ) -> Result<Interaction, ReportError> {
        // Whoever may report for no application at all is refused before anything is looked up.
        let own = match caller {
            Caller::Client { application, .. } => Some(*application),
            Caller::Subject {
                via: crate::Via::AccessToken { client, .. },
                ..
            } => tenant.client(client.as_str()).map(|client| client.application),
            _ => None,
        };
        let Some(own) = own else {
            return Err(Denied {
                action: "report decisions",
            }
            .into());
        };
        let _permit = authorize::<ReportDecisions>(caller, Target::Application(own))?;
        let interaction = self
            .interaction(tenant, handle)
            .await?
            .ok_or(ReportError::Unknown)?;
        let application = interaction.request.application;
        let everywhere = matches!(
            caller,
            Caller::Client {
                authority: ClientAuthority::Tenant,
                ..
            }
        );
        let theirs = everywhere || own == application;
        if !theirs || (interaction.step.question().is_none() && !interaction.step.is_terminal()) {
            return Err(ReportError::Unknown);
        }
        Ok(interaction)
    }
}
