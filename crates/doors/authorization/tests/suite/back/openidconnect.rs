//! A third party written with the crate `openidconnect`, as it is published: declined, approved, refreshed, introspected, revoked, signed out.
//! The library makes every request, and judges every answer, itself.

use std::convert::Infallible;

use consentry_ledger::{Clock as _, SystemClock};
use consentry_testkit::{Answer, Browser, TestApp};
use openidconnect::{
    AccessTokenHash, AdditionalProviderMetadata, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndSessionUrl, HttpRequest, HttpResponse, IntrospectionUrl, IssuerUrl, LogoutRequest, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl,
    RequestTokenError, RevocationUrl, Scope, TokenIntrospectionResponse as _, TokenResponse as _,
    core::{
        CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
        CoreClientAuthMethod, CoreErrorResponseType, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreRevocableToken, CoreSubjectIdentifierType, CoreUserInfoClaims,
    },
};
use serde::{Deserialize, Serialize};

use super::support::register;

const ISSUER: &str = "http://127.0.0.1:8080/cis/oidc";
const OUT: &str = "http://127.0.0.1:9999/out";

/// The endpoints that discovery names beside those of OpenID Connect Core.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Endpoints {
    revocation_endpoint: RevocationUrl,
    introspection_endpoint: IntrospectionUrl,
    end_session_endpoint: EndSessionUrl,
}

impl AdditionalProviderMetadata for Endpoints {}

type Metadata = ProviderMetadata<
    Endpoints,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Carries a request of the library to the server, and the answer back, as they are.
async fn carry(app: &TestApp, request: HttpRequest) -> Result<HttpResponse, Infallible> {
    let (parts, body) = request.into_parts();
    let mut asked = app.request(parts.method, &parts.uri.to_string()).body(&body);
    for (name, value) in &parts.headers {
        asked = asked.header(name, value.to_str().unwrap());
    }
    let answer = asked.send().await;
    let mut response = HttpResponse::new(answer.bytes().to_vec());
    *response.status_mut() = answer.status().try_into().unwrap();
    response.headers_mut().clone_from(answer.headers());
    Ok(response)
}

/// The endpoint as a proxy that ends TLS offers it: the library revokes over nothing else.
fn behind_tls(endpoint: &RevocationUrl) -> RevocationUrl {
    RevocationUrl::new(endpoint.as_str().replacen("http:", "https:", 1)).unwrap()
}

/// What Ada does where the library sends her.
async fn ada_decides(app: &TestApp, browser: &Browser<'_>, address: &str, decision: &str) -> Answer {
    let question = app.reach_question(browser, "ada", address).await;
    app.decide(browser, &question, decision).await
}

#[tokio::test]
async fn third_party_with_the_crate_openidconnect() {
    let app = TestApp::start().await;
    // The library has the machine's clock.
    app.clock.set(SystemClock.now());
    let known = app.bank.third_party.clone();
    register(&app, &known.client_id, |client| {
        client.post_logout_redirect_uris = vec![OUT.to_owned()];
    })
    .await;
    let http = |request: HttpRequest| carry(&app, request);
    let issuer = IssuerUrl::new(ISSUER.to_owned()).unwrap();
    let metadata = Metadata::discover_async(issuer, &http).await.unwrap();
    let endpoints = metadata.additional_metadata().clone();
    let redirect_uri = RedirectUrl::new(app.redirect_uri(&known)).unwrap();
    let secret = ClientSecret::new(known.client_secret.clone());
    let client =
        CoreClient::from_provider_metadata(metadata, ClientId::new(known.client_id.clone()), Some(secret))
            .set_redirect_uri(redirect_uri)
            .set_introspection_url(endpoints.introspection_endpoint)
            .set_revocation_url(behind_tls(&endpoints.revocation_endpoint));
    let begin = || {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let asked = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let scopes =
            ["offline_access", "accounts:balance", "email"].map(|value| Scope::new(value.to_owned()));
        let asked = asked.add_scopes(scopes).set_pkce_challenge(challenge);
        let (address, state, nonce) = asked.add_extra_param("prompt", "consent").url();
        (address, state, nonce, verifier)
    };

    let browser = app.browser();
    let (address, state, ..) = begin();
    let back = ada_decides(&app, &browser, address.as_str(), "decline").await;
    assert_eq!(back.location_parameter("error").as_deref(), Some("access_denied"));
    assert_eq!(back.location_parameter("state").as_ref(), Some(state.secret()));

    let (address, _, nonce, verifier) = begin();
    let back = ada_decides(&app, &browser, address.as_str(), "approve").await;
    let code = AuthorizationCode::new(back.location_parameter("code").unwrap());
    let exchange = client.exchange_code(code.clone()).unwrap();
    let first = exchange
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await
        .unwrap();
    let id_token = first.id_token().unwrap();
    let judge = client.id_token_verifier();
    let claims = id_token.claims(&judge, &nonce).unwrap();
    let (algorithm, key) = (
        id_token.signing_alg().unwrap(),
        id_token.signing_key(&judge).unwrap(),
    );
    let hash = AccessTokenHash::from_token(first.access_token(), algorithm, key).unwrap();
    assert_eq!(claims.access_token_hash(), Some(&hash));
    let asked = client.user_info(first.access_token().clone(), Some(claims.subject().clone()));
    let person: CoreUserInfoClaims = asked.unwrap().request_async(&http).await.unwrap();
    assert_eq!(
        person.email().map(|email| email.as_str()),
        Some("ada@example.com")
    );

    let refresh_token = first.refresh_token().unwrap();
    let refreshing = client.exchange_refresh_token(refresh_token).unwrap();
    let second = refreshing.request_async(&http).await.unwrap();
    assert_ne!(second.access_token().secret(), first.access_token().secret());
    let told = client.introspect(second.access_token());
    assert!(told.request_async(&http).await.unwrap().active());
    let given_back = CoreRevocableToken::RefreshToken(second.refresh_token().unwrap().clone());
    client
        .revoke_token(given_back)
        .unwrap()
        .request_async(&http)
        .await
        .unwrap();
    let told = client.introspect(second.access_token());
    assert!(!told.request_async(&http).await.unwrap().active());
    let refreshing = client
        .exchange_refresh_token(second.refresh_token().unwrap())
        .unwrap();
    let refused = refreshing.request_async(&http).await.unwrap_err();
    let RequestTokenError::ServerResponse(said) = refused else {
        panic!("{refused}");
    };
    assert_eq!(*said.error(), CoreErrorResponseType::InvalidGrant);
    let again = client.exchange_code(code).unwrap().request_async(&http).await;
    assert!(again.is_err(), "a code is good once");

    let out = LogoutRequest::from(endpoints.end_session_endpoint)
        .set_id_token_hint(id_token)
        .set_client_id(ClientId::new(known.client_id))
        .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(OUT.to_owned()).unwrap())
        .set_state(CsrfToken::new("over".to_owned()));
    let asked = browser.open(out.http_get_url().as_str()).await;
    let left = app.land(&browser, asked).await;
    assert!(left.location().as_str().starts_with(OUT), "{}", left.location());
    assert_eq!(left.location_parameter("state").as_deref(), Some("over"));
}
