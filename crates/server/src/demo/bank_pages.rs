//! The bank's own pages, on an origin of their own: the page that frames the dashboard, signing in with the bank's own client, and
//! the bank's own consent page (Consent URI).

use std::sync::Arc;

use askama::Template;
use axum::{
    Form,
    extract::{Query, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use consentry_jose::constant_time_eq;
use consentry_ledger::{Draw, opaque};
use consentry_web::{headers, page::Page};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{
    Demo, DemoError,
    third_party::form_target,
    visitors::{self, Visitor},
};

const APP: &str = "bank";

#[derive(Debug, Template)]
#[template(path = "demo/bank.html")]
struct BankHome {
    page: Page,
    username: String,
    frame: String,
    start: String,
}

#[derive(Debug, Template)]
#[template(path = "demo/bank_consent.html")]
struct BankConsent {
    page: Page,
    username: String,
    client_name: String,
    organization: String,
    scopes: Vec<String>,
    offline: bool,
    until: String,
    src_interaction: String,
    form_token: String,
}

/// What comes back from the issuer.
#[derive(Debug, Deserialize)]
pub(super) struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// What the issuer sends to a Consent URI (third-party-authorization A.5, step 4).
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    src_interaction: String,
}

/// The person's answer.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    src_interaction: String,
    form_token: String,
    approved: bool,
}

#[derive(Debug, Deserialize)]
struct LookedUp {
    result: Interaction,
}

#[derive(Debug, Deserialize)]
struct Interaction {
    user_id: String,
    client: AskingClient,
    requested_scope: Vec<String>,
    offline_access: bool,
    consent_expires_at: i64,
    decision_token: String,
}

