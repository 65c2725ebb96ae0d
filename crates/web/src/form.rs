//! Parameters of a posted form.

use axum::body::Body;
use http::HeaderMap;

use crate::{
    body::{self, BodyError},
    error::ApiError,
    parameters::{ParameterError, Parameters, Rules},
};

/// Media type of a form body.
pub const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// Reads a form body; `rules.size` limits the body too.
pub async fn read(headers: &HeaderMap, body: Body, rules: &Rules) -> Result<Parameters, FormError> {
    body::require_media_type(headers, &[MEDIA_TYPE])?;
    let bytes = body::read(body, rules.size).await?;
    Ok(Parameters::parse(&bytes, rules)?)
}

/// Why a form was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// The body itself.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// What is in it.
    #[error(transparent)]
    Parameters(#[from] ParameterError),
}

impl From<FormError> for ApiError {
    fn from(error: FormError) -> Self {
        match error {
            FormError::Body(error) => error.into(),
            FormError::Parameters(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn post(media_type: &str, body: &str) -> Result<Parameters, FormError> {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, media_type.parse().unwrap());
        read(&headers, Body::from(body.to_owned()), &Rules::OAUTH).await
    }

    #[tokio::test]
    async fn a_form_is_read() {
        let form = post(MEDIA_TYPE, "grant_type=authorization_code&code=")
            .await
            .unwrap();
        assert_eq!(form.one("grant_type"), Ok(Some("authorization_code")));
        assert_eq!(form.one("code"), Ok(None));
    }

    #[tokio::test]
    async fn a_form_of_another_type_or_size_is_refused() {
        assert_eq!(
            post("application/json", "{}").await,
            Err(FormError::Body(BodyError::MediaType))
        );
        assert_eq!(
            post(MEDIA_TYPE, &"a".repeat(16 * 1024 + 1)).await,
            Err(FormError::Body(BodyError::TooLarge { limit: 16384 }))
        );
    }
}
