//! The compat switchboard as one choice (third-party-authorization A.15).

use consentry_domain::{Lifetime, tenant::Preset};
use consentry_testkit::TestApp;
use serde_json::json;

use super::{BACK, register, third_party};

#[tokio::test]
async fn tpa_a15_the_mosaic_preset_is_what_new_clients_get() {
    let app = TestApp::start().await;
    app.configure(|tenant| tenant.authorization = Preset::Mosaic.settings())
        .await;
    let (client, made) = register(&app, &third_party()).await;
    for (name, value) in [
        ("pkce", json!("allowPkceAlongsideClientCredentials")),
        ("prompt_consent", json!("if_required")),
        ("consent_callback_mode", json!("compat")),
        ("requested_scope_format", json!("repeat")),
        ("subject_type", json!("public")),
        ("interaction_ttl_seconds", json!(3600)),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    let browser = app.browser();
    let more = [
        ("redirect_uri", BACK),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
    ];
    let request = app.authorization(&client, "openid accounts:balance", &more);
    let question = app.reach_question(&browser, "ada", &request).await;
    app.pass(3599);
    let back = app
        .decide(&browser, &question, "approve")
        .await
        .expect_status(303);
    assert!(back.location_parameter("code").is_some(), "{}", back.location());
    // `prompt=consent` does not ask again where the stored consent covers the request.
    let again = app
        .reach_question(&browser, "ada", &request)
        .await
        .expect_status(303);
    assert!(again.location_parameter("code").is_some(), "{}", again.location());
    assert_eq!(app.tenant().tenant.lifetimes.interaction, Lifetime::seconds(600));
}
