//! Refreshing tokens: each answer is a durable rotation and two signatures with ES256. The limit is the group commit of the very rows that this wrote.

use std::{cell::RefCell, rc::Rc};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{Setup, beside};
use crate::{
    demo::{Demo, Visitor},
    http::{Connection, Request},
    limits::group_commit::{Gained, copy},
    load::{Ask, Outcome, better},
    report::Figure,
};

/// Clients at the same time, each with a family of its own.
const CLIENTS: usize = 16;

/// The refresh tokens that nobody uses right now.
type Tokens = Rc<RefCell<Vec<String>>>;

/// Refreshes and bare commits, turn by turn.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let demo = Rc::new(setup.demo(&scratch)?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(sign_with_es256(&demo))?;
    let tokens: Tokens = Rc::new(RefCell::new(runtime.block_on(families(&demo))?));
    let load = setup.load(CLIENTS);
    let [before, after] = ["before.db", "after.db"].map(|name| scratch.path().join(name));
    let mut best: Option<(Outcome, Outcome)> = None;
    for _ in 0..setup.rounds {
        copy(&demo.ledger(), &before)?;
        let ours = load.run(async |_| Holder::open(&demo, &tokens).await)?;
        copy(&demo.ledger(), &after)?;
        let limit = Gained::between(&before, &after, ours.answers)?.measure(load, scratch.path())?;
        best = Some(match best {
            Some((best_limit, best_ours)) => (better(best_limit, limit), better(best_ours, ours)),
            None => (limit, ours),
        });
        std::fs::remove_file(&before)?;
        std::fs::remove_file(&after)?;
    }
    Ok(best
        .map(|(limit, ours)| beside("refresh", ours, limit.per_second))
        .into_iter()
        .collect())
}

/// Has both tokens signed with ES256, as whoever refreshes that often should: the usual RS256 takes seventeen times as long, and would be all
/// that is measured.
async fn sign_with_es256(demo: &Demo) -> Result<()> {
    let mut connection = Connection::open(demo.address()?).await?;
    let asking = demo.first_party("/token", &[("grant_type", "client_credentials")])?;
    let answer = connection.send(&asking.bytes()).await?;
    answer.expect(200)?;
    let answer: Value = serde_json::from_slice(answer.body)?;
    let token = answer["access_token"].as_str().context("no access token")?;
    let client = demo.fact("/authorization/third_party/client_id")?;
    let change = Request::new("PUT", &format!("/v1/clients/{client}"), demo.address()?)
        .header("authorization", &format!("Bearer {token}"))
        .body(
            "application/json",
            json!({ "id_token_signed_response_alg": "ES256", "access_token_signed_response_alg": "ES256" })
                .to_string(),
        );
    connection.send(&change.bytes()).await?.expect(200)
}

/// Lets Ada approve as often as there are clients; answers the refresh token of each time.
async fn families(demo: &Demo) -> Result<Vec<String>> {
    let mut tokens = Vec::with_capacity(CLIENTS);
    let mut connection = Connection::open(demo.address()?).await?;
    for _ in 0..CLIENTS {
        let code = Visitor::new(demo).await?.approve().await?;
        let answer = connection.send(&demo.redemption(&code)?.bytes()).await?;
        answer.expect(200)?;
        tokens.push(refresh_token(answer.body)?);
    }
    Ok(tokens)
}

fn refresh_token(answer: &[u8]) -> Result<String> {
    let answer: Value = serde_json::from_slice(answer)?;
    let token = answer["refresh_token"].as_str();
    Ok(token.context("no refresh token")?.to_owned())
}

/// One that takes a token, uses it, and puts its successor back.
struct Holder {
    demo: Rc<Demo>,
    connection: Connection,
    tokens: Tokens,
}

impl Holder {
    async fn open(demo: &Rc<Demo>, tokens: &Tokens) -> Result<Self> {
        Ok(Self {
            demo: Rc::clone(demo),
            connection: Connection::open(demo.address()?).await?,
            tokens: Rc::clone(tokens),
        })
    }
}

impl Ask for Holder {
    async fn ask(&mut self) -> Result<bool> {
        let token = self.tokens.borrow_mut().pop().context("no token is left")?;
        let fields = [("grant_type", "refresh_token"), ("refresh_token", &*token)];
        let refreshing = self.demo.moneytrack("/token", &fields)?;
        let answer = self.connection.send(&refreshing.bytes()).await?;
        answer.expect(200)?;
        self.tokens.borrow_mut().push(refresh_token(answer.body)?);
        Ok(true)
    }
}
