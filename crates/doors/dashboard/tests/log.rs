//! What the log never holds. A program of its own, because what is logged is a setting of the whole process.

use consentry_domain::{Lifetime, tenant::AccountsConnector};
use consentry_jose::DirectKey;
use consentry_ledger::{Caller, Target, access::authorize};
use consentry_testkit::{CapturedLog, FULL_SCOPE, Peer, TestApp};

#[tokio::test]
async fn dsh_a8_3_4_tokens_secrets_and_customers_are_in_no_log_line() {
    let lines = CapturedLog::start();
    let app = TestApp::start().await;
    let connected = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    let customer = app
        .bank
        .customers
        .iter()
        .find(|customer| customer.username == "ada")
        .unwrap()
        .customer_id
        .clone();
    let ticket = app.ticket(&customer).await.expect_status(200).json();
    let token = ticket["access_token"].as_str().unwrap();
    let address = format!("/embed/authorizations?access_token={token}");
    let page = app.get(&address).await.expect_status(200);
    let session = page.field("session").unwrap();
    let id = page.field("id").unwrap();
    let _reused = app.get(&address).await.expect_status(404);
    let fields = [("session", session.as_str()), ("id", id.as_str())];
    let _stopped = app
        .post_embedded("/embed/stop/confirm", &fields)
        .await
        .expect_status(200);

    let key = DirectKey::parse(&app.bank.shared_secret).unwrap();
    let claims = serde_json::json!({ "sub": customer }).to_string();
    let admin = key.encrypt(&[], [1; 12], claims.as_bytes()).unwrap();
    let wrong = DirectKey::new([2; 32])
        .encrypt(&[], [1; 12], claims.as_bytes())
        .unwrap();
    let bring = async |jwt: &str| {
        let request = app.request(http::Method::POST, "/admin/customers/jwt");
        request.json(&serde_json::json!({ "jwt": jwt })).send().await
    };
    let _refused = bring(&wrong).await.expect_status(401);
    let issued = bring(&admin).await.expect_status(200).json();
    let jwt = issued["jwt"].as_str().unwrap();
    let _opened = app
        .get(&format!("/embed/authorizations?jwt={jwt}"))
        .await
        .expect_status(200);

    let bank = Peer::start("{}").await;
    let file = std::env::temp_dir().join(format!("consentry-log-{}", std::process::id()));
    std::fs::write(&file, "token-of-the-bank").unwrap();
    let mut tenant = app.tenant().tenant.clone();
    tenant.dashboard.accounts = Some(AccountsConnector {
        url: format!("{}/{{customer}}", bank.address),
        token_file: Some(file.clone()),
        token_env: None,
        fresh: Lifetime::minutes(5),
        timeout: Lifetime::seconds(5),
    });
    let operator = authorize(&Caller::Operator, Target::Tenant).unwrap();
    app.ledger.provision_tenant(&operator, &tenant).await.unwrap();
    let ticket = app.ticket(&customer).await.expect_status(200).json();
    let address = format!(
        "/embed/authorizations?access_token={}",
        ticket["access_token"].as_str().unwrap()
    );
    let _pulled = app.get(&address).await.expect_status(200);
    std::fs::remove_file(&file).unwrap();
    assert!(bank.asked()[0].path.contains(&customer));

    let log = lines.text();
    for expected in [
        "one-time token issued",
        "one-time token redeemed",
        "one-time token refused",
        "Reused",
        "admin JWT refused",
        "encrypted with another secret",
        "without iat and exp",
        "customer JWT issued",
        "accounts cannot be had from the data provider",
        "in its answer, /customerId must be a text of 1 to 255 bytes",
    ] {
        assert!(log.contains(expected), "{expected} is not in the log");
    }
    let secret = &app.bank.dashboard.client_secret;
    for forbidden in [
        token,
        session.as_str(),
        secret.as_str(),
        customer.as_str(),
        connected.access.as_str(),
        "token-of-the-bank",
        admin.as_str(),
        wrong.as_str(),
        jwt,
        app.bank.shared_secret.as_str(),
    ] {
        assert!(!log.contains(forbidden), "{forbidden} is in the log");
    }
}
