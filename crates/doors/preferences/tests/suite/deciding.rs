//! Links with which a choice that waits is decided (consent-tokens-and-preferences 7.5, 7.6).

use consentry_testkit::Answer;
use http::Method;
use serde_json::{Value, json};

use crate::{
    centers::link,
    world::{IRIS, World, moment, refused, text},
};

/// An event of a person's own page that waits for them.
async fn pending(world: &World) -> Value {
    let token = world.id_token(IRIS, &json!({ "validation": "email" })).await;
    let event = json!({ "consents": { "purposes": [{ "id": "newsletter", "enabled": true }] } });
    let answer = world
        .with(&token, Method::POST, "/consents/events", Some(&event))
        .await;
    answer.expect_status(200).json()
}

async fn decide(world: &World, link: &str, decision: &str) -> Answer {
    world.app.post_form(link, &[("decision", decision)]).await
}

async fn now(world: &World, event: &Value) -> Value {
    world
        .get(&format!("/consents/events/{}", text(event, "id")))
        .await
}

#[tokio::test]
async fn ctp_7_5_a_button_confirms_once_and_opening_the_link_does_not() {
    let world = World::new().await;
    let mailbox = world.app.mailbox();
    let event = pending(&world).await;
    let letter = mailbox.nth(IRIS, 1).await;
    assert!(
        letter.subject.contains("confirm") && letter.text.contains("Newsletter: yes"),
        "{}",
        letter.text
    );
    let link = link(&letter.text);
    assert!(link.starts_with("/v1/consents/approvals/ap_"), "{link}");
    for _ in 0..2 {
        let page = world.app.get(&link).await.expect_status(200);
        assert!(page.text().contains("Newsletter") && page.text().contains("Confirm"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    }
    let head = world.app.request(Method::HEAD, &link).send().await;
    assert_eq!(head.status(), 405);
    assert_eq!(now(&world, &event).await["status"], "pending_approval");
    assert_eq!(decide(&world, &link, "perhaps").await.status(), 400);
    world.pass(60).await;
    let done = decide(&world, &link, "approve").await.expect_status(200);
    assert!(done.text().contains("It counts now"));
    let confirmed = now(&world, &event).await;
    assert_eq!(confirmed["status"], "confirmed");
    let email = &confirmed["validations"]["email"];
    assert_eq!(email["state"], "approved");
    assert_eq!(email["decided_by"], IRIS);
    assert_eq!(email["decided_at"], moment(&world.app, 0));
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    for decision in ["approve", "reject"] {
        let again = decide(&world, &link, decision).await.expect_status(410);
        assert!(again.text().contains("decided already"));
    }
    assert_eq!(world.app.get(&link).await.status(), 410);
    assert_eq!(now(&world, &event).await, confirmed);
    let told = mailbox.nth(IRIS, 2).await;
    assert!(told.subject.contains("counts now"), "{}", told.subject);
    let forged = link.replace("ap_", "ap_x");
    assert_eq!(world.app.get(&forged).await.status(), 404);
    assert_eq!(decide(&world, &forged, "approve").await.status(), 404);
    world.verify().await;
}

#[tokio::test]
async fn ctp_7_6_what_was_declined_stays_declined() {
    let world = World::new().await;
    world
        .app
        .configure(|tenant| tenant.preferences.notify_on_reject = true)
        .await;
    let mailbox = world.app.mailbox();
    let event = pending(&world).await;
    let link = link(&mailbox.nth(IRIS, 1).await.text);
    assert_eq!(decide(&world, &link, "reject").await.status(), 200);
    let rejected = now(&world, &event).await;
    assert_eq!(rejected["status"], "rejected");
    assert_eq!(rejected["validations"]["email"]["state"], "rejected");
    let path = format!("/consents/events/{}", text(&event, "id"));
    let confirm = json!({ "status": "confirmed" });
    refused(
        &world.ask(Method::PATCH, &path, Some(&confirm)).await,
        400,
        "BadRequest",
    );
    assert_eq!(world.is_on(IRIS, "newsletter").await, Value::Null);
    let listed = world
        .get(&format!("/consents/events?organization_user_id={IRIS}"))
        .await;
    assert_eq!(listed["total"], 0, "never shown without being asked for");
    let told = mailbox.nth(IRIS, 2).await;
    assert!(told.subject.contains("not approved"), "{}", told.subject);
}

#[tokio::test]
async fn ctp_7_6_a_deadline_ends_it_and_a_reminder_goes_ahead_of_it() {
    let world = World::new().await;
    let mailbox = world.app.mailbox();
    let event = pending(&world).await;
    let first = mailbox.nth(IRIS, 1).await;
    world.pass(6 * 86_400).await;
    let reminder = mailbox.nth(IRIS, 2).await;
    assert!(reminder.subject.contains("Still waiting"), "{}", reminder.subject);
    assert_eq!(link(&reminder.text), link(&first.text));
    world.pass(86_400).await;
    let late = decide(&world, &link(&first.text), "approve").await;
    assert!(late.expect_status(410).text().contains("too late"));
    let _ended = world.app.ledger.end_approvals(&world.app.tenant()).await.unwrap();
    let ended = now(&world, &event).await;
    assert_eq!(ended["status"], "expired");
    assert_ne!(ended["updated_at"], event["updated_at"], "it is written down");
    assert_eq!(ended["validations"]["email"]["state"], "expired");
    let again = world.app.ledger.end_approvals(&world.app.tenant()).await.unwrap();
    assert_eq!(again, 0);
    assert_eq!(world.is_on(IRIS, "newsletter").await, Value::Null);
}

#[tokio::test]
async fn ctp_7_5_mail_that_cannot_go_out_waits_and_so_does_the_choice() {
    let world = World::new().await;
    let event = pending(&world).await;
    world.pass(3_600).await;
    assert_eq!(now(&world, &event).await["status"], "pending_approval");
    let mailbox = world.app.mailbox();
    let link = link(&mailbox.nth(IRIS, 1).await.text);
    assert_eq!(decide(&world, &link, "approve").await.status(), 200);
    assert_eq!(now(&world, &event).await["status"], "confirmed");
}

#[tokio::test]
async fn ctp_7_6_links_die_with_the_user_and_outlive_the_token() {
    let world = World::new().await;
    let mailbox = world.app.mailbox();
    pending(&world).await;
    let kept = link(&mailbox.nth(IRIS, 1).await.text);
    world.pass(3_600).await;
    assert_eq!(
        world.app.get(&kept).await.status(),
        200,
        "the token is over, the link is not"
    );
    let user = text(&world.user(IRIS).await, "id");
    let gone = world
        .ask(Method::DELETE, &format!("/consents/users/{user}"), None)
        .await;
    assert_eq!(gone.status(), 200);
    assert_eq!(world.app.get(&kept).await.status(), 410);
    assert_eq!(decide(&world, &kept, "approve").await.status(), 410);
}

#[tokio::test]
async fn ctp_7_5_a_program_decides_with_json() {
    let world = World::new().await;
    let mailbox = world.app.mailbox();
    pending(&world).await;
    let link = link(&mailbox.nth(IRIS, 1).await.text);
    let decide = async |body: &Value| {
        let request = world.app.request(Method::POST, &link).json(body);
        request.send().await
    };
    for body in [
        json!({}),
        json!({ "decision": "perhaps" }),
        json!({ "decision": true }),
        json!([]),
    ] {
        refused(&decide(&body).await, 400, "BadRequest");
    }
    let answer = decide(&json!({ "decision": "approve" })).await.expect_status(200);
    assert_eq!(answer.json()["status"], "confirmed");
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    refused(&decide(&json!({ "decision": "reject" })).await, 409, "Conflict");
    let request = world.app.request(Method::POST, "/consents/approvals/ap_none");
    let unknown = request.json(&json!({ "decision": "approve" })).send().await;
    refused(&unknown, 404, "NotFound");
}

#[tokio::test]
async fn ctp_7_3_without_approval_the_person_is_told_and_the_organization_may_ask_of_everybody() {
    let world = World::new().await;
    let mailbox = world.app.mailbox();
    let informed = json!({ "validations": { "email": { "enabled": true, "approval": false } } });
    let token = world.id_token(IRIS, &informed).await;
    let event = json!({ "consents": { "purposes": [{ "id": "newsletter", "enabled": true }] } });
    let taken = world
        .with(&token, Method::POST, "/consents/events", Some(&event))
        .await;
    assert_eq!(taken.expect_status(200).json()["status"], "confirmed");
    assert!(mailbox.nth(IRIS, 1).await.subject.contains("counts now"));
    world
        .app
        .configure(|tenant| {
            let asked = serde_json::from_value(json!({ "email": { "enabled": true } }));
            tenant.preferences.validations = asked.unwrap();
            tenant.preferences.approval_lifetime = consentry_domain::Lifetime::minutes(60);
        })
        .await;
    let plain = world.id_token(IRIS, &json!({})).await;
    let waits = world
        .with(&plain, Method::POST, "/consents/events", Some(&event))
        .await
        .expect_status(200)
        .json();
    assert_eq!(waits["status"], "pending_approval");
    assert_eq!(
        waits["validations"]["email"]["expires_at"],
        moment(&world.app, 3_600)
    );
    // Before it is confirmed otherwise: then nobody is asked any more.
    let link = link(&mailbox.nth(IRIS, 2).await.text);
    let path = format!("/consents/events/{}", text(&waits, "id"));
    let confirm = json!({ "status": "confirmed" });
    let confirmed = world.ask(Method::PATCH, &path, Some(&confirm)).await;
    let by = confirmed.expect_status(200).json()["validations"]["email"]["decided_by"].clone();
    assert_eq!(by, crate::world::KEY);
    assert_eq!(decide(&world, &link, "reject").await.status(), 410);
}
