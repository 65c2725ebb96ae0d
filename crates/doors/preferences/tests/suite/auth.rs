//! Pages of others: getting in by mail with the public key, what they may know of a center, and their script
//! (consent-tokens-and-preferences 3.4, 10, 11.2, 11.3).

use consentry_domain::Lifetime;
use consentry_ledger::mail::Settled;
use consentry_testkit::{Answer, Mailbox};
use http::Method;
use serde_json::{Value, json};

use crate::{
    centers::digits,
    world::{IRIS, World, refused, switch, text},
};

pub(crate) const KEY: &str = "key=harbor-public";

/// A world with a public key and a center; `more` are the center's other settings.
pub(crate) async fn world_with(more: &Value) -> World {
    let settings = json!({ "id": "news", "purposes": ["newsletter"], "title": { "en": "Your news" } });
    let world = World::with_center(&settings, more).await;
    world
        .app
        .configure(|tenant| {
            tenant.preferences.public_key = Some("harbor-public".to_owned());
            tenant.preferences.pages = vec!["https://shop.example/news".to_owned()];
        })
        .await;
    world
}

pub(crate) async fn get(world: &World, path: &str) -> Answer {
    let request = world.app.request(Method::GET, path);
    request.header("origin", "https://shop.example").send().await
}

async fn verify(world: &World, query: &str, code: &str) -> Answer {
    let path = format!("/v1/auth/protocols/otp/verify?{query}");
    let body = json!({ "code": code, "organization_user_id": IRIS });
    let request = world.app.request(Method::POST, &path);
    request
        .header("origin", "https://shop.example")
        .json(&body)
        .send()
        .await
}

/// Asks for a code; gives what was answered and the code.
async fn code((world, mailbox): (&World, &Mailbox), query: &str, nth: usize) -> (Value, String) {
    let path = format!("/auth/protocols/otp/generate?{query}&email={IRIS}");
    let sent = get(world, &path).await.expect_status(200);
    let letter = mailbox.nth(IRIS, nth).await;
    (sent.json(), digits(&letter.text))
}

#[tokio::test]
async fn ctp_3_4_without_the_public_key_nothing_is_answered() {
    let world = world_with(&json!({})).await;
    let paths = [
        "/auth/initiate",
        "/auth/protocols/otp/generate",
        "/auth/protocols/message/callback",
        "/privacy-centers/news",
    ];
    for path in paths {
        for path in [path.to_owned(), format!("/v1{path}"), format!("{path}?key=other")] {
            let answer = get(&world, &path).await;
            refused(&answer, 401, "NotAuthenticated");
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        }
    }
    refused(
        &verify(&world, "key=other", "000000").await,
        401,
        "NotAuthenticated",
    );
    world
        .app
        .configure(|tenant| tenant.preferences.public_key = None)
        .await;
    refused(
        &get(&world, &format!("/auth/initiate?{KEY}")).await,
        401,
        "NotAuthenticated",
    );
    for path in ["/consents/users", "/consents/events", "/metadata/purposes"] {
        let answer = get(&world, &format!("{path}?{KEY}")).await;
        refused(&answer, 401, "NotAuthenticated");
    }
}

