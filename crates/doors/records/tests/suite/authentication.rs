//! Basic, bearer and challenges (consent-api 4).

use consentry_domain::{
    Lifetime,
    subject::{Alias, Namespace},
};
use consentry_ledger::provision::Person;
use consentry_testkit::{Answer, TestApp};
use http::{Method, header};
use serde_json::json;

use crate::world::{
    ADA, AUDITOR, PRIVILEGED, ROOT, SECRET, UNPRIVILEGED, account, ada, assert_refused, bank, basic, get,
    portal, request, token,
};

const LIST: &str = "/definitions";

fn challenges(answer: &Answer) -> Vec<&str> {
    let values = answer.headers().get_all(header::WWW_AUTHENTICATE);
    values.iter().map(|value| value.to_str().unwrap()).collect()
}

async fn status(app: &TestApp, who: &str) -> u16 {
    get(app, who, LIST).await.status()
}

#[tokio::test]
async fn rec_4_without_credentials_401_with_one_challenge_per_scheme() {
    let app = bank().await;
    for who in ["", "Digest x", "Basic", "Bearer", "Basic !!!", "Basic YWRh"] {
        let answer = get(&app, who, LIST).await;
        assert_refused(&answer, 401, "ACCESS_FAILED");
        let expected = ["Basic realm=\"Consentry\"", "Bearer realm=\"Consentry\""];
        assert_eq!(challenges(&answer), expected, "{who}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let twice = request(&app, &ada(&app), Method::GET, LIST).header("authorization", &ada(&app));
    assert_refused(&twice.send().await, 401, "ACCESS_FAILED");
}

#[tokio::test]
async fn rec_4_scheme_names_have_no_case() {
    let app = bank().await;
    let bearer = token(&app, "ada", UNPRIVILEGED).await;
    for (from, to) in [("Basic", "bAsIC"), ("Basic", "BASIC")] {
        assert_eq!(status(&app, &ada(&app).replacen(from, to, 1)).await, 200, "{to}");
    }
    for to in ["bearer", "BEARER"] {
        assert_eq!(status(&app, &bearer.replacen("Bearer", to, 1)).await, 200, "{to}");
    }
}

#[tokio::test]
async fn rec_4_1_a_user_name_may_be_a_distinguished_name_in_any_spelling() {
    let app = bank().await;
    let password = &app.bank.customers[0].password;
    for name in [
        ADA,
        "UID=Ada, OU=People; DC=harbor,dc=EXAMPLE",
        "uid=\\61da,ou=people,dc=harbor,dc=example",
    ] {
        assert_eq!(status(&app, &basic(name, password)).await, 200, "{name}");
    }
    for name in [ROOT, "CN=Root DN, CN=config", AUDITOR] {
        assert_eq!(status(&app, &basic(name, SECRET)).await, 200, "{name}");
    }
    assert_eq!(status(&app, &basic("uid=nobody,dc=example", password)).await, 401);
}

#[tokio::test]
async fn rec_4_1_names_with_spaces_and_passwords_with_colons() {
    let app = bank().await;
    assert!(SECRET.contains(':'));
    assert_eq!(status(&app, &basic("night auditor", SECRET)).await, 200);
}

#[tokio::test]
async fn rec_4_1_unknown_ambiguous_wrong_and_disabled_are_one_401() {
    let app = bank().await;
    app.provision(&[
        account("cn=first,dc=harbor,dc=example", &["twin"], false, false),
        account("cn=second,dc=harbor,dc=example", &["twin"], false, false),
        // Ada's login is a name of this account too, so it means neither.
        account("cn=namesake,dc=harbor,dc=example", &["ben"], true, false),
    ])
    .await;
    let ben = &app.bank.customers[1].password;
    let mut bodies = Vec::new();
    for (user, password) in [
        ("nobody", SECRET),
        ("twin", SECRET),
        ("ben", SECRET),
        ("ben", ben),
        ("ada", "wrong"),
        ("gone", SECRET),
        ("root", "wrong"),
        ("", ""),
    ] {
        app.pass(3600);
        let answer = get(&app, &basic(user, password), LIST).await;
        assert_refused(&answer, 401, "ACCESS_FAILED");
        assert_eq!(challenges(&answer).len(), 2);
        let mut body = answer.json();
        body["id"] = json!(null);
        bodies.push(body);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
}

#[tokio::test]
async fn rec_4_1_and_2_a_scheme_that_is_off_is_not_taken_and_not_offered() {
    let app = bank().await;
    let (password, bearer) = (ada(&app), token(&app, "ada", UNPRIVILEGED).await);
    app.configure(|tenant| tenant.records.basic_auth = false).await;
    let answer = get(&app, &password, LIST).await;
    assert_refused(&answer, 401, "ACCESS_FAILED");
    assert_eq!(challenges(&answer), ["Bearer realm=\"Consentry\""]);
    assert_eq!(status(&app, &bearer).await, 200);
    app.configure(|tenant| {
        tenant.records.basic_auth = true;
        tenant.records.bearer_auth = false;
    })
    .await;
    let answer = get(&app, &bearer, LIST).await;
    assert_refused(&answer, 401, "ACCESS_FAILED");
    assert_eq!(challenges(&answer), ["Basic realm=\"Consentry\""]);
    assert_eq!(status(&app, &password).await, 200);
}

#[tokio::test]
async fn rec_4_2_a_token_that_is_none_is_401_invalid_token() {
    let app = bank().await;
    let good = token(&app, "ada", UNPRIVILEGED).await;
    let long = format!("Bearer {}", "a".repeat(9000));
    for who in [
        "Bearer x",
        "Bearer a.b.c",
        "Bearer {\"active\":true,\"sub\":\"ada\"}",
        &format!("{good}x"),
        &long,
    ] {
        let answer = get(&app, who, LIST).await;
        assert_refused(&answer, 401, "ACCESS_FAILED");
        let expected = "Bearer realm=\"Consentry\", error=\"invalid_token\"";
        assert_eq!(challenges(&answer)[1], expected);
    }
}

#[tokio::test]
async fn rec_4_2_5_a_token_ends_to_the_second_and_when_revoked() {
    let app = bank().await;
    let tokens = app.person_token("ada", UNPRIVILEGED).await;
    let who = format!("Bearer {}", tokens.access);
    app.clock.advance(Lifetime::seconds(3599));
    assert_eq!(status(&app, &who).await, 200);
    app.clock.advance(Lifetime::seconds(1));
    assert_refused(&get(&app, &who, LIST).await, 401, "ACCESS_FAILED");

    let who = token(&app, "ada", UNPRIVILEGED).await;
    assert_eq!(status(&app, &who).await, 200);
    let client = &app.bank.first_party;
    let revocation = app.request(Method::POST, "/cis/oidc/token/revocation");
    let revocation = revocation
        .basic(&client.client_id, &client.client_secret)
        .form(&[("token", who.strip_prefix("Bearer ").unwrap())]);
    let _revoked = revocation.send().await.expect_status(200);
    assert_refused(&get(&app, &who, LIST).await, 401, "ACCESS_FAILED");
}

#[tokio::test]
async fn rec_4_2_2_a_subject_that_is_no_entry_is_401_even_with_the_privileged_scope() {
    let app = bank().await;
    let client = app.bank.first_party.clone();
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", "urn:pingdirectory:consent_admin"),
    ];
    let answer = app.ask_token(&client, &fields).await.expect_status(200).json();
    let who = format!("Bearer {}", answer["access_token"].as_str().unwrap());
    assert_refused(&get(&app, &who, LIST).await, 401, "ACCESS_FAILED");
    let entry = account(
        "cn=harbor app,dc=harbor,dc=example",
        &[&client.client_id],
        false,
        false,
    );
    app.provision(&[entry]).await;
    // Now it is privileged: it sees the records of everybody.
    let _found = get(&app, &who, "/consents?subject=ada").await.expect_status(200);
    app.provision(&[account(
        "cn=harbor app,dc=harbor,dc=example",
        &[&client.client_id],
        false,
        true,
    )])
    .await;
    assert_refused(&get(&app, &who, LIST).await, 401, "ACCESS_FAILED");
}

#[tokio::test]
async fn rec_4_2_2_a_person_without_a_distinguished_name_is_401() {
    let app = bank().await;
    let application = app.bank.app_id.parse().unwrap();
    let _person = app
        .provision_person(&Person {
            aliases: vec![Alias::new(Namespace::Login, "nameless")],
            password: Some("pass".to_owned()),
            applications: vec![application],
            contact: None,
            profile: None,
        })
        .await;
    assert_refused(
        &get(&app, &basic("nameless", "pass"), LIST).await,
        401,
        "ACCESS_FAILED",
    );
}

#[tokio::test]
async fn rec_4_2_3_another_audience_is_403_before_the_scope_is_looked_at() {
    let app = bank().await;
    let (with_scope, without) = (
        token(&app, "ada", UNPRIVILEGED).await,
        token(&app, "ada", "openid").await,
    );
    app.configure(|tenant| tenant.records.audience = Some("urn:consents".to_owned()))
        .await;
    for who in [&with_scope, &without] {
        assert_refused(&get(&app, who, LIST).await, 403, "INVALID_AUDIENCE");
    }
    let own = app.bank.resource_api.clone();
    app.configure(|tenant| tenant.records.audience = Some(own)).await;
    assert_eq!(status(&app, &with_scope).await, 200);
    assert_refused(&get(&app, &without, LIST).await, 403, "INSUFFICIENT_SCOPE");
    // Basic has no audience.
    assert_eq!(status(&app, &ada(&app)).await, 200);
}

#[tokio::test]
async fn rec_4_2_4_without_a_scope_of_this_service_403_says_so() {
    let app = bank().await;
    let answer = get(&app, &token(&app, "ada", "openid accounts:balance").await, LIST).await;
    assert_refused(&answer, 403, "INSUFFICIENT_SCOPE");
    let expected = "Bearer realm=\"Consentry\", error=\"insufficient_scope\"";
    assert_eq!(challenges(&answer), [expected]);
}

#[tokio::test]
async fn rec_4_2_4_scopes_are_compared_whole_and_privileged_wins() {
    let app = bank().await;
    let sees_others = "/consents?subject=ben";
    let both = format!("{UNPRIVILEGED} urn:pingdirectory:consent_admin");
    for (scope, status) in [(UNPRIVILEGED, 403), (PRIVILEGED, 200), (both.as_str(), 200)] {
        let answer = get(&app, &token(&app, "ada", scope).await, sees_others).await;
        assert_eq!(answer.status(), status, "{scope}");
    }
    // One name is a prefix of the other; exchanged, the longer one must not open what the shorter one does.
    app.configure(|tenant| {
        let settings = &mut tenant.records;
        std::mem::swap(&mut settings.privileged_scope, &mut settings.unprivileged_scope);
    })
    .await;
    for (scope, status) in [(UNPRIVILEGED, 200), (PRIVILEGED, 403)] {
        let answer = get(&app, &token(&app, "ada", scope).await, sees_others).await;
        assert_eq!(answer.status(), status, "{scope}");
    }
}

#[tokio::test]
async fn rec_5_1_basic_needs_no_scope_and_is_privileged_by_list_or_bypass() {
    let app = bank().await;
    let sees_others = "/consents?subject=ben";
    for (who, status) in [
        (ada(&app), 403),
        (basic(AUDITOR, SECRET), 403),
        (portal(&app), 200),
        (basic(ROOT, SECRET), 200),
    ] {
        assert_eq!(get(&app, &who, sees_others).await.status(), status);
    }
    // The list holds over Basic only, names people too, and knows every spelling; an empty one leaves the bypass right.
    app.configure(|tenant| {
        tenant.records.service_account_dns = vec!["UID=ADA, ou=People,dc=harbor,dc=example".to_owned()];
    })
    .await;
    for (who, status) in [
        (ada(&app), 200),
        (token(&app, "ada", UNPRIVILEGED).await, 403),
        (portal(&app), 403),
        (basic(ROOT, SECRET), 200),
    ] {
        assert_eq!(get(&app, &who, sees_others).await.status(), status);
    }
    app.configure(|tenant| tenant.records.service_account_dns = Vec::new())
        .await;
    for (who, status) in [(ada(&app), 403), (portal(&app), 403), (basic(ROOT, SECRET), 200)] {
        assert_eq!(get(&app, &who, sees_others).await.status(), status);
    }
}

#[tokio::test]
async fn rec_14_failed_logins_are_slowed_down_by_account_and_address() {
    let app = bank().await;
    for _ in 0..6 {
        assert_refused(
            &get(&app, &basic("ada", "wrong"), LIST).await,
            401,
            "ACCESS_FAILED",
        );
    }
    let answer = get(&app, &ada(&app), LIST).await;
    assert_refused(&answer, 429, "TOO_MANY_REQUESTS");
    let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
    app.pass(wait - 1);
    assert_eq!(status(&app, &ada(&app)).await, 429);
    app.pass(1);
    assert_eq!(status(&app, &ada(&app)).await, 200);
}
