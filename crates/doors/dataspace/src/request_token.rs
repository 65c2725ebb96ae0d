//! Consent request tokens: an application speaks of a person, and its party signs for it (dataspace-consent-protocol 8.1).
//!
//! Nothing is fetched before the application is known and its party is the one that is registered for it. A token may be shown again:
//! clients in the field reuse theirs, and two of one second are the same bytes.

use std::sync::Arc;

use axum::response::Response;
use consentry_domain::{Qualifier, Timestamp, client::Client};
use consentry_ledger::{
    TenantSnapshot,
    dataspace::{Provider, Relation, SourceLogin, Spoken, request::AskedPerson},
    rates::Quota,
};
use consentry_web::{
    error::{ApiError, registry},
    rate_limits,
    visit::Visit,
};
use http::HeaderMap;

use crate::{
    Signers,
    parties::{Name, Parties, PartyError, Place, Remembered, Signer},
    provider::{provider, require_open},
    signed::{NoStatement, Statement, Times, parse, party_domain, shown},
};

/// Name of the header.
pub(crate) const HEADER: &str = "x-consent-request-token";

/// Longest name of a person.
const LONGEST_SUB: usize = 255;

/// What a good request token says. It may be shown again (dataspace-consent-protocol 4.1).
struct Admission {
    client: Arc<Client>,
    provider: Provider,
    login: SourceLogin,
    qualifier: Qualifier,
    sub: String,
    app: String,
    appiss: String,
    times: Times,
    /// By what requests about the person are counted.
    counted: String,
    signer: Signer,
}

/// Request tokens that were found good, by the tenant as it was then: whatever is configured since may have changed what they mean.
#[derive(Default)]
pub(crate) struct Admissions(Remembered<Arc<Admission>, TenantSnapshot>);

/// Who asks, and about whom.
pub(crate) struct Asker {
    admission: Arc<Admission>,
    /// The person as they logged in, and the application; none where nobody of that name is known here.
    pub relation: Option<Relation>,
    quota: Quota,
}

impl Asker {
    /// An answer that says how often the person may still be asked about (enforcement-events-evidence COM-11).
    pub(crate) fn told(&self, answer: Response) -> Response {
        rate_limits::told(answer, Some(&self.quota))
    }

    /// The application.
    pub(crate) fn client(&self) -> &Client {
        &self.admission.client
    }

    /// The provider that was asked.
    pub(crate) fn provider(&self) -> &Provider {
        &self.admission.provider
    }

    /// Whom it asks for.
    pub(crate) fn person(&self) -> AskedPerson<'_> {
        AskedPerson {
            subject: self.relation.as_ref().map(|relation| relation.subject),
            login: &self.admission.login,
            sub: &self.admission.sub,
        }
    }

    /// What a token says of the person and the application: what the application said itself.
    pub(crate) fn spoken(&self) -> Spoken<'_> {
        Spoken {
            sub: &self.admission.sub,
            login: &self.admission.login,
            app: &self.admission.app,
            appiss: &self.admission.appiss,
        }
    }
}

/// Checks the token of a request.
pub(crate) async fn admit(visit: &Visit, signers: &Signers, headers: &HeaderMap) -> Result<Asker, ApiError> {
    require_open(visit)?;
    let token = shown(headers, HEADER).map_err(refused)?;
    let (ledger, tenant) = (visit.ledger(), &visit.tenant);
    let now = ledger.now();
    let name = Name::of(token);
    let known = signers.admissions.0.get(&name, tenant);
    let admission = if let Some(known) = known.filter(|known| known.signer.counts(now)) {
        known
            .times
            .check(&tenant.tenant.dataspace, now)
            .map_err(refused)?;
        known
    } else {
        let admission = Arc::new(read(visit, &signers.parties, token, now).await?);
        signers.admissions.0.put(name, tenant, Arc::clone(&admission));
        admission
    };
    let Admission {
        client, login, sub, ..
    } = &*admission;
    let quota = ledger
        .count_signed_request(tenant, client, &admission.counted)
        .map_err(|quota: Quota| rate_limits::exceeded(&quota))?;
    let subject = ledger.source_person(tenant, client, login, sub).await?;
    let relation = subject.map(|subject| Relation {
        subject,
        client: client.id.clone(),
        qualifier: admission.qualifier.clone(),
    });
    Ok(Asker {
        admission,
        relation,
        quota,
    })
}

/// Reads a token, and has its signature checked.
async fn read(visit: &Visit, parties: &Parties, token: &str, now: Timestamp) -> Result<Admission, ApiError> {
    let provider = provider(visit)?;
    let statement = parse(token).map_err(refused)?;
    let settings = &visit.tenant.tenant.dataspace;
    // Steps 3 and 4: what is read here is not believed yet, and only chooses whose key is needed.
    let issuer = statement.text("iss").map_err(refused)?;
    let domain = party_domain(issuer).ok_or_else(|| refused(NoStatement::Malformed("iss is no party")))?;
    let app = statement.text("app").map_err(refused)?;
    let appiss = statement.text("appiss").map_err(refused)?;
    let not_allowed = || ApiError::new(&registry::APPLICATION_NOT_ALLOWED);
    let client = visit
        .tenant
        .source_application(&provider, appiss, app)
        .ok_or_else(not_allowed)?;
    let own = settings.application(&client.id).ok_or_else(not_allowed)?;
    if own.party != domain {
        return Err(not_allowed());
    }
    let party = Place::Party {
        domain,
        configuration: own.party_configuration.as_deref(),
    };
    let signer = signed_by(parties, &party, &statement, now).await?;
    let times = statement
        .check(&provider.issuer, settings, now)
        .map_err(refused)?;
    let (sub, subiss, acr) = (
        statement.text("sub").map_err(refused)?,
        statement.text("subiss").map_err(refused)?,
        statement.text("acr").map_err(refused)?,
    );
    let login = visit
        .tenant
        .source_login(&provider, subiss, acr)
        .ok_or_else(|| ApiError::new(&registry::SUBJECT_ISSUER_NOT_ALLOWED))?;
    if sub.is_empty() || sub.chars().count() > LONGEST_SUB || sub.chars().any(char::is_control) {
        return Err(refused(NoStatement::Malformed("sub is not 1 to 255 characters")));
    }
    Ok(Admission {
        client: Arc::clone(client),
        qualifier: visit.tenant.qualifier_of(&login),
        counted: visit.tenant.asked_person(client, sub),
        sub: sub.to_owned(),
        app: app.to_owned(),
        appiss: appiss.to_owned(),
        login,
        provider,
        times,
        signer,
    })
}

async fn signed_by(
    parties: &Parties,
    party: &Place<'_>,
    statement: &Statement<'_>,
    now: Timestamp,
) -> Result<Signer, ApiError> {
    match parties.check(party, (statement.token, &statement.kid), now).await {
        Ok(signer) => Ok(signer),
        Err(PartyError::NotSigned) => Err(refused(NoStatement::Malformed("no key of the party signed it"))),
        Err(PartyError::Unavailable { seconds }) => {
            Err(ApiError::new(&registry::PARTY_KEYS_UNAVAILABLE).retry_after(seconds))
        }
    }
}

/// The answer to what is no good request token. Which rule it broke is for the log.
fn refused(reason: NoStatement) -> ApiError {
    let code = match reason {
        NoStatement::Missing => &registry::REQUEST_TOKEN_MISSING,
        NoStatement::Expired => &registry::REQUEST_TOKEN_EXPIRED,
        NoStatement::Malformed(_) => &registry::REQUEST_TOKEN_INVALID,
    };
    ApiError::new(code).because(reason)
}
