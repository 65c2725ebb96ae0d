//! Rich authorization requests (RFC 9396, third-party-authorization B.10) of the one type there is: the consent request of FDX.

use consentry_domain::{
    authorization_details::DetailType,
    tenant::{FdxRegistry, FdxSettings},
};
use consentry_testkit::{Answer, Browser, FULL_SCOPE, TestApp, VERIFIER, tokens};
use http::Method;
use serde_json::{Value, json};

use super::{assert_refused, change_client, code, pushed::push};

/// The bank says who it is in the words of FDX.
pub(crate) async fn speak(app: &TestApp) {
    let clusters = [
        ("accounts:balance", "ACCOUNT_BASIC"),
        ("accounts:transactions", "TRANSACTIONS"),
    ];
    let settings = FdxSettings {
        home_uri: "https://www.harborbank.example".to_owned(),
        registry: FdxRegistry::Private,
        registered_name: "Harbor Bank NA".to_owned(),
        registered_id: "harbor".to_owned(),
        clusters: clusters
            .map(|(scope, cluster)| (scope.to_owned(), vec![cluster.to_owned()]))
            .into(),
    };
    app.configure(|tenant| tenant.dashboard.fdx = Some(settings))
        .await;
}

/// A bank that speaks FDX, where Moneytrack may ask with details.
async fn speaking() -> TestApp {
    let app = TestApp::start().await;
    speak(&app).await;
    let client = app.bank.third_party.client_id.clone();
    change_client(&app, &client, |client| {
        client.settings.authorization_details_types = vec![DetailType::Fdx];
    })
    .await;
    app
}

fn details(request: &Value) -> String {
    json!([{ "type": "fdx_v1.0", "consentRequest": request }]).to_string()
}

/// Address of a request with these details.
fn asking(app: &TestApp, scope: &str, request: &Value, more: &[(&str, &str)]) -> String {
    let details = details(request);
    let more = [&[("authorization_details", details.as_str())], more].concat();
    app.authorization(&app.bank.third_party, scope, &more)
}

/// Ada approves what is asked; answers the code.
async fn approved(app: &TestApp, browser: &Browser<'_>, authorization: &str) -> String {
    let question = app.reach_question(browser, "ada", authorization).await;
    code(&app.decide(browser, &question, "approve").await)
}

/// Redeems a code, naming details where there are any.
async fn redeem(app: &TestApp, code: &str, named: Option<&str>) -> Answer {
    let client = &app.bank.third_party;
    let redirect_uri = app.redirect_uri(client);
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri.as_str()),
        ("code_verifier", VERIFIER),
    ];
    fields.extend(named.map(|named| ("authorization_details", named)));
    app.ask_token(client, &fields).await
}

#[tokio::test]
async fn b10_01_and_b10_02_what_is_not_understood_to_the_last_member_is_refused() {
    let app = speaking().await;
    let good = json!({ "durationType": "ONE_TIME", "lookbackPeriod": 60 });
    let with = |member: &str, value: Value| {
        let mut request = good.clone();
        request[member] = value;
        details(&request)
    };
    let clusters = |names: Value| {
        with(
            "resources",
            json!([{ "resourceType": "ACCOUNT", "dataClusters": names }]),
        )
    };
    let twice = json!([
        { "type": "fdx_v1.0", "consentRequest": good },
        { "type": "fdx_v1.0", "consentRequest": good },
    ]);
    for wrong in [
        " ".to_owned(),
        "no json".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "[1]".to_owned(),
        "[{\"type\":\"fdx_v1.0\",\"type\":\"fdx_v1.0\"}]".to_owned(),
        twice.to_string(),
        json!([{ "consentRequest": good }]).to_string(),
        json!([{ "type": 1, "consentRequest": good }]).to_string(),
        json!([{ "type": "payment_initiation", "consentRequest": good }]).to_string(),
        json!([{ "type": "fdx_v1.0" }]).to_string(),
        json!([{ "type": "fdx_v1.0", "consentRequest": good, "actions": ["read"] }]).to_string(),
        details(&json!({ "lookbackPeriod": 60 })),
        with("surprise", json!(1)),
        with("durationType", json!("FOR_EVER")),
        with("durationPeriod", json!(30)),
        with("lookbackPeriod", json!(0)),
        with("lookbackPeriod", json!(-1)),
        with("lookbackPeriod", json!(1.5)),
        with("lookbackPeriod", json!("60")),
        with("lookbackPeriod", json!(3654)),
        details(&json!({ "durationType": "TIME_BOUND", "durationPeriod": 0 })),
        details(&json!({ "durationType": "PERSISTENT", "durationPeriod": 1 })),
        with("resources", json!({})),
        with(
            "resources",
            json!([{ "resourceType": "HOUSE", "dataClusters": ["TRANSACTIONS"] }]),
        ),
        with(
            "resources",
            json!([{ "resourceType": "ACCOUNT", "resourceId": "1", "dataClusters": ["TRANSACTIONS"] }]),
        ),
        clusters(json!([])),
        clusters(json!(["<b>TAX</b>\u{202e}"])),
        clusters(json!(vec!["TRANSACTIONS"; 51])),
    ] {
        let request = app.authorization(
            &app.bank.third_party,
            "openid accounts:balance",
            &[("authorization_details", &wrong)],
        );
        let answer = app.browser().open(&request).await;
        assert_refused(&answer, "invalid_authorization_details");
        let pushed = push(&app, &app.bank.third_party, &request)
            .await
            .expect_status(400);
        assert_eq!(pushed.json()["error"], "invalid_authorization_details", "{wrong}");
    }
    let pushed = push(&app, &app.bank.third_party, &asking(&app, "openid", &good, &[])).await;
    let _taken = pushed.expect_status(201);
}

