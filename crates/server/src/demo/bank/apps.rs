//! The customer's page with the connected apps in a frame.

use askama::Template;
use axum::response::Response;
use consentry_web::page::Page;
use serde::Deserialize;
use serde_json::json;

use super::{APP, page_for};
use crate::demo::{
    BANK, Caller, Demo, DemoError,
    caller::answer,
    story::{Place, Story},
    third_party::MONEYTRACK,
};

#[derive(Debug, Template)]
#[template(path = "demo/bank.html")]
struct BankHome {
    page: Page,
    bank: &'static str,
    /// Where the frame is from.
    origin: String,
    frame: String,
    story: Story,
}

#[derive(Debug, Deserialize)]
struct Ticket {
    access_token: String,
}

/// `GET /demo/bank`: each visit opens the frame with a token of its own.
pub(in crate::demo) async fn home(caller: Caller) -> Result<Response, DemoError> {
    let demo = &caller.demo;
    if let Some(elsewhere) = demo.not_at_the_bank(&caller, "/demo/bank") {
        return Ok(elsewhere);
    }
    let (id, visitor) = caller.visitor(APP);
    let Some(user_id) = visitor.user_id.clone() else {
        return demo.sign_in(&caller, id, visitor, "/demo/bank");
    };
    let customer = demo
        .bank
        .customers
        .iter()
        .find(|customer| customer.user_id == user_id)
        .ok_or(DemoError::Person)?;
    let ticket = demo.ticket(&customer.customer_id).await?;
    let base = &demo.addresses.base_url;
    let language = caller.language;
    let template = BankHome {
        page: page_for(&caller, language.text("bank-home").to_string(), &user_id),
        bank: BANK,
        origin: base.clone(),
        frame: format!(
            "{base}/embed/authorizations?access_token={ticket}&locale={}",
            language.tag
        ),
        story: Story::at(Place::Stop, demo, language, (MONEYTRACK.name, MONEYTRACK.path)),
    };
    // "Log out" leads to the issuer, and from there back here.
    let targets = [base.as_str(), demo.addresses.bank_url.as_str()];
    Ok(answer(&template.page, &template, &targets, &[base]))
}

impl Demo {
    /// A one-time token for a customer's page.
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
