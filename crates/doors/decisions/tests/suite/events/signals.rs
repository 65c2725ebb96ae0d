//! Signals (enforcement-events-evidence 3.1): told to who listens, and kept nowhere.

use consentry_ledger::feed::{Filter, Heard, Reader, Start, SubjectView, Wish};
use consentry_testkit::{FULL_SCOPE, Listening, TestApp};
use http::Method;
use serde_json::{Value, json};

use super::{asking, asking_as, moneytrack_reads, names, now, since, stream, text};
use crate::world::connected;

/// Somebody is sent to be asked, by Moneytrack.
async fn sent_here(app: &TestApp) {
    let address = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let answer = app.browser().open(&address).await;
    assert_eq!(answer.status(), 303, "{}", answer.text());
    let location = answer.location();
    assert!(!location.as_str().contains("error="), "{location}");
}

/// The next signal, and that it is none to go on from.
async fn signal(stream: &mut Listening) -> Value {
    loop {
        let block = stream.block().await.unwrap();
        assert!(block.comments.is_empty(), "nothing was signalled in time");
        if let Some(data) = block.data {
            assert_eq!(block.id, None, "a signal has no place");
            let told: Value = serde_json::from_str(&data).unwrap();
            assert_eq!(block.event, Some(text(&told["type"])));
            return told;
        }
    }
}

#[tokio::test]
async fn evt_3_1_a_begun_interaction_is_signalled_to_who_listens_and_kept_nowhere() {
    let app = connected().await;
    let reads = moneytrack_reads(&app).await;
    let before = now(&app).await;
    let mut tenant = stream(&app, "signals=true&named=true").await;
    let party = asking_as(&app, &reads, "stream?signals=true&named=true&types=interaction.*");
    let mut party = party.listen().await;
    let mut deaf = stream(&app, "").await;
    sent_here(&app).await;
    let told = signal(&mut tenant).await;
    assert_eq!(told["type"], "consentry.interaction.created");
    assert_eq!(
        told["data"],
        json!({ "client": { "id": reads.client_id }, "channel": "oauth", "door": "authorization" })
    );
    assert_eq!(told["time"], told["timestamp"]);
    assert!(told["id"].is_string() && told["specversion"] == "1.0");
    for absent in ["sequence", "leafhash", "partitionkey", "correlationid"] {
        assert!(told.get(absent).is_none(), "{absent}: {told}");
    }
    let schema = app
        .get(&text(&told["dataschema"]))
        .await
        .expect_status(200)
        .json();
    assert_eq!(schema["title"], told["type"]);
    assert_eq!(signal(&mut party).await["id"], told["id"]);
    // It is nowhere afterwards, and who did not ask has heard nothing before what is decided next.
    assert_eq!(since(&app, &before).await, Vec::<Value>::new());
    let found = asking(&app, &format!("events/{}", text(&told["id"])))
        .send()
        .await;
    assert_eq!(found.status(), 404);
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let first = deaf.event().await.unwrap();
    assert_eq!(names(&[first]), ["decision.recorded"]);
    let answer = asking(&app, "types").send().await.expect_status(200).json();
    let entry = answer["types"].as_array().unwrap().iter();
    let mut entry = entry.filter(|entry| entry["type"] == told["type"]);
    assert_eq!(entry.next().unwrap()["leaf"], false);
}

