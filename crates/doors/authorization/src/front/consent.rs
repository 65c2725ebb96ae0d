//! The hosted consent page: who asks, for what, why, until when, and two answers of equal weight.

use axum::{extract::Request, response::Response};
use consentry_domain::{
    DefinitionKey, client::Client, definition::Wording, scope::Scope, subject::Namespace,
};
use consentry_ledger::{
    Opaque,
    interactions::{Approval, Interaction, Misuse, Question, disclosure},
};
use consentry_web::{
    error::{ApiError, registry},
    form, logos, origin,
    page::{Page, ShownName},
    parameters::{Parameters, Rules},
    texts::negotiate,
    visit::Visit,
};
use http::{HeaderMap, Method, StatusCode};
use jiff::tz::TimeZone;
use url::Url;

use super::{
    answer,
    browser::{self, Browser},
    failure::Failure,
    page, proceed,
    redirect::see_other,
};

#[derive(askama::Template)]
#[template(path = "authorization/consent.html")]
struct ConsentPage {
    page: Page,
    client: ShownName,
    /// Path of its logo; empty where there is none.
    logo: String,
    organization: Option<ShownName>,
    /// Whether the operator has verified who asks (B22-02).
    verified: bool,
    host: String,
    /// Through whom the client gets the data, in words; none: from nobody but the bank (consent-dashboard B11 US-3).
    through: Option<String>,
    purpose: Option<String>,
    items: Vec<Item>,
    /// What stands before [`Self::until`].
    how_long: &'static str,
    until: String,
    /// How far back data may be asked for, where the client says so.
    lookback: Option<String>,
    interaction: String,
    /// Whether a part of what is asked can be chosen: there is more than one thing to choose from.
    divisible: bool,
    problem: String,
}

/// One thing that is asked for.
struct Item {
    value: String,
    title: String,
    data: String,
    purpose: String,
    /// Language of the words, where they are the tenant's and not the interface's.
    locale: Option<String>,
    /// Whether it can be left out: everything but `openid` (TPA-CN-10).
    optional: bool,
}

impl ConsentPage {
    /// What stands under the client's name.
    fn detail(&self) -> &str {
        self.organization
            .as_ref()
            .map_or("", |organization| &organization.short)
    }
}

impl Item {
    /// The picture beside it.
    fn icon(&self) -> &'static str {
        match self.value.as_str() {
            Scope::OPENID => "person",
            Scope::OFFLINE_ACCESS => "renew",
            _ => "data",
        }
    }
}

/// The page of a question; `problem` is what was wrong with an answer.
pub(super) async fn page_for(
    visit: &Visit,
    client: &Client,
    handle: &Opaque,
    interaction: &Interaction,
    problem: &'static str,
) -> Result<Response, Failure> {
    let question = interaction.step.question().ok_or_else(Failure::over)?;
    let request = &interaction.request;
    let name = ShownName::new(&client.name);
    let language = negotiate(page::languages(visit, &request.ui_locales));
    let title = language
        .text("consent-title")
        .with("client", name.short.clone())
        .to_string();
    let mut page = page::titled(visit, language, title);
    page.person = visit
        .ledger()
        .name_of(&visit.tenant, question.subject, Namespace::Login)
        .await?;
    let validity = request.consent_lifetime(client, &visit.tenant.tenant);
    let end = visit
        .ledger()
        .now()
        .plus(validity)
        .to_jiff()
        .to_zoned(TimeZone::UTC);
    let told = disclosure(&visit.tenant, client, Vec::new());
    let through = told.intermediaries.iter();
    let through: Vec<String> = through
        .filter_map(|party| visit.tenant.parties.get(party))
        .map(|party| ShownName::new(&party.name).short)
        .collect();
    let items = items(visit, &page, question);
    let template = ConsentPage {
        how_long: if request.is_once() {
            "dashboard-how-long"
        } else {
            "consent-until"
        },
        until: if request.is_once() {
            let text = language.text("consent-until-once");
            text.with("client", name.short.as_str()).to_string()
        } else {
            let text = language.text("consent-until-text");
            text.with("date", language.date(end.date())).to_string()
        },
        lookback: request
            .details
            .as_ref()
            .and_then(|details| details.lookback_period)
            .map(|days| {
                let text = language.text("lookback-days");
                text.with("count", u64::from(days)).to_string()
            }),
        organization: told
            .organization
            .filter(|organization| *organization != client.name)
            .map(|name| ShownName::new(&name)),
        verified: visit.tenant.party_of(client).is_some_and(|party| party.verified),
        host: host(&request.redirect_uri),
        through: (!through.is_empty()).then(|| {
            language
                .text("dashboard-chain")
                .with("app", name.short.as_str())
                .with("through", language.list(through.iter().map(String::as_str)))
                .with("bank", page.brand.name.as_str())
                .to_string()
        }),
        purpose: client.purpose.clone(),
        divisible: items.iter().filter(|item| item.optional).count() > 1,
        items,
        logo: logos::of_client(&visit.tenant, client),
        client: name,
        interaction: handle.expose().to_owned(),
        problem: if problem.is_empty() {
            String::new()
        } else {
            page.text(problem).to_string()
        },
        page,
    };
    Ok(page::answer(&template.page, &template, &[&request.redirect_uri]))
}

