//! `POST /admin/customers/jwt`: a customer JWT for an admin JWT (consent-dashboard A6). Deprecated; `POST /api/{version}/token` does
//! the same with credentials that are never sent through a browser.

use axum::{
    Json,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_ledger::{
    Target,
    access::{Denied, OpenDashboard, authorize},
    embed::{AdminJwtError, IssueError},
};
use consentry_web::{
    body,
    credentials::{Credentials, authorization},
    error::{ApiError, Dashboard, registry},
    headers,
    json::{self, Limits},
    parameters::{Parameters, Rules},
    visit::Visit,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::serving;

/// Largest body.
const MAX_BODY: usize = 16 * 1024;
/// Media type of a token that is the whole body.
const JWT: &str = "application/jwt";
/// Media types of a body.
const MEDIA_TYPES: &[&str] = &[
    JWT,
    "text/plain",
    "application/json",
    "application/x-www-form-urlencoded",
];
/// Members of a JSON body that may hold the token.
const MEMBERS: [&str; 3] = ["jwt", "token", "admin_jwt"];
/// Since when the path is deprecated: 2026-11-30 (RFC 9745).
const DEPRECATED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("deprecation"),
    HeaderValue::from_static("@1795996800"),
);
/// What to do instead.
const INSTEAD: (HeaderName, HeaderValue) = (
    header::LINK,
    HeaderValue::from_static(concat!(
        "<",
        env!("CARGO_PKG_REPOSITORY"),
        "/docs/doors/dashboard.md#admin-jwts>; rel=\"deprecation\"; type=\"text/markdown\""
    )),
);

/// Issues a customer JWT. Being able to encrypt is the credential; others that are sent along count for nothing.
pub async fn issue(visit: Visit, request: Request) -> Result<Response, Dashboard> {
    serving(&visit)?;
    let ledger = visit.ledger();
    if !ledger.takes_admin_jwts(&visit.tenant) {
        return Err(ApiError::new(&registry::NOT_FOUND).into());
    }
    let (parts, body) = request.into_parts();
    let token = presented(&parts.headers, body).await?;
    let admin = ledger
        .open_admin_jwt(&visit.tenant, token.expose_secret(), visit.address)
        .map_err(refusal)?;
    let permit = authorize::<OpenDashboard>(&admin.provider().caller(), Target::Tenant)
        .map_err(|denied: Denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
    let issued = ledger
        .issue_customer_jwt(&visit.tenant, &permit, &admin)
        .await
        .map_err(|error| match error {
            IssueError::UnknownCustomer => ApiError::new(&registry::CUSTOMER_NOT_FOUND),
            IssueError::Replayed => ApiError::new(&registry::INVALID_JWE).because(error),
            IssueError::Fault(fault) => fault.into(),
        })?;
    let about = (headers::api(), [DEPRECATED, INSTEAD]);
    let jwt = issued.jwt.expose();
    if prefers_jwt(&parts.headers) {
        return Ok((about, [(header::CONTENT_TYPE, JWT)], jwt.to_owned()).into_response());
    }
    let answer = json!({ "jwt": jwt, "expires_in": issued.lifetime.as_seconds() });
    Ok((about, Json(answer)).into_response())
}

fn refusal(error: AdminJwtError) -> ApiError {
    match error {
        AdminJwtError::SwitchedOff => ApiError::new(&registry::NOT_FOUND),
        AdminJwtError::TooLarge => ApiError::new(&registry::PAYLOAD_TOO_LARGE).detail(error.to_string()),
        AdminJwtError::Malformed => malformed("the token is no compact JWE"),
        AdminJwtError::Refused => ApiError::new(&registry::INVALID_JWE),
        AdminJwtError::Claims => ApiError::new(&registry::INVALID_CLAIMS).detail(error.to_string()),
        AdminJwtError::TooMany { seconds } => {
            ApiError::new(&registry::RATE_LIMITED).retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
        }
    }
}

fn malformed(why: &'static str) -> ApiError {
    ApiError::new(&registry::MALFORMED_JWE).detail(why)
}

/// The one token of a request: in its body, or as a bearer where there is no body.
async fn presented(headers: &HeaderMap, body: Body) -> Result<SecretString, ApiError> {
    let body = body::read(body, MAX_BODY).await?;
    let bearer = match authorization(headers) {
        Ok(Credentials::Bearer(token)) => Some(token),
        _ => None,
    };
    let in_body = if body.is_empty() {
        Vec::new()
    } else {
        in_body(headers, &body)?
    };
    let mut tokens = in_body.into_iter().chain(bearer);
    match (tokens.next(), tokens.next()) {
        (Some(token), None) => Ok(token),
        (None, _) => Err(malformed("there is no token")),
        (Some(_), Some(_)) => Err(malformed("there is more than one token")),
    }
}

/// Every token of a body.
fn in_body(headers: &HeaderMap, bytes: &[u8]) -> Result<Vec<SecretString>, ApiError> {
    body::require_media_type(headers, MEDIA_TYPES)?;
    let claims = |media: &str| body::require_media_type(headers, &[media]).is_ok();
    if claims("application/json") {
        let body = json::parse(bytes, &Limits::size(MAX_BODY))?;
        let named = MEMBERS.iter().filter_map(|member| body.get(member));
        return named
            .map(|token| Some(SecretString::from(token.as_str()?)))
            .collect::<Option<_>>()
            .ok_or_else(|| malformed("a token is a string"));
    }
    if claims("application/x-www-form-urlencoded") {
        let form = Parameters::parse(bytes, &Rules::DEFAULT)
            .map_err(|error| malformed("the form cannot be read").because(error))?;
        return Ok(form.all("jwt").map(SecretString::from).collect());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("the token is not text"))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    Ok(vec![SecretString::from(line)])
}

/// Whether the bare token is wanted: its media type is named.
fn prefers_jwt(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|entry| entry.split(';').next())
        .any(|media| media.trim().eq_ignore_ascii_case(JWT))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(lines: &[(&'static str, &str)], body: &str) -> Result<String, &'static str> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        presented(&headers, Body::from(body.to_owned()))
            .await
            .map(|token| token.expose_secret().to_owned())
            .map_err(|error| error.code.name)
    }

    fn typed(media: &str) -> (&'static str, &str) {
        ("content-type", media)
    }

    #[tokio::test]
    async fn dsh_a6_a_token_is_read_from_each_of_its_places() {
        for (media, body) in [
            ("application/jwt", "a..b.c.d"),
            ("application/jwt", "a..b.c.d\n"),
            ("text/plain; charset=utf-8", "a..b.c.d\r\n"),
            ("application/json", r#"{"jwt":"a..b.c.d"}"#),
            ("application/json", r#"{"token":"a..b.c.d"}"#),
            ("application/json", r#"{"admin_jwt":"a..b.c.d","other":1}"#),
            ("application/x-www-form-urlencoded", "jwt=a..b.c.d"),
        ] {
            assert_eq!(
                read(&[typed(media)], body).await.as_deref(),
                Ok("a..b.c.d"),
                "{media}"
            );
        }
        let bearer = ("authorization", "Bearer a..b.c.d");
        assert_eq!(read(&[bearer], "").await.as_deref(), Ok("a..b.c.d"));
    }

    #[tokio::test]
    async fn dsh_a6_no_token_and_several_are_malformed() {
        let bearer = ("authorization", "Bearer a..b.c.d");
        let cases: [(&[(&'static str, &str)], &str); 7] = [
            (&[], ""),
            (&[typed("application/json")], "{}"),
            (&[typed("application/json")], r#"{"jwt":"a","token":"a"}"#),
            (&[typed("application/json")], r#"{"jwt":1}"#),
            (&[typed("application/x-www-form-urlencoded")], "jwt=a&jwt=a"),
            (&[typed("application/jwt"), bearer], "a..b.c.d"),
            (&[("authorization", "Basic YmFuazpzM2NyZXQ=")], ""),
        ];
        for (headers, body) in cases {
            assert_eq!(read(headers, body).await, Err("malformed_jwe"), "{body}");
        }
        let xml = read(&[typed("application/xml")], "a..b.c.d").await;
        assert_eq!(xml, Err("unsupported_media_type"));
        let long = read(&[typed("application/jwt")], &"a".repeat(MAX_BODY + 1)).await;
        assert_eq!(long, Err("payload_too_large"));
    }

    #[test]
    fn dsh_a6_the_bare_token_goes_to_those_who_name_its_type() {
        let asks = |accept: &'static str| {
            prefers_jwt(&HeaderMap::from_iter([(
                header::ACCEPT,
                HeaderValue::from_static(accept),
            )]))
        };
        assert!(asks("application/jwt"));
        assert!(asks("text/html, Application/JWT;q=0.9"));
        assert!(!asks("application/json"));
        assert!(!asks("*/*"));
        assert!(!prefers_jwt(&HeaderMap::new()));
    }
}
