//! Tickets for pages in browsers (enforcement-events-evidence 4.3; EVT-28, EVT-29).

use consentry_domain::scope::Scope;
use consentry_testkit::{Answer, TestApp, postgres::Postgres};
use http::Method;
use serde_json::Value;

use super::{asking, change_client, names, text, written};
use crate::world::connected;

/// Asks for a ticket as the bank's back end.
async fn asked(app: &TestApp, query: &str) -> Answer {
    let client = &app.bank.first_party;
    app.request(Method::POST, &format!("/events/v1/tickets?{query}"))
        .basic(&client.client_id, &client.client_secret)
        .send()
        .await
}

async fn ticket(app: &TestApp, query: &str) -> String {
    let answer = asked(app, query).await.expect_status(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    assert_eq!(body["expires_in"], 60);
    text(&body["ticket"])
}

/// What a browser does: no header says who it is.
async fn shown(app: &TestApp, ticket: &str) -> Answer {
    let path = format!("/events/v1/stream?ticket={ticket}");
    app.get(&path).await
}

#[tokio::test]
async fn evt_29_a_ticket_opens_one_stream_with_what_was_asked_for() {
    let app = connected().await;
    let ticket = ticket(&app, "types=consent.*&named=true&from=earliest").await;
    let path = format!("/events/v1/stream?ticket={ticket}");
    let mut stream = app.request(Method::GET, &path).listen().await;
    assert_eq!(stream.status, 200);
    assert_eq!(stream.headers["content-type"], "text/event-stream; charset=utf-8");
    let first: Value = loop {
        let block = stream.block().await.unwrap();
        if let Some(data) = block.data {
            assert_eq!(block.event.as_deref(), Some("consentry.consent.granted"));
            break serde_json::from_str(&data).unwrap();
        }
    };
    assert_eq!(names(&[first]), ["consent.granted"]);
    // A browser that comes again by itself is told to stay away.
    let again = shown(&app, &ticket).await.expect_status(204);
    assert!(again.bytes().is_empty());
}

#[tokio::test]
async fn evt_29_a_ticket_is_good_for_a_minute_to_the_microsecond() {
    let app = connected().await;
    let (early, late) = (ticket(&app, "").await, ticket(&app, "").await);
    app.pass(60);
    app.clock.advance_micros(-1);
    let path = format!("/events/v1/stream?ticket={early}");
    assert_eq!(app.request(Method::GET, &path).listen().await.status, 200);
    app.clock.advance_micros(1);
    let _late = shown(&app, &late).await.expect_status(204);
}

#[tokio::test]
async fn evt_29_what_is_no_ticket_is_401() {
    let app = connected().await;
    for wrong in ["", "sse_nonsense", "et_nonsense"] {
        let refused = shown(&app, wrong).await.expect_status(401);
        assert_eq!(refused.json()["code"], "unauthenticated", "{wrong}");
    }
    let more = format!("{}&types=grant.*", ticket(&app, "").await);
    let _refused = shown(&app, &more).await.expect_status(400);
    let nobody = app.request(Method::POST, "/events/v1/tickets").send().await;
    let _refused = nobody.expect_status(401);
    let client = &app.bank.third_party;
    let lacking = app
        .request(Method::POST, "/events/v1/tickets")
        .basic(&client.client_id, &client.client_secret);
    let _refused = lacking.send().await.expect_status(403);
    for wrong in ["types=nonsense.*", "colour=blue", "from=yesterday"] {
        let _refused = asked(&app, wrong).await.expect_status(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn evt_29_two_nodes_open_one_stream_with_one_ticket() {
    let postgres = Postgres::shared();
    let url = postgres.url(&postgres.database());
    let one = TestApp::start_in_database(&url).await;
    let other = one.another_node(&url).await;
    for _ in 0..4 {
        let path = format!("/events/v1/stream?ticket={}", ticket(&one, "").await);
        let open = async |app: &TestApp| app.request(Method::GET, &path).listen().await;
        let (first, second) = tokio::join!(open(&one), open(&other));
        let mut statuses = [first.status.as_u16(), second.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 204]);
    }
}

#[tokio::test]
async fn evt_28_a_stream_ends_with_the_credential_that_asked_for_its_ticket() {
    for way in ["revoked", "registration"] {
        let app = connected().await;
        let client = app.bank.first_party.clone();
        let fields = [("grant_type", "client_credentials"), ("scope", "events:read")];
        let token = app.ask_token(&client, &fields).await.expect_status(200).json();
        let token = text(&token["access_token"]);
        let ask = async || {
            let request = app.request(Method::POST, "/events/v1/tickets").bearer(&token);
            text(&request.send().await.expect_status(200).json()["ticket"])
        };
        let (used, unused) = (ask().await, ask().await);
        let path = format!("/events/v1/stream?ticket={used}");
        let mut stream = app.request(Method::GET, &path).listen().await;
        let _told = written(&app, "cleo", "share-my-email", "accepted").await;
        assert_eq!(stream.events(2).await.len(), 2);
        if way == "revoked" {
            let revoke = app
                .request(Method::POST, "/cis/oidc/token/revocation")
                .basic(&client.client_id, &client.client_secret);
            let form = [("token", token.as_str())];
            let _revoked = revoke.form(&form).send().await.expect_status(200);
        } else {
            change_client(&app, &client, |client| {
                let scopes = client.allowed_scopes.to_string().replace(" events:read", "");
                client.allowed_scopes = Scope::parse(&scopes).unwrap();
            })
            .await;
        }
        let _untold = written(&app, "cleo", "share-my-email", "accepted").await;
        while let Some(event) = stream.event().await {
            // Changing the registration is told to whoever could still read at that moment.
            assert_ne!(event["type"], "consentry.decision.recorded", "{way}");
        }
        let _over = shown(&app, &unused).await.expect_status(204);
    }
}

#[tokio::test]
async fn com_11_com_12_streams_are_opened_ten_times_a_minute() {
    let app = TestApp::start().await;
    for left in (0..10).rev() {
        let stream = asking(&app, "stream").listen().await;
        assert_eq!(stream.status, 200);
        assert_eq!(stream.headers["ratelimit-policy"], "\"streams\";q=10;w=60");
        assert_eq!(stream.headers["ratelimit"], format!("\"streams\";r={left};t=60"));
    }
    app.pass(20);
    let refused = asking(&app, "stream").send().await.expect_status(429);
    assert_eq!(refused.header("retry-after"), Some("40"));
    assert_eq!(refused.header("ratelimit"), Some("\"streams\";r=0;t=40"));
    assert_eq!(refused.header("ratelimit-policy"), Some("\"streams\";q=10;w=60"));
    let problem = refused.json();
    let kind = "https://iana.org/assignments/http-problem-types#quota-exceeded";
    assert_eq!(problem["type"], kind);
    assert_eq!(problem["violated-policies"], serde_json::json!(["streams"]));
    app.pass(40);
    assert_eq!(asking(&app, "stream").listen().await.status, 200);
}
