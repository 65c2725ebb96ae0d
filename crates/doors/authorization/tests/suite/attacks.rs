//! Attacks that nothing else proves to fail. The others are where the rule is that stops them: the table in the door's page names them.

use std::time::{Duration, Instant};

use consentry_testkit::{Answer, FULL_SCOPE, KnownClient, TestApp, VERIFIER};
use http::Method;

use crate::front::{assert_local_page, log_in};

async fn token(app: &TestApp, base: &str, client: &KnownClient, fields: &[(&str, &str)]) -> Answer {
    app.request(Method::POST, &format!("{base}/cis/oidc/token"))
        .basic(&client.client_id, &client.client_secret)
        .form(fields)
        .send()
        .await
}

#[tokio::test]
async fn b12_01_b12_18_addresses_that_look_like_a_registered_one_are_never_redirected_to() {
    let app = TestApp::start().await;
    let client = &app.bank.third_party;
    let good = app.redirect_uri(client);
    assert_eq!(good, "http://127.0.0.1:8080/demo/moneytrack/callback");
    for lookalike in [
        "HTTP://127.0.0.1:8080/demo/moneytrack/callback",
        "http://127.0.0.1:8080/demo/Moneytrack/callback",
        "http://127.0.0.1:8081/demo/moneytrack/callback",
        "http://127.0.0.1/demo/moneytrack/callback",
        "http://localhost:8080/demo/moneytrack/callback",
        "http://localhost.evil.example/demo/moneytrack/callback",
        "http://127.0.0.1.evil.example:8080/demo/moneytrack/callback",
        "http://127.0.0.1:8080@evil.example/demo/moneytrack/callback",
        "http://user@127.0.0.1:8080/demo/moneytrack/callback",
        "http://127.0.0.1:8080/demo/moneytrack/callback#fragment",
        "http://127.0.0.1:8080/demo/moneytrack/callback?x=1",
        "http://127.0.0.1:8080/demo/moneytrack/callback/../../evil",
        "http://127.0.0.1:8080/demo/moneytrack/%63allback",
        "http://127.0.0.1:8080\\@evil.example/demo/moneytrack/callback",
        "//127.0.0.1:8080/demo/moneytrack/callback",
        "https://127.0.0.1:8080/demo/moneytrack/callback",
        "http://127.0.0.1:8080/demo/moneytrack/callback ",
        "http://127.0.0.1:8080/demo/moneytrack/callback\u{200b}",
        "javascript:alert(1)",
    ] {
        let request = app.authorization(client, FULL_SCOPE, &[("redirect_uri", lookalike)]);
        assert_local_page(&app.browser().open(&request).await, 400);
    }
}

#[tokio::test]
async fn what_one_tenant_gave_out_opens_nothing_at_another() {
    let app = TestApp::start().await;
    let client = app.bank.third_party.clone();
    let browser = app.browser();
    let request = app.authorization(&client, FULL_SCOPE, &[]);
    let question = app.reach_question(&browser, "ada", &request).await;
    let question = app.land(&browser, question).await;
    let back = app.decide(&browser, &question, "approve").await;
    let code = back.location_parameter("code").unwrap();
    let held = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    let other = consentry_domain::tenant::Tenant {
        id: app.ledger.ids().tenant(),
        slug: "meadow".to_owned(),
        hosts: vec!["meadow.example".to_owned()],
        ..app.tenant().tenant.clone()
    };
    app.provision_tenant(&other).await;
    app.configure(|tenant| tenant.hosts = vec!["127.0.0.1:8080".to_owned()])
        .await;
    let there = "http://meadow.example";

    // Clients, with what they have.
    let redirect_uri = app.redirect_uri(&client);
    let refresh = held.refresh.as_deref().unwrap();
    let fields: [&[(&str, &str)]; 3] = [
        &[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", VERIFIER),
        ],
        &[("grant_type", "refresh_token"), ("refresh_token", refresh)],
        &[("grant_type", "client_credentials")],
    ];
    for fields in fields {
        let refused = token(&app, there, &client, fields).await.expect_status(401);
        assert_eq!(refused.json()["error"], "invalid_client");
    }
    // Tokens.
    let own = app.own_token(&app.bank.first_party).await;
    for (path, token) in [
        ("/cis/oidc/me", &held.access),
        ("/cis/v1/consents", &own),
        ("/cis/v1/clients", &own),
    ] {
        let answer = app
            .request(Method::GET, &format!("{there}{path}"))
            .bearer(token)
            .send()
            .await;
        assert_eq!(answer.status(), 401, "{path}: {}", answer.text());
    }
    // Requests, questions and sessions.
    let request = app.authorization(&client, FULL_SCOPE, &[]);
    assert_local_page(&browser.open(&format!("{there}{request}")).await, 400);
    let session = browser.cookies("127.0.0.1");
    let session = session
        .iter()
        .find_map(|pair| pair.strip_prefix("cst_session="))
        .unwrap();
    browser.plant("meadow.example", "cst_session", session);
    let page = browser.open(&format!("{there}/login")).await.expect_status(200);
    assert!(
        page.text().contains("type=\"password\""),
        "nobody is logged in there"
    );
    // All of it is as good as before where it belongs; nothing of the above cost anything.
    let tokens = token(&app, "", &client, fields[0]).await.expect_status(200);
    assert_eq!(tokens.json()["token_type"], "Bearer");
    assert_eq!(app.userinfo(&held.access).await, 200);
}

