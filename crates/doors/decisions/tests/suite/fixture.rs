//! The fixture of the OpenID conformance scenario, and what it expects (enforcement-events-evidence 2.8).

use consentry_domain::{
    Action, Actions,
    definition::{Definition, DefinitionKind, Localization},
    locale::Locale,
    subject::Namespace,
};
use consentry_ledger::provision::Entry;
use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use crate::world::{assert_refused, judged, post, unbounded};

/// Actions of both records.
const ACTIONS: [&str; 3] = ["read", "write", "delete"];

/// Who consented to what of `record-1`.
const CONSENTS: [(&str, &[&str]); 2] = [("alice", &["read", "write"]), ("bob", &["read"])];

/// Definitions that can be read, written and deleted.
pub async fn with_records(app: &TestApp) {
    app.configure(|tenant| {
        tenant.checks.default_issuer = "local".to_owned();
        tenant
            .checks
            .issuers
            .insert("local".to_owned(), Namespace::RecordSubject);
        tenant
            .checks
            .resource_types
            .insert("record".to_owned(), DefinitionKind::Agreement);
    })
    .await;
    let actions: Vec<Action> = ACTIONS.iter().map(|name| name.parse().unwrap()).collect();
    for key in ["record-1", "record-2"] {
        app.provision(&[
            Entry::Definition(Definition {
                key: key.parse().unwrap(),
                kind: DefinitionKind::Agreement,
                display_name: None,
                description: None,
                parameters: Vec::new(),
                parent: None,
                lifetime: None,
                actions: Actions::try_from(actions.clone()).unwrap(),
                choice: consentry_domain::definition::Choice::default(),
            }),
            Entry::Localization(Localization {
                definition: key.parse().unwrap(),
                locale: Locale::parse("en-GB").unwrap(),
                version: "1.0".parse().unwrap(),
                title: None,
                data: "A record".to_owned(),
                purpose: "A purpose".to_owned(),
                published_at: app.now(),
            }),
        ])
        .await;
    }
}

/// Somebody's record without audience and without end; gives its path.
pub async fn consented(app: &TestApp, subject: &str, actions: &Value) -> String {
    let wish = json!({
        "status": "accepted", "subject": subject, "actions": actions,
        "definition": { "id": "record-1", "version": "1.0", "locale": "en-GB" },
    });
    let made = app
        .records(Method::POST, "/consents", Some(&wish))
        .await
        .expect_status(201)
        .json();
    format!("/consents/{}", made["id"].as_str().unwrap())
}

async fn scenario() -> TestApp {
    let app = TestApp::start().await;
    unbounded(&app).await;
    with_records(&app).await;
    for (subject, actions) in CONSENTS {
        consented(&app, subject, &json!(actions)).await;
    }
    app
}

/// May somebody do that with a record?
pub fn may(subject: &str, action: &str, record: &str) -> Value {
    json!({
        "subject": { "type": "user", "id": subject },
        "action": { "name": action },
        "resource": { "type": "record", "id": record },
    })
}

fn expected(subject: &str, action: &str, record: &str) -> bool {
    record == "record-1"
        && CONSENTS
            .iter()
            .any(|(name, actions)| *name == subject && actions.contains(&action))
}

/// Every question of the scenario's entities, with its answer.
fn questions() -> Vec<(Value, bool)> {
    let mut all = Vec::new();
    for subject in ["alice", "bob", "carol"] {
        for action in ["read", "write", "delete", "use"] {
            for record in ["record-1", "record-2", "record-3"] {
                all.push((may(subject, action, record), expected(subject, action, record)));
            }
        }
    }
    all
}

