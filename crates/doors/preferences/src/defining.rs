//! Defining purposes and preferences (consent-tokens-and-preferences 12).

use std::collections::BTreeMap;

use axum::{body::Body, extract::Request, response::Response};
use consentry_domain::{
    Actions, DefinitionKey,
    definition::{Choice, ChoiceValue, Definition, DefinitionKind},
    locale::Locale,
};
use consentry_ledger::{
    TenantSnapshot,
    preferences::{ChoiceText, ChoiceWish, PreferenceError, Wrong},
};
use consentry_web::visit::Visit;
use serde_json::{Map, Value};

use crate::{
    admission::{Admitted, Counted},
    answer::ok,
    failure::{Feathers, not_found, refused, told},
    metadata, repeated, tokens,
    wish::Reader,
};

/// Largest body, in bytes.
const LARGEST: usize = 256 * 1024;

/// Longest text, in characters.
const LONGEST: usize = 4_000;

/// Most values of a preference.
const MOST_VALUES: usize = 200;

/// Where a purpose may have another name.
const NAMESPACES: [&str; 5] = ["iab", "iab2", "iab2_special_feature", "didomi", "custom"];

/// Puts a text into its place.
type Put = fn(&mut ChoiceText, String);

/// How a body is laid over what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Laid {
    /// There must be nothing.
    New,
    /// In its place; published words of other languages stay.
    Instead,
    /// Over it.
    Over,
}

/// `POST /metadata/purposes`.
pub(crate) async fn add_purpose(visit: Visit, request: Request) -> Result<Response, Feathers> {
    repeated::once(visit, request, make_purpose, metadata::purpose).await
}

async fn make_purpose(visit: Visit, request: Request) -> Result<Response, Feathers> {
    write(visit, request, DefinitionKind::Purpose, Laid::New).await
}

/// `PUT /metadata/purposes/{purpose}`.
pub(crate) async fn put_purpose(visit: Visit, request: Request) -> Result<Response, Feathers> {
    write(visit, request, DefinitionKind::Purpose, Laid::Instead).await
}

/// `PATCH /metadata/purposes/{purpose}`.
pub(crate) async fn patch_purpose(visit: Visit, request: Request) -> Result<Response, Feathers> {
    write(visit, request, DefinitionKind::Purpose, Laid::Over).await
}

/// `POST /preferences`.
pub(crate) async fn add_preference(visit: Visit, request: Request) -> Result<Response, Feathers> {
    repeated::once(visit, request, make_preference, metadata::preference).await
}

async fn make_preference(visit: Visit, request: Request) -> Result<Response, Feathers> {
    write(visit, request, DefinitionKind::Preference, Laid::New).await
}

/// `PUT /preferences/{preference}`.
pub(crate) async fn put_preference(visit: Visit, request: Request) -> Result<Response, Feathers> {
    write(visit, request, DefinitionKind::Preference, Laid::Instead).await
}

/// `PATCH /preferences/{preference}`.
pub(crate) async fn patch_preference(visit: Visit, request: Request) -> Result<Response, Feathers> {
    write(visit, request, DefinitionKind::Preference, Laid::Over).await
}

async fn write(
    visit: Visit,
    request: Request,
    kind: DefinitionKind,
    laid: Laid,
) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    let said = read(&admitted, body, kind).await?;
    let key = match laid {
        Laid::New => None,
        _ => Some(DefinitionKey::parse(&admitted.last_segment()?).map_err(|_| not_found())?),
    };
    let with_translations = admitted.query.flag("$translations")?;
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    let key = match (key, &said.key) {
        (Some(key), Some(said)) if key != *said => {
            return Err(refused("id", "is another one than that of the address").into());
        }
        (Some(key), _) => key,
        (None, Some(key)) => key.clone(),
        (None, None) => {
            DefinitionKey::parse(&ledger.event_id_for_link()).map_err(|_| refused("id", "is missing"))?
        }
    };
    let defined = ledger.define_choice(
        tenant,
        &permit,
        admitted.request().unwrap_or_default(),
        |tenant| said.over(tenant, &key, kind, laid),
    );
    let (now, definition) = defined.await.map_err(told)?;
    let show = match kind {
        DefinitionKind::Purpose => metadata::purpose_of,
        _ => metadata::preference_of,
    };
    Ok(admitted.told(ok(&show(&now, &definition, with_translations))))
}

/// `DELETE /metadata/purposes/{purpose}`: it is shown nowhere any more.
pub(crate) async fn hide_purpose(visit: Visit, request: Request) -> Result<Response, Feathers> {
    hide(visit, request, DefinitionKind::Purpose).await
}