#[tokio::test]
async fn a_cookie_tossed_from_a_sibling_host_makes_nobody_somebody_else() {
    let app = TestApp::start().await;
    let (attacker, victim) = (app.browser(), app.browser());
    log_in(&app, &attacker, "ben").await;
    log_in(&app, &victim, "ada").await;
    let bearer = |pairs: Vec<String>| {
        let found = pairs.into_iter().find(|pair| pair.starts_with("cst_session="));
        found.unwrap()
    };
    let (tossed, own) = (
        bearer(attacker.cookies("127.0.0.1")),
        bearer(victim.cookies("127.0.0.1")),
    );
    // A sibling sets a cookie of the same name for the whole domain; browsers send both, in an order that the attacker chooses.
    for both in [format!("{tossed}; {own}"), format!("{own}; {tossed}")] {
        let page = app
            .request(Method::GET, "/login")
            .header("cookie", &both)
            .send()
            .await;
        assert!(!page.text().contains("ben"), "{both}");
        assert!(page.text().contains("type=\"password\""), "neither counts");
    }
    // Over TLS browsers take none of that name from a sibling at all: its prefix is `__Host-` (`web::credentials`).
}

#[tokio::test]
async fn b12_12_tpa_cl_11_passwords_buy_no_tokens() {
    let app = TestApp::start().await;
    let ada = app
        .bank
        .customers
        .iter()
        .find(|customer| customer.username == "ada")
        .unwrap();
    let fields = [
        ("grant_type", "password"),
        ("username", "ada"),
        ("password", ada.password.as_str()),
        ("scope", "openid"),
    ];
    let third = token(&app, "", &app.bank.third_party, &fields)
        .await
        .expect_status(400);
    assert_eq!(third.json()["error"], "unauthorized_client");
    let first = token(&app, "", &app.bank.first_party, &fields)
        .await
        .expect_status(400);
    assert_eq!(first.json()["error"], "unsupported_grant_type");
}

/// The shortest of many: what disturbs a measurement only makes it longer.
#[expect(clippy::disallowed_methods, reason = "measures how long an answer takes")]
async fn shortest(tries: usize, ask: impl AsyncFn(usize)) -> Duration {
    let mut shortest = Duration::MAX;
    for nth in 0..tries {
        let begun = Instant::now();
        ask(nth).await;
        shortest = shortest.min(begun.elapsed());
    }
    shortest
}

#[tokio::test]
async fn how_long_a_refusal_takes_tells_nothing_about_a_secret_or_a_name() {
    let app = TestApp::start().await;
    let right = &app.bank.third_party;
    let refuse = async |id: &str, secret: String| {
        let wrong = KnownClient {
            client_id: id.to_owned(),
            client_secret: secret,
        };
        let answer = token(&app, "", &wrong, &[("grant_type", "client_credentials")]).await;
        assert_eq!(answer.status(), 401);
        app.pass(86_400);
    };
    // A secret of which nothing is right, one of which all but the end is, and a client that is not there.
    let nearly = &right.client_secret[..right.client_secret.len() - 1];
    let far = shortest(200, async |nth| {
        refuse(&right.client_id, format!("{nth:043}")).await;
    })
    .await;
    let near = shortest(200, async |_| {
        refuse(&right.client_id, format!("{nearly}~")).await;
    })
    .await;
    let nobody = shortest(200, async |nth| {
        refuse("nobody-at-all", format!("{nth:043}")).await;
    })
    .await;
    for (what, other) in [("nearly right", near), ("nobody", nobody)] {
        let ratio = other.as_secs_f64() / far.as_secs_f64();
        assert!((0.2..5.0).contains(&ratio), "{what}: {other:?} to {far:?}");
    }
    // A person that is there, and one that is not: each costs one argon2.
    let log_in = async |name: &str| {
        let answer = app
            .post_form("/login", &[("username", name), ("password", "wrong")])
            .await;
        // Whoever is made to wait is told so at once, whatever the name.
        assert_eq!(answer.status(), 403);
        app.pass(86_400);
    };
    let known = shortest(15, async |_| log_in("ada").await).await;
    let unknown = shortest(15, async |_| log_in("nobody").await).await;
    let ratio = unknown.as_secs_f64() / known.as_secs_f64();
    assert!((0.2..5.0).contains(&ratio), "{unknown:?} to {known:?}");
}
