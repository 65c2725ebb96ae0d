//! The consent API of FDX (D1, D3): who may see and end a grant, and what it looks like.

use consentry_testkit::{Answer, TestApp, Tokens};
use http::Method;
use serde_json::{Value, json};

use crate::world::{ADA, BEN, about, connect, hold, intermediary, list, register, session, speak};

/// Ada has connected Moneytrack at a bank that speaks FDX: her tokens, and the id of the grant.
async fn granted(app: &TestApp) -> (Tokens, String) {
    speak(app).await;
    hold(app, ADA, &[("Everyday", "4417"), ("Savings", "9083")]).await;
    let tokens = connect(app).await;
    let id = app.introspect(&tokens.access).await["fdxConsentId"]
        .as_str()
        .unwrap()
        .to_owned();
    (tokens, id)
}

async fn by_bank(app: &TestApp, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let credential = &app.bank.dashboard;
    let request = app
        .request(method, path)
        .basic(&credential.client_id, &credential.client_secret);
    match body {
        Some(body) => request.json(body).send().await,
        None => request.send().await,
    }
}

async fn by_token(app: &TestApp, token: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let request = app.request(method, path).bearer(token);
    match body {
        Some(body) => request.json(body).send().await,
        None => request.send().await,
    }
}

/// The claims of a JWT.
fn claims(jwt: &str) -> Value {
    let part = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&consentry_jose::encoding::decode(part).unwrap()).unwrap()
}

fn action(reason: &str, initiator: &str) -> Value {
    json!({ "reason": reason, "initiator": initiator })
}

#[tokio::test]
async fn dsh_d1_there_is_no_such_api_where_the_bank_has_not_said_who_it_is() {
    let app = TestApp::start().await;
    let tokens = connect(&app).await;
    assert_eq!(app.introspect(&tokens.access).await["fdxConsentId"], Value::Null);
    let id = app.introspect(&tokens.access).await["consent_id"]
        .as_str()
        .unwrap()
        .to_owned();
    for path in [
        format!("/fdx/v6/consents/{id}"),
        format!("/fdx/v6/consents?customerId={ADA}"),
    ] {
        let _answer = by_bank(&app, Method::GET, &path, None).await.expect_status(404);
    }
}

