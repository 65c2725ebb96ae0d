//! Somebody used an interaction wrongly: nothing is issued, it is on record, and five times are enough (TPA-CB-01).

use consentry_domain::decision::Door;
use consentry_store::{ChangeSet, CommitError};
use serde_json::{Map, json};

use super::Interaction;
use crate::{Ledger, TenantSnapshot, error::Fault, events};

/// What was wrong (third-party-authorization A.8.2). The name goes into the event `interaction.rejected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misuse {
    /// It is over: answered, expired or cancelled.
    Over,
    /// Without its cookie, or with another one.
    ForeignBrowser,
    /// Without the session it was put to.
    ForeignSession,
    /// From a page that has nothing to do with it.
    ForeignPage,
    /// More than was asked.
    NotAsked,
    /// Without the latest `decision_token`.
    DecisionToken,
}

impl Misuse {
    /// The name in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::ForeignBrowser => "foreign_browser",
            Self::ForeignSession => "foreign_session",
            Self::ForeignPage => "foreign_page",
            Self::NotAsked => "not_asked",
            Self::DecisionToken => "decision_token",
        }
    }

    /// Whether it counts towards cancelling: somebody without the cookie must not be able to cancel.
    const fn counts(self) -> bool {
        !matches!(self, Self::Over | Self::ForeignBrowser)
    }
}

impl Ledger {
    /// Records a misuse. Failures with the right cookie are counted, and the fifth cancels. Without a person nothing is known that
    /// could be recorded about one; then a log line is all.
    pub async fn reject_interaction(
        &self,
        tenant: &TenantSnapshot,
        interaction: &Interaction,
        misuse: Misuse,
    ) -> Result<(), Fault> {
        tracing::info!(
            interaction.trace = %interaction.trace(tenant),
            interaction.state = interaction.step.name(),
            misuse = misuse.as_str(),
            "interaction refused"
        );
        let Some(current) = self.interaction_by_hash(tenant, interaction.hash()).await? else {
            return Ok(());
        };
        let mut change = ChangeSet::new(tenant.id(), self.now());
        if misuse.counts() && !current.step.is_terminal() {
            change.expect.push(current.unchanged());
            change.rows.push(current.failed().put()?);
        }
        if let Some(subject) = current.subject()
            && let Some(key) = self.subject_key(tenant, subject).await?
        {
            let ids = self.ids();
            let mut note = Map::new();
            note.insert("reason".to_owned(), json!(misuse.as_str()));
            note.insert("interaction".to_owned(), json!(current.trace(tenant)));
            let act = (ids.decision(subject), subject, Door::Authorization);
            let party = Some(current.request.client.as_str().to_owned());
            change.events.push(events::of_note(
                &ids,
                &key,
                "interaction.rejected",
                act,
                party,
                note,
            )?);
        }
        if change.is_empty() {
            return Ok(());
        }
        match self.commit(change).await {
            // Overtaken: whatever happened to it is on record by itself.
            Ok(_) | Err(CommitError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
