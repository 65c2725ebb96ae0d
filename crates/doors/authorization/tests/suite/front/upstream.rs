//! Signing in at another OpenID provider, a real one.

use consentry_domain::{
    subject::{Alias, Namespace},
    tenant::Upstream,
};
use consentry_ledger::{Clock, SystemClock, provision::Person};
use consentry_testkit::{
    Answer, Answered, Browser, FULL_SCOPE, HS256_CLIENT, PROVIDER_CLIENT, Provider, TestApp,
};
use serde_json::{Value, json};
use url::Url;

use super::{assert_local_page, code, is_logged_in};
use crate::back::support::claims;

/// The tenant's settings for a provider.
pub(super) fn settings(app: &TestApp, provider: &Provider, name: &str) -> Upstream {
    let file = app.folder().join("provider.secret");
    std::fs::write(&file, format!("{}\n", PROVIDER_CLIENT.1)).unwrap();
    serde_json::from_value(json!({
        "name": name,
        "label": "Other ID",
        "issuer": provider.issuer,
        "client_id": PROVIDER_CLIENT.0,
        "client_secret_file": file,
        "scopes": ["email"],
    }))
    .unwrap()
}

/// A bank whose people may sign in at a provider.
pub(super) async fn beside(provider: &Provider, change: impl FnOnce(&mut Upstream)) -> TestApp {
    let app = TestApp::start().await;
    // The provider has a clock of its own, which is that of the machine.
    app.clock.set(SystemClock.now());
    let mut upstream = settings(&app, provider, "other");
    change(&mut upstream);
    app.configure(|tenant| tenant.authorization.sign_in.upstreams = vec![upstream])
        .await;
    app
}

/// Makes somebody known by who they are at the provider.
pub(super) async fn known(app: &TestApp, provider: &Provider, login: &str, sub: &str) {
    let person = Person {
        aliases: vec![
            Alias::new(Namespace::Login, login),
            Upstream::alias(&provider.issuer, sub),
        ],
        password: None,
        applications: app.tenant().applications.keys().copied().collect(),
        contact: None,
        profile: None,
    };
    app.provision_person(&person).await;
}

/// From our page to the provider and as far as its answer, which the browser did not bring back yet.
pub(super) async fn go(browser: &Browser<'_>, provider: &Provider, address: &str) -> Answered {
    let sent = browser.press(address).await.expect_status(303);
    assert!(sent.header("set-cookie").unwrap().starts_with("cst_up_"));
    provider.answer(&sent.location()).await
}

pub(super) async fn come_back(browser: &Browser<'_>, answered: &Answered) -> Answer {
    browser.open(&answered.with(&[])).await
}

fn ada() -> Value {
    json!({ "sub": "7", "email": "ada", "email_verified": true })
}

#[tokio::test]
async fn tpa_fl_02_somebody_signs_in_at_another_provider_and_goes_on_to_the_question() {
    let mut provider = Provider::start(&["other"]);
    let app = beside(&provider, |_| {}).await;
    known(&app, &provider, "ada", "7").await;
    provider.sits(&ada());
    let browser = app.browser();
    let asked = [("acr_values", "urn:transmit:other_direct")];
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &asked);
    let opened = browser.open(&request).await;
    let login = app.land(&browser, opened).await.expect_status(200);
    assert!(login.text().contains("Log in with"), "{}", login.text());
    assert!(!login.text().contains("type=\"password\""), "this way was chosen");
    let address = login
        .text()
        .split("href=\"")
        .find(|part| part.starts_with("/login/with/other"));
    let address = address.unwrap().split('"').next().unwrap().replace("&#38;", "&");
    let sent = browser.press(&address).await.expect_status(303);
    let there = sent.location();
    let said = |name: &str| {
        let value = there.query_pairs().find(|(own, _)| own == name);
        value.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    assert_eq!(
        said("redirect_uri"),
        "http://127.0.0.1:8080/login/with/other/back"
    );
    assert_eq!(said("scope"), "openid email");
    assert_eq!(said("code_challenge_method"), "S256");
    assert!(said("state").len() >= 43 && said("nonce").len() == 43 && said("code_challenge").len() == 43);
    let answered = provider.answer(&there).await;
    let back = come_back(&browser, &answered).await;
    let question = app.land(&browser, back).await.expect_status(200);
    let approved = app.decide(&browser, &question, "approve").await;
    let tokens = app.redeem(&app.bank.third_party, &code(&approved)).await;
    let said = claims(tokens.id.as_deref().unwrap());
    assert_eq!(said["acr"], "urn:transmit:other_direct");
    assert_eq!(said["amr"], json!(["fed"]));
    assert!(browser.open("/login/sessions").await.text().contains("Other ID"));
    // A second time with the same answer: the cookie is gone.
    let again = come_back(&browser, &answered).await;
    assert_local_page(&again, 403);
    assert!(again.text().contains("does not belong here"));
}

