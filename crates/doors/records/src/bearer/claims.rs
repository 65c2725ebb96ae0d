//! What the claims of a token mean, whatever they are called.

use consentry_domain::{Timestamp, tenant::TokenValidator};
use serde_json::{Map, Value};

use super::Token;

/// What claims must say to count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demands<'a> {
    pub now: Timestamp,
    /// Seconds by which clocks may differ.
    pub skew: u32,
    /// Whether there must be an end.
    pub must_end: bool,
    pub issuer: Option<&'a str>,
    pub audience: Option<&'a str>,
}

/// The token that these claims describe; none where they do not satisfy the demands or lack a subject.
pub(super) fn token(
    validator: &TokenValidator,
    claims: &Map<String, Value>,
    demands: &Demands<'_>,
) -> Option<Token> {
    let (now, skew) = (demands.now.as_seconds(), i64::from(demands.skew));
    let end = moment(claims, "exp").ok()?;
    if end.map_or(demands.must_end, |end| now >= end.saturating_add(skew)) {
        return None;
    }
    if moment(claims, "nbf")
        .ok()?
        .is_some_and(|begin| now < begin.saturating_sub(skew))
    {
        return None;
    }
    let issuer = text(claims, "iss");
    if demands.issuer.is_some() && issuer != demands.issuer {
        return None;
    }
    let audience = several(claims.get("aud"), |text| vec![text.to_owned()])?;
    if demands
        .audience
        .is_some_and(|wanted| !audience.iter().any(|own| own == wanted))
    {
        return None;
    }
    let names = &validator.claims;
    let subject = text(claims, &names.subject).filter(|subject| !subject.is_empty())?;
    Some(Token {
        subject: subject.to_owned(),
        person: None,
        mapper: validator.identity_mapper.clone(),
        audience,
        scopes: several(claims.get(&names.scope), |text| {
            text.split(' ')
                .filter(|scope| !scope.is_empty())
                .map(str::to_owned)
                .collect()
        })?,
        client: text(claims, &names.client).map(str::to_owned),
    })
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// A claim of the wrong kind.
struct NoMoment;

/// A moment in seconds since 1970, where there is one.
fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, NoMoment> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    if let Some(seconds) = value.as_i64() {
        return Ok(Some(seconds));
    }
    let seconds = value.as_f64().filter(|seconds| seconds.abs() < 1e15);
    // Whole seconds are enough; a fraction counts as if its second had not begun.
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked above")]
    seconds
        .map(|seconds| Some(seconds.floor() as i64))
        .ok_or(NoMoment)
}

/// A claim that is one text or an array of texts; none at all where it is something else.
fn several(value: Option<&Value>, split: impl Fn(&str) -> Vec<String>) -> Option<Vec<String>> {
    match value {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) => Some(split(text)),
        Some(Value::Array(values)) => values
            .iter()
            .map(|value| value.as_str().map(str::to_owned))
            .collect(),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use consentry_domain::tenant::{ClaimNames, ValidatorKind};
    use serde_json::json;

    use super::*;

    fn read(claims: &Value, demands: &Demands<'_>) -> Option<Token> {
        let validator = TokenValidator {
            order: 1,
            identity_mapper: None,
            claims: ClaimNames::default(),
            kind: ValidatorKind::Mock,
        };
        token(&validator, claims.as_object().unwrap(), demands)
    }

    fn at(seconds: i64) -> Demands<'static> {
        Demands {
            now: Timestamp::from_micros(seconds * 1_000_000),
            skew: 0,
            must_end: true,
            issuer: None,
            audience: None,
        }
    }

    #[test]
    fn rec_4_2_scope_and_audience_are_text_or_array() {
        for (scope, scopes) in [
            (json!("a b"), vec!["a", "b"]),
            (json!(" a  b "), vec!["a", "b"]),
            (json!(["a", "b c"]), vec!["a", "b c"]),
            (json!(""), vec![]),
            (json!(null), vec![]),
        ] {
            let claims = json!({ "sub": "ada", "exp": 2, "scope": scope, "aud": ["x", "y"] });
            let token = read(&claims, &at(1)).unwrap();
            assert_eq!(token.scopes, scopes, "{scope}");
            assert_eq!(token.audience, ["x", "y"]);
        }
        for broken in [
            json!({ "scope": 7 }),
            json!({ "scope": ["a", 7] }),
            json!({ "aud": {} }),
        ] {
            let mut claims = json!({ "sub": "ada", "exp": 2 });
            claims
                .as_object_mut()
                .unwrap()
                .extend(broken.as_object().unwrap().clone());
            assert_eq!(read(&claims, &at(1)), None, "{broken}");
        }
    }

    #[test]
    fn rec_4_2_1_times_count_to_the_second_with_the_skew_in_both_directions() {
        let claims = json!({ "sub": "ada", "exp": 100, "nbf": 50 });
        let with = |now: i64, skew: u32| read(&claims, &Demands { skew, ..at(now) }).is_some();
        assert!(with(50, 0) && with(99, 0) && !with(49, 0) && !with(100, 0));
        assert!(with(40, 10) && with(109, 10) && !with(39, 10) && !with(110, 10));
        let endless = json!({ "sub": "ada" });
        assert!(read(&endless, &at(1)).is_none());
        assert!(
            read(
                &endless,
                &Demands {
                    must_end: false,
                    ..at(1)
                }
            )
            .is_some()
        );
        for broken in [json!("100"), json!(true), json!(1e300)] {
            assert!(
                read(&json!({ "sub": "ada", "exp": broken }), &at(1)).is_none(),
                "{broken}"
            );
        }
        assert!(read(&json!({ "sub": "ada", "exp": 100.9 }), &at(99)).is_some());
        assert!(read(&json!({ "sub": "ada", "exp": 100.9 }), &at(100)).is_none());
    }

    #[test]
    fn rec_4_2_a_token_without_a_subject_or_of_another_issuer_or_audience_is_none() {
        let claims = json!({ "sub": "ada", "exp": 2, "iss": "a", "aud": "x" });
        let demanding = |issuer, audience| {
            read(
                &claims,
                &Demands {
                    issuer,
                    audience,
                    ..at(1)
                },
            )
            .is_some()
        };
        assert!(
            demanding(Some("a"), Some("x")) && !demanding(Some("b"), None) && !demanding(None, Some("y"))
        );
        for broken in [
            json!({}),
            json!({ "sub": "" }),
            json!({ "sub": 7 }),
            json!({ "sub": null }),
        ] {
            let mut claims = json!({ "exp": 2 });
            claims
                .as_object_mut()
                .unwrap()
                .extend(broken.as_object().unwrap().clone());
            assert!(read(&claims, &at(1)).is_none(), "{broken}");
        }
    }
}
