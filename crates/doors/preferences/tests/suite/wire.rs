//! What all routes have in common (consent-tokens-and-preferences 2, 3.5).

use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, refused, switch};

/// Every route, with an id where it takes one.
const ROUTES: [(Method, &str); 18] = [
    (Method::POST, "/consents/tokens"),
    (Method::DELETE, "/consents/tokens/x"),
    (Method::GET, "/consents/events"),
    (Method::POST, "/consents/events"),
    (Method::DELETE, "/consents/events"),
    (Method::GET, "/consents/events/x"),
    (Method::PATCH, "/consents/events/x"),
    (Method::DELETE, "/consents/events/x"),
    (Method::GET, "/consents/users"),
    (Method::POST, "/consents/users"),
    (Method::GET, "/consents/users/x"),
    (Method::PATCH, "/consents/users/x"),
    (Method::DELETE, "/consents/users/x"),
    (Method::GET, "/metadata/purposes"),
    (Method::GET, "/metadata/purposes/x"),
    (Method::GET, "/preferences"),
    (Method::GET, "/preferences/x"),
    (Method::GET, "/compliance/v1/regulations"),
];

#[tokio::test]
async fn ctp_3_5_nothing_is_done_without_a_credential_with_and_without_version() {
    let world = World::new().await;
    for (method, path) in ROUTES {
        for path in [path.to_owned(), format!("/v1{path}")] {
            let bare = world.app.request(method.clone(), &path).send().await;
            refused(&bare, 401, "NotAuthenticated");
            let basic = world
                .app
                .request(method.clone(), &path)
                .basic("a", "b")
                .send()
                .await;
            refused(&basic, 401, "NotAuthenticated");
            let answer = world
                .with(
                    &world.session(),
                    method.clone(),
                    &format!("{path}?organization_id=other"),
                    None,
                )
                .await;
            refused(&answer, 403, "Forbidden");
        }
    }
}

#[tokio::test]
async fn ctp_2_3_unknown_routes_and_methods_have_the_same_shape() {
    let world = World::new().await;
    for path in [
        "/consents/nothing",
        "/v1/consents/events/a/b",
        "/metadata",
        "/sessions/1",
        "/v1/preferences/a/b",
    ] {
        refused(&world.ask(Method::GET, path, None).await, 404, "NotFound");
    }
    let answer = world.ask(Method::PUT, "/consents/events", Some(&json!({}))).await;
    refused(&answer, 405, "MethodNotAllowed");
    refused(
        &world.ask(Method::GET, "/sessions", None).await,
        405,
        "MethodNotAllowed",
    );
}

