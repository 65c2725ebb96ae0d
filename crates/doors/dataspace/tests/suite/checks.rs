//! What the check API says of consents of other logins (dataspace-consent-protocol 2.1; enforcement-events-evidence CHK-08).

use consentry_domain::scope::Scope;
use consentry_ledger::provision::Entry;
use http::Method;
use serde_json::{Value, json};

use crate::northbay::{HIGH, Northbay, SUBSTANTIAL};
use crate::world::{PROFILE, World};

/// May the application use this person's profile, as they agreed in this login?
pub(crate) async fn checked(world: &World, (client, secret): (&str, &str), subject: Value) -> Value {
    let question = json!({
        "subject": subject,
        "action": { "name": "use" },
        "resource": { "type": "data_source", "id": PROFILE },
        "context": { "audience": world.client() },
    });
    let answer = world
        .app
        .request(Method::POST, "/access/v1/evaluation")
        .basic(client, secret)
        .json(&question)
        .send()
        .await;
    let answer = answer.expect_status(200).json();
    let context = &answer["context"];
    json!([answer["decision"], context["reason_code"], context["consent_id"]])
}

pub(crate) fn somebody(id: &str, properties: &Value) -> Value {
    json!({ "type": "user", "id": id, "properties": properties })
}

#[tokio::test]
async fn dsp_2_1_a_check_finds_consents_of_another_login_by_issuer_and_context() {
    let northbay = Northbay::start().await;
    let world = &northbay.world;
    let browser = world.app.browser();
    let given = northbay.agreed(&browser, "7", SUBSTANTIAL).await;
    let bank = &world.app.bank.first_party;
    let bank = (bank.client_id.as_str(), bank.client_secret.as_str());
    let issuer = northbay.issuer.as_str();
    let permit = json!([true, "consented", given["tid"]]);
    let refused = json!([false, "no_consent", null]);
    let asked = async |id: &str, properties: Value| checked(world, bank, somebody(id, &properties)).await;
    let as_given = json!({ "issuer": issuer, "acr": SUBSTANTIAL });
    assert_eq!(asked("7", as_given.clone()).await, permit);
    for (id, properties) in [
        ("7", json!({ "issuer": issuer, "acr": HIGH })),
        ("7", json!({ "issuer": issuer, "acr": "login" })),
        ("7", json!({ "issuer": issuer, "acr": "" })),
        ("7", json!({ "issuer": issuer })),
        ("7", json!({ "issuer": format!("{issuer}/"), "acr": SUBSTANTIAL })),
        ("7", json!({ "acr": SUBSTANTIAL })),
        ("07", as_given.clone()),
        ("8", as_given.clone()),
    ] {
        assert_eq!(asked(id, properties.clone()).await, refused, "{id} {properties}");
    }
    // All that may be used of them in that login, and in no other.
    for (acr, ids) in [(SUBSTANTIAL, json!([PROFILE])), (HIGH, json!([]))] {
        let answer = world
            .app
            .request(Method::POST, "/access/v1/search/resource")
            .basic(bank.0, bank.1)
            .json(&json!({
                "subject": somebody("7", &json!({ "issuer": issuer, "acr": acr })),
                "action": { "name": "use" },
                "resource": { "type": "data_source" },
                "context": { "audience": world.client() },
            }))
            .send()
            .await;
        let answer = answer.expect_status(200).json();
        let found = answer["results"].as_array().unwrap().iter();
        let found: Vec<&Value> = found.map(|one| &one["id"]).collect();
        assert_eq!(json!(found), ids, "{answer}");
    }
    // Taken back, it is refused as any other is.
    let portal = browser.open("/portal").await.expect_status(200);
    let form = portal.field("token").unwrap();
    let tid = given["tid"].as_str().unwrap();
    let fields = [("token", form.as_str()), ("consent", tid), ("decision", "stop")];
    let _done = browser.submit("/portal", &fields).await.expect_status(303);
    let revoked = json!([false, "revoked", given["tid"]]);
    assert_eq!(asked("7", as_given.clone()).await, revoked);
    world
        .app
        .configure(|tenant| tenant.dataspace.login_issuers.clear())
        .await;
    assert_eq!(
        asked("7", as_given).await,
        refused,
        "a login that no longer counts"
    );
}

#[tokio::test]
async fn dsp_2_1_a_check_by_an_application_knows_people_by_the_provider_where_it_is_registered() {
    let northbay = Northbay::start().await;
    let world = &northbay.world;
    let given = northbay.agreed(&world.app.browser(), "7", SUBSTANTIAL).await;
    let party = &world.app.bank.third_party;
    let mut client = world
        .app
        .tenant()
        .client(&party.client_id)
        .unwrap()
        .as_ref()
        .clone();
    let scopes = format!("{} consent:check", client.allowed_scopes);
    client.allowed_scopes = Scope::parse(&scopes).unwrap();
    world.app.provision(&[Entry::Client(client)]).await;
    let party = (party.client_id.as_str(), party.client_secret.as_str());
    let somebody = somebody("7", &json!({ "issuer": northbay.issuer, "acr": SUBSTANTIAL }));
    let permit = json!([true, "consented", given["tid"]]);
    assert_eq!(checked(world, party, somebody.clone()).await, permit);
    world
        .app
        .configure(|tenant| tenant.dataspace.applications[0].registration = None)
        .await;
    let refused = json!([false, "no_consent", null]);
    assert_eq!(
        checked(world, party, somebody).await,
        refused,
        "registered with us"
    );
}
