//! Moneytrack's loan calculator: what somebody could borrow, from what the dataspace says about them.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use consentry_egress::Answer;
use consentry_web::page::Page;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use url::Url;

use super::{DataSource, INCOME, NAME, SOURCES};
use crate::demo::{
    Caller, Demo, DemoError, caller::answer, money::Money, seed::Customer, story::Story,
    third_party::MONEYTRACK,
};

const CONSENT_TOKEN: HeaderName = HeaderName::from_static("x-consent-token");

/// How much of what somebody earns in a year they could borrow.
const TIMES: i64 = 4;

#[derive(Debug, Template)]
#[template(path = "demo/loan.html")]
struct Loan {
    page: Page,
    /// Whether it is known at Moneytrack who asks.
    connected: bool,
    /// Whether the person has just said no.
    declined: bool,
    /// What could be borrowed; none without an income.
    limit: Option<String>,
    sources: Vec<SourceView>,
    /// Whether something is not shared.
    missing: bool,
    portal: String,
    story: Story,
}

/// What became of asking a data source.
#[derive(Debug)]
struct SourceView {
    title: String,
    group: &'static str,
    /// What it delivered.
    value: Option<String>,
    /// How it refused.
    wire: Vec<String>,
}

/// `GET /demo/moneytrack/loan`: asks the gateway anew on each visit.
pub(super) async fn home(caller: Caller) -> Result<Response, DemoError> {
    let (demo, language) = (&caller.demo, caller.language);
    let (id, visitor) = caller.visitor(MONEYTRACK.path);
    let id_token = visitor.tokens.as_ref().and_then(|tokens| tokens.id.clone());
    let person = match &id_token {
        Some(token) => demo.customer_of(token).await,
        None => None,
    };
    let mut sources = Vec::new();
    let mut limit = None;
    if let (Some(customer), Some(id_token)) = (person, &id_token) {
        for source in SOURCES {
            let token = demo.consent_token(customer, source).await?;
            let answer = demo
                .ask_gateway(source, id_token, token.as_deref().unwrap_or_default())
                .await?;
            let told: Value = answer.json().unwrap_or_default();
            let text = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
            let delivered = answer.status == StatusCode::OK;
            let value = if source.dsi == INCOME.dsi {
                let earned = Money::parse(text("amount")).filter(|_| delivered);
                limit = earned.map(|earned| format!("{} {}", earned.times(TIMES), text("currency")));
                earned.map(|earned| format!("{earned} {}", text("currency")))
            } else {
                delivered.then(|| format!("{}, {}", text("street"), text("city")))
            };
            sources.push(SourceView {
                title: language.text(source.title).to_string(),
                group: source.group,
                wire: if value.is_some() {
                    Vec::new()
                } else {
                    vec![answer.status.to_string(), text("type").to_owned()]
                },
                value,
            });
        }
    }
    let missing = sources.iter().any(|source| source.value.is_none());
    let connected = person.is_some();
    let words = match (connected, missing) {
        (false, _) => "loan-next-connect",
        (true, true) => "loan-next-ask",
        (true, false) => "loan-next-stop",
    };
    let next = (!connected).then(|| {
        let open = language.text("demo-open-app").with("app", MONEYTRACK.name);
        (open.to_string(), format!("/demo/{}", MONEYTRACK.path))
    });
    let template = Loan {
        page: caller.page(language.text("loan-title").to_string(), MONEYTRACK.brand()),
        connected,
        declined: caller.asked("status") == Some("fail"),
        limit,
        sources,
        missing,
        portal: format!("{}/portal", demo.addresses.base_url),
        story: Story {
            text: language
                .text(words)
                .with("app", MONEYTRACK.name)
                .with("dataspace", NAME)
                .to_string(),
            person: None,
            next,
        },
    };
    // The button leads on to the page of the consent provider.
    let shown = answer(&template.page, &template, &[&demo.addresses.base_url], &[]);
    Ok(caller.remember(MONEYTRACK.path, id, visitor, shown))
}

/// `POST /demo/moneytrack/loan`: sends the browser to the question.
pub(super) async fn ask(caller: Caller) -> Result<Response, DemoError> {
    let demo = &caller.demo;
    let (_, visitor) = caller.visitor(MONEYTRACK.path);
    let own = "/demo/moneytrack/loan";
    let id_token = visitor.tokens.and_then(|tokens| tokens.id);
    let person = match &id_token {
        Some(token) => demo.customer_of(token).await,
        None => None,
    };
    let page = match person {
        Some(customer) => demo.consent_page(customer).await?,
        None => None,
    };
    let Some(page) = page else {
        return Ok(Redirect::to(own).into_response());
    };
    let mut page = Url::parse(&page).map_err(|error| DemoError::Door {
        what: "the address of the question",
        why: error.to_string(),
    })?;
    let back = format!("{}{own}", demo.addresses.base_url);
    page.query_pairs_mut().append_pair("returnUrl", &back);
    Ok(Redirect::to(page.as_str()).into_response())
}

impl Demo {
    /// Who an id token of Moneytrack is about; none where it is over.
    async fn customer_of(&self, id_token: &str) -> Option<&Customer> {
        let client = &self.bank.third_party.client_id;
        let subject = self.verify(id_token, None, client).await.ok()?.sub?;
        let mut customers = self.bank.customers.iter();
        customers.find(|customer| customer.user_id == subject)
    }

    async fn ask_gateway(
        &self,
        source: DataSource,
        id_token: &str,
        consent_token: &str,
    ) -> Result<Answer, DemoError> {
        let failed = |why: String| DemoError::Door {
            what: "the gateway",
            why,
        };
        let url = format!(
            "{}{}?source={}",
            self.addresses.base_url, source.path, source.group
        );
        let token = HeaderValue::from_str(consent_token).map_err(|error| failed(error.to_string()))?;
        self.egress
            .post_json(&url, &Value::Object(serde_json::Map::new()))
            .bearer_auth(id_token)
            .header(CONSENT_TOKEN, token)
            .send()
            .await
            .map_err(|error| failed(error.to_string()))
    }
}
