//! The app's one page: not connected, connected, refused.

use askama::Template;
use axum::response::Response;
use consentry_egress::Answer;
use consentry_web::{page::Page, texts::Language};
use http::{StatusCode, header};
use jiff::civil::Date;
use serde::Deserialize;

use super::App;
use crate::demo::{
    BANK, Caller, Demo, DemoError,
    caller::answer,
    money::Money,
    story::{Place, Story},
    visitors::Told,
};

#[derive(Debug, Template)]
#[template(path = "demo/third_party.html")]
struct Home {
    page: Page,
    app: App,
    notice: Option<Notice>,
    view: View,
    story: Story,
}

/// What the app knows.
#[derive(Debug)]
enum View {
    Connected {
        accounts: Vec<AccountView>,
        /// The sum of all balances; none where they are not shared.
        together: Option<String>,
        /// Whether payments are shared.
        payments: bool,
        scope: String,
    },
    Refused,
    Apart {
        /// Whether it was connected or asked before.
        again: bool,
    },
}

/// What just happened.
#[derive(Debug)]
struct Notice {
    kind: &'static str,
    title: String,
    text: String,
    /// What came over the wire, for those who want to know.
    wire: Vec<String>,
}

#[derive(Debug)]
struct AccountView {
    name: Option<String>,
    number: String,
    balance: Option<String>,
    payments: Vec<PaymentView>,
}

#[derive(Debug)]
struct PaymentView {
    date: String,
    text: String,
    amount: String,
}

/// What the accounts API answers.
#[derive(Debug, Default, Deserialize)]
struct Statement {
    accounts: Vec<Account>,
}

#[derive(Debug, Deserialize)]
struct Account {
    name: Option<String>,
    number: String,
    balance: Option<String>,
    currency: String,
    transactions: Option<Vec<Transaction>>,
}

#[derive(Debug, Deserialize)]
struct Transaction {
    date: Date,
    text: String,
    amount: String,
}

/// What the bank's API says to the app's token.
enum Asked {
    Statement(Statement),
    Refused(Vec<String>),
}

/// `GET /demo/{app}`: fetches what the app may see, anew on each visit.
pub(in crate::demo) async fn home(app: App, caller: Caller) -> Result<Response, DemoError> {
    let demo = &caller.demo;
    let language = caller.language;
    let (id, mut visitor) = caller.visitor(app.path);
    let told = visitor.told.take();
    let asked = match &visitor.tokens {
        Some(tokens) => Some(demo.ask_accounts(&tokens.access).await?),
        None => None,
    };
    let place = place(asked.as_ref(), told.as_ref());
    let again = told.is_some();
    let mut notice = told.map(|told| Notice::new(app, language, told));
    let view = match (asked, &visitor.tokens) {
        (Some(Asked::Statement(statement)), Some(tokens)) => {
            View::connected(language, statement, &tokens.scope)?
        }
        (Some(Asked::Refused(wire)), _) => {
            notice = Some(Notice::refused(app, language, wire));
            View::Refused
        }
        _ => View::Apart { again },
    };
    let title = match &view {
        View::Apart { .. } => language.text(app.slogan),
        View::Connected { .. } | View::Refused => language.text("app-home"),
    };
    let template = Home {
        page: caller.page(title.to_string(), app.brand()),
        app,
        notice,
        view,
        story: Story::at(place, demo, language, (app.name, app.path)),
    };
    // "Connect" leads to the issuer and from there to the bank's page, so the form may end at either.
    let targets = [demo.addresses.base_url.as_str(), demo.addresses.bank_url.as_str()];
    let shown = answer(&template.page, &template, &targets, &[]);
    Ok(caller.remember(app.path, id, visitor, shown))
}

fn place(asked: Option<&Asked>, told: Option<&Told>) -> Place {
    match (asked, told) {
        (Some(Asked::Statement(_)), _) => Place::Look,
        (Some(Asked::Refused(_)), _) => Place::Tokens,
        (None, Some(Told::Ended(_))) => Place::Over,
        (None, Some(Told::Declined(_))) => Place::Declined,
        (None, _) => Place::Connect,
    }
}

impl Notice {
    fn new(app: App, language: &'static Language, told: Told) -> Self {
        let (kind, title, text, wire) = match told {
            Told::Connected => ("done", "app-told-connected", None, Vec::new()),
            Told::NewTokens => ("done", "app-told-tokens", None, Vec::new()),
            Told::Declined(wire) => ("info", "app-declined", Some("app-declined-text"), wire),
            Told::Ended(wire) => ("warning", "app-ended", Some("app-ended-text"), wire),
            Told::Failed(wire) => ("error", "app-failed", Some("app-failed-text"), wire),
        };
        let words = |key| {
            language
                .text(key)
                .with("app", app.name)
                .with("bank", BANK)
                .to_string()
        };
        Self {
            kind,
            title: words(title),
            text: text.map(words).unwrap_or_default(),
            wire,
        }
    }

    fn refused(app: App, language: &'static Language, wire: Vec<String>) -> Self {
        Self {
            kind: "warning",
            title: language.text("app-refused").with("bank", BANK).to_string(),
            text: language
                .text("app-refused-text")
                .with("app", app.name)
                .to_string(),
            wire,
        }
    }
}

impl View {
    fn connected(language: &'static Language, statement: Statement, scope: &str) -> Result<Self, DemoError> {
        let mut balances = Vec::new();
        let mut views = Vec::new();
        let mut currency = String::new();
        let payments = statement
            .accounts
            .iter()
            .any(|account| account.transactions.is_some());
        for account in statement.accounts {
            let balance = account.balance.as_deref().map(amount).transpose()?;
            balances.extend(balance);
            let mut payments = Vec::new();
            for transaction in account.transactions.unwrap_or_default() {
                payments.push(PaymentView {
                    date: language.date(transaction.date),
                    amount: amount(&transaction.amount)?.to_string(),
                    text: transaction.text,
                });
            }
            views.push(AccountView {
                name: account.name,
                number: account.number,
                balance: balance.map(|balance| in_currency(balance, &account.currency)),
                payments,
            });
            currency = account.currency;
        }
        Ok(Self::Connected {
            accounts: views,
            together: (!balances.is_empty()).then(|| in_currency(balances.into_iter().sum(), &currency)),
            payments,
            scope: scope.to_owned(),
        })
    }
}

fn amount(text: &str) -> Result<Money, DemoError> {
    Money::parse(text).ok_or_else(|| DemoError::Door {
        what: "the accounts API",
        why: "an amount cannot be read".to_owned(),
    })
}

fn in_currency(amount: Money, currency: &str) -> String {
    format!("{amount} {currency}")
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
            // The token counts, but nothing that the app could show is shared.
            StatusCode::FORBIDDEN => Ok(Asked::Statement(Statement::default())),
            StatusCode::UNAUTHORIZED => {
                let challenge = answer
                    .headers
                    .get(header::WWW_AUTHENTICATE)
                    .and_then(|challenge| challenge.to_str().ok())
                    .unwrap_or_default();
                Ok(Asked::Refused(vec![
                    answer.status.to_string(),
                    challenge.to_owned(),
                ]))
            }
            status => Err(failed(status.to_string())),
        }
    }
}
