//! A request for consent to data sources, from the moment an application made it until its one answer.
//!
//! It is kept among the interactions, under a keyed hash of its id, so that no handle of another kind leads to it.

use consentry_domain::{ClientId, DefinitionKey, SubjectId, Timestamp, definition::Wording};
use consentry_store::{ChangeSet, CommitError, Expect, Hash, InteractionRow, Row, RowChange, RowKey};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::people::{Relation, SourceLogin};
use crate::{
    Draw as _, Ledger, TenantSnapshot,
    error::Fault,
    interactions::AskedItem,
    opaque::{base64url, from_base64url},
    sessions::Session,
    snapshot,
    stored_json::{from_json, to_json},
};

/// How often what is shown is written again when somebody else was faster.
const ATTEMPTS: u32 = 3;

/// A data source that an application wants, and how badly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Its key.
    pub source: DefinitionKey,
    /// Whether nothing of the request is granted without it.
    pub required: bool,
}

/// What a person was asked, frozen when it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceQuestion {
    /// Id of the session it was put to.
    pub session: String,
    /// What lacked consent, in the order of the request.
    pub wanted: Vec<Wanted>,
    /// The words for each, in the same order.
    pub items: Vec<AskedItem>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceOutcome {
    /// Something was granted, or everything was granted already.
    Success,
    /// Nothing was granted.
    Fail,
}

impl SourceOutcome {
    /// As `status` says it on the way back (dataspace-consent-protocol 5.4).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Fail => "fail",
        }
    }
}

/// A request, seen at a moment.
#[derive(Debug, Clone)]
pub struct SourceRequest {
    /// Who asks.
    pub client: ClientId,
    /// Who is asked; none where the application named nobody who is known here, yet.
    pub subject: Option<SubjectId>,
    /// How they logged in at the application.
    pub login: SourceLogin,
    /// What for, each data source once.
    pub wanted: Vec<Wanted>,
    /// Where the browser returns to, once an address was found good.
    pub return_url: Option<String>,
    /// What was shown, once somebody was asked.
    pub question: Option<SourceQuestion>,
    /// Its end, once there is one.
    pub outcome: Option<SourceOutcome>,
    /// Their name at a provider beside our own, as a keyed hash: they may become a person here only on the way to the answer.
    pub(super) name: Option<String>,
    pub(super) row: InteractionRow,
}

/// Whom an application asks for, and how they logged in there.
#[derive(Debug, Clone, Copy)]
pub struct AskedPerson<'a> {
    /// The person; none where nobody is known here by that name, yet.
    pub subject: Option<SubjectId>,
    /// How they logged in.
    pub login: &'a SourceLogin,
    /// What the provider calls them.
    pub sub: &'a str,
}

#[derive(Debug, Serialize, Deserialize)]
struct Detail {
    client: ClientId,
    wanted: Vec<Wanted>,
    /// None of a program that knew one login only, which is the usual one.
    #[serde(default)]
    login: Option<SourceLogin>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default)]
    return_url: Option<String>,
    #[serde(default)]
    question: Option<SourceQuestion>,
    #[serde(default)]
    outcome: Option<SourceOutcome>,
}

impl SourceRequest {
    fn read(tenant: &TenantSnapshot, row: InteractionRow) -> Result<Self, Fault> {
        let detail: Detail = from_json(&row.detail, "request of the dataspace")?;
        Ok(Self {
            client: detail.client,
            subject: row.subject,
            login: detail.login.unwrap_or_else(|| tenant.usual_login()),
            name: detail.name,
            wanted: detail.wanted,
            return_url: detail.return_url,
            question: detail.question,
            outcome: detail.outcome,
            row,
        })
    }

