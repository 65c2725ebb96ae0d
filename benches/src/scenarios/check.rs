//! May this party use that? Answered from memory, and for somebody whom nobody asked about before.

use std::{cell::Cell, rc::Rc};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{Setup, beside, free_address, grant::Decisions, introspect, spread};
use crate::{
    demo::Demo,
    grown::{self, Person},
    http::{Connection, Request},
    limits::{bare_http::BareHttp, indexed_read},
    load::{Ask, HttpClient, Load, Outcome, better},
    report::Figure,
};

const CLIENTS: usize = 64;

/// Consents in the ledger whose people are asked about for the first time.
const CONSENTS: u64 = 1_000_000;

/// One question again and again, beside a bare answer of the same size; and how long answers take at half that load.
pub fn warm(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let demo = setup.demo(&scratch)?;
    let _shares = introspect::token(&demo)?;
    let question = json!({
        "subject": { "type": "user", "id": demo.fact("/users/0/username")? },
        "action": { "name": "read" },
        "resource": { "type": "scope", "id": "accounts:balance" },
        "context": { "audience": "moneytrack" },
    });
    let request = asking(&demo, &question)?;
    let bare = BareHttp::start(size(&demo, &request)?)?;
    let (address, load, bytes) = (demo.address()?, setup.load(CLIENTS), request.bytes());
    let (limit, ours) = setup.turns(
        || bare.measure(load, &request),
        || {
            load.run(async |_| {
                let bytes = bytes.clone();
                HttpClient::open(address, 200, move || bytes.clone()).await
            })
        },
    )?;
    let half = load.run_at(ours.per_second / 2.0, async |_| {
        let bytes = bytes.clone();
        HttpClient::open(address, 200, move || bytes.clone()).await
    })?;
    Ok(vec![
        beside("check", ours, limit.per_second),
        spread("check-half", half),
    ])
}

/// Each question is about somebody else. The limit is made of what no implementation can leave out: an answer and a read.
pub fn cold(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let (folder, listen) = (scratch.path().join("data"), free_address()?);
    let consents = if setup.rounds > 1 { CONSENTS } else { 5_000 };
    let demo = Demo::start_at(&setup.binary, &folder, &listen)?;
    Decisions::of(&demo, "person").record(setup.load(1))?;
    let ledger = demo.ledger();
    drop(demo);
    grown::settle(&ledger)?;
    grown::grow(&ledger, consents)?;
    grown::settle(&ledger)?;
    let people = consents / grown::EACH;
    let demo = Demo::start_at(&setup.binary, &folder, &listen)?;
    let first = asking(&demo, &about(0, people))?;
    let bare = BareHttp::start(size(&demo, &first)?)?;
    let load = setup.load(CLIENTS);
    // Nobody is asked about twice, since they would be known by then.
    let (next, share) = (Rc::new(Cell::new(1)), people / u64::from(setup.rounds));
    let (mut answers, mut reads): (f64, f64) = (0.0, 0.0);
    let mut ours: Option<Outcome> = None;
    for round in 1..=u64::from(setup.rounds) {
        answers = answers.max(bare.measure(load, &first)?.per_second);
        reads = reads.max(indexed_read::measure(&ledger, people, setup.window / 4)?);
        let outcome = once_each(&demo, load, &next, share * round, people)?;
        ours = Some(ours.map_or(outcome, |best| better(best, outcome)));
        next.set(next.get().max(share * round));
    }
    // A read is made on one of the two cores.
    let limit = 1.0 / (1.0 / answers + 1.0 / (2.0 * reads));
    let figures = ours.map(|ours| Figure {
        records: Some(consents),
        ..beside("check-cold", ours, limit)
    });
    Ok(figures.into_iter().collect())
}

/// Asks about everybody up to this number, or as many as there is time for.
fn once_each(demo: &Demo, load: Load, next: &Rc<Cell<u64>>, until: u64, people: u64) -> Result<Outcome> {
    Inquiry {
        next: Rc::clone(next),
        until,
        apart: 1,
        people,
    }
    .run(demo, load)
}

/// Asks about so many of the grown people of a ledger, evenly spread, each once.
pub(super) fn some(demo: &Demo, load: Load, questions: u64, people: u64) -> Result<Outcome> {
    Inquiry {
        next: Rc::default(),
        until: questions,
        apart: (people / questions).max(1),
        people,
    }
    .run(demo, load)
}

/// Asks the same question about one of them again and again.
pub(super) fn again(demo: &Demo, load: Load, people: u64) -> Result<Outcome> {
    let (address, bytes) = (demo.address()?, asking(demo, &about(0, people))?.bytes());
    load.run(async |_| {
        let bytes = bytes.clone();
        HttpClient::open(address, 200, move || bytes.clone()).await
    })
}

/// Questions about one person after the other.
#[derive(Clone)]
struct Inquiry {
    /// Number of the next question.
    next: Rc<Cell<u64>>,
    /// Number of the first question that is not asked.
    until: u64,
    /// How far those who are asked about are from each other.
    apart: u64,
    people: u64,
}

impl Inquiry {
    fn run(self, demo: &Demo, load: Load) -> Result<Outcome> {
        let address = demo.address()?;
        load.run(async |_| {
            let last = self.people - 1;
            Ok(Inquirer {
                connection: Connection::open(address).await?,
                request: asking(demo, &about(last, self.people))?.bytes(),
                last: Person::new(last, self.people).uuid(),
                inquiry: self.clone(),
            })
        })
    }

    /// The id of the next person.
    fn next(&self) -> Option<String> {
        let number = self.next.get();
        (number < self.until).then(|| {
            self.next.set(number + 1);
            Person::new(number * self.apart, self.people).uuid()
        })
    }
}

/// A client that asks them.
struct Inquirer {
    connection: Connection,
    request: Vec<u8>,
    last: String,
    inquiry: Inquiry,
}

impl Ask for Inquirer {
    async fn ask(&mut self) -> Result<bool> {
        let Some(id) = self.inquiry.next() else {
            return Ok(false);
        };
        let place = self
            .request
            .windows(id.len())
            .rposition(|window| window == self.last.as_bytes());
        if let Some(place) = place {
            self.request[place..place + id.len()].copy_from_slice(id.as_bytes());
        }
        self.last = id;
        self.connection.send(&self.request).await?.expect(200)?;
        Ok(true)
    }
}

fn about(number: u64, people: u64) -> Value {
    json!({
        "subject": {
            "type": "user", "id": Person::new(number, people).uuid(),
            "properties": { "issuer": "urn:consentry:subject" },
        },
        "action": { "name": "use" },
        "resource": { "type": "definition", "id": "share-my-email" },
        "context": { "audience": "shop-0" },
    })
}

/// A question of the bank's back end.
fn asking(demo: &Demo, question: &Value) -> Result<Request> {
    let client = "/authorization/first_party";
    Ok(Request::new("POST", "/access/v1/evaluation", demo.address()?)
        .basic(
            demo.fact(&format!("{client}/client_id"))?,
            demo.fact(&format!("{client}/client_secret"))?,
        )
        .body("application/json", question.to_string()))
}

/// Of the answer, which is a permit.
fn size(demo: &Demo, request: &Request) -> Result<usize> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let address = demo.address()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let answer = connection.send(&request.bytes()).await?;
        answer.expect(200)?;
        let decided: Value = serde_json::from_slice(answer.body)?;
        ensure!(decided["decision"] == true, "no permit: {decided}");
        Ok(answer.body.len())
    })
}
