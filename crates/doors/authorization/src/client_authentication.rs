//! Client authentication as it is sent (RFC 6749 2.3): HTTP Basic or body credentials, an assertion that the client signed (RFC 7523
//! 2.2), or the name alone for public clients.
//!
//! Whatever is wrong, the answer is the same `invalid_client`; only using two methods at once is told apart, as RFC 6749 5.2 asks.

use std::borrow::Cow;

use consentry_domain::tenant::AssertionAudience;
use consentry_ledger::{
    Opaque,
    tokens::{AssertionError, ClientRefused, PresentedAssertion, PresentedClient, ProvenClient},
};
use consentry_web::{
    credentials::{Credentials, authorization},
    error::{ApiError, registry},
    parameters::Parameters,
    visit::Visit,
};
use http::{HeaderMap, HeaderValue};
use secrecy::ExposeSecret;
use url::form_urlencoded;

use crate::bearer::issuer;

/// Longest `client_id` and `client_secret` looked at, in bytes.
const LONGEST: usize = 1024;

/// The one kind of assertion (RFC 7523 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a form and its headers bring about who sends it.
#[derive(Debug)]
enum Presented {
    /// A name, with a secret or without.
    Name(PresentedClient),
    /// What the client signed, and its name where that is beside it.
    Assertion {
        client: Option<String>,
        assertion: Opaque,
    },
}

/// The client that sends a form, after its credential was checked.
pub(crate) async fn authenticate(
    visit: &Visit,
    headers: &HeaderMap,
    form: &Parameters,
) -> Result<ProvenClient, ApiError> {
    match presented(headers, form)? {
        Presented::Name(presented) => visit
            .ledger()
            .authenticate_client(&visit.tenant, &presented, visit.address)
            .map_err(refused),
        Presented::Assertion { client, assertion } => {
            let issuer = issuer(visit);
            let token_endpoint = format!("{}/token", issuer.as_str());
            let both = [issuer.as_str(), token_endpoint.as_str()];
            let audiences = match visit.tenant.tenant.authorization.client_assertion_audience {
                AssertionAudience::Issuer => &both[..1],
                AssertionAudience::TokenEndpoint => &both[..],
            };
            let presented = PresentedAssertion {
                client: client.as_deref(),
                assertion,
                audiences,
            };
            visit
                .ledger()
                .authenticate_client_by_assertion(&visit.tenant, &presented, visit.address)
                .await
                .map_err(|error| match error {
                    AssertionError::Refused(why) => refused(why),
                    AssertionError::Fault(fault) => fault.into(),
                })
        }
    }
}

fn refused(why: ClientRefused) -> ApiError {
    match why {
        ClientRefused::Wrong => invalid_client(),
        ClientRefused::Throttled { seconds } => {
            ApiError::new(&registry::RATE_LIMITED).retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
        }
    }
}

/// As [`authenticate`], for endpoints at which a name without proof is nothing (TPA-IN-01).
pub(crate) async fn authenticate_confidential(
    visit: &Visit,
    headers: &HeaderMap,
    form: &Parameters,
) -> Result<ProvenClient, ApiError> {
    let proven = authenticate(visit, headers, form).await?;
    if proven.is_confidential() {
        Ok(proven)
    } else {
        Err(invalid_client())
    }
}

fn presented(headers: &HeaderMap, form: &Parameters) -> Result<Presented, ApiError> {
    let id = form.one("client_id")?;
    let secret = form.one("client_secret")?;
    let (assertion, kind) = (form.one("client_assertion")?, form.one("client_assertion_type")?);
    let header = authorization(headers).map_err(|error| invalid_client().because(error))?;
    let methods = usize::from(!matches!(header, Credentials::None))
        + usize::from(secret.is_some())
        + usize::from(assertion.or(kind).is_some());
    if methods > 1 {
        return Err(invalid_request("more than one way of client authentication"));
    }
    if let (Credentials::None, Some(assertion)) = (&header, assertion.or(kind)) {
        return match kind {
            Some(JWT_BEARER) => Ok(Presented::Assertion {
                client: id.map(str::to_owned),
                assertion: Opaque::received(assertion),
            }),
            _ => Err(invalid_client()),
        };
    }
    let presented = match header {
        Credentials::Basic { user, password } => {
            let user = form_decoded(&user);
            if id.is_some_and(|id| id != user) {
                return Err(invalid_request("client_id differs from the authorization header"));
            }
            let secret = form_decoded(password.expose_secret());
            PresentedClient {
                id: user,
                secret: Some(Opaque::received(&secret)),
            }
        }
        Credentials::None => {
            let id = id.ok_or_else(invalid_client)?.to_owned();
            PresentedClient {
                id,
                secret: secret.map(Opaque::received),
            }
        }
        Credentials::Bearer(_) | Credentials::Other(_) => return Err(invalid_client()),
    };
    let long = presented
        .secret
        .as_ref()
        .is_some_and(|secret| secret.expose().len() > LONGEST);
    if presented.id.len() > LONGEST || long {
        Err(invalid_client())
    } else {
        Ok(Presented::Name(presented))
    }
}

