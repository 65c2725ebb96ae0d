//! One thing inside a connection: which data, and what for (consent-dashboard B4.2, B4.4).

use consentry_domain::{
    Consent, DefinitionKey, State,
    definition::{DefinitionKind, Localization},
};
use consentry_ledger::TenantSnapshot;
use consentry_web::texts::Language;

use super::clusters::ClusterView;

/// A text in a language of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The text, verbatim.
    pub text: String,
    /// Its language.
    pub lang: String,
}

impl Words {
    fn new(text: &str, wording: &Localization) -> Self {
        Self {
            text: text.to_owned(),
            lang: wording.locale.as_str().replace('_', "-"),
        }
    }
}

/// One definition that was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemView {
    /// What the bank calls it, for forms.
    pub key: String,
    /// Its title, or what the bank calls it.
    pub title: Words,
    /// Which data; none where no words are known.
    pub data: Option<Words>,
    /// The same in clusters of FDX, where the bank has said which.
    pub clusters: Vec<ClusterView>,
    /// What for, in the words and the language that were shown when it was granted, with their version.
    pub purpose: Option<(Words, String)>,
    /// Whether the title is only the bank's technical name.
    pub is_raw: bool,
    /// Whether it opens data, in contrast to steering the connection.
    pub opens_data: bool,
    /// Whether it still counts.
    pub in_force: bool,
}

impl ItemView {
    /// Puts a consent into words. Title and data are in the reader's language where that version of the words has it; the purpose
    /// is always as it was shown.
    pub fn new(
        tenant: &TenantSnapshot,
        language: &'static Language,
        consent: &Consent,
        state: State,
    ) -> Self {
        let key = &consent.slot.definition;
        let shown = consent
            .wording
            .as_ref()
            .and_then(|wording| tenant.wording_at(key, wording.locale.as_str(), wording.version))
            .or_else(|| tenant.wording_for(key, [language.tag]));
        let readable = shown.map(|shown| in_language(tenant, key, language, shown));
        let definition = tenant.definitions.get(key);
        let name = definition.and_then(|definition| definition.display_name.as_deref());
        let title = match readable {
            Some(wording) => Words::new(wording.title.as_deref().unwrap_or(&wording.data), wording),
            None => Words {
                text: name.unwrap_or(key.as_str()).to_owned(),
                lang: tenant.tenant.locale.as_str().to_owned(),
            },
        };
        Self {
            key: key.as_str().to_owned(),
            clusters: ClusterView::of(tenant, language, key),
            title,
            data: readable
                .filter(|wording| wording.title.is_some())
                .map(|wording| Words::new(&wording.data, wording)),
            purpose: shown
                .map(|wording| (Words::new(&wording.purpose, wording), wording.version.to_string())),
            is_raw: readable.is_none(),
            opens_data: definition.is_none_or(|definition| definition.kind != DefinitionKind::Protocol),
            in_force: matches!(state, State::Accepted | State::Restricted),
        }
    }
}

/// The same version of the words in the reader's language, or the words as they were shown.
fn in_language<'a>(
    tenant: &'a TenantSnapshot,
    key: &DefinitionKey,
    language: &Language,
    shown: &'a Localization,
) -> &'a Localization {
    if shown.locale.language().eq_ignore_ascii_case(language.tag) {
        return shown;
    }
    let wordings = tenant.localizations.get(key).into_iter().flatten();
    wordings
        .filter(|wording| wording.version == shown.version)
        .find(|wording| wording.locale.language().eq_ignore_ascii_case(language.tag))
        .unwrap_or(shown)
}