#[tokio::test]
async fn dsh_d1_a_grant_has_every_member_that_the_schema_demands() {
    let app = TestApp::start().await;
    let bridge = intermediary(&app, "LinkBridge").await;
    register(&app, |client| client.settings.intermediaries = vec![bridge]).await;
    let (tokens, id) = granted(&app).await;
    let grant = by_bank(&app, Method::GET, &format!("/fdx/v6/consents/{id}"), None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(grant["id"], id.as_str());
    assert_eq!(grant["status"], "ACTIVE");
    assert_eq!(grant["durationType"], "TIME_BOUND");
    assert_eq!(grant["durationPeriod"], 30);
    let kinds: Vec<&Value> = grant["parties"]
        .as_array()
        .unwrap()
        .iter()
        .map(|party| &party["type"])
        .collect();
    assert_eq!(kinds, ["DATA_RECIPIENT", "DATA_ACCESS_PLATFORM", "DATA_PROVIDER"]);
    for party in grant["parties"].as_array().unwrap() {
        for member in [
            "name",
            "homeUri",
            "registry",
            "registeredEntityName",
            "registeredEntityId",
        ] {
            assert!(
                party[member].as_str().is_some_and(|text| !text.is_empty()),
                "{member} of {party}"
            );
        }
        assert!(["FDX", "GLEIF", "ICANN", "PRIVATE"].contains(&party["registry"].as_str().unwrap()));
    }
    assert_eq!(grant["parties"][2]["registeredEntityId"], "529900INVENTED00B21");
    let clusters = json!([
        "ACCOUNT_BASIC",
        "TRANSACTIONS",
        "NOTIFICATIONS",
        "PAYMENT_SUPPORT"
    ]);
    assert_eq!(
        grant["resources"],
        json!([
            { "resourceType": "ACCOUNT", "resourceId": "acc_4417", "dataClusters": clusters },
            { "resourceType": "ACCOUNT", "resourceId": "acc_9083", "dataClusters": clusters },
        ])
    );
    let claims = claims(&tokens.access);
    assert_eq!(claims["fdxConsentId"], id.as_str());
}

#[tokio::test]
async fn dsh_d3_fdx_5_has_other_names_for_some_clusters() {
    let app = TestApp::start().await;
    let (_tokens, id) = granted(&app).await;
    let grant = by_bank(&app, Method::GET, &format!("/fdx/v5/consents/{id}"), None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        grant["resources"][0]["dataClusters"],
        json!(["ACCOUNT_BASIC", "TRANSACTIONS", "ACCOUNT_PAYMENTS"])
    );
}

#[tokio::test]
async fn dsh_d1_an_account_that_is_switched_off_is_absent() {
    let app = TestApp::start().await;
    let (_tokens, id) = granted(&app).await;
    let session = session(&app, ADA).await;
    let form = about(&app, "/embed/accounts", &session, &id).await;
    let version = form.field("version").unwrap();
    let fields = [
        ("session", session.as_str()),
        ("id", &id),
        ("version", &version),
        ("account", "acc_9083"),
    ];
    let _saved = app
        .post_embedded("/embed/accounts/save", &fields)
        .await
        .expect_status(200);
    let grant = by_bank(&app, Method::GET, &format!("/fdx/v6/consents/{id}"), None)
        .await
        .json();
    let left: Vec<&Value> = grant["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["resourceId"])
        .collect();
    assert_eq!(left, ["acc_9083"]);
}

#[tokio::test]
async fn dsh_d1_a_recipient_gives_its_own_grant_up_and_no_other() {
    let app = TestApp::start().await;
    let (tokens, id) = granted(&app).await;
    let path = format!("/fdx/v6/consents/{id}");
    let revocation = format!("{path}/revocation");
    let stranger = app.own_token(&app.bank.external).await;
    let own = app.own_token(&app.bank.third_party).await;
    let business = action("BUSINESS_RULE", "DATA_RECIPIENT");
    for (method, path, body) in [
        (Method::GET, &path, None),
        (Method::GET, &revocation, None),
        (Method::PUT, &revocation, Some(&business)),
    ] {
        let _answer = by_token(&app, &stranger, method, path, body)
            .await
            .expect_status(404);
    }
    for wrong in [
        action("BUSINESS_RULE", "DATA_PROVIDER"),
        action("BUSINESS_RULE", "DATA_ACCESS_PLATFORM"),
        action("BUSINESS_RULE", "INDIVIDUAL"),
        action("OTHER", "INDIVIDUAL"),
        json!({}),
        json!([]),
    ] {
        let _answer = by_token(&app, &own, Method::PUT, &revocation, Some(&wrong))
            .await
            .expect_status(400);
    }
    assert_eq!(app.introspect(&tokens.access).await["active"], true);
    let none = by_token(&app, &own, Method::GET, &revocation, None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(none, json!({ "revocations": [] }));
    let _done = by_token(&app, &own, Method::PUT, &revocation, Some(&business))
        .await
        .expect_status(204);
    assert_eq!(
        app.introspect(&tokens.access).await["active"],
        false,
        "with all that rests on it"
    );
    let told = by_token(&app, &own, Method::GET, &revocation, None)
        .await
        .expect_status(200)
        .json();
    let told = &told["revocations"][0];
    assert_eq!(
        (&told["status"], &told["reason"], &told["initiator"]),
        (
            &json!("REVOKED"),
            &json!("BUSINESS_RULE"),
            &json!("DATA_RECIPIENT")
        )
    );
    let _again = by_token(&app, &own, Method::PUT, &revocation, Some(&business))
        .await
        .expect_status(409);
    let ada = session(&app, ADA).await;
    assert!(list(&app, &ada).await.text().contains("Stopped by Moneytrack"));
}

#[tokio::test]
async fn dsh_d1_a_recipient_asks_with_the_persons_token_too_until_it_ends() {
    let app = TestApp::start().await;
    let (tokens, id) = granted(&app).await;
    let path = format!("/fdx/v6/consents/{id}");
    let grant = by_token(&app, &tokens.access, Method::GET, &path, None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(grant["status"], "ACTIVE");
    let revocation = format!("{path}/revocation");
    let person = action("USER_ACTION", "INDIVIDUAL");
    let _done = by_token(&app, &tokens.access, Method::PUT, &revocation, Some(&person))
        .await
        .expect_status(204);
    let _over = by_token(&app, &tokens.access, Method::GET, &path, None)
        .await
        .expect_status(401);
    let told = by_bank(&app, Method::GET, &revocation, None).await.json();
    assert_eq!(told["revocations"][0]["initiator"], "INDIVIDUAL");
    assert_eq!(told["revocations"][0]["reason"], "USER_ACTION");
}

#[tokio::test]
async fn dsh_d1_the_bank_lists_and_ends_for_its_customers() {
    let app = TestApp::start().await;
    let (tokens, id) = granted(&app).await;
    let ids = async |query: &str| -> Vec<Value> {
        let answer = by_bank(&app, Method::GET, &format!("/fdx/v6/consents?{query}"), None)
            .await
            .expect_status(200);
        answer.json()["consents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].clone())
            .collect()
    };
    assert_eq!(ids(&format!("customerId={ADA}")).await, [json!(id)]);
    assert!(ids(&format!("customerId={BEN}")).await.is_empty());
    assert!(ids("customerId=nobody").await.is_empty());
    assert!(ids(&format!("customerId={ADA}&status=REVOKED")).await.is_empty());
    for wrong in ["", "customerId=", "status=ACTIVE", "customerId=a&status=active"] {
        let _answer = by_bank(&app, Method::GET, &format!("/fdx/v6/consents?{wrong}"), None)
            .await
            .expect_status(400);
    }
    let own = app.own_token(&app.bank.third_party).await;
    let all = format!("/fdx/v6/consents?customerId={ADA}");
    let _refused = by_token(&app, &own, Method::GET, &all, None)
        .await
        .expect_status(401);
    let revocation = format!("/fdx/v6/consents/{id}/revocation");
    let rule = action("BUSINESS_RULE", "DATA_RECIPIENT");
    let _wrong = by_bank(&app, Method::PUT, &revocation, Some(&rule))
        .await
        .expect_status(400);
    let rule = action("BUSINESS_RULE", "DATA_PROVIDER");
    let _done = by_bank(&app, Method::PUT, &revocation, Some(&rule))
        .await
        .expect_status(204);
    assert_eq!(app.introspect(&tokens.access).await["active"], false);
    assert_eq!(
        ids(&format!("customerId={ADA}&status=REVOKED")).await,
        [json!(id)]
    );
    let told = by_bank(&app, Method::GET, &revocation, None).await.json();
    assert_eq!(told["revocations"][0]["initiator"], "DATA_PROVIDER");
}

#[tokio::test]
async fn dsh_d1_without_credentials_nothing_is_told_and_what_ended_by_time_is_not_revoked() {
    let app = TestApp::start().await;
    let (_tokens, id) = granted(&app).await;
    let path = format!("/fdx/v6/consents/{id}");
    let _nobody = app.request(Method::GET, &path).send().await.expect_status(401);
    let _forged = by_token(&app, "eyJhbGciOiJub25lIn0.e30.", Method::GET, &path, None)
        .await
        .expect_status(401);
    let _unknown = by_bank(&app, Method::GET, "/fdx/v6/consents/agr_unknown", None)
        .await
        .expect_status(404);
    app.pass(31 * 86_400);
    let revocation = format!("{path}/revocation");
    let rule = action("BUSINESS_RULE", "DATA_PROVIDER");
    let _over = by_bank(&app, Method::PUT, &revocation, Some(&rule))
        .await
        .expect_status(409);
    let grant = by_bank(&app, Method::GET, &path, None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(grant["status"], "EXPIRED");
    let told = by_bank(&app, Method::GET, &revocation, None).await.json();
    assert_eq!(told, json!({ "revocations": [] }));
}

#[tokio::test]
async fn dsh_a11_d1_logos_are_told_by_an_address_of_the_bank() {
    let app = TestApp::start().await;
    let (_, id) = granted(&app).await;
    let path = format!("/fdx/v6/consents/{id}");
    let without = by_bank(&app, Method::GET, &path, None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(without["parties"][0]["logoUri"], Value::Null);
    register(&app, |client| {
        client.settings.logo_uri = Some("http://127.0.0.1:9999/logo.png".to_owned());
    })
    .await;
    let tenant = app.tenant();
    let term = consentry_domain::Lifetime::minutes(1);
    let work = app.ledger.take_logos(&tenant, "node", term, 5).await.unwrap();
    let later = app.now().plus(term);
    app.ledger
        .keep_logo(tenant.id(), &work[0], Some(b"a picture"), later, None)
        .await
        .unwrap();
    let grant = by_bank(&app, Method::GET, &path, None)
        .await
        .expect_status(200)
        .json();
    let logo = grant["parties"][0]["logoUri"].as_str().unwrap().to_owned();
    let own = "http://127.0.0.1:8080";
    let path = logo
        .strip_prefix(own)
        .unwrap_or_else(|| panic!("{logo} is not below {own}"));
    assert_eq!(
        grant["parties"].as_array().unwrap().last().unwrap()["logoUri"],
        Value::Null
    );
    let picture = app.request(Method::GET, path).send().await.expect_status(200);
    assert_eq!(picture.header("content-type"), Some("image/png"));
    let bearer = crate::world::token(&app, ADA).await;
    let told = app
        .request(Method::GET, "/api/v4/consent_management")
        .bearer(&bearer)
        .send()
        .await;
    assert_eq!(
        told.expect_status(200).json()[0]["application_icon_url"],
        logo.as_str()
    );
}
