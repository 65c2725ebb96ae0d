//! Parameters of the query string.

use http::Uri;

use crate::parameters::{ParameterError, Parameters, Rules};

/// Reads the query string of a request; none is the same as an empty one.
pub fn read(uri: &Uri, rules: &Rules) -> Result<Parameters, ParameterError> {
    Parameters::parse(uri.query().unwrap_or_default().as_bytes(), rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_query_is_empty() {
        let read = |uri: &str| read(&uri.parse().unwrap(), &Rules::DEFAULT).unwrap();
        assert!(read("/path").is_empty());
        assert!(read("/path?").is_empty());
        assert_eq!(read("/path?a=%C3%A9").one("a"), Ok(Some("é")));
    }
}