/// Settings for a client whose ID tokens are signed with its secret.
fn with_shared_secret(upstream: &mut Upstream, secret: &str) {
    let file = upstream.client_secret_file.as_ref().unwrap();
    std::fs::write(file, secret).unwrap();
    HS256_CLIENT.0.clone_into(&mut upstream.client_id);
    upstream.signs_with_secret = true;
}

#[tokio::test]
async fn tpa_fl_02_a_provider_that_signs_with_the_secret_is_believed_where_that_is_configured() {
    let mut provider = Provider::start(&["other"]);
    let app = beside(&provider, |upstream| with_shared_secret(upstream, HS256_CLIENT.1)).await;
    known(&app, &provider, "ada", "7").await;
    provider.sits(&ada());
    let sign_in = async || {
        let browser = app.browser();
        let back = come_back(&browser, &go(&browser, &provider, "/login/with/other").await).await;
        (back.status(), is_logged_in(&browser).await)
    };
    assert_eq!(sign_in().await, (303, true));
    // The same token, where public keys are expected.
    let expect = |with_secret: bool| {
        app.configure(move |tenant| {
            tenant.authorization.sign_in.upstreams[0].signs_with_secret = with_secret;
        })
    };
    expect(false).await;
    let (status, logged_in) = sign_in().await;
    assert!(status >= 400 && !logged_in, "{status}");
    // A secret that is too short to sign with.
    app.configure(|tenant| {
        let upstream = &mut tenant.authorization.sign_in.upstreams[0];
        std::fs::write(upstream.client_secret_file.as_ref().unwrap(), PROVIDER_CLIENT.1).unwrap();
        PROVIDER_CLIENT.0.clone_into(&mut upstream.client_id);
        upstream.signs_with_secret = true;
    })
    .await;
    let (status, logged_in) = sign_in().await;
    assert!(status >= 400 && !logged_in, "{status}");
}

