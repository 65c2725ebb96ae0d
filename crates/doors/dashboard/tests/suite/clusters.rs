//! Clusters of data: what they are in plain words, and giving one back alone, true at every door (B4.2, B6.1, B9, D2).

use consentry_testkit::{Answer, TestApp, Tokens};
use http::Method;
use serde_json::{Value, json};

use crate::{
    page_api,
    world::{ADA, BEN, about, configure, connect, list, session, speak, token},
};

const NARROWER: &str = "openid offline_access accounts:balance";

/// Ada shares with Moneytrack at a bank that speaks FDX: her page session, the id of the connection, and the tokens.
async fn connected(app: &TestApp) -> (String, String, Tokens) {
    speak(app).await;
    let tokens = connect(app).await;
    let session = session(app, ADA).await;
    let id = list(app, &session).await.field("id").unwrap();
    (session, id, tokens)
}

/// Sends the ticks of the form.
async fn tick(
    app: &TestApp,
    path: &str,
    (session, id): (&str, &str),
    version: &str,
    kept: &[&str],
) -> Answer {
    let mut fields = vec![("session", session), ("id", id), ("version", version)];
    fields.extend(kept.iter().map(|key| ("data", *key)));
    app.post_embedded(path, &fields).await
}

async fn version(app: &TestApp, session: &str, id: &str) -> String {
    let form = about(app, "/embed/clusters", session, id)
        .await
        .expect_status(200);
    form.field("version").unwrap()
}

/// `PATCH …/clusters` at a version.
async fn remove(app: &TestApp, bearer: &str, id: &str, tag: Option<&str>, names: Value) -> Answer {
    let request = app
        .request(Method::PATCH, &format!("/embed/api/v1/connections/{id}/clusters"))
        .bearer(bearer)
        .header("x-consentry-page", "1");
    let request = match tag {
        Some(tag) => request.header("if-match", tag),
        None => request,
    };
    request.json(&json!({ "remove": names })).send().await
}

#[tokio::test]
async fn dsh_d2_clusters_are_told_in_plain_words_and_an_unknown_one_as_it_is_called() {
    let app = TestApp::start().await;
    let (session, id, _) = connected(&app).await;
    configure(&app, |tenant| {
        let clusters = &mut tenant.dashboard.fdx.as_mut().unwrap().clusters;
        clusters.insert(
            "accounts:balance".to_owned(),
            vec!["ACCOUNT_BASIC".to_owned(), "ODD <b>ONE</b>".to_owned()],
        );
    })
    .await;
    let page = about(&app, "/embed/connection", &session, &id)
        .await
        .expect_status(200);
    for words in [
        "<summary>Account name and balance</summary>",
        "Type of account, its name, masked number, current and available balance",
        "<summary>Numbers used to pay to or from the account · sensitive</summary>",
        "ODD &#60;b&#62;ONE&#60;/b&#62;</bdi> · This is what",
    ] {
        assert!(
            page.text().contains(words),
            "{words} is missing in {}",
            page.text()
        );
    }
}