#[derive(Debug, Deserialize)]
struct AskingClient {
    name: String,
    organization_name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Ticket {
    access_token: String,
}

/// The customer's page with "connected apps" in a frame.
pub(super) async fn home(State(demo): State<Arc<Demo>>, headers: HeaderMap) -> Result<Response, DemoError> {
    if let Some(elsewhere) = demo.not_at_the_bank(&headers, "/demo/bank") {
        return Ok(elsewhere);
    }
    let (id, visitor) = demo.visitors.find(&headers, APP, demo.entropy.as_ref());
    let Some(user_id) = visitor.user_id.clone() else {
        return demo.sign_in(id, visitor, "/demo/bank");
    };
    let Some(customer) = demo
        .bank
        .customers
        .iter()
        .find(|customer| customer.user_id == user_id)
    else {
        return Err(DemoError::Visitor("this person is no customer of the bank"));
    };
    let ticket = demo.ticket(&customer.customer_id).await?;
    let home = BankHome {
        page: Demo::page("Connected apps", "Harbor Bank"),
        username: customer.username.clone(),
        frame: format!(
            "{}/embed/authorizations?access_token={ticket}",
            demo.addresses.base_url
        ),
        start: format!("{}/demo", demo.addresses.base_url),
    };
    html(&home, &[], &[&demo.addresses.base_url])
}

/// Back from signing in with the bank's own client.
pub(super) async fn callback(
    State(demo): State<Arc<Demo>>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Result<Response, DemoError> {
    let (id, mut visitor) = demo.visitors.find(&headers, APP, demo.entropy.as_ref());
    let state = visitor.state.take();
    let verifier = visitor.verifier.take().unwrap_or_default();
    if state.is_none() || state != back.state {
        return Err(DemoError::Visitor(
            "this answer belongs to no request of this browser",
        ));
    }
    let Some(code) = back.code else {
        let why = back.error.unwrap_or_else(|| "no code".to_owned());
        return Err(DemoError::Door {
            what: "signing in at the bank",
            why,
        });
    };
    let redirect_uri = demo.bank_callback();
    let outcome = demo
        .redeem(&demo.bank.first_party, &redirect_uri, &code, &verifier)
        .await?;
    let (_tokens, subject) = outcome.map_err(|refused| DemoError::Door {
        what: "signing in at the bank",
        why: refused.error,
    })?;
    visitor.user_id = subject;
    let then = visitor.then.take().unwrap_or_else(|| "/demo/bank".to_owned());
    demo.visitors.keep(id.clone(), visitor);
    Ok((visitors::cookie(APP, &id), Redirect::to(&then)).into_response())
}

/// The bank's own consent page: looks up who asks, never trusts the address it was called with.
pub(super) async fn consent(
    State(demo): State<Arc<Demo>>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, DemoError> {
    let (id, mut visitor) = demo.visitors.find(&headers, APP, demo.entropy.as_ref());
    let Some(user_id) = visitor.user_id.clone() else {
        let back = format!("/demo/bank/consent?src_interaction={}", asked.src_interaction);
        return demo.sign_in(id, visitor, &back);
    };
    let interaction = demo.look_up(&asked.src_interaction).await?;
    if interaction.user_id != user_id {
        return Err(DemoError::Visitor("somebody else is signed in at the bank"));
    }
    let form_token = opaque::base64url(&demo.entropy.bytes::<16>());
    visitor.form_token = Some(form_token.clone());
    let until = consentry_domain::Timestamp::from_seconds(interaction.consent_expires_at);
    let page = BankConsent {
        page: Demo::page("Share data?", "Harbor Bank"),
        username: demo.username(&user_id),
        organization: interaction
            .client
            .organization_name
            .unwrap_or_else(|| interaction.client.name.clone()),
        client_name: interaction.client.name,
        offline: interaction.offline_access,
        scopes: interaction
            .requested_scope
            .iter()
            .filter_map(|scope| in_words(scope))
            .collect(),
        until: until.to_jiff().strftime("%-d %B %Y").to_string(),
        src_interaction: asked.src_interaction,
        form_token,
    };
    // The answer ends at the issuer and from there at the app.
    let page = html(&page, &[&demo.addresses.base_url, "http://127.0.0.1:9999"], &[])?;
    demo.visitors.keep(id.clone(), visitor);
    Ok((visitors::cookie(APP, &id), page).into_response())
}

/// Takes the answer in the bank's own form and sends the browser on to the callback, top level.
pub(super) async fn answer(
    State(demo): State<Arc<Demo>>,
    headers: HeaderMap,
    Form(said): Form<Said>,
) -> Result<Response, DemoError> {
    let (id, mut visitor) = demo.visitors.find(&headers, APP, demo.entropy.as_ref());
    let expected = visitor.form_token.take().unwrap_or_default();
    if expected.is_empty() || !constant_time_eq(expected.as_bytes(), said.form_token.as_bytes()) {
        return Err(DemoError::Visitor("this form was not made for this browser"));
    }
    let interaction = demo.look_up(&said.src_interaction).await?;
    if visitor.user_id.as_deref() != Some(&*interaction.user_id) {
        return Err(DemoError::Visitor("somebody else is signed in at the bank"));
    }
    demo.visitors.keep(id, visitor);
    let callback = format!("{}/cis/auth/consent/callback", demo.addresses.base_url);
    let mut url = Url::parse(&callback).map_err(|error| DemoError::Door {
        what: "the consent callback",
        why: error.to_string(),
    })?;
    url.query_pairs_mut()
        .append_pair("src_interaction", &said.src_interaction)
        .append_pair("approved", if said.approved { "true" } else { "false" })
        .append_pair("decision_token", &interaction.decision_token);
    Ok((
        [(header::REFERRER_POLICY, "no-referrer")],
        Redirect::to(url.as_str()),
    )
        .into_response())
}

impl Demo {
    fn bank_callback(&self) -> String {
        format!("{}/demo/bank/callback", self.addresses.bank_url)
    }

    /// The bank lives on its own origin; a visit elsewhere is sent there.
    fn not_at_the_bank(&self, headers: &HeaderMap, path: &str) -> Option<Response> {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default();
        let own = self
            .addresses
            .bank_url
            .strip_prefix("http://")
            .unwrap_or_default();
        (host != own).then(|| Redirect::to(&format!("{}{path}", self.addresses.bank_url)).into_response())
    }

    fn sign_in(&self, id: String, mut visitor: Visitor, then: &str) -> Result<Response, DemoError> {
        visitor.then = Some(then.to_owned());
        let url = self.begin(
            &mut visitor,
            &self.bank.first_party,
            &self.bank_callback(),
            "openid",
            None,
        )?;
        self.visitors.keep(id.clone(), visitor);
        Ok((visitors::cookie(APP, &id), Redirect::to(url.as_str())).into_response())
    }

    fn username(&self, user_id: &str) -> String {
        let customer = self
            .bank
            .customers
            .iter()
            .find(|customer| customer.user_id == user_id);
        customer
            .map(|customer| customer.username.clone())
            .unwrap_or_default()
    }

    async fn look_up(&self, src_interaction: &str) -> Result<Interaction, DemoError> {
        let failed = |why: String| DemoError::Door {
            what: "looking up who asks",
            why,
        };
        let token = self.own_token(&self.bank.first_party).await?;
        let mut url = Url::parse(&format!(
            "{}/cis/v1/consents/interactions",
            self.addresses.base_url
        ))
        .map_err(|error| failed(error.to_string()))?;
        url.path_segments_mut()
            .map_err(|()| failed("not an address".to_owned()))?
            .push(src_interaction);
        let answer = self
            .egress
            .get(url.as_str())
            .bearer_auth(&token)
            .send()
            .await
            .map_err(|error| failed(error.to_string()))?;
        if !answer.status.is_success() {
            return Err(failed(format!("status {}", answer.status)));
        }
        answer
            .json::<LookedUp>()
            .map(|found| found.result)
            .map_err(|error| failed(error.to_string()))
    }

    async fn ticket(&self, customer_id: &str) -> Result<String, DemoError> {
        let failed = |why: String| DemoError::Door {
            what: "the token for the dashboard",
            why,
        };
        let credential = &self.bank.dashboard;
        let body = json!({ "type": "consent_management", "scopes": format!("customer.modify_consent:{customer_id}") });
        self.egress
            .post_json(&format!("{}/api/v4/token", self.addresses.base_url), &body)
            .basic_auth(&credential.client_id, &credential.client_secret)
            .send()
            .await
            .map_err(|error| failed(error.to_string()))?
            .json::<Ticket>()
            .map(|ticket| ticket.access_token)
            .map_err(|error| failed(error.to_string()))
    }
}

/// A page with its headers. `form_targets` are addresses its forms may end at, `frames` origins it may frame.
pub(super) fn html(
    template: &impl Template,
    form_targets: &[&str],
    frames: &[&str],
) -> Result<Response, DemoError> {
    let body = template.render().map_err(|error| DemoError::Door {
        what: "a page",
        why: error.to_string(),
    })?;
    let targets: Vec<_> = form_targets
        .iter()
        .filter_map(|address| form_target(address))
        .collect();
    let mut answer = Html(body).into_response();
    headers::page(&targets).apply(answer.headers_mut());
    if !frames.is_empty()
        && let Some(policy) = answer
            .headers()
            .get(header::CONTENT_SECURITY_POLICY)
            .and_then(|own| own.to_str().ok())
        && let Ok(policy) = HeaderValue::from_str(&format!("{policy}; frame-src {}", frames.join(" ")))
    {
        answer
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(answer)
}

/// The bank knows its own scopes; the protocol's are said elsewhere on the page.
fn in_words(scope: &str) -> Option<String> {
    match scope {
        "accounts:balance" => Some("Name, type and balance of your accounts".to_owned()),
        "accounts:transactions" => Some("Payments of the last 24 months".to_owned()),
        "openid" | "offline_access" => None,
        other => Some(other.to_owned()),
    }
}
