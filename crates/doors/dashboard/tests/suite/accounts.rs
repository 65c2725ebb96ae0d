//! Accounts: named by the bank, shared or not, changed by the person, seen at every door (B4.3, B6.1, A11, D1).

use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use crate::world::{ADA, BEN, about, configure, connect, hold, list, put_with_credential, session, token};

const BOTH: [(&str, &str); 2] = [("Everyday", "4417"), ("Savings", "9083")];

/// Ada has two accounts, and Moneytrack sees them. Her page session, and the id of the connection.
async fn connected(app: &TestApp) -> (String, String, consentry_testkit::Tokens) {
    hold(app, ADA, &BOTH).await;
    let tokens = connect(app).await;
    let session = session(app, ADA).await;
    let id = list(app, &session).await.field("id").unwrap();
    (session, id, tokens)
}

/// The version that the form of a connection's accounts holds.
async fn version(app: &TestApp, session: &str, id: &str) -> String {
    let form = about(app, "/embed/accounts", session, id)
        .await
        .expect_status(200);
    form.field("version").unwrap()
}

/// Saves which accounts are ticked.
async fn save(
    app: &TestApp,
    (session, id, version): (&str, &str, &str),
    ticked: &[&str],
) -> consentry_testkit::Answer {
    let mut fields = vec![("session", session), ("id", id), ("version", version)];
    fields.extend(ticked.iter().map(|account| match *account {
        "others" => ("others", "yes"),
        account => ("account", account),
    }));
    app.post_embedded("/embed/accounts/save", &fields).await
}

#[tokio::test]
async fn dsh_b4_3_accounts_are_shown_by_name_and_last_digits() {
    let app = TestApp::start().await;
    let (session, id, _) = connected(&app).await;
    let listed = list(&app, &session).await;
    assert!(
        listed.text().contains("Everyday ··4417, Savings ··9083"),
        "{}",
        listed.text()
    );
    let page = about(&app, "/embed/connection", &session, &id)
        .await
        .expect_status(200);
    for words in [
        "Everyday ··4417",
        "Current account",
        "Accounts that you open later are shared too.",
        "Change accounts",
    ] {
        assert!(
            page.text().contains(words),
            "{words} is missing in {}",
            page.text()
        );
    }
    let question = about(&app, "/embed/stop", &session, &id).await;
    assert!(
        question
            .text()
            .contains("This ends now, for Everyday ··4417, Savings ··9083:")
    );
}

#[tokio::test]
async fn dsh_b3_a_card_names_two_accounts_and_counts_the_others() {
    let app = TestApp::start().await;
    hold(
        &app,
        ADA,
        &[
            ("One", "0001"),
            ("Two", "0002"),
            ("Three", "0003"),
            ("Four", "0004"),
        ],
    )
    .await;
    connect(&app).await;
    let listed = list(&app, &session(&app, ADA).await).await;
    assert!(
        listed.text().contains("One ··0001, Two ··0002 +2"),
        "{}",
        listed.text()
    );
}

#[tokio::test]
async fn dsh_b6_1_a_summary_stands_between_the_ticks_and_the_change() {
    let app = TestApp::start().await;
    let (session, id, tokens) = connected(&app).await;
    let version = version(&app, &session, &id).await;
    let fields = [
        ("session", session.as_str()),
        ("id", id.as_str()),
        ("version", version.as_str()),
        ("account", "acc_4417"),
    ];
    let summary = app
        .post_embedded("/embed/accounts/review", &fields)
        .await
        .expect_status(200);
    for words in [
        "Moneytrack no longer sees:",
        "Savings ··9083",
        "Accounts that you open later are not shared.",
    ] {
        assert!(
            summary.text().contains(words),
            "{words} is missing in {}",
            summary.text()
        );
    }
    assert_eq!(
        app.introspect(&tokens.access).await["accounts"],
        Value::Null,
        "nothing has changed yet"
    );
    let done = save(&app, (&session, &id, &version), &["acc_4417"])
        .await
        .expect_status(200);
    assert!(
        done.text().contains("Your choice of accounts is saved."),
        "{}",
        done.text()
    );
    assert!(
        done.text()
            .contains(&format!("data-host=\"consent-modified\" data-id=\"{id}\""))
    );
    assert!(done.text().contains("Not shared"));
}