#[tokio::test]
async fn evt_3_1_an_opened_dashboard_is_signalled_to_the_tenant_alone() {
    let app = connected().await;
    let reads = moneytrack_reads(&app).await;
    let mut tenant = stream(&app, "signals=true&named=true&types=embed.*").await;
    let party = asking_as(&app, &reads, "stream?signals=true&named=true");
    let mut party = party.listen().await;
    let _page = app.open_dashboard("ada").await.expect_status(200);
    let started = signal(&mut tenant).await;
    assert_eq!(started["type"], "consentry.embed.session.started");
    let data = &started["data"];
    assert_eq!(
        (&data["door"], &data["channel"]),
        (&json!("dashboard"), &json!("embed"))
    );
    assert_eq!(data["subject"]["type"], "user", "{started}");
    assert!(started["partitionkey"].is_string());
    // A token opens once.
    let ticket = app.ticket(&app.bank.customers[0].customer_id).await;
    let ticket = text(&ticket.expect_status(200).json()["access_token"]);
    for has_opened in [true, false] {
        let path = format!("/embed/authorizations?access_token={ticket}");
        let opening = app.request(Method::GET, &path).header("sec-fetch-dest", "iframe");
        assert_eq!(opening.send().await.status() == 200, has_opened);
    }
    let again = signal(&mut tenant).await;
    assert_eq!(again["type"], "consentry.embed.session.started");
    let refused = signal(&mut tenant).await;
    assert_eq!(refused["type"], "consentry.embed.session.refused");
    assert_eq!(refused["data"]["reason"], "reused");
    assert!(refused["data"].get("subject").is_none(), "{refused}");
    // The party hears only of what is its own.
    sent_here(&app).await;
    assert_eq!(signal(&mut party).await["type"], "consentry.interaction.created");
}

#[tokio::test]
async fn evt_3_1_filters_hold_for_signals_too() {
    let app = connected().await;
    let bank = app.bank.first_party.client_id.clone();
    let party = app.bank.third_party.client_id.clone();
    let mut other = Vec::new();
    for query in [
        format!("client={bank}"),
        "door=dashboard".to_owned(),
        "definition=accounts:balance".to_owned(),
        "types=consent.*".to_owned(),
    ] {
        other.push(stream(&app, &format!("signals=true&named=true&{query}")).await);
    }
    let mut own = stream(
        &app,
        &format!("signals=true&named=true&client={party}&door=authorization"),
    )
    .await;
    sent_here(&app).await;
    let told = signal(&mut own).await;
    assert_eq!(told["data"]["client"]["id"], party);
    for mut silent in other {
        let first = silent.block().await.unwrap();
        assert_eq!(first.retry.as_deref(), Some("3000"));
        let sign = silent.block().await.unwrap();
        assert_eq!((sign.comments, sign.data), (vec!["hb".to_owned()], None));
    }
}

#[tokio::test]
async fn evt_21_asking_for_signals_where_none_are_told_is_refused() {
    let app = connected().await;
    for path in [
        "events?types=interaction.created",
        "events?types=consent.*,embed.*",
        "stream?types=embed.session.started",
        "stream?signals=false&types=embed.session.*",
        "stream?signals=maybe",
    ] {
        let refused = asking(&app, path).send().await.expect_status(400).json();
        assert_eq!(refused["code"], "invalid_parameter", "{path}");
    }
    let _both = stream(&app, "signals=true&types=embed.session.*,consent.*").await;
    let _rejected = asking(&app, "events?types=interaction.*")
        .send()
        .await
        .expect_status(200);
}

#[tokio::test]
async fn evt_3_1_who_does_not_keep_up_loses_the_oldest_signals_and_no_event() {
    const MANY: usize = 300;
    const KEPT: usize = 256;
    let app = connected().await;
    let wish = Wish {
        start: Start::Latest,
        filter: Filter::default(),
        view: SubjectView::Nobody,
    };
    let ledger = app.ledger.clone();
    let reading = ledger.read_events(
        app.tenant(),
        "https://bank.example".to_owned(),
        Reader::house("slow"),
        wish,
    );
    let mut follower = reading.await.unwrap().follow().await.unwrap().with_signals();
    for _ in 0..MANY {
        sent_here(&app).await;
    }
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let (mut events, mut signals) = (0, 0);
    while events == 0 || signals == 0 {
        match follower.next().await.unwrap() {
            Heard::Events(page) => events += page.events.len(),
            Heard::Signals(told) => signals += told.len(),
            Heard::Nothing => {}
            Heard::Over(ended) => panic!("{ended:?}"),
        }
    }
    assert!(events >= 3, "{events}");
    assert_eq!(signals, KEPT, "the rest was pushed out");
}
