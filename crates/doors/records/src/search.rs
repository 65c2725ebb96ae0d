//! `GET /consents`: searching records, with the opt-in extensions `status`, `all`, `limit` and `cursor` (consent-api 9, 15).

use axum::response::Response;
use consentry_domain::{Lifetime, Timestamp};
use consentry_ledger::records::{Page, RecordSearch, RecordStatus, RecordsFound, search::Position};
use consentry_web::{cursor, parameters::Parameters};
use http::StatusCode;

use crate::{
    admission::Admitted,
    expand::{Expand, Expandable},
    failure::Failure,
    parameters::{self, flag, one, wrong},
    representation::{Collection, ConsentResource, Keep, answer},
    served::Incoming,
    wish::statuses,
};

/// Parameters that an answer's own address repeats, in this order.
const SHOWN: [&str; 10] = [
    "subject",
    "actor",
    "definition",
    "audience",
    "collaborator",
    "status",
    "all",
    "expand",
    "limit",
    "cursor",
];

/// What tells these cursors from those of other lists.
const LIST: &str = "records";

/// How long a cursor leads on; then it is stale.
const CURSOR_LIFETIME: Lifetime = Lifetime::seconds(3600);

/// `GET /consents`.
pub(crate) async fn search(incoming: Incoming) -> Result<Response, Failure> {
    let admitted = Admitted::admit(incoming).await?;
    let parameters = parameters::read(&admitted.uri)?;
    let expand = Expand::read(&parameters, Expandable::CONSENT)?;
    let search = read(&admitted, &parameters)?;
    let Admitted { visit, requester, .. } = &admitted;
    let (addresses, tenant) = (&admitted.addresses, &visit.tenant);
    let RecordsFound { records, total, next } =
        visit.ledger().search_records(tenant, requester, &search).await?;
    let resources = records
        .iter()
        .map(|view| ConsentResource::new(addresses, tenant, view).expanded(addresses, tenant, view, &expand))
        .collect();
    let shown: Vec<(&str, &str)> = SHOWN
        .into_iter()
        .filter_map(|name| Some((name, parameters.all(name).next()?)))
        .collect();
    let next = next.filter(|_| search.page.is_some()).map(|position| {
        let question = question(&admitted, &parameters);
        let cursor = cursor::encode(
            tenant,
            LIST,
            &question,
            &said(position, total, visit.ledger().now()),
        );
        let mut shown = shown.clone();
        shown.retain(|(name, _)| *name != "cursor");
        shown.push(("cursor", &cursor));
        addresses.consents().with_parameters(&shown)
    });
    let own = addresses.consents().with_parameters(&shown);
    let collection = Collection::page("consents", own, resources, total, next);
    answer(StatusCode::OK, admitted.format, Keep::Never, &collection)
}

fn read(admitted: &Admitted, parameters: &Parameters) -> Result<RecordSearch, Failure> {
    let text = |name| Ok::<_, Failure>(one(parameters, name)?.map(str::to_owned));
    let settings = &admitted.visit.tenant.tenant.records;
    let status = match one(parameters, "status")? {
        None => None,
        Some(name) => {
            Some(RecordStatus::from_name(settings, name).ok_or_else(|| wrong("status", statuses(settings)))?)
        }
    };
    Ok(RecordSearch {
        subject: text("subject")?,
        actor: text("actor")?,
        definition: text("definition")?,
        audience: text("audience")?,
        collaborator: text("collaborator")?,
        status,
        everybody: flag(parameters, "all")?,
        page: page(admitted, parameters)?,
    })
}

fn page(admitted: &Admitted, parameters: &Parameters) -> Result<Option<Page>, Failure> {
    let most = admitted.visit.tenant.tenant.records.search_size_limit;
    let cursor = one(parameters, "cursor")?;
    let Some(limit) = one(parameters, "limit")? else {
        return match cursor {
            Some(_) => Err(wrong("cursor", "needs a limit")),
            None => Ok(None),
        };
    };
    let is_plain = limit.bytes().all(|byte| byte.is_ascii_digit());
    let size = limit
        .parse::<u32>()
        .ok()
        .filter(|size| is_plain && (1..=most).contains(size))
        .ok_or_else(|| wrong("limit", format!("must be a number from 1 to {most}")))?;
    let after = match cursor {
        None => None,
        Some(cursor) => {
            let question = question(admitted, parameters);
            let said = cursor::decode(&admitted.visit.tenant, LIST, &question, cursor);
            let after = said.and_then(|said| meant(&said, admitted.visit.ledger().now()));
            Some(after.ok_or_else(|| wrong("cursor", "does not belong to this search, or is too old"))?)
        }
    };
    Ok(Some(Page { size, after }))
}

/// Everything that decides what a search finds: who asks, and for what.
fn question(admitted: &Admitted, parameters: &Parameters) -> String {
    let mut question = format!(
        "{} {}",
        admitted.requester.is_privileged(),
        admitted.requester.dn()
    );
    for name in &SHOWN[..7] {
        for value in parameters.all(name) {
            question.push('\n');
            question.push_str(name);
            question.push('=');
            question.push_str(&crate::path::encoded(value));
        }
    }
    question
}

/// What a cursor says: position, how many there were, and when it was made.
fn said((at, id): Position, total: u64, now: Timestamp) -> String {
    format!("{}:{id}:{total}:{}", at.as_micros(), now.as_micros())
}

fn meant(said: &str, now: Timestamp) -> Option<(Position, u64)> {
    let mut parts = said.split(':');
    let at = Timestamp::from_micros(parts.next()?.parse().ok()?);
    let (id, total) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let made = Timestamp::from_micros(parts.next()?.parse().ok()?);
    (now < made.plus(CURSOR_LIFETIME)).then_some(((at, id), total))
}
