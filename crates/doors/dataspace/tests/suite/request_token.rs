//! Request tokens, rule by rule (dataspace-consent-protocol 8.1, 8.5, 8.7).

use std::sync::{Arc, atomic::Ordering};

use consentry_domain::{Lifetime, tenant::Tenant};
use consentry_jose::{Algorithm, SigningKey, encoding};
use consentry_testkit::dataspace::{Document, sign_raw};
use http::Method;
use serde_json::{Value, json};
use tokio::task::{JoinSet, LocalSet};

use crate::world::{ISSUER, PROFILE, World};

const INVALID: (u16, &str) = (401, "consent_request_token_invalid");
const MISSING: (u16, &str) = (401, "consent_request_token_missing");
const EXPIRED: (u16, &str) = (401, "consent_request_token_expired");
const APPLICATION: (u16, &str) = (403, "application_not_allowed");
const SUBJECT: (u16, &str) = (403, "subject_issuer_not_allowed");
const UNAVAILABLE: (u16, &str) = (503, "party_keys_unavailable");

impl World {
    /// What becomes of a token.
    async fn verdict(&self, token: &str) -> (u16, String) {
        let body = json!({ "dataSource": PROFILE });
        let answer = self.ask_with(token, "/Consent/GetToken", &body).await;
        let told = answer.json();
        if answer.status() >= 400 {
            assert_eq!(told["message"], told["detail"]);
            assert!(!told.to_string().contains("127.0.0.1"), "{told}");
        }
        (answer.status(), told["type"].as_str().unwrap().to_owned())
    }

    #[track_caller]
    fn header(&self) -> Value {
        json!({ "alg": "RS256", "kid": self.party.key.kid(), "typ": "JWT", "v": "0.2" })
    }

    async fn expect(&self, token: &str, (status, kind): (u16, &str), why: &str) {
        assert_eq!(self.verdict(token).await, (status, kind.to_owned()), "{why}");
    }

    /// A good token but for some claims.
    fn with_claims(&self, change: &Value) -> String {
        self.party.sign(&changed(self.claims(), change))
    }

    /// A good token but for some of its header.
    fn with_header(&self, change: &Value) -> String {
        let header = changed(self.header(), change);
        self.party
            .sign_raw(&header.to_string(), &self.claims().to_string())
    }
}

/// An object with some members set, and those that are null removed.
fn changed(mut object: Value, change: &Value) -> Value {
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::Null => object.as_object_mut().unwrap().remove(name),
            value => object
                .as_object_mut()
                .unwrap()
                .insert(name.clone(), value.clone()),
        };
    }
    object
}

/// Something that an operator configures.
type Change = fn(&mut Tenant);

#[tokio::test]
async fn dsp_4_1_a_request_token_that_was_good_is_good_only_as_long_as_everything_stands() {
    let world = World::start().await;
    let token = world.token();
    let good = (200, "missingConsent");
    let as_configured = world.app.tenant().tenant.dataspace.clone();
    let broken: [(&str, (u16, &str), Change); 4] = [
        ("another party", APPLICATION, |tenant| {
            "keys.other.example".clone_into(&mut tenant.dataspace.applications[0].party);
        }),
        ("no application", APPLICATION, |tenant| {
            tenant.dataspace.applications.clear();
        }),
        ("another context", SUBJECT, |tenant| {
            "gold".clone_into(&mut tenant.dataspace.acr);
        }),
        ("a shorter life", INVALID, |tenant| {
            tenant.dataspace.longest_request_token = Lifetime::seconds(60);
        }),
    ];
    for (why, refused, change) in broken {
        world.expect(&token, good, "as it was").await;
        world.app.configure(change).await;
        world.expect(&token, refused, why).await;
        let before = as_configured.clone();
        world.app.configure(|tenant| tenant.dataspace = before).await;
    }
    world.expect(&token, good, "as it was").await;
    world.app.pass(3600 + 60);
    world.expect(&token, EXPIRED, "its time is over").await;
}

#[tokio::test]
async fn dsp_8_1_a_good_token_is_good_with_and_without_typ() {
    let world = World::start().await;
    let good = (200, "missingConsent");
    world.expect(&world.token(), good, "as signed").await;
    world
        .expect(&format!("  {} ", world.token()), good, "spaces")
        .await;
    for typ in [json!(null), json!("jwt"), json!("JWT")] {
        world
            .expect(&world.with_header(&json!({ "typ": typ })), good, "typ")
            .await;
    }
    world
        .expect(
            &world.with_claims(&json!({ "more": { "a": [1] } })),
            good,
            "unknown claims",
        )
        .await;
}

