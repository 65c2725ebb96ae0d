//! Moneytrack and Pennywise: two outside apps that really run the code flow. Moneytrack's question is asked on the hosted page,
//! Pennywise's on the bank's own.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use consentry_egress::Answer;
use consentry_web::page::Page;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use url::Url;

use super::{
    Demo, DemoError,
    bank_pages::html,
    seed::{KnownClient, SCOPES},
    visitors::{self, Visitor},
};

/// One of the two apps.
#[derive(Debug, Clone, Copy)]
struct App {
    path: &'static str,
    name: &'static str,
    slogan: &'static str,
}

const MONEYTRACK: App = App {
    path: "moneytrack",
    name: "Moneytrack",
    slogan: "All your accounts in one place.",
};
const PENNYWISE: App = App {
    path: "pennywise",
    name: "Pennywise",
    slogan: "A budget that plans itself.",
};

macro_rules! app {
    ($(#[$doc:meta])* $module:ident, $app:expr) => {
        $(#[$doc])*
        pub(super) mod $module {
            use super::*;

            pub(in crate::demo) async fn home(State(demo): State<Arc<Demo>>, headers: HeaderMap) -> Result<Response, DemoError> {
                super::home($app, &demo, &headers).await
            }

            pub(in crate::demo) async fn connect(State(demo): State<Arc<Demo>>, headers: HeaderMap) -> Result<Response, DemoError> {
                super::connect($app, &demo, &headers)
            }

            pub(in crate::demo) async fn callback(
                State(demo): State<Arc<Demo>>,
                headers: HeaderMap,
                Query(answer): Query<Back>,
            ) -> Result<Response, DemoError> {
                super::callback($app, &demo, &headers, answer).await
            }

            pub(in crate::demo) async fn refresh(State(demo): State<Arc<Demo>>, headers: HeaderMap) -> Result<Response, DemoError> {
                super::refresh($app, &demo, &headers).await
            }
        }
    };
}

app!(/// The app whose question is asked on the hosted page.
    moneytrack, MONEYTRACK);
app!(/// The app whose question is asked on the bank's own page.
    pennywise, PENNYWISE);

/// What comes back to a redirect address.
#[derive(Debug, Deserialize)]
pub(super) struct Back {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Statement {
    accounts: Vec<Account>,
}

#[derive(Debug, Deserialize)]
struct Account {
    name: String,
    number: String,
    balance: String,
    currency: String,
    #[serde(default)]
    transactions: Vec<Transaction>,
}

#[derive(Debug, Deserialize)]
struct Transaction {
    date: String,
    text: String,
    amount: String,
}

#[derive(Debug, Template)]
#[template(path = "demo/third_party.html")]
struct Home {
    page: Page,
    app: App,
    message: Option<String>,
    connected: bool,
    scope: String,
    accounts: Vec<Account>,
    refused: bool,
}

impl App {
    fn client(self, demo: &Demo) -> &KnownClient {
        if self.path == MONEYTRACK.path {
            &demo.bank.third_party
        } else {
            &demo.bank.external
        }
    }

    fn callback(self, demo: &Demo) -> String {
        format!("{}/demo/{}/callback", demo.addresses.base_url, self.path)
    }

    fn home(self) -> Redirect {
        Redirect::to(&format!("/demo/{}", self.path))
    }
}

/// What the bank's API says to the app's token.
enum Asked {
    Statement(Statement),
    Refused,
}

async fn home(app: App, demo: &Demo, headers: &HeaderMap) -> Result<Response, DemoError> {
    let (id, mut visitor) = demo.visitors.find(headers, app.path, demo.entropy.as_ref());
    let message = visitor.message.take();
    let asked = match &visitor.tokens {
        Some(tokens) => Some(demo.ask_accounts(&tokens.access).await?),
        None => None,
    };
    let home = Home {
        page: Demo::page(app.name, app.name),
        app,
        message,
        connected: visitor.tokens.is_some(),
        scope: visitor
            .tokens
            .as_ref()
            .map(|tokens| tokens.scope.clone())
            .unwrap_or_default(),
        refused: matches!(asked, Some(Asked::Refused)),
        accounts: match asked {
            Some(Asked::Statement(statement)) => statement.accounts,
            _ => Vec::new(),
        },
    };
    // "Connect" leads to the issuer and from there to the bank's page, so the form may end at either.
    let targets = [demo.addresses.base_url.as_str(), demo.addresses.bank_url.as_str()];
    let page = html(&home, &targets, &[])?;
    demo.visitors.keep(id.clone(), visitor);
    Ok((visitors::cookie(app.path, &id), page).into_response())
}

fn connect(app: App, demo: &Demo, headers: &HeaderMap) -> Result<Response, DemoError> {
    let (id, mut visitor) = demo.visitors.find(headers, app.path, demo.entropy.as_ref());
    let url = demo.begin(
        &mut visitor,
        app.client(demo),
        &app.callback(demo),
        &SCOPES.join(" "),
        Some("consent"),
    )?;
    demo.visitors.keep(id.clone(), visitor);
    Ok((visitors::cookie(app.path, &id), Redirect::to(url.as_str())).into_response())
}

async fn callback(app: App, demo: &Demo, headers: &HeaderMap, answer: Back) -> Result<Response, DemoError> {
    let (id, visitor) = demo.visitors.find(headers, app.path, demo.entropy.as_ref());
    let state = visitor.state.clone();
    let verifier = visitor.verifier.clone();
    let mut visitor = Visitor {
        state: None,
        verifier: None,
        ..visitor
    };
    if state.is_none() || state != answer.state {
        return Err(DemoError::Visitor(
            "this answer belongs to no request of this browser",
        ));
    }
    if answer.iss.as_deref() != Some(&demo.issuer()) {
        return Err(DemoError::Visitor("this answer is from another issuer"));
    }
    match (answer.code, answer.error) {
        (Some(code), None) => {
            let verifier = verifier.unwrap_or_default();
            match demo
                .redeem(app.client(demo), &app.callback(demo), &code, &verifier)
                .await?
            {
                Ok((tokens, _subject)) => {
                    visitor.tokens = Some(tokens);
                    visitor.message = Some("You are connected to Harbor Bank.".to_owned());
                }
                Err(refused) => visitor.message = Some(told(&refused.error, &refused.error_description)),
            }
        }
        (_, error) => {
            let error = error.unwrap_or_else(|| "no code".to_owned());
            visitor.message = Some(told(
                &error,
                answer.error_description.as_deref().unwrap_or_default(),
            ));
        }
    }
    demo.visitors.keep(id.clone(), visitor);
    Ok((visitors::cookie(app.path, &id), app.home()).into_response())
}

async fn refresh(app: App, demo: &Demo, headers: &HeaderMap) -> Result<Response, DemoError> {
    let (id, mut visitor) = demo.visitors.find(headers, app.path, demo.entropy.as_ref());
    let token = visitor.tokens.as_ref().and_then(|tokens| tokens.refresh.clone());
    let Some(token) = token else {
        return Ok(app.home().into_response());
    };
    match demo.refresh(app.client(demo), &token).await? {
        Ok((tokens, _subject)) => {
            visitor.tokens = Some(tokens);
            visitor.message = Some("Harbor Bank gave new tokens.".to_owned());
        }
        Err(refused) => {
            visitor.tokens = None;
            visitor.message = Some(told(&refused.error, &refused.error_description));
        }
    }
    demo.visitors.keep(id.clone(), visitor);
    Ok((visitors::cookie(app.path, &id), app.home()).into_response())
}

fn told(error: &str, description: &str) -> String {
    format!("Harbor Bank said: {error}. {description}")
}

impl Demo {
    async fn ask_accounts(&self, token: &str) -> Result<Asked, DemoError> {
        let failed = |why: String| DemoError::Door {
            what: "the accounts API",
            why,
        };
        let answer: Answer = self
            .egress
            .get(&self.bank.resource_api)
            .bearer_auth(token)
            .send()
            .await
            .map_err(|error| failed(error.to_string()))?;
        match answer.status {
            StatusCode::OK => answer
                .json()
                .map(Asked::Statement)
                .map_err(|error| failed(error.to_string())),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Ok(Asked::Refused),
            status => Err(failed(status.to_string())),
        }
    }
}

/// Where a form of the demo may lead.
pub(super) fn form_target(address: &str) -> Option<consentry_web::headers::FormTarget> {
    Url::parse(address)
        .ok()
        .map(|url| consentry_web::headers::FormTarget::covering(&url))
}
