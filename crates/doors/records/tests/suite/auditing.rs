//! The audit (consent-api 16).

use consentry_door_records::messages::audit::line;
use consentry_ledger::{
    Caller, Target,
    access::{ReadLog, authorize},
    records::audit::{AuditEntry, ChangeType, Resource},
};
use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use crate::world::{
    ADA, BEN, PORTAL, UNPRIVILEGED, accepted, ada, bank, ben, definition, delete, found, get, id,
    localization, made, patch, portal, post, put, request, token,
};

async fn entries(app: &TestApp) -> Vec<AuditEntry> {
    let permit = authorize::<ReadLog>(&Caller::Operator, Target::Tenant).unwrap();
    let tenant = app.tenant();
    let mut reader = app.ledger.audit(&tenant, &permit);
    let mut all = Vec::new();
    while let Some(page) = reader.next_page().await.unwrap() {
        all.extend(page);
    }
    all
}

/// Changes of records only.
pub async fn of_records(app: &TestApp) -> Vec<AuditEntry> {
    let mut all = entries(app).await;
    all.retain(|entry| entry.resource == Resource::Consent);
    all
}

#[tokio::test]
async fn rec_16_each_effective_change_is_one_line_with_its_attributes() {
    let app = bank().await;
    let who = token(&app, "ada", UNPRIVILEGED).await;
    let asked = request(&app, &who, Method::POST, "/consents").header("x-request-id", "r-1");
    let record = asked
        .json(&accepted(
            json!({ "collaborators": ["ben", "kim"], "data": { "x": "secret" } }),
        ))
        .send()
        .await
        .expect_status(201)
        .json();
    app.pass(1);
    let change = json!({ "status": "revoked", "audience": null, "consentContext": { "ip": "::1" }, "data": { "x": "other" } });
    let _changed = patch(&app, &portal(&app), id(&record), &change)
        .await
        .expect_status(200);
    let _same = patch(&app, &portal(&app), id(&record), &change)
        .await
        .expect_status(200);
    app.pass(1);
    let _deleted = delete(&app, &portal(&app), id(&record)).await.expect_status(204);
    let lines: Vec<String> = of_records(&app).await.iter().map(line).collect();
    let (one, claim) = (id(&record), app.bank.customers[0].user_id.as_str());
    let named = format!(
        "actor=\"{claim}\" actorDN=\"{ADA}\" audience=\"store-app\" collaborators=\"ben,kim\" \
         definitionLocale=\"en-GB\" definitionVersion=\"1.2\" status=\"accepted\" subject=\"{claim}\" subjectDN=\"{ADA}\""
    );
    assert_eq!(
        lines[0],
        format!(
            "[22/Nov/2026:09:15:04.120 +0000] CONSENT AUDIT requestID=\"r-1\" resourceType=\"consent\" changeType=\"create\" \
             attrsAdded=\"actor,actorDN,audience,collaborators,data,dataText,definition.id,definition.locale,\
             definition.version,purposeText,status,subject,subjectDN,titleText\" requestDN=\"{ADA}\" \
             requestClient=\"harbor-app\" door=\"records\" definitionID=\"share-location\" id=\"{one}\" {named}"
        )
    );
    let updated = &lines[1];
    for part in [
        "[22/Nov/2026:09:15:05.120 +0000] CONSENT AUDIT requestID=",
        "changeType=\"update\" attrsAdded=\"consentContext\" attrsUpdated=\"data,status\" attrsDeleted=\"audience\"",
        &format!("requestDN=\"{PORTAL}\" door=\"records\""),
        "status=\"revoked\"",
    ] {
        assert!(updated.contains(part), "{updated}");
    }
    let deleted = &lines[2];
    for part in [
        "changeType=\"delete\" attrsDeleted=\"actor,",
        "status=\"revoked\"",
        &format!("id=\"{one}\""),
    ] {
        assert!(deleted.contains(part), "{deleted}");
    }
    assert_eq!(lines.len(), 3, "what changes nothing is not there");
    assert!(
        lines
            .iter()
            .all(|line| !line.contains("secret") && !line.contains("::1") && !line.contains("position"))
    );
}

#[tokio::test]
async fn rec_16_refused_attempts_are_no_changes() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    let before = entries(&app).await;
    let change = json!({ "status": "revoked" });
    for answer in [
        patch(&app, &ben(&app), id(&record), &change).await,
        delete(&app, &ada(&app), id(&record)).await,
        patch(&app, &ada(&app), id(&record), &json!({ "subject": "ben" })).await,
        post(&app, &ada(&app), &json!({ "status": "accepted" })).await,
        put(&app, "", id(&record), &accepted(json!({}))).await,
        get(&app, &ada(&app), "/consents").await,
    ] {
        assert!(answer.status() >= 400 || answer.status() == 200);
    }
    assert_eq!(entries(&app).await, before);
}

