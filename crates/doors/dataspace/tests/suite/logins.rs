//! Login providers beside our own, and more than one authentication context (dataspace-consent-protocol 2.1, 6.5, 8.4, 9): people of a real
//! provider, and an application that is registered there.

use consentry_testkit::APPLICATION_CLIENT;
use serde_json::json;

use crate::checks::{checked, somebody};
use crate::northbay::{HIGH, Northbay, SUBSTANTIAL, link, missing};
use crate::world::{LOGIN_ISSUER, PROFILE, World, contents, send};

#[tokio::test]
async fn dsp_2_1_somebody_of_another_provider_agrees_and_the_token_says_where_they_logged_in() {
    let northbay = Northbay::start().await;
    let browser = northbay.world.app.browser();
    let path = northbay.page("7", SUBSTANTIAL).await;
    let shown = browser.open(&path).await.expect_status(200);
    assert!(!shown.text().contains("type=\"checkbox\""), "nobody is logged in");
    let there = browser
        .press(&link(&shown).unwrap())
        .await
        .expect_status(303)
        .location();
    assert!(
        there
            .query_pairs()
            .any(|(name, value)| name == "acr_values" && value == SUBSTANTIAL)
    );
    northbay.sits("7", SUBSTANTIAL).await;
    let asked = northbay.log_in(&browser, &shown).await.expect_status(200);
    assert!(asked.text().contains("type=\"checkbox\""), "{}", asked.text());
    assert!(asked.text().contains("Northbay eID"));
    let form = asked.field("token").unwrap();
    let _done = send(&browser, &path, &form, "grant", &[PROFILE])
        .await
        .expect_status(303);

    let given = northbay.get_token("7", SUBSTANTIAL).await;
    let token = given["consentToken"].as_str().unwrap();
    let said = contents(token).1;
    for (name, value) in [
        ("sub", "7"),
        ("subiss", &northbay.issuer),
        ("acr", SUBSTANTIAL),
        ("app", APPLICATION_CLIENT.0),
        ("appiss", &northbay.issuer),
    ] {
        assert_eq!(said[name], value, "{said}");
    }
    // Another context, another person, and the same name at our own provider are somebody else.
    assert_eq!(northbay.get_token("7", HIGH).await, missing());
    assert_eq!(northbay.get_token("07", SUBSTANTIAL).await, missing());
    let mut here = northbay.claims("7", "login");
    here["subiss"] = json!(LOGIN_ISSUER);
    let body = json!({ "dataSource": PROFILE });
    let answer = northbay.ask(&here, "/Consent/GetToken", &body).await;
    assert_eq!(answer.expect_status(200).json(), missing());
}

#[tokio::test]
async fn dsp_2_1_issuers_contexts_and_applications_that_are_not_registered_are_refused() {
    let northbay = Northbay::start().await;
    let body = json!({ "dataSource": PROFILE });
    for (name, value, code) in [
        (
            "subiss",
            "https://login.other.example",
            "subject_issuer_not_allowed",
        ),
        ("acr", "login", "subject_issuer_not_allowed"),
        ("acr", "EID-HIGH", "subject_issuer_not_allowed"),
        ("appiss", LOGIN_ISSUER, "application_not_allowed"),
        ("app", "moneytrack", "application_not_allowed"),
    ] {
        let mut claims = northbay.claims("7", HIGH);
        claims[name] = json!(value);
        let answer = northbay.ask(&claims, "/Consent/GetToken", &body).await;
        assert_eq!(answer.status(), 403, "{name} {value}: {}", answer.text());
        assert_eq!(answer.json()["type"], code, "{name} {value}");
    }
}

