use consentry_jose::Jwks;
use consentry_testkit::TestApp;
use http::Method;

const DOCUMENTS: [&str; 3] = [
    "/cis/oidc/.well-known/openid-configuration",
    "/oidc/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server/cis/oidc",
];

#[tokio::test]
async fn tpa_url_01_tpa_url_03_all_documents_are_one() {
    let app = TestApp::start().await;
    let first = app.get(DOCUMENTS[0]).await.expect_status(200);
    assert_eq!(first.header("content-type"), Some("application/json"));
    assert_eq!(first.json()["issuer"], "http://127.0.0.1:8080/cis/oidc");
    for path in DOCUMENTS {
        assert_eq!(app.get(path).await.text(), first.text(), "{path}");
    }
}

#[tokio::test]
async fn tpa_url_02_b03_09_every_advertised_address_has_the_prefix_and_is_served() {
    let app = TestApp::start().await;
    let document = app.get(DOCUMENTS[0]).await.json();
    let endpoints = document
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
    let mut seen = 0;
    for (name, address) in endpoints {
        let address = address.as_str().unwrap();
        assert!(address.starts_with("http://127.0.0.1:8080/cis/oidc/"), "{name}");
        let get = app.get(address).await.status();
        let post = app.request(Method::POST, address).send().await.status();
        assert!(
            get != 404 && post != 404 && (get != 405 || post != 405),
            "{name}: {get} {post}"
        );
        seen += 1;
    }
    assert_eq!(seen, 8);
}

#[tokio::test]
async fn b03_05_b03_06_b03_07_the_document_says_what_defaults_would_get_wrong() {
    let document = TestApp::start().await.get(DOCUMENTS[0]).await.json();
    for name in ["request_parameter_supported", "request_uri_parameter_supported"] {
        assert_eq!(document[name], false, "{name}");
    }
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    assert_eq!(
        document["code_challenge_methods_supported"],
        serde_json::json!(["S256"])
    );
    assert_eq!(
        document["response_modes_supported"],
        serde_json::json!(["query", "form_post"])
    );
    assert_eq!(document["response_types_supported"], serde_json::json!(["code"]));
    assert_eq!(
        document["id_token_signing_alg_values_supported"],
        serde_json::json!(["RS256", "ES256"])
    );
    let grants = serde_json::json!(["authorization_code", "refresh_token", "client_credentials"]);
    assert_eq!(document["grant_types_supported"], grants);
    let scopes = document["scopes_supported"].as_array().unwrap();
    assert!(scopes.contains(&"openid".into()) && scopes.contains(&"accounts:balance".into()));
    assert!(
        !scopes.contains(&"share-my-email".into()),
        "an agreement of the records door is no scope"
    );
    let empty = document
        .as_object()
        .unwrap()
        .values()
        .any(|value| value.as_array().is_some_and(Vec::is_empty));
    assert!(!empty, "empty arrays are left out (B03-04)");
}

#[tokio::test]
async fn b03_10_tpa_tok_03_the_key_set_is_public_typed_and_cacheable() {
    let app = TestApp::start().await;
    let answer = app.get("/oidc/jwks").await.expect_status(200);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=600"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    assert!(keys.iter().any(|key| key["alg"] == "RS256"));
    for key in &keys {
        assert!(
            key["kid"].is_string() && key["alg"].is_string() && key["use"] == "sig",
            "{key}"
        );
        assert!(
            ["d", "p", "q", "k"]
                .iter()
                .all(|private| key.get(private).is_none()),
            "{key}"
        );
    }
    assert_eq!(Jwks::parse(answer.bytes()).unwrap().keys.len(), keys.len());
    let tag = answer.header("etag").unwrap();
    let again = app
        .request(Method::GET, "/cis/oidc/jwks")
        .header("if-none-match", tag)
        .send()
        .await;
    assert_eq!((again.status(), again.bytes().len()), (304, 0));
}

#[tokio::test]
async fn b03_09_passkeys_are_named_where_browsers_have_them() {
    let app = TestApp::start().await;
    app.configure(|tenant| tenant.authorization.sign_in.passkey = true)
        .await;
    let named = async |address: &str| {
        let document = app.get(address).await.expect_status(200).json();
        let values = document["acr_values_supported"].as_array().unwrap().clone();
        values.iter().any(|value| value == "urn:consentry:passkey")
    };
    assert!(!named(DOCUMENTS[0]).await, "an address without a name");
    app.configure(|tenant| tenant.hosts = vec!["bank.localhost:8080".to_owned()])
        .await;
    assert!(named(&format!("http://bank.localhost:8080{}", DOCUMENTS[0])).await);
}
