//! Server-sent events (enforcement-events-evidence 4.3).

use consentry_ledger::{
    feed::{FeedError, Filter, Heard, Reader, Start, SubjectView, Wish},
    provision::Entry,
};
use consentry_testkit::{Listening, TestApp};
use http::Method;
use serde_json::{Value, json};

use super::{
    asking, change_client, events, ids, known, names, now, page, patched, since, stream, text, written,
};
use crate::world::{connected, unbounded};

/// Reads a stream to its end; gives what was told until then.
async fn to_the_end(mut stream: Listening) -> Vec<Value> {
    let mut told = Vec::new();
    while let Some(event) = stream.event().await {
        told.push(event);
    }
    told
}

#[tokio::test]
async fn the_first_lines_say_when_to_come_again_and_from_where() {
    let app = connected().await;
    let cursor = now(&app).await;
    let mut stream = stream(&app, "").await;
    assert_eq!(stream.headers["content-type"], "text/event-stream; charset=utf-8");
    assert!(
        stream.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("no-store")
    );
    assert_eq!(stream.headers["x-accel-buffering"], "no");
    let first = stream.block().await.unwrap();
    assert_eq!(first.retry.as_deref(), Some("3000"));
    assert_eq!(first.data, None);
    assert_eq!(
        first.id.as_deref(),
        Some(cursor.as_str()),
        "nothing is lost between here and the first event"
    );
    let sign = stream.block().await.unwrap();
    assert_eq!(
        (sign.comments, sign.data, sign.id),
        (vec!["hb".to_owned()], None, None)
    );
}

#[tokio::test]
async fn what_is_decided_comes_at_once_and_as_pages_have_it() {
    let app = connected().await;
    let before = now(&app).await;
    let mut plain = stream(&app, "").await;
    let mut named = stream(&app, "named=true").await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let paged = since(&app, &before).await;
    assert_eq!(plain.events(paged.len()).await, paged, "EVT-07");
    let mut told = Vec::new();
    while told.len() < paged.len() {
        let block = named.block().await.unwrap();
        if let Some(data) = block.data {
            assert!(!data.contains('\n'));
            let event: Value = serde_json::from_str(&data).unwrap();
            assert_eq!(block.event.unwrap(), text(&event["type"]));
            told.push(event);
        }
    }
    assert_eq!(told, paged);
}

#[tokio::test]
async fn evt_25_a_reader_goes_on_behind_the_last_id_it_saw() {
    let app = connected().await;
    let all = events(&app, "from=earliest&limit=500").await;
    let mut first = stream(&app, "from=earliest").await;
    for following in &all[1..] {
        let _one = first.event().await.unwrap();
        let id = first.last_id().to_owned();
        // The header wins over both parameters.
        let more = asking(&app, "stream?from=latest").header("last-event-id", &id);
        let mut more = more.listen().await;
        assert_eq!(more.status, 200);
        assert_eq!(more.event().await.unwrap()["id"], following["id"]);
        let mut by_cursor = stream(&app, &format!("cursor={id}")).await;
        assert_eq!(by_cursor.event().await.unwrap()["id"], following["id"]);
    }
    for wrong in ["x", "%F0", &first.last_id()[1..]] {
        let refused = asking(&app, "stream").header("last-event-id", wrong).send().await;
        assert_eq!(refused.expect_status(400).json()["code"], "cursor_mismatch");
    }
}

#[tokio::test]
async fn evt_26_filters_have_to_be_repeated() {
    let app = connected().await;
    let mut filtered = stream(&app, "from=earliest&types=grant.*").await;
    let created = filtered.event().await.unwrap();
    assert_eq!(created["type"], "consentry.grant.created");
    let id = filtered.last_id().to_owned();
    let other = asking(&app, "stream?types=consent.*").header("last-event-id", &id);
    assert_eq!(
        other.send().await.expect_status(400).json()["code"],
        "cursor_mismatch"
    );
    let same = asking(&app, "stream?types=grant.*").header("last-event-id", &id);
    let mut same = same.listen().await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    assert_eq!(same.event().await.unwrap()["type"], "consentry.grant.ended");
}