/// `DELETE /preferences/{preference}`: it is shown nowhere any more.
pub(crate) async fn hide_preference(visit: Visit, request: Request) -> Result<Response, Feathers> {
    hide(visit, request, DefinitionKind::Preference).await
}

async fn hide(visit: Visit, request: Request, kind: DefinitionKind) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    admitted.require_organization()?;
    let key = DefinitionKey::parse(&admitted.last_segment()?).map_err(|_| not_found())?;
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    let hidden = ledger.define_choice(
        tenant,
        &permit,
        admitted.request().unwrap_or_default(),
        |tenant| {
            let known = tenant.definitions.get(&key);
            let known = known.filter(|known| known.kind == kind && !known.choice.hidden);
            let mut definition = known.ok_or(PreferenceError::NotFound)?.clone();
            definition.choice.hidden = true;
            Ok(ChoiceWish {
                definition,
                texts: BTreeMap::new(),
            })
        },
    );
    let (now, definition) = hidden.await.map_err(told)?;
    let show = match kind {
        DefinitionKind::Purpose => metadata::purpose_of,
        _ => metadata::preference_of,
    };
    Ok(admitted.told(ok(&show(&now, &definition, false))))
}

/// What a body says.
#[derive(Debug, Default)]
struct Said {
    key: Option<DefinitionKey>,
    texts: BTreeMap<Locale, ChoiceText>,
    one_click: Option<bool>,
    parent: Option<DefinitionKey>,
    multiple: Option<bool>,
    values: Option<Vec<ChoiceValue>>,
    namespaces: Option<BTreeMap<String, String>>,
}

impl Said {
    /// What it makes of what is there.
    fn over(
        &self,
        tenant: &TenantSnapshot,
        key: &DefinitionKey,
        kind: DefinitionKind,
        laid: Laid,
    ) -> Result<ChoiceWish, PreferenceError> {
        let known = tenant.definitions.get(key);
        let shown = known.filter(|known| !known.choice.hidden);
        match (laid, shown) {
            (Laid::New, Some(_)) => return Err(PreferenceError::Conflict("the id is taken")),
            (Laid::Instead | Laid::Over, known) if known.is_none_or(|known| known.kind != kind) => {
                return Err(PreferenceError::NotFound);
            }
            _ => {}
        }
        let before = known.filter(|_| laid == Laid::Over);
        let choice = before.map(|own| own.choice.clone()).unwrap_or_default();
        let own = self.texts.get(&tenant.tenant.locale);
        let label = own
            .or_else(|| self.texts.values().next())
            .and_then(|text| text.title.clone());
        let definition = Definition {
            key: key.clone(),
            kind,
            display_name: label.or_else(|| known.and_then(|own| own.display_name.clone())),
            description: known.and_then(|own| own.description.clone()),
            parameters: known.map(|own| own.parameters.clone()).unwrap_or_default(),
            parent: self
                .parent
                .clone()
                .or_else(|| known.and_then(|own| own.parent.clone())),
            lifetime: known.and_then(|own| own.lifetime),
            actions: known.map_or_else(Actions::default, |own| own.actions.clone()),
            choice: Choice {
                one_click: self.one_click.unwrap_or(choice.one_click),
                multiple: self.multiple.unwrap_or(choice.multiple),
                values: self.values.clone().unwrap_or(choice.values),
                hidden: false,
                namespaces: self.namespaces.clone().unwrap_or(choice.namespaces),
                order: known.and_then(|own| own.choice.order),
                retired: choice.retired,
            },
        };
        if kind == DefinitionKind::Preference && definition.choice.values.is_empty() {
            return Err(PreferenceError::Invalid(vec![Wrong {
                index: None,
                path: "values".to_owned(),
                why: "must be at least one".to_owned(),
            }]));
        }
        Ok(ChoiceWish {
            definition,
            texts: self.texts.clone(),
        })
    }
}

