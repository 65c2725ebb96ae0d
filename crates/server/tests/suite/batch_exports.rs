//! Exports that are written by themselves (consent-tokens-and-preferences 15).

use std::path::Path;

use consentry_domain::{
    Lifetime,
    tenant::{BatchExports, ExportedData},
};
use consentry_server::batch_exports::write_due;
use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Somebody chooses something.
async fn choose(app: &TestApp, name: &str) {
    let key = &app.bank.preferences;
    let body = json!({ "type": "api-key", "key": key.client_id, "secret": key.client_secret });
    let session = app.request(Method::POST, "/sessions").json(&body).send().await;
    let session = session.expect_status(200).json()["access_token"].clone();
    let event = json!({
        "user": { "organization_user_id": name }, "consents": { "channels": [{ "id": "letter", "enabled": true }] },
    });
    let path = "/consents/events?organization_id=harbor";
    let request = app.request(Method::POST, path).bearer(session.as_str().unwrap());
    let sent = request.json(&event).send().await;
    assert_eq!(sent.status(), 200, "{}", sent.text());
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn ctp_15_exports_are_written_whole_when_they_are_due_and_so_many_are_kept() {
    let app = TestApp::start().await;
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("exports");
    assert_eq!(write_due(&app.ledger, "one").await, 0, "nobody asked for any");
    let plan = BatchExports {
        folder: folder.display().to_string(),
        every: Lifetime::days(1),
        data: vec![ExportedData::Users, ExportedData::Events],
        keep: 2,
    };
    app.configure(|tenant| tenant.preferences.exports = Some(plan.clone()))
        .await;
    choose(&app, "iris.faro@example.org").await;
    assert_eq!(write_due(&app.ledger, "one").await, 1);
    for holder in ["one", "two"] {
        assert_eq!(
            write_due(&app.ledger, holder).await,
            0,
            "the next one is due in a day"
        );
    }
    let [first] = &names(&folder)[..] else {
        panic!("{:?}", names(&folder))
    };
    assert!(first.starts_with("harbor-20"), "{first}");
    let first = folder.join(first);
    assert_eq!(names(&first), ["events.ndjson", "users.ndjson"]);
    let (users, events) = (
        lines(&first.join("users.ndjson")),
        lines(&first.join("events.ndjson")),
    );
    assert_eq!(users[0]["organization_user_id"], "iris.faro@example.org");
    assert_eq!(events[0]["user"]["id"], users[0]["id"]);
    #[cfg(unix)]
    {
        let mode = |path: &Path| {
            let about = std::fs::metadata(path).unwrap();
            std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777
        };
        assert_eq!((mode(&first), mode(&first.join("users.ndjson"))), (0o700, 0o600));
    }
    // What somebody left unfinished goes, what is another's stays.
    std::fs::create_dir(folder.join(".writing-harbor-2026")).unwrap();
    std::fs::create_dir(folder.join("harbor-notes")).unwrap();
    std::fs::create_dir(folder.join("harbor-travel-2026")).unwrap();
    for _ in 0..2 {
        app.pass(86_400);
        assert_eq!(write_due(&app.ledger, "two").await, 1);
    }
    let left = names(&folder);
    assert_eq!(left.len(), 4, "{left:?}");
    assert!(!first.exists(), "the oldest one is gone");
    assert!(left.contains(&"harbor-notes".to_owned()) && left.contains(&"harbor-travel-2026".to_owned()));
}

#[tokio::test]
async fn ctp_15_an_export_that_fails_leaves_nothing_that_looks_whole_and_is_tried_again() {
    let app = TestApp::start().await;
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("exports");
    std::fs::write(&folder, "in the way").unwrap();
    let plan = json!({ "folder": folder.display().to_string() });
    let plan: BatchExports = serde_json::from_value(plan).unwrap();
    app.configure(|tenant| tenant.preferences.exports = Some(plan.clone()))
        .await;
    assert_eq!(write_due(&app.ledger, "one").await, 0);
    std::fs::remove_file(&folder).unwrap();
    assert_eq!(
        write_due(&app.ledger, "one").await,
        0,
        "it is looked at again after a while"
    );
    app.pass(600);
    assert_eq!(write_due(&app.ledger, "one").await, 1);
    assert_eq!(names(&folder).len(), 1);
}

#[tokio::test]
async fn ctp_15_plans_that_cannot_be_carried_out_are_refused() {
    for plan in [
        json!({ "folder": "exports" }),
        json!({ "folder": "/var/../etc" }),
        json!({ "folder": "/var/exports", "every": 60 }),
        json!({ "folder": "/var/exports", "data": [] }),
        json!({ "folder": "/var/exports", "keep": 0 }),
    ] {
        let settings = consentry_domain::tenant::PreferencesSettings {
            exports: Some(serde_json::from_value(plan.clone()).unwrap()),
            ..Default::default()
        };
        assert!(settings.check().is_err(), "{plan}");
    }
}