#[tokio::test]
async fn dsh_b6_1_one_part_is_given_back_after_a_summary_and_gone_at_every_door() {
    let app = TestApp::start().await;
    let (session, id, tokens) = connected(&app).await;
    let page = about(&app, "/embed/connection", &session, &id).await;
    assert!(page.text().contains("Change what is shared"), "{}", page.text());
    let version = version(&app, &session, &id).await;
    let at = (session.as_str(), id.as_str());
    let summary = tick(
        &app,
        "/embed/clusters/review",
        at,
        &version,
        &["accounts:balance"],
    )
    .await
    .expect_status(200);
    for words in [
        "Moneytrack no longer sees:",
        "Moneytrack still sees:",
        "Moneytrack can ask you for it again.",
    ] {
        assert!(
            summary.text().contains(words),
            "{words} is missing in {}",
            summary.text()
        );
    }
    let before = app.introspect(&tokens.access).await;
    assert!(
        before["scope"]
            .as_str()
            .unwrap()
            .contains("accounts:transactions"),
        "nothing has changed yet"
    );
    let done = tick(&app, "/embed/clusters/save", at, &version, &["accounts:balance"])
        .await
        .expect_status(200);
    assert!(
        done.text().contains("Moneytrack now sees less."),
        "{}",
        done.text()
    );
    assert!(
        done.text()
            .contains(&format!("data-host=\"consent-modified\" data-id=\"{id}\""))
    );
    assert!(
        !done.text().contains("Change what is shared"),
        "one thing is left, which goes with the connection"
    );
    assert_eq!(app.introspect(&tokens.access).await["scope"], NARROWER);
    let refreshed = app
        .refresh(&app.bank.third_party, tokens.refresh.as_deref().unwrap())
        .await;
    assert_eq!(refreshed.expect_status(200).json()["scope"], NARROWER);
    let usable = app
        .usable(
            "ada",
            "moneytrack",
            &["accounts:balance", "accounts:transactions"],
        )
        .await;
    assert_eq!(usable, ["accounts:balance"]);
    let record = app.records_of("ada").await;
    let record = record
        .iter()
        .find(|record| record["definition"]["id"] == "accounts:transactions")
        .unwrap();
    assert_eq!(record["status"], "revoked");
    let history = about(&app, "/embed/activity", &session, &id).await;
    assert!(
        history
            .text()
            .contains("You share less with Moneytrack than before"),
        "{}",
        history.text()
    );
    let bearer = token(&app, ADA).await;
    let told = app
        .request(Method::GET, "/api/v4/consent_management")
        .bearer(&bearer)
        .send()
        .await;
    assert_eq!(
        told.expect_status(200).json()[0]["data_clusters"],
        json!(["ACCOUNT_BASIC"])
    );
}

#[tokio::test]
async fn dsh_b6_1_ticks_of_an_older_version_change_nothing_and_neither_do_none() {
    let app = TestApp::start().await;
    let (session, id, tokens) = connected(&app).await;
    let at = (session.as_str(), id.as_str());
    let stale = tick(&app, "/embed/clusters/save", at, "7", &["accounts:balance"]).await;
    assert!(
        stale
            .expect_status(409)
            .text()
            .contains("This was changed in the meantime")
    );
    let version = version(&app, &session, &id).await;
    let all = ["accounts:balance", "accounts:transactions"];
    let same = tick(&app, "/embed/clusters/review", at, &version, &all).await;
    assert!(same.expect_status(200).text().contains("Nothing has changed."));
    for path in ["/embed/clusters/review", "/embed/clusters/save"] {
        let none = tick(&app, path, at, &version, &[]).await.expect_status(422);
        assert!(
            none.text()
                .contains("To end the connection, stop sharing instead."),
            "{}",
            none.text()
        );
    }
    let bens = crate::world::session(&app, BEN).await;
    let foreign = tick(
        &app,
        "/embed/clusters/save",
        (&bens, &id),
        &version,
        &["accounts:balance"],
    )
    .await;
    assert_eq!(foreign.status(), 404);
    let scope = app.introspect(&tokens.access).await;
    assert!(scope["scope"].as_str().unwrap().contains("accounts:transactions"));
}

