//! Preferences centers: getting in, what is shown, and what saving does (consent-tokens-and-preferences 10, 11).

use consentry_domain::subject::Namespace;
use consentry_testkit::{Answer, Mailbox};
use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, purpose_of, switch, text};

pub(crate) const CENTER: &str = "/center/news";

/// A world with a center; `more` are its other settings.
pub(crate) async fn world_with(more: &Value) -> World {
    let settings = json!({
        "id": "news",
        "purposes": ["newsletter", "offers"],
        "channels": [{ "id": "post", "name": { "en": "Letters" } }],
    });
    World::with_center(&settings, more).await
}

pub(crate) async fn open(world: &World, id_token: &str) -> Answer {
    world.app.get(&format!("{CENTER}?token={id_token}")).await
}

async fn send(world: &World, fields: &[(&str, &str)]) -> Answer {
    world
        .app
        .request(Method::POST, CENTER)
        .header("accept", "text/html")
        .form(fields)
        .send()
        .await
}

/// Everything that the form of a page remembers, and what the visitor moves.
pub(crate) async fn save(world: &World, page: &Answer, moved: &[(&str, &str)]) -> Answer {
    let token = page.field("token").unwrap();
    let remembered: Vec<String> = page
        .text()
        .split('<')
        .filter(|tag| tag.starts_with("input") && tag.contains("name=\"shown\""))
        .map(|tag| {
            tag.split("value=\"")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
                .to_owned()
        })
        .collect();
    let mut fields = vec![("step", "save"), ("token", token.as_str())];
    fields.extend(remembered.iter().map(|shown| ("shown", shown.as_str())));
    fields.extend(moved);
    send(world, &fields).await.expect_status(200)
}

