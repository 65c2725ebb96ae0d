//! Accounts that several people hold: each sees what the others share of such an account, and may stop that, for this account alone
//! (consent-dashboard B6.8). Who sees whom the data provider says with the accounts, so it can hide one holder from another.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use consentry_domain::{AccountId, AgreementId, State, SubjectId, decision::Door};
use consentry_store::AgreementQuery;

use super::{AccountsError, AccountsRequest, Connection, Subjected};
use crate::{
    Ledger, TenantSnapshot,
    access::{ManageAgreements, Permit},
    embed::CustomerId,
    error::{DecisionError, Fault},
    holdings::{CoHolder, Holding},
};

/// What somebody else shares of an account that both hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JointShare {
    /// The account, as the one who looks knows it.
    pub account: Holding,
    /// Who shares it, in the data provider's words to the one who looks.
    pub holder: CoHolder,
    /// The connection of the other holder. It tells of accounts that are nobody else's business.
    pub connection: Connection,
}

/// Which share of another holder shall end.
#[derive(Debug, Clone)]
pub struct StopJointShare {
    /// Who ends it: a holder of the account.
    pub subject: SubjectId,
    /// The agreement of the other holder.
    pub agreement: AgreementId,
    /// The account.
    pub account: AccountId,
    /// Request id.
    pub request: Option<String>,
}

/// Why a share of another holder was not ended. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum StopJointError {
    /// There is none, or it is none of theirs; one answer for both.
    #[error("no such share of a joint account")]
    Unknown,
    /// It could not be carried out.
    #[error(transparent)]
    Decision(#[from] DecisionError),
}

impl Ledger {
    /// What other holders share now of the accounts that a person holds with them, account by account. The permit's target is the person.
    pub async fn joint_shares(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManageAgreements>,
        subject: SubjectId,
    ) -> Result<Vec<JointShare>, Fault> {
        let held = self.holdings_of(tenant, subject).await?.unwrap_or_default();
        let mut others: BTreeMap<&str, Option<Other>> = BTreeMap::new();
        let mut shares = Vec::new();
        for account in &held {
            for holder in &account.joint_with {
                let known = match others.entry(holder.customer.as_str()) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert(self.other(tenant, permit, subject, holder).await?),
                };
                let Some(other) = known.as_ref().filter(|other| other.held.contains(&account.id)) else {
                    continue;
                };
                let sharing = other.connections.iter();
                let sharing = sharing.filter(|found| found.agreement.accounts.shares(&account.id));
                shares.extend(sharing.map(|connection| JointShare {
                    account: account.clone(),
                    holder: holder.clone(),
                    connection: connection.clone(),
                }));
            }
        }
        Ok(shares)
    }

    /// Takes one account off another holder's agreement, which goes on without it. It is an act of the holder who asks, in the log of the
    /// one whose agreement it is.
    pub async fn stop_joint_share(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManageAgreements>,
        stop: &StopJointShare,
    ) -> Result<JointShare, StopJointError> {
        let shares = self
            .joint_shares(tenant, permit, stop.subject)
            .await
            .map_err(DecisionError::Fault)?;
        let share = shares
            .into_iter()
            .find(|share| share.connection.agreement.id == stop.agreement && share.account.id == stop.account)
            .ok_or(StopJointError::Unknown)?;
        let request = AccountsRequest {
            about: Subjected {
                subject: share.connection.agreement.subject,
                agreement: stop.agreement,
                door: Door::Dashboard,
                request: stop.request.clone(),
            },
            version: None,
            set: vec![(stop.account.clone(), false)],
            others: None,
        };
        // Whether people may choose among accounts does not matter: to stop is everybody's right.
        self.set_accounts(tenant, permit, &request)
            .await
            .map_err(|error| match error {
                AccountsError::Decision(error) => StopJointError::Decision(error),
                AccountsError::UnknownAccount | AccountsError::SwitchedOff => StopJointError::Unknown,
            })?;
        Ok(share)
    }

    /// Whether a person was let to know, by the list of their accounts, that another one holds an account with them.
    pub async fn knows_of_holder(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        other: SubjectId,
    ) -> Result<bool, Fault> {
        let held = self.holdings_of(tenant, subject).await?.unwrap_or_default();
        let named: BTreeSet<&str> = held.iter().flat_map(Holding::holders).collect();
        for customer in named {
            if self.customer_known(tenant, customer).await? == Some(other) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Another holder, with what they have and what they share; none where it is nobody known, or the person themself.
    async fn other(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManageAgreements>,
        subject: SubjectId,
        holder: &CoHolder,
    ) -> Result<Option<Other>, Fault> {
        let found = self.customer_known(tenant, &holder.customer).await?;
        let Some(other) = found.filter(|other| *other != subject) else {
            return Ok(None);
        };
        let held = self.holdings_of(tenant, other).await?.unwrap_or_default();
        let query = AgreementQuery {
            subject: Some(other),
            in_force_at: Some(self.now()),
            ..AgreementQuery::default()
        };
        let connections = self.agreements(tenant, permit, query).await?;
        Ok(Some(Other {
            held: held.into_iter().map(|holding| holding.id).collect(),
            connections: connections
                .into_iter()
                .filter(|found| matches!(found.state, State::Accepted | State::Restricted))
                .collect(),
        }))
    }

    async fn customer_known(&self, tenant: &TenantSnapshot, id: &str) -> Result<Option<SubjectId>, Fault> {
        match CustomerId::parse(id) {
            Ok(customer) => self.find_subject(tenant, &customer.alias()).await,
            Err(_) => Ok(None),
        }
    }
}

/// Another holder: the accounts they have, and what stands of what they share.
struct Other {
    held: BTreeSet<AccountId>,
    connections: Vec<Connection>,
}