    /// Whether its time is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.row.expires_at
    }

    /// The row to write after it was changed.
    pub(super) fn put(&self) -> Result<RowChange, Fault> {
        let detail = Detail {
            client: self.client.clone(),
            wanted: self.wanted.clone(),
            login: Some(self.login.clone()),
            name: self.name.clone(),
            return_url: self.return_url.clone(),
            question: self.question.clone(),
            outcome: self.outcome,
        };
        Ok(RowChange::Put(Row::Interaction(InteractionRow {
            version: self.row.version.saturating_add(1),
            subject: self.subject,
            terminal: self.outcome.is_some(),
            detail: to_json(&detail, "request of the dataspace")?,
            ..self.row.clone()
        })))
    }

    /// Whom it is about, and for which application.
    pub(super) fn relation(&self, tenant: &TenantSnapshot) -> Option<Relation> {
        Some(Relation {
            subject: self.subject?,
            client: self.client.clone(),
            qualifier: tenant.qualifier_of(&self.login),
        })
    }

    /// The condition under which it may be written: nobody was faster.
    pub(super) const fn unchanged(&self) -> Expect {
        Expect::At(RowKey::Interaction(self.row.hash), self.row.version)
    }

    /// What stands for its id in evidence.
    pub(super) fn trace(&self) -> String {
        base64url(self.row.hash.as_bytes())
    }
}

fn hash_from(text: &str) -> Option<Hash> {
    let bytes: [u8; 32] = from_base64url(text)?.try_into().ok()?;
    Some(Hash::new(bytes))
}

fn hash_of(tenant: &TenantSnapshot, id: &str) -> Hash {
    tenant.keys.lookup("request of the dataspace", id)
}

/// By what the requests of an application about a person are found. A name at another provider says who it is before and after they
/// became a person here.
fn about(tenant: &TenantSnapshot, client: &ClientId, subject: Option<SubjectId>, name: Option<&str>) -> Hash {
    let subject = subject.map(|subject| subject.to_string());
    let who = name.map(str::to_owned).or(subject).unwrap_or_default();
    tenant
        .keys
        .lookup("requests of the dataspace about", &format!("{client} {who}"))
}