/// `POST /consent`.
pub(super) async fn post(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut asked = Vec::new();
    let done = async {
        let own = visit
            .house
            .origin(&visit.tenant)
            .ok_or_else(|| ApiError::internal("no public origin"))?;
        origin::guard(&Method::POST, &parts.headers, &own)?;
        let form = form::read(&parts.headers, body, &Rules::DEFAULT)
            .await
            .map_err(ApiError::from)?;
        decide(&visit, &parts.headers, &form, &mut asked).await
    };
    let done = done.await;
    done.unwrap_or_else(|failure: Failure| failure.html(&visit, &asked))
}

async fn decide(
    visit: &Visit,
    headers: &HeaderMap,
    form: &Parameters,
    asked: &mut Vec<String>,
) -> Result<Response, Failure> {
    if let Some(repeated) = form.repeated_except(&["granted_scope"]) {
        return Err(ApiError::from(repeated).into());
    }
    let handle = Opaque::received(form.one("interaction").ok().flatten().unwrap_or_default());
    let found = visit.ledger().interaction(&visit.tenant, &handle).await?;
    let interaction = found.ok_or_else(Failure::unknown)?;
    asked.clone_from(&interaction.request.ui_locales);
    answer::still_asked(visit, &interaction).await?;
    answer::own_browser(visit, headers, &interaction).await?;
    let session = answer::own_session(visit, headers, &interaction).await?;
    let question = interaction.step.question().ok_or_else(Failure::over)?;
    if question.consent_uri.is_some() {
        visit
            .ledger()
            .reject_interaction(&visit.tenant, &interaction, Misuse::ForeignPage)
            .await?;
        return Err(Failure::foreign("This question is asked on another page"));
    }
    let approval = |granted| Approval {
        granted,
        accounts: None,
        report: None,
        request_id: Some(visit.request_id.to_string()),
    };
    match form.one("decision").ok().flatten() {
        Some("approve") => answer::give(visit, &interaction, &session, true, &approval(None)).await,
        Some("decline") => answer::give(visit, &interaction, &session, false, &approval(None)).await,
        Some("approve_part") => match ticked(form, question) {
            Ok(part) if part.is_empty() => nothing_ticked(visit, &handle, &interaction).await,
            Ok(part) => answer::give(visit, &interaction, &session, true, &approval(Some(part))).await,
            Err(failure) => {
                visit
                    .ledger()
                    .reject_interaction(&visit.tenant, &interaction, Misuse::NotAsked)
                    .await?;
                Err(failure)
            }
        },
        Some("switch") => start_over(visit, headers, &interaction).await,
        _ => Err(ApiError::new(&registry::INVALID_REQUEST)
            .detail("decision is missing or not one of the answers")
            .into()),
    }
}

/// The values that were ticked. `openid` goes without saying and is not among them.
fn ticked(form: &Parameters, question: &Question) -> Result<Scope, Failure> {
    let values: Vec<&str> = form.all("granted_scope").collect();
    let wrong = || ApiError::new(&registry::INVALID_REQUEST).detail("granted_scope names what was not asked");
    let part = Scope::parse(&values.join(" ")).map_err(|_| wrong())?;
    if part.is_within(&question.scope) {
        Ok(part)
    } else {
        Err(wrong().into())
    }
}

