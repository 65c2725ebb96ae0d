//! Writing the configuration tree (consent-tokens-and-preferences 12): which purposes are shown, which preferences belong to them, and in
//! which order they and their values stand.

use std::collections::{BTreeMap, BTreeSet};

use axum::{extract::Request, response::Response};
use consentry_domain::{
    DefinitionKey,
    definition::{Definition, DefinitionKind},
};
use consentry_ledger::{
    TenantSnapshot,
    preferences::{ChoiceWish, PreferenceError, Wrong},
};
use consentry_web::visit::Visit;
use serde_json::{Map, Value};

use crate::{
    admission::{Admitted, Counted},
    answer::ok,
    failure::{Feathers, told},
    metadata, tokens,
    wish::Reader,
};

/// Largest body, in bytes.
const LARGEST: usize = 256 * 1024;

/// A purpose of the tree.
#[derive(Debug)]
struct Branch {
    path: String,
    purpose: String,
    one_click: Option<bool>,
    leaves: Vec<Leaf>,
}

/// A preference of the tree.
#[derive(Debug)]
struct Leaf {
    path: String,
    preference: String,
    values: Option<Vec<String>>,
}

/// `PUT /configuration-tree`: what it does not name is shown nowhere any more, and stays good in what people said.
pub(crate) async fn put(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    let body = admitted.read(body, LARGEST).await?;
    tokens::organization(&admitted, &body)?;
    let mut reader = Reader::default();
    let branches = branches(&mut reader, &body);
    reader.finish()?;
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    let request = admitted.request().unwrap_or_default();
    let defined = ledger.define_choices(tenant, &permit, request, |tenant| wishes(tenant, &branches));
    let (now, _) = defined.await.map_err(told)?;
    Ok(admitted.told(ok(&metadata::tree_of(&now))))
}

fn branches(reader: &mut Reader, body: &Value) -> Vec<Branch> {
    let Some(object) = reader.object(body, "") else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (path, object) in objects(reader, object, "purposes", "purposes") {
        let one_click = Reader::member(object, "one_click");
        if one_click.is_some_and(|value| !value.is_boolean()) {
            reader.refuse(format!("{path}.one_click"), "must be true or false");
        }
        let leaves = match Reader::member(object, "preferences") {
            None => Vec::new(),
            Some(_) => leaves(reader, object, &path),
        };
        all.push(Branch {
            purpose: id(reader, object, &path),
            one_click: one_click.and_then(Value::as_bool),
            leaves,
            path,
        });
    }
    all
}

fn leaves(reader: &mut Reader, of: &Map<String, Value>, path: &str) -> Vec<Leaf> {
    let mut all = Vec::new();
    for (path, object) in objects(reader, of, "preferences", &format!("{path}.preferences")) {
        let values = Reader::member(object, "values").map(|values| {
            let ids = values.as_array().and_then(|all| {
                let ids = all.iter().map(|id| id.as_str().map(str::to_owned));
                ids.collect::<Option<Vec<_>>>()
            });
            if ids.is_none() {
                reader.refuse(format!("{path}.values"), "must be a list of ids");
            }
            ids.unwrap_or_default()
        });
        all.push(Leaf {
            preference: id(reader, object, &path),
            values,
            path,
        });
    }
    all
}

fn id(reader: &mut Reader, object: &Map<String, Value>, path: &str) -> String {
    let path = format!("{path}.id");
    if Reader::member(object, "id").is_none() {
        reader.refuse(path.as_str(), "is missing");
    }
    reader.id(object, "id", &path).unwrap_or_default()
}

/// The objects of a list, each with its place.
fn objects<'a>(
    reader: &mut Reader,
    of: &'a Map<String, Value>,
    name: &str,
    path: &str,
) -> Vec<(String, &'a Map<String, Value>)> {
    let Some(list) = Reader::member(of, name).and_then(Value::as_array) else {
        reader.refuse(path, "must be a list");
        return Vec::new();
    };
    let mut found = Vec::new();
    for (place, value) in list.iter().enumerate() {
        let path = format!("{path}.{place}");
        if let Some(object) = reader.object(value, &path) {
            found.push((path, object));
        }
    }
    found
}

/// What the tree makes of the definitions that are there; those that stay as they are are left out.
fn wishes(tenant: &TenantSnapshot, branches: &[Branch]) -> Result<Vec<ChoiceWish>, PreferenceError> {
    let mut wrong = Vec::new();
    let mut refuse = |path: &str, why: &str| {
        wrong.push(Wrong {
            index: None,
            path: path.to_owned(),
            why: why.to_owned(),
        });
    };
    let known = |id: &str, kind| {
        let key = DefinitionKey::parse(id).ok()?;
        tenant.definitions.get(&key).filter(|own| own.kind == kind)
    };
    let mut named: BTreeSet<DefinitionKey> = BTreeSet::new();
    let mut wanted: Vec<Definition> = Vec::new();
    for (place, branch) in branches.iter().enumerate() {
        let Some(purpose) = known(&branch.purpose, DefinitionKind::Purpose) else {
            refuse(&branch.path, "is no purpose of the organization");
            continue;
        };
        if !named.insert(purpose.key.clone()) {
            refuse(&branch.path, "is there twice");
        }
        let mut next = purpose.clone();
        next.choice.hidden = false;
        next.choice.order = u32::try_from(place).ok();
        next.choice.one_click = branch.one_click.unwrap_or(next.choice.one_click);
        wanted.push(next);
        for (place, leaf) in branch.leaves.iter().enumerate() {
            let Some(preference) = known(&leaf.preference, DefinitionKind::Preference) else {
                refuse(&leaf.path, "is no preference of the organization");
                continue;
            };
            if !named.insert(preference.key.clone()) {
                refuse(&leaf.path, "is there twice");
            }
            let mut next = preference.clone();
            next.choice.hidden = false;
            next.choice.order = u32::try_from(place).ok();
            next.parent = Some(purpose.key.clone());
            if let Some(order) = &leaf.values {
                let place = |id: &String| order.iter().position(|own| own == id);
                let is_same = order.len() == next.choice.values.len()
                    && next.choice.values.iter().all(|value| place(&value.id).is_some());
                if !is_same {
                    refuse(
                        &leaf.path,
                        "must name each of its values once; they are made and taken away at the preference",
                    );
                }
                next.choice.values.sort_by_key(|value| place(&value.id));
            }
            wanted.push(next);
        }
    }
    if !wrong.is_empty() {
        return Err(PreferenceError::Invalid(wrong));
    }
    let kinds = [DefinitionKind::Purpose, DefinitionKind::Preference];
    let others = tenant.definitions.values();
    let others = others.filter(|own| kinds.contains(&own.kind) && !named.contains(&own.key));
    wanted.extend(others.map(|own| {
        let mut hidden = own.clone();
        hidden.choice.hidden = true;
        hidden
    }));
    let is_other = |own: &Definition| tenant.definitions.get(&own.key) != Some(own);
    let changed = wanted.into_iter().filter(is_other);
    Ok(changed
        .map(|definition| ChoiceWish {
            definition,
            texts: BTreeMap::new(),
        })
        .collect())
}