#[tokio::test]
async fn rec_16_every_field_of_a_line_stays_in_its_line() {
    let app = bank().await;
    let hostile = "x\"\n[22/Nov/2026] CONSENT AUDIT changeType=\"delete\"\u{2028}\u{7f}";
    let asked = request(&app, &portal(&app), Method::POST, "/consents");
    let body = accepted(json!({ "audience": hostile, "collaborators": [hostile, "b"], "subject": hostile }));
    let _made = asked.json(&body).send().await.expect_status(201);
    let entry = of_records(&app).await.pop().unwrap();
    let line = line(&entry);
    assert_eq!(line.lines().count(), 1);
    assert!(
        !line.chars().any(|next| next.is_control() || next == '\u{2028}'),
        "{line:?}"
    );
    assert!(line.contains("audience=\"x\\\"\\n[22/Nov/2026]"), "{line}");
}

#[tokio::test]
async fn rec_16_a_record_that_goes_to_somebody_else_is_one_line() {
    let app = bank().await;
    let record = made(&app, &portal(&app), json!({ "subject": "ada", "actor": "ada" })).await;
    let moved = json!({ "subject": "ben", "actor": "ben" });
    let _moved = patch(&app, &portal(&app), id(&record), &moved)
        .await
        .expect_status(200);
    let all = of_records(&app).await;
    assert_eq!(all.len(), 2);
    assert_eq!(all[1].change, ChangeType::Update);
    assert_eq!(
        all[1].touched.updated,
        ["actor", "actorDN", "subject", "subjectDN"]
    );
    assert_eq!(all[1].attributes["subjectDN"], BEN);
}

#[tokio::test]
async fn rec_16_what_other_doors_change_is_told_too() {
    let app = bank().await;
    let _tokens = app
        .connect(&app.browser(), "ada", consentry_testkit::FULL_SCOPE)
        .await;
    let created = of_records(&app).await;
    assert_eq!(created.len(), 4);
    let record = found(&app, &ada(&app), "?definition=accounts%3Abalance")
        .await
        .remove(0);
    let of_balance = created.iter().find(|entry| entry.id == record).unwrap();
    assert_eq!(of_balance.change, ChangeType::Create);
    assert_eq!(of_balance.request_dn.as_deref(), Some(ADA));
    assert_eq!(of_balance.attributes["audience"], "moneytrack");
    assert!(line(of_balance).contains("door=\"authorization\""));
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let stopped = of_records(&app).await.split_off(4);
    assert_eq!(stopped.len(), 4);
    assert!(stopped.iter().all(|entry| {
        entry.change == ChangeType::Update
            && entry.touched.updated == ["status"]
            && entry.attributes["status"] == "revoked"
    }));
}

#[tokio::test]
async fn rec_16_definitions_and_localizations_are_audited() {
    use ChangeType::{Create, Update};
    use Resource::{Definition, Localization};

    let app = bank().await;
    let before = entries(&app).await.len();
    app.provision(&[
        definition("terms", Some("Terms"), None),
        localization("terms", "fi", "1.0", None),
    ])
    .await;
    app.provision(&[
        definition("terms", None, Some("All of them")),
        localization("terms", "fi", "1.1", Some("Ehdot")),
        localization("terms", "sv", "1.0", None),
    ])
    .await;
    let all = entries(&app).await.split_off(before);
    let told: Vec<_> = all
        .iter()
        .map(|entry| {
            (
                entry.resource,
                entry.change,
                entry.id.as_str(),
                entry.touched.clone(),
            )
        })
        .map(|(resource, change, id, touched)| {
            (
                resource,
                change,
                id.to_owned(),
                touched.added.join(","),
                touched.updated.join(","),
                touched.deleted.join(","),
            )
        })
        .collect();
    let row = |resource, change, id: &str, added: &str, updated: &str, deleted: &str| {
        (
            resource,
            change,
            id.to_owned(),
            added.to_owned(),
            updated.to_owned(),
            deleted.to_owned(),
        )
    };
    let texts = "dataText,id,locale,purposeText,version";
    assert_eq!(
        told,
        [
            row(Definition, Create, "terms", "displayName,id", "", ""),
            row(Localization, Create, "fi", texts, "", ""),
            row(Definition, Update, "terms", "description", "", "displayName"),
            row(
                Localization,
                Update,
                "fi",
                "titleText",
                "dataText,purposeText,version",
                ""
            ),
            row(Localization, Create, "sv", texts, "", ""),
        ]
    );
    assert!(line(&all[3]).contains("resourceType=\"localization\" changeType=\"update\""));
    assert!(line(&all[3]).contains("definitionID=\"terms\" id=\"fi\" locale=\"fi\" version=\"1.1\""));
}

#[tokio::test]
async fn rec_16_the_log_still_verifies_with_what_is_noted_in_it() {
    let app = bank().await;
    let record = made(&app, &portal(&app), json!({ "subject": "ada" })).await;
    let _moved = patch(&app, &portal(&app), id(&record), &json!({ "subject": "ben" }))
        .await
        .expect_status(200);
    let _deleted = delete(&app, &portal(&app), id(&record)).await.expect_status(204);
    let verdict = app.ledger.verify(&app.tenant()).await.unwrap();
    assert!(
        matches!(
            verdict,
            consentry_ledger::verify::Verdict::Sound { unreadable: 0, .. }
        ),
        "{verdict:?}"
    );
}
