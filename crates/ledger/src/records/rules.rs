//! What a record must satisfy against the configuration (consent-api 8.2, rules 4 to 9 and 14).

use consentry_domain::{
    Actions, Audience, DefinitionKey,
    command::Answer,
    definition::{Wording, WordingVersion},
    locale::Locale,
};
use serde_json::value::RawValue;

use super::{
    status::RecordStatus,
    view::{RecordView, shown_wording},
};
use crate::TenantSnapshot;

/// A record as it shall be, identities aside. Formats and sizes have been checked.
#[derive(Debug, Clone)]
pub struct RecordWish {
    /// The status.
    pub status: RecordStatus,
    /// Id of the definition.
    pub definition: String,
    /// Version of the wording shown.
    pub version: Option<WordingVersion>,
    /// Language of the wording shown, in any spelling.
    pub locale: Option<String>,
    /// For whom.
    pub audience: Option<String>,
    /// With whom access is shared, each once.
    pub collaborators: Vec<String>,
    /// Title shown; none is filled in from the wording.
    pub title_text: Option<String>,
    /// Text about the data; none is filled in from the wording.
    pub data_text: Option<String>,
    /// Text about the purpose; none is filled in from the wording.
    pub purpose_text: Option<String>,
    /// `data`, kept as it is written.
    pub data: Option<Box<RawValue>>,
    /// `consentContext`, kept as it is written.
    pub consent_context: Option<Box<RawValue>>,
    /// The only actions it is about; none: all.
    pub actions: Option<Actions>,
}

impl RecordWish {
    /// The wish that a record shall be as it is.
    pub fn unchanged(view: &RecordView) -> Self {
        Self {
            status: view.status.clone(),
            definition: view.definition().as_str().to_owned(),
            version: view.version,
            locale: view.locale.as_ref().map(|locale| locale.as_str().to_owned()),
            audience: view.audience(),
            collaborators: view.collaborators().to_vec(),
            title_text: view.title_text().map(str::to_owned),
            data_text: view.data_text().map(str::to_owned),
            purpose_text: view.purpose_text().map(str::to_owned),
            data: view.data().map(ToOwned::to_owned),
            consent_context: view.consent_context().map(ToOwned::to_owned),
            actions: view.actions.clone(),
        }
    }
}

/// An attribute that a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    /// The definition's id.
    Definition,
    /// Version of the wording.
    Version,
    /// Language of the wording.
    Locale,
    /// Text about the data.
    DataText,
    /// Text about the purpose.
    PurposeText,
    /// What it is narrowed to.
    Actions,
}

/// What is wrong with an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Must be there.
    Missing,
    /// Names a definition that does not exist.
    UnknownDefinition,
    /// Names a language the definition has no wording in.
    UnknownLocale,
    /// Is newer than what has been published.
    NotPublished,
    /// Names what cannot be done with the definition.
    UnknownAction,
}

/// One broken rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invalid {
    /// Where.
    pub attribute: Attribute,
    /// What.
    pub wrong: Wrong,
}

/// The parts of a wish that configuration has a say in, after it had it.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    pub definition: DefinitionKey,
    pub audience: Audience,
    pub wording: Option<Wording>,
    pub lone_version: Option<WordingVersion>,
    pub lone_locale: Option<Locale>,
    pub title_text: Option<String>,
    pub data_text: Option<String>,
    pub purpose_text: Option<String>,
}

impl Settled {
    /// Version of the wording, with or without a locale.
    pub(crate) fn version(&self) -> Option<WordingVersion> {
        let wording = self.wording.as_ref();
        wording.map(|wording| wording.version).or(self.lone_version)
    }

    /// Locale of the wording, with or without a version.
    pub(crate) fn locale(&self) -> Option<&Locale> {
        let wording = self.wording.as_ref();
        wording
            .map(|wording| &wording.locale)
            .or(self.lone_locale.as_ref())
    }
}

