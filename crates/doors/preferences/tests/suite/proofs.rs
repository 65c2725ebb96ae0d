//! Proofs, and those who approve them (consent-tokens-and-preferences 7, 8).

use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_domain::mail::MailAddress;
use http::Method;
use serde_json::{Value, json};

use crate::{
    centers::link,
    world::{IRIS, World, refused, switch, switch_with, text},
};

fn png() -> String {
    format!(
        "data:image/png;base64,{}",
        STANDARD.encode(b"\x89PNG\r\n\x1a\nname")
    )
}

fn pdf() -> String {
    format!(
        "data:application/pdf;base64,{}",
        STANDARD.encode(b"%PDF-1.7 form")
    )
}

async fn upload(world: &World, file: &str) -> Value {
    let body = json!({ "file": file });
    let kept = world.ask(Method::POST, "/consents/proofs", Some(&body)).await;
    kept.expect_status(200).json()
}

fn event(more: &Value) -> Value {
    let mut event = switch(IRIS, "newsletter", json!(true));
    for (name, value) in more.as_object().into_iter().flatten() {
        event[name] = value.clone();
    }
    event
}

#[tokio::test]
async fn ctp_8_a_proof_is_kept_with_its_event_and_goes_with_the_user() {
    let world = World::new().await;
    let kept = upload(&world, &png()).await;
    assert_eq!(kept["size"], 12);
    assert_eq!(kept["file"], png());
    let id = text(&kept, "id");
    let recorded = world
        .event(&event(&json!({ "proofs": [pdf()], "proofs_id": [id] })))
        .await;
    let ids = recorded["proofs_id"].as_array().unwrap().clone();
    assert_eq!(ids.len(), 2);
    assert!(recorded.get("proofs").is_none(), "files are never echoed");
    for (id, file) in ids.iter().zip([pdf(), png()]) {
        let path = format!("/v1/consents/proofs/{}", id.as_str().unwrap());
        assert_eq!(world.get(&path).await["file"], file);
        let own = world.id_token(IRIS, &json!({})).await;
        assert_eq!(world.with(&own, Method::GET, &path, None).await.status(), 200);
        let other = world.id_token("other@example.org", &json!({})).await;
        refused(
            &world.with(&other, Method::GET, &path, None).await,
            404,
            "NotFound",
        );
        let blind = world.id_token(IRIS, &json!({ "permissions": ["write"] })).await;
        refused(
            &world.with(&blind, Method::GET, &path, None).await,
            403,
            "Forbidden",
        );
    }
    let path = format!("/consents/events/{}", text(&recorded, "id"));
    let more = world
        .ask(Method::PATCH, &path, Some(&json!({ "proofs": [png()] })))
        .await;
    assert_eq!(
        more.expect_status(200).json()["proofs_id"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let user = text(&world.user(IRIS).await, "id");
    let gone = world
        .ask(Method::DELETE, &format!("/consents/users/{user}"), None)
        .await;
    assert_eq!(gone.status(), 200);
    let path = format!("/consents/proofs/{id}");
    refused(&world.ask(Method::GET, &path, None).await, 404, "NotFound");
    world.verify().await;
}

#[tokio::test]
async fn ctp_8_what_is_no_proof_of_this_person_is_refused() {
    let world = World::new().await;
    for file in [
        "no data",
        "data:text/html;base64,PHA+",
        "data:image/png;base64,AAAA",
        "data:image/png;base64,",
    ] {
        let body = json!({ "file": file });
        let answer = world.ask(Method::POST, "/consents/proofs", Some(&body)).await;
        assert!(refused(&answer, 400, "BadRequest")["file"].is_string(), "{file}");
        let answer = world
            .ask(
                Method::POST,
                "/consents/events",
                Some(&event(&json!({ "proofs": [file] }))),
            )
            .await;
        assert!(
            refused(&answer, 400, "BadRequest")["proofs.0"].is_string(),
            "{file}"
        );
    }
    let own = world.id_token(IRIS, &json!({})).await;
    let other = world.id_token("other@example.org", &json!({})).await;
    let body = json!({ "file": png() });
    let theirs = world
        .with(&own, Method::POST, "/consents/proofs", Some(&body))
        .await;
    let theirs = text(&theirs.expect_status(200).json(), "id");
    let nobodys = text(&upload(&world, &png()).await, "id");
    for id in [theirs.as_str(), nobodys.as_str(), "unknown"] {
        let body =
            json!({ "consents": switch(IRIS, "newsletter", json!(true))["consents"], "proofs_id": [id] });
        let answer = world
            .with(&other, Method::POST, "/consents/events", Some(&body))
            .await;
        assert!(refused(&answer, 400, "BadRequest")["proofs_id.0"].is_string());
    }
    let many = event(&json!({ "proofs": vec![png(); 11] }));
    refused(
        &world.ask(Method::POST, "/consents/events", Some(&many)).await,
        400,
        "BadRequest",
    );
}

#[tokio::test]
async fn ctp_8_what_nobody_attached_goes_after_a_day() {
    let world = World::new().await;
    let (kept, lone) = (upload(&world, &png()).await, upload(&world, &pdf()).await);
    world
        .event(&event(&json!({ "proofs_id": [text(&kept, "id")] })))
        .await;
    world.pass(86_399).await;
    let tenant = world.app.tenant();
    assert_eq!(world.app.ledger.drop_proofs(&tenant).await.unwrap(), 0);
    world.pass(1).await;
    assert_eq!(world.app.ledger.drop_proofs(&tenant).await.unwrap(), 1);
    let path = |proof: &Value| format!("/consents/proofs/{}", text(proof, "id"));
    assert_eq!(world.ask(Method::GET, &path(&kept), None).await.status(), 200);
    assert_eq!(world.ask(Method::GET, &path(&lone), None).await.status(), 404);
}

#[tokio::test]
async fn ctp_7_5_each_approver_has_a_link_and_the_first_who_decides_decides() {
    let world = World::new().await;
    let approvers = ["ann@harbor.example", "bea@harbor.example"];
    world
        .app
        .configure(|tenant| {
            let all = approvers.iter().map(|text| MailAddress::parse(text).unwrap());
            tenant.preferences.approvers = all.collect();
        })
        .await;
    let mailbox = world.app.mailbox();
    let asks = json!({ "validations": { "signature": { "enabled": true }, "email": { "enabled": true } } });
    let token = world.id_token(IRIS, &asks).await;
    let mut sent =
        json!({ "consents": switch(IRIS, "newsletter", json!(true))["consents"], "proofs": [pdf()] });
    let answer = world
        .with(&token, Method::POST, "/consents/events", Some(&sent))
        .await;
    assert!(
        refused(&answer, 400, "BadRequest")["proofs"].is_string(),
        "a signature is a picture"
    );
    sent["proofs"] = json!([png()]);
    let answer = world
        .with(&token, Method::POST, "/consents/events", Some(&sent))
        .await;
    let pending = answer.expect_status(200).json();
    assert_eq!(pending["status"], "pending_approval");
    let (first, second) = (
        mailbox.nth(approvers[0], 1).await,
        mailbox.nth(approvers[1], 1).await,
    );
    assert!(
        first.text.contains(IRIS) && first.subject.contains("approve"),
        "{}",
        first.text
    );
    let (first, second) = (link(&first.text), link(&second.text));
    assert_ne!(first, second);
    let page = world.app.get(&first).await.expect_status(200);
    assert!(page.text().contains(IRIS) && page.text().contains("Approve"));
    let part = world.app.post_form(&first, &[("decision", "approve")]).await;
    assert!(part.expect_status(200).text().contains("Your part is done"));
    let path = format!("/consents/events/{}", text(&pending, "id"));
    let half = world.get(&path).await;
    assert_eq!(half["status"], "pending_approval");
    assert_eq!(half["validations"]["signature"]["state"], "approved");
    assert_eq!(half["validations"]["signature"]["decided_by"], approvers[0]);
    assert_eq!(half["validations"]["email"]["state"], "pending");
    let late = world.app.post_form(&second, &[("decision", "reject")]).await;
    assert!(late.expect_status(410).text().contains("decided already"));
    let own = link(&mailbox.nth(IRIS, 1).await.text);
    let done = world.app.post_form(&own, &[("decision", "approve")]).await;
    assert!(done.expect_status(200).text().contains("It counts now"));
    assert_eq!(world.get(&path).await["status"], "confirmed");
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    world.verify().await;
}

#[tokio::test]
async fn ctp_8_a_proof_has_five_mebibytes_and_no_byte_more() {
    let world = World::new().await;
    let of = |size: usize| {
        let mut bytes = b"%PDF-1.7 ".to_vec();
        bytes.resize(size, b'x');
        let text = STANDARD.encode(bytes);
        format!("data:application/pdf;base64,{text}")
    };
    let largest = 5 * 1024 * 1024;
    let file = of(largest);
    let kept = world
        .ask(Method::POST, "/consents/proofs", Some(&json!({ "file": file })))
        .await
        .expect_status(200)
        .json();
    assert_eq!(kept["size"], largest);
    let found = world
        .get(&format!("/consents/proofs/{}", text(&kept, "id")))
        .await;
    assert!(found["file"] == json!(file), "every byte is there");
    let event = switch_with(IRIS, "newsletter", json!(true), &json!({ "proofs": [file] }));
    assert_eq!(
        world.event(&event).await["proofs_id"].as_array().unwrap().len(),
        1
    );
    let larger = json!({ "file": of(largest + 1) });
    let answer = world.ask(Method::POST, "/consents/proofs", Some(&larger)).await;
    refused(&answer, 413, "PayloadTooLarge");
    let nobody = world
        .app
        .request(Method::POST, "/consents/proofs")
        .json(&larger)
        .send()
        .await;
    refused(&nobody, 401, "NotAuthenticated");
}

#[tokio::test]
async fn ctp_7_5_whoever_approves_sees_what_was_handed_in_and_the_person_by_mail_does_not() {
    let world = World::new().await;
    world
        .app
        .configure(|tenant| {
            tenant.preferences.approvers = vec![MailAddress::parse("ann@harbor.example").unwrap()];
        })
        .await;
    let mailbox = world.app.mailbox();
    let asks = json!({ "validations": { "signature": { "enabled": true }, "file": { "enabled": true, "approval": false },
        "email": { "enabled": true } } });
    let token = world.id_token(IRIS, &asks).await;
    let sent =
        json!({ "consents": switch(IRIS, "newsletter", json!(true))["consents"], "proofs": [png(), pdf()] });
    let answer = world
        .with(&token, Method::POST, "/consents/events", Some(&sent))
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    let page = link(&mailbox.nth("ann@harbor.example", 1).await.text);
    let text = world.app.get(&page).await.expect_status(200).text().to_owned();
    for (place, shown, media_type, bytes) in [
        (0, "src", "image/png", b"\x89PNG\r\n\x1a\nname".as_slice()),
        (1, "href", "application/pdf", b"%PDF-1.7 form".as_slice()),
    ] {
        let path = format!("{page}/proofs/{place}");
        assert!(text.contains(&format!("{shown}=\"{path}\"")), "{text}");
        let file = world.app.get(&path).await.expect_status(200);
        assert_eq!(file.header("content-type"), Some(media_type));
        assert_eq!(file.bytes(), bytes);
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(file.header("cache-control"), Some("no-store"));
        let disposition = file.header("content-disposition").unwrap();
        assert_eq!(disposition.starts_with("inline"), shown == "src", "{disposition}");
    }
    for wrong in [
        format!("{page}/proofs/2"),
        format!("{page}/proofs/x"),
        format!("{page}x/proofs/0"),
    ] {
        refused(&world.app.get(&wrong).await, 404, "NotFound");
    }
    let own = link(&mailbox.nth(IRIS, 1).await.text);
    assert!(
        !world
            .app
            .get(&own)
            .await
            .expect_status(200)
            .text()
            .contains("/proofs/")
    );
    let done = world.app.post_form(&page, &[("decision", "approve")]).await;
    assert_eq!(done.status(), 200);
    refused(&world.app.get(&format!("{page}/proofs/0")).await, 404, "NotFound");
}
