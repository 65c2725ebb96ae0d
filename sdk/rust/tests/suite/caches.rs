//! Keys, feeds and verdicts are kept as long as they may be, and nobody is asked more often than needed.

use std::sync::Arc;

use consentry_verify::{ConsentVerifier, Environment, Revocation, Shown};
use serde_json::{Value, json};

use crate::provider::{CONFIGURATION, FEED, JWKS, Provider, case};

const SECOND: &str = "signed with the key that rotation brought";
const USUAL: &str = "public, max-age=300";

/// Many ask at once while answers wait; what each was told.
async fn at_once(
    provider: &Provider,
    verifier: &Arc<ConsentVerifier>,
    name: &'static str,
    many: usize,
) -> Vec<&'static str> {
    provider.close().await;
    let asking: Vec<_> = (0..many)
        .map(|_| {
            let (provider, verifier) = (provider.clone(), Arc::clone(verifier));
            tokio::spawn(async move { provider.code(&verifier, name).await })
        })
        .collect();
    tokio::task::yield_now().await;
    provider.open();
    let mut codes = Vec::new();
    for one in asking {
        codes.push(one.await.unwrap());
    }
    codes
}

#[tokio::test]
async fn dcp_8_5_a_thousand_requests_for_one_unknown_kid_cause_one_fetch() {
    let provider = Provider::new();
    let verifier = Arc::new(provider.verifier(|_| {}));
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    provider.advance(31);
    let codes = at_once(&provider, &verifier, "kid unknown", 1000).await;
    assert_eq!(codes, ["kid_unknown"; 1000]);
    assert_eq!(provider.count(JWKS), 2);
    assert_eq!(
        provider.count(CONFIGURATION),
        2,
        "the document is read again with the keys"
    );
    provider.advance(31);
    assert_eq!(provider.code(&verifier, "kid unknown").await, "kid_unknown");
    assert_eq!(
        provider.count(JWKS),
        2,
        "it is remembered as unknown for a minute"
    );
    assert_eq!(provider.code(&verifier, "kid a path").await, "kid_unknown");
    assert_eq!(provider.count(JWKS), 3, "another one is looked for");
}

#[tokio::test]
async fn dcp_8_5_many_first_requests_cause_one_fetch_and_so_they_do_where_it_fails() {
    for (reachable, expected) in [(true, "ok"), (false, "keys_unavailable")] {
        let provider = Provider::new();
        if !reachable {
            provider.put(CONFIGURATION, Value::Null);
        }
        let verifier = Arc::new(provider.verifier(|_| {}));
        let codes = at_once(&provider, &verifier, "valid", 100).await;
        assert_eq!(codes, [expected; 100]);
        assert_eq!(provider.count(CONFIGURATION), 1);
    }
}

#[tokio::test]
async fn dcp_8_5_a_new_key_is_found_once_the_cooldown_is_over() {
    let provider = Provider::new();
    let verifier = provider.verifier(|_| {});
    provider.publish(&["provider-1"], USUAL);
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    provider.publish(&["provider-1", "provider-2"], USUAL);
    assert_eq!(provider.code(&verifier, SECOND).await, "kid_unknown");
    provider.advance(31);
    assert_eq!(provider.code(&verifier, SECOND).await, "ok");
    assert_eq!(provider.count(JWKS), 2);
}

#[tokio::test]
async fn dcp_8_5_a_key_that_is_no_longer_listed_is_gone_at_once() {
    let provider = Provider::new();
    let verifier = provider.verifier(|settings| settings.remember = 0);
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    provider.publish(&["provider-2"], USUAL);
    provider.advance(301);
    assert_eq!(provider.code(&verifier, "valid").await, "kid_unknown");
    assert_eq!(provider.code(&verifier, SECOND).await, "ok");
}

#[tokio::test]
async fn dcp_8_5_keys_are_refreshed_beside_a_request_once() {
    let provider = Provider::new();
    let verifier = provider.verifier(|settings| settings.remember = 0);
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    provider.advance(241);
    for _ in 0..5 {
        assert_eq!(provider.code(&verifier, "valid").await, "ok");
    }
    assert_eq!((provider.count(JWKS), provider.beside()), (1, 1));
    provider.run_beside().await;
    assert_eq!(provider.count(JWKS), 2);
    provider.advance(200);
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    assert_eq!((provider.count(JWKS), provider.count(CONFIGURATION)), (2, 1));
}

