//! An interaction as read from the store, and the row of its next step.

use std::fmt::Write as _;

use consentry_domain::{SubjectId, Timestamp};
use consentry_store::{Expect, Hash, InteractionRow, Row, RowChange, RowKey};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{AuthorizationRequest, Step};
use crate::{
    Ledger, Opaque, TenantSnapshot,
    error::Fault,
    opaque::base64url,
    stored_json::{from_json, to_json},
};

/// Failures with the right cookie that cancel an interaction (TPA-CB-01).
const MOST_FAILURES: u32 = 5;

/// One visit of a browser, seen at a moment.
#[derive(Debug, Clone)]
pub struct Interaction {
    /// What was asked, frozen.
    pub request: AuthorizationRequest,
    /// Where it is; over once its time is.
    pub step: Step,
    /// Failures with the right cookie so far.
    pub failures: u32,
    cookie: String,
    row: InteractionRow,
}

#[derive(Debug, Serialize, Deserialize)]
struct Detail {
    request: AuthorizationRequest,
    step: Step,
    cookie: String,
    #[serde(default)]
    failures: u32,
}

/// Eight hexadecimal digits of the handle's hash, by which its cookie is named (TPA-IX-01).
pub fn cookie_mark(handle: &Opaque) -> String {
    mark(handle.hash())
}

fn mark(hash: Hash) -> String {
    hash.as_bytes()[..4].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Interaction {
    /// A new one: the row to commit, known by the hash of its handle.
    pub(super) fn new(
        hash: Hash,
        cookie: &Opaque,
        browser: &Opaque,
        request: AuthorizationRequest,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Self {
        let row = InteractionRow {
            hash,
            version: 0,
            browser: browser.hash(),
            subject: None,
            expires_at,
            created_at: now,
            terminal: false,
            detail: String::new(),
        };
        Self {
            request,
            step: Step::Created,
            failures: 0,
            cookie: base64url(cookie.hash().as_bytes()),
            row,
        }
    }

    /// Reads a row.
    pub(super) fn read(row: InteractionRow, now: Timestamp) -> Result<Self, Fault> {
        let Detail {
            request,
            step,
            cookie,
            failures,
        } = from_json(&row.detail, "interaction")?;
        let step = if now >= row.expires_at {
            step.expire()
        } else {
            step
        };
        Ok(Self {
            request,
            step,
            failures,
            cookie,
            row,
        })
    }

    /// Eight hexadecimal digits by which its cookie is named.
    pub fn cookie_mark(&self) -> String {
        mark(self.row.hash)
    }

    /// Whether this cookie is the one that the interaction was begun with.
    pub fn is_opened_by(&self, cookie: Option<&Opaque>) -> bool {
        cookie.is_some_and(|cookie| {
            let given = base64url(cookie.hash().as_bytes());
            given.as_bytes().ct_eq(self.cookie.as_bytes()).into()
        })
    }

    /// Whether this `decision_token` is the latest one.
    pub fn is_decided_with(&self, token: Option<&Opaque>) -> bool {
        let latest = self
            .step
            .question()
            .and_then(|question| question.decision_token.as_ref());
        let (Some(token), Some(latest)) = (token, latest) else {
            return false;
        };
        base64url(token.hash().as_bytes())
            .as_bytes()
            .ct_eq(latest.as_bytes())
            .into()
    }

    /// When it was begun.
    pub const fn created_at(&self) -> Timestamp {
        self.row.created_at
    }

    /// From this moment it is over.
    pub const fn expires_at(&self) -> Timestamp {
        self.row.expires_at
    }

    pub(super) const fn hash(&self) -> Hash {
        self.row.hash
    }

    pub(super) const fn version(&self) -> u32 {
        self.row.version
    }

    /// The person, once somebody was asked.
    pub(super) const fn subject(&self) -> Option<SubjectId> {
        self.row.subject
    }

    /// What stands for the handle in evidence (TPA-IX-06).
    pub(super) fn trace(&self, tenant: &TenantSnapshot) -> String {
        base64url(
            tenant
                .keys
                .lookup("interaction", &base64url(self.row.hash.as_bytes()))
                .as_bytes(),
        )
    }

    /// The same interaction after its next step, until a new end where one is given.
    pub(super) fn stepped(&self, step: Step, until: Option<Timestamp>) -> Self {
        let subject = step
            .question()
            .map(|question| question.subject)
            .or(self.row.subject);
        let row = InteractionRow {
            version: self.row.version.saturating_add(1),
            subject,
            expires_at: until.unwrap_or(self.row.expires_at),
            terminal: step.is_terminal(),
            ..self.row.clone()
        };
        Self {
            request: self.request.clone(),
            step,
            failures: self.failures,
            cookie: self.cookie.clone(),
            row,
        }
    }

    /// The same interaction with one more failure; enough of them cancel it.
    pub(super) fn failed(&self) -> Self {
        let failures = self.failures.saturating_add(1);
        let step = self.step.clone();
        let step = if failures >= MOST_FAILURES {
            step.clone().cancel().unwrap_or(step)
        } else {
            step
        };
        Self {
            failures,
            ..self.stepped(step, None)
        }
    }

    /// The row to write.
    pub(super) fn put(&self) -> Result<RowChange, Fault> {
        let detail = Detail {
            request: self.request.clone(),
            step: self.step.clone(),
            cookie: self.cookie.clone(),
            failures: self.failures,
        };
        let detail = to_json(&detail, "interaction")?;
        Ok(RowChange::Put(Row::Interaction(InteractionRow {
            detail,
            ..self.row.clone()
        })))
    }

    /// The condition under which its next step may be written: nobody was faster.
    pub(super) const fn unchanged(&self) -> Expect {
        Expect::At(RowKey::Interaction(self.row.hash), self.row.version)
    }
}

impl Ledger {
    /// The interaction with this handle; none where there never was one, or it ended long ago.
    pub async fn interaction(
        &self,
        tenant: &TenantSnapshot,
        handle: &Opaque,
    ) -> Result<Option<Interaction>, Fault> {
        self.interaction_by_hash(tenant, handle.hash()).await
    }

    pub(super) async fn interaction_by_hash(
        &self,
        tenant: &TenantSnapshot,
        hash: Hash,
    ) -> Result<Option<Interaction>, Fault> {
        let row = self.inner.store.interaction(tenant.id(), hash).await?;
        row.map(|row| Interaction::read(row, self.now())).transpose()
    }
}