#[tokio::test]
async fn dsh_d1_introspection_and_checks_follow_the_accounts_at_once() {
    let app = TestApp::start().await;
    let (session, id, tokens) = connected(&app).await;
    let asked = |account: &str| {
        json!({
            "subject": { "type": "user", "id": ADA, "properties": { "issuer": "urn:consentry:customer" } },
            "action": { "name": "read" },
            "resource": { "type": "scope", "id": "accounts:balance", "properties": { "account_id": account } },
            "context": { "audience": app.bank.third_party.client_id },
        })
    };
    let check = async |account: &str| {
        let bank = &app.bank.first_party;
        app.request(Method::POST, "/access/v1/evaluation")
            .basic(&bank.client_id, &bank.client_secret)
            .json(&asked(account))
            .send()
            .await
            .expect_status(200)
            .json()
    };
    assert_eq!(check("acc_9083").await["decision"], true);
    let version = version(&app, &session, &id).await;
    let _done = save(&app, (&session, &id, &version), &["acc_4417", "others"])
        .await
        .expect_status(200);
    let told = &app.introspect(&tokens.access).await["accounts"];
    assert_eq!(
        told,
        &json!({ "enabled": ["acc_4417"], "disabled": ["acc_9083"], "others": true })
    );
    assert_eq!(check("acc_4417").await["decision"], true);
    let denied = check("acc_9083").await;
    assert_eq!(denied["decision"], false);
    assert!(denied.to_string().contains("restricted"), "{denied}");
    assert_eq!(
        check("acc_new").await["decision"],
        true,
        "accounts opened later are shared"
    );
}

#[tokio::test]
async fn dsh_b2_with_no_account_left_nothing_is_shared_and_the_connection_stands() {
    let app = TestApp::start().await;
    let (session, id, tokens) = connected(&app).await;
    let seen = version(&app, &session, &id).await;
    let fields = [
        ("session", session.as_str()),
        ("id", id.as_str()),
        ("version", seen.as_str()),
    ];
    let summary = app.post_embedded("/embed/accounts/review", &fields).await;
    assert!(
        summary
            .text()
            .contains("To end the connection, stop sharing instead.")
    );
    let page = save(&app, (&session, &id, &seen), &[]).await.expect_status(200);
    assert!(
        page.text().contains("Nothing shared") && page.text().contains("No accounts"),
        "{}",
        page.text()
    );
    let listed = list(&app, &session).await;
    assert!(listed.text().contains("Nothing shared") && listed.text().contains("1 app can see data."));
    assert_eq!(app.introspect(&tokens.access).await["active"], true);
}

#[tokio::test]
async fn dsh_b6_1_what_was_changed_meanwhile_is_shown_before_anything_is_overwritten() {
    let app = TestApp::start().await;
    let (session, id, _) = connected(&app).await;
    let seen = version(&app, &session, &id).await;
    let _first = save(&app, (&session, &id, &seen), &["acc_4417"])
        .await
        .expect_status(200);
    let second = save(&app, (&session, &id, &seen), &["acc_9083"])
        .await
        .expect_status(409);
    assert!(
        second.text().contains("This was changed in the meantime"),
        "{}",
        second.text()
    );
    let unsaid = save(&app, (&session, &id, ""), &["acc_9083"]).await;
    assert_eq!(unsaid.status(), 409);
}

#[tokio::test]
async fn dsh_b4_3_without_a_list_of_the_bank_nothing_is_said_about_accounts() {
    let app = TestApp::start().await;
    connect(&app).await;
    let session = session(&app, ADA).await;
    let id = list(&app, &session).await.field("id").unwrap();
    let page = about(&app, "/embed/connection", &session, &id).await;
    assert!(!page.text().contains("Change accounts") && !page.text().contains("<h2>Accounts</h2>"));
    let asked = about(&app, "/embed/accounts", &session, &id)
        .await
        .expect_status(200);
    assert!(asked.text().contains("Nothing has changed."), "{}", asked.text());
}

#[tokio::test]
async fn dsh_b3_the_list_answers_who_can_see_an_account() {
    let app = TestApp::start().await;
    let (session, id, _) = connected(&app).await;
    let seen = version(&app, &session, &id).await;
    let _done = save(&app, (&session, &id, &seen), &["acc_4417"])
        .await
        .expect_status(200);
    let of = async |account: &str| {
        app.post_embedded(
            "/embed/connections",
            &[("session", session.as_str()), ("account", account)],
        )
        .await
        .expect_status(200)
    };
    assert!(of("acc_4417").await.field("id").is_some_and(|found| found == id));
    let none = of("acc_9083").await;
    assert!(none.text().contains("Nothing fits.") && none.text().contains("1 app can see data."));
}