fn ids(answer: &Value, member: &str) -> Vec<String> {
    let all = answer["results"].as_array().unwrap();
    let mut ids: Vec<String> = all
        .iter()
        .map(|one| one[member].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

async fn search(app: &TestApp, path: &str, body: &Value) -> Value {
    post(app, path, body).await.expect_status(200).json()
}

#[tokio::test]
async fn chk_34_basic_core() {
    let app = scenario().await;
    for (question, expected) in questions() {
        assert_eq!(judged(&app, &question).await.0, expected, "{question}");
    }
    for (question, reason) in [
        (may("bob", "write", "record-1"), "restricted"),
        (may("bob", "use", "record-1"), "unknown_action"),
        (may("alice", "read", "record-2"), "no_consent"),
        (may("alice", "read", "record-3"), "unknown_resource"),
    ] {
        assert_eq!(
            judged(&app, &question).await,
            (false, reason.to_owned()),
            "{question}"
        );
    }
    let question = may("alice", "read", "record-1");
    for (member, part) in [
        ("subject", "type"),
        ("subject", "id"),
        ("action", "name"),
        ("resource", "type"),
        ("resource", "id"),
    ] {
        let mut missing = question.clone();
        missing[member].as_object_mut().unwrap().remove(part);
        assert_refused(&app, "/evaluation", &missing, &format!("/{member}/{part}")).await;
        let mut wrong = question.clone();
        wrong[member][part] = json!(7);
        assert_refused(&app, "/evaluation", &wrong, &format!("/{member}/{part}")).await;
    }
    let mut more = question.clone();
    more["unknown"] = json!({ "member": true });
    more["subject"]["properties"] = json!({ "role": "admin" });
    assert!(judged(&app, &more).await.0);
}

#[tokio::test]
async fn chk_34_batch_core() {
    let app = scenario().await;
    let (questions, expected): (Vec<Value>, Vec<bool>) = questions().into_iter().unzip();
    let decisions = async |body: Value| {
        let answer = search(&app, "/evaluations", &body).await;
        assert!(answer.get("decision").is_none());
        let all = answer["evaluations"].as_array().unwrap().clone();
        all.iter()
            .map(|one| one["decision"].as_bool().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(decisions(json!({ "evaluations": questions })).await, expected);
    // Defaults of the request, and an item that replaces one of them whole.
    let mut defaults = may("alice", "read", "record-1");
    defaults["evaluations"] = json!([{}, { "action": { "name": "write" } }, { "action": { "name": "delete" } },
        { "subject": { "type": "user", "id": "bob" }, "action": { "name": "write" } }]);
    assert_eq!(decisions(defaults.clone()).await, [true, true, false, false]);
    for (semantic, expected) in [
        ("execute_all", vec![true, true, false, false]),
        ("deny_on_first_deny", vec![true, true, false]),
        ("permit_on_first_permit", vec![true]),
    ] {
        defaults["options"] = json!({ "evaluations_semantic": semantic });
        assert_eq!(decisions(defaults.clone()).await, expected, "{semantic}");
    }
    let mut single = may("alice", "write", "record-1");
    single["evaluations"] = json!([]);
    assert_eq!(search(&app, "/evaluations", &single).await["decision"], true);
}

#[tokio::test]
async fn chk_34_search_core() {
    let app = scenario().await;
    for (action, expected) in [
        ("read", vec!["alice", "bob"]),
        ("write", vec!["alice"]),
        ("delete", vec![]),
        ("use", vec![]),
    ] {
        let mut who = may("", action, "record-1");
        who["subject"].as_object_mut().unwrap().remove("id");
        let answer = search(&app, "/search/subject", &who).await;
        assert_eq!(ids(&answer, "id"), expected, "{action}");
        assert_eq!(answer["page"]["next_token"], "");
    }
    for (subject, action, expected) in [
        ("alice", "read", vec!["record-1"]),
        ("alice", "write", vec!["record-1"]),
        ("alice", "delete", vec![]),
        ("bob", "read", vec!["record-1"]),
        ("bob", "write", vec![]),
        ("carol", "read", vec![]),
    ] {
        let mut what = may(subject, action, "");
        what["resource"].as_object_mut().unwrap().remove("id");
        let answer = search(&app, "/search/resource", &what).await;
        assert_eq!(ids(&answer, "id"), expected, "{subject} {action}");
    }
    for (subject, record, expected) in [
        ("alice", "record-1", vec!["read", "write"]),
        ("bob", "record-1", vec!["read"]),
        ("bob", "record-2", vec![]),
        ("carol", "record-1", vec![]),
        ("alice", "record-3", vec![]),
    ] {
        let mut how = may(subject, "", record);
        how.as_object_mut().unwrap().remove("action");
        let answer = search(&app, "/search/action", &how).await;
        assert_eq!(ids(&answer, "name"), expected, "{subject} {record}");
    }
    // One page at a time.
    let mut who = may("", "read", "record-1");
    who["subject"].as_object_mut().unwrap().remove("id");
    who["page"] = json!({ "limit": 1 });
    let first = search(&app, "/search/subject", &who).await;
    who["page"] = json!({ "token": first["page"]["next_token"] });
    let second = search(&app, "/search/subject", &who).await;
    let mut both = [ids(&first, "id"), ids(&second, "id")].concat();
    both.sort();
    assert_eq!(both, ["alice", "bob"]);
}

#[tokio::test]
async fn chk_34_discovery() {
    let app = scenario().await;
    let metadata = app
        .get("/.well-known/authzen-configuration")
        .await
        .expect_status(200)
        .json();
    let point = metadata["policy_decision_point"].as_str().unwrap();
    for (member, path) in [
        ("access_evaluation_endpoint", "/evaluation"),
        ("access_evaluations_endpoint", "/evaluations"),
        ("search_subject_endpoint", "/search/subject"),
        ("search_resource_endpoint", "/search/resource"),
        ("search_action_endpoint", "/search/action"),
    ] {
        assert_eq!(metadata[member], format!("{point}/access/v1{path}"));
    }
}

#[tokio::test]
async fn a_consent_is_narrowed_and_widened_by_its_record() {
    let app = scenario().await;
    let path = consented(&app, "dora", &Value::Null).await;
    let told = async |action: &str| {
        let answer = search(&app, "/evaluation", &may("dora", action, "record-1")).await;
        let context = &answer["context"];
        (context["reason_code"].clone(), context["consent_id"].clone())
    };
    let change = async |actions: Value| {
        app.pass(1);
        app.records(Method::PATCH, &path, Some(&json!({ "actions": actions })))
            .await
            .expect_status(200)
            .json()
    };
    let (whole, first) = told("delete").await;
    assert_eq!(whole, "consented", "not narrowed at all");

    let narrowed = change(json!(["write", "read"])).await;
    assert_eq!(narrowed["actions"], json!(["read", "write"]));
    assert_eq!(narrowed["status"], "accepted");
    assert_eq!(told("delete").await, (json!("restricted"), first.clone()));
    assert_eq!(told("read").await, (json!("consented"), first.clone()));
    change(json!(["read"])).await;
    assert_eq!(told("write").await, (json!("restricted"), first.clone()));
    assert_eq!(
        told("read").await,
        (json!("consented"), first.clone()),
        "the same consent"
    );

    // More, or something else, is a new consent: what rests on the old one does not grow.
    change(json!(["read", "delete"])).await;
    let (reason, second) = told("delete").await;
    assert_eq!(reason, "consented");
    assert_ne!(second, first);
    let whole = change(Value::Null).await;
    assert!(whole.get("actions").is_none());
    assert_eq!(told("write").await.0, "consented");

    for (wrong, code) in [
        (json!([]), "INVALID_VALUE"),
        (json!(["fly"]), "INVALID_VALUE"),
        (json!(["a b"]), "INVALID_VALUE"),
        (json!("read"), "INVALID_TYPE"),
    ] {
        let answer = app
            .records(Method::PATCH, &path, Some(&json!({ "actions": wrong })))
            .await;
        assert_eq!(answer.status(), 400, "{wrong}: {}", answer.text());
        assert!(
            answer.text().contains("\"target\":\"actions"),
            "{code}: {}",
            answer.text()
        );
    }
    let verdict = app.ledger.verify(&app.tenant()).await.unwrap();
    assert!(
        matches!(verdict, consentry_ledger::verify::Verdict::Sound { .. }),
        "{verdict:?}"
    );
}

#[tokio::test]
async fn a_token_does_not_carry_what_is_narrowed() {
    let app = crate::world::connected().await;
    let token = app.connect(&app.browser(), "ada", crate::world::SCOPE).await;
    let records = app.records_of("ada").await;
    let balance = records
        .iter()
        .find(|record| record["definition"]["id"] == "accounts:balance" && record["status"] == "accepted")
        .unwrap();
    let path = format!("/consents/{}", balance["id"].as_str().unwrap());
    let _narrowed = app
        .records(Method::PATCH, &path, Some(&json!({ "actions": ["read"] })))
        .await
        .expect_status(200);
    let question = |action: &str| crate::world::changed(&json!({ "action": { "name": action } }));
    assert_eq!(judged(&app, &question("read")).await.1, "consented");
    assert_eq!(judged(&app, &question("use")).await.1, "restricted");
    let scope = app.introspect(&token.access).await["scope"].clone();
    assert_eq!(scope, "openid offline_access accounts:transactions");
}
