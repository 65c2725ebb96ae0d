//! Who may read, and how (enforcement-events-evidence 1).

use consentry_testkit::TestApp;
use http::Method;

use super::{asking, asking_as, now};
use crate::world::connected;

const PATHS: [&str; 4] = [
    "events",
    "stream",
    "types",
    "events/01a2028d-eb68-7e5a-8d10-5566778899aa",
];

#[tokio::test]
async fn com_01_who_has_no_good_credentials_is_401_and_who_lacks_the_scope_403() {
    let app = connected().await;
    let first = &app.bank.first_party;
    let third = &app.bank.third_party;
    let person = app.person_token("ada", "openid accounts:balance").await.access;
    let without_scope = app.own_token(first).await;
    for path in PATHS {
        let get = || app.request(Method::GET, &format!("/events/v1/{path}"));
        for (request, status, code) in [
            (get(), 401, "unauthenticated"),
            (get().basic(&first.client_id, "wrong"), 401, "unauthenticated"),
            (get().bearer("nothing"), 401, "unauthenticated"),
            (
                get().basic(&third.client_id, &third.client_secret),
                403,
                "insufficient_scope",
            ),
            (get().bearer(&person), 403, "insufficient_scope"),
            (get().bearer(&without_scope), 403, "insufficient_scope"),
        ] {
            let answer = request.send().await.expect_status(status);
            assert_eq!(answer.json()["code"], code, "{path}");
            assert_eq!(answer.headers().contains_key("www-authenticate"), status == 401);
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
            assert!(answer.header("cache-control").unwrap().contains("no-store"));
        }
    }
    let fields = [("grant_type", "client_credentials"), ("scope", "events:read")];
    let token = app.ask_token(first, &fields).await.expect_status(200).json();
    let token = token["access_token"].as_str().unwrap();
    let get = || app.request(Method::GET, "/events/v1/events");
    let answer = get().bearer(token).send().await.expect_status(200);
    assert!(
        answer.header("cache-control").unwrap().contains("no-store"),
        "COM-03"
    );
    for query in [format!("access_token={token}"), "client_secret=x".to_owned()] {
        let in_query = format!("/events/v1/events?{query}");
        let bare = app.request(Method::GET, &in_query).send().await;
        let _com_02 = bare.expect_status(401);
        let beside = app.request(Method::GET, &in_query).bearer(token).send().await;
        let _com_02 = beside.expect_status(401);
    }
}

#[tokio::test]
async fn another_tenant_knows_nothing_of_it() {
    let app = connected().await;
    let other = TestApp::start_seeded(2).await;
    let client = app.bank.first_party.clone();
    for path in PATHS {
        let _not_its_client = asking_as(&other, &client, path).send().await.expect_status(401);
    }
    let cursor = now(&app).await;
    let foreign = asking(&other, &format!("events?cursor={cursor}")).send().await;
    assert_eq!(foreign.expect_status(400).json()["code"], "cursor_mismatch");
}

#[tokio::test]
async fn methods_and_media_types_are_answered_as_everywhere() {
    let app = connected().await;
    let client = &app.bank.first_party;
    let ask = |method: Method, path: &str| {
        app.request(method, &format!("/events/v1/{path}"))
            .basic(&client.client_id, &client.client_secret)
    };
    for path in ["events", "types", "schemas/consent.revoked.1.json"] {
        let head = ask(Method::HEAD, path).send().await.expect_status(200);
        assert_eq!(head.bytes(), b"");
    }
    let head = ask(Method::HEAD, "stream").send().await.expect_status(405);
    assert_eq!(head.header("allow"), Some("GET, OPTIONS"));
    for (method, path) in [
        (Method::POST, "events"),
        (Method::DELETE, "events"),
        (Method::PUT, "stream"),
        (Method::POST, "stream"),
        (Method::PATCH, "types"),
        (Method::DELETE, "schemas/consent.revoked.1.json"),
    ] {
        let answer = ask(method, path).send().await.expect_status(405);
        assert_eq!(answer.json()["code"], "method_not_allowed", "{path}");
    }
    for (path, accept) in [
        ("events", "text/html"),
        ("events", "text/event-stream"),
        ("stream", "application/json"),
        ("stream", "text/event-stream;q=0"),
    ] {
        let answer = ask(Method::GET, path).header("accept", accept).send().await;
        assert_eq!(
            answer.expect_status(406).json()["code"],
            "not_acceptable",
            "{path} {accept}"
        );
    }
    for accept in [
        "text/event-stream",
        "*/*",
        "text/*",
        "application/json, text/event-stream;q=0.1",
    ] {
        let stream = ask(Method::GET, "stream").header("accept", accept).listen().await;
        assert_eq!(stream.status, 200, "{accept}");
    }
    let nothing = ask(Method::GET, "nothing").send().await.expect_status(404);
    assert_eq!(nothing.json()["code"], "not_found");
}