#[tokio::test]
async fn ctp_2_1_bodies_are_json_and_nothing_else() {
    let world = World::new().await;
    for path in [
        "/sessions",
        "/consents/tokens",
        "/consents/events",
        "/consents/users",
    ] {
        let path = format!("{path}?organization_id=harbor");
        let post = || world.app.request(Method::POST, &path).bearer(&world.session());
        let form = post().form(&[("a", "b")]).send().await;
        refused(&form, 400, "BadRequest");
        for text in [
            "",
            "{",
            "{\"a\":1} // with a comment",
            "nothing",
            "{\"a\":1,\"a\":2}",
        ] {
            let answer = post()
                .header("content-type", "application/json")
                .body(text.as_bytes())
                .send()
                .await;
            refused(&answer, 400, "BadRequest");
        }
        for value in [json!(5), json!("text"), Value::Null] {
            refused(&post().json(&value).send().await, 400, "BadRequest");
        }
    }
    let event = switch(IRIS, "newsletter", json!(true)).to_string();
    let charset = world
        .app
        .request(Method::POST, "/consents/events?organization_id=harbor")
        .bearer(&world.session())
        .header("content-type", "application/json; charset=utf-8")
        .body(event.as_bytes())
        .send()
        .await;
    assert_eq!(charset.status(), 200, "{}", charset.text());
    assert!(charset.header("x-request-id").is_some());
    assert_eq!(charset.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn ctp_2_7_pages_of_other_origins_use_events_and_users_only() {
    let world = World::new().await;
    for path in ["/v1/consents/events", "/v1/consents/users"] {
        let preflight = world
            .app
            .request(Method::OPTIONS, path)
            .header("origin", "https://shop.example.org")
            .header("access-control-request-method", "POST")
            .send()
            .await;
        assert_eq!(preflight.status(), 204);
        assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
        assert!(
            preflight
                .header("access-control-allow-headers")
                .unwrap()
                .contains("Authorization")
        );
        assert_eq!(preflight.header("access-control-max-age"), Some("86400"));
        assert_eq!(
            preflight.header("access-control-allow-methods"),
            Some("GET, POST, OPTIONS")
        );
        let refusal = world
            .app
            .request(Method::GET, path)
            .header("origin", "https://shop.example.org")
            .send()
            .await;
        assert_eq!(refusal.status(), 401);
        assert_eq!(refusal.header("access-control-allow-origin"), Some("*"));
        assert_eq!(refusal.header("access-control-allow-credentials"), None);
    }
    for (method, path) in [
        (Method::POST, "/sessions"),
        (Method::POST, "/consents/tokens"),
        (Method::POST, "/metadata/purposes"),
    ] {
        let answer = world
            .app
            .request(method, path)
            .header("origin", "https://shop.example.org")
            .send()
            .await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        let preflight = world
            .app
            .request(Method::OPTIONS, path)
            .header("origin", "https://shop.example.org")
            .header("access-control-request-method", "POST")
            .send()
            .await;
        assert_eq!(preflight.status(), 204, "{path}");
        for name in ["access-control-allow-origin", "access-control-allow-methods"] {
            assert_eq!(preflight.header(name), None, "{path}");
        }
    }
}

#[tokio::test]
async fn ctp_2_7_an_organization_may_list_the_origins() {
    let world = World::new().await;
    world
        .app
        .configure(|tenant| {
            tenant.preferences.public_allowed_origins = vec!["https://shop.example".to_owned()];
        })
        .await;
    for (origin, allowed) in [
        ("https://shop.example", Some("https://shop.example")),
        ("https://other.example", None),
        ("null", None),
    ] {
        for method in [Method::GET, Method::OPTIONS] {
            let answer = world
                .app
                .request(method, "/v1/consents/users")
                .header("origin", origin)
                .header("access-control-request-method", "GET")
                .send()
                .await;
            assert_eq!(answer.header("access-control-allow-origin"), allowed, "{origin}");
            assert!(
                answer.header("vary").unwrap_or_default().contains("Origin"),
                "{origin}"
            );
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
    }
    // What everybody may load stays so.
    let script = world
        .app
        .request(Method::GET, "/consentry.js")
        .header("origin", "https://other.example");
    assert_eq!(
        script.send().await.header("access-control-allow-origin"),
        Some("*")
    );
}

#[tokio::test]
async fn ctp_2_8_requests_of_an_organization_are_counted_together() {
    let world = World::new().await;
    let first = world.ask(Method::GET, "/metadata/purposes", None).await;
    assert_eq!(first.header("ratelimit-policy"), Some("100;w=15"));
    assert_eq!(
        first.header("ratelimit"),
        Some("limit=100, remaining=99, reset=15")
    );
    for _ in 0..98 {
        world.ask(Method::GET, "/preferences", None).await;
    }
    let tree = "/consents/users?$include_full_tree=true";
    let last = world.ask(Method::GET, tree, None).await;
    assert_eq!(last.header("ratelimit"), Some("limit=100, remaining=0, reset=15"));
    let over = world.ask(Method::GET, tree, None).await;
    refused(&over, 429, "TooManyRequests");
    assert_eq!(over.header("retry-after"), Some("15"));
    assert_eq!(over.header("ratelimit"), Some("limit=100, remaining=0, reset=15"));
    assert_eq!(
        world.ask(Method::GET, "/consents/users", None).await.status(),
        200,
        "unlimited"
    );
    world.app.pass(15);
    assert_eq!(world.ask(Method::GET, tree, None).await.status(), 200);
}

#[tokio::test]
async fn ctp_2_8_a_browser_is_counted_by_its_address() {
    let world = World::new().await;
    let token = world.id_token(IRIS, &json!({})).await;
    for left in (0..60).rev() {
        let answer = world
            .with(&token, Method::GET, "/consents/users", None)
            .await
            .expect_status(200);
        let told = format!("limit=60, remaining={left}, reset=10");
        assert_eq!(answer.header("ratelimit"), Some(told.as_str()));
    }
    let over = world.with(&token, Method::GET, "/consents/users", None).await;
    refused(&over, 429, "TooManyRequests");
    assert_eq!(over.header("retry-after"), Some("10"));
    world.app.pass(10);
    assert_eq!(
        world
            .with(&token, Method::GET, "/consents/users", None)
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn ctp_17_what_belongs_to_another_organization_is_not_there() {
    let world = World::new().await;
    let token = world.id_token(IRIS, &json!({})).await;
    let other = world.app.tenant().tenant.clone();
    let other = consentry_domain::tenant::Tenant {
        id: world.app.ledger.ids().tenant(),
        slug: "other".to_owned(),
        hosts: vec!["other.example.org".to_owned()],
        ..other
    };
    world.app.provision_tenant(&other).await;
    world
        .app
        .configure(|tenant| tenant.hosts = vec!["127.0.0.1:8080".to_owned()])
        .await;
    for credential in [&token, &world.session()] {
        let there = world
            .app
            .request(
                Method::GET,
                "http://other.example.org/consents/users?organization_id=other",
            )
            .bearer(credential)
            .send()
            .await;
        refused(&there, 401, "NotAuthenticated");
    }
    assert_eq!(
        world
            .with(&token, Method::GET, "/consents/users", None)
            .await
            .status(),
        200
    );
}