#[tokio::test]
async fn dcp_8_5_the_last_good_keys_count_for_a_while_and_attempts_become_rarer() {
    let provider = Provider::new();
    let verifier = provider.verifier(|settings| {
        settings.remember = 0;
        settings.stale_if_error = 600;
    });
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    let good = provider.file()["documents"][JWKS].clone();
    let mut empty = good.clone();
    empty["body"] = json!("{\"keys\":[]}");
    provider.put(JWKS, empty);
    for (seconds, fetched) in [(301, 2), (0, 2), (5, 3), (9, 3)] {
        provider.advance(seconds);
        assert_eq!(
            provider.code(&verifier, "valid").await,
            "ok",
            "an empty set is a failure"
        );
        assert_eq!(provider.count(JWKS), fetched, "pauses of 5 and 10 seconds");
    }
    assert_eq!(
        provider.code(&verifier, "kid unknown").await,
        "keys_unavailable",
        "nobody can tell"
    );
    provider.advance(600);
    assert_eq!(provider.code(&verifier, "valid").await, "keys_unavailable");
    provider.put(JWKS, good);
    provider.advance(300);
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
}

#[tokio::test]
async fn dcp_8_5_what_a_document_says_about_its_age_is_clamped() {
    for (said, fresh) in [
        ("max-age=1", 60),
        ("max-age=999999", 3600),
        ("", 3600),
        ("no-store", 60),
    ] {
        let provider = Provider::new();
        provider.publish(&["provider-1"], said);
        let verifier = provider.verifier(|settings| {
            settings.remember = 0;
            settings.skew = 300;
        });
        assert_eq!(provider.code(&verifier, "valid").await, "ok");
        for (seconds, fetched) in [(fresh - 1, 1), (1, 2)] {
            provider.advance(seconds);
            assert_eq!(provider.code(&verifier, "valid").await, "ok", "{said}");
            assert_eq!(provider.count(JWKS), fetched, "{said}");
        }
    }
}