#[tokio::test]
async fn ctp_10_a_page_of_another_origin_gets_a_token_with_a_code_once() {
    let world = world_with(&json!({})).await;
    let mailbox = world.app.mailbox();
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    let way = get(&world, &format!("/auth/initiate?{KEY}&email={IRIS}")).await;
    assert_eq!(way.json(), json!({ "auth_provider_id": "otp", "type": "otp" }));
    let unknown = format!("/auth/protocols/otp/generate?{KEY}&email=nobody@example.org");
    let unknown = get(&world, &unknown).await.expect_status(200);
    let (sent, code_1) = code((&world, &mailbox), KEY, 1).await;
    assert_eq!(unknown.json(), sent, "the same whether there is anybody");
    let callback =
        "http://127.0.0.1:8080/v1/auth/protocols/otp/verify?key=harbor-public&auth_provider_id=otp";
    assert_eq!(sent, json!({ "redirect_url": "", "callback": callback }));
    let wrong = if code_1 == "000000" { "000001" } else { "000000" };
    let wrong = verify(&world, KEY, wrong).await;
    refused(&wrong, 401, "NotAuthenticated");
    assert!(wrong.text().contains("tries left: 4"), "{}", wrong.text());
    assert_eq!(wrong.header("access-control-allow-origin"), Some("*"));
    let opened = verify(&world, KEY, &code_1).await.expect_status(200);
    assert_eq!(opened.header("cache-control"), Some("no-store"));
    let opened = opened.json();
    assert_eq!(
        (&opened["lifetime"], &opened["organization_user_id"]),
        (&json!(900), &json!(IRIS))
    );
    let token = text(&opened, "id_token");
    let event = json!({ "consents": { "purposes": [{ "id": "newsletter", "enabled": false }] } });
    let saved = world
        .with(&token, Method::POST, "/consents/events", Some(&event))
        .await;
    let _ = saved.expect_status(200);
    assert_eq!(world.is_on(IRIS, "newsletter").await, false);
    refused(&verify(&world, KEY, &code_1).await, 401, "NotAuthenticated");

    let (_, second) = code((&world, &mailbox), KEY, 2).await;
    let (_, third) = code((&world, &mailbox), KEY, 3).await;
    if second != third {
        refused(&verify(&world, KEY, &second).await, 401, "NotAuthenticated");
    }
    world.pass(301).await;
    refused(&verify(&world, KEY, &third).await, 401, "NotAuthenticated");
    assert!(
        mailbox.to("nobody@example.org").is_empty(),
        "nobody unknown is written to"
    );
}

#[tokio::test]
async fn ctp_10_a_code_is_tried_five_times_and_five_are_sent() {
    let world = world_with(&json!({})).await;
    let mailbox = world.app.mailbox();
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    let (_, right) = code((&world, &mailbox), KEY, 1).await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        verify(&world, KEY, wrong).await;
        world.pass(40).await;
    }
    let late = verify(&world, KEY, &right).await;
    refused(&late, 401, "NotAuthenticated");
    for nth in 2..=5 {
        code((&world, &mailbox), KEY, nth).await;
    }
    let path = format!("/auth/protocols/otp/generate?{KEY}&email={IRIS}");
    let _ = get(&world, &path).await.expect_status(200);
    let _ = get(&world, &path).await.expect_status(200);
    assert_eq!(mailbox.to(IRIS).len(), 5, "no more within an hour");
    world.pass(3_600 - 5 * 40 - 1).await;
    let _ = get(&world, &path).await.expect_status(200);
    assert_eq!(mailbox.to(IRIS).len(), 5, "to the second");
    world.pass(1).await;
    code((&world, &mailbox), KEY, 6).await;
}

#[tokio::test]
async fn ctp_10_a_code_that_is_asked_for_while_another_one_is_on_its_way_is_sent_too() {
    let world = world_with(&json!({})).await;
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    let ask = format!("/auth/protocols/otp/generate?{KEY}&email={IRIS}");
    let _first = get(&world, &ask).await.expect_status(200);
    // Nothing sends it yet.
    let (ledger, tenant) = (&world.app.ledger, world.app.tenant().id());
    let queue = ledger.open_mail_queue(tenant, "test", Lifetime::minutes(1));
    let mut queue = queue.await.unwrap().unwrap();
    let on_its_way = queue.waiting().await.unwrap();
    assert_eq!(on_its_way.len(), 1);
    let _second = get(&world, &ask).await.expect_status(200);
    queue.settle(&on_its_way[0], &Settled::Sent).await.unwrap();
    let waiting = queue.waiting().await.unwrap();
    assert_eq!(waiting.len(), 1, "the first is overtaken, the second waits");
    assert_ne!(waiting[0].key(), on_its_way[0].key());
    queue.let_go(false).await.unwrap();
    let mailbox = world.app.mailbox();
    let letter = mailbox.nth(IRIS, 1).await;
    let entered = verify(&world, KEY, &digits(&letter.text)).await;
    let _token = entered.expect_status(200);
}

