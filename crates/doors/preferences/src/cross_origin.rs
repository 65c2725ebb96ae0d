//! Which pages of others may read what a consent token or the public key opens (consent-tokens-and-preferences 2.7).

use consentry_domain::tenant::{CrossOriginPolicy, PreferencesSettings};

/// Seconds for which a browser remembers what pages of others may ask (2.7).
const PREFLIGHT: u32 = 86_400;

/// Which pages of others may read what a consent token or the public key opens (2.7). No cookies are used, so it may be every one.
pub fn cross_origin(settings: &PreferencesSettings) -> CrossOriginPolicy {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let origins = if settings.public_allowed_origins.is_empty() {
        vec!["*".to_owned()]
    } else {
        settings.public_allowed_origins.clone()
    };
    CrossOriginPolicy {
        origins,
        methods: names(&["GET", "POST", "OPTIONS"]),
        request_headers: names(&["Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id"]),
        exposed_headers: names(&[
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "X-Request-Id",
            "Idempotency-Replayed",
        ]),
        max_age_seconds: Some(PREFLIGHT),
        credentials: false,
    }
}
