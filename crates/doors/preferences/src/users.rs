//! Consent users (consent-tokens-and-preferences 6).

use axum::{extract::Request, response::Response};
use consentry_domain::{SubjectId, Timestamp, tenant::USUAL_REGULATION};
use consentry_ledger::{
    Permit, TenantSnapshot,
    answers::Made,
    preferences::{ReadPreferences, UserFilter, UserView, Whom},
};
use consentry_web::{cursor, error::ApiError, visit::Visit};
use http::HeaderValue;
use serde_json::{Value, json};

use crate::{
    admission::{Admitted, Counted, LARGEST},
    answer::{kept, ok},
    erasures::ERASURE,
    failure::{Feathers, not_found, refused, told},
    repeated, shown,
    wish::{self, Reader},
};

/// What is no condition on the users themselves.
const NAMES: [&str; 4] = ["organization_id", "organization_user_id", "id", "regulation"];

/// Name of the list, in cursors.
const LIST: &str = "preferences.users";

/// `GET /consents/users`.
pub(crate) async fn list(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::WithTree).await?;
    let permit = admitted.permit::<ReadPreferences>()?;
    admitted.require_organization()?;
    let query = &admitted.query;
    if query.reserved("$skip").is_some() {
        return Err(refused("$skip", "is not known here; use $cursor").into());
    }
    let limit = query.limit()?;
    if limit == 0 {
        return Err(refused("$limit", "must be 1 to 100").into());
    }
    let asked = Asked {
        regulations: regulations(&admitted)?,
        with_tree: query.flag("$include_full_tree")?,
    };
    let whom = admitted.whom("id")?;
    admitted.check_own(&permit, whom).await?;
    let question = || {
        format!(
            "{whom:?} {:?}{}",
            asked.regulations,
            query.conditions_beside(&NAMES)
        )
    };
    let after = match query.reserved("$cursor") {
        Some(text) => Some(place(&admitted, &question(), text)?),
        None => None,
    };
    if whom != Whom::default() {
        let answer = asked.list_of_one(&admitted, &permit, whom).await?;
        return Ok(admitted.told(answer));
    }
    let filter = UserFilter {
        regulations: &asked.regulations,
        after,
        limit: u32::try_from(limit).unwrap_or(u32::MAX),
    };
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    let found = ledger.preference_users(tenant, &permit, filter).await;
    let found = found.map_err(told)?;
    let next = found.next.map(|(at, hash)| {
        let text = format!("{} {}", at.as_micros(), hex(hash.as_bytes()));
        cursor::encode(tenant, LIST, &question(), &text)
    });
    let all = asked.shown(tenant, &found.users)?;
    let data: Vec<Value> = all.into_iter().filter(|user| query.fits(user, &NAMES)).collect();
    let people = if query.conditions_beside(&NAMES).is_empty() {
        found.people
    } else {
        people_of(&data)
    };
    Ok(admitted.told(ok(&page(data, people, next))))
}

fn page(data: Vec<Value>, people: usize, next: Option<String>) -> Value {
    json!({ "data": data, "limit": people, "cursor": next })
}

/// How many people users under one or several regulations are; those of one person stand together.
fn people_of(users: &[Value]) -> usize {
    users.chunk_by(|one, other| one["id"] == other["id"]).count()
}

/// How people are asked for.
struct Asked {
    regulations: Vec<String>,
    with_tree: bool,
}

impl Asked {
    fn shown(&self, tenant: &TenantSnapshot, users: &[UserView]) -> Result<Vec<Value>, ApiError> {
        users
            .iter()
            .map(|view| shown::user(tenant, view, self.with_tree))
            .collect()
    }

    /// The list with one person, or with nobody.
    async fn list_of_one(
        &self,
        admitted: &Admitted,
        permit: &Permit<ReadPreferences>,
        whom: Whom<'_>,
    ) -> Result<Response, ApiError> {
        // A token is for one person, whatever names they have now.
        let whom = match admitted.token() {
            Some(_) => Whom::default(),
            None => whom,
        };
        let ledger = admitted.visit.ledger();
        let meant = ledger.preference_subject(admitted.tenant(), permit, whom).await;
        let Some(subject) = meant.map_err(told)? else {
            return Ok(ok(&page(Vec::new(), 0, None)));
        };
        let query = &admitted.query;
        let text = |all: Vec<Value>| {
            let data: Vec<Value> = all.into_iter().filter(|user| query.fits(user, &NAMES)).collect();
            let people = people_of(&data);
            Ok(page(data, people, None).to_string())
        };
        let what = format!("users{}", query.conditions_beside(&NAMES));
        self.of_this_second(admitted, permit, subject, (&what, text))
            .await
    }

    /// What is told of a person, which need not be made anew for everybody who asks within the same second.
    async fn of_this_second(
        &self,
        admitted: &Admitted,
        permit: &Permit<ReadPreferences>,
        subject: SubjectId,
        (what, text): (&str, impl FnOnce(Vec<Value>) -> Result<String, ApiError>),
    ) -> Result<Response, ApiError> {
        let (ledger, tenant) = (admitted.visit.ledger(), &admitted.visit.tenant);
        let question = format!("preferences {what} {:?} {}", self.regulations, self.with_tree);
        let made = async {
            let seen = ledger.preference_user(tenant, permit, subject, &self.regulations);
            let seen = seen.await.map_err(told)?;
            let text = text(self.shown(tenant, &seen.users)?)?;
            Ok::<_, ApiError>(Made::same_for_all(text, seen.until))
        };
        let pieces = ledger.answer_of_this_second(tenant, subject, &question, made);
        Ok(kept(&pieces.await?))
    }
}