#[tokio::test]
async fn b10_08_a_type_is_for_clients_that_are_registered_with_it_at_a_bank_that_says_so() {
    let app = speaking().await;
    let metadata = "/cis/oidc/.well-known/openid-configuration";
    let supported = app.get(metadata).await.json();
    assert_eq!(
        supported["authorization_details_types_supported"],
        json!(["fdx_v1.0"])
    );
    let request = asking(&app, FULL_SCOPE, &json!({ "durationType": "ONE_TIME" }), &[]);
    let client = app.bank.third_party.client_id.clone();
    change_client(&app, &client, |client| {
        client.settings.authorization_details_types = Vec::new();
    })
    .await;
    let refused = app.browser().open(&request).await;
    assert_refused(&refused, "invalid_authorization_details");
    app.configure(|tenant| tenant.dashboard.fdx = None).await;
    let unsupported = app.get(metadata).await.json();
    assert_eq!(unsupported.get("authorization_details_types_supported"), None);
}

#[tokio::test]
async fn b10_03_clusters_and_scope_are_asked_together_with_how_long_and_how_far_back() {
    let app = speaking().await;
    let request = json!({
        "durationType": "ONE_TIME", "lookbackPeriod": 60,
        "resources": [{ "resourceType": "ACCOUNT", "dataClusters": ["TRANSACTIONS"] }],
    });
    let browser = app.browser();
    let question = app
        .reach_question(
            &browser,
            "ada",
            &asking(&app, "openid accounts:balance", &request, &[]),
        )
        .await
        .expect_status(200);
    for words in [
        "value=\"accounts:balance\"",
        "value=\"accounts:transactions\"",
        "Only this once. To get data again, Moneytrack has to ask you again.",
        "Data from up to 60 days before each request",
    ] {
        assert!(
            question.text().contains(words),
            "{words} is missing in {}",
            question.text()
        );
    }
    let bounded = json!({ "durationType": "TIME_BOUND", "durationPeriod": 7 });
    let question = app
        .reach_question(&app.browser(), "ada", &asking(&app, FULL_SCOPE, &bounded, &[]))
        .await;
    assert!(!question.text().contains("Only this once"), "{}", question.text());
    assert!(!question.text().contains("How far back"), "{}", question.text());
}