/// Pages up to somewhere, then a stream that is torn down and opened again and again, while several write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evt_19_pages_and_streams_join_without_gap_or_repetition_while_others_write() {
    const WRITERS: usize = 3;
    const EACH: usize = 12;
    let app = TestApp::start().await;
    unbounded(&app).await;
    known(&app, &["w0", "w1", "w2"]).await;
    let start = now(&app).await;
    let write = |writer: usize| {
        let app = &app;
        async move {
            for round in 0..EACH {
                let record = written(app, &format!("w{writer}"), "share-my-email", "accepted").await;
                if round % 3 == 0 {
                    app.pass(1);
                    let _revoked = patched(app, &record, &json!({ "status": "revoked" })).await;
                }
            }
        }
    };
    let wanted = WRITERS * (EACH * 2 + EACH.div_ceil(3) * 2);
    let read = async {
        let mut told: Vec<Value> = Vec::new();
        let mut cursor = start.clone();
        while told.len() < 10 {
            let page = page(&app, &format!("cursor={cursor}&limit=3&wait=5")).await;
            told.extend(page["events"].as_array().unwrap().iter().cloned());
            cursor = text(&page["next_cursor"]);
        }
        while told.len() < wanted {
            let mut stream = stream(&app, &format!("cursor={cursor}")).await;
            let some = (wanted - told.len()).min(5);
            told.extend(stream.events(some).await);
            cursor = stream.last_id().to_owned();
        }
        told
    };
    let (told, ..) = tokio::join!(read, write(0), write(1), write(2));
    let all = since(&app, &start).await;
    assert_eq!(all.len(), wanted);
    assert_eq!(ids(&told), ids(&all));
    assert_eq!(told, all);
}

#[tokio::test]
async fn a_filter_that_lets_nothing_through_still_moves_on() {
    let app = connected().await;
    let mut quiet = stream(&app, "from=earliest&types=key.retired").await;
    let first = quiet.block().await.unwrap().id.unwrap();
    let sign = quiet.block().await.unwrap();
    assert_eq!(sign.comments, ["hb"]);
    let end = page(&app, "from=latest&types=key.retired").await;
    assert_eq!(sign.id, Some(text(&end["next_cursor"])));
    assert_ne!(sign.id, Some(first));
}

#[tokio::test]
async fn evt_28_a_stream_ends_when_its_token_does() {
    for way in ["expired", "revoked"] {
        let app = connected().await;
        known(&app, &["cleo"]).await;
        let client = app.bank.first_party.clone();
        let fields = [("grant_type", "client_credentials"), ("scope", "events:read")];
        let token = app.ask_token(&client, &fields).await.expect_status(200).json();
        let token = text(&token["access_token"]);
        let open = || app.request(Method::GET, "/events/v1/stream").bearer(&token);
        let stream = open().listen().await;
        assert_eq!(stream.status, 200);
        let before = now(&app).await;
        let _told = written(&app, "cleo", "share-my-email", "accepted").await;
        let mut stream = stream;
        let told = stream.events(2).await;
        assert_eq!(ids(&told), ids(&since(&app, &before).await));
        if way == "expired" {
            app.pass(3600);
        } else {
            let form = [("token", token.as_str())];
            let revoke = app
                .request(Method::POST, "/cis/oidc/token/revocation")
                .basic(&client.client_id, &client.client_secret);
            let _revoked = revoke.form(&form).send().await.expect_status(200);
        }
        let _untold = written(&app, "cleo", "share-my-email", "accepted").await;
        assert_eq!(to_the_end(stream).await, Vec::<Value>::new(), "{way}");
        let _refused = open().send().await.expect_status(401);
    }
}

#[tokio::test]
async fn evt_28_a_stream_ends_when_its_client_may_no_longer_read() {
    let app = connected().await;
    let client = app.bank.first_party.clone();
    let stream = stream(&app, "").await;
    change_client(&app, &client, |client| {
        let scopes = client.allowed_scopes.to_string().replace(" events:read", "");
        client.allowed_scopes = consentry_domain::scope::Scope::parse(&scopes).unwrap();
    })
    .await;
    let _untold = written(&app, "cleo", "share-my-email", "accepted").await;
    let told = names(&to_the_end(stream).await);
    assert!(!told.contains(&"decision.recorded".to_owned()), "{told:?}");
    let refused = asking(&app, "stream").send().await.expect_status(403);
    assert_eq!(refused.json()["code"], "insufficient_scope");
}

#[tokio::test]
async fn evt_27_a_stream_ends_after_an_hour_and_goes_on_without_loss() {
    let app = connected().await;
    known(&app, &["cleo"]).await;
    let stream = stream(&app, "").await;
    let before = now(&app).await;
    app.pass(3600);
    let mut stream = stream;
    while stream.block().await.is_some() {}
    let _record = written(&app, "cleo", "share-my-email", "accepted").await;
    let id = stream.last_id().to_owned();
    assert_eq!(id, before);
    let mut again = asking(&app, "stream").header("last-event-id", &id).listen().await;
    assert_eq!(
        names(&again.events(2).await),
        ["decision.recorded", "consent.granted"]
    );
}

#[tokio::test]
async fn streams_end_when_the_server_stops_and_nobody_can_open_one() {
    let app = connected().await;
    let streams = [
        stream(&app, "").await,
        stream(&app, "from=earliest&types=key.*").await,
    ];
    let waiting = async {
        let cursor = now(&app).await;
        asking(&app, &format!("events?cursor={cursor}&wait=25"))
            .send()
            .await
            .expect_status(200)
    };
    let stopping = async {
        let _told = written(&app, "cleo", "share-my-email", "accepted").await;
        app.ledger.stop_followers();
    };
    let (_page, ()) = tokio::join!(waiting, stopping);
    for stream in streams {
        let _told = to_the_end(stream).await;
    }
    let refused = asking(&app, "stream").send().await.expect_status(503);
    assert_eq!(refused.json()["code"], "unavailable");
    assert!(refused.headers().contains_key("retry-after"));
    let _page = page(&app, "from=earliest").await;
}

