use consentry_domain::{Timestamp, client::Pkce, scope::Scope};

use super::*;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn client(pkce: Pkce) -> Client {
    Client {
        id: "tpc_1".parse().unwrap(),
        application: "01987654-0000-7000-8000-000000000000".parse().unwrap(),
        party: None,
        name: "Moneytrack".to_owned(),
        is_third_party: true,
        enabled: true,
        client_type: consentry_domain::client::ClientType::Web,
        secrets: Vec::new(),
        redirect_uris: Vec::new(),
        post_logout_redirect_uris: Vec::new(),
        consent_uri: None,
        allowed_scopes: Scope::default(),
        consent_validity: None,
        pkce,
        supported_prompts: Vec::new(),
        resources: Vec::new(),
        authority: consentry_domain::client::ClientAuthority::None,
        purpose: None,
        prompt_consent: None,
        callback_mode: None,
        scope_format: None,
        settings: Box::default(),
        epoch: Timestamp::EPOCH,
        created_at: Timestamp::EPOCH,
    }
}

fn bound(challenge: Option<&str>) -> CodeDetail {
    CodeDetail {
        redirect_uri: "https://moneytrack.example/verify".to_owned(),
        code_challenge: challenge.map(str::to_owned),
        nonce: None,
        scope: Scope::parse("openid").unwrap(),
        acr: None,
        claims: Vec::new(),
        with_details: false,
    }
}

fn asked(redirect_uri: Option<&str>, verifier: Option<&str>) -> Redemption {
    Redemption {
        code: Opaque::received("cd_x"),
        redirect_uri: redirect_uri.map(str::to_owned),
        code_verifier: verifier.map(Opaque::received),
        resources: Vec::new(),
        details: None,
    }
}

const ADDRESS: Option<&str> = Some("https://moneytrack.example/verify");

#[test]
fn rfc_7636_appendix_b_the_published_pair_fits() {
    assert!(fits(
        &client(Pkce::Enforce),
        &bound(Some(CHALLENGE)),
        &asked(ADDRESS, Some(VERIFIER))
    ));
}

#[test]
fn tpa_tok_07_redirect_addresses_are_equal_to_the_byte() {
    for other in [
        None,
        Some("https://moneytrack.example/verify/"),
        Some("https://MONEYTRACK.example/verify"),
        Some("https://moneytrack.example/verify?"),
    ] {
        let request = asked(other, Some(VERIFIER));
        assert!(
            !fits(&client(Pkce::Enforce), &bound(Some(CHALLENGE)), &request),
            "{other:?}"
        );
    }
}

#[test]
fn tpa_tok_11_challenge_and_verifier_come_together_or_not_at_all() {
    let allow = client(Pkce::Allow);
    assert!(fits(&allow, &bound(None), &asked(ADDRESS, None)));
    assert!(!fits(&allow, &bound(None), &asked(ADDRESS, Some(VERIFIER))));
    assert!(!fits(&allow, &bound(Some(CHALLENGE)), &asked(ADDRESS, None)));
    assert!(
        !fits(&allow, &bound(Some(VERIFIER)), &asked(ADDRESS, Some(VERIFIER))),
        "plain"
    );
    assert!(
        !fits(&client(Pkce::Public), &bound(None), &asked(ADDRESS, None)),
        "a public client has no other proof"
    );
}

#[test]
fn b02_01_verifiers_have_43_to_128_unreserved_characters() {
    assert!(is_verifier(&"a".repeat(43)) && is_verifier(&"~".repeat(128)));
    for wrong in [
        "a".repeat(42),
        "a".repeat(129),
        "a".repeat(42) + "+",
        "a".repeat(42) + "é",
        String::new(),
    ] {
        assert!(!is_verifier(&wrong), "{wrong}");
    }
}
