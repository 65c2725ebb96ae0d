//! Widgets as a resource: drafts, deployments, and what people see of them (consent-tokens-and-preferences 11.3).

use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, refused};

/// What people see of a widget, with a token.
async fn page(world: &World, id: &str) -> consentry_testkit::Answer {
    let token = world.id_token(IRIS, &json!({})).await;
    world.app.get(&format!("/center/{id}?token={token}")).await
}

#[tokio::test]
async fn ctp_11_3_a_widget_is_seen_once_it_is_deployed() {
    let world = World::new().await;
    let wish = json!({
        "id": "own", "name": "Your choices", "template_id": "full_preference_center",
        "selected_purposes_ids": ["newsletter"], "selected_preferences_ids": ["rhythm"],
        "content": {
            "browser_title": { "en": "Choices at Harbor" }, "save": { "en": "Keep this" }, "footer": { "en": "Thank you for reading" },
        },
        "auth_enabled": true, "languages": ["en", "de"],
    });
    let made = world.post("/v1/widgets", &wish).await;
    assert_eq!(
        (&made["is_live"], &made["has_changes"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(made["selected_purposes_ids"], json!(["newsletter"]));
    assert_eq!(
        (&made["domain"], &made["custom_domain_id"]),
        (&json!("sub"), &json!(null))
    );
    assert_eq!(page(&world, "own").await.status(), 404, "nobody sees a draft");
    refused(
        &world.ask(Method::POST, "/widgets", Some(&wish)).await,
        409,
        "Conflict",
    );

    let done = world
        .post("/widgets/deployments", &json!({ "widget_id": "own" }))
        .await;
    assert_eq!(done["status"], "deployed");
    assert_eq!(
        (&done["widgets"][0]["is_live"], &done["widgets"][0]["has_changes"]),
        (&json!(true), &json!(false))
    );
    let seen = page(&world, "own").await.expect_status(200);
    let html = seen.text();
    for words in [
        "<title>Choices at Harbor</title>",
        "Keep this",
        "Thank you for reading",
        "rhythm",
    ] {
        assert!(html.contains(words), "{words}: {html}");
    }
    assert!(
        !html.contains("topics"),
        "only the preferences that were selected"
    );

    // A change is seen after the next deployment, by pages and by the script alike.
    let changed = world
        .patch(
            "/widgets/own",
            &json!({ "template_id": "sections", "selected_preferences_ids": ["topics", "rhythm"] }),
        )
        .await;
    assert_eq!(
        (&changed["is_live"], &changed["has_changes"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(changed["name"], "Your choices", "the rest stays");
    assert!(!page(&world, "own").await.text().contains("topics"));
    world.post("/widgets/deployments", &json!({})).await;
    let seen = page(&world, "own").await.expect_status(200);
    let html = seen.text();
    assert!(
        html.find("topics").unwrap() < html.find("rhythm").unwrap(),
        "in the order that was said"
    );
    assert!(!html.contains("Thank you for reading"), "sections have no end");
    assert_eq!(
        html.matches("type=\"submit\"").count(),
        1,
        "one button for the one section"
    );
    let token = world.id_token(IRIS, &json!({})).await;
    let published = world
        .with(&token, Method::GET, "/privacy-centers/own", None)
        .await
        .json();
    assert_eq!(
        (&published["template_id"], &published["save"]),
        (&json!("sections"), &json!("Keep this"))
    );
    let below: Vec<&Value> = published["purposes"][0]["preferences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| &own["id"])
        .collect();
    assert_eq!(below, ["topics", "rhythm"]);

    // It is the center of the other resource, and goes at both.
    assert_eq!(
        world.get("/privacy-centers/own").await["purposes"],
        json!(["newsletter"])
    );
    assert_eq!(world.get("/widgets").await["total"], 1);
    let gone = world
        .ask(Method::DELETE, "/widgets/own", None)
        .await
        .expect_status(200);
    assert_eq!(gone.json()["id"], "own");
    assert_eq!(page(&world, "own").await.status(), 404);
    refused(
        &world.ask(Method::GET, "/widgets/own", None).await,
        404,
        "NotFound",
    );
    world.verify().await;
}

#[tokio::test]
async fn ctp_11_3_what_is_defined_later_is_off_until_it_is_switched_on() {
    let world = World::new().await;
    let made = world.post("/widgets", &json!({ "id": "all" })).await;
    assert_eq!(
        made["selected_purposes_ids"],
        json!(["account-data", "newsletter", "offers"])
    );
    world
        .post("/widgets/deployments", &json!({ "widgets_ids": ["all"] }))
        .await;
    world
        .post(
            "/metadata/purposes",
            &json!({ "id": "trips", "name": "Trips abroad" }),
        )
        .await;
    assert!(!page(&world, "all").await.text().contains("Trips abroad"));
    world
        .patch(
            "/widgets/all",
            &json!({ "selected_purposes_ids": ["trips", "offers"] }),
        )
        .await;
    world.post("/widgets/deployments", &json!({})).await;
    assert!(page(&world, "all").await.text().contains("Trips abroad"));
}

#[tokio::test]
async fn ctp_11_3_what_a_widget_cannot_be_is_refused() {
    let world = World::new().await;
    world.post("/widgets", &json!({ "id": "own" })).await;
    let templates = world.get("/widgets/templates").await;
    assert_eq!(templates["total"], 3);
    for (body, place) in [
        (json!({ "template_id": "dsar_form" }), "template_id"),
        (json!({ "template_id": "other" }), "template_id"),
        (json!({ "format": "popup" }), "format"),
        (json!({ "selected_purposes_ids": [] }), "selected_purposes_ids"),
        (
            json!({ "selected_purposes_ids": ["nothing"] }),
            "selected_purposes_ids",
        ),
        (
            json!({ "selected_preferences_ids": ["newsletter"] }),
            "selected_preferences_ids",
        ),
        (
            json!({ "selected_preferences_ids": "topics" }),
            "selected_preferences_ids",
        ),
        (json!({ "domain": "custom" }), "custom_domain_id"),
        (json!({ "domain": "elsewhere" }), "domain"),
        (json!({ "content": "words" }), "content"),
        (json!({ "content": { "title": 4 } }), "content"),
    ] {
        for (method, path) in [(Method::PATCH, "/widgets/own"), (Method::POST, "/widgets")] {
            let answer = world.ask(method, path, Some(&body)).await;
            let errors = refused(&answer, 400, "BadRequest");
            assert!(errors.get(place).is_some(), "{body}: {errors}");
        }
    }
    for (path, body) in [
        ("/widgets", json!({ "id": "deployments" })),
        ("/widgets", json!({ "id": "Not This" })),
        (
            "/widgets",
            json!({ "id": "two", "domain": "custom", "custom_domain_id": "http://x" }),
        ),
        ("/widgets/deployments", json!({ "widget_id": "nothing" })),
        ("/widgets/deployments", json!({ "widgets_ids": [4] })),
    ] {
        refused(
            &world.ask(Method::POST, path, Some(&body)).await,
            400,
            "BadRequest",
        );
    }
    let token = world.id_token(IRIS, &json!({})).await;
    for (method, path) in [
        (Method::GET, "/widgets"),
        (Method::GET, "/widgets/own"),
        (Method::POST, "/widgets/deployments"),
    ] {
        let body = (method == Method::POST).then(|| json!({}));
        refused(
            &world.with(&token, method, path, body.as_ref()).await,
            403,
            "Forbidden",
        );
    }
}

#[tokio::test]
async fn ctp_11_2_a_center_looks_as_its_resource_says() {
    let world = World::new().await;
    let wish = json!({
        "id": "own", "name": "Your choices", "purposes": ["newsletter"], "languages": ["fr", "en"],
        "legal_name": "Harbor Bank plc", "website": "https://harbor.example/",
        "contact": { "email": "privacy@harbor.example", "schedule": "Mon–Fri 9–17", "address": "1 Quay Street\n<b>Harbor</b>" },
        "privacy_policy": "https://harbor.example/privacy",
        "customization": { "colors": { "primary": "#7a1f5c" } },
    });
    let made = world.post("/privacy-centers", &wish).await;
    assert_eq!(made["contact"]["email"], "privacy@harbor.example");
    assert_eq!(made["customization"]["colors"]["primary"], "#7a1f5c");
    for own in ["legal_name", "website", "contact"] {
        assert_eq!(made[own], wish[own], "{own}");
    }
    let token = world.id_token(IRIS, &json!({})).await;
    for (asked, language) in [("fr", "fr"), ("de", "en"), ("en", "en"), ("fr-CA", "fr")] {
        let page = world
            .app
            .get(&format!("/center/own?lang={asked}&token={token}"))
            .await;
        // A language that it is not there in gives way to the tenant's, as the browser asks for none.
        assert_eq!(page.header("content-language"), Some(language), "{asked}");
        let html = page.text();
        for words in [
            "mailto:privacy@harbor.example",
            "https://harbor.example/privacy",
            "/assets/accent/7a1f5c.css",
            "<bdi>Harbor Bank plc</bdi><br><bdi>1 Quay Street</bdi><br><bdi>&#60;b&#62;Harbor&#60;/b&#62;</bdi><br><bdi>Mon–Fri 9–17</bdi>",
            "<a href=\"https://harbor.example/\" rel=\"noopener noreferrer\" dir=\"ltr\">harbor.example</a>",
        ] {
            assert!(html.contains(words), "{words}: {html}");
        }
    }
    let cleared = world
        .patch(
            "/privacy-centers/own",
            &json!({ "contact": null, "customization": null, "privacy_policy": null, "website": null }),
        )
        .await;
    assert_eq!(
        cleared["contact"],
        json!({ "email": null, "schedule": null, "address": null })
    );
    assert_eq!(
        (&cleared["website"], &cleared["legal_name"]),
        (&json!(null), &json!("Harbor Bank plc"))
    );
    assert_eq!(
        (
            &cleared["contact"]["email"],
            &cleared["customization"]["colors"]["primary"]
        ),
        (&json!(null), &json!(null))
    );
    for body in [
        json!({ "privacy_policy": "javascript:alert(1)" }),
        json!({ "contact": { "email": 4 } }),
        json!({ "contact": { "schedule": ["Monday"] } }),
        json!({ "website": "javascript:alert(1)" }),
        json!({ "legal_name": "x".repeat(4_001) }),
        json!({ "customization": { "colors": { "primary": "red" } } }),
        json!({ "languages": ["not a code"] }),
    ] {
        refused(
            &world
                .ask(Method::PATCH, "/privacy-centers/own", Some(&body))
                .await,
            400,
            "BadRequest",
        );
    }
}