#[tokio::test]
async fn a_reader_may_have_so_many_streams_and_is_told_so() {
    let app = connected().await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(stream(&app, "").await);
    }
    let refused = asking(&app, "stream").send().await.expect_status(429);
    assert_eq!(refused.json()["code"], "rate_limited");
    assert!(
        refused.json()["detail"].as_str().unwrap().contains("20 streams"),
        "{}",
        refused.text()
    );
    assert!(refused.headers().contains_key("retry-after"));
    drop(streams.pop());
    // What went away is counted out as soon as its task sees it.
    loop {
        let again = asking(&app, "stream").listen().await;
        if again.status == 200 {
            break;
        }
        tokio::task::yield_now().await;
    }
}

/// Many events at once.
async fn burst(app: &TestApp, round: usize) {
    let definition = |number: usize| {
        let definition = json!({ "key": format!("burst-{round}-{number}"), "kind": "agreement" });
        Entry::Definition(serde_json::from_value(definition).unwrap())
    };
    app.provision(&(0..600).map(definition).collect::<Vec<_>>()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evt_27_a_reader_that_takes_nothing_is_let_go_and_loses_nothing() {
    let app = TestApp::start().await;
    unbounded(&app).await;
    let start = now(&app).await;
    let mut lazy = Vec::new();
    for _ in 0..20 {
        lazy.push(stream(&app, &format!("cursor={start}")).await);
    }
    // There is room for another one when one of them was let go.
    let mut rounds = 0;
    while asking(&app, "stream").listen().await.status == 429 {
        burst(&app, rounds).await;
        rounds += 1;
        assert!(rounds < 20, "nobody is let go");
    }
    let mut let_go = 0;
    for mut stream in lazy {
        let (mut told, all) = (Vec::new(), all_since(&app, &start).await);
        while told.len() < all.len() {
            match stream.event().await {
                Some(event) => told.push(event),
                None => break,
            }
        }
        if told.len() < all.len() {
            let_go += 1;
            let more = asking(&app, "stream").header("last-event-id", stream.last_id());
            told.extend(more.listen().await.events(all.len() - told.len()).await);
        }
        assert_eq!(ids(&told), ids(&all));
    }
    assert!(let_go > 0);
}

async fn all_since(app: &TestApp, cursor: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), cursor.to_owned());
    loop {
        let page = page(app, &format!("cursor={cursor}&limit=500")).await;
        all.extend(page["events"].as_array().unwrap().iter().cloned());
        cursor = text(&page["next_cursor"]);
        if page["has_more"] == false {
            return all;
        }
    }
}

/// Webhooks and mirrors follow the same feed, without HTTP.
#[tokio::test]
async fn parts_of_the_house_follow_the_same_feed() {
    let app = connected().await;
    let client = app.tenant().client("moneytrack").unwrap().clone();
    let wish = |start| Wish {
        start,
        filter: Filter::default(),
        view: SubjectView::Internal,
    };
    let reading = |reader, wish| {
        let base = "http://127.0.0.1:8080".to_owned();
        app.ledger.read_events(app.tenant(), base, reader, wish)
    };
    let house = reading(Reader::house("mirror"), wish(Start::Latest))
        .await
        .unwrap();
    let kept = house.cursor();
    let mut follower = house.follow().await.unwrap();
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let mut told = Vec::new();
    while told.len() < 6 {
        if let Heard::Events(page) = follower.next().await.unwrap() {
            told.extend(page.events.into_iter().map(|event| event.json));
        }
    }
    let user = &app.bank.customers[0].user_id;
    assert!(told.iter().all(|json| json.contains(user.as_str())));
    // What was kept leads on, as after a restart.
    let again = reading(Reader::house("mirror"), wish(Start::Cursor(kept)));
    let page = again.await.unwrap().page(100).await.unwrap();
    assert_eq!(
        page.events
            .into_iter()
            .map(|event| event.json)
            .collect::<Vec<_>>(),
        told
    );
    let hidden = reading(Reader::of_client(&client), wish(Start::Earliest)).await;
    assert!(matches!(hidden, Err(FeedError::SubjectsHidden)));
    let usual = Wish {
        view: SubjectView::Usual,
        ..wish(Start::Earliest)
    };
    let mut party = reading(Reader::of_client(&client), usual).await.unwrap();
    let told = party.page(100).await.unwrap().events;
    assert!(told.iter().any(|event| event.kind == "consentry.grant.ended"));
    assert!(told.iter().all(|event| !event.json.contains("decision.recorded")));
}