#[tokio::test]
async fn dsh_a11_the_list_is_the_whole_truth_and_is_checked() {
    let app = TestApp::start().await;
    let push = async |body: Value| {
        put_with_credential(&app, "/api/v4/customer_accounts")
            .json(&body)
            .send()
            .await
    };
    let with = |account: Value| json!({ "customerId": ADA, "accounts": [account] });
    for (body, place) in [
        (json!({ "accounts": [] }), "/customerId"),
        (json!({ "customerId": ADA }), "/accounts"),
        (with(json!({ "nickname": "x" })), "/accounts/0/account_id"),
        (
            with(json!({ "account_id": "a", "nickname": "" })),
            "/accounts/0/nickname",
        ),
        (
            with(json!({ "account_id": "a", "nickname": "x", "account_number_display": "12345678" })),
            "/accounts/0/account_number_display",
        ),
    ] {
        let refused = push(body).await.expect_status(400);
        assert!(refused.text().contains(place), "{place}: {}", refused.text());
    }
    let twice = json!([{ "account_id": "a", "nickname": "x" }, { "account_id": "a", "nickname": "y" }]);
    let _answer = push(json!({ "customerId": ADA, "accounts": twice }))
        .await
        .expect_status(400);
    let nobody = app
        .request(Method::PUT, "/api/v4/customer_accounts")
        .json(&json!({ "customerId": ADA, "accounts": [] }))
        .send()
        .await;
    assert_eq!(nobody.status(), 401);
    let (session, _, _) = connected(&app).await;
    hold(&app, ADA, &BOTH[..1]).await;
    let listed = list(&app, &session).await;
    assert!(listed.text().contains("Everyday ··4417") && !listed.text().contains("Savings"));
}

/// A call of the consent management API.
async fn call(
    app: &TestApp,
    method: Method,
    path: &str,
    bearer: &str,
    body: Option<Value>,
) -> consentry_testkit::Answer {
    let request = app
        .request(method, &format!("/api/v4/consent_management{path}"))
        .bearer(bearer);
    match body {
        Some(body) => request.json(&body).send().await,
        None => request.send().await,
    }
}

#[tokio::test]
async fn dsh_a11_a_bank_with_screens_of_its_own_lists_changes_and_ends() {
    let app = TestApp::start().await;
    let (_, id, tokens) = connected(&app).await;
    let bearer = token(&app, ADA).await;
    let listed = call(&app, Method::GET, "", &bearer, None)
        .await
        .expect_status(200)
        .json();
    let consent = &listed[0];
    assert_eq!(consent["id"], id.as_str());
    assert_eq!(consent["application_name"], "Moneytrack");
    assert_eq!(consent["auto_enable_future_accounts"], true);
    assert_eq!(consent["last_accessed"], Value::Null);
    assert_eq!(
        consent["accounts"][1],
        json!({ "enabled": true, "nickname": "Savings", "account_id": "acc_9083", "account_number_display": "XXXXXXXX9083" })
    );
    let off = call(
        &app,
        Method::PUT,
        &format!("/{id}/accounts/acc_9083"),
        &bearer,
        Some(json!({ "enabled": false })),
    )
    .await;
    assert_eq!(off.expect_status(200).json()["accounts"][1]["enabled"], false);
    let rule = call(
        &app,
        Method::PUT,
        &format!("/{id}/accounts"),
        &bearer,
        Some(json!({ "automatic_access": false })),
    )
    .await;
    let rule = rule.expect_status(200).json();
    assert_eq!(rule["auto_enable_future_accounts"], false);
    assert_eq!(
        rule["accounts"][0]["enabled"], true,
        "what is shared stays shared"
    );
    assert_eq!(
        app.introspect(&tokens.access).await["accounts"]["enabled"],
        json!(["acc_4417"])
    );
    let ended = call(
        &app,
        Method::PUT,
        &format!("/{id}/disable_app_sharing"),
        &bearer,
        None,
    )
    .await;
    let ended = ended.expect_status(200).json();
    assert!(ended["revoked_at"].is_string());
    app.pass(5);
    let again = call(
        &app,
        Method::PUT,
        &format!("/{id}/disable_app_sharing"),
        &bearer,
        None,
    )
    .await;
    assert_eq!(again.expect_status(200).json()["revoked_at"], ended["revoked_at"]);
    assert_eq!(app.introspect(&tokens.access).await["active"], false);
    let late = call(
        &app,
        Method::PUT,
        &format!("/{id}/accounts/acc_9083"),
        &bearer,
        Some(json!({ "enabled": true })),
    )
    .await;
    assert_eq!(late.expect_status(409).json()["error"], "consent_not_active");
    let active = call(&app, Method::GET, "?status=active", &bearer, None)
        .await
        .expect_status(200);
    assert_eq!(active.json(), json!([]));
}