#[tokio::test]
async fn dsp_8_4_an_id_token_counts_for_who_it_is_about_and_how_they_logged_in() {
    let northbay = Northbay::start().await;
    let browser = northbay.world.app.browser();
    let given = northbay.agreed(&browser, "7", SUBSTANTIAL).await;
    let token = given["consentToken"].as_str().unwrap();
    let own = northbay.id_token(SUBSTANTIAL).await;
    assert_eq!(contents(&own).1["acr"], SUBSTANTIAL);
    assert!(northbay.is_verified(&own, token).await);
    assert!(northbay.is_verified(&own, token).await, "and again, from memory");
    northbay.sits("7", HIGH).await;
    let higher = northbay.id_token(HIGH).await;
    assert!(!northbay.is_verified(&higher, token).await, "another context");
    northbay.sits("8", SUBSTANTIAL).await;
    let other = northbay.id_token(SUBSTANTIAL).await;
    assert!(!northbay.is_verified(&other, token).await, "another person");
    let tampered = format!("{}A", &own[..own.len() - 1]);
    assert!(tampered == own || !northbay.is_verified(&tampered, token).await);
    assert!(
        !northbay.is_verified(token, token).await,
        "a consent token is no ID token"
    );
    let forged = northbay.world.party.sign(&contents(&own).1);
    assert!(
        !northbay.is_verified(&forged, token).await,
        "signed by somebody else"
    );
    northbay
        .world
        .app
        .clock
        .advance(consentry_domain::Lifetime::seconds(3600 + 61));
    assert!(!northbay.is_verified(&own, token).await, "its time is over");
}

#[tokio::test]
async fn dsp_6_5_another_person_of_the_provider_and_another_context_grant_nothing() {
    let northbay = Northbay::start().await;
    for (sub, acr) in [("8", SUBSTANTIAL), ("7", HIGH)] {
        let browser = northbay.world.app.browser();
        let path = northbay.page("7", SUBSTANTIAL).await;
        let shown = browser.open(&path).await.expect_status(200);
        northbay.sits(sub, acr).await;
        let refused = northbay.log_in(&browser, &shown).await.expect_status(403);
        assert!(
            refused.text().contains("same person as in the app"),
            "{}",
            refused.text()
        );
        let anew = link(&refused).unwrap();
        let there = browser.press(&anew).await.expect_status(303).location();
        let asks = there
            .query_pairs()
            .any(|(name, value)| name == "prompt" && value == "login");
        assert!(asks, "somebody else may log in there: {there}");
        let forced = send(&browser, &path, "", "grant", &[PROFILE]).await;
        assert_eq!(forced.status(), 403);
    }
    // Who is logged in here by other means is not who was asked either, but may log in there.
    let browser = northbay.world.app.browser();
    northbay.world.log_in(&browser, "ada").await;
    let path = northbay.page("7", SUBSTANTIAL).await;
    let shown = browser.open(&path).await.expect_status(200);
    assert!(link(&shown).is_some() && !shown.text().contains("type=\"checkbox\""));
    let forced = send(&browser, &path, "", "grant", &[PROFILE])
        .await
        .expect_status(303);
    assert_eq!(forced.location().path(), path, "nothing was answered");
    assert_eq!(northbay.get_token("7", SUBSTANTIAL).await, missing());
}

#[tokio::test]
async fn dsp_9_consents_of_one_person_are_kept_apart_by_context_and_end_one_by_one() {
    let northbay = Northbay::start().await;
    let browser = northbay.world.app.browser();
    let lower = northbay.agreed(&browser, "7", SUBSTANTIAL).await;
    let higher = northbay.agreed(&northbay.world.app.browser(), "7", HIGH).await;
    assert_ne!(lower["tid"], higher["tid"]);
    let portal = browser.open("/portal").await.expect_status(200);
    for words in [
        "with your login at Northbay eID (eid-substantial)",
        "with your login at Northbay eID (eid-high)",
    ] {
        assert!(portal.text().contains(words), "{words}: {}", portal.text());
    }
    let form = portal.field("token").unwrap();
    let tid = lower["tid"].as_str().unwrap();
    let fields = [("token", form.as_str()), ("consent", tid), ("decision", "stop")];
    let _done = browser.submit("/portal", &fields).await.expect_status(303);
    assert_eq!(northbay.get_token("7", SUBSTANTIAL).await, missing());
    assert_eq!(northbay.get_token("7", HIGH).await["tid"], higher["tid"]);
    // The application gives the other one back.
    let body = json!({ "dataSource": PROFILE });
    let given_back = northbay
        .ask(&northbay.claims("7", HIGH), "/Consent/Revoke", &body)
        .await;
    assert_eq!(given_back.status(), 200);
    assert_eq!(northbay.get_token("7", HIGH).await, missing());
}

