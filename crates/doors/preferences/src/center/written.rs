//! Centers as bodies write them (consent-tokens-and-preferences 11.2, 11.3): as what the original calls a preferences center, and as what it
//! calls a widget. Both are the same center of the tenant's settings.

use consentry_domain::{
    definition::DefinitionKind,
    tenant::{Center, PreferencesSettings},
};
use consentry_ledger::{
    TenantSnapshot,
    preferences::{PreferenceError, Wrong},
};
use consentry_web::error::ApiError;
use serde_json::{Map, Value, json};

use crate::{failure::refused, wish::Reader};

/// Members of both, and what they are called in the settings.
const MEMBERS: [(&str, &str); 9] = [
    ("auth_provider_id", "auth_provider"),
    ("channels", "channels"),
    ("regulation", "regulation"),
    ("frame_origins", "frame_origins"),
    ("auth_enabled", "sign_in"),
    ("auth_allow_user_creation", "new_people"),
    ("validations", "validations"),
    ("languages", "languages"),
    ("format", "format"),
];

/// Texts within `content`, all by language.
const TEXTS: [&str; 5] = ["title", "lead", "browser_title", "save", "footer"];

/// Which of the two a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `/privacy-centers`.
    Center,
    /// `/widgets`.
    Widget,
}

impl Form {
    /// Members of this one, and what they are called in the settings.
    const fn members(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Center => &[
                ("purposes", "purposes"),
                ("preferences", "preferences"),
                ("template", "template"),
                ("custom_domains", "hosts"),
                ("privacy_policy", "privacy_policy"),
                ("legal_name", "legal_name"),
                ("website", "website"),
            ],
            Self::Widget => &[
                ("selected_purposes_ids", "purposes"),
                ("selected_preferences_ids", "preferences"),
                ("template_id", "template"),
            ],
        }
    }
}

/// A body laid over what is there, in the words of the settings; `usual` is the language of texts that name none.
pub(crate) fn center(
    form: Form,
    body: &Map<String, Value>,
    before: Value,
    usual: &str,
) -> Result<Center, ApiError> {
    let mut center = before;
    let members = || MEMBERS.iter().chain(form.members());
    for (member, own) in members() {
        put(&mut center, own, body.get(*member));
    }
    if let Some(name) = body.get("name") {
        let title = in_words(&center["title"], name, usual);
        put(&mut center, "title", Some(&title));
    }
    if let Some(content) = body.get("content") {
        let Some(content) = content.as_object() else {
            return Err(refused("content", "must be an object"));
        };
        for name in TEXTS {
            let text = content.get(name).map(|text| in_words(&center[name], text, usual));
            put(&mut center, name, text.as_ref());
        }
    }
    match form {
        Form::Center => customized(&mut center, body)?,
        Form::Widget => placed(&mut center, body)?,
    }
    let whole = center.clone();
    serde_json::from_value(center).map_err(|error| {
        // Which member it is, one after the other says.
        let alone = |own: &str| {
            let one = json!({ "id": "x", own: whole[own] });
            whole.get(own).is_some() && serde_json::from_value::<Center>(one).is_err()
        };
        let texts = TEXTS.iter().find(|own| alone(own)).map(|_| "content");
        let place = members().find(|(_, own)| alone(own)).map(|(member, _)| *member);
        refused(place.or(texts).unwrap_or_default(), &error.to_string())
    })
}

/// Sets a member of the settings; null takes it away.
fn put(center: &mut Value, own: &str, value: Option<&Value>) {
    match value {
        None => {}
        Some(Value::Null) => {
            if let Some(center) = center.as_object_mut() {
                center.remove(own);
            }
        }
        Some(value) => center[own] = value.clone(),
    }
}

/// A text in the tenant's language beside those that are there; whatever else it is, as it is.
fn in_words(before: &Value, text: &Value, usual: &str) -> Value {
    match text {
        Value::String(text) => {
            let mut all = before.as_object().cloned().unwrap_or_default();
            all.insert(usual.to_owned(), text.clone().into());
            Value::Object(all)
        }
        other => other.clone(),
    }
}