#[tokio::test]
async fn ctp_10_a_link_leads_to_pages_of_the_organization_only() {
    let world = world_with(&json!({})).await;
    world.event(&switch(IRIS, "newsletter", json!(true))).await;
    let ask = async |page: &str| {
        let path = format!("/auth/protocols/message/callback?{KEY}&id={IRIS}&privacy_center_url={page}");
        get(&world, &path).await
    };
    for page in [
        "",
        "https://elsewhere.example/news",
        "https://shop.example/news/more",
        "https://shop.example.elsewhere.example/news",
        "https://shop.example/news%23token",
        "http://127.0.0.1:8080/center/other",
        "http://127.0.0.1:8080/",
    ] {
        let errors = refused(&ask(page).await, 400, "BadRequest");
        assert!(errors["privacy_center_url"].is_string(), "{page}");
    }
    let mailbox = world.app.mailbox();
    assert!(mailbox.to(IRIS).is_empty(), "no open relay for tokens");
    let sent = ask("https://shop.example/news?lang=en").await.expect_status(200);
    assert_eq!(
        sent.json(),
        json!({ "message": format!("An email was sent to {IRIS} successfully") })
    );
    let letter = mailbox.nth(IRIS, 1).await;
    let address = letter
        .text
        .lines()
        .find(|line| line.starts_with("https://"))
        .unwrap();
    let (page, token) = address.split_once("&token=").unwrap();
    assert_eq!(page, "https://shop.example/news?lang=en");
    let own = world.with(token, Method::GET, "/consents/users", None).await;
    assert_eq!(
        own.expect_status(200).json()["data"][0]["organization_user_id"],
        IRIS
    );
    let _ = ask("http://127.0.0.1:8080/center/news").await.expect_status(200);
    let letter = mailbox.nth(IRIS, 2).await;
    assert!(letter.text.contains("/center/news?token="), "{}", letter.text);
    let path = format!("/auth/protocols/message/callback?{KEY}&id={IRIS}&channel=sms");
    refused(&get(&world, &path).await, 400, "BadRequest");
    let ahead = world
        .app
        .request(
            Method::GET,
            &format!("/auth/protocols/otp/generate?{KEY}&email={IRIS}"),
        )
        .header("sec-purpose", "prefetch");
    refused(&ahead.send().await, 503, "Unavailable");
    assert_eq!(mailbox.to(IRIS).len(), 2, "what is fetched ahead sends nothing");
}

#[tokio::test]
async fn ctp_7_2_a_token_asks_what_the_center_asks_that_it_was_got_for() {
    let world =
        world_with(&json!({ "new_people": true, "validations": { "email": { "enabled": true } } })).await;
    let mailbox = world.app.mailbox();
    let of_center = format!("{KEY}&widget_id=news");
    let (sent, given) = code((&world, &mailbox), &of_center, 1).await;
    assert!(text(&sent, "callback").ends_with("&widget_id=news"), "{sent}");
    let opened = verify(&world, &of_center, &given).await.expect_status(200).json();
    let token = text(&opened, "id_token");
    let event = json!({ "consents": { "purposes": [{ "id": "newsletter", "enabled": true }] } });
    let saved = world
        .with(&token, Method::POST, "/consents/events", Some(&event))
        .await;
    assert_eq!(saved.expect_status(200).json()["status"], "pending_approval");
    let other = get(&world, &format!("/auth/initiate?{KEY}&widget_id=other")).await;
    refused(&other, 400, "BadRequest");
    let closed = world_with(&json!({ "sign_in": false })).await;
    let path = format!("/auth/protocols/otp/generate?{of_center}&email={IRIS}");
    refused(&get(&closed, &path).await, 400, "BadRequest");
}

#[tokio::test]
async fn ctp_10_one_provider_is_the_usual_one() {
    let world = world_with(&json!({})).await;
    let all = world.get("/auth-providers").await;
    assert_eq!(
        (&all["total"], &all["data"][0]["is_default"]),
        (&json!(2), &json!(true))
    );
    let body = json!({ "type": "message", "organization_id": "harbor", "is_default": true });
    let path = "/v1/auth-providers";
    let session = world.session();
    let added = world.with(&session, Method::POST, path, Some(&body)).await;
    let expected =
        json!({ "id": "message", "type": "message", "organization_id": "harbor", "is_default": true });
    assert_eq!(added.expect_status(200).json(), expected);
    assert_eq!(world.get("/auth-providers/otp").await["is_default"], false);
    let way = get(&world, &format!("/auth/initiate?{KEY}"))
        .await
        .expect_status(200);
    assert_eq!(way.json()["type"], "message");
    let otp = json!({ "is_default": true });
    let changed = world.ask(Method::PATCH, "/auth-providers/otp", Some(&otp)).await;
    assert_eq!(changed.expect_status(200).json()["is_default"], true);
    let wrong = json!({ "type": "message" });
    for (path, body) in [
        ("/auth-providers/otp", &wrong),
        ("/auth-providers/otp", &json!({ "is_default": 1 })),
    ] {
        refused(
            &world.ask(Method::PATCH, path, Some(body)).await,
            400,
            "BadRequest",
        );
    }
    refused(
        &world.ask(Method::PATCH, "/auth-providers/sms", Some(&otp)).await,
        404,
        "NotFound",
    );
    let token = world.id_token(IRIS, &json!({})).await;
    let answer = world
        .with(&token, Method::PATCH, "/auth-providers/otp", Some(&otp))
        .await;
    refused(&answer, 403, "Forbidden");
}

