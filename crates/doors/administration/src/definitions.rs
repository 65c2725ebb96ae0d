//! What can be agreed to.

use axum::{extract::Request, response::Response};
use consentry_domain::{
    Action, Actions, DefinitionKey, Lifetime,
    definition::{Choice, Definition, DefinitionKind},
};
use consentry_ledger::{administration::State, once::Outcome, removal::Removal};
use consentry_web::{
    error::{ApiError, Problem},
    visit::Visit,
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    admission::{Admitted, members, not_found},
    answer,
    failure::refused,
    members::Members,
};

/// Longest label and parameter, in bytes.
const LABEL: usize = 1024;

/// Longest description, in bytes.
const DESCRIPTION: usize = 64 * 1024;

/// Most values of a preference.
const VALUES: usize = 300;

/// Most parameters.
const PARAMETERS: usize = 100;

/// Longest lifetime, in seconds: a hundred years.
const LONGEST: i64 = 100 * 366 * 86_400;

/// A definition on the wire, in the words of the manifest.
#[derive(Serialize)]
struct Resource<'a> {
    id: &'a DefinitionKey,
    kind: DefinitionKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    parameters: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a DefinitionKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<i64>,
    #[serde(skip_serializing_if = "Actions::is_empty")]
    actions: &'a Actions,
    #[serde(skip_serializing_if = "Choice::is_empty")]
    choice: &'a Choice,
}

impl<'a> Resource<'a> {
    fn of(definition: &'a Definition) -> Self {
        Self {
            id: &definition.key,
            kind: definition.kind,
            display_name: definition.display_name.as_deref(),
            description: definition.description.as_deref(),
            parameters: &definition.parameters,
            parent: definition.parent.as_ref(),
            lifetime: definition.lifetime.map(Lifetime::as_seconds),
            actions: &definition.actions,
            choice: &definition.choice,
        }
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    definitions: Vec<Resource<'a>>,
}

/// `GET /definitions`: all of them, by id.
pub(crate) async fn list(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let tenant = admitted.tenant();
    let listed = Listed {
        definitions: tenant.definitions.values().map(Resource::of).collect(),
    };
    let state = State::of_list(tenant, "definitions", &listed)?;
    Ok(answer::found(&admitted, &state, &listed)?)
}

/// `GET /definitions/{definition}`.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let tenant = admitted.tenant();
    let definition = tenant.definitions.get(&key(&admitted)?).ok_or_else(not_found)?;
    let state = State::of_definition(tenant, definition)?;
    Ok(answer::found(&admitted, &state, &Resource::of(definition))?)
}

/// `PUT /definitions/{definition}`: what is left out has its default, as in the manifest.
pub(crate) async fn put(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (admitted, body) = Admitted::admit_with_body(visit, request).await?;
    let body = admitted.read(body).await?;
    let put = async |admitted: Admitted| {
        let definition = definition(key(&admitted)?, members(&body)?)?;
        let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant().id());
        let put = ledger.put_definition(tenant, admitted.act(), &definition);
        let put = put.await.map_err(refused)?;
        answer::put(&put, &Resource::of(&put.now))
    };
    let repeat = async |outcome: Outcome| {
        let tenant = admitted.tenant_now()?;
        let definition = tenant.definitions.get(&key(&admitted)?).ok_or_else(not_found)?;
        let state = State::of_definition(&tenant, definition)?;
        answer::put_before(&outcome, &state, &Resource::of(definition))
    };
    Ok(admitted.once(&body, put, repeat).await?)
}

/// `DELETE /definitions/{definition}`, with all its localizations.
pub(crate) async fn delete(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let remove = async |admitted: Admitted| {
        let (removal, in_use) = (Removal::Definition(key(&admitted)?), admitted.in_use()?);
        take_away(&admitted, &removal, in_use).await
    };
    Ok(admitted
        .once(&[], remove, async |_gone| Ok(answer::gone()))
        .await?)
}

