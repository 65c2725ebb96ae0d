//! Introspecting a live access token that rests on a person's consents, again and again, beside a bare answer of the same size.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{Setup, beside};
use crate::{
    demo::{Demo, Visitor},
    http::{Connection, Request},
    limits::bare_http::BareHttp,
    load::HttpClient,
    report::Figure,
};

const CLIENTS: usize = 64;

/// Both, turn by turn.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let demo = setup.demo(&scratch)?;
    let token = token(&demo)?;
    let request = request(&demo, &token)?;
    let address = demo.address()?;
    let size = runtime()?.block_on(async {
        let mut connection = Connection::open(address).await?;
        let answer = connection.send(&request.bytes()).await?;
        answer.expect(200)?;
        let active: Value = serde_json::from_slice(answer.body)?;
        anyhow::ensure!(active["active"] == true, "the token is not live: {active}");
        anyhow::Ok(answer.body.len())
    })?;
    let bare = BareHttp::start(size)?;
    let load = setup.load(CLIENTS);
    let bytes = request.bytes();
    let (limit, ours) = setup.turns(
        || bare.measure(load, &request),
        || {
            load.run(async |_| {
                let bytes = bytes.clone();
                HttpClient::open(address, 200, move || bytes.clone()).await
            })
        },
    )?;
    Ok(vec![beside("introspect", ours, limit.per_second)])
}

/// A live access token of Moneytrack that rests on Ada's consents.
pub(super) fn token(demo: &Demo) -> Result<String> {
    runtime()?.block_on(access_token(demo))
}

/// What Moneytrack's back end asks about it.
pub(super) fn request(demo: &Demo, token: &str) -> Result<Request> {
    demo.moneytrack("/token/introspection", &[("token", token)])
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}

async fn access_token(demo: &Demo) -> Result<String> {
    let code = Visitor::new(demo).await?.approve().await?;
    let mut connection = Connection::open(demo.address()?).await?;
    let answer = connection.send(&demo.redemption(&code)?.bytes()).await?;
    answer.expect(200)?;
    let tokens: Value = serde_json::from_slice(answer.body)?;
    Ok(tokens["access_token"]
        .as_str()
        .context("no access token")?
        .to_owned())
}