fn regulations(admitted: &Admitted) -> Result<Vec<String>, ApiError> {
    let asked = admitted.query.any("regulation").unwrap_or_default();
    let known = &admitted.tenant().tenant.preferences;
    if asked.iter().all(|id| known.knows_regulation(id)) {
        Ok(asked.to_vec())
    } else {
        Err(refused("regulation", "is not known here"))
    }
}

fn one_regulation(admitted: &Admitted) -> Result<String, ApiError> {
    let mut asked = regulations(admitted)?;
    match asked.len() {
        0 => Ok(USUAL_REGULATION.to_owned()),
        1 => Ok(asked.remove(0)),
        _ => Err(refused("regulation", "must be one here")),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The place that a cursor names.
fn place(
    admitted: &Admitted,
    question: &str,
    text: &str,
) -> Result<(Timestamp, consentry_ledger::preferences::PlaceHash), ApiError> {
    let told = || refused("$cursor", "does not belong to this question");
    let said = cursor::decode(admitted.tenant(), LIST, question, text).ok_or_else(told)?;
    let (at, hash) = said.split_once(' ').ok_or_else(told)?;
    let at = at.parse().map_err(|_| told())?;
    let mut bytes = [0_u8; 32];
    for (position, byte) in bytes.iter_mut().enumerate() {
        let digits = hash.get(position * 2..position * 2 + 2).ok_or_else(told)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| told())?;
    }
    Ok((
        Timestamp::from_micros(at),
        consentry_ledger::preferences::PlaceHash::new(bytes),
    ))
}

/// The person whom the address names.
fn named<'a>(admitted: &Admitted, segment: &'a str) -> Whom<'a> {
    if admitted.query.by_organization_user_id() {
        Whom {
            organization_user_id: Some(segment),
            id: None,
        }
    } else {
        Whom {
            organization_user_id: None,
            id: Some(segment),
        }
    }
}

/// `GET /consents/users/{user}`.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::WithTree).await?;
    let permit = admitted.permit::<ReadPreferences>()?;
    admitted.require_organization()?;
    let asked = Asked {
        with_tree: admitted.query.flag("$include_full_tree")?,
        regulations: vec![one_regulation(&admitted)?],
    };
    let segment = admitted.last_segment()?;
    let whom = named(&admitted, &segment);
    let ledger = admitted.visit.ledger();
    let meant = ledger.preference_subject(admitted.tenant(), &permit, whom).await;
    let subject = meant.map_err(told)?.ok_or_else(not_found)?;
    let text = |data: Vec<Value>| Ok(data.first().ok_or_else(not_found)?.to_string());
    let answer = asked.of_this_second(&admitted, &permit, subject, ("user", text));
    Ok(admitted.told(answer.await?))
}

/// `POST /consents/users`.
pub(crate) async fn create(visit: Visit, request: Request) -> Result<Response, Feathers> {
    repeated::once(visit, request, make, read).await
}

async fn make(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.managing()?;
    let body = admitted.read(body, LARGEST).await?;
    match body.get("organization_id").and_then(Value::as_str) {
        Some(asked) => admitted.check_organization(asked)?,
        None => admitted.require_organization()?,
    }
    let mut reader = Reader::default();
    let mut wish = wish::user(&mut reader, &body);
    reader.finish()?;
    wish.is_silent = admitted.query.flag("$disable_integrations")?;
    let tenant = admitted.tenant();
    let made = admitted
        .visit
        .ledger()
        .create_preference_user(tenant, &permit, &wish, admitted.request())
        .await;
    let view = made.map_err(told)?;
    Ok(admitted.told(ok(&shown::user(tenant, &view, false)?)))
}

/// `PATCH /consents/users/{user}`.
pub(crate) async fn change(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.managing()?;
    admitted.require_organization()?;
    let segment = admitted.last_segment()?;
    let body = admitted.read(body, LARGEST).await?;
    let mut reader = Reader::default();
    let mut wish = wish::user(&mut reader, &body);
    reader.finish()?;
    wish.is_silent = admitted.query.flag("$disable_integrations")?;
    let tenant = admitted.tenant();
    let whom = named(&admitted, &segment);
    let changed = admitted
        .visit
        .ledger()
        .change_preference_user(tenant, &permit, whom, &wish, admitted.request())
        .await;
    let view = changed.map_err(told)?;
    Ok(admitted.told(ok(&shown::user(tenant, &view, false)?)))
}

/// `DELETE /consents/users/{user}`: answers the user as they were, and under which id the deletion is followed.
pub(crate) async fn delete(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.managing()?;
    admitted.require_organization()?;
    let segment = admitted.last_segment()?;
    let tenant = admitted.tenant();
    let whom = named(&admitted, &segment);
    let deleted = admitted
        .visit
        .ledger()
        .delete_preference_user(tenant, &permit, whom, admitted.request())
        .await;
    let (view, erasure) = deleted.map_err(told)?;
    let mut answer = ok(&shown::user(tenant, &view, false)?);
    let id = HeaderValue::from_str(&erasure.to_string()).map_err(ApiError::internal)?;
    answer.headers_mut().insert(ERASURE, id);
    Ok(admitted.told(answer))
}
