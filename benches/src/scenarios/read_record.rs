//! Reading one consent record, again and again, beside a bare answer of the same size.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{Setup, beside};
use crate::{http::Connection, limits::bare_http::BareHttp, load::HttpClient, report::Figure};

const CLIENTS: usize = 64;

/// Both, turn by turn.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let demo = setup.demo(&scratch)?;
    let address = demo.address()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (id, size) = runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let body = r#"{"status":"pending","subject":"ada","definition":{"id":"share-my-email"}}"#;
        let post = demo
            .records("POST", "/consents")?
            .body("application/json", body.to_owned());
        let answer = connection.send(&post.bytes()).await?;
        answer.expect(201)?;
        let made: Value = serde_json::from_slice(answer.body)?;
        let id = made["id"].as_str().context("a record without id")?.to_owned();
        anyhow::Ok((id, answer.body.len()))
    })?;
    let request = demo.records("GET", &format!("/consents/{id}"))?;
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
    Ok(vec![beside("read-record", ours, limit.per_second)])
}
