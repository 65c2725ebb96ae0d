//! One-time tokens as they come in: what can be one at all (consent-dashboard A4.1, A4.2 step 6).

use consentry_ledger::{Opaque, embed::Presented};
use consentry_web::parameters::Parameters;

/// Longest text that is looked at, in characters.
const LONGEST: usize = 8192;

/// The token of a link: `access_token`, or `jwt` with a customer JWT, leniently with a token. Exactly one of them, once, not empty.
pub fn in_link(parameters: &Parameters) -> Option<Presented> {
    let mut tokens = parameters
        .iter()
        .filter(|(name, _)| matches!(*name, "access_token" | "jwt"));
    match (tokens.next(), tokens.next()) {
        (Some(("jwt", token)), None) => parse(token).map(Presented::Jwt),
        (Some((_, token)), None) => parse(token).map(Presented::Token),
        _ => None,
    }
}

/// The token of a form: `access_token` once, and no `jwt` (A4.5).
pub fn in_form(parameters: &Parameters) -> Option<Presented> {
    if parameters.all("jwt").next().is_some() {
        return None;
    }
    parameters
        .one("access_token")
        .ok()
        .flatten()
        .and_then(parse)
        .map(Presented::Token)
}

fn parse(token: &str) -> Option<Opaque> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'-');
    ((1..=LONGEST).contains(&token.len()) && token.bytes().all(allowed)).then(|| Opaque::received(token))
}

#[cfg(test)]
mod tests {
    use consentry_web::parameters::Rules;

    use super::*;

    fn read(query: &str) -> Parameters {
        Parameters::parse(query.as_bytes(), &Rules::DEFAULT).unwrap()
    }

    fn text(presented: Presented) -> String {
        match presented {
            Presented::Token(token) => token.expose().to_owned(),
            Presented::Jwt(token) => format!("jwt {}", token.expose()),
        }
    }

    fn link(query: &str) -> Option<String> {
        in_link(&read(query)).map(text)
    }

    fn form(query: &str) -> Option<String> {
        in_form(&read(query)).map(text)
    }

    #[test]
    fn dsh_a4_1_exactly_one_token_once() {
        assert_eq!(
            link("access_token=et_a.b~c-d&locale=ar").as_deref(),
            Some("et_a.b~c-d")
        );
        assert_eq!(link("jwt=et_a").as_deref(), Some("jwt et_a"));
        for bad in [
            "",
            "locale=ar",
            "access_token=",
            "access_token=a&jwt=a",
            "access_token=a&access_token=a",
            "jwt=a&jwt=",
        ] {
            assert_eq!(link(bad), None, "{bad}");
        }
    }

    #[test]
    fn dsh_a4_5_a_form_takes_no_jwt() {
        assert_eq!(form("access_token=et_a").as_deref(), Some("et_a"));
        assert_eq!(form("jwt=et_a"), None);
        assert_eq!(form("access_token=et_a&jwt=et_a"), None);
    }

    #[test]
    fn dsh_a4_2_6_long_or_foreign_texts_are_no_tokens() {
        assert!(link(&format!("access_token={}", "a".repeat(8192))).is_some());
        assert_eq!(link(&format!("access_token={}", "a".repeat(8193))), None);
        for bad in ["a%20b", "a%2Fb", "%C3%A9", "a%0A", "a=b", "%22"] {
            assert_eq!(link(&format!("access_token={bad}")), None, "{bad}");
        }
    }
}