#[tokio::test]
async fn b10_05_and_b10_06_what_was_given_is_told_with_the_tokens_and_by_introspection() {
    let app = speaking().await;
    let browser = app.browser();
    let asked = json!({
        "durationType": "TIME_BOUND", "durationPeriod": 7, "lookbackPeriod": 730,
        "resources": [
            { "resourceType": "ACCOUNT", "dataClusters": ["ACCOUNT_BASIC"] },
            { "resourceType": "DOCUMENT", "dataClusters": ["TRANSACTIONS"] },
        ],
    });
    let question = app
        .reach_question(
            &browser,
            "ada",
            &asking(&app, "openid offline_access", &asked, &[]),
        )
        .await;
    let interaction = question.field("interaction").unwrap();
    let fields = [
        ("interaction", interaction.as_str()),
        ("decision", "approve_part"),
        ("granted_scope", "offline_access"),
        ("granted_scope", "accounts:balance"),
    ];
    let code = code(&browser.submit("/consent", &fields).await);
    let answer = redeem(&app, &code, None).await.expect_status(200);
    let given = json!([{ "type": "fdx_v1.0", "consentRequest": {
        "durationType": "TIME_BOUND", "durationPeriod": 7, "lookbackPeriod": 730,
        "resources": [{ "resourceType": "ACCOUNT", "dataClusters": ["ACCOUNT_BASIC"] }],
    } }]);
    assert_eq!(answer.json()["authorization_details"], given);
    let first = tokens(&answer);
    let introspected = app.introspect(&first.access).await;
    assert_eq!(introspected["authorization_details"], given);
    let client = &app.bank.third_party;
    let refreshed = app
        .refresh(client, first.refresh.as_deref().unwrap())
        .await
        .expect_status(200);
    assert_eq!(refreshed.json()["authorization_details"], given);
    // Seven days are what was asked; the client's consents last longer.
    app.pass(7 * 86_400 - 1);
    let rotated = tokens(&refreshed).refresh.unwrap();
    let last = app.refresh(client, &rotated).await.expect_status(200);
    app.pass(1);
    assert_eq!(
        app.introspect(&tokens(&last).access).await,
        json!({ "active": false })
    );
    // Who asks without details is told of none.
    let plain = app.connect(&app.browser(), "ben", FULL_SCOPE).await;
    assert_eq!(
        app.introspect(&plain.access).await.get("authorization_details"),
        None
    );
}

#[tokio::test]
async fn b10_04_a_token_request_asks_for_no_more_than_was_given() {
    let app = speaking().await;
    let asked = json!({
        "durationType": "TIME_BOUND", "durationPeriod": 7, "lookbackPeriod": 60,
        "resources": [{ "resourceType": "ACCOUNT", "dataClusters": ["ACCOUNT_BASIC"] }],
    });
    let code = approved(
        &app,
        &app.browser(),
        &asking(&app, "openid offline_access", &asked, &[]),
    )
    .await;
    let with = |member: &str, value: Value| {
        let mut request = asked.clone();
        request[member] = value;
        details(&request)
    };
    for more in [
        "[]".to_owned(),
        with("durationType", json!("PERSISTENT")),
        with("durationPeriod", json!(8)),
        with("lookbackPeriod", json!(61)),
        with("lookbackPeriod", Value::Null),
        with(
            "resources",
            json!([{ "resourceType": "ACCOUNT", "dataClusters": ["TRANSACTIONS"] }]),
        ),
        with(
            "resources",
            json!([{ "resourceType": "CUSTOMER", "dataClusters": ["ACCOUNT_BASIC"] }]),
        ),
    ] {
        let refused = redeem(&app, &code, Some(&more)).await.expect_status(400);
        assert_eq!(refused.json()["error"], "invalid_authorization_details", "{more}");
    }
    let same = details(&asked);
    let answer = redeem(&app, &code, Some(&same)).await.expect_status(200);
    let refresh = tokens(&answer).refresh.unwrap();
    let refreshing = |named: String| {
        let (app, refresh) = (&app, refresh.as_str());
        async move {
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh),
                ("authorization_details", named.as_str()),
            ];
            app.ask_token(&app.bank.third_party, &fields).await
        }
    };
    let refused = refreshing(with("lookbackPeriod", json!(90)))
        .await
        .expect_status(400);
    assert_eq!(refused.json()["error"], "invalid_authorization_details");
    let _less = refreshing(with("lookbackPeriod", json!(30)))
        .await
        .expect_status(200);
    // A code that was asked for without details has none to name.
    let plain = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let plain = approved(&app, &app.browser(), &plain).await;
    let refused = redeem(&app, &plain, Some(&same)).await.expect_status(400);
    assert_eq!(refused.json()["error"], "invalid_authorization_details");
}