#[tokio::test]
async fn ctp_11_3_the_script_is_one_file_that_any_page_may_load() {
    let world = world_with(&json!({})).await;
    let answer = get(&world, "/consentry.js").await.expect_status(200);
    let headers = [
        ("content-type", "text/javascript; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("cache-control", "public, max-age=3600"),
    ];
    for (name, value) in headers {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(!answer.text().contains("import ") && !answer.text().contains("eval("));
    let edition = answer.header("etag").unwrap();
    let again = world
        .app
        .request(Method::GET, "/consentry.js")
        .header("if-none-match", edition);
    assert_eq!(again.send().await.status(), 304);
}

#[tokio::test]
async fn ctp_2_8_one_network_asks_for_mails_twenty_times_an_hour() {
    let world = world_with(&json!({})).await;
    let link = format!(
        "/auth/protocols/message/callback?{KEY}&id={IRIS}&privacy_center_url=https://shop.example/news"
    );
    for left in (0..20).rev() {
        let path = if left % 2 == 0 {
            link.clone()
        } else {
            format!("/auth/protocols/otp/generate?{KEY}&email=somebody{left}%40example.org")
        };
        let answer = get(&world, &path).await.expect_status(200);
        assert_eq!(answer.header("ratelimit-policy"), Some("20;w=3600"));
        let told = format!("limit=20, remaining={left}, reset=3600");
        assert_eq!(answer.header("ratelimit"), Some(told.as_str()));
    }
    let over = get(&world, &link).await;
    refused(&over, 429, "TooManyRequests");
    assert_eq!(over.header("retry-after"), Some("3600"));
    assert_eq!(
        over.header("ratelimit"),
        Some("limit=20, remaining=0, reset=3600")
    );
    assert_eq!(over.header("access-control-allow-origin"), Some("*"));
    world.pass(3_600).await;
    assert_eq!(get(&world, &link).await.status(), 200);
}

#[tokio::test]
async fn ctp_10_a_widget_may_have_a_way_in_of_its_own() {
    let world = world_with(&json!({})).await;
    let kind = async |query: &str| {
        let way = get(&world, &format!("/auth/initiate?{KEY}{query}")).await;
        way.expect_status(200).json()["type"].clone()
    };
    assert_eq!(kind("&widget_id=news").await, "otp");
    let changed = world
        .patch("/widgets/news", &json!({ "auth_provider_id": "message" }))
        .await;
    assert_eq!(changed["auth_provider_id"], "message");
    assert_eq!(kind("&widget_id=news").await, "otp", "it is a draft still");
    world.post("/widgets/deployments", &json!({})).await;
    assert_eq!(kind("&widget_id=news").await, "message");
    assert_eq!(kind("").await, "otp", "the organization's is another");
    let shown = get(&world, &format!("/privacy-centers/news?{KEY}")).await;
    assert_eq!(shown.json()["auth_provider_id"], "message");
    let wrong = json!({ "auth_provider_id": "pigeon" });
    let errors = refused(
        &world.ask(Method::PATCH, "/widgets/news", Some(&wrong)).await,
        400,
        "BadRequest",
    );
    assert!(errors["auth_provider_id"].is_string(), "{errors}");
    let usual = world
        .patch("/privacy-centers/news", &json!({ "auth_provider_id": null }))
        .await;
    assert_eq!(usual["auth_provider_id"], Value::Null);
    assert_eq!(kind("&widget_id=news").await, "otp");
}