/// A part was to be chosen and none was: most likely an oversight, so the page asks again.
async fn nothing_ticked(
    visit: &Visit,
    handle: &Opaque,
    interaction: &Interaction,
) -> Result<Response, Failure> {
    let client = visit
        .tenant
        .client(interaction.request.client.as_str())
        .ok_or_else(Failure::over)?;
    let mut answer = page_for(visit, client, handle, interaction, "consent-none-ticked").await?;
    *answer.status_mut() = StatusCode::BAD_REQUEST;
    Ok(answer)
}

/// Somebody else sits here: the session ends, and the same request begins anew with a login.
async fn start_over(
    visit: &Visit,
    headers: &HeaderMap,
    interaction: &Interaction,
) -> Result<Response, Failure> {
    let ledger = visit.ledger();
    if let Some(bearer) = Browser::new(visit, headers).session_bearer() {
        ledger.log_out(&visit.tenant, &bearer).await?;
    }
    ledger.cancel_interaction(&visit.tenant, interaction).await?;
    let begun = {
        let counted_by = Browser::new(visit, headers).counted_by();
        ledger
            .begin_interaction(&visit.tenant, interaction.request.clone(), counted_by.as_ref())
            .await?
    };
    let mut cookies = browser::keep_interaction(visit, &begun)?;
    cookies.push(browser::forget_interaction(visit, interaction)?);
    cookies.push(browser::forget_session(visit)?);
    Ok(see_other(&proceed::path(&begun.handle), cookies)?)
}

/// What is asked for: data first, then what steers the connection. Within each, in the order of the request.
fn items(visit: &Visit, page: &Page, question: &Question) -> Vec<Item> {
    let mut values: Vec<&DefinitionKey> = question.scope.values().iter().collect();
    values.sort_by_key(|value| matches!(value.as_str(), Scope::OPENID | Scope::OFFLINE_ACCESS));
    values
        .into_iter()
        .map(|value| item(visit, page, value, question.wording(value)))
        .collect()
}

/// The words for one value: those the tenant published, since they are what the evidence names; without any, the interface's own
/// for what steers the protocol, and else what the definition says of itself.
fn item(visit: &Visit, page: &Page, value: &DefinitionKey, wording: Option<&Wording>) -> Item {
    let published = wording.and_then(|shown| {
        visit
            .tenant
            .wording_at(value, shown.locale.as_str(), shown.version)
    });
    let definition = visit.tenant.definitions.get(value);
    let named = || {
        let name = definition.and_then(|definition| definition.display_name.clone());
        name.unwrap_or_else(|| value.as_str().to_owned())
    };
    let own = |title: String, data: String| Item {
        value: value.as_str().to_owned(),
        title,
        data,
        purpose: String::new(),
        locale: None,
        optional: value.as_str() != Scope::OPENID,
    };
    match (published, value.as_str()) {
        (Some(words), _) => Item {
            purpose: words.purpose.clone(),
            locale: Some(words.locale.as_str().to_owned()),
            ..own(words.title.clone().unwrap_or_else(named), words.data.clone())
        },
        (None, Scope::OPENID) => own(
            page.text("consent-openid").to_string(),
            page.text("consent-openid-text").to_string(),
        ),
        (None, Scope::OFFLINE_ACCESS) => own(
            page.text("consent-offline").to_string(),
            page.text("consent-offline-text").to_string(),
        ),
        (None, _) => own(
            named(),
            definition
                .and_then(|definition| definition.description.clone())
                .unwrap_or_default(),
        ),
    }
}

/// Where an approval sends what was granted, as people can recognise it.
fn host(redirect_uri: &str) -> String {
    let url = Url::parse(redirect_uri).ok();
    let host = url.as_ref().and_then(|url| {
        let host = url.host_str().filter(|_| url.scheme().starts_with("http"))?;
        Some(
            url.port()
                .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        )
    });
    host.or_else(|| url.map(|url| url.scheme().to_owned()))
        .unwrap_or_default()
}