impl Ledger {
    /// Keeps a request; answers the id that its page has.
    pub async fn begin_source_request(
        &self,
        tenant: &TenantSnapshot,
        client: &ClientId,
        person: AskedPerson<'_>,
        wanted: Vec<Wanted>,
    ) -> Result<Uuid, Fault> {
        let now = self.now();
        let AskedPerson { subject, login, sub } = person;
        let name = login.issuer.as_ref().map(|issuer| tenant.name_at(issuer, sub));
        let name = name.map(|name| base64url(name.as_bytes()));
        let id = uuid::Builder::from_random_bytes(self.entropy().bytes()).into_uuid();
        let request = SourceRequest {
            client: client.clone(),
            subject,
            wanted,
            return_url: None,
            question: None,
            outcome: None,
            login: login.clone(),
            row: InteractionRow {
                hash: hash_of(tenant, &id.to_string()),
                version: 0,
                browser: about(tenant, client, subject, name.as_deref()),
                subject,
                expires_at: now.plus(tenant.tenant.dataspace.request),
                created_at: now,
                terminal: false,
                detail: String::new(),
            },
            name,
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        change
            .expect
            .push(Expect::Absent(RowKey::Interaction(request.row.hash)));
        change.rows.push(request.put()?);
        let _receipt = self.commit(change).await?;
        Ok(id)
    }

    /// The request of an id, over or not; none where there never was one, or it ended long ago.
    pub async fn source_request(
        &self,
        tenant: &TenantSnapshot,
        id: &str,
    ) -> Result<Option<SourceRequest>, Fault> {
        self.source_request_by_hash(tenant, hash_of(tenant, id)).await
    }

    pub(super) async fn source_request_by_hash(
        &self,
        tenant: &TenantSnapshot,
        hash: Hash,
    ) -> Result<Option<SourceRequest>, Fault> {
        let Some(row) = self.inner.store.interaction(tenant.id(), hash).await? else {
            return Ok(None);
        };
        let mut request = SourceRequest::read(tenant, row)?;
        if request.subject.is_none()
            && let Some(name) = request.name.as_deref().and_then(hash_from)
        {
            request.subject = self.subject_of_name(tenant, name).await?;
        }
        Ok(Some(request))
    }

    /// Writes down what a person is shown, in the best of these languages, and where the browser returns to. Of a request that has ended
    /// meanwhile the end is answered.
    pub async fn ask_for_sources(
        &self,
        tenant: &TenantSnapshot,
        request: SourceRequest,
        shown: Option<(&Session, &[String])>,
        return_url: Option<String>,
    ) -> Result<SourceRequest, Fault> {
        let mut request = request;
        for _ in 0..ATTEMPTS {
            if request.outcome.is_some() {
                return Ok(request);
            }
            let question = match (shown, request.relation(tenant)) {
                (Some((session, languages)), Some(relation)) => {
                    let wanted = self
                        .missing_sources(tenant, Some(&relation), &request.wanted)
                        .await?;
                    Some(SourceQuestion {
                        session: session.id.clone(),
                        items: items(tenant, &wanted, languages),
                        wanted,
                    })
                }
                _ => request.question.clone(),
            };
            if question == request.question && return_url == request.return_url {
                return Ok(request);
            }
            let next = SourceRequest {
                question,
                return_url: return_url.clone(),
                ..request.clone()
            };
            let mut change = ChangeSet::new(tenant.id(), self.now());
            change.expect.push(request.unchanged());
            change.rows.push(next.put()?);
            let hash = request.row.hash;
            match self.commit(change).await {
                Ok(_receipt) => {
                    let version = next.row.version.saturating_add(1);
                    return Ok(SourceRequest {
                        row: InteractionRow { version, ..next.row },
                        ..next
                    });
                }
                Err(CommitError::Stale) => {
                    let read = self.source_request_by_hash(tenant, hash).await?;
                    request = read.ok_or(Fault::Conflict)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::Conflict)
    }

    /// How many requests of an application about a person were declined of late, as far as they asked for something of this one
    /// (dataspace-consent-protocol 12).
    pub async fn recent_denials(
        &self,
        tenant: &TenantSnapshot,
        request: &SourceRequest,
    ) -> Result<u32, Fault> {
        let about = about(tenant, &request.client, request.subject, request.name.as_deref());
        let rows = self
            .inner
            .store
            .interactions_of(tenant.id(), about, self.now())
            .await?;
        let mut denials = 0_u32;
        for row in rows.into_iter().filter(|row| row.terminal) {
            let other = SourceRequest::read(tenant, row)?;
            let overlaps = || {
                let asked = other.wanted.iter().map(|wanted| &wanted.source);
                let mut asked_now = request.wanted.iter().map(|wanted| &wanted.source);
                let asked: Vec<_> = asked.collect();
                asked_now.any(|source| asked.contains(&source))
            };
            if other.outcome == Some(SourceOutcome::Fail) && overlaps() {
                denials = denials.saturating_add(1);
            }
        }
        Ok(denials)
    }

    /// What a form of a request's page carries, so that only that page in that session can send it.
    pub fn source_form_token(&self, tenant: &TenantSnapshot, session: &Session, id: &str) -> String {
        let bound = format!("{} {id}", session.id);
        base64url(tenant.keys.lookup("form of the dataspace", &bound).as_bytes())
    }
}

fn items(tenant: &TenantSnapshot, wanted: &[Wanted], languages: &[String]) -> Vec<AskedItem> {
    let item = |wanted: &Wanted| {
        let wording = tenant.wording_for(&wanted.source, languages.iter().map(String::as_str));
        AskedItem {
            definition: wanted.source.clone(),
            digest: wording.and_then(|wording| snapshot::digest_of(wording).ok()),
            wording: wording.map(|wording| Wording {
                version: wording.version,
                locale: wording.locale.clone(),
            }),
        }
    };
    wanted.iter().map(item).collect()
}
