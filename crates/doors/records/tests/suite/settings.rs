//! Settings, availability, headers, links and other origins (consent-api 11.2, 12, 13.2, 13.4).

use consentry_domain::tenant::{CrossOriginPolicy, TenantState};
use consentry_ledger::{Caller, Target, access::authorize};
use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use crate::world::{accepted, ada, assert_refused, bank, get, id, made, post, request};

type Change = fn(&mut consentry_domain::tenant::Tenant);

#[tokio::test]
async fn rec_12_6_what_is_not_available_is_503_everywhere_even_without_credentials() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    let switched_off: [Change; 5] = [
        |tenant| tenant.records.enabled = false,
        |tenant| tenant.state = TenantState::NeedsReview,
        |tenant| tenant.records.privileged_scope.clear(),
        |tenant| tenant.records.unprivileged_scope.clear(),
        |tenant| {
            tenant.records.basic_auth = false;
            tenant.records.bearer_auth = false;
        },
    ];
    let good = app.tenant().tenant.clone();
    for change in switched_off {
        app.configure(change).await;
        for path in [
            "/definitions",
            "/consents",
            &format!("/consents/{}", id(&record)),
            "/nothing",
        ] {
            for who in ["", &ada(&app)] {
                let answer = get(&app, who, path).await;
                assert_refused(&answer, 503, "SERVICE_UNAVAILABLE");
                assert!(answer.header("retry-after").is_some());
            }
        }
        app.configure(|tenant| *tenant = good.clone()).await;
        let _back = get(&app, &ada(&app), "/definitions").await.expect_status(200);
    }
}

#[tokio::test]
async fn rec_12_1_equal_scopes_are_refused_when_they_are_configured() {
    let app = bank().await;
    let permit = authorize(&Caller::Operator, Target::Tenant).unwrap();
    let mut tenant = app.tenant().tenant.clone();
    tenant.records.privileged_scope = tenant.records.unprivileged_scope.clone();
    let error = app.ledger.provision_tenant(&permit, &tenant).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "records.privileged_scope must differ from unprivileged_scope"
    );
}