#[tokio::test]
async fn dsp_9_a_provider_that_is_no_longer_trusted_vouches_for_nobody() {
    let northbay = Northbay::start().await;
    let browser = northbay.world.app.browser();
    let given = northbay.agreed(&browser, "7", SUBSTANTIAL).await;
    let token = given["consentToken"].as_str().unwrap();
    let id_token = northbay.id_token(SUBSTANTIAL).await;
    let path = northbay.page("7", HIGH).await;
    northbay
        .world
        .app
        .configure(|tenant| tenant.dataspace.login_issuers.clear())
        .await;
    assert!(!northbay.is_verified(&id_token, token).await);
    let body = json!({ "dataSource": PROFILE });
    let answer = northbay
        .ask(&northbay.claims("7", SUBSTANTIAL), "/Consent/GetToken", &body)
        .await;
    assert_eq!(answer.json()["type"], "subject_issuer_not_allowed");
    assert_eq!(northbay.world.app.browser().open(&path).await.status(), 410);
    // Nobody new becomes a person here by it.
    northbay.sits("9", SUBSTANTIAL).await;
    let stranger = northbay.world.app.browser();
    let sent = stranger.press("/login/with/eid").await.expect_status(303);
    let answered = northbay.provider.lock().await.answer(&sent.location()).await;
    assert_eq!(stranger.open(&answered.with(&[])).await.status(), 403);
    // But what they shared stays theirs to see and to stop.
    let portal = browser.open("/portal").await.expect_status(200);
    assert!(portal.text().contains("Your Profile"), "{}", portal.text());
}

#[tokio::test]
async fn dsp_2_1_a_second_context_of_our_own_wants_a_second_factor() {
    let world = World::start().await;
    world
        .app
        .configure(|tenant| {
            tenant.authorization.sign_in.email_code = true;
            tenant.dataspace.acr_values = vec!["mfa".to_owned()];
        })
        .await;
    let mails = world.app.mailbox();
    world.granted(&[PROFILE]).await;
    let mut claims = world.claims();
    claims["acr"] = json!("mfa");
    let statement = world.party.sign(&claims);
    let get = async || {
        let body = json!({ "dataSource": PROFILE });
        let answer = world.ask_with(&statement, "/Consent/GetToken", &body).await;
        answer.expect_status(200).json()
    };
    assert_eq!(get().await, missing(), "agreed to in another context");
    let body = json!({ "consentRequests": [{ "dataSource": PROFILE, "required": true }] });
    let asked = world
        .ask_with(&statement, "/Consent/RequestConsents", &body)
        .await;
    let url = asked.expect_status(201).json()["requestUrl"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = url.strip_prefix("http://127.0.0.1:8080").unwrap();
    let browser = world.app.browser();
    world.log_in(&browser, "ada").await;
    let shown = browser.open(path).await.expect_status(200);
    assert!(
        !shown.text().contains("type=\"checkbox\""),
        "a password is not enough"
    );
    let forced = send(&browser, path, "", "grant", &[PROFILE])
        .await
        .expect_status(303);
    assert_eq!(forced.location().path(), "/login");
    let sent = send(&browser, path, "", "login", &[]).await.expect_status(303);
    assert_eq!(sent.location().query(), Some("acr_values=mfa"));
    let second = browser.open("/login?acr_values=mfa").await.expect_status(200);
    assert!(second.text().contains("Send me a code"), "{}", second.text());
    assert_eq!(second.field("username").as_deref(), Some("ada"));
    let _sent = browser
        .submit("/login/code", &[("username", "ada")])
        .await
        .expect_status(303);
    let code = mails.code("ada@example.com", 1).await;
    let _taken = browser
        .submit("/login/code/entry", &[("code", code.as_str())])
        .await
        .expect_status(303);
    let onward = browser.open("/login").await.expect_status(303);
    assert_eq!(onward.location().path(), path);
    let question = browser.open(path).await.expect_status(200);
    let form = question.field("token").unwrap();
    let _done = send(&browser, path, &form, "grant", &[PROFILE])
        .await
        .expect_status(303);
    let given = get().await;
    assert_eq!(contents(given["consentToken"].as_str().unwrap()).1["acr"], "mfa");
    let bank = &world.app.bank.first_party;
    let bank = (bank.client_id.as_str(), bank.client_secret.as_str());
    let usual = world.get_token(PROFILE).await;
    for (properties, tid) in [
        (json!({ "acr": "mfa" }), &given["tid"]),
        (json!({ "acr": "login" }), &usual["tid"]),
        (json!({}), &usual["tid"]),
    ] {
        let answer = checked(&world, bank, somebody("ada", &properties)).await;
        assert_eq!(answer, json!([true, "consented", tid]), "{properties}");
    }
    assert_ne!(given["tid"], world.get_token(PROFILE).await["tid"]);
}
