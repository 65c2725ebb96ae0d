//! The bank's own consent page (Consent URI, third-party-authorization A.5 and A.8.4).

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use consentry_domain::Timestamp;
use consentry_jose::constant_time_eq;
use consentry_ledger::{Draw, opaque};
use consentry_web::{page::Page, page::ShownName, texts::Language};
use http::{StatusCode, header};
use jiff::tz::TimeZone;
use serde::Deserialize;
use url::Url;

use super::{APP, page_for};
use crate::demo::{Caller, Demo, DemoError, caller};

#[derive(Debug, Template)]
#[template(path = "demo/bank_consent.html")]
struct BankQuestion {
    page: Page,
    client: ShownName,
    organization: ShownName,
    host: String,
    items: Vec<Item>,
    away: bool,
    until: String,
    src_interaction: String,
    form_token: String,
}

/// One thing the bank can share, in the bank's words.
#[derive(Debug)]
struct Item {
    title: String,
    text: String,
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
    redirect_host: String,
}

/// `GET /demo/bank/consent`: looks up who asks, and never believes the address it was called with.
pub(in crate::demo) async fn ask(caller: Caller) -> Result<Response, DemoError> {
    let demo = &caller.demo;
    let (id, mut visitor) = caller.visitor(APP);
    let handle = caller.asked("src_interaction").ok_or(DemoError::Form)?;
    let Some(user_id) = visitor.user_id.clone() else {
        let back = format!(
            "/demo/bank/consent?{}",
            url::form_urlencoded::Serializer::new(String::new())
                .append_pair("src_interaction", handle)
                .finish()
        );
        return demo.sign_in(&caller, id, visitor, &back);
    };
    let interaction = demo.look_up(handle).await?;
    if interaction.user_id != user_id {
        return Err(DemoError::Person);
    }
    let form_token = opaque::base64url(&demo.entropy.bytes::<16>());
    visitor.form_token = Some(form_token.clone());
    let language = caller.language;
    let client = ShownName::new(&interaction.client.name);
    let title = language
        .text("bank-question")
        .with("client", client.short.as_str())
        .to_string();
    let until = Timestamp::from_seconds(interaction.consent_expires_at).to_jiff();
    let template = BankQuestion {
        page: page_for(&caller, title, &user_id),
        organization: interaction
            .client
            .organization_name
            .map_or_else(|| client.clone(), |name| ShownName::new(&name)),
        client,
        host: interaction.client.redirect_host,
        items: interaction
            .requested_scope
            .iter()
            .filter_map(|scope| Item::of(language, scope))
            .collect(),
        away: interaction.offline_access,
        until: language.date(until.to_zoned(TimeZone::UTC).date()),
        src_interaction: handle.to_owned(),
        form_token,
    };
    // The answer ends at the issuer and from there at the app.
    let targets = [demo.addresses.base_url.as_str(), "http://127.0.0.1:9999"];
    let shown = caller::answer(&template.page, &template, &targets, &[]);
    Ok(caller.remember(APP, id, visitor, shown))
}

/// `POST /demo/bank/consent`: takes the answer in the bank's own form and sends the browser on to the callback, top level.
pub(in crate::demo) async fn answer(caller: Caller) -> Result<Response, DemoError> {
    let demo = &caller.demo;
    let sent = |name| caller.form.one(name).ok().flatten();
    let (Some(handle), Some(form_token)) = (sent("src_interaction"), sent("form_token")) else {
        return Err(DemoError::Form);
    };
    let Some(approved @ ("true" | "false")) = sent("approved") else {
        return Err(DemoError::Form);
    };
    let (id, mut visitor) = caller.visitor(APP);
    let expected = visitor.form_token.take().unwrap_or_default();
    if expected.is_empty() || !constant_time_eq(expected.as_bytes(), form_token.as_bytes()) {
        return Err(DemoError::Form);
    }
    let interaction = demo.look_up(handle).await?;
    if visitor.user_id.as_deref() != Some(&*interaction.user_id) {
        return Err(DemoError::Person);
    }
    let callback = format!("{}/cis/auth/consent/callback", demo.addresses.base_url);
    let mut url = Url::parse(&callback).map_err(|error| DemoError::Door {
        what: "the consent callback",
        why: error.to_string(),
    })?;
    url.query_pairs_mut()
        .append_pair("src_interaction", handle)
        .append_pair("approved", approved)
        .append_pair("decision_token", &interaction.decision_token);
    let on = (
        [(header::REFERRER_POLICY, "no-referrer")],
        Redirect::to(url.as_str()),
    );
    Ok(caller.remember(APP, id, visitor, on.into_response()))
}

impl Item {
    /// The bank knows its own scopes; those of the protocol are said elsewhere on the page.
    fn of(language: &'static Language, scope: &str) -> Option<Self> {
        let words = |title, text| Self {
            title: language.text(title).to_string(),
            text: language.text(text).to_string(),
        };
        match scope {
            "accounts:balance" => Some(words("bank-balance", "bank-balance-text")),
            "accounts:transactions" => Some(words("bank-payments", "bank-payments-text")),
            "openid" | "offline_access" => None,
            other => Some(Self {
                title: other.to_owned(),
                text: String::new(),
            }),
        }
    }
}

impl Demo {
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
        match answer.status {
            StatusCode::OK => answer
                .json::<LookedUp>()
                .map(|found| found.result)
                .map_err(|error| failed(error.to_string())),
            StatusCode::GONE | StatusCode::NOT_FOUND => Err(DemoError::Over),
            status => Err(failed(format!("status {status}"))),
        }
    }
}