/// `contact` and `customization` of a center (11.2).
fn customized(center: &mut Value, body: &Map<String, Value>) -> Result<(), ApiError> {
    let inner = |name: &str| match body.get(name) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Map::new())),
        Some(Value::Object(own)) => Ok(Some(own.clone())),
        Some(_) => Err(refused(name, "must be an object")),
    };
    if let Some(contact) = inner("contact")? {
        let help = match contact.get("email") {
            None | Some(Value::Null) => Value::Null,
            Some(Value::String(email)) => format!("mailto:{email}").into(),
            Some(_) => return Err(refused("contact.email", "must be an address")),
        };
        put(center, "help", Some(&help));
        for name in ["address", "schedule"] {
            let text = contact.get(name).unwrap_or(&Value::Null);
            if !text.is_null() && !text.is_string() {
                return Err(refused(&format!("contact.{name}"), "must be a text"));
            }
            put(center, name, Some(text));
        }
    }
    if let Some(own) = inner("customization")? {
        let colour = own.get("colors").and_then(|colors| colors.get("primary"));
        put(center, "accent", Some(colour.unwrap_or(&Value::Null)));
    }
    Ok(())
}

/// Where a widget is (11.3): below the tenant's address, or at a host of its own.
fn placed(center: &mut Value, body: &Map<String, Value>) -> Result<(), ApiError> {
    let host = match Reader::member(body, "custom_domain_id") {
        None => None,
        Some(Value::String(host)) => Some(host.as_str()),
        Some(_) => return Err(refused("custom_domain_id", "must be a host")),
    };
    let hosts = match (Reader::member(body, "domain").map(Value::as_str), host) {
        (None, None) => return Ok(()),
        (None | Some(Some("custom")), Some(host)) => json!([host]),
        (Some(Some("custom")), None) => return Err(refused("custom_domain_id", "is missing")),
        (Some(Some("sub")), _) => Value::Null,
        (Some(_), _) => return Err(refused("domain", "must be sub or custom")),
    };
    put(center, "hosts", Some(&hosts));
    Ok(())
}

/// A center shows purposes and preferences that are there.
pub(crate) fn known(form: Form, tenant: &TenantSnapshot, center: &Center) -> Result<(), PreferenceError> {
    let is_there = |key, kind| tenant.definitions.get(key).is_some_and(|own| own.kind == kind);
    let place = |own: &str| {
        let mut members = form.members().iter();
        let named = members.find(|(_, name)| *name == own);
        named.map_or_else(String::new, |(member, _)| (*member).to_owned())
    };
    let mut wrong = Vec::new();
    let preferences = center.preferences.as_deref().unwrap_or_default();
    for (own, keys, kind) in [
        ("purposes", center.purposes.as_slice(), DefinitionKind::Purpose),
        ("preferences", preferences, DefinitionKind::Preference),
    ] {
        let missing = keys.iter().filter(|key| !is_there(*key, kind));
        wrong.extend(missing.map(|key| Wrong {
            index: None,
            path: place(own),
            why: format!("{key} is none of the organization's {own}"),
        }));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(PreferenceError::Invalid(wrong))
    }
}

/// What is shown of it either way.
pub(crate) fn shown(settings: &PreferencesSettings, center: &Center, url: Option<String>) -> Value {
    json!({
        "id": center.id,
        "content": {
            "title": center.title,
            "lead": center.lead,
            "browser_title": center.browser_title,
            "save": center.save,
            "footer": center.footer,
        },
        "url": url,
        "format": center.format.as_str(),
        "channels": center.channels,
        "regulation": center.regulation,
        "frame_origins": center.frame_origins,
        "languages": center.languages,
        "auth_required": true,
        "auth_enabled": center.sign_in,
        "auth_provider_id": center.auth_provider,
        "auth_allow_user_creation": center.new_people,
        "validations": center.validations,
        "approvers": settings.approvers,
        "approval_lifetime": settings.approval_lifetime,
        "notify_on_reject": settings.notify_on_reject,
    })
}
