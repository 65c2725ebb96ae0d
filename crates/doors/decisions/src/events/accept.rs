//! Which of the media types that can be had a reader wants (RFC 9110 12.5.1).

use consentry_web::error::{ApiError, registry};
use http::{HeaderMap, header};

/// The offer that fits best; of equals the first. 406 where none does.
pub(super) fn choose<'o>(headers: &HeaderMap, offers: &[&'o str]) -> Result<&'o str, ApiError> {
    let ranges: Vec<(String, u16)> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(range)
        .collect();
    let mut best: Option<(&str, u16)> = None;
    for offer in offers {
        let weight = if ranges.is_empty() {
            1
        } else {
            weight(&ranges, offer)
        };
        if weight > best.map_or(0, |(_, weight)| weight) {
            best = Some((offer, weight));
        }
    }
    best.map(|(offer, _)| offer).ok_or_else(|| {
        ApiError::new(&registry::NOT_ACCEPTABLE).detail(format!("this can be had as {}", offers.join(" or ")))
    })
}

/// What the most exact range that covers an offer says of it.
fn weight(ranges: &[(String, u16)], offer: &str) -> u16 {
    let family = offer.split_once('/').map_or("", |(family, _)| family);
    let of = |range: &str| {
        let found = ranges.iter().find(|(own, _)| own == range);
        found.map(|(_, weight)| *weight)
    };
    of(offer)
        .or_else(|| of(&format!("{family}/*")))
        .or_else(|| of("*/*"))
        .unwrap_or(0)
}

/// A media range with its weight in thousandths; other parameters are not looked at.
fn range(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts
        .next()
        .filter(|name| name.contains('/'))?
        .to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = match weight.map(str::parse::<f32>) {
        None => 1_000,
        Some(Ok(weight)) if (0.0..=1.0).contains(&weight) => thousandths(weight),
        Some(_) => 0,
    };
    Some((name, weight))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the weight is from 0 to 1"
)]
fn thousandths(weight: f32) -> u16 {
    (weight * 1_000.0).round() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        if !accept.is_empty() {
            headers.insert(header::ACCEPT, accept.parse().unwrap());
        }
        choose(
            &headers,
            &["application/json", "application/cloudevents-batch+json"],
        )
        .ok()
    }

    #[test]
    fn the_best_offer_is_chosen() {
        let (json, batch) = ("application/json", "application/cloudevents-batch+json");
        for (accept, expected) in [
            ("", Some(json)),
            ("*/*", Some(json)),
            ("application/*", Some(json)),
            (batch, Some(batch)),
            (
                "application/json;q=0.5, application/cloudevents-batch+json",
                Some(batch),
            ),
            ("*/*;q=0.1, application/json;q=0", Some(batch)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/json;q=nonsense", None),
            ("Application/JSON; charset=utf-8", Some(json)),
        ] {
            assert_eq!(chosen(accept), expected, "{accept}");
        }
    }
}
