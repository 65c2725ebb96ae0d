//! Lists of consents: filters, pages, order (TPA-CO-08).

use axum::response::Response;
use consentry_domain::{ApplicationId, ClientId, State, SubjectId, shown};
use consentry_ledger::{
    Permit,
    access::ManageAgreements,
    agreements::{AgreementQuery, Connection},
};
use consentry_web::{
    error::{ApiError, FieldError, registry},
    parameters::{Parameters, Rules},
    query,
    visit::Visit,
};
use http::Uri;

use super::{
    cursor::{self, Position},
    wire::{self, Detail},
};
use crate::back::answer;

/// Most entries of a page, and of a list for which no limit was given.
const LARGEST_PAGE: usize = 200;

/// Agreements read at once while looking for those of one status.
const STEP: usize = 256;

/// Most reads for one page. A page that is not full by then says where to go on.
const MOST_READS: usize = 40;

/// Which consents are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Active,
    All,
    Only(State),
}

/// A list request after reading.
pub(super) struct List {
    status: Status,
    limit: usize,
    cursor: Option<String>,
    client: Option<String>,
    user: Option<String>,
}

/// Reads the query string; a parameter may appear once.
pub(super) fn parameters(uri: &Uri) -> Result<Parameters, ApiError> {
    let parameters = query::read(uri, &Rules::OAUTH)?;
    match parameters.repeated() {
        Some(repeated) => Err(repeated.into()),
        None => Ok(parameters),
    }
}

impl List {
    /// Reads filters and page.
    pub(super) fn read(parameters: &Parameters) -> Result<Self, ApiError> {
        let text = |name| parameters.one(name).map(|value| value.map(str::to_owned));
        Ok(Self {
            status: status(parameters.one("status")?)?,
            limit: limit(parameters.one("limit")?)?,
            cursor: text("cursor")?,
            client: text("client_id")?,
            user: text("user_id")?,
        })
    }

    /// Answers one page of what an application, or one person within it, agreed to.
    pub(super) async fn answer(
        &self,
        visit: &Visit,
        permit: &Permit<ManageAgreements>,
        application: ApplicationId,
        subject: Option<SubjectId>,
        detail: Detail,
    ) -> Result<Response, ApiError> {
        let question = self.question(application, subject);
        let after = match &self.cursor {
            Some(cursor) => Some(
                cursor::decode(&visit.tenant, &question, cursor)
                    .ok_or_else(|| ApiError::new(&registry::CURSOR_MISMATCH))?,
            ),
            None => None,
        };
        let (found, next) = match self.query(application, subject) {
            Some(query) => self.page(visit, permit, query, after).await?,
            None => (Vec::new(), None),
        };
        let result = found
            .iter()
            .filter_map(|seen| wire::Consent::new(&visit.tenant, seen, detail))
            .collect::<Vec<_>>();
        answer(&wire::Result {
            result,
            next_cursor: next.map(|position| cursor::encode(&visit.tenant, &question, position)),
        })
    }

    /// None: a filter that nothing can fit, because it is no id.
    fn query(&self, application: ApplicationId, subject: Option<SubjectId>) -> Option<AgreementQuery> {
        let client = match &self.client {
            Some(client) => Some(ClientId::parse(client).ok()?),
            None => None,
        };
        let subject = match (&self.user, subject) {
            (Some(user), None) => Some(user.parse().ok()?),
            (_, subject) => subject,
        };
        Some(AgreementQuery {
            subject,
            application: Some(application),
            client,
            ..AgreementQuery::default()
        })
    }

    async fn page(
        &self,
        visit: &Visit,
        permit: &Permit<ManageAgreements>,
        query: AgreementQuery,
        after: Option<Position>,
    ) -> Result<(Vec<Connection>, Option<Position>), ApiError> {
        let step = if self.status == Status::Active {
            self.limit + 1
        } else {
            STEP
        };
        let in_force_at = (self.status == Status::Active).then(|| visit.ledger().now());
        let limit = u32::try_from(step).unwrap_or(u32::MAX);
        let mut found = Vec::new();
        let mut position = after;
        for _ in 0..MOST_READS {
            let query = AgreementQuery {
                after: position,
                in_force_at,
                limit,
                ..query.clone()
            };
            let read = visit.ledger().agreements(&visit.tenant, permit, query).await?;
            let last = read.len() < step;
            for seen in read {
                let fits = self.status.fits(seen.state);
                if fits && found.len() == self.limit {
                    return Ok((found, position));
                }
                position = Some((seen.agreement.created_at, seen.agreement.id));
                if fits {
                    found.push(seen);
                }
            }
            if last {
                return Ok((found, None));
            }
        }
        Ok((found, position))
    }

    /// All that a cursor depends on.
    fn question(&self, application: ApplicationId, subject: Option<SubjectId>) -> String {
        let subject = subject.map(|subject| subject.to_string());
        let user = subject.as_deref().or(self.user.as_deref()).unwrap_or_default();
        let client = self.client.as_deref().unwrap_or_default();
        format!("{application}\n{client}\n{user}\n{:?}", self.status)
    }
}

impl Status {
    fn fits(self, state: State) -> bool {
        match self {
            Self::Active => state == State::Accepted,
            Self::All => shown::authorization(state).is_some(),
            Self::Only(only) => state == only,
        }
    }
}

fn status(text: Option<&str>) -> Result<Status, ApiError> {
    match text {
        None | Some("active") => Ok(Status::Active),
        Some("all") => Ok(Status::All),
        Some("expired") => Ok(Status::Only(State::Expired)),
        Some("revoked") => Ok(Status::Only(State::Revoked)),
        Some("superseded") => Ok(Status::Only(State::Superseded)),
        Some(_) => Err(wrong(
            "status",
            "must be all, active, expired, revoked or superseded",
        )),
    }
}

fn limit(text: Option<&str>) -> Result<usize, ApiError> {
    let Some(text) = text else { return Ok(LARGEST_PAGE) };
    let limit = text
        .parse()
        .ok()
        .filter(|limit| (1..=LARGEST_PAGE).contains(limit));
    limit.ok_or_else(|| wrong("limit", "must be a whole number from 1 to 200"))
}

pub(super) fn wrong(name: &'static str, detail: &'static str) -> ApiError {
    ApiError::new(&registry::INVALID_PARAMETER).field(FieldError::parameter(name, detail))
}
