//! Who may read (enforcement-events-evidence 1.2; COM-01, COM-02, EVT-28).

use std::sync::Arc;

use consentry_ledger::feed::Reader;
use consentry_web::{
    client::{Look, Presented, presented, unauthenticated},
    error::{ApiError, registry},
    parameters::{Parameters, Rules},
    query,
    visit::Visit,
};
use http::{HeaderMap, Uri, header};

/// Credentials that some put into the query string, where they end up in logs.
const CREDENTIALS: [&str; 4] = ["access_token", "client_secret", "token", "api_key"];

/// The reader behind a request and its parameters. Credentials are looked at first.
pub(super) async fn admit(
    visit: &Visit,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<(Reader, Parameters), ApiError> {
    let reader = reader(visit, headers, Look::First).await?;
    let parameters = query::read(uri, &Rules::DEFAULT)?;
    if parameters.iter().any(|(name, _)| CREDENTIALS.contains(&name)) {
        return Err(unauthenticated().detail("credentials belong in the Authorization header"));
    }
    Ok((reader, parameters))
}

async fn reader(visit: &Visit, headers: &HeaderMap, look: Look) -> Result<Reader, ApiError> {
    let reader = match presented(visit, headers, look).await? {
        Presented::Client(proven) => Reader::proven(&proven),
        Presented::Token(access) => Reader::token(&access),
    };
    reader.ok_or_else(|| ApiError::new(&registry::INSUFFICIENT_SCOPE))
}

/// What a stream was opened with, to be looked at again while it lasts.
pub(super) struct Standing {
    visit: Visit,
    headers: HeaderMap,
    reader: Reader,
}

impl Standing {
    pub(super) fn of(visit: &Visit, headers: &HeaderMap, reader: &Reader) -> Self {
        let mut kept = HeaderMap::new();
        if let Some(credential) = headers.get(header::AUTHORIZATION) {
            let mut credential = credential.clone();
            credential.set_sensitive(true);
            kept.insert(header::AUTHORIZATION, credential);
        }
        Self {
            visit: visit.clone(),
            headers: kept,
            reader: reader.clone(),
        }
    }

    /// Whether the same credential would open the same stream now. A node that cannot know what others decided keeps no stream open.
    pub(super) async fn holds(&mut self) -> bool {
        if self.visit.ledger().be_current().await.is_err() {
            return false;
        }
        let directory = self.visit.ledger().directory();
        let Some(tenant) = directory.tenant(self.visit.tenant.id()) else {
            return false;
        };
        self.visit.tenant = Arc::clone(tenant);
        reader(&self.visit, &self.headers, Look::Again)
            .await
            .is_ok_and(|now| {
                now.name() == self.reader.name()
                    && now.party().is_some() == self.reader.party().is_some()
                    && now.sees_subjects() == self.reader.sees_subjects()
            })
    }
}
