use consentry_domain::Lifetime;
use consentry_jose::{Algorithm, Expectations, KeySet};
use consentry_testkit::{FULL_SCOPE, TestApp};

use super::support::{claims, code, configure, connected, of_person, part, redeem_with, take_back};

#[tokio::test]
async fn b06_01_b06_02_the_access_token_is_an_rfc_9068_jwt_anyone_can_check() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let keys = KeySet::parse(app.get("/oidc/jwks").await.bytes()).unwrap();
    let expectations = Expectations::new(&[Algorithm::Rs256]).with_typ("at+jwt");
    let _verified = keys.verify(&own.access, &expectations).unwrap();
    assert!(part(&own.access, 0)["kid"].is_string());
    let said = claims(&own.access);
    assert_eq!(said["iss"], "http://127.0.0.1:8080/cis/oidc");
    assert_eq!(said["aud"], app.bank.resource_api.as_str());
    assert_eq!(said["client_id"], "moneytrack");
    assert_eq!(said["app_id"], app.bank.app_id.as_str());
    assert_eq!(said["app_name"], "Harbor Bank");
    assert_eq!(said["tid"], app.tenant().id().to_string());
    assert_eq!(said["scope"], FULL_SCOPE);
    assert_eq!(said["amr"], serde_json::json!(["pwd"]));
    for name in ["jti", "consent_id", "grant_id"] {
        assert!(said[name].is_string(), "{name}");
    }
    assert!(said["auth_time"].as_i64().unwrap() <= said["iat"].as_i64().unwrap());
}

#[tokio::test]
async fn tpa_tok_01_ten_minutes_and_never_longer_than_consent() {
    let app = TestApp::start().await;
    let answer = redeem_with(&app, &code(&app).await, &[])
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer["expires_in"], 600);
    assert_eq!(answer["token_type"], "Bearer");
    let said = claims(answer["access_token"].as_str().unwrap());
    assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 600);
    configure(&app, |tenant| tenant.lifetimes.consent = Lifetime::seconds(100)).await;
    let fresh = code(&app).await;
    app.pass(40);
    let capped = redeem_with(&app, &fresh, &[]).await.expect_status(200).json();
    assert_eq!(capped["expires_in"], 60);
}

#[tokio::test]
async fn tpa_tok_02_b13_19_sub_is_pairwise_and_aud_is_one() {
    let app = TestApp::start().await;
    let moneytrack = connected(&app).await;
    let ada = claims(&moneytrack.access)["sub"].as_str().unwrap().to_owned();
    assert!(ada.starts_with("pw_") && ada.len() == 25, "{ada}");
    assert!(claims(&moneytrack.access)["aud"].is_string());
    assert_eq!(claims(moneytrack.id.as_deref().unwrap())["sub"], ada.as_str());
    let again = connected(&app).await;
    assert_eq!(claims(&again.access)["sub"], ada.as_str(), "stable");
    let ben = app.connect(&app.browser(), "ben", FULL_SCOPE).await;
    assert_ne!(claims(&ben.access)["sub"], ada.as_str());
    let own = of_person(&app, "ada", "openid").await;
    assert_eq!(claims(&own.access)["sub"], app.bank.customers[0].user_id.as_str());
}

#[tokio::test]
async fn b13_13_tpa_tok_04_the_id_token_says_who_when_and_how_and_no_more() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let id = own.id.as_deref().unwrap();
    let keys = KeySet::parse(app.get("/oidc/jwks").await.bytes()).unwrap();
    let _verified = keys.verify(id, &Expectations::new(&[Algorithm::Rs256])).unwrap();
    let said = claims(id);
    let mut names: Vec<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "amr",
            "at_hash",
            "aud",
            "auth_time",
            "exp",
            "iat",
            "iss",
            "nonce",
            "sub",
            "tid"
        ]
    );
    assert_eq!(said["aud"], "moneytrack");
    assert_eq!(said["nonce"], "n-77");
    assert_eq!(
        said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(),
        3600
    );
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, own.access.as_bytes());
    assert_eq!(
        said["at_hash"],
        consentry_jose::encoding::encode(&digest.as_ref()[..16])
    );
}

#[tokio::test]
async fn tpa_tok_05_no_roles_or_custom_data_in_third_party_tokens() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    for token in [own.access.as_str(), own.id.as_deref().unwrap()] {
        for name in [
            "roles",
            "permissions",
            "groups",
            "custom_data",
            "custom_app_data",
            "email",
            "name",
        ] {
            assert!(claims(token).get(name).is_none(), "{name}");
        }
    }
}

#[tokio::test]
async fn tpa_tok_06_without_resource_and_default_the_audience_is_userinfo_only() {
    let app = TestApp::start().await;
    let tenant = app.tenant();
    let mut application = tenant.applications.values().next().unwrap().clone();
    application.default_resource = None;
    let entry = consentry_ledger::provision::Entry::Application(application);
    let permit = consentry_ledger::access::authorize(
        &consentry_ledger::Caller::Operator,
        consentry_ledger::Target::Tenant,
    );
    app.ledger
        .provision(&tenant, &permit.unwrap(), &[entry])
        .await
        .unwrap();
    let own = connected(&app).await;
    assert_eq!(claims(&own.access)["aud"], "http://127.0.0.1:8080/cis/oidc/me");
    assert_eq!(app.userinfo(&own.access).await, 200);
    let me = app
        .request(http::Method::GET, "/v1/consents/me")
        .bearer(&own.access)
        .send()
        .await;
    assert_eq!(me.status(), 403);
}

#[tokio::test]
async fn tpa_cn_10_b01_10_what_was_lost_before_redemption_is_not_in_the_answer() {
    let app = TestApp::start().await;
    let fresh = code(&app).await;
    take_back(&app, "accounts:transactions").await;
    let answer = redeem_with(&app, &fresh, &[]).await.expect_status(200).json();
    assert_eq!(answer["scope"], "openid offline_access accounts:balance");
    assert_eq!(
        claims(answer["access_token"].as_str().unwrap())["scope"],
        answer["scope"]
    );
}

#[tokio::test]
async fn b13_12_without_offline_access_there_is_no_refresh_token() {
    let app = TestApp::start().await;
    let own = app
        .connect(&app.browser(), "ada", "openid accounts:balance")
        .await;
    assert!(own.refresh.is_none());
    assert!(own.id.is_some());
    assert_eq!(own.scope, "openid accounts:balance");
}