#[tokio::test]
async fn dsh_d1_a_consent_for_one_time_is_used_once_and_asked_for_again() {
    let app = speaking().await;
    let browser = app.browser();
    let once = json!({ "durationType": "ONE_TIME", "lookbackPeriod": 60 });
    // What stands goes on beside it, and does not stand for it.
    let standing = app.connect(&browser, "ada", FULL_SCOPE).await;
    let first = asking(&app, FULL_SCOPE, &once, &[]);
    let code = approved(&app, &browser, &first).await;
    let answer = redeem(&app, &code, None).await.expect_status(200);
    assert_eq!(answer.json().get("refresh_token"), None, "nothing is refreshed");
    let used = tokens(&answer);
    assert_eq!(used.scope, "openid accounts:balance accounts:transactions");
    let introspected = app.introspect(&used.access).await;
    assert_eq!(introspected["active"], true);
    assert_eq!(
        introspected["authorization_details"][0]["consentRequest"],
        json!({ "durationType": "ONE_TIME", "lookbackPeriod": 60 })
    );
    assert_ne!(
        introspected["consent_id"],
        app.introspect(&standing.access).await["consent_id"]
    );
    // A second time is another question, even while the tokens of the first count.
    for prompt in ["", "consent"] {
        let again = asking(&app, FULL_SCOPE, &once, &[("prompt", prompt)]);
        let question = app
            .reach_question(&browser, "ada", &again)
            .await
            .expect_status(200);
        assert!(question.text().contains("Only this once"), "{}", question.text());
    }
    let silent = asking(&app, "openid accounts:balance", &once, &[("prompt", "none")]);
    assert_refused(&browser.open(&silent).await, "consent_required");
    // A code may live 60 seconds, an access token of a third party 600.
    app.pass(599);
    assert_eq!(app.introspect(&used.access).await["active"], true);
    app.pass(1);
    assert_eq!(app.introspect(&used.access).await, json!({ "active": false }));
    let refreshed = app
        .refresh(&app.bank.third_party, standing.refresh.as_deref().unwrap())
        .await;
    let _goes_on = refreshed.expect_status(200);
}

#[tokio::test]
async fn dsh_d1_a_consent_for_one_time_ends_with_the_last_token_there_could_be() {
    let app = speaking().await;
    let once = json!({ "durationType": "ONE_TIME" });
    let code = approved(&app, &app.browser(), &asking(&app, FULL_SCOPE, &once, &[])).await;
    app.pass(59);
    let used = tokens(&redeem(&app, &code, None).await.expect_status(200));
    let token = app.own_token(&app.bank.first_party).await;
    let id = app.introspect(&used.access).await["consent_id"].clone();
    let status = |expected: &'static str| {
        let (app, token, id) = (&app, &token, id.as_str().unwrap().to_owned());
        async move {
            let path = format!("/cis/v1/consents/{id}");
            let answer = app.request(Method::GET, &path).bearer(token).send().await;
            let seen = answer.expect_status(200).json()["result"]["status"].clone();
            assert_eq!(seen, expected);
        }
    };
    app.pass(599);
    assert_eq!(app.introspect(&used.access).await["active"], true);
    status("active").await;
    app.pass(2);
    assert_eq!(app.introspect(&used.access).await, json!({ "active": false }));
    status("expired").await;
}

#[tokio::test]
async fn tpa_cn_01_other_details_are_asked_about_and_the_same_ones_are_not() {
    let app = speaking().await;
    let browser = app.browser();
    let request = |lookback: u16| json!({ "durationType": "TIME_BOUND", "durationPeriod": 20, "lookbackPeriod": lookback });
    let scope = "openid accounts:balance";
    let _code = approved(&app, &browser, &asking(&app, scope, &request(60), &[])).await;
    let unasked = |details: &Value| asking(&app, scope, details, &[("prompt", "")]);
    let same = code(&browser.open(&unasked(&request(60))).await);
    let told = redeem(&app, &same, None).await.expect_status(200).json();
    assert_eq!(
        told["authorization_details"][0]["consentRequest"]["lookbackPeriod"],
        60
    );
    let further = app
        .reach_question(&browser, "ada", &unasked(&request(90)))
        .await
        .expect_status(200);
    assert!(further.text().contains("up to 90 days"), "{}", further.text());
    // Who says nothing of how long and how far back is served by what stands.
    let plain = app.authorization(&app.bank.third_party, scope, &[("prompt", "")]);
    let _code = code(&browser.open(&plain).await);
}
