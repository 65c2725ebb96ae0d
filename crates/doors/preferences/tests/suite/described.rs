//! The OpenAPI description of the door is complete, and true: routes, examples and real answers are held against it.

use std::{collections::BTreeSet, sync::Arc};

use consentry_testkit::description::{assert_described, assert_examples, assert_path_parameters, operations};
use consentry_web::routes::{CrossOriginPolicies, Site};
use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, KEY, SECRET, World, text};

fn document() -> Value {
    serde_json::to_value(consentry_door_preferences::openapi::document()).unwrap()
}

/// The operations for programs that the door registers, with the version in front.
fn registered(world: &World) -> BTreeSet<String> {
    let nobody: CrossOriginPolicies = Arc::new(|_, _, _| None);
    let table = consentry_door_preferences::routes().with_state(world.app.parts().house);
    let site = Site::join(vec![table], &nobody).unwrap();
    let listing = site.listing();
    let lines = listing.lines().filter(|line| !line.starts_with("prefix"));
    lines
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .filter(|operation| operation.contains(" /v1/") && !operation.starts_with("HEAD"))
        .filter(|operation| !operation.contains("/execute") && !operation.contains("/approvals"))
        .collect()
}

#[tokio::test]
async fn every_operation_is_described() {
    let world = World::new().await;
    let (mut seen, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for (path, method, operation) in operations(&document()) {
        seen.insert(format!("{} {path}", method.to_uppercase()));
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
        assert_path_parameters(&path, &operation);
    }
    assert_eq!(seen, registered(&world));
}

#[test]
fn every_example_is_one() {
    assert_examples(&document(), 400);
}

#[tokio::test]
async fn real_answers_are_as_described() {
    let world = World::new().await;
    world
        .app
        .configure(|tenant| tenant.preferences.public_key = Some("harbor-public".to_owned()))
        .await;
    let document = document();
    let opened = json!({ "type": "api-key", "key": KEY, "secret": SECRET });
    let session = world
        .app
        .request(Method::POST, "/v1/sessions")
        .json(&opened)
        .send()
        .await;
    assert_described(&document, "post", "/v1/sessions", &session);
    let ask = async |method: Method, path: &str, own: &str, body: Option<Value>, status: u16| -> Value {
        let answer = world
            .ask(method.clone(), &format!("/v1{path}"), body.as_ref())
            .await;
        assert_eq!(answer.status(), status, "{method} {path}: {}", answer.text());
        let method = method.as_str().to_lowercase();
        assert_described(&document, &method, &format!("/v1{own}"), &answer);
        if answer.bytes().is_empty() {
            Value::Null
        } else {
            answer.json()
        }
    };
    let token = json!({ "organization_user_id": IRIS, "metadata": { "a": true }, "permissions": ["read"] });
    let token = ask(
        Method::POST,
        "/consents/tokens",
        "/consents/tokens",
        Some(token),
        200,
    )
    .await;
    let event = json!({
        "user": { "organization_user_id": IRIS, "metadata": { "a": 1 } }, "metadata": { "b": [1] },
        "consents": { "purposes": [{ "id": "newsletter", "enabled": true, "values": { "rhythm": { "value": "daily" } } }],
            "channels": [{ "id": "post", "enabled": false }] },
        "proofs": ["data:application/pdf;base64,JVBERi0xLjcK"],
    });
    let event = ask(
        Method::POST,
        "/consents/events",
        "/consents/events",
        Some(event),
        200,
    )
    .await;
    let (id, user) = (text(&event, "id"), text(&event["user"], "id"));
    let proof = event["proofs_id"][0].as_str().unwrap();
    ask(
        Method::GET,
        &format!("/consents/proofs/{proof}"),
        "/consents/proofs/{proof}",
        None,
        200,
    )
    .await;
    let path = format!("/consents/events?organization_user_id={IRIS}");
    ask(Method::GET, &path, "/consents/events", None, 200).await;
    let (path, own) = (format!("/consents/events/{id}"), "/consents/events/{event}");
    ask(Method::GET, &path, own, None, 200).await;
    ask(
        Method::PATCH,
        &path,
        own,
        Some(json!({ "metadata": { "c": true } })),
        200,
    )
    .await;
    ask(Method::PATCH, &path, own, Some(json!({ "status": "over" })), 400).await;
    ask(Method::DELETE, &path, own, None, 204).await;
    ask(Method::GET, &path, own, None, 404).await;
    ask(
        Method::GET,
        "/consents/users?$include_full_tree=true",
        "/consents/users",
        None,
        200,
    )
    .await;
    let (path, own) = (format!("/consents/users/{user}"), "/consents/users/{user}");
    ask(Method::GET, &path, own, None, 200).await;
    ask(Method::PATCH, &path, own, Some(json!({ "country": "PT" })), 200).await;
    let link = json!({ "organization_user_id": IRIS, "action": "event.create", "event": { "consents": { "purposes": [{ "id": "newsletter", "enabled": true }] } } });
    ask(
        Method::POST,
        "/consents/links",
        "/consents/links",
        Some(link),
        200,
    )
    .await;
    let file = json!({ "file": "data:application/pdf;base64,JVBERi0xLjcK" });
    ask(
        Method::POST,
        "/consents/proofs",
        "/consents/proofs",
        Some(file),
        200,
    )
    .await;
    for (path, own) in [
        ("/metadata/purposes?$translations=true", "/metadata/purposes"),
        ("/metadata/purposes/newsletter", "/metadata/purposes/{purpose}"),
        ("/preferences", "/preferences"),
        ("/preferences/rhythm", "/preferences/{preference}"),
        ("/compliance/v1/regulations", "/compliance/v1/regulations"),
        ("/languages", "/languages"),
        ("/configuration-tree", "/configuration-tree"),
        ("/secrets", "/secrets"),
        ("/auth-providers", "/auth-providers"),
        ("/auth-providers/otp", "/auth-providers/{provider}"),
        ("/keys", "/keys"),
        ("/widgets/templates", "/widgets/templates"),
    ] {
        ask(Method::GET, path, own, None, 200).await;
    }
    let wish = json!({ "id": "trips", "name": "Trips" });
    ask(
        Method::POST,
        "/metadata/purposes",
        "/metadata/purposes",
        Some(wish.clone()),
        200,
    )
    .await;
    ask(
        Method::POST,
        "/metadata/purposes",
        "/metadata/purposes",
        Some(wish),
        409,
    )
    .await;
    let wish = json!({ "id": "where", "purpose_id": "trips", "values": [{ "id": "north", "name": { "en": "North" } }] });
    ask(Method::POST, "/preferences", "/preferences", Some(wish), 200).await;
    let (path, own) = ("/preferences/where", "/preferences/{preference}");
    ask(Method::DELETE, path, own, None, 200).await;
    let (path, own) = ("/metadata/purposes/trips", "/metadata/purposes/{purpose}");
    ask(Method::DELETE, path, own, None, 200).await;
    let wish = Some(json!({ "name": "mails" }));
    let secret = ask(Method::POST, "/secrets", "/secrets", wish.clone(), 200).await;
    let (path, own) = (format!("/secrets/{}", text(&secret, "id")), "/secrets/{secret}");
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let body = wish
            .clone()
            .filter(|_| method == Method::PUT || method == Method::PATCH);
        ask(method, &path, own, body, 200).await;
    }
    ask(Method::GET, &path, own, None, 404).await;
    let widget = json!({ "id": "frame", "name": "In a frame", "format": "embeddable" });
    ask(Method::POST, "/widgets", "/widgets", Some(widget.clone()), 200).await;
    ask(Method::GET, "/widgets", "/widgets", None, 200).await;
    let deploy = "/widgets/deployments";
    ask(
        Method::POST,
        deploy,
        deploy,
        Some(json!({ "widget_id": "frame" })),
        200,
    )
    .await;
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let body = Some(widget.clone()).filter(|_| method == Method::PUT || method == Method::PATCH);
        ask(method, "/widgets/frame", "/widgets/{widget}", body, 200).await;
    }
    let tree = ask(
        Method::GET,
        "/configuration-tree",
        "/configuration-tree",
        None,
        200,
    )
    .await;
    ask(
        Method::PUT,
        "/configuration-tree",
        "/configuration-tree",
        Some(tree),
        200,
    )
    .await;
    let key = format!("/keys/{KEY}");
    ask(Method::GET, &key, "/keys/{key}", None, 200).await;
    ask(
        Method::PATCH,
        &key,
        "/keys/{key}",
        Some(json!({ "enabled": true })),
        403,
    )
    .await;
    let center = json!({ "id": "own", "name": "Your choices" });
    ask(
        Method::POST,
        "/privacy-centers",
        "/privacy-centers",
        Some(center),
        200,
    )
    .await;
    ask(Method::GET, "/privacy-centers", "/privacy-centers", None, 200).await;
    let own = "/privacy-centers/{center}";
    ask(
        Method::PATCH,
        "/privacy-centers/own",
        own,
        Some(json!({ "auth_enabled": true })),
        200,
    )
    .await;
    let page = async |path: &str, status: u16| {
        let sign = if path.contains('?') { '&' } else { '?' };
        let answer = world.app.get(&format!("/v1{path}{sign}key=harbor-public")).await;
        assert_eq!(answer.status(), status, "{path}: {}", answer.text());
        let (own, _) = path.split_once('?').unwrap_or((path, ""));
        let own = own.replace("/own", "/{center}");
        assert_described(&document, "get", &format!("/v1{own}"), &answer);
    };
    page("/privacy-centers/own", 200).await;
    page("/auth/initiate", 200).await;
    page(&format!("/auth/protocols/otp/generate?email={IRIS}"), 200).await;
    page("/auth/protocols/otp/generate", 400).await;
    let link = format!(
        "/auth/protocols/message/callback?id={IRIS}&privacy_center_url=http://127.0.0.1:8080/center/own"
    );
    page(&link, 200).await;
    ask(Method::DELETE, "/privacy-centers/own", own, None, 200).await;
    let path = format!("/consents/tokens/{}", text(&token, "jti"));
    ask(Method::DELETE, &path, "/consents/tokens/{jti}", None, 204).await;
    ask(
        Method::DELETE,
        &format!("/consents/users/{user}"),
        "/consents/users/{user}",
        None,
        200,
    )
    .await;
    let unknown = "/consents/erasures/019ca832-6180-7a31-a1b2-c3d4e5f60718";
    ask(Method::GET, unknown, "/consents/erasures/{erasure}", None, 404).await;
    let bare = world.app.get("/v1/consents/users").await;
    assert_described(&document, "get", "/v1/consents/users", &bare);
}
