//! Query parameters: each may be given once, and not empty (consent-api 9.4). Those that nobody looks for are ignored.

use consentry_web::{
    error::{ApiError, FieldError},
    parameters::{Parameters, Rules},
    query,
};
use http::Uri;

use crate::failure::{Code, Failure};

/// Wide enough that every parameter's own limit is what is told.
const RULES: Rules = Rules {
    size: 64 * 1024,
    ..Rules::DEFAULT
};

/// The parameters of a request.
pub(crate) fn read(uri: &Uri) -> Result<Parameters, Failure> {
    Ok(query::read(uri, &RULES).map_err(ApiError::from)?)
}

/// A parameter that may be given once, and not empty.
pub(crate) fn one<'a>(parameters: &'a Parameters, name: &'static str) -> Result<Option<&'a str>, Failure> {
    match once(parameters, name)? {
        Some("") => Err(wrong(name, "must not be empty")),
        value => Ok(value),
    }
}

/// A parameter that may be given once.
pub(crate) fn once<'a>(parameters: &'a Parameters, name: &'static str) -> Result<Option<&'a str>, Failure> {
    parameters
        .one(name)
        .map_err(|_| wrong(name, "may appear at most once"))
}

/// A parameter that is `true` or `false`; absent is false.
pub(crate) fn flag(parameters: &Parameters, name: &'static str) -> Result<bool, Failure> {
    match one(parameters, name)? {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(wrong(name, "must be true or false")),
    }
}

/// A parameter that cannot be accepted.
pub(crate) fn wrong(name: &'static str, why: impl Into<String>) -> Failure {
    let why = why.into();
    Failure::new(Code::InvalidRequest, format!("the parameter {name} {why}"))
        .with(|error| error.field(FieldError::parameter(name, why)))
}
