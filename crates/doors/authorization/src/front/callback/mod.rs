//! The first party reports the answer through the browser: `GET /auth/consent/callback` (third-party-authorization A.8.2).
//!
//! Step 1, the method, is the route's: `HEAD` and `OPTIONS` are 405 and reach nothing.

pub(super) mod report;

use axum::{extract::Request, response::Response};
use consentry_domain::{AccountId, Accounts, client::Client, scope::Scope, tenant::CallbackMode};
use consentry_ledger::{
    Opaque,
    interactions::{Approval, Interaction, Misuse},
};
use consentry_web::{
    error::{ApiError, registry},
    origin::{self, Origin},
    parameters::{Parameters, Rules},
    query,
    visit::Visit,
};
use http::{HeaderMap, Uri};
use url::Url;

use super::{answer, failure::Failure};

/// `GET /auth/consent/callback`.
pub(super) async fn get(visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let done = call_back(&visit, &parts.headers, &parts.uri).await;
    done.unwrap_or_else(|failure| failure.negotiated(&visit, &parts.headers))
}

async fn call_back(visit: &Visit, headers: &HeaderMap, uri: &Uri) -> Result<Response, Failure> {
    if origin::speculative(headers) {
        return Err(Failure::foreign("Speculative loads are not served here"));
    }
    let told = Told::read(uri)?;
    if !origin::navigation(headers) {
        return Err(Failure::foreign(
            "Navigate the browser here instead of fetching, or report the answer with POST",
        ));
    }
    let found = visit.ledger().interaction(&visit.tenant, &told.handle).await?;
    let interaction = found.ok_or_else(Failure::unknown)?;
    answer::still_asked(visit, &interaction).await?;
    answer::own_browser(visit, headers, &interaction).await?;
    let session = answer::own_session(visit, headers, &interaction).await?;
    let client = visit
        .tenant
        .client(interaction.request.client.as_str())
        .ok_or_else(Failure::over)?;
    expected_page(visit, headers, client, &interaction).await?;
    let accounts = told.accounts.clone();
    within_asked(visit, &interaction, told.granted.as_ref()).await?;
    decided_by_back_end(visit, client, &interaction, told.decision_token.as_ref()).await?;
    let approval = Approval {
        granted: told.granted,
        accounts,
        report: None,
        request_id: Some(visit.request_id.to_string()),
    };
    answer::give(visit, &interaction, &session, told.approved, &approval).await
}

/// What the parameters say (step 3).
struct Told {
    handle: Opaque,
    approved: bool,
    granted: Option<Scope>,
    /// The accounts it is about (consent-dashboard D1).
    accounts: Option<Vec<AccountId>>,
    decision_token: Option<Opaque>,
}

impl Told {
    fn read(uri: &Uri) -> Result<Self, ApiError> {
        let invalid = |detail: &'static str| ApiError::new(&registry::INVALID_REQUEST).detail(detail);
        let parameters = query::read(uri, &Rules::DEFAULT)?;
        if let Some(repeated) = parameters.repeated_except(&["granted_scope", "account"]) {
            return Err(repeated.into());
        }
        let handle = parameters
            .one("src_interaction")?
            .filter(|handle| !handle.is_empty());
        let approved = match parameters.one("approved")? {
            Some("true") => true,
            Some("false") => false,
            _ => return Err(invalid("approved must be exactly true or false")),
        };
        Ok(Self {
            handle: handle
                .map(Opaque::received)
                .ok_or_else(|| invalid("src_interaction is missing"))?,
            approved,
            granted: granted(&parameters).map_err(|()| invalid("granted_scope is not a scope"))?,
            accounts: accounts(&parameters).map_err(|()| invalid("account is not an account id"))?,
            decision_token: parameters.one("decision_token")?.map(Opaque::received),
        })
    }
}

/// `granted_scope`, repeated or separated by spaces; none where it was not sent.
fn granted(parameters: &Parameters) -> Result<Option<Scope>, ()> {
    let values: Vec<&str> = parameters.all("granted_scope").collect();
    if values.is_empty() {
        return Ok(None);
    }
    Scope::parse(&values.join(" ")).map(Some).map_err(|_| ())
}

/// `account`, repeated; none where it was not sent. An error: one cannot be an id, or they are too many.
fn accounts(parameters: &Parameters) -> Result<Option<Vec<AccountId>>, ()> {
    let named: Vec<&str> = parameters.all("account").collect();
    if named.is_empty() {
        return Ok(None);
    }
    let ids: Result<Vec<AccountId>, _> = named.into_iter().map(AccountId::parse).collect();
    match ids {
        Ok(ids) if ids.len() <= Accounts::MOST => Ok(Some(ids)),
        Ok(_) | Err(_) => Err(()),
    }
}

/// Step 9: a page that says where it comes from is the first party's or our own.
async fn expected_page(
    visit: &Visit,
    headers: &HeaderMap,
    client: &Client,
    interaction: &Interaction,
) -> Result<(), Failure> {
    let question = interaction.step.question().ok_or_else(Failure::over)?;
    let application = visit.tenant.applications.get(&client.application);
    let hosts = application
        .map(|application| application.consent_hosts.as_slice())
        .unwrap_or_default();
    let listed = hosts.iter().map(|host| format!("https://{host}"));
    let accepted: Vec<Origin> = listed
        .chain(question.consent_uri.clone())
        .filter_map(|address| Url::parse(&address).ok().and_then(|url| Origin::of(&url)))
        .chain(visit.house.origin(&visit.tenant))
        .collect();
    if origin::referrer(headers, &accepted) {
        return Ok(());
    }
    visit
        .ledger()
        .reject_interaction(&visit.tenant, interaction, Misuse::ForeignPage)
        .await?;
    Err(Failure::foreign(
        "The page this call came from is not the consent page",
    ))
}

/// Step 10: nothing is granted that was not asked.
async fn within_asked(
    visit: &Visit,
    interaction: &Interaction,
    granted: Option<&Scope>,
) -> Result<(), Failure> {
    let question = interaction.step.question().ok_or_else(Failure::over)?;
    if granted.is_none_or(|granted| granted.is_within(&question.scope)) {
        return Ok(());
    }
    visit
        .ledger()
        .reject_interaction(&visit.tenant, interaction, Misuse::NotAsked)
        .await?;
    Err(ApiError::new(&registry::INVALID_REQUEST)
        .detail("granted_scope names what was not asked")
        .into())
}

/// Step 11: in strict mode only what the first party's back end knows decides (A.8.5). A question that no page of the first party
/// asks is not answered here at all.
async fn decided_by_back_end(
    visit: &Visit,
    client: &Client,
    interaction: &Interaction,
    decision_token: Option<&Opaque>,
) -> Result<(), Failure> {
    let question = interaction.step.question().ok_or_else(Failure::over)?;
    if question.consent_uri.is_none() {
        visit
            .ledger()
            .reject_interaction(&visit.tenant, interaction, Misuse::ForeignPage)
            .await?;
        return Err(Failure::foreign("This question is asked on the hosted page"));
    }
    let mode = client
        .callback_mode
        .unwrap_or(visit.tenant.tenant.authorization.callback_mode);
    if mode == CallbackMode::Compat || interaction.is_decided_with(decision_token) {
        return Ok(());
    }
    visit
        .ledger()
        .reject_interaction(&visit.tenant, interaction, Misuse::DecisionToken)
        .await?;
    Err(Failure::foreign("decision_token is missing or not the latest"))
}
