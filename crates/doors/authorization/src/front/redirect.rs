//! The way back to a client: addresses with an answer in them, and the redirect itself.

use axum::response::{IntoResponse, Response};
use consentry_web::error::{ApiError, error_description};
use http::{HeaderValue, StatusCode, header};
use url::form_urlencoded;

/// Parameters appended to an address; its own query is kept (B01-06). Spaces are `%20`, never `+` (TPA-FL-08).
pub(super) fn with_parameters<'a>(
    address: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut text = address.to_owned();
    let mut separator = match address.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    for (name, value) in parameters {
        text.push_str(separator);
        encode(name, &mut text);
        text.push('=');
        encode(value, &mut text);
        separator = "&";
    }
    text
}

fn encode(value: &str, text: &mut String) {
    for part in form_urlencoded::byte_serialize(value.as_bytes()) {
        text.push_str(if part == "+" { "%20" } else { part });
    }
}

/// Where an authorization response goes: redirect address, `state` as it came, and who answers (RFC 9207).
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    /// The redirect address.
    pub redirect_uri: &'a str,
    /// `state`, if it was sent.
    pub state: Option<&'a str>,
    /// `iss`.
    pub issuer: &'a str,
}

/// The parameters of an authorization response, in their order.
pub(super) type Fields = Vec<(&'static str, String)>;

impl Target<'_> {
    /// What is said with a code.
    pub(super) fn code(&self, code: &str) -> Fields {
        self.fields(vec![("code", code.to_owned())])
    }

    /// What is said of an error (RFC 6749 4.1.2.1).
    pub(super) fn error(&self, error: &str, description: &str) -> Fields {
        self.fields(vec![
            ("error", error.to_owned()),
            ("error_description", error_description(description)),
        ])
    }

    fn fields(&self, mut fields: Fields) -> Fields {
        fields.extend(self.state.map(|state| ("state", state.to_owned())));
        fields.push(("iss", self.issuer.to_owned()));
        fields
    }

    /// The redirect address with what is said in its query.
    pub(super) fn with(&self, fields: &Fields) -> String {
        let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
        with_parameters(self.redirect_uri, fields)
    }
}

/// A redirect that always becomes a `GET` (TPA-CB-05, B12-19) and tells nobody where it came from.
pub(super) fn see_other(location: &str, cookies: Vec<HeaderValue>) -> Result<Response, ApiError> {
    let location = HeaderValue::from_str(location).map_err(ApiError::internal)?;
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b01_06_the_query_of_a_redirect_address_is_kept() {
        let add = |address| with_parameters(address, [("code", "a b")]);
        assert_eq!(add("https://a.example/cb"), "https://a.example/cb?code=a%20b");
        assert_eq!(
            add("https://a.example/cb?x=1"),
            "https://a.example/cb?x=1&code=a%20b"
        );
        assert_eq!(add("https://a.example/cb?"), "https://a.example/cb?code=a%20b");
        assert_eq!(add("com.vendor.app://cb"), "com.vendor.app://cb?code=a%20b");
    }

    #[test]
    fn tpa_fl_08_the_documented_decline_with_state_and_issuer() {
        let target = Target {
            redirect_uri: "https://moneytrack.example/verify",
            state: Some("st-51"),
            issuer: "https://id.bank.example/cis/oidc",
        };
        assert_eq!(
            target.with(&target.error("access_denied", "User denied consent to requested scope")),
            "https://moneytrack.example/verify?error=access_denied\
             &error_description=User%20denied%20consent%20to%20requested%20scope&state=st-51\
             &iss=https%3A%2F%2Fid.bank.example%2Fcis%2Foidc"
        );
    }

    #[test]
    fn b01_13_state_is_returned_unchanged() {
        let state = "a+b c&d=é%25\u{1f600}";
        let target = Target {
            redirect_uri: "https://a.example/",
            state: Some(state),
            issuer: "i",
        };
        let address = target.with(&target.code("c"));
        let url = url::Url::parse(&address).unwrap();
        let returned = url
            .query_pairs()
            .find(|(name, _)| name == "state")
            .unwrap()
            .1
            .into_owned();
        assert_eq!(returned, state);
    }

    #[test]
    fn b01_14_descriptions_keep_to_the_allowed_characters() {
        let target = Target {
            redirect_uri: "https://a.example/",
            state: None,
            issuer: "i",
        };
        let address = target.with(&target.error("invalid_request", "bad \"value\"\né"));
        let url = url::Url::parse(&address).unwrap();
        let shown = url
            .query_pairs()
            .find(|(name, _)| name == "error_description")
            .unwrap()
            .1
            .into_owned();
        assert_eq!(shown, "bad 'value'??");
    }

    #[test]
    fn tpa_cb_05_redirects_are_303_and_not_stored() {
        let answer = see_other("https://a.example/", Vec::new()).unwrap();
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(answer.headers()[header::REFERRER_POLICY], "no-referrer");
    }
}