async fn read(admitted: &Admitted, body: Body, kind: DefinitionKind) -> Result<Said, Feathers> {
    let body = admitted.read(body, LARGEST).await?;
    let mut reader = Reader::default();
    let Some(object) = reader.object(&body, "") else {
        reader.finish()?;
        return Err(not_found().into());
    };
    tokens::organization(admitted, &body)?;
    let mut said = Said {
        key: key(&mut reader, object, "id"),
        parent: key(&mut reader, object, "purpose_id"),
        one_click: flag(&mut reader, object, "one_click"),
        ..Said::default()
    };
    let usual = &admitted.tenant().tenant.locale;
    let members: [(&str, Put); 3] = [
        ("name", |text, said| text.title = Some(said)),
        ("details", |text, said| text.data = Some(said)),
        ("description", |text, said| text.purpose = Some(said)),
    ];
    for (name, put) in members {
        for (locale, text) in texts(&mut reader, object, name, usual) {
            put(said.texts.entry(locale).or_default(), text);
        }
    }
    if kind == DefinitionKind::Preference {
        said.multiple = match Reader::member(object, "type").map(Value::as_str) {
            None => None,
            Some(Some("multi")) => Some(true),
            Some(Some("single")) => Some(false),
            Some(_) => {
                reader.refuse("type", "must be single or multi");
                None
            }
        };
        said.values = values(&mut reader, object, usual);
    } else {
        // A purpose is answered with yes or no, and belongs to nothing.
        said.parent = None;
        said.namespaces = namespaces(&mut reader, object);
    }
    reader.finish()?;
    Ok(said)
}

/// What a purpose is called elsewhere; `custom` is its own id where nothing is said.
fn namespaces(reader: &mut Reader, of: &Map<String, Value>) -> Option<BTreeMap<String, String>> {
    let object = reader.inner(of, "namespaces", "namespaces")?;
    let mut named = BTreeMap::new();
    for name in NAMESPACES {
        let id = match Reader::member(object, name) {
            None => continue,
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(_) => reader.id(object, name, &format!("namespaces.{name}")),
        };
        named.extend(id.map(|id| (name.to_owned(), id)));
    }
    Some(named)
}

fn key(reader: &mut Reader, of: &Map<String, Value>, name: &str) -> Option<DefinitionKey> {
    let id = reader.id(of, name, name)?;
    let key = DefinitionKey::parse(&id).ok();
    if key.is_none() {
        reader.refuse(name, "cannot be an id");
    }
    key
}

fn flag(reader: &mut Reader, of: &Map<String, Value>, name: &str) -> Option<bool> {
    let value = Reader::member(of, name)?;
    if value.as_bool().is_none() {
        reader.refuse(name, "must be true or false");
    }
    value.as_bool()
}

/// A text in the organization's language, or texts by language.
fn texts(
    reader: &mut Reader,
    of: &Map<String, Value>,
    name: &str,
    usual: &Locale,
) -> BTreeMap<Locale, String> {
    let mut found = BTreeMap::new();
    let Some(value) = Reader::member(of, name) else {
        return found;
    };
    let all: Vec<(Option<Locale>, &Value)> = match value {
        Value::Object(by_language) => by_language
            .iter()
            .map(|(language, text)| (Locale::parse(language).ok(), text))
            .collect(),
        text => vec![(Some(usual.clone()), text)],
    };
    for (locale, text) in all {
        let text = text.as_str().filter(|text| text.chars().count() <= LONGEST);
        match (locale, text) {
            (Some(locale), Some(text)) => {
                found.insert(locale, text.to_owned());
            }
            _ => reader.refuse(
                name,
                format!("must be a text of at most {LONGEST} characters, or such texts by language"),
            ),
        }
    }
    found
}

fn values(reader: &mut Reader, of: &Map<String, Value>, usual: &Locale) -> Option<Vec<ChoiceValue>> {
    let value = Reader::member(of, "values")?;
    let Some(all) = value.as_array().filter(|all| all.len() <= MOST_VALUES) else {
        reader.refuse("values", format!("must be a list of at most {MOST_VALUES}"));
        return None;
    };
    let mut values: Vec<ChoiceValue> = Vec::new();
    for (place, value) in all.iter().enumerate() {
        let path = format!("values.{place}");
        let Some(object) = reader.object(value, &path) else {
            continue;
        };
        let id = reader.id(object, "id", &format!("{path}.id"));
        let is_plain = |id: &String| !id.contains(',') && !id.contains(char::is_whitespace);
        let Some(id) = id
            .filter(is_plain)
            .filter(|id| values.iter().all(|own| own.id != *id))
        else {
            reader.refuse(
                format!("{path}.id"),
                "must be an id without comma and white space that no other value has",
            );
            continue;
        };
        let name = texts(reader, object, "name", usual);
        let name = name
            .into_iter()
            .map(|(locale, text)| (locale.as_str().to_owned(), text));
        values.push(ChoiceValue {
            id,
            name: name.collect(),
        });
    }
    Some(values)
}
