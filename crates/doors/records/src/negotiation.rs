//! Which form of answer is wanted (consent-api 3).

use http::{HeaderMap, HeaderValue, header};

/// The media type of an answer; the bytes are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// `application/hal+json`.
    Hal,
    /// `application/json`, for those who ask for nothing more.
    Json,
}

impl Format {
    /// The value of `Content-Type`.
    pub(crate) const fn content_type(self) -> HeaderValue {
        match self {
            Self::Hal => HeaderValue::from_static("application/hal+json"),
            Self::Json => HeaderValue::from_static("application/json"),
        }
    }
}

/// What the caller accepts; none when nothing of it can be had.
pub(crate) fn negotiate(headers: &HeaderMap) -> Option<Format> {
    let ranges: Vec<(String, u16)> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(range)
        .collect();
    if ranges.is_empty() {
        return Some(Format::Hal);
    }
    let named = |name: &str| {
        ranges
            .iter()
            .find(|(range, _)| range == name)
            .map(|(_, weight)| *weight)
    };
    let any = named("application/*").or_else(|| named("*/*")).unwrap_or(0);
    let (hal, json) = (named("application/hal+json"), named("application/json"));
    let (hal_weight, json_weight) = (hal.unwrap_or(any), json.unwrap_or(any));
    if hal_weight == 0 && json_weight == 0 {
        return None;
    }
    let json_only_named = json.is_some() && hal.is_none() && json_weight > 0;
    Some(if hal_weight < json_weight || json_only_named {
        Format::Json
    } else {
        Format::Hal
    })
}

/// A media range with its weight in thousandths; parameters other than the weight are not looked at.
fn range(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some((name, weight.map_or(1000, thousandths)))
}

fn thousandths(weight: &str) -> u16 {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    match whole {
        "1" => 1000,
        "0" => {
            let mut digits = fraction.chars().chain("000".chars()).take(3);
            digits
                .try_fold(0, |sum, digit| {
                    digit
                        .to_digit(10)
                        .and_then(|digit| u16::try_from(digit).ok())
                        .map(|digit| sum * 10 + digit)
                })
                .unwrap_or(0)
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(accept: &str) -> Option<Format> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        negotiate(&headers)
    }

    #[test]
    fn rec_3_accept_absent_or_wide_is_hal() {
        assert_eq!(negotiate(&HeaderMap::new()), Some(Format::Hal));
        for accept in [
            "*/*",
            "application/*",
            "application/hal+json",
            "Application/HAL+JSON;q=0.5",
            "text/html, */*;q=0.1",
        ] {
            assert_eq!(asked(accept), Some(Format::Hal), "{accept}");
        }
        assert_eq!(asked("application/hal+json, application/json"), Some(Format::Hal));
    }

    #[test]
    fn rec_3_accept_json_alone_is_json() {
        for accept in [
            "application/json",
            "application/json; charset=utf-8",
            "application/json, text/plain, */*",
            "application/json, application/hal+json;q=0.5",
            "application/json, application/hal+json;q=0",
        ] {
            assert_eq!(asked(accept), Some(Format::Json), "{accept}");
        }
    }

    #[test]
    fn rec_3_accept_of_something_else_is_nothing() {
        for accept in [
            "text/html",
            "application/xml, text/*",
            "*/*;q=0",
            "application/hal+json;q=0",
            "application/json;q=2",
        ] {
            assert_eq!(asked(accept), None, "{accept}");
        }
        assert_eq!(asked("application/hal+json;q=0, */*"), Some(Format::Json));
    }
}