pub(crate) async fn events(world: &World) -> Vec<Value> {
    let path = format!(
        "/consents/events?organization_user_id={IRIS}&status[$in]=confirmed&status[$in]=pending_approval"
    );
    world.get(&path).await["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn ctp_11_1_a_link_opens_the_center_and_a_save_is_one_event_with_what_was_changed() {
    let world = world_with(&json!({})).await;
    let token = world.id_token(IRIS, &json!({})).await;
    let page = open(&world, &token).await.expect_status(200);
    let html = page.text();
    assert!(html.contains("Newsletter") && html.contains("Your address") && html.contains("Letters"));
    assert!(!html.contains("account-data"), "only what the center shows");
    assert!(
        html.contains(r#"data-address="/center/news""#),
        "the address loses its token"
    );
    assert_eq!(
        html.matches(&token).count(),
        1,
        "the token is in the form and nowhere else"
    );
    assert!(!html.contains(" checked"), "nothing is chosen beforehand");
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cache-control"), Some("no-store"));

    let moved = [
        ("purpose:newsletter", "on"),
        ("value:newsletter topics", "kitchen"),
        ("value:newsletter topics", "garden"),
        ("value:newsletter rhythm", "weekly"),
        ("channel:post", "off"),
    ];
    let saved = save(&world, &page, &moved).await;
    assert!(saved.text().contains("Saved"), "{}", saved.text());
    let all = events(&world).await;
    assert_eq!(all.len(), 1, "one save is one event");
    assert_eq!(
        all[0]["consents"]["purposes"],
        json!([{ "id": "newsletter", "enabled": true,
            "values": { "topics": { "value": "garden,kitchen" }, "rhythm": { "value": "weekly" } } }])
    );
    assert_eq!(
        all[0]["consents"]["channels"],
        json!([{ "id": "post", "enabled": false }])
    );
    assert_eq!(all[0]["domain"], "127.0.0.1");
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);

    let again = save(
        &world,
        &saved,
        &[
            ("purpose:newsletter", "on"),
            ("value:newsletter topics", "garden"),
            ("value:newsletter topics", "kitchen"),
            ("value:newsletter rhythm", "weekly"),
            ("channel:post", "off"),
        ],
    )
    .await;
    assert!(again.text().contains("Nothing was changed"));
    assert_eq!(events(&world).await.len(), 1);
    world.verify().await;
}

#[tokio::test]
async fn ctp_11_1_a_page_that_is_behind_does_not_undo_what_another_door_did() {
    let world = world_with(&json!({})).await;
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    let token = world.id_token(IRIS, &json!({})).await;
    let page = open(&world, &token).await.expect_status(200);
    world.event(&switch(IRIS, "newsletter", json!(false))).await;
    let saved = save(
        &world,
        &page,
        &[("purpose:newsletter", "on"), ("purpose:offers", "on")],
    )
    .await;
    assert!(saved.text().contains("Saved"));
    assert_eq!(world.is_on(IRIS, "newsletter").await, false);
    assert_eq!(world.is_on(IRIS, "offers").await, true);
    let user = world.user(IRIS).await;
    let goods = &purpose_of(&user, "offers")["values"]["goods"]["value"];
    assert_eq!(goods, "shoes,hats", "one click answers what lies below");
}

#[tokio::test]
async fn ctp_11_1_an_end_leads_to_the_way_in_and_a_delegate_is_named() {
    let world = world_with(&json!({})).await;
    let delegate = json!({ "delegate": { "id": "agent-17", "name": "T. Okafor" } });
    let token = world.id_token(IRIS, &delegate).await;
    let page = open(&world, &token).await.expect_status(200);
    assert!(page.text().contains("T. Okafor is acting for"), "{}", page.text());
    world.pass(900).await;
    for over in [
        open(&world, &token).await,
        save(&world, &page, &[("purpose:newsletter", "on")]).await,
        open(&world, "no.such.token").await,
    ] {
        let over = over.expect_status(200);
        assert!(
            over.text().contains("This link does not work any more")
                && over.text().contains("E-mail address")
        );
    }
    assert!(events(&world).await.is_empty());
    let missing = world
        .app
        .request(Method::GET, "/center/other")
        .header("accept", "text/html");
    assert_eq!(missing.send().await.status(), 404);
    let foreign = world
        .app
        .request(Method::POST, CENTER)
        .header("sec-fetch-site", "cross-site")
        .form(&[("step", "code"), ("name", IRIS)]);
    assert_eq!(foreign.send().await.status(), 403);
}

#[tokio::test]
async fn ctp_4_7_a_token_that_only_writes_shows_nothing() {
    let world = world_with(&json!({})).await;
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    let blind = world.id_token(IRIS, &json!({ "permissions": ["write"] })).await;
    let page = open(&world, &blind).await.expect_status(200);
    assert!(!page.text().contains(" checked"));
    save(&world, &page, &[("purpose:offers", "off")]).await;
    assert_eq!(world.is_on(IRIS, "offers").await, false);
    let reads = world.id_token(IRIS, &json!({ "permissions": ["read"] })).await;
    let page = open(&world, &reads).await.expect_status(200);
    assert!(page.text().contains(" checked") && !page.text().contains(">Save<"));
    let refused = send(
        &world,
        &[("step", "save"), ("token", &reads), ("purpose:offers", "on")],
    )
    .await;
    assert_eq!(refused.status(), 403);
}

#[tokio::test]
async fn ctp_11_only_configured_pages_may_frame_a_center() {
    let framed = world_with(&json!({ "frame_origins": ["https://shop.example"] })).await;
    let page = framed.app.get(CENTER).await.expect_status(200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("frame-ancestors https://shop.example"),
        "{policy}"
    );
    assert_eq!(page.header("x-frame-options"), None);
    assert!(page.headers().get("set-cookie").is_none());
    let alone = world_with(&json!({})).await;
    let page = alone.app.get(CENTER).await.expect_status(200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}

/// The code in a mail.
pub fn digits(letter: &str) -> String {
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    letter.lines().find(is_code).unwrap().to_owned()
}

async fn ask_code(world: &World, mailbox: &Mailbox, nth: usize) -> (String, String) {
    let page = send(world, &[("step", "code"), ("name", IRIS)])
        .await
        .expect_status(200);
    let letter = mailbox.nth(IRIS, nth).await;
    (page.field("handle").unwrap(), digits(&letter.text))
}

#[tokio::test]
async fn ctp_10_a_code_by_mail_opens_the_center_once() {
    let world = world_with(&json!({})).await;
    let mailbox = world.app.mailbox();
    let unknown = send(&world, &[("step", "code"), ("name", "nobody@example.org")]).await;
    let unknown = unknown.expect_status(200);
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    let (handle, code) = ask_code(&world, &mailbox, 1).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let wrong = send(&world, &[("step", "enter"), ("handle", &handle), ("code", wrong)]).await;
    let wrong = wrong.expect_status(200);
    assert_eq!(
        wrong.field("handle").as_deref(),
        Some(handle.as_str()),
        "it can be tried again"
    );
    let other = unknown.field("handle").unwrap();
    let foreign = send(&world, &[("step", "enter"), ("handle", &other), ("code", &code)]).await;
    assert!(
        foreign.text().find("name=\"token\"").is_none(),
        "only with the handle of its browser"
    );
    let opened = send(&world, &[("step", "enter"), ("handle", &handle), ("code", &code)]).await;
    let opened = opened.expect_status(200);
    save(&world, &opened, &[("purpose:newsletter", "off")]).await;
    assert_eq!(world.is_on(IRIS, "newsletter").await, false);
    let twice = send(&world, &[("step", "enter"), ("handle", &handle), ("code", &code)]).await;
    assert!(twice.expect_status(200).field("token").is_none());
    let (late, code) = ask_code(&world, &mailbox, 2).await;
    world.pass(301).await;
    let late = send(&world, &[("step", "enter"), ("handle", &late), ("code", &code)]).await;
    assert!(late.field("token").is_none(), "five minutes, no longer");
    assert!(
        mailbox.to("nobody@example.org").is_empty(),
        "nobody unknown is written to"
    );
}

#[tokio::test]
async fn ctp_10_whoever_is_new_gets_in_where_the_center_takes_them() {
    let world = world_with(&json!({ "new_people": true })).await;
    let mailbox = world.app.mailbox();
    let (handle, code) = ask_code(&world, &mailbox, 1).await;
    let opened = send(&world, &[("step", "enter"), ("handle", &handle), ("code", &code)]).await;
    save(
        &world,
        &opened.expect_status(200),
        &[("purpose:newsletter", "on")],
    )
    .await;
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    let closed = world_with(&json!({ "sign_in": false })).await;
    let refused = send(&closed, &[("step", "code"), ("name", IRIS)]).await;
    assert_eq!(refused.status(), 404);
    assert!(closed.app.get(CENTER).await.field("name").is_none());
}

/// The address in a mail.
pub fn link(letter: &str) -> String {
    let found = letter.lines().find(|line| line.starts_with("http://")).unwrap();
    found.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
}

#[tokio::test]
async fn ctp_10_a_link_by_mail_opens_the_center_until_it_is_over() {
    let world = world_with(&json!({})).await;
    let mailbox = world.app.mailbox();
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    let sent = send(&world, &[("step", "link"), ("name", IRIS)])
        .await
        .expect_status(200);
    assert!(sent.text().contains("Look into your mail"));
    let address = link(&mailbox.nth(IRIS, 1).await.text);
    assert!(address.starts_with("/center/news?token="), "{address}");
    for _ in 0..2 {
        let opened = world.app.get(&address).await.expect_status(200);
        assert!(opened.field("token").is_some());
    }
    assert_eq!(events(&world).await.len(), 1, "opening changes nothing");
    world.pass(900).await;
    let over = world.app.get(&address).await.expect_status(200);
    assert!(over.field("token").is_none());
}

#[tokio::test]
async fn ctp_10_a_session_of_the_hosted_login_opens_the_center() {
    let world = world_with(&json!({})).await;
    let browser = world.app.browser();
    world.app.connect(&browser, "ada", "openid").await;
    let unknown = browser.open(CENTER).await.expect_status(200);
    assert!(
        unknown.field("token").is_none(),
        "nobody here knows her by a name of the organization"
    );
    world
        .app
        .configure(|tenant| tenant.preferences.organization_users = Namespace::Customer)
        .await;
    let opened = browser.open(CENTER).await.expect_status(200);
    let ada = &world.app.bank.customers[0].customer_id;
    assert!(opened.text().contains(ada.as_str()));
    save(&world, &opened, &[("purpose:newsletter", "on")]).await;
    assert_eq!(world.is_on(ada, "newsletter").await, true);
    world.verify().await;
}

#[tokio::test]
async fn ctp_7_2_a_center_says_what_is_asked_of_choices_made_there() {
    let world = world_with(&json!({ "validations": { "email": { "enabled": true } } })).await;
    let token = world.id_token(IRIS, &json!({})).await;
    let page = open(&world, &token).await.expect_status(200);
    let saved = save(&world, &page, &[("purpose:newsletter", "on")]).await;
    assert!(saved.text().contains("Please confirm by mail"));
    assert!(saved.text().contains("Waits for your confirmation by mail"));
    assert!(!saved.text().contains(" checked"), "the confirmed state is shown");
    assert_eq!(text(&events(&world).await[0], "status"), "pending_approval");
    let free = world.id_token(IRIS, &json!({ "validations": {} })).await;
    let page = open(&world, &free).await.expect_status(200);
    save(&world, &page, &[("purpose:offers", "on")]).await;
    assert_eq!(
        world.is_on(IRIS, "offers").await,
        true,
        "a token takes the place of the default"
    );
}
