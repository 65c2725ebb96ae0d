//! A center as the page at `/` of a host of its own (consent-tokens-and-preferences 11.1).

use consentry_domain::tenant::{Center, CenterFormat};
use consentry_testkit::Answer;
use http::Method;
use serde_json::json;

use crate::world::{IRIS, World, switch, text};

/// The center's own host.
const HOST: &str = "http://privacy.harbor.example";

async fn world() -> World {
    let world = World::new().await;
    let center = Center {
        hosts: vec!["privacy.harbor.example".to_owned()],
        purposes: vec!["newsletter".parse().unwrap()],
        ..Center::new("news")
    };
    world
        .app
        .configure(|tenant| {
            tenant.preferences.centers = vec![center];
            tenant.preferences.public_key = Some("harbor-public".to_owned());
        })
        .await;
    world
}

async fn save(world: &World, address: &str, token: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![
        ("step", "save"),
        ("token", token),
        ("shown", "purpose:newsletter none"),
        ("purpose:newsletter", "on"),
    ];
    fields.extend(more);
    let request = world.app.request(Method::POST, address);
    request.header("accept", "text/html").form(&fields).send().await
}

#[tokio::test]
async fn ctp_11_1_a_link_in_a_mail_works_at_the_root_of_the_centers_host() {
    let world = world().await;
    let token = world.id_token(IRIS, &json!({})).await;
    for separator in ["/?", "/?utm_source=mail&"] {
        let page = world.app.get(&format!("{HOST}{separator}token={token}")).await;
        let page = page.expect_status(200);
        assert!(page.text().contains("Newsletter"), "{}", page.text());
        assert!(
            page.text().contains(r#"data-address="/""#),
            "the token is taken out"
        );
        assert!(page.text().contains(r#"action="/""#));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    }
    let saved = save(&world, &format!("{HOST}/"), &token, &[("lang", "de")]).await;
    let saved = saved.expect_status(200);
    assert!(
        saved.text().contains(r#"data-address="/?lang=de""#),
        "{}",
        saved.text()
    );
    let events = world
        .get(&format!("/consents/events?organization_user_id={IRIS}"))
        .await;
    assert_eq!(
        (&events["total"], &events["data"][0]["domain"]),
        (&json!(1), &json!("privacy.harbor.example"))
    );
    assert_eq!(world.is_on(IRIS, "newsletter").await, true);
    // With a port, and in capitals, it is the same host; the center stays where it was beside it.
    for address in [
        "http://PRIVACY.harbor.example:8443/",
        "http://privacy.harbor.example/center/news",
    ] {
        let page = world.app.get(&format!("{address}?token={token}")).await;
        assert_eq!(page.status(), 200, "{address}");
    }
    let late = world
        .app
        .get(&format!("{HOST}/?token=none"))
        .await
        .expect_status(200);
    assert!(late.text().contains("does not work any more") || late.text().contains("E-mail address"));
}

#[tokio::test]
async fn ctp_11_1_other_hosts_have_no_center_at_their_root() {
    let world = world().await;
    let token = world.id_token(IRIS, &json!({})).await;
    for address in ["http://127.0.0.1:8080/", "http://harbor.example/"] {
        let page = world.app.get(&format!("{address}?token={token}")).await;
        assert_ne!(page.status(), 200, "{address}");
        assert_ne!(
            save(&world, address, &token, &[]).await.status(),
            200,
            "{address}"
        );
    }
    let looked = world
        .app
        .request(Method::HEAD, &format!("{HOST}/?token={token}"))
        .send()
        .await;
    assert!(!looked.text().contains(&token));
    // A form of a page of another site changes nothing.
    let foreign = world
        .app
        .request(Method::POST, &format!("{HOST}/"))
        .header("accept", "text/html")
        .header("sec-fetch-site", "cross-site")
        .form(&[("step", "save"), ("token", &token), ("purpose:newsletter", "on")])
        .send()
        .await;
    assert_eq!(foreign.status(), 403);
    assert_eq!(world.user(IRIS).await, json!(null));
}

#[tokio::test]
async fn ctp_11_1_links_by_mail_lead_back_to_the_host() {
    let world = world().await;
    let mails = world.app.mailbox();
    world.event(&switch(IRIS, "newsletter", json!(false))).await;
    let asked = world
        .app
        .request(Method::POST, &format!("{HOST}/"))
        .header("accept", "text/html")
        .form(&[("step", "link"), ("name", IRIS)])
        .send()
        .await;
    assert_eq!(asked.status(), 200);
    let letter = mails.nth(IRIS, 1).await;
    assert!(
        letter.text.contains(&format!("{HOST}/?token=")),
        "{}",
        letter.text
    );
    // A page of the first party may have such a link sent too, and to no other host.
    for (page, status) in [
        (format!("{HOST}/"), 200),
        (HOST.to_owned(), 200),
        ("http://privacy.other.example/".to_owned(), 400),
        (format!("{HOST}/elsewhere"), 400),
    ] {
        let path =
            format!("/auth/protocols/message/callback?key=harbor-public&id={IRIS}&privacy_center_url={page}");
        assert_eq!(world.app.get(&path).await.status(), status, "{page}");
    }
}

#[tokio::test]
async fn ctp_11_1_a_host_is_the_tenants_and_one_centers() {
    let world = world().await;
    let take = async |body: serde_json::Value| {
        let answer = world.ask(Method::POST, "/privacy-centers", Some(&body)).await;
        answer.status()
    };
    let hosts = |name: &str| json!({ "id": "other", "custom_domains": [name] });
    assert_eq!(
        take(hosts("privacy.harbor.example")).await,
        400,
        "it is another center's"
    );
    assert_eq!(
        take(hosts("https://privacy.harbor.example")).await,
        400,
        "it is no host"
    );
    world
        .app
        .configure(|tenant| {
            tenant.hosts = vec!["127.0.0.1:8080".to_owned(), "privacy.harbor.example".to_owned()];
        })
        .await;
    assert_eq!(
        take(hosts("privacy.bank.example")).await,
        400,
        "it is nobody's of this tenant"
    );
    let shown = world.get("/privacy-centers/news").await;
    assert_eq!(text(&shown, "url"), format!("{HOST}/"));
    assert_eq!(shown["custom_domains"], json!(["privacy.harbor.example"]));
}

#[tokio::test]
async fn ctp_11_3_what_is_within_pages_of_others_has_no_page_by_itself() {
    let world = world().await;
    world
        .app
        .configure(|tenant| {
            let center = &mut tenant.preferences.centers[0];
            center.hosts = Vec::new();
            center.format = CenterFormat::Embeddable;
            center.frame_origins = vec!["https://shop.example".to_owned()];
        })
        .await;
    let token = world.id_token(IRIS, &json!({})).await;
    for (dest, status) in [("document", 404), ("iframe", 200)] {
        let page = world
            .app
            .request(Method::GET, &format!("/center/news?token={token}"))
            .header("accept", "text/html")
            .header("sec-fetch-dest", dest)
            .send()
            .await;
        assert_eq!(page.status(), status, "{dest}");
    }
    assert_eq!(world.get("/privacy-centers/news").await["url"], json!(null));
}
