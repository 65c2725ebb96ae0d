//! Steps between the first and the last: the person logs in, the person is asked, the browser gives up.

use consentry_domain::{
    DefinitionKey, Timestamp,
    client::{Client, Prompt},
    definition::Wording,
    scope::Scope,
};
use consentry_store::{ChangeSet, CommitError};

use super::{AskReason, AskedItem, AuthorizationRequest, IllegalStep, Interaction, Question};
use crate::{Ledger, TenantSnapshot, error::Fault, sessions::Session, snapshot};

/// Why an interaction did not move on.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// It is somewhere else, or over.
    #[error(transparent)]
    Illegal(#[from] IllegalStep),
    /// Another tab or node moved it meanwhile; look at it again.
    #[error("the interaction was moved on by somebody else")]
    Overtaken,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Ledger {
    /// The login page is shown.
    pub async fn interaction_authenticating(
        &self,
        tenant: &TenantSnapshot,
        interaction: &Interaction,
    ) -> Result<Interaction, MoveError> {
        let step = interaction.step.clone().authenticate()?;
        if step == interaction.step {
            return Ok(interaction.clone());
        }
        self.step_to(tenant, interaction, interaction.stepped(step, None))
            .await
    }

    /// The person logged in for this interaction: the session counts as fresh for it.
    pub async fn interaction_logged_in(
        &self,
        tenant: &TenantSnapshot,
        interaction: &Interaction,
        session: &Session,
    ) -> Result<Interaction, MoveError> {
        let step = interaction.step.clone().logged_in(session.id.clone())?;
        self.step_to(tenant, interaction, interaction.stepped(step, None))
            .await
    }

    /// The person is asked for `scope`; the question binds person and session, and its time begins (TPA-IX-02). The words are
    /// those that fit `languages` now and stay so, whatever is published while the page is open.
    pub async fn ask_for_consent(
        &self,
        tenant: &TenantSnapshot,
        interaction: &Interaction,
        client: &Client,
        session: &Session,
        (scope, reason): (Scope, AskReason),
        languages: &[String],
    ) -> Result<Interaction, MoveError> {
        let now = self.now();
        let question = Question {
            subject: session.subject,
            session: session.id.clone(),
            items: asked_items(tenant, &scope, languages),
            scope,
            consent_uri: client.consent_uri.clone(),
            reason,
            asked_at: now,
            auth_time: session.auth_time,
            decision_token: None,
        };
        let until = now.plus(client.interaction_lifetime(&tenant.tenant));
        let step = interaction.step.clone().ask(question)?;
        self.step_to(tenant, interaction, interaction.stepped(step, Some(until)))
            .await
    }

    /// The interaction is given up. One that is over is fine.
    pub async fn cancel_interaction(
        &self,
        tenant: &TenantSnapshot,
        interaction: &Interaction,
    ) -> Result<(), Fault> {
        let Ok(step) = interaction.step.clone().cancel() else {
            return Ok(());
        };
        match self
            .step_to(tenant, interaction, interaction.stepped(step, None))
            .await
        {
            Ok(_) | Err(MoveError::Illegal(_) | MoveError::Overtaken) => Ok(()),
            Err(MoveError::Fault(fault)) => Err(fault),
        }
    }

    pub(super) async fn step_to(
        &self,
        tenant: &TenantSnapshot,
        from: &Interaction,
        to: Interaction,
    ) -> Result<Interaction, MoveError> {
        let mut change = ChangeSet::new(tenant.id(), self.now());
        change.expect.push(from.unchanged());
        change.rows.push(to.put()?);
        match self.commit(change).await {
            Ok(_receipt) => Ok(to),
            Err(CommitError::Stale) => Err(MoveError::Overtaken),
            Err(error) => Err(MoveError::Fault(error.into())),
        }
    }
}

fn asked_items(tenant: &TenantSnapshot, scope: &Scope, languages: &[String]) -> Vec<AskedItem> {
    let item = |definition: &DefinitionKey| {
        let wording = tenant.wording_for(definition, languages.iter().map(String::as_str));
        AskedItem {
            definition: definition.clone(),
            digest: wording.and_then(|wording| snapshot::digest_of(wording).ok()),
            wording: wording.map(|wording| Wording {
                version: wording.version,
                locale: wording.locale.clone(),
            }),
        }
    };
    scope.values().iter().map(item).collect()
}

impl Interaction {
    /// Whether this session is the one the question was put to: the same session of the same person (TPA-IX-02).
    pub fn is_put_to(&self, session: Option<&Session>) -> bool {
        let (Some(question), Some(session)) = (self.step.question(), session) else {
            return false;
        };
        question.session == session.id && question.subject == session.subject
    }

    /// Whether a session is fresh enough for this interaction (TPA-CN-05): begun for it, or neither `prompt=login` nor `max_age`
    /// asks for more.
    pub fn is_authenticated_by(&self, session: &Session, now: Timestamp) -> bool {
        self.step.own_session() == Some(session.id.as_str()) || self.request.accepts(session, now)
    }
}

impl AuthorizationRequest {
    /// Whether a session that was there before the request is fresh enough for it.
    pub fn accepts(&self, session: &Session, now: Timestamp) -> bool {
        let in_time = |seconds: i64| seconds > 0 && now.seconds_since(session.auth_time) <= seconds;
        !self.prompts(Prompt::Login) && self.max_age.is_none_or(in_time)
    }
}
