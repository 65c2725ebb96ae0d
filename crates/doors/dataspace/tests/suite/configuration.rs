//! Documents that everybody may read (dataspace-consent-protocol 3, 11.1, 11.2).

use consentry_domain::tenant::DataspaceDocument;
use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use crate::world::{ISSUER, LOGIN_ISSUER, PROFILE, World, contents};

const CONFIGURATION: &str = "/.well-known/dataspace/consent-configuration.json";
const DATASPACE: &str = "/.well-known/dataspace/dataspace-configuration.json";
const JWKS: &str = "/.well-known/jwks.json";
const FEED: &str = "/.well-known/dataspace/consent-revocations.jwt";

#[tokio::test]
async fn dsp_3_1_the_configuration_names_us_and_never_what_a_request_says() {
    let world = World::start().await;
    let answer = world
        .app
        .request(Method::GET, CONFIGURATION)
        .header("x-forwarded-host", "evil.example")
        .send()
        .await
        .expect_status(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(
        answer.json(),
        json!({
            "issuer": ISSUER,
            "jwks_uri": format!("{ISSUER}{JWKS}"),
            "consent_request_uri": format!("{ISSUER}/Consent/RequestConsents"),
            "consent_token_uri": format!("{ISSUER}/Consent/GetToken"),
            "consent_verify_uri": format!("{ISSUER}/Consent/Verify"),
            "consent_introspection_uri": format!("{ISSUER}/Consent/Introspect"),
            "consent_revocations_uri": format!("{ISSUER}{FEED}"),
            "consent_portal_uri": format!("{ISSUER}/portal"),
            "consent_protocol_versions_supported": ["0.2"],
            "consent_token_max_lifetime": 3600,
        })
    );
}

#[tokio::test]
async fn dsp_3_2_the_dataspace_is_described_where_the_operator_publishes_it_here() {
    let world = World::start().await;
    let answer = world.app.get(DATASPACE).await.expect_status(404);
    assert_eq!(answer.json()["type"], "not_found");
    let document: DataspaceDocument = serde_json::from_value(json!({
        "product_gateway_url": "https://gateway.northbay.example",
        "developer_portal_url": "https://developer.northbay.example",
        "docs_url": "https://docs.northbay.example",
        "developer_login": "https://login.developer.northbay.example",
        "definitions_git": "https://git.northbay.example/definitions.git",
        "definitions_web": "https://git.northbay.example/definitions",
    }))
    .unwrap();
    world
        .app
        .configure(|tenant| tenant.dataspace.document = Some(document))
        .await;
    let asked = world.app.request(Method::GET, DATASPACE);
    let answer = asked.header("x-forwarded-host", "evil.example").send().await;
    let answer = answer.expect_status(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let mut expected = json!({
        "dataspace_base_domain": "northbay.example",
        "dataspace_name": "Northbay",
        "product_gateway_url": "https://gateway.northbay.example",
        "developer_portal_url": "https://developer.northbay.example",
        "docs_url": "https://docs.northbay.example",
        "authentication_providers": {
            "developer": { "base_url": "https://login.developer.northbay.example" },
            "end_user": { "base_url": LOGIN_ISSUER },
        },
        "consent_providers": [{ "base_url": ISSUER }],
        "definitions": {
            "git": "https://git.northbay.example/definitions.git",
            "web": "https://git.northbay.example/definitions",
        },
    });
    assert_eq!(answer.json(), expected);
    let configuration = world.app.get(CONFIGURATION).await.json();
    assert_eq!(
        expected["consent_providers"][0]["base_url"],
        configuration["issuer"]
    );
    world
        .app
        .configure(|tenant| {
            let document = tenant.dataspace.document.as_mut().unwrap();
            document.end_user_login = Some("https://login.northbay.example".to_owned());
            document.jwks_url = Some("https://gateway.northbay.example/jwks".to_owned());
        })
        .await;
    expected["authentication_providers"]["end_user"]["base_url"] = json!("https://login.northbay.example");
    expected["jwks_url"] = json!("https://gateway.northbay.example/jwks");
    assert_eq!(world.app.get(DATASPACE).await.json(), expected);
}

#[tokio::test]
async fn dsp_3_4_every_published_key_has_all_six_members_and_nothing_private() {
    let world = World::start().await;
    let answer = world.app.get(JWKS).await.expect_status(200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    assert!(!keys.is_empty());
    for key in keys {
        let mut names: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!(
            (&key["kty"], &key["use"], &key["alg"]),
            (&json!("RSA"), &json!("sig"), &json!("RS256"))
        );
        assert!(key["n"].as_str().unwrap().len() >= 342, "2048 bits at least");
    }
    let tag = answer.header("etag").unwrap().to_owned();
    let again = world
        .app
        .request(Method::GET, JWKS)
        .header("if-none-match", &tag)
        .send()
        .await;
    assert_eq!(again.status(), 304);
}

#[tokio::test]
async fn dsp_11_2_the_feed_lists_what_was_taken_back_for_this_issuer() {
    let world = World::start().await;
    world.granted(&[PROFILE]).await;
    let token = world.consent_token(PROFILE).await;
    let tid = contents(&token).0["tid"].as_str().unwrap().to_owned();
    let digest =
        consentry_ledger::opaque::base64url(consentry_ledger::opaque::hash(tid.as_bytes()).as_bytes());
    let feed = async || {
        let answer = world.app.get(FEED).await.expect_status(200);
        assert_eq!(answer.header("content-type"), Some("application/jwt"));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=30"));
        (contents(answer.text()), answer.header("etag").unwrap().to_owned())
    };
    let ((header, claims), tag) = feed().await;
    assert_eq!(header["typ"], "consent-revocations+jwt");
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        300
    );
    assert_eq!(
        claims["since"].as_i64().unwrap(),
        claims["iat"].as_i64().unwrap() - 3600 - 600
    );
    assert_eq!(claims["revoked"], json!([]));
    // The feed of the other issuer of the tenant does not take the place of this one.
    let _other = world
        .app
        .get("/events/v1/revocations.jwt")
        .await
        .expect_status(200);
    let unchanged = world
        .app
        .request(Method::GET, FEED)
        .header("if-none-match", &tag)
        .send()
        .await;
    assert_eq!(unchanged.status(), 304);
    let body = json!({ "dataSource": PROFILE });
    let _done = world.ask("/Consent/Revoke", &body).await.expect_status(200);
    let ((_, claims), _) = feed().await;
    let listed = claims["revoked"].as_array().unwrap();
    assert!(listed.iter().any(|entry| entry["h"] == digest), "{claims}");
    // It leaves the list when no token of it can be alive any more.
    world.app.pass(3600 + 600 + 1);
    let ((_, claims), _) = feed().await;
    assert_eq!(claims["revoked"], json!([]));
}

#[tokio::test]
async fn dsp_15_without_a_dataspace_the_door_is_closed() {
    let app = TestApp::start().await;
    for path in [CONFIGURATION, DATASPACE, JWKS, FEED, "/portal", "/request/x"] {
        assert_eq!(app.get(path).await.status(), 404, "{path}");
    }
    for path in [
        "/Consent/RequestConsents",
        "/Consent/GetToken",
        "/Consent/Verify",
        "/Consent/Introspect",
        "/Consent/Revoke",
        "/Consent/Request",
        "/Consent/Other",
        "/consent/RequestConsents",
    ] {
        let answer = app.request(Method::POST, path).json(&json!({})).send().await;
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn dsp_5_5_the_root_leads_to_the_portal() {
    let world = World::start().await;
    let answer = world.app.get("/").await.expect_status(303);
    assert_eq!(answer.location().path(), "/portal");
    let closed = TestApp::start().await;
    assert_eq!(closed.get("/").await.status(), 404);
}