/// Checks a wish against the configuration and fills in what follows from it. Only what differs from the record before is checked,
/// so that a record captured under an old configuration stays changeable.
pub(crate) fn settle(
    tenant: &TenantSnapshot,
    wish: &RecordWish,
    before: Option<&RecordView>,
) -> Result<Settled, Vec<Invalid>> {
    let mut broken = Vec::new();
    let mut breaks = |attribute, wrong| broken.push(Invalid { attribute, wrong });
    let same_definition = before.is_some_and(|before| before.definition().as_str() == wish.definition);
    let definition = DefinitionKey::parse(&wish.definition)
        .ok()
        .filter(|definition| same_definition || tenant.definitions.contains_key(definition));
    if definition.is_none() {
        breaks(Attribute::Definition, Wrong::UnknownDefinition);
    }

    let same_actions = before.is_some_and(|before| same_definition && before.actions == wish.actions);
    let offered = definition.as_ref().and_then(|key| tenant.definitions.get(key));
    if let (Some(actions), Some(offered), false) = (&wish.actions, offered, same_actions)
        && actions.iter().any(|action| !offered.has_action(action.as_str()))
    {
        breaks(Attribute::Actions, Wrong::UnknownAction);
    }

    let kept_locale = before
        .filter(|_| same_definition)
        .and_then(|before| before.locale.clone())
        .filter(|locale| {
            wish.locale
                .as_deref()
                .is_some_and(|wished| locale.matches(wished))
        });
    let same_locale = kept_locale.is_some();
    let locale = match (&wish.locale, &definition) {
        (Some(wished), Some(definition)) => {
            let configured = || {
                tenant
                    .wording(definition, wished)
                    .map(|current| current.locale.clone())
            };
            let locale = kept_locale.or_else(configured);
            if locale.is_none() {
                breaks(Attribute::Locale, Wrong::UnknownLocale);
            }
            locale
        }
        _ => None,
    };
    let same_wording = same_locale && before.is_some_and(|before| before.version == wish.version);
    let mut is_published = true;
    if let (Some(version), Some(locale), Some(definition), false) =
        (wish.version, &locale, &definition, same_wording)
    {
        let current = tenant.wording(definition, locale.as_str());
        is_published = current.is_some_and(|current| version <= current.version);
        if !is_published {
            breaks(Attribute::Version, Wrong::NotPublished);
        }
    }
    let never_worded =
        before.is_some_and(|before| before.status.answer != Answer::Pending && before.wording().is_none());
    if wish.status.answer != Answer::Pending
        && !(never_worded && wish.version.is_none() && wish.locale.is_none())
    {
        if wish.version.is_none() {
            breaks(Attribute::Version, Wrong::Missing);
        }
        if wish.locale.is_none() {
            breaks(Attribute::Locale, Wrong::Missing);
        }
    }

    let wording = wish
        .version
        .zip(locale.clone())
        .map(|(version, locale)| Wording { version, locale });
    let shown = definition
        .as_ref()
        .and_then(|definition| shown_wording(tenant, definition, wording.as_ref()));
    let data_text = wish
        .data_text
        .clone()
        .or_else(|| shown.map(|shown| shown.data.clone()));
    let purpose_text = wish
        .purpose_text
        .clone()
        .or_else(|| shown.map(|shown| shown.purpose.clone()));
    if wording.is_some() && is_published {
        let lacked = |text: fn(&RecordView) -> Option<&str>| same_wording && before.and_then(text).is_none();
        if data_text.is_none() && !lacked(RecordView::data_text) {
            breaks(Attribute::DataText, Wrong::Missing);
        }
        if purpose_text.is_none() && !lacked(RecordView::purpose_text) {
            breaks(Attribute::PurposeText, Wrong::Missing);
        }
    }
    match definition {
        Some(definition) if broken.is_empty() => Ok(Settled {
            definition,
            audience: audience(tenant, wish.audience.as_deref()),
            lone_version: wish.version.filter(|_| wording.is_none()),
            lone_locale: locale.filter(|_| wording.is_none()),
            wording,
            title_text: wish
                .title_text
                .clone()
                .or_else(|| shown.and_then(|shown| shown.title.clone())),
            data_text,
            purpose_text,
        }),
        _ => Err(broken),
    }
}

/// A text that is the id of a registered client means that client; any other is a name.
fn audience(tenant: &TenantSnapshot, text: Option<&str>) -> Audience {
    let Some(text) = text else { return Audience::None };
    match consentry_domain::ClientId::parse(text) {
        Ok(client) if tenant.clients.contains_key(&client) => Audience::Client(client),
        _ => Audience::Named(text.to_owned()),
    }
}