#[tokio::test]
async fn dsh_b9_clusters_go_by_name_with_the_version_that_was_looked_at() {
    let app = TestApp::start().await;
    let (bearer, id, tokens) = connected(&app).await;
    let given = json!(["TRANSACTIONS", "NOTIFICATIONS", "PAYMENT_SUPPORT"]);
    assert_eq!(
        remove(&app, &bearer, &id, None, given.clone()).await.status(),
        428
    );
    assert_eq!(
        remove(&app, &bearer, &id, Some("\"9\""), given.clone())
            .await
            .status(),
        412
    );
    for (names, status) in [
        (json!("TRANSACTIONS"), 400),
        (json!([1]), 400),
        (json!(["TRANSACTIONS"]), 422),
        (json!(["ACCOUNT_BASIC"]), 422),
        (
            json!([
                "ACCOUNT_BASIC",
                "TRANSACTIONS",
                "NOTIFICATIONS",
                "PAYMENT_SUPPORT"
            ]),
            422,
        ),
        (json!(["STATEMENTS"]), 200),
    ] {
        let answer = remove(&app, &bearer, &id, Some("\"1\""), names.clone()).await;
        assert_eq!(answer.status(), status, "{names}: {}", answer.text());
    }
    let tied = remove(&app, &bearer, &id, Some("\"1\""), json!(["TRANSACTIONS"])).await;
    assert!(
        tied.text()
            .contains("TRANSACTIONS is opened together with NOTIFICATIONS, PAYMENT_SUPPORT"),
        "{}",
        tied.text()
    );
    let narrower = remove(&app, &bearer, &id, Some("\"1\""), given.clone())
        .await
        .expect_status(200);
    assert_eq!(narrower.header("etag"), Some("\"2\""));
    let narrower = narrower.json();
    assert_eq!(
        (&narrower["clusters"], &narrower["clusters_not_shared"]),
        (&json!(["ACCOUNT_BASIC"]), &given_order())
    );
    assert_eq!(narrower["can"]["change_clusters"], false);
    assert_eq!(app.introspect(&tokens.access).await["scope"], NARROWER);
    let again = remove(&app, &bearer, &id, Some("\"2\""), given)
        .await
        .expect_status(200);
    assert_eq!(again.json()["version"], 2, "what is gone is not taken twice");
    let path = format!("connections/{id}/revoke");
    let _ended = page_api::call(
        &app,
        Method::POST,
        &path,
        &bearer,
        Some(json!({ "confirm": true })),
    )
    .await
    .expect_status(200);
    let late = remove(&app, &bearer, &id, Some("\"3\""), json!(["ACCOUNT_BASIC"])).await;
    assert_eq!(late.expect_status(409).json()["error"], "consent_not_active");
}

/// In the order of the settings.
fn given_order() -> Value {
    json!(["TRANSACTIONS", "NOTIFICATIONS", "PAYMENT_SUPPORT"])
}

#[tokio::test]
async fn dsh_b6_1_a_bank_can_leave_what_was_agreed_to_whole() {
    let app = TestApp::start().await;
    let (session, id, tokens) = connected(&app).await;
    configure(&app, |tenant| tenant.dashboard.cluster_changes = false).await;
    let page = about(&app, "/embed/connection", &session, &id).await;
    assert!(!page.text().contains("Change what is shared"));
    let form = about(&app, "/embed/clusters", &session, &id)
        .await
        .expect_status(200);
    assert!(form.text().contains("Nothing has changed."), "{}", form.text());
    let refused = remove(&app, &session, &id, Some("\"1\""), given_order()).await;
    assert_eq!(refused.status(), 403);
    let scope = app.introspect(&tokens.access).await;
    assert!(scope["scope"].as_str().unwrap().contains("accounts:transactions"));
}

#[tokio::test]
async fn dsh_b6_1_what_a_back_end_wrote_over_a_part_goes_with_it() {
    let app = TestApp::start().await;
    let (bearer, id, tokens) = connected(&app).await;
    let body = json!({
        "subject": "ada", "actor": "ada", "audience": "moneytrack", "status": "accepted",
        "definition": { "id": "accounts:transactions", "version": "1.1", "locale": "en-GB" },
    });
    let _written = app
        .records(Method::POST, "/consents", Some(&body))
        .await
        .expect_status(201);
    let _done = remove(&app, &bearer, &id, Some("*"), given_order())
        .await
        .expect_status(200);
    assert_eq!(app.introspect(&tokens.access).await["scope"], NARROWER);
    let records = app.records_of("ada").await;
    let standing = records.iter().filter(|record| {
        record["definition"]["id"] == "accounts:transactions" && record["status"] == "accepted"
    });
    assert_eq!(standing.count(), 0, "{records:?}");
}