#[tokio::test]
async fn dcp_8_2_steps_1_to_4_ask_nobody() {
    let provider = Provider::new();
    let verifier = provider.verifier(|_| {});
    for name in [
        "header absent",
        "nine levels deep",
        "alg none",
        "version old",
        "kid missing",
        "issuer of somebody else",
    ] {
        let expected = case(provider.file(), name)["expect"].as_str().unwrap();
        assert_eq!(provider.code(&verifier, name).await, expected);
    }
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn a_verdict_is_about_the_exact_texts_and_ends_with_the_keys() {
    let provider = Provider::new();
    let verifier = provider.verifier(|settings| settings.remember = 2);
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    let token = case(provider.file(), "valid")["token"].as_str();
    for (id_token, dsi, expected) in [
        (None, Some("dpp://other@northbay.example/A"), "dsi"),
        (Some("garbage"), None, "id_token"),
    ] {
        let shown = Shown { token, id_token, dsi };
        assert_eq!(verifier.verify(shown).await.unwrap_err().code.as_str(), expected);
    }
    assert_eq!(provider.code(&verifier, "unknown members").await, "ok");
    assert_eq!(provider.code(&verifier, SECOND).await, "ok");
    assert_eq!(verifier.remembered(), 2, "bounded");
    provider.publish(&["provider-2"], USUAL);
    provider.advance(301);
    assert_eq!(provider.code(&verifier, SECOND).await, "ok");
    assert_eq!(
        provider.code(&verifier, "unknown members").await,
        "kid_unknown",
        "not longer than its key is fresh"
    );
}

fn following(provider: &Provider) -> ConsentVerifier {
    provider.verifier(|settings| settings.revocation = Revocation::Feed)
}

#[tokio::test]
async fn dcp_11_2_a_revocation_counts_after_the_poll_interval_also_for_remembered_verdicts() {
    let provider = Provider::new();
    provider.feed("feed lists others", None);
    let verifier = following(&provider);
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    provider.feed("feed lists it", None);
    provider.advance(29);
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    assert_eq!((provider.count(FEED), provider.beside()), (1, 0));
    provider.advance(1);
    assert_eq!(
        provider.code(&verifier, "valid").await,
        "ok",
        "judged by what is known, and looked at beside"
    );
    provider.run_beside().await;
    assert_eq!(provider.code(&verifier, "valid").await, "revoked");
    assert_eq!(provider.count(FEED), 2);
}

#[tokio::test]
async fn dcp_11_2_a_second_after_the_poll_interval_nobody_is_judged_before_it_was_looked_at() {
    let provider = Provider::new();
    provider.feed("feed lists others", None);
    let verifier = following(&provider);
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    provider.feed("feed lists it", None);
    provider.advance(31);
    assert_eq!(provider.code(&verifier, "valid").await, "revoked");
}

#[tokio::test]
async fn dcp_11_2_nobody_waits_again_and_again_for_a_feed_that_cannot_be_had() {
    let provider = Provider::new();
    provider.feed("feed lists others", None);
    let verifier = following(&provider);
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    provider.put(FEED, Value::Null);
    provider.advance(31);
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    provider.advance(14);
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    assert_eq!((provider.count(FEED), provider.beside()), (2, 0));
    provider.advance(1);
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    assert_eq!((provider.count(FEED), provider.beside()), (2, 1));
}

#[tokio::test]
async fn dcp_11_2_a_feed_with_an_etag_is_asked_for_by_it() {
    let provider = Provider::new();
    provider.feed("feed lists it", Some("\"one\""));
    let verifier = following(&provider);
    assert_eq!(provider.code(&verifier, "valid").await, "revoked");
    provider.advance(60);
    assert_eq!(provider.code(&verifier, "valid").await, "revoked");
    let known: Vec<_> = provider
        .asked()
        .into_iter()
        .filter(|request| request.url == FEED)
        .map(|request| {
            let mut headers = request.headers.into_iter();
            headers
                .find(|(name, _)| name == "if-none-match")
                .map(|(_, value)| value)
        })
        .collect();
    assert_eq!(known, [None, Some("\"one\"".to_owned())]);
}

#[tokio::test]
async fn dcp_11_2_the_last_feed_counts_until_it_expires_and_an_older_one_never() {
    let provider = Provider::new();
    provider.feed("feed lists it", None);
    let verifier = following(&provider);
    assert_eq!(provider.code(&verifier, "valid").await, "revoked");
    provider.feed("feed expired", None);
    provider.advance(60);
    assert_eq!(provider.code(&verifier, "valid").await, "revoked");
    provider.put(FEED, Value::Null);
    provider.advance(280);
    assert_eq!(provider.code(&verifier, "valid").await, "revoked");
    provider.advance(1);
    assert_eq!(provider.code(&verifier, "valid").await, "revocation_unavailable");
}

#[tokio::test]
async fn fail_open_counts_what_nobody_judged() {
    let provider = Provider::new();
    let verifier = provider.verifier(|settings| {
        settings.revocation = Revocation::Feed;
        settings.fail_open = true;
    });
    assert_eq!(provider.code(&verifier, "valid").await, "ok");
    assert_eq!(verifier.unjudged(), 1);
}

#[test]
fn settings_that_would_judge_nothing_are_refused() {
    let provider = Provider::new();
    let good = provider.settings();
    let mut wrong = vec![good.clone(); 6];
    wrong[0].expected_dsis.clear();
    wrong[1].expected_dsis = vec!["https://northbay.example".to_owned()];
    wrong[2].skew = 301;
    wrong[3].issuer.push('/');
    (wrong[4].require_id_token, wrong[4].login_issuers) = (true, Vec::new());
    (wrong[5].revocation, wrong[5].login_issuers) = (Revocation::Verify, Vec::new());
    for settings in wrong {
        let made = ConsentVerifier::new(settings.clone(), Environment::new(provider.clone()));
        assert!(made.is_err(), "{settings:?}");
    }
    assert!(ConsentVerifier::new(good, Environment::new(provider)).is_ok());
}
