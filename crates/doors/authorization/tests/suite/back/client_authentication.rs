use consentry_domain::client::Pkce;
use consentry_testkit::TestApp;
use http::Method;

use super::support::{configure, error, register};

const OWN: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn b01_02_basic_and_body_credentials_are_accepted() {
    let app = TestApp::start().await;
    let client = app.bank.first_party.clone();
    let _basic = app.ask_token(&client, &[OWN]).await.expect_status(200);
    let fields = [
        OWN,
        ("client_id", &client.client_id),
        ("client_secret", &client.client_secret),
    ];
    for path in ["/oidc/token", "/cis/oidc/token"] {
        let answer = app.post_form(path, &fields).await.expect_status(200);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("pragma"), Some("no-cache"));
    }
}

#[tokio::test]
async fn b01_01_two_methods_at_once_are_refused() {
    let app = TestApp::start().await;
    let client = app.bank.first_party.clone();
    let fields = [
        OWN,
        ("client_id", client.client_id.as_str()),
        ("client_secret", &client.client_secret),
    ];
    assert_eq!(
        error(&app.ask_token(&client, &fields).await.expect_status(400)),
        "invalid_request"
    );
}

#[tokio::test]
async fn b01_03_credentials_in_the_query_count_for_nothing() {
    let app = TestApp::start().await;
    let client = &app.bank.first_party;
    let path = format!(
        "/oidc/token?client_id={}&client_secret={}",
        client.client_id, client.client_secret
    );
    assert_eq!(
        error(&app.post_form(&path, &[OWN]).await.expect_status(401)),
        "invalid_client"
    );
}

#[tokio::test]
async fn b01_09_b01_17_unknown_wrong_disabled_and_expired_look_alike() {
    let app = TestApp::start().await;
    let secret = app.bank.first_party.client_secret.clone();
    let now = app.now();
    register(&app, "pennywise", |client| client.enabled = false).await;
    register(&app, "harbor-admin", |client| {
        client.secrets[0].expires_at = Some(now);
    })
    .await;
    let wrong = [
        ("nobody", secret.as_str()),
        ("harbor-app", "wrong"),
        ("pennywise", &app.bank.external.client_secret),
        ("harbor-admin", &app.bank.admin.client_secret),
    ];
    let mut bodies = Vec::new();
    for (id, secret) in wrong {
        let request = app
            .request(Method::POST, "/oidc/token")
            .basic(id, secret)
            .form(&[OWN]);
        let answer = request.send().await.expect_status(401);
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic "));
        bodies.push(answer.text().to_owned());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert!(bodies[0].contains("invalid_client"));
}

#[tokio::test]
async fn b01_04_guessing_is_slowed_down_for_this_client_only() {
    let app = TestApp::start().await;
    let guess = || {
        app.request(Method::POST, "/oidc/token")
            .basic("harbor-app", "guess")
            .form(&[OWN])
    };
    for _ in 0..6 {
        let _refused = guess().send().await.expect_status(401);
    }
    let slowed = guess().send().await.expect_status(429);
    assert!(slowed.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    let _others = app.ask_token(&app.bank.admin, &[OWN]).await.expect_status(200);
    app.pass(60);
    let _right = app
        .ask_token(&app.bank.first_party, &[OWN])
        .await
        .expect_status(200);
}

#[tokio::test]
async fn tpa_in_01_a_public_client_says_its_name_and_may_not_introspect() {
    let app = TestApp::start().await;
    let secret = app.bank.third_party.client_secret.clone();
    register(&app, "moneytrack", |client| client.pkce = Pkce::Public).await;
    let name = ("client_id", "moneytrack");
    let unknown = app
        .post_form(
            "/oidc/token",
            &[name, ("grant_type", "authorization_code"), ("code", "cd_x")],
        )
        .await;
    assert_eq!(error(&unknown.expect_status(400)), "invalid_grant");
    let introspection = app
        .post_form("/oidc/token/introspection", &[name, ("token", "x")])
        .await
        .expect_status(401);
    assert_eq!(error(&introspection), "invalid_client");
    let own = app
        .post_form("/oidc/token", &[name, OWN])
        .await
        .expect_status(400);
    assert_eq!(error(&own), "unauthorized_client");
    let with_secret = app
        .post_form("/oidc/token", &[name, ("client_secret", &secret), OWN])
        .await;
    assert_eq!(error(&with_secret.expect_status(401)), "invalid_client");
}

#[tokio::test]
async fn tpa_cl_11_grant_types_that_are_not_for_third_parties() {
    let app = TestApp::start().await;
    let ask = |grant_type| {
        let fields = [("grant_type", grant_type), ("username", "ada"), ("password", "x")];
        let app = &app;
        async move {
            error(
                &app.ask_token(&app.bank.third_party, &fields)
                    .await
                    .expect_status(400),
            )
        }
    };
    for refused in ["password", "implicit", "urn:transmit:grant-type:delegated-access"] {
        assert_eq!(ask(refused).await, "unauthorized_client", "{refused}");
    }
    assert_eq!(
        ask("urn:ietf:params:oauth:grant-type:device_code").await,
        "unsupported_grant_type"
    );
    let password = app
        .ask_token(&app.bank.first_party, &[("grant_type", "password")])
        .await
        .expect_status(400);
    assert_eq!(error(&password), "unsupported_grant_type");
    let none = app
        .ask_token(&app.bank.third_party, &[("scope", "openid")])
        .await
        .expect_status(400);
    assert_eq!(error(&none), "invalid_request");
}

#[tokio::test]
async fn b01_08_b07_07_other_methods_types_and_sizes_are_refused() {
    let app = TestApp::start().await;
    let get = app
        .get("/oidc/token?grant_type=client_credentials")
        .await
        .expect_status(405);
    assert_eq!(get.header("allow"), Some("POST"));
    let client = &app.bank.first_party;
    let json = app
        .request(Method::POST, "/oidc/token")
        .basic(&client.client_id, &client.client_secret);
    let json = json
        .json(&serde_json::json!({"grant_type": "client_credentials"}))
        .send()
        .await;
    let _unsupported = json.expect_status(415);
    let long = "x".repeat(17 * 1024);
    let _large = app
        .ask_token(client, &[OWN, ("state", &long)])
        .await
        .expect_status(413);
    let twice = app.ask_token(client, &[OWN, OWN]).await.expect_status(400);
    assert_eq!(error(&twice), "invalid_request");
}

#[tokio::test]
async fn a_secret_that_was_replaced_ends_to_the_second() {
    let app = TestApp::start().await;
    let now = app.now();
    let old = app.bank.first_party.clone();
    register(&app, "harbor-app", |client| {
        client.secrets[0].expires_at = Some(now.plus(consentry_domain::Lifetime::seconds(60)));
    })
    .await;
    configure(&app, |tenant| {
        tenant.lifetimes.access_token = consentry_domain::Lifetime::seconds(30);
    })
    .await;
    app.pass(59);
    assert_eq!(
        app.ask_token(&old, &[OWN]).await.expect_status(200).json()["expires_in"],
        30
    );
    app.pass(1);
    let _over = app.ask_token(&old, &[OWN]).await.expect_status(401);
}
