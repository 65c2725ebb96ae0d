//! Which language a person gets.

use http::{HeaderMap, header};

use super::{Language, languages};

/// The first language of the house that one of the requested tags names, in the order of preference.
///
/// Lookup of RFC 4647, 3.4: `ar-EG` gets `ar`. Without a match, the language of last resort.
pub fn negotiate<T: AsRef<str>>(requested: impl IntoIterator<Item = T>) -> &'static Language {
    let [last_resort, ..] = languages();
    requested
        .into_iter()
        .find_map(|tag| lookup(tag.as_ref()))
        .unwrap_or(last_resort)
}

/// The tags of an `Accept-Language` header by weight, ties in their order; at most 16 of them.
///
/// The wildcard is left out: whoever takes anything gets the language of last resort.
pub fn accepted(headers: &HeaderMap) -> Vec<String> {
    let mut weighted: Vec<(u16, String)> = headers
        .get_all(header::ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(weigh)
        .take(16)
        .collect();
    // Stable: equal weights keep their order.
    weighted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    weighted.into_iter().map(|(_, tag)| tag).collect()
}

fn lookup(tag: &str) -> Option<&'static Language> {
    let mut tag = tag.trim();
    loop {
        let exact = languages()
            .into_iter()
            .find(|language| language.tag.eq_ignore_ascii_case(tag));
        if exact.is_some() {
            return exact;
        }
        tag = tag.rsplit_once(['-', '_'])?.0;
    }
}

/// A tag with its weight in thousandths; a weight of zero means "not this one".
fn weigh(entry: &str) -> Option<(u16, String)> {
    let mut parts = entry.split(';').map(str::trim);
    let tag = parts.next().filter(|tag| !tag.is_empty() && *tag != "*")?;
    let weight = match parts.next() {
        None => 1000,
        Some(parameter) => thousandths(parameter.strip_prefix("q=")?)?,
    };
    (weight > 0).then(|| (weight, tag.to_owned()))
}

fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: u16 = whole.parse().ok().filter(|whole| *whole <= 1)?;
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    Some((whole * 1000 + fraction).min(1000))
}