#[tokio::test]
async fn tpa_fl_01_who_is_not_known_here_is_told_so_and_nobody_is_made() {
    let mut provider = Provider::start(&["other"]);
    let app = beside(&provider, |_| {}).await;
    provider.sits(&ada());
    let browser = app.browser();
    let refused = come_back(&browser, &go(&browser, &provider, "/login/with/other").await).await;
    assert_local_page(&refused, 403);
    assert!(
        refused.text().contains("We do not know you by this"),
        "{}",
        refused.text()
    );
    assert!(!is_logged_in(&browser).await);
    let there = Upstream::alias(&provider.issuer, "7");
    assert_eq!(
        app.ledger.find_subject(&app.tenant(), &there).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn a_verified_mail_address_links_only_where_the_tenant_says_so() {
    let mut provider = Provider::start(&["other"]);
    let app = beside(&provider, |_| {}).await;
    let person = Person {
        aliases: vec![Alias::new(Namespace::Login, "mia@example.com")],
        password: None,
        applications: Vec::new(),
        contact: None,
        profile: None,
    };
    app.provision_person(&person).await;
    let mia = |verified: bool| json!({ "sub": "9", "email": "mia@example.com", "email_verified": verified });
    let sign_in = async |provider: &Provider| {
        let browser = app.browser();
        let back = come_back(&browser, &go(&browser, provider, "/login/with/other").await).await;
        (back.status(), is_logged_in(&browser).await)
    };
    provider.sits(&mia(true));
    assert_eq!(sign_in(&provider).await, (403, false), "not configured");
    app.configure(|tenant| tenant.authorization.sign_in.upstreams[0].link_by_email = true)
        .await;
    provider.sits(&mia(false));
    assert_eq!(sign_in(&provider).await, (403, false), "not verified");
    provider.sits(&mia(true));
    assert_eq!(sign_in(&provider).await, (303, true));
    // From then on the identity counts, whatever the address is and whatever is configured.
    app.configure(|tenant| tenant.authorization.sign_in.upstreams[0].link_by_email = false)
        .await;
    provider.sits(&json!({ "sub": "9", "email": "new@example.com", "email_verified": false }));
    assert_eq!(sign_in(&provider).await, (303, true));
}

#[tokio::test]
async fn an_answer_counts_in_the_browser_and_for_the_provider_that_were_asked() {
    let mut provider = Provider::start(&["other", "second"]);
    let app = beside(&provider, |_| {}).await;
    let second = settings(&app, &provider, "second");
    app.configure(|tenant| tenant.authorization.sign_in.upstreams.push(second))
        .await;
    known(&app, &provider, "ada", "7").await;
    provider.sits(&ada());
    let (ada, thief) = (app.browser(), app.browser());
    let answered = go(&ada, &provider, "/login/with/other").await;
    let of_thief = go(&thief, &provider, "/login/with/other").await;
    let state = |answered: &Answered| {
        let found = answered.parameters.iter().find(|(name, _)| name == "state");
        found.unwrap().1.clone()
    };
    // In another browser; with a state of the own; with none; with one that nobody made.
    for address in [
        answered.with(&[]),
        answered.with(&[("state", "")]),
        answered.with(&[("state", "us_invented")]),
    ] {
        assert_local_page(&thief.open(&address).await, 403);
    }
    // Mix-up: the answer of one provider at the address of another, and one that says it is somebody else or does not say who.
    let mixed = Answered {
        address: "/login/with/second/back".to_owned(),
        ..answered.clone()
    };
    assert_local_page(&come_back(&ada, &mixed).await, 403);
    for iss in ["https://evil.example", ""] {
        assert_local_page(&ada.open(&answered.with(&[("iss", iss)])).await, 403);
    }
    // A code of one browser with the state of another: the proof key does not fit.
    let injected = answered.with(&[("state", &state(&of_thief))]);
    assert_local_page(&thief.open(&injected).await, 503);
    for browser in [&ada, &thief] {
        assert!(!is_logged_in(browser).await);
    }
    // What is right still works for who asked.
    let answered = go(&ada, &provider, "/login/with/other").await;
    assert_eq!(come_back(&ada, &answered).await.status(), 303);
    assert!(is_logged_in(&ada).await);
}

#[tokio::test]
async fn an_answer_that_comes_as_a_form_counts_like_any_other() {
    let mut provider = Provider::start(&["other"]);
    let app = beside(&provider, |upstream| upstream.form_post = true).await;
    known(&app, &provider, "ada", "7").await;
    provider.sits(&ada());
    let browser = app.browser();
    let answered = go(&browser, &provider, "/login/with/other").await;
    assert!(answered.is_form);
    let posted = browser
        .submit_from_elsewhere(&answered.address, &answered.pairs())
        .await
        .expect_status(303);
    let done = browser.follow(&posted).await.expect_status(303);
    assert_eq!(done.location().path(), "/login");
    assert!(is_logged_in(&browser).await);
}

#[tokio::test]
async fn a_provider_that_cannot_be_asked_or_calls_itself_otherwise_is_told() {
    let mut provider = Provider::start(&["other"]);
    let app = beside(&provider, |upstream| upstream.issuer.push('/')).await;
    let browser = app.browser();
    let refused = browser.press("/login/with/other").await;
    assert_local_page(&refused, 503);
    assert!(refused.text().contains("not available now"));
    // What is known is used for a day while the provider is away; a code is not taken then.
    let issuer = provider.issuer.clone();
    app.configure(|tenant| tenant.authorization.sign_in.upstreams[0].issuer = issuer)
        .await;
    provider.sits(&ada());
    let answered = go(&browser, &provider, "/login/with/other").await;
    drop(provider);
    app.pass(600);
    let sent = browser.press("/login/with/other").await.expect_status(303);
    assert_ne!(sent.location().host_str(), Some("localhost"));
    assert_local_page(&come_back(&browser, &answered).await, 503);
    app.pass(86_400);
    assert_local_page(&browser.press("/login/with/other").await, 503);
    // Somebody who turned back there is where they were.
    assert_local_page(&browser.press("/login/with/nobody").await, 404);
    assert_local_page(&browser.open("/login/with/nobody/back").await, 404);
}

#[tokio::test]
async fn nobody_is_sent_to_a_provider_by_another_site_and_who_turns_back_there_is_where_they_were() {
    let provider = Provider::start(&["other"]);
    let app = beside(&provider, |_| {}).await;
    let browser = app.browser();
    let sent = browser.open("/login/with/other").await.expect_status(303);
    assert_eq!(sent.location().path(), "/login");
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let opened = browser.open(&request).await;
    let login = browser.follow(&opened).await.expect_status(200);
    let interaction = login.field("interaction").unwrap();
    let address = format!("/login/with/other?interaction={interaction}");
    let sent = browser.press(&address).await.expect_status(303);
    let state = sent.location();
    let state = state.query_pairs().find(|(name, _)| name == "state").unwrap().1;
    let query = url_encoded(&[
        ("state", &state),
        ("error", "access_denied"),
        ("iss", &provider.issuer),
    ]);
    let back = browser.open(&format!("/login/with/other/back?{query}")).await;
    let again = app.land(&browser, back).await.expect_status(200);
    assert_eq!(again.field("interaction"), Some(interaction));
}

fn url_encoded(pairs: &[(&str, &str)]) -> String {
    let mut url = Url::parse("http://x/").unwrap();
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap().to_owned()
}