/// Takes something away under the conditions of a request.
pub(crate) async fn take_away(
    admitted: &Admitted,
    removal: &Removal,
    in_use: consentry_ledger::removal::InUse,
) -> Result<Response, ApiError> {
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant().id());
    let taken = ledger.take_away(tenant, admitted.act(), removal, in_use);
    taken.await.map_err(refused)?;
    Ok(answer::gone())
}

/// The definition that the address names; one that cannot be is none.
pub(crate) fn key(admitted: &Admitted) -> Result<DefinitionKey, ApiError> {
    DefinitionKey::parse(&admitted.segment(1)?).map_err(|_| not_found())
}

fn definition(key: DefinitionKey, mut members: Members) -> Result<Definition, ApiError> {
    members.repeat("id", |id| id == key.as_str());
    let definition = Definition {
        kind: kind(&mut members),
        display_name: members.text("display_name", LABEL),
        description: members.text("description", DESCRIPTION),
        parameters: members.texts("parameters", PARAMETERS, LABEL),
        parent: members.parsed("parent", DefinitionKey::MAX_BYTES),
        lifetime: lifetime(&mut members),
        actions: actions(&mut members),
        choice: choice(&mut members),
        key,
    };
    members.finish()?;
    Ok(definition)
}

fn kind(members: &mut Members) -> DefinitionKind {
    let Some(value) = members.value("kind") else {
        return DefinitionKind::Agreement;
    };
    serde_json::from_value(value).unwrap_or_else(|_| {
        members.refuse(
            "kind",
            "must be agreement, scope, protocol, purpose, preference or source",
        );
        DefinitionKind::Agreement
    })
}

fn lifetime(members: &mut Members) -> Option<Lifetime> {
    let value = members.value("lifetime")?;
    let seconds = whole(&value).filter(|seconds| (1..=LONGEST).contains(seconds));
    if seconds.is_none() {
        members.refuse("lifetime", format!("must be whole seconds from 1 to {LONGEST}"));
    }
    seconds.map(Lifetime::seconds)
}

fn actions(members: &mut Members) -> Actions {
    let Some(value) = members.value("actions") else {
        return Actions::default();
    };
    let Value::Array(values) = value else {
        members.refuse("actions", "must be an array of strings");
        return Actions::default();
    };
    if values.len() > Actions::MOST {
        members.refuse("actions", format!("has more than {} values", Actions::MOST));
        return Actions::default();
    }
    let mut actions = Vec::new();
    for (position, value) in values.iter().enumerate() {
        let why = match value.as_str().map(str::parse::<Action>) {
            Some(Ok(action)) => {
                actions.push(action);
                continue;
            }
            Some(Err(error)) => error.to_string(),
            None => "must be a string".to_owned(),
        };
        members.refuse_at(format!("/actions/{position}"), why);
    }
    // There are not more than were let in above.
    Actions::try_from(actions).unwrap_or_default()
}

fn choice(members: &mut Members) -> Choice {
    let Some(value) = members.value("choice") else {
        return Choice::default();
    };
    // An array would do for an object as well.
    let values = value.get("values").and_then(Value::as_array);
    let is_made_of_objects = value.is_object() && values.into_iter().flatten().all(Value::is_object);
    let choice: Option<Choice> = serde_json::from_value(value).ok().filter(|_| is_made_of_objects);
    let fits = |id: &String| {
        (1..=256).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte))
    };
    match choice {
        Some(choice)
            if choice.values.len() <= VALUES && choice.values.iter().all(|value| fits(&value.id)) =>
        {
            choice
        }
        _ => {
            members.refuse(
                "choice",
                "must be an object of one_click, multiple and values, each with an id and names",
            );
            Choice::default()
        }
    }
}

/// A whole number, also where it is written with a fraction of nought: to JSON Schema both are integers.
fn whole(value: &Value) -> Option<i64> {
    let Value::Number(number) = value else { return None };
    let text = number.to_string();
    text.strip_suffix(".0").unwrap_or(&text).parse().ok()
}
