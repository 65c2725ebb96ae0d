//! The grant and the code that an answer leads to.

use consentry_domain::{
    AgreementId, Timestamp, agreement::Disclosure, client::Client, decision::TextShown, grant::Grant,
    scope::Scope,
};
use consentry_store::{Row, RowChange};

use super::AuthorizationRequest;
use crate::{
    Ledger, Opaque, TenantSnapshot,
    error::Fault,
    sessions::Session,
    tokens::code::{CodeDetail, NewCode},
};

/// A code on its way to the client.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The code.
    pub code: Opaque,
}

/// What a grant rests on.
pub(super) struct Basis<'a> {
    pub client: &'a Client,
    pub request: &'a AuthorizationRequest,
    pub session: &'a Session,
    pub agreement: Option<AgreementId>,
    pub scope: &'a Scope,
    /// The earliest end of a consent behind it.
    pub until: Option<Timestamp>,
}

impl Ledger {
    /// Draws a code and the rows of it and of its grant. Nothing exists until they are committed.
    pub(super) fn draw_grant(
        &self,
        tenant: &TenantSnapshot,
        basis: &Basis<'_>,
        now: Timestamp,
    ) -> Result<(Issued, [RowChange; 2]), Fault> {
        let Basis {
            client,
            request,
            session,
            agreement,
            scope,
            until,
        } = *basis;
        let offline = scope.contains(Scope::OFFLINE_ACCESS);
        let longest = if offline {
            now.plus(client.refresh_window(&tenant.tenant))
        } else {
            session.expires_at
        };
        let grant = Grant {
            id: crate::Ids {
                now,
                entropy: self.entropy(),
            }
            .grant(session.subject),
            version: 1,
            subject: session.subject,
            application: client.application,
            client: client.id.clone(),
            agreement,
            scope: scope.clone(),
            resources: request.resources.clone(),
            qualifier: request.qualifier(),
            session: Some(session.id.clone()),
            offline,
            auth_time: session.auth_time,
            amr: session.amr(Timestamp::EPOCH),
            created_at: now,
            expires_at: until.map_or(longest, |until| until.min(longest)),
            ended: None,
        };
        let new = NewCode {
            subject: session.subject,
            client: client.id.clone(),
            grant: grant.id,
            detail: CodeDetail {
                redirect_uri: request.redirect_uri.clone(),
                code_challenge: request.code_challenge.clone(),
                nonce: request.nonce.clone(),
                scope: scope.clone(),
                acr: request.acr_of(&tenant.tenant.authorization.sign_in, session),
                claims: request.claims.id_token.clone(),
                with_details: request.details.is_some(),
            },
        };
        let (code, token) = self.draw_code(tenant, &new, now)?;
        Ok((
            Issued { code },
            [
                RowChange::Put(Row::Grant(grant)),
                RowChange::Put(Row::Token(token)),
            ],
        ))
    }
}

/// What a person is told about a client.
pub fn disclosure(tenant: &TenantSnapshot, client: &Client, texts: Vec<TextShown>) -> Disclosure {
    let party = tenant.party_of(client);
    Disclosure {
        client_name: client.name.clone(),
        organization: party.map_or_else(
            || client.settings.organization_name.clone(),
            |party| Some(party.legal_name.clone().unwrap_or_else(|| party.name.clone())),
        ),
        redirect_hosts: client.redirect_hosts(),
        client_type: client.client_type.as_str().to_owned(),
        texts,
        intermediaries: client.settings.intermediaries.clone(),
        details: None,
    }
}