#[tokio::test]
async fn dsp_8_1_exactly_one_token_must_be_there() {
    let world = World::start().await;
    let body = json!({ "dataSource": PROFILE });
    let bare = world
        .app
        .request(Method::POST, "/Consent/GetToken")
        .json(&body)
        .send()
        .await;
    assert_eq!(bare.status(), 401);
    assert_eq!(bare.json()["type"], MISSING.1);
    world.expect("", MISSING, "empty").await;
    world.expect("   ", MISSING, "spaces").await;
    let token = world.token();
    let twice = world
        .app
        .request(Method::POST, "/Consent/GetToken")
        .header("x-consent-request-token", &token)
        .header("x-consent-request-token", &token)
        .json(&body)
        .send()
        .await;
    assert_eq!(twice.json()["type"], MISSING.1);
}

#[tokio::test]
async fn dsp_8_1_headers_that_are_not_those_of_the_protocol_are_refused() {
    let world = World::start().await;
    for change in [
        json!({ "alg": "none" }),
        json!({ "alg": "None" }),
        json!({ "alg": "rs256" }),
        json!({ "alg": "RS512" }),
        json!({ "alg": "PS256" }),
        json!({ "alg": "ES256" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": null }),
        json!({ "alg": ["RS256"] }),
        json!({ "v": 0.2 }),
        json!({ "v": "0.1" }),
        json!({ "v": "0.20" }),
        json!({ "v": null }),
        json!({ "kid": null }),
        json!({ "kid": "" }),
        json!({ "kid": "two words" }),
        json!({ "kid": 7 }),
        json!({ "kid": "k".repeat(256) }),
        json!({ "kid": "unknown" }),
        json!({ "typ": "at+jwt" }),
        json!({ "typ": 7 }),
        json!({ "crit": ["v"] }),
        json!({ "b64": false }),
        json!({ "b64": true }),
        json!({ "zip": "DEF" }),
        json!({ "x": [[[[[[[[1]]]]]]]] }),
    ] {
        world
            .expect(&world.with_header(&change), INVALID, &change.to_string())
            .await;
    }
    // Places of keys in the header choose nothing.
    let others =
        json!({ "jku": "https://evil.example/jwks", "jwk": { "kty": "RSA" }, "x5u": "https://evil.example" });
    world
        .expect(
            &world.with_header(&others),
            (200, "missingConsent"),
            "jku, jwk, x5u",
        )
        .await;
}

#[tokio::test]
async fn dsp_8_1_what_is_no_token_is_refused() {
    let world = World::start().await;
    let token = world.token();
    let (head, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = head.split_once('.').unwrap();
    let claims = world.claims().to_string();
    let raw = |header: &str, payload: &str| world.party.sign_raw(header, payload);
    let good_header = world.header().to_string();
    let duplicate_claim = claims.replacen('{', "{\"aud\":\"x\",", 1);
    let duplicate_header = good_header.replacen('{', "{\"v\":\"0.2\",", 1);
    let unsigned = encoding::encode(json!({ "alg": "none", "v": "0.2", "kid": "k" }).to_string());
    for (token, why) in [
        (format!("Bearer {token}"), "a scheme"),
        (head.to_owned(), "two parts"),
        (format!("{token}.x"), "four parts"),
        (format!("{head}."), "no signature"),
        (format!("{unsigned}.{payload}."), "unsigned"),
        (format!("{header}..{signature}"), "no payload"),
        (format!("{header}=.{payload}.{signature}"), "padding"),
        (format!("{token}!"), "another alphabet"),
        (
            format!("{}.{signature}", head.replacen('e', "f", 1)),
            "changed header",
        ),
        (raw(&good_header, "[]"), "no object"),
        (
            raw(&good_header, &format!("\u{feff}{claims}")),
            "a byte order mark",
        ),
        (
            raw(&format!("\u{feff}{good_header}"), &claims),
            "a byte order mark in the header",
        ),
        (raw(&good_header, &duplicate_claim), "a claim twice"),
        (raw(&duplicate_header, &claims), "a header member twice"),
        (
            raw(&good_header, &format!("{claims} x")),
            "text behind the claims",
        ),
        (
            raw(&good_header, &claims.replace('}', ",\"x\":\"\u{0}\"}")),
            "a control character",
        ),
        (
            world.with_claims(&json!({ "pad": "x".repeat(8192) })),
            "too large",
        ),
    ] {
        world.expect(&token, INVALID, why).await;
    }
    // With the public key as a secret, HS256 has no code path at all.
    let jwk = serde_json::to_string(world.party.key.public_jwk()).unwrap();
    let input = format!(
        "{}.{}",
        encoding::encode(changed(world.header(), &json!({ "alg": "HS256" })).to_string()),
        encoding::encode(&claims)
    );
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, jwk.as_bytes());
    let mac = aws_lc_rs::hmac::sign(&key, input.as_bytes());
    let forged = format!("{input}.{}", encoding::encode(mac.as_ref()));
    world.expect(&forged, INVALID, "HS256 over the public key").await;
}

#[tokio::test]
async fn dsp_8_1_claims_that_are_not_those_of_the_protocol_are_refused() {
    let world = World::start().await;
    let now = world.app.now().as_seconds();
    for (change, expected) in [
        (json!({ "aud": null }), INVALID),
        (json!({ "aud": [ISSUER] }), INVALID),
        (json!({ "aud": format!("{ISSUER}/") }), INVALID),
        (
            json!({ "aud": format!("{ISSUER}/.well-known/jwks.json") }),
            INVALID,
        ),
        (json!({ "aud": "https://other.example" }), INVALID),
        (json!({ "iat": null }), INVALID),
        (json!({ "exp": null }), INVALID),
        (json!({ "exp": (now + 60).to_string() }), INVALID),
        (json!({ "iat": 0 }), INVALID),
        (json!({ "iat": -1 }), INVALID),
        (json!({ "exp": 1_i64 << 53 }), INVALID),
        (json!({ "iat": 1_800_000_000.5 }), INVALID),
        (json!({ "exp": now, "iat": now }), INVALID),
        (json!({ "sub": "" }), INVALID),
        (json!({ "sub": "s".repeat(256) }), INVALID),
        (json!({ "sub": 7 }), INVALID),
        (json!({ "sub": null }), INVALID),
        (json!({ "sub": "a\u{7}" }), INVALID),
        (json!({ "subiss": null }), INVALID),
        (json!({ "acr": null }), INVALID),
        (json!({ "iss": null }), INVALID),
        (json!({ "iss": "https://keys.vesper.example/" }), INVALID),
        (json!({ "iss": "http://keys.vesper.example" }), INVALID),
        (json!({ "iss": "https://keys.vesper.example:443" }), INVALID),
        (json!({ "iss": "https://Keys.vesper.example" }), INVALID),
        (json!({ "iss": "https://localhost" }), INVALID),
        (json!({ "app": null }), INVALID),
        (json!({ "appiss": null }), INVALID),
        (json!({ "iss": "https://keys.other.example" }), APPLICATION),
        (json!({ "app": "nobody" }), APPLICATION),
        (json!({ "app": world.app.bank.external.client_id }), APPLICATION),
        (json!({ "appiss": ISSUER }), APPLICATION),
        (json!({ "subiss": "https://login.example" }), SUBJECT),
        (json!({ "acr": "other" }), SUBJECT),
        (json!({ "acr": "" }), SUBJECT),
        (json!({ "sub": "nobody-that-is-known" }), (200, "missingConsent")),
    ] {
        world
            .expect(&world.with_claims(&change), expected, &change.to_string())
            .await;
    }
}

#[tokio::test]
async fn dsp_8_1_times_count_to_the_second_with_the_skew() {
    let world = World::start().await;
    let now = world.app.now().as_seconds();
    let good = (200, "missingConsent");
    for (iat, exp, expected) in [
        (now + 60, now + 120, good),
        (now + 61, now + 120, INVALID),
        (now - 100, now - 59, good),
        (now - 100, now - 60, EXPIRED),
        (now, now + 86_400, good),
        (now, now + 86_401, INVALID),
    ] {
        let change = json!({ "iat": iat, "exp": exp });
        world
            .expect(&world.with_claims(&change), expected, &change.to_string())
            .await;
    }
}

#[tokio::test]
async fn dsp_8_1_nothing_is_fetched_before_the_party_is_known() {
    let world = World::start().await;
    for change in [
        json!({ "iss": "https://keys.other.example" }),
        json!({ "app": "nobody" }),
        json!({ "appiss": "https://login.example" }),
    ] {
        world
            .expect(&world.with_claims(&change), APPLICATION, "unknown")
            .await;
    }
    world
        .expect(&world.with_header(&json!({ "alg": "none" })), INVALID, "alg")
        .await;
    assert_eq!(world.party.fetches(), 0);
    assert_eq!(world.party.fetched[0].load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn dsp_8_5_keys_are_fetched_once_and_random_key_ids_do_not_change_that() {
    let world = World::start().await;
    let token = world.token();
    let ask = || world.verdict(&token);
    let answers = tokio::join!(ask(), ask(), ask(), ask());
    assert_eq!(
        (answers.0.0, answers.1.0, answers.2.0, answers.3.0),
        (200, 200, 200, 200)
    );
    assert_eq!(world.party.fetches(), 1, "one fetch in flight");
    for number in 0..20 {
        let token = world.with_header(&json!({ "kid": format!("k{number}") }));
        world.expect(&token, INVALID, "unknown kid").await;
    }
    assert_eq!(world.party.fetches(), 1);
    world.app.pass(31);
    let world = Arc::new(world);
    let unknown = world.with_header(&json!({ "kid": "new" }));
    let (here, mut asking) = (LocalSet::new(), JoinSet::new());
    for _ in 0..1000 {
        let (world, unknown) = (Arc::clone(&world), unknown.clone());
        let ask = async move { world.expect(&unknown, INVALID, "unknown kid").await };
        asking.spawn_local_on(ask, &here);
    }
    here.run_until(asking.join_all()).await;
    assert_eq!(world.party.fetches(), 2, "a thousand requests, one fetch");
    world.app.pass(3600);
    world
        .expect(&world.token(), (200, "missingConsent"), "kept")
        .await;
    assert_eq!(world.party.fetches(), 3);
}

#[tokio::test]
async fn dsp_8_5_a_key_that_is_new_is_found_and_one_that_is_gone_counts_no_more() {
    let world = World::start().await;
    let old = world.token();
    world.expect(&old, (200, "missingConsent"), "old key").await;
    let key = SigningKey::generate(Algorithm::Rs256).unwrap();
    world.party.publish(&json!([key.public_jwk()]));
    world.app.pass(31);
    let header = changed(world.header(), &json!({ "kid": key.kid() }));
    let new = sign_raw(&key, &header.to_string(), &world.claims().to_string());
    world.expect(&new, (200, "missingConsent"), "new key").await;
    world.expect(&old, INVALID, "old key").await;
}

#[tokio::test]
async fn dsp_3_4_keys_for_other_purposes_and_small_keys_are_no_keys() {
    let world = World::start().await;
    let good = serde_json::to_value(world.party.key.public_jwk()).unwrap();
    // 1024 bits, as the published example application has.
    let small = format!("{}AQ", "w".repeat(170));
    for change in [
        json!({ "use": "enc" }),
        json!({ "use": null }),
        json!({ "alg": "RS512" }),
        json!({ "alg": null }),
        json!({ "kid": "" }),
        json!({ "kty": "EC" }),
        json!({ "n": small }),
        json!({ "e": "Ag" }),
    ] {
        world.party.publish(&json!([changed(good.clone(), &change)]));
        let (status, kind) = world.verdict(&world.token()).await;
        assert_eq!((status, kind.as_str()), UNAVAILABLE, "{change}");
        world.app.pass(600);
    }
    // One of a name that two keys claim is neither.
    let other = SigningKey::generate(Algorithm::Rs256).unwrap();
    let twin = changed(
        serde_json::to_value(other.public_jwk()).unwrap(),
        &json!({ "kid": world.party.key.kid() }),
    );
    world.party.publish(&json!([good, twin, other.public_jwk()]));
    world
        .expect(&world.token(), INVALID, "two keys of one name")
        .await;
}

#[tokio::test]
async fn dsp_8_7_documents_that_cannot_be_had_are_one_503() {
    let world = World::start().await;
    let address = world.party.address.clone();
    let keys = || world.party.documents.lock().unwrap()[1].clone();
    let at = |place: &str| Document::json(&json!({ "jwks_uri": place }));
    let html = Document {
        kind: "text/html",
        ..keys()
    };
    let elsewhere = Document {
        status: 302,
        location: Some(format!("{address}/jwks.json")),
        ..keys()
    };
    let huge = Document {
        body: format!("{{\"keys\":[],\"pad\":\"{}\"}}", "x".repeat(70_000)),
        ..keys()
    };
    let cases: Vec<(usize, Document, &str)> = vec![
        (
            0,
            Document {
                status: 404,
                ..keys()
            },
            "404",
        ),
        (0, elsewhere.clone(), "a redirect"),
        (0, Document::json(&json!({})), "no jwks_uri"),
        (0, Document::json(&json!([])), "no object"),
        (0, at("http://10.0.0.1/jwks.json"), "a private network"),
        (0, at("https://localhost/jwks.json"), "localhost"),
        (
            0,
            at("http://169.254.169.254/latest/meta-data"),
            "metadata of a cloud",
        ),
        (0, at("https://[::ffff:127.0.0.1]/jwks.json"), "a mapped address"),
        (0, at("file:///etc/passwd"), "a file"),
        (1, elsewhere, "a redirect"),
        (1, html, "html"),
        (1, huge, "too large"),
        (
            1,
            Document {
                body: "{\"keys\":[],\"keys\":[]}".to_owned(),
                ..keys()
            },
            "a member twice",
        ),
        (1, Document::json(&json!({ "keys": [] })), "no key"),
        (1, Document::json(&json!({ "keys": 7 })), "no set"),
    ];
    let usual = world.party.documents.lock().unwrap().clone();
    for (which, document, why) in cases {
        world.party.documents.lock().unwrap()[which] = document;
        let body = json!({ "dataSource": PROFILE });
        let answer = world.ask("/Consent/GetToken", &body).await;
        assert_eq!(answer.status(), UNAVAILABLE.0, "{why}");
        assert_eq!(answer.json()["type"], UNAVAILABLE.1, "{why}");
        assert!(answer.header("retry-after").is_some());
        let fetched = world.party.fetched[0].load(Ordering::SeqCst);
        assert_eq!(world.ask("/Consent/GetToken", &body).await.status(), 503);
        assert_eq!(
            world.party.fetched[0].load(Ordering::SeqCst),
            fetched,
            "not at once again"
        );
        *world.party.documents.lock().unwrap() = usual.clone();
        world.app.pass(301);
    }
    world
        .expect(&world.token(), (200, "missingConsent"), "back again")
        .await;
}

#[tokio::test]
async fn dsp_8_5_a_party_out_of_reach_is_served_from_what_is_known() {
    let world = World::start().await;
    world
        .expect(&world.token(), (200, "missingConsent"), "fresh")
        .await;
    world.party.documents.lock().unwrap()[0].status = 500;
    world.app.pass(3601);
    world
        .expect(&world.token(), (200, "missingConsent"), "stale")
        .await;
    world.app.clock.advance(Lifetime::seconds(6 * 3600));
    world.expect(&world.token(), UNAVAILABLE, "too old").await;
}

#[tokio::test]
async fn dsp_12_a_tenant_knows_only_its_own_applications() {
    let world = World::start().await;
    let other = Tenant {
        id: world.app.ledger.ids().tenant(),
        slug: "meadow".to_owned(),
        hosts: vec!["meadow.example".to_owned()],
        ..world.app.tenant().tenant.clone()
    };
    world
        .app
        .configure(|tenant| tenant.hosts = vec!["127.0.0.1:8080".to_owned()])
        .await;
    world.app.provision_tenant(&other).await;
    // The settings are the same, but the client is not one of that tenant.
    let claims = changed(
        world.claims(),
        &json!({
            "aud": "http://meadow.example",
            "appiss": "http://meadow.example/cis/oidc",
            "subiss": "http://meadow.example/cis/oidc",
        }),
    );
    let body = json!({ "dataSource": PROFILE });
    let answer = world
        .ask_with(
            &world.party.sign(&claims),
            "http://meadow.example/Consent/GetToken",
            &body,
        )
        .await;
    assert_eq!(answer.status(), 403);
    assert_eq!(answer.json()["type"], APPLICATION.1);
    world
        .expect(
            &world.party.sign(&claims),
            APPLICATION,
            "issued for another tenant",
        )
        .await;
}
