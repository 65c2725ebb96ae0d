//! Who may read (enforcement-events-evidence 1.2; COM-01, COM-02, EVT-28).

use std::sync::Arc;

use consentry_ledger::{
    Opaque,
    feed::{Reader, Shown},
};
use consentry_web::{
    client::{Look, Presented, presented, unauthenticated},
    error::{ApiError, registry},
    parameters::{Parameters, Rules},
    query,
    visit::Visit,
};
use http::{HeaderMap, Uri, header};

use super::wish;

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

/// The parameter that carries a ticket.
const TICKET: &str = "ticket";

/// How a stream is opened.
pub(super) enum Opening {
    /// By a reader that may.
    Reader(Box<(Reader, Parameters, Again)>),
    /// With a ticket that is over: there is nothing, so that a browser does not come again (EVT-28).
    Nothing,
}

/// Who opens a stream: a reader with its credential, or a page with a ticket (EVT-29).
pub(super) async fn admit_stream(visit: &Visit, headers: &HeaderMap, uri: &Uri) -> Result<Opening, ApiError> {
    let has_ticket = uri.query().is_some_and(|query| {
        let mut pairs = query.split('&');
        pairs.any(|pair| pair.split('=').next() == Some(TICKET))
    });
    if !has_ticket {
        let (reader, parameters) = admit(visit, headers, uri).await?;
        return Ok(Opening::Reader(Box::new((
            reader,
            parameters,
            Again::of(headers),
        ))));
    }
    let parameters = query::read(uri, &Rules::DEFAULT)?;
    if let Some((name, _)) = parameters.iter().find(|(name, _)| *name != TICKET) {
        return Err(wish::wrong(name, "was said when the ticket was asked for"));
    }
    let ticket = Opaque::received(parameters.one(TICKET)?.unwrap_or_default());
    let shown = visit
        .ledger()
        .show_event_ticket(&visit.tenant, &ticket, visit.address);
    match shown.await? {
        Shown::Opened { reader, asked } => {
            let asked = Parameters::parse(asked.as_bytes(), &Rules::DEFAULT)?;
            Ok(Opening::Reader(Box::new((reader, asked, Again::Ticket))))
        }
        Shown::Over => Ok(Opening::Nothing),
        Shown::Unknown => Err(unauthenticated().detail("the ticket is none, or not for this address")),
    }
}

/// How the credential behind a stream is looked at again.
pub(super) enum Again {
    /// It came with the request.
    Credential(HeaderMap),
    /// A ticket was asked for with it.
    Ticket,
}

impl Again {
    fn of(headers: &HeaderMap) -> Self {
        let mut kept = HeaderMap::new();
        if let Some(credential) = headers.get(header::AUTHORIZATION) {
            let mut credential = credential.clone();
            credential.set_sensitive(true);
            kept.insert(header::AUTHORIZATION, credential);
        }
        Self::Credential(kept)
    }
}

/// What a stream was opened with, to be looked at again while it lasts.
pub(super) struct Standing {
    visit: Visit,
    again: Again,
    reader: Reader,
}

impl Standing {
    pub(super) fn of(visit: &Visit, again: Again, reader: &Reader) -> Self {
        Self {
            visit: visit.clone(),
            again,
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
        let now = match &self.again {
            Again::Credential(headers) => reader(&self.visit, headers, Look::Again).await.ok(),
            Again::Ticket => {
                let again = self.visit.ledger().reader_again(&self.visit.tenant, &self.reader);
                again.await.ok().flatten()
            }
        };
        now.is_some_and(|now| {
            now.name() == self.reader.name()
                && now.party().is_some() == self.reader.party().is_some()
                && now.sees_subjects() == self.reader.sees_subjects()
        })
    }
}
