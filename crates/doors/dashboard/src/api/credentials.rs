//! API credentials of a data provider: three ways to send them (consent-dashboard A2.1).

use consentry_ledger::embed::{Provider, ProviderError};
use consentry_web::{
    credentials::{Credentials, authorization},
    error::{ApiError, registry},
    visit::Visit,
};
use http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

/// The back end that sent a request.
pub fn provider(visit: &Visit, headers: &HeaderMap) -> Result<Provider, ApiError> {
    let ledger = visit.ledger();
    let outcome = match claimed(headers)? {
        Some(claim) => ledger.authenticate_provider(
            &visit.tenant,
            &claim.client_id,
            claim.secret.expose_secret(),
            visit.address,
        ),
        None => Err(ledger.refuse_provider(&visit.tenant, visit.address)),
    };
    outcome.map_err(|error| match error {
        ProviderError::Wrong => ApiError::new(&registry::INVALID_CLIENT)
            .challenge(HeaderValue::from_static("Basic realm=\"consentry\"")),
        ProviderError::TooMany { seconds } => {
            ApiError::new(&registry::RATE_LIMITED).retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
        }
    })
}

/// What a request says about its sender.
struct Claim {
    client_id: String,
    secret: SecretString,
}

/// Reads all forms. None: nothing usable. Forms that disagree are an error.
fn claimed(headers: &HeaderMap) -> Result<Option<Claim>, ApiError> {
    let mut ids = Said::default();
    let mut secrets = Said::default();
    if let Ok(Credentials::Basic { user, password }) = authorization(headers) {
        ids.hear(&user)?;
        secrets.hear(password.expose_secret())?;
    }
    for (id, secret) in [("client_id", "client_secret"), ("client-id", "client-secret")] {
        ids.hear_all(headers, id)?;
        secrets.hear_all(headers, secret)?;
    }
    Ok(match (ids.value, secrets.value) {
        (Some(client_id), Some(secret)) => Some(Claim {
            client_id: client_id.expose_secret().to_owned(),
            secret,
        }),
        _ => None,
    })
}

/// A value that may be said several times, but only in one way.
#[derive(Default)]
struct Said {
    value: Option<SecretString>,
}

impl Said {
    fn hear_all(&mut self, headers: &HeaderMap, name: &str) -> Result<(), ApiError> {
        for value in headers.get_all(name) {
            // A value that is no text cannot be right; the empty text is no secret of anybody.
            self.hear(value.to_str().unwrap_or_default())?;
        }
        Ok(())
    }

    fn hear(&mut self, text: &str) -> Result<(), ApiError> {
        match &self.value {
            Some(value) if value.expose_secret() != text => Err(ApiError::new(&registry::INVALID_REQUEST)
                .detail("credentials are sent in several ways that disagree")),
            Some(_) => Ok(()),
            None => {
                self.value = Some(text.into());
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[(&'static str, &str)]) -> Result<Option<(String, String)>, &'static str> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        claimed(&headers)
            .map(|claim| claim.map(|claim| (claim.client_id, claim.secret.expose_secret().to_owned())))
            .map_err(|error| error.code.name)
    }

    fn pair(id: &str, secret: &str) -> Result<Option<(String, String)>, &'static str> {
        Ok(Some((id.to_owned(), secret.to_owned())))
    }

    // base64 of "bank:s3cret"
    const BASIC: &str = "Basic YmFuazpzM2NyZXQ=";

    #[test]
    fn dsh_a2_1_three_forms_are_read() {
        assert_eq!(read(&[("authorization", BASIC)]), pair("bank", "s3cret"));
        assert_eq!(
            read(&[("client_id", "bank"), ("client_secret", "s3cret")]),
            pair("bank", "s3cret")
        );
        assert_eq!(
            read(&[("client-id", "bank"), ("client-secret", "s3cret")]),
            pair("bank", "s3cret")
        );
    }

    #[test]
    fn dsh_a2_1_forms_that_agree_are_one() {
        let all = [
            ("authorization", BASIC),
            ("client_id", "bank"),
            ("client-secret", "s3cret"),
        ];
        assert_eq!(read(&all), pair("bank", "s3cret"));
    }

    #[test]
    fn dsh_a2_1_forms_that_disagree_are_refused() {
        for lines in [
            vec![
                ("authorization", BASIC),
                ("client_id", "other"),
                ("client_secret", "s3cret"),
            ],
            vec![("authorization", BASIC), ("client-secret", "other")],
            vec![
                ("client_id", "bank"),
                ("client_id", "other"),
                ("client_secret", "s3cret"),
            ],
            vec![
                ("client_id", "bank"),
                ("client_secret", "a"),
                ("client-id", "bank"),
                ("client-secret", "b"),
            ],
        ] {
            assert_eq!(read(&lines), Err("invalid_request"), "{lines:?}");
        }
    }

    #[test]
    fn dsh_a2_1_half_a_credential_is_none() {
        for lines in [
            vec![],
            vec![("client_id", "bank")],
            vec![("client-secret", "s3cret")],
            vec![("authorization", "Bearer YmFuazpzM2NyZXQ=")],
            vec![("authorization", "Basic !!")],
            vec![("authorization", "Basic YmFuaw==")],
        ] {
            assert_eq!(read(&lines), Ok(None), "{lines:?}");
        }
    }
}
