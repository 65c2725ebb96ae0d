//! Deleting people, what forbids it, and old events (consent-tokens-and-preferences 16; enforcement-events-evidence 10.4).

use consentry_domain::{
    Lifetime, SubjectId,
    subject::{Alias, Namespace},
};
use consentry_ledger::{
    Caller, Target,
    access::{Administer, authorize},
    verify::Verdict,
};
use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, moment, purpose_of, refused, switch, switch_with, text};

const USERS: &str = "/consents/users";

#[tokio::test]
async fn ctp_16_deleting_a_user_takes_everything_and_their_tokens() {
    let world = World::new().await;
    let token = world.id_token(IRIS, &json!({ "lifetime": 31_536_000 })).await;
    let event = json!({ "id": "E", "consents": { "purposes": [{ "id": "newsletter", "enabled": true }] } });
    let made = world
        .with(&token, Method::POST, "/consents/events", Some(&event))
        .await;
    let device = text(&made.expect_status(200).json()["user"], "id");
    world.app.pass(1);
    let path = format!("{USERS}/iris.faro%40example.org?$by_organization_user_id=true");
    let was = world
        .ask(Method::DELETE, &path, None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(purpose_of(&was, "newsletter")["enabled"], true);
    assert_eq!(was["id"], device.as_str());
    refused(&world.ask(Method::GET, &path, None).await, 404, "NotFound");
    refused(&world.ask(Method::DELETE, &path, None).await, 404, "NotFound");
    refused(
        &world.ask(Method::GET, "/consents/events/E", None).await,
        404,
        "NotFound",
    );
    assert_eq!(world.get(USERS).await["data"], json!([]));
    refused(
        &world.with(&token, Method::GET, USERS, None).await,
        401,
        "NotAuthenticated",
    );
    world.app.pass(1);
    let fresh = world.id_token(IRIS, &json!({})).await;
    assert_eq!(
        world
            .with(&fresh, Method::POST, "/consents/events", Some(&event))
            .await
            .status(),
        200
    );
    let user = world.user(IRIS).await;
    assert_eq!(user["version"], 1);
    assert_ne!(user["id"], device.as_str());
    refused(
        &world.with(&token, Method::GET, USERS, None).await,
        401,
        "NotAuthenticated",
    );
    world.verify().await;
}

#[tokio::test]
async fn dsr_16_deleting_a_user_blocks_them_at_every_door_and_then_destroys_their_key() {
    let world = World::new().await;
    world
        .app
        .configure(|tenant| tenant.preferences.organization_users = Namespace::Customer)
        .await;
    let customers = &world.app.bank.customers;
    let ada = customers.iter().find(|own| own.username == "ada").unwrap();
    let id = ada.customer_id.clone();
    world.event(&switch(&id, "newsletter", json!(true))).await;
    let approved = world
        .app
        .connect(&world.app.browser(), "ada", "openid accounts:balance")
        .await;
    let subject = world
        .app
        .ledger
        .find_subject(&world.app.tenant(), &Alias::new(Namespace::Customer, id.clone()))
        .await
        .unwrap()
        .unwrap();
    let granting = async || {
        let all = world
            .app
            .ledger
            .standing_consents(&world.app.tenant(), subject)
            .await
            .unwrap();
        all.iter().filter(|own| own.status.is_granting()).count()
    };
    assert!(granting().await > 1);
    let path = format!("{USERS}/{id}?$by_organization_user_id=true");
    let deleted = world.ask(Method::DELETE, &path, None).await.expect_status(200);
    let erasure = format!(
        "/consents/erasures/{}",
        deleted.header("consentry-erasure").unwrap()
    );
    let was = deleted.json();
    assert_eq!(was["organization_user_id"], id.as_str());
    let queued = world.get(&erasure).await;
    assert_eq!(queued["status"], "queued");
    assert_eq!(queued["request_ref"].as_str(), deleted.header("x-request-id"));
    assert_eq!(granting().await, 0);
    drop(approved);
    refused(&world.ask(Method::GET, &path, None).await, 404, "NotFound");
    // Before the key is destroyed the log can be read whole, so that receivers hear who it was.
    world.verify().await;
    let tenant = world.app.tenant();
    assert_eq!(world.app.ledger.finish_erasures(&tenant).await.unwrap(), 0);
    assert_eq!(world.app.ledger.erasures_left(&tenant).await.unwrap(), 1);
    world.app.pass(consentry_ledger::erasure::NOTICE.as_seconds());
    assert_eq!(world.app.ledger.finish_erasures(&tenant).await.unwrap(), 1);
    assert_eq!(world.app.ledger.finish_erasures(&tenant).await.unwrap(), 0);
    assert_eq!(world.app.ledger.erasures_left(&tenant).await.unwrap(), 0);
    let verdict = world.app.ledger.verify(&tenant).await.unwrap();
    let done = world.get(&erasure).await;
    let made_unreadable = done["result"]["events_made_unreadable"].as_u64().unwrap();
    assert!(
        matches!(verdict, Verdict::Sound { unreadable, .. } if unreadable == made_unreadable && unreadable > 3),
        "{verdict:?} {done}"
    );
    assert_eq!(done["result"]["parties_notified"], json!(["moneytrack"]));
    let certificate = text(&done["result"], "certificate");
    let claims = world.app.verified(&certificate, "erasure-certificate+jwt").await;
    assert_eq!(claims["request_ref"], queued["request_ref"]);
    assert!(!claims.to_string().contains(&id), "{claims}");
    // It is the organization's matter, and nobody's token opens it.
    let token = world.id_token("somebody else", &json!({})).await;
    let asked = world
        .with(&token, Method::GET, &format!("/v1{erasure}"), None)
        .await;
    refused(&asked, 403, "Forbidden");
    let unknown = "/consents/erasures/019ca832-6180-7a31-a1b2-c3d4e5f60718";
    refused(&world.ask(Method::GET, unknown, None).await, 404, "NotFound");
    // The name is free, and whoever has it next is somebody else.
    world.event(&switch(&id, "offers", json!(true))).await;
    let again = world
        .app
        .ledger
        .find_subject(&tenant, &Alias::new(Namespace::Customer, id.clone()))
        .await
        .unwrap();
    assert!(again.is_some_and(|again| again != subject));
    assert_eq!(world.is_on(&id, "newsletter").await, Value::Null);
}

/// Holds what is known of somebody; gives the id of the hold.
async fn hold(world: &World, name: &str) -> (SubjectId, String) {
    let (ledger, tenant) = (&world.app.ledger, world.app.tenant());
    let alias = Alias::new(Namespace::Organization, name.to_owned());
    let subject = ledger.find_subject(&tenant, &alias).await.unwrap().unwrap();
    let permit = authorize::<Administer>(&Caller::Operator, Target::Tenant).unwrap();
    let wish = ("court case", None, "a letter");
    let held = ledger.hold(&tenant, &permit, subject, wish).await;
    (subject, held.unwrap().id)
}

async fn lift(world: &World, (subject, id): &(SubjectId, String)) {
    let (ledger, tenant) = (&world.app.ledger, world.app.tenant());
    let permit = authorize::<Administer>(&Caller::Operator, Target::Tenant).unwrap();
    let lifted = ledger.lift(&tenant, &permit, *subject, (id, "a letter"));
    lifted.await.unwrap();
}

#[tokio::test]
async fn a_hold_forbids_deleting_a_user_who_then_goes_on_as_before() {
    let world = World::new().await;
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    let held = hold(&world, IRIS).await;
    let path = format!("{USERS}/{IRIS}?$by_organization_user_id=true");
    let forbidden = world.ask(Method::DELETE, &path, None).await;
    refused(&forbidden, 409, "Conflict");
    assert!(!forbidden.text().contains("court"), "{}", forbidden.text());
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    world.event(&switch(IRIS, "newsletter", json!(false))).await;
    assert_eq!(world.is_on(IRIS, "newsletter").await, false);
    lift(&world, &held).await;
    let _deleted = world.ask(Method::DELETE, &path, None).await.expect_status(200);
    world.verify().await;
}

#[tokio::test]
async fn ctp_16_old_events_go_once_nothing_rests_on_them() {
    let world = World::new().await;
    let day = 86_400;
    let at = |days: i64| json!({ "created_at": moment(&world.app, -days * day) });
    for (days, purpose, enabled, id) in [
        (2_000, "newsletter", true, "overtaken"),
        (1_900, "offers", true, "counts"),
        (1_900, "newsletter", false, "overtaken-too"),
        (1, "newsletter", true, "new"),
    ] {
        let mut event = switch_with(IRIS, purpose, json!(enabled), &at(days));
        event["id"] = json!(id);
        world.event(&event).await;
    }
    let before = world.user(IRIS).await;
    let ledger = &world.app.ledger;
    let ids = async || {
        let list = world
            .get(&format!(
                "/consents/events?organization_user_id={IRIS}&$sort[created_at]=1"
            ))
            .await;
        let all = list["data"].as_array().unwrap();
        all.iter().map(|event| text(event, "id")).collect::<Vec<_>>()
    };
    let go = async || {
        let tenant = world.app.tenant();
        let minute = Lifetime::minutes(1);
        let lease = ledger
            .take_work(tenant.id(), ("round", "retention"), "node", minute, "")
            .await
            .unwrap()
            .unwrap();
        let (gone, lease) = ledger.drop_old_preferences(&tenant, lease).await.unwrap();
        assert!(ledger.finish_work(&lease, world.app.now(), None).await.unwrap());
        gone
    };
    // What was written here lately is not old, whatever it says of itself.
    assert_eq!(go().await, 0);
    world.pass(1_830 * day).await;
    let held = hold(&world, IRIS).await;
    assert_eq!(go().await, 0, "what is held stays");
    lift(&world, &held).await;
    world.pass(day).await;
    assert_eq!(go().await, 2);
    assert_eq!(ids().await, ["counts", "new"]);
    let after = world.user(IRIS).await;
    for purpose in ["newsletter", "offers"] {
        assert_eq!(purpose_of(&after, purpose), purpose_of(&before, purpose));
    }
    assert_eq!(after["updated_at"], before["updated_at"]);
    // Within a day nobody is looked at again, and then nothing is left to go.
    assert_eq!(go().await, 0);
    world.pass(day).await;
    assert_eq!(go().await, 0);
    world
        .app
        .configure(|tenant| tenant.preferences.retention_days = 0)
        .await;
    world.verify().await;
}
