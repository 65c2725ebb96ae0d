//! The dataspace door and the verifier of a data source.

use std::sync::Arc;

use consentry_ledger::Clock as _;
use consentry_testkit::{
    FULL_SCOPE,
    dataspace::{ADDRESS, Dataspace, ISSUER, LOGIN_ISSUER, PROFILE, contents},
};
use consentry_verify::{
    BoxFuture, ConsentSettings, ConsentVerifier, Environment, Fetch, FetchError, Request, ReqwestFetch,
    Response, Revocation, Shown,
};
use serde_json::json;

/// Asks at the actual address what is asked at the one that the house believes to be at.
struct Elsewhere {
    fetch: ReqwestFetch,
    actual: String,
}

impl Fetch for Elsewhere {
    fn send(&self, mut request: Request) -> BoxFuture<'_, Result<Response, FetchError>> {
        request.url = request.url.replace(ISSUER, &self.actual);
        self.fetch.send(request)
    }
}

#[tokio::test]
async fn dsp_4_2_the_verifier_takes_our_tokens_until_the_consent_is_taken_back() {
    let world = Dataspace::start().await;
    let actual = world.app.listen().await;
    world.granted(&[PROFILE, ADDRESS]).await;
    let id_token = world
        .app
        .connect(&world.app.browser(), "ada", FULL_SCOPE)
        .await
        .id
        .unwrap();
    let verifier = |dsi: &str| {
        let clock = Arc::clone(&world.app.clock);
        let fetch = Elsewhere {
            fetch: ReqwestFetch::new().unwrap(),
            actual: actual.clone(),
        };
        let settings = ConsentSettings {
            revocation: Revocation::Feed,
            max_lifetime: Some(3700),
            ..ConsentSettings::new(ISSUER, &[dsi], &[LOGIN_ISSUER])
        };
        let environment = Environment::new(fetch).with_clock(move || clock.now().as_seconds());
        ConsentVerifier::new(settings, environment).unwrap()
    };
    let token = world.consent_token(PROFILE).await;
    let (right, wrong) = (verifier(PROFILE), verifier(ADDRESS));
    let shown = || Shown {
        token: Some(&token),
        id_token: Some(&id_token),
        ..Shown::default()
    };
    let consent = right.verify(shown()).await.unwrap();
    assert_eq!(consent.tid, contents(&token).0["tid"].as_str().unwrap());
    assert_eq!(wrong.verify(shown()).await.unwrap_err().code.as_str(), "dsi");
    let _done = world
        .ask("/Consent/Revoke", &json!({ "dataSource": PROFILE }))
        .await
        .expect_status(200);
    // The poll interval of the verifier and a second.
    world.app.pass(31);
    assert_eq!(right.verify(shown()).await.unwrap_err().code.as_str(), "revoked");
}
