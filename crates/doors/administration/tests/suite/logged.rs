//! What the log keeps of administration, and who is named in it (consent-api 16).

use consentry_domain::decision::Door;
use consentry_ledger::{
    Caller, Target,
    access::{Provision, ReadLog},
    authorize,
    records::audit::{AuditEntry, ChangeType, Resource},
    removal::{InUse, Removal},
};
use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use crate::world::{COURIER, NEWSLETTER, courier, delete, put, request, words};

async fn audit(app: &TestApp) -> Vec<AuditEntry> {
    let permit = authorize::<ReadLog>(&Caller::Operator, Target::Tenant).unwrap();
    let tenant = app.tenant();
    let mut reader = app.ledger.audit(&tenant, &permit);
    let mut entries = Vec::new();
    while let Some(page) = reader.next_page().await.unwrap() {
        entries.extend(page);
    }
    entries
}

#[tokio::test]
async fn rec_16_every_change_is_in_the_log_with_who_did_it_and_what_changes_nothing_is_not() {
    let app = TestApp::start().await;
    let begin = audit(&app).await.len();
    let english = format!("{NEWSLETTER}/localizations/en-GB");
    let account = format!("/accounts/{COURIER}");
    let made = put(&app, "/definitions/new", &json!({ "display_name": "New" })).await;
    let request_id = made.header("x-request-id").unwrap().to_owned();
    let _same = put(&app, "/definitions/new", &json!({ "display_name": "New" })).await;
    let _other = put(&app, "/definitions/new", &json!({ "description": "d" }))
        .await
        .expect_status(200);
    let _published = put(&app, &english, &words("1.3")).await.expect_status(200);
    let _same = put(&app, &english, &words("1.3")).await.expect_status(200);
    let _refused = put(&app, &english, &words("1.0")).await.expect_status(409);
    let stale = request(&app, Method::PUT, NEWSLETTER).header("if-match", "\"x\"");
    let _stale = stale.json(&json!({})).send().await.expect_status(412);
    let _gone = delete(&app, &english).await.expect_status(204);
    let _gone = delete(&app, "/definitions/new").await.expect_status(204);
    let _made = courier(&app, json!({})).await.expect_status(201);
    let _same = courier(&app, json!({})).await.expect_status(200);
    let _password = courier(
        &app,
        json!({ "password": "another password", "bypass_acl": true }),
    )
    .await;
    let seen = audit(&app).await;
    let shown: Vec<(Resource, ChangeType, &str, String)> = seen[begin..]
        .iter()
        .map(|entry| {
            let touched = &entry.touched;
            let touched = [&touched.added, &touched.updated, &touched.deleted];
            let touched = touched.map(|names| names.join(",")).join(";");
            (entry.resource, entry.change, entry.id.as_str(), touched)
        })
        .collect();
    let expected = [
        (
            Resource::Definition,
            ChangeType::Create,
            "new",
            "displayName,id;;",
        ),
        (
            Resource::Definition,
            ChangeType::Update,
            "new",
            "description;;displayName",
        ),
        (
            Resource::Localization,
            ChangeType::Update,
            "en-GB",
            ";dataText,purposeText,titleText,version;",
        ),
        (
            Resource::Localization,
            ChangeType::Delete,
            "en-GB",
            ";;dataText,id,locale,purposeText,titleText,version",
        ),
        (
            Resource::Definition,
            ChangeType::Delete,
            "new",
            ";;description,id",
        ),
        (
            Resource::Account,
            ChangeType::Create,
            COURIER,
            "id,password,uid;;",
        ),
        (
            Resource::Account,
            ChangeType::Update,
            COURIER,
            "bypassACL;password;",
        ),
    ];
    let expected = expected.map(|(resource, change, id, touched)| (resource, change, id, touched.to_owned()));
    assert_eq!(shown, expected);
    for entry in &seen[begin..] {
        assert_eq!(entry.client.as_deref(), Some("harbor-admin"));
        assert_eq!((entry.door, entry.request_dn.as_deref()), (Door::Operator, None));
        assert!(entry.request.is_some());
    }
    assert_eq!(seen[begin].request, Some(request_id));

    // The name of an account that is gone is not in the log, which cannot be unwritten.
    let _gone = delete(&app, &account).await.expect_status(204);
    let seen = audit(&app).await;
    let last = seen.last().unwrap();
    assert_eq!(
        (last.resource, last.change),
        (Resource::Account, ChangeType::Delete)
    );
    assert!(seen.iter().all(|entry| entry.id != COURIER));
    assert_eq!(last.id.len(), 43);
    app.ledger.verify(&app.tenant()).await.unwrap();
}

#[tokio::test]
async fn rec_16_what_somebody_at_the_machine_does_is_logged_the_same_without_a_client() {
    let app = TestApp::start().await;
    let begin = audit(&app).await.len();
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant).unwrap();
    let definition = consentry_domain::DefinitionKey::parse("email-newsletter").unwrap();
    let removals = [Removal::Definition(definition)];
    app.ledger
        .remove(&app.tenant(), &permit, &removals, InUse::Stays)
        .await
        .unwrap();
    let seen = audit(&app).await;
    let shown: Vec<(Resource, ChangeType, &str)> = seen[begin..]
        .iter()
        .map(|entry| (entry.resource, entry.change, entry.id.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (Resource::Localization, ChangeType::Delete, "ar"),
            (Resource::Localization, ChangeType::Delete, "en-GB"),
            (Resource::Definition, ChangeType::Delete, "email-newsletter"),
        ]
    );
    assert!(
        seen[begin..]
            .iter()
            .all(|entry| entry.client.is_none() && entry.request.is_none())
    );
}
