//! Endpoints: what is refused, changed, listed and removed.

use consentry_testkit::{Receiver, TestApp};
use http::{Method, header};
use serde_json::json;

use crate::world::{at, deliveries, endpoint, hooks, now, record, until_status};

#[tokio::test]
async fn whk_01_whk_19_addresses_inside_and_plain_http_are_refused() {
    let app = TestApp::start().await;
    for url in [
        "http://hooks.example.com/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://0xa000001/",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://192.0.2.1/",
        "https://user:secret@93.184.216.34/",
        "ftp://93.184.216.34/",
        "not an address",
    ] {
        let made = hooks(&app, Method::POST, "/endpoints", Some(&json!({ "url": url }))).await;
        let problem = made.expect_status(422).json();
        assert_eq!(problem["errors"][0]["pointer"], "/url", "{url}: {problem}");
        assert_eq!(problem["code"], "unprocessable");
    }
    let receiver = Receiver::start().await;
    let made = endpoint(&app, &receiver, &json!({})).await;
    let moved = json!({ "url": "https://10.0.0.1/" });
    let refused = hooks(&app, Method::PATCH, &at(&made, ""), Some(&moved)).await;
    let _refused = refused.expect_status(422);
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused_with_their_place() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    for (wish, status, pointer) in [
        (json!({ "types": ["consent.grantet"] }), 422, "/types"),
        (json!({ "types": "consent.granted" }), 400, "/types"),
        (json!({ "filters": { "colour": ["red"] } }), 400, "/filters"),
        (json!({ "filters": { "door": ["cellar"] } }), 400, "/filters/door"),
        (json!({ "signature": [] }), 422, "/signature"),
        (json!({ "signature": ["v2"] }), 400, "/signature"),
        (json!({ "timeout_s": 31 }), 422, "/timeout_s"),
        (json!({ "timeout_s": "15" }), 400, "/timeout_s"),
        (json!({ "max_in_flight": 0 }), 422, "/max_in_flight"),
        (json!({ "rate_per_s": 0 }), 422, "/rate_per_s"),
        (json!({ "order": "random" }), 400, "/order"),
        (json!({ "subject_view": "nobody knows" }), 422, "/subject_view"),
    ] {
        let mut body = wish.clone();
        body["url"] = json!(receiver.url);
        let made = hooks(&app, Method::POST, "/endpoints", Some(&body)).await;
        let problem = made.expect_status(status).json();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{wish}: {problem}");
    }
    let none = hooks(&app, Method::POST, "/endpoints", Some(&json!({}))).await;
    assert_eq!(none.expect_status(400).json()["errors"][0]["pointer"], "/url");
}

#[tokio::test]
async fn an_endpoint_is_read_changed_under_conditions_and_removed_with_what_waits() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let made = endpoint(
        &app,
        &receiver,
        &json!({ "types": ["decision.*"], "description": "one" }),
    )
    .await;
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let shown = now(&app, &made).await;
    for (name, value) in made.as_object().unwrap() {
        if !name.starts_with("secret") {
            assert_eq!(shown[name], *value, "{name}");
        }
    }
    let client = &app.bank.first_party;
    let patch = |tag: &'static str, body: serde_json::Value| {
        let request = app
            .request(Method::PATCH, &format!("/webhooks/v1{}", at(&made, "")))
            .basic(&client.client_id, &client.client_secret)
            .header(header::IF_MATCH, tag)
            .json(&body);
        request.send()
    };
    let changed = patch(
        "\"1\"",
        json!({ "description": null, "filters": { "door": ["records"] } }),
    )
    .await;
    let changed = changed.expect_status(200).json();
    assert_eq!(
        (&changed["description"], &changed["version"]),
        (&json!(""), &json!(2))
    );
    assert_eq!(changed["filters"], json!({ "door": ["records"] }));
    let _stale = patch("\"1\"", json!({ "description": "late" }))
        .await
        .expect_status(412);
    let listed = hooks(&app, Method::GET, "/endpoints?limit=1", None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(listed["endpoints"].as_array().unwrap().len(), 1);
    assert!(listed["next_cursor"].is_null());

    record(&app, "ada", "one").await;
    let outbound = app.outbound();
    let _came = receiver.first(1).await;
    until_status(&app, &made, "delivered", 1).await;
    assert_eq!(deliveries(&app, &made, "?type=decision.recorded").await.len(), 1);
    let gone = hooks(&app, Method::DELETE, &at(&made, ""), None).await;
    let _gone = gone.expect_status(204);
    let _missing = hooks(&app, Method::GET, &at(&made, ""), None)
        .await
        .expect_status(404);
    record(&app, "ada", "two").await;
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    assert_eq!(receiver.all().len(), 1);
    outbound.stop().await;
}

#[tokio::test]
async fn there_are_as_many_endpoints_of_a_host_as_there_may_be() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    for _ in 0..20 {
        let _made = endpoint(&app, &receiver, &json!({})).await;
    }
    let more = hooks(
        &app,
        Method::POST,
        "/endpoints",
        Some(&json!({ "url": receiver.url })),
    )
    .await;
    assert_eq!(more.expect_status(409).json()["code"], "conflict");
    let first = hooks(&app, Method::GET, "/endpoints?limit=15", None)
        .await
        .expect_status(200)
        .json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = hooks(
        &app,
        Method::GET,
        &format!("/endpoints?limit=15&cursor={cursor}"),
        None,
    )
    .await;
    assert_eq!(
        rest.expect_status(200).json()["endpoints"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
    let altered = hooks(&app, Method::GET, &format!("/endpoints?cursor={cursor}A"), None).await;
    assert_eq!(altered.expect_status(400).json()["code"], "cursor_mismatch");
}

#[tokio::test]
async fn com_01_only_clients_with_the_scope_keep_endpoints() {
    let app = TestApp::start().await;
    let _anonymous = app.get("/webhooks/v1/endpoints").await.expect_status(401);
    let moneytrack = app.bank.third_party.clone();
    let refused = crate::world::as_client(&app, &moneytrack, Method::GET, "/endpoints", None).await;
    assert_eq!(refused.expect_status(403).json()["code"], "insufficient_scope");
    let nonsense = hooks(&app, Method::GET, "/endpoints/nonsense", None).await;
    let _missing = nonsense.expect_status(404);
}
