//! Headers of every answer below `/embed`, and who may frame it (A9, A8.3).

use consentry_testkit::{Answer, TestApp};
use http::Method;

use crate::world::{ADA, configure, list, open, opening, session, token};

/// One answer of every status that the pages give.
async fn every_status(app: &TestApp) -> Vec<Answer> {
    let session = session(app, ADA).await;
    let good = token(app, ADA).await;
    vec![
        open(app, &good).await.expect_status(200),
        open(app, &good).await.expect_status(404),
        opening(app, "x")
            .header("accept", "application/json")
            .send()
            .await
            .expect_status(404),
        opening(app, "x")
            .header("purpose", "prefetch")
            .send()
            .await
            .expect_status(503),
        app.request(Method::HEAD, "/embed/authorizations")
            .send()
            .await
            .expect_status(405),
        app.get("/embed/connections").await.expect_status(405),
        app.get("/embed/nothing/here").await.expect_status(404),
        app.get("/embed").await.expect_status(404),
        list(app, &session).await.expect_status(200),
        list(app, "over").await.expect_status(401),
        app.request(Method::POST, "/embed/stop")
            .header("sec-fetch-site", "cross-site")
            .send()
            .await
            .expect_status(403),
    ]
}

#[tokio::test]
async fn dsh_a9_every_answer_carries_the_same_headers() {
    let app = TestApp::start().await;
    for answer in every_status(&app).await {
        let status = answer.status();
        let policy = answer
            .header("content-security-policy")
            .unwrap_or_else(|| panic!("{status}"));
        for part in [
            "default-src 'none'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "require-trusted-types-for 'script'",
            "frame-ancestors http://localhost:8080",
        ] {
            assert!(policy.contains(part), "{status}: {part} is missing in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{status}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{status}");
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{status}"
        );
        assert_eq!(
            answer.header("x-robots-tag"),
            Some("noindex, nofollow"),
            "{status}"
        );
        assert!(
            answer.header("permissions-policy").unwrap().contains("camera=()"),
            "{status}"
        );
        assert_eq!(answer.header("x-frame-options"), None, "{status}");
    }
}

#[tokio::test]
async fn dsh_a9_without_origins_nobody_may_frame() {
    let app = TestApp::start().await;
    configure(&app, |tenant| tenant.dashboard.frame_origins.clear()).await;
    for answer in every_status(&app).await {
        assert!(
            answer
                .header("content-security-policy")
                .unwrap()
                .ends_with("frame-ancestors 'none'")
        );
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
    }
}

#[tokio::test]
async fn dsh_a9_several_origins_are_listed_and_unusable_ones_left_out() {
    let app = TestApp::start().await;
    configure(&app, |tenant| {
        let origins = [
            "https://www.harborbank.example",
            "https://*.harborbank.example",
            "capacitor://localhost",
            "*",
        ];
        tenant.dashboard.frame_origins = origins.into_iter().map(str::to_owned).collect();
    })
    .await;
    let page = open(&app, &token(&app, ADA).await).await.expect_status(200);
    let policy = page.header("content-security-policy").unwrap();
    let ancestors =
        "frame-ancestors https://www.harborbank.example https://*.harborbank.example capacitor://localhost";
    assert!(policy.ends_with(ancestors), "{policy}");
    assert!(
        page.text()
            .contains("data-hosts=\"https://www.harborbank.example capacitor://localhost\"")
    );
}

#[tokio::test]
async fn dsh_a9_top_level_is_refused_where_the_setting_says_so_and_spends_nothing() {
    let app = TestApp::start().await;
    configure(&app, |tenant| tenant.dashboard.allow_top_level = false).await;
    let token = token(&app, ADA).await;
    let refused = opening(&app, &token)
        .header("sec-fetch-dest", "document")
        .send()
        .await
        .expect_status(403);
    assert!(refused.text().contains("Open this from your bank"));
    let _unspent = open(&app, &token).await.expect_status(200);
}

#[tokio::test]
async fn dsh_a8_3_the_page_replaces_its_address_and_holds_no_token() {
    let app = TestApp::start().await;
    let token = token(&app, ADA).await;
    let page = open(&app, &token).await.expect_status(200);
    assert!(page.text().contains("data-address=\"/embed/authorizations\""));
    assert!(!page.text().contains(&token));
}

#[tokio::test]
async fn dsh_a8_3_nothing_is_loaded_from_elsewhere() {
    let app = TestApp::start().await;
    crate::world::connect(&app).await;
    let page = open(&app, &token(&app, ADA).await).await.expect_status(200);
    let text = page.text();
    let loading = |tag| {
        text.split(tag)
            .skip(1)
            .map(|part| part.split('>').next().unwrap())
    };
    // Were the page written in another way, nothing would be looked at.
    assert!(
        ["<script", "<link"]
            .into_iter()
            .all(|tag| loading(tag).count() > 0)
    );
    for tag in ["<script", "<link", "<img"].into_iter().flat_map(loading) {
        assert!(!tag.contains("//"), "{tag}");
    }
    assert!(!page.text().contains("style="));
    assert!(!page.text().contains(" onclick"));
}
