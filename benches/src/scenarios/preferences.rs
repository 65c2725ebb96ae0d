//! The preferences door: a save of ten purposes, which is one decision and one durable commit, and what somebody chose, read warm.

use std::{cell::Cell, rc::Rc};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{Setup, beside, grant::CLIENTS};
use crate::{
    demo::Demo,
    http::{Connection, Request},
    limits::{
        bare_http::BareHttp,
        group_commit::{Gained, copy},
    },
    load::{HttpClient, Load, Outcome, better},
    report::Figure,
};

/// Purposes of one save.
const PURPOSES: usize = 10;

/// People whose choices are saved, in turn.
const PEOPLE: u64 = 1_000;

/// A back end with a session.
struct BackEnd<'a> {
    demo: &'a Demo,
    session: String,
}

impl<'a> BackEnd<'a> {
    /// Opens a session, and defines the purposes.
    fn open(demo: &'a Demo) -> Result<Self> {
        let mut own = Self {
            demo,
            session: String::new(),
        };
        let fact = |name: &str| demo.fact(&format!("/preferences/{name}"));
        let login =
            json!({ "type": "api-key", "key": fact("api_key/id")?, "secret": fact("api_key/secret")? });
        let opened = own.ask("POST", "/v1/sessions", &login)?;
        own.session = opened["access_token"]
            .as_str()
            .context("a session without token")?
            .to_owned();
        for number in 0..PURPOSES {
            let purpose = json!({ "id": format!("bench-{number}"), "name": format!("Purpose {number}") });
            own.ask("POST", "/v1/metadata/purposes", &purpose)?;
        }
        Ok(own)
    }

    fn request(&self, method: &str, path: &str) -> Result<Request> {
        let organization = self.demo.fact("/preferences/organization_id")?;
        let sign = if path.contains('?') { '&' } else { '?' };
        let target = format!("{path}{sign}organization_id={organization}");
        let request = Request::new(method, &target, self.demo.address()?);
        Ok(request.header("authorization", &format!("Bearer {}", self.session)))
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let request = self
            .request(method, path)?
            .body("application/json", body.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let mut connection = Connection::open(self.demo.address()?).await?;
            let answer = connection.send(&request.bytes()).await?;
            answer.expect(200)?;
            Ok(serde_json::from_slice(answer.body)?)
        })
    }

    /// Saves of all people in turn, each the other way round than the one before.
    fn save(&self, load: Load, next: &Rc<Cell<u64>>) -> Result<Outcome> {
        let post = self.request("POST", "/v1/consents/events")?;
        load.run(async |_| {
            let (post, next) = (post.clone(), Rc::clone(next));
            HttpClient::open(self.demo.address()?, 200, move || {
                let number = next.get();
                next.set(number + 1);
                let body = event(number % PEOPLE, (number / PEOPLE).is_multiple_of(2));
                post.clone().body("application/json", body).bytes()
            })
            .await
        })
    }
}

/// All purposes of one person.
fn event(person: u64, enabled: bool) -> String {
    let purposes: Vec<Value> = (0..PURPOSES)
        .map(|number| json!({ "id": format!("bench-{number}"), "enabled": enabled }))
        .collect();
    json!({
        "user": { "organization_user_id": format!("bench-person-{person}") },
        "consents": { "purposes": purposes },
    })
    .to_string()
}

/// Saves, beside the group commit of the very rows that they wrote.
pub fn save(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let demo = setup.demo(&scratch)?;
    let back_end = BackEnd::open(&demo)?;
    let load = setup.load(CLIENTS);
    let next = Rc::new(Cell::new(0));
    // Everybody is known before it begins.
    while next.get() < PEOPLE && setup.rounds > 1 {
        let _known = back_end.save(load, &next)?;
    }
    let [before, after] = ["before.db", "after.db"].map(|name| scratch.path().join(name));
    let mut best: Option<(Outcome, Outcome)> = None;
    for _ in 0..setup.rounds {
        copy(&demo.ledger(), &before)?;
        let ours = back_end.save(load, &next)?;
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
        .map(|(limit, ours)| beside("preferences-save", ours, limit.per_second))
        .into_iter()
        .collect())
}

/// The status of one person, again and again, beside a bare answer of the same size.
pub fn status(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let demo = setup.demo(&scratch)?;
    let back_end = BackEnd::open(&demo)?;
    let chosen: Value = serde_json::from_str(&event(0, true))?;
    back_end.ask("POST", "/v1/consents/events", &chosen)?;
    let path = "/v1/consents/users?organization_user_id=bench-person-0";
    let size = back_end.ask("GET", path, &json!({}))?.to_string().len();
    let request = back_end.request("GET", path)?;
    let bare = BareHttp::start(size)?;
    let (load, bytes) = (setup.load(CLIENTS), request.bytes());
    let (limit, ours) = setup.turns(
        || bare.measure(load, &request),
        || {
            load.run(async |_| {
                let bytes = bytes.clone();
                HttpClient::open(demo.address()?, 200, move || bytes.clone()).await
            })
        },
    )?;
    Ok(vec![beside("preferences-status", ours, limit.per_second)])
}