/// RFC 6749 2.3.1: id and secret are form-encoded before they become user and password.
fn form_decoded(text: &str) -> String {
    if !text.contains(['+', '%', '&']) {
        return text.to_owned();
    }
    let one_value: Cow<'_, str> = if text.contains('&') {
        text.replace('&', "%26").into()
    } else {
        text.into()
    };
    form_urlencoded::parse(format!("v={one_value}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

pub(crate) fn invalid_client() -> ApiError {
    ApiError::new(&registry::INVALID_CLIENT).challenge(HeaderValue::from_static(
        "Basic realm=\"consentry\", charset=\"UTF-8\"",
    ))
}

fn invalid_request(detail: &'static str) -> ApiError {
    ApiError::new(&registry::INVALID_REQUEST).detail(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::STANDARD};
    use consentry_web::parameters::Rules;

    fn read(header: Option<&str>, body: &str) -> Result<PresentedClient, ApiError> {
        match read_any(header, body)? {
            Presented::Name(presented) => Ok(presented),
            Presented::Assertion { .. } => panic!("an assertion"),
        }
    }

    fn read_any(header: Option<&str>, body: &str) -> Result<Presented, ApiError> {
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            headers.insert(http::header::AUTHORIZATION, header.parse().unwrap());
        }
        presented(
            &headers,
            &Parameters::parse(body.as_bytes(), &Rules::OAUTH).unwrap(),
        )
    }

    fn basic(user: &str, password: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
    }

    #[test]
    fn b01_02_basic_is_form_decoded() {
        let read = read(Some(&basic("tpc%3A1", "a%2Bb+c%26d")), "").unwrap();
        assert_eq!(read.id, "tpc:1");
        assert_eq!(read.secret.unwrap().expose(), "a+b c&d");
    }

    #[test]
    fn b01_02_a_raw_ampersand_does_not_cut_the_secret() {
        assert_eq!(
            read(Some(&basic("c", "a&b")), "")
                .unwrap()
                .secret
                .unwrap()
                .expose(),
            "a&b"
        );
    }

    #[test]
    fn b01_01_two_methods_are_invalid_request() {
        let both = [
            (Some(basic("c", "s")), "client_id=c&client_secret=s"),
            (Some(basic("c", "s")), "client_assertion=x"),
            (Some(basic("c", "s")), "client_id=other"),
            (None, "client_id=c&client_secret=s&client_assertion=x"),
        ];
        for (header, body) in both {
            let error = read(header.as_deref(), body).unwrap_err();
            assert_eq!(error.code.name, "invalid_request", "{body}");
        }
        assert!(read(Some(&basic("c", "s")), "client_id=c").is_ok());
    }

    #[test]
    fn b01_17_whatever_else_is_wrong_is_one_invalid_client_with_a_challenge() {
        let long = format!("client_id=c&client_secret={}", "x".repeat(LONGEST + 1));
        let wrong = [
            (None, ""),
            (None, "client_secret=s"),
            (None, "client_id=c&client_assertion=x"),
            (None, long.as_str()),
            (Some("Bearer x"), "client_id=c"),
            (Some("Digest x"), "client_id=c"),
            (Some("Basic !"), "client_id=c"),
        ];
        for (header, body) in wrong {
            let error = read(header, body).unwrap_err();
            assert_eq!(error.code.name, "invalid_client", "{body}");
            assert_eq!(error.headers[0].0, http::header::WWW_AUTHENTICATE);
            assert_eq!(error.detail, None);
        }
    }

    #[test]
    fn b19_01_an_assertion_is_read_with_its_kind_and_the_name_beside_it() {
        let kind = format!("client_assertion_type={JWT_BEARER}");
        let read = read_any(None, &format!("client_id=c&{kind}&client_assertion=a.b.c")).unwrap();
        let Presented::Assertion { client, assertion } = read else {
            panic!("{read:?}");
        };
        assert_eq!((client.as_deref(), assertion.expose()), (Some("c"), "a.b.c"));
        for body in [
            "client_assertion=a.b.c",
            "client_assertion=a.b.c&client_assertion_type=saml",
        ] {
            let error = read_any(None, body).unwrap_err();
            assert_eq!(error.code.name, "invalid_client", "{body}");
        }
    }

    #[test]
    fn public_clients_say_their_name_only() {
        let read = read(None, "client_id=app").unwrap();
        assert_eq!((read.id.as_str(), read.secret.is_none()), ("app", true));
    }
}