#[tokio::test]
async fn rec_12_2_fixed_headers_and_the_correlation_id_are_on_every_answer() {
    let app = bank().await;
    app.configure(|tenant| {
        let settings = &mut tenant.records;
        settings.correlation_id_header = Some("Correlation-Id".to_owned());
        settings.response_headers = [("X-Served-By", "harbor"), ("Cache-Control", "public")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    })
    .await;
    let record = made(&app, &ada(&app), json!({})).await;
    for (who, method, path, status) in [
        (ada(&app), Method::GET, "/definitions".to_owned(), 200),
        (ada(&app), Method::GET, format!("/consents/{}", id(&record)), 200),
        (
            ada(&app),
            Method::DELETE,
            format!("/consents/{}", id(&record)),
            403,
        ),
        (ada(&app), Method::GET, "/nothing".to_owned(), 404),
        (ada(&app), Method::PUT, "/definitions".to_owned(), 405),
        (String::new(), Method::GET, "/definitions".to_owned(), 401),
    ] {
        let asked = request(&app, &who, method, &path).header("x-request-id", "outside-7");
        let answer = asked.send().await.expect_status(status);
        assert_eq!(answer.header("correlation-id"), Some("outside-7"), "{path}");
        assert_eq!(answer.header("x-request-id"), Some("outside-7"), "{path}");
        assert_eq!(answer.header("x-served-by"), Some("harbor"), "{path}");
        let kept_back = status != 200 || path.starts_with("/consents");
        let caching = if kept_back { "no-store" } else { "public" };
        assert_eq!(answer.header("cache-control"), Some(caching), "{path}");
    }
}

#[tokio::test]
async fn rec_12_2_a_request_without_an_id_gets_one() {
    let app = bank().await;
    app.configure(|tenant| tenant.records.correlation_id_header = Some("X-Correlation".to_owned()))
        .await;
    let (one, two) = (
        get(&app, &ada(&app), "/definitions").await,
        get(&app, "", "/definitions").await,
    );
    let of = |answer: &consentry_testkit::Answer| answer.header("x-correlation").unwrap().to_owned();
    assert_ne!(of(&one), of(&two));
    assert_eq!(two.json()["id"], of(&two));
}

#[tokio::test]
async fn rec_13_2_records_and_errors_are_not_kept_and_nothing_is_sniffed() {
    let app = bank().await;
    let answers = [
        (get(&app, &ada(&app), "/definitions").await, None),
        (get(&app, &ada(&app), "/consents").await, Some("no-store")),
        (
            post(&app, &ada(&app), &accepted(json!({}))).await,
            Some("no-store"),
        ),
        (get(&app, &ada(&app), "/definitions/none").await, Some("no-store")),
        (get(&app, "", "/definitions").await, Some("no-store")),
    ];
    for (answer, caching) in answers {
        assert_eq!(answer.header("cache-control"), caching);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test]
async fn rec_11_2_links_name_the_public_address_and_never_what_a_request_claims() {
    let app = bank().await;
    let asked = request(&app, &ada(&app), Method::GET, "/definitions/share-location")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "ftp")
        .header("forwarded", "host=evil.example;proto=ftp");
    let body = asked.send().await.expect_status(200).json();
    assert!(!body.to_string().contains("evil"), "{body}");
    app.configure(|tenant| tenant.hosts = vec!["consents.harbor.example".to_owned()])
        .await;
    let asked = app
        .request(
            Method::GET,
            "http://consents.harbor.example/consent/v1/definitions/share-location",
        )
        .header("authorization", &ada(&app));
    let body = asked.send().await.expect_status(200).json();
    assert_eq!(
        body["_links"]["self"]["href"],
        "http://consents.harbor.example/consent/v1/definitions/share-location"
    );
}

const APP: &str = "https://app.example";

async fn with_policy(policy: CrossOriginPolicy) -> TestApp {
    let app = bank().await;
    app.configure(|tenant| tenant.records.cors = Some(policy)).await;
    app
}

fn listed() -> CrossOriginPolicy {
    CrossOriginPolicy {
        origins: vec![APP.to_owned()],
        ..CrossOriginPolicy::default()
    }
}

#[tokio::test]
async fn rec_13_4_a_preflight_is_answered_without_credentials() {
    let app = with_policy(listed()).await;
    for (path, method) in [
        ("/consents", "POST"),
        ("/consents/x", "PATCH"),
        ("/definitions", "GET"),
    ] {
        let asked = request(&app, "", Method::OPTIONS, path)
            .header("origin", APP)
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "authorization,content-type");
        let answer = asked.send().await.expect_status(204);
        assert_eq!(answer.header("access-control-allow-origin"), Some(APP));
        assert_eq!(answer.header("vary"), Some("Origin"));
        assert!(
            answer
                .header("access-control-allow-methods")
                .unwrap()
                .contains(method)
        );
        let headers = answer.header("access-control-allow-headers").unwrap();
        for name in ["Authorization", "Content-Type", "Accept"] {
            assert!(headers.contains(name), "{headers}");
        }
        assert_eq!(answer.header("access-control-max-age"), Some("600"));
        assert_eq!(answer.header("access-control-allow-max-age"), Some("600"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

#[tokio::test]
async fn rec_13_4_answers_and_refusals_to_an_allowed_origin_can_be_read() {
    let app = with_policy(listed()).await;
    for (who, path, status) in [
        (ada(&app), "/consents", 200),
        (String::new(), "/consents", 401),
        (ada(&app), "/consents?subject=ben", 403),
        (ada(&app), "/definitions/none", 404),
    ] {
        let asked = request(&app, &who, Method::GET, path).header("origin", APP);
        let answer = asked.send().await.expect_status(status);
        assert_eq!(answer.header("access-control-allow-origin"), Some(APP), "{path}");
        assert!(
            answer
                .header("access-control-expose-headers")
                .unwrap()
                .contains("Location")
        );
    }
    for origin in [
        "https://evil.example",
        "null",
        "https://app.example.evil",
        "http://app.example",
    ] {
        let asked = request(&app, &ada(&app), Method::GET, "/consents").header("origin", origin);
        let answer = asked.send().await.expect_status(200);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
}

#[tokio::test]
async fn rec_13_4_without_a_policy_no_header_of_it_is_sent() {
    let app = bank().await;
    for (method, status) in [(Method::GET, 200), (Method::OPTIONS, 204)] {
        let asked = request(&app, &ada(&app), method, "/definitions")
            .header("origin", APP)
            .header("access-control-request-method", "GET");
        let answer = asked.send().await.expect_status(status);
        let sent = answer
            .headers()
            .keys()
            .any(|name| name.as_str().starts_with("access-control"));
        assert!(!sent, "{:?}", answer.headers());
    }
}

#[tokio::test]
async fn rec_12_2_a_policy_of_its_own() {
    let app = with_policy(CrossOriginPolicy {
        methods: vec!["GET".to_owned()],
        request_headers: vec!["Authorization".to_owned()],
        exposed_headers: vec!["X-Served-By".to_owned()],
        max_age_seconds: Some(60),
        credentials: true,
        ..listed()
    })
    .await;
    let asked = request(&app, "", Method::OPTIONS, "/consents")
        .header("origin", APP)
        .header("access-control-request-method", "GET");
    let answer = asked.send().await.expect_status(204);
    for (name, value) in [
        ("access-control-allow-methods", "GET"),
        ("access-control-allow-headers", "Authorization"),
        ("access-control-expose-headers", "X-Served-By"),
        ("access-control-max-age", "60"),
        ("access-control-allow-credentials", "true"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
}
