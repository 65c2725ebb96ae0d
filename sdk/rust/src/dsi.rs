//! Data source identifiers: `dpp://group[:variant]@domain/definition`. Compared byte for byte, never repaired.

const MAX_LEN: usize = 2048;
const MAX_NAME: usize = 64;
const MAX_DOMAIN: usize = 253;
const MAX_LABEL: usize = 63;
const MAX_SEGMENT: usize = 128;

/// Whether a text is a data source identifier.
pub fn is_dsi(text: &str) -> bool {
    if text.len() > MAX_LEN {
        return false;
    }
    let Some((source, rest)) = text.strip_prefix("dpp://").and_then(|rest| rest.split_once('@')) else {
        return false;
    };
    let Some((domain, definition)) = rest.split_once('/') else {
        return false;
    };
    let (group, variant) = match source.split_once(':') {
        Some((group, variant)) => (group, Some(variant)),
        None => (source, None),
    };
    made_of(group, MAX_NAME, |byte| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
    }) && variant.is_none_or(|variant| {
        made_of(variant, MAX_NAME, |byte| {
            byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)
        })
    }) && domain.len() <= MAX_DOMAIN
        && domain.split('.').all(is_label)
        && definition.split('/').all(is_segment)
}

fn is_label(label: &str) -> bool {
    made_of(label, MAX_LABEL, |byte| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
    }) && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_segment(segment: &str) -> bool {
    segment != "."
        && segment != ".."
        && made_of(segment, MAX_SEGMENT, |byte| {
            byte.is_ascii_alphanumeric() || b"_-.+".contains(&byte)
        })
}

fn made_of(text: &str, longest: usize, allowed: impl Fn(u8) -> bool) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(allowed)
}