#[tokio::test]
async fn dsh_a11_what_is_wrong_or_of_somebody_else_is_refused() {
    let app = TestApp::start().await;
    let (_, id, _) = connected(&app).await;
    let (adas, bens) = (token(&app, ADA).await, token(&app, BEN).await);
    let one = format!("/{id}/accounts/acc_9083");
    let put = async |path: &str, bearer: &str, body: Value| {
        call(&app, Method::PUT, path, bearer, Some(body)).await.status()
    };
    assert_eq!(put(&one, &adas, json!({ "enabled": "true" })).await, 400);
    assert_eq!(put(&one, &bens, json!({ "enabled": false })).await, 404);
    assert_eq!(
        put(
            &format!("/{id}/accounts/acc_other"),
            &adas,
            json!({ "enabled": false })
        )
        .await,
        404
    );
    assert_eq!(
        put(
            "/cns_unknown/accounts",
            &adas,
            json!({ "automatic_access": true })
        )
        .await,
        404
    );
    assert_eq!(put(&one, "et_nothing", json!({ "enabled": false })).await, 401);
    let nobody = app
        .request(Method::GET, "/api/v4/consent_management")
        .send()
        .await;
    assert_eq!(
        nobody
            .expect_status(401)
            .header("www-authenticate")
            .map(|text| text.starts_with("Bearer")),
        Some(true)
    );
    let odd = call(&app, Method::GET, "?status=ended", &adas, None).await;
    assert_eq!(odd.status(), 400);
}

#[tokio::test]
async fn dsh_a2_6_the_api_does_not_spend_a_token_and_the_frame_does() {
    let app = TestApp::start().await;
    let (_, _, _) = connected(&app).await;
    let bearer = token(&app, ADA).await;
    for _ in 0..2 {
        let _answer = call(&app, Method::GET, "", &bearer, None)
            .await
            .expect_status(200);
    }
    let _answer = crate::world::open(&app, &bearer).await.expect_status(200);
    let _answer = call(&app, Method::GET, "", &bearer, None)
        .await
        .expect_status(401);
    let late = token(&app, ADA).await;
    app.pass(300);
    let _answer = call(&app, Method::GET, "", &late, None).await.expect_status(401);
}

#[tokio::test]
async fn dsh_b6_1_a_bank_can_keep_accounts_as_they_are() {
    let app = TestApp::start().await;
    let (session, id, _) = connected(&app).await;
    configure(&app, |tenant| tenant.dashboard.account_changes = false).await;
    let page = about(&app, "/embed/connection", &session, &id).await;
    assert!(page.text().contains("Everyday ··4417") && !page.text().contains("Change accounts"));
    let bearer = token(&app, ADA).await;
    let refused = call(
        &app,
        Method::PUT,
        &format!("/{id}/accounts/acc_9083"),
        &bearer,
        Some(json!({ "enabled": false })),
    )
    .await;
    assert_eq!(refused.status(), 403);
}

#[tokio::test]
async fn dsh_b7_5_where_names_of_accounts_cannot_be_read_everything_else_works() {
    let app = TestApp::start_in_folder().await;
    let (session, id, tokens) = connected(&app).await;
    let database = rusqlite::Connection::open(app.folder().join("ledger.db")).unwrap();
    let broken = "UPDATE account SET holdings = randomblob(64) WHERE holdings IS NOT NULL";
    assert_eq!(database.execute(broken, []).unwrap(), 1);
    let page = about(&app, "/embed/connection", &session, &id)
        .await
        .expect_status(200);
    assert!(
        page.text().contains("You can still stop sharing.") && !page.text().contains("Everyday"),
        "{}",
        page.text()
    );
    let _question = about(&app, "/embed/stop", &session, &id).await.expect_status(200);
    let _done = about(&app, "/embed/stop/confirm", &session, &id)
        .await
        .expect_status(200);
    assert_eq!(app.introspect(&tokens.access).await["active"], false);
}
