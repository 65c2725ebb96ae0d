//! The way to a Consent URI of the first party (TPA-FL-04 to TPA-FL-07).

use consentry_domain::{scope::Scope, tenant::ScopeFormat};
use consentry_ledger::Opaque;

use super::redirect::with_parameters;

/// The Consent URI with the handle and what is asked, in request order, and nothing about the person.
pub(super) fn address(consent_uri: &str, handle: &Opaque, scope: &Scope, format: ScopeFormat) -> String {
    let values: Vec<&str> = scope
        .values()
        .iter()
        .map(consentry_domain::DefinitionKey::as_str)
        .collect();
    let joined = match format {
        ScopeFormat::Space => Some(values.join(" ")),
        ScopeFormat::Comma => Some(values.join(",")),
        ScopeFormat::Repeat | ScopeFormat::Brackets => None,
    };
    let name = if format == ScopeFormat::Brackets {
        "requested_scope[]"
    } else {
        "requested_scope"
    };
    let listed = match &joined {
        Some(joined) => vec![(name, joined.as_str())],
        None => values.into_iter().map(|value| (name, value)).collect(),
    };
    with_parameters(
        consent_uri,
        [("src_interaction", handle.expose())].into_iter().chain(listed),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: ScopeFormat) -> String {
        let scope = Scope::parse("openid offline_access accounts:balance").unwrap();
        address(
            "https://app.bank.example/consent?for=moneytrack",
            &Opaque::received("ix_1"),
            &scope,
            format,
        )
    }

    #[test]
    fn tpa_fl_05_tpa_fl_06_the_array_is_repeated_and_the_query_kept() {
        assert_eq!(
            written(ScopeFormat::Repeat),
            "https://app.bank.example/consent?for=moneytrack&src_interaction=ix_1&requested_scope=openid\
             &requested_scope=offline_access&requested_scope=accounts%3Abalance"
        );
    }

    #[test]
    fn tpa_fl_05_the_alternatives() {
        assert!(
            written(ScopeFormat::Space)
                .ends_with("&requested_scope=openid%20offline_access%20accounts%3Abalance")
        );
        assert!(
            written(ScopeFormat::Comma)
                .ends_with("&requested_scope=openid%2Coffline_access%2Caccounts%3Abalance")
        );
        assert!(
            written(ScopeFormat::Brackets)
                .contains("&requested_scope%5B%5D=openid&requested_scope%5B%5D=offline")
        );
    }
}
