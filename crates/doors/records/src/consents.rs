//! Records: create, read, replace, update, delete (consent-api 8).

use axum::response::{IntoResponse, Response};
use consentry_domain::RecordId;
use consentry_ledger::{
    Target,
    access::DeleteRecords,
    authorize,
    once::Outcome,
    records::{ChangedRecord, Identities, NamedIdentities, RecordView, WriteRecordError},
};
use consentry_web::headers;
use http::{StatusCode, header};

use crate::{
    admission::{Admitted, LIMITS},
    attributes::Attributes,
    expand::{Expand, Expandable},
    failure::{Failure, refused, unwritten},
    parameters,
    path::segment,
    precondition,
    representation::{ConsentResource, Keep, answer, with_header},
    served::Incoming,
    wish::{self, Meant},
};

/// How often a change that lost against another is made anew.
const ATTEMPTS: u32 = 3;

/// `POST /consents`.
pub(crate) async fn create(incoming: Incoming) -> Result<Response, Failure> {
    let (admitted, body) = Admitted::admit_with_body(incoming).await?;
    let body = admitted.read(body).await?;
    let made = async |outcome: Outcome| {
        let id = outcome.made.as_deref().and_then(|id| id.parse().ok());
        let view = record(&admitted, id.ok_or_else(Failure::not_found)?).await?;
        created(&admitted, &view)
    };
    admitted
        .once(&body, async |admitted| make(&admitted, &body).await, made)
        .await
}

async fn make(admitted: &Admitted, body: &[u8]) -> Result<Response, Failure> {
    let attributes = Attributes::parse(body, &LIMITS)?;
    let Admitted { visit, requester, .. } = admitted;
    let identities = identities(admitted, &attributes, NamedIdentities::default()).await?;
    let wish = wish::read(&visit.tenant.tenant.records, &attributes, Meant::Whole)?;
    let permit = requester
        .permit_to_create()
        .map_err(|denied| unwritten(denied.into()))?;
    let made = visit
        .ledger()
        .create_record(
            &visit.tenant,
            &permit,
            requester,
            identities,
            &wish,
            Some(&admitted.request),
        )
        .await
        .map_err(|error| refused(error, &wish))?;
    created(admitted, &made)
}

fn created(admitted: &Admitted, made: &RecordView) -> Result<Response, Failure> {
    let answer = shown(admitted, StatusCode::CREATED, made, &Expand::default())?;
    with_header(answer, header::LOCATION, &admitted.addresses.consent(made.id))
}

/// `GET /consents/{id}`.
pub(crate) async fn read(incoming: Incoming) -> Result<Response, Failure> {
    let admitted = Admitted::admit(incoming).await?;
    let view = record(&admitted, id(&admitted)?).await?;
    let expand = Expand::read(&parameters::read(&admitted.uri)?, Expandable::CONSENT)?;
    shown(&admitted, StatusCode::OK, &view, &expand)
}

/// `PUT /consents/{id}`: the body is the whole record.
pub(crate) async fn replace(incoming: Incoming) -> Result<Response, Failure> {
    change(incoming, Verb::Put).await
}

/// `PATCH /consents/{id}`: the body is what changes.
pub(crate) async fn update(incoming: Incoming) -> Result<Response, Failure> {
    change(incoming, Verb::Patch).await
}

/// `DELETE /consents/{id}`.
pub(crate) async fn delete(incoming: Incoming) -> Result<Response, Failure> {
    let admitted = Admitted::admit(incoming).await?;
    let remove = async |admitted| remove(&admitted).await;
    admitted.once(&[], remove, async |_gone| Ok(gone())).await
}

fn gone() -> Response {
    (StatusCode::NO_CONTENT, headers::api(), ()).into_response()
}

async fn remove(admitted: &Admitted) -> Result<Response, Failure> {
    let Admitted { visit, requester, .. } = admitted;
    let permit = authorize::<DeleteRecords>(requester.caller(), Target::Tenant)
        .map_err(|denied| unwritten(denied.into()))?;
    let precondition = precondition::read(&admitted.headers)?;
    visit
        .ledger()
        .delete_record(
            &visit.tenant,
            &permit,
            requester,
            id(admitted)?,
            &precondition,
            Some(&admitted.request),
        )
        .await
        .map_err(unwritten)?;
    Ok(gone())
}

/// How a record is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Put,
    Patch,
}

async fn change(incoming: Incoming, verb: Verb) -> Result<Response, Failure> {
    let (admitted, body) = Admitted::admit_with_body(incoming).await?;
    let body = admitted.read(body).await?;
    let changed = async |_outcome| {
        let view = record(&admitted, id(&admitted)?).await?;
        shown(&admitted, StatusCode::OK, &view, &Expand::default())
    };
    let write = async |admitted| write(&admitted, &body, verb).await;
    admitted.once(&body, write, changed).await
}

/// Reads the record, lets the body say what it shall be, writes it; from the start when somebody was faster.
async fn write(admitted: &Admitted, body: &[u8], verb: Verb) -> Result<Response, Failure> {
    let attributes = Attributes::parse(body, &LIMITS)?;
    let precondition = precondition::read(&admitted.headers)?;
    let id = id(admitted)?;
    for _ in 0..ATTEMPTS {
        let before = record(admitted, id).await?;
        let named = NamedIdentities {
            before: Some(&before),
            is_whole: verb == Verb::Put,
            ..NamedIdentities::default()
        };
        let identities = identities(admitted, &attributes, named).await?;
        let meant = match verb {
            Verb::Put => Meant::Whole,
            Verb::Patch => Meant::Changes(&before),
        };
        let Admitted { visit, requester, .. } = admitted;
        let wish = wish::read(&visit.tenant.tenant.records, &attributes, meant)?;
        let permit = requester
            .permit_for(before.owner())
            .map_err(|denied| unwritten(denied.into()))?;
        let change = ChangedRecord {
            before: &before,
            wish: &wish,
            identities,
            precondition: &precondition,
            request: Some(&admitted.request),
        };
        match visit
            .ledger()
            .change_record(&visit.tenant, &permit, requester, change)
            .await
        {
            Ok(after) => return shown(admitted, StatusCode::OK, &after, &Expand::default()),
            Err(WriteRecordError::Changed) => {}
            Err(error) => return Err(refused(error, &wish)),
        }
    }
    Err(unwritten(WriteRecordError::Changed))
}

fn shown(
    admitted: &Admitted,
    status: StatusCode,
    view: &RecordView,
    expand: &Expand,
) -> Result<Response, Failure> {
    let (addresses, tenant) = (&admitted.addresses, &admitted.visit.tenant);
    let resource = ConsentResource::new(addresses, tenant, view).expanded(addresses, tenant, view, expand);
    let answer = answer(status, admitted.format, Keep::Never, &resource)?;
    with_header(answer, header::ETAG, &precondition::tag(view.revision))
}

async fn record(admitted: &Admitted, id: RecordId) -> Result<RecordView, Failure> {
    let Admitted { visit, requester, .. } = admitted;
    Ok(visit.ledger().record(&visit.tenant, requester, id).await?)
}

async fn identities(
    admitted: &Admitted,
    attributes: &Attributes,
    named: NamedIdentities<'_>,
) -> Result<Identities, Failure> {
    let Admitted { visit, requester, .. } = admitted;
    let (subject, actor) = (attributes.text("subject"), attributes.text("actor"));
    let named = NamedIdentities {
        subject: subject.as_deref(),
        actor: actor.as_deref(),
        ..named
    };
    Ok(visit
        .ledger()
        .resolve_identities(&visit.tenant, requester, named)
        .await?)
}

/// The id in the path; a text that cannot be one names nothing.
fn id(admitted: &Admitted) -> Result<RecordId, Failure> {
    let text = segment(&admitted.uri, 1)
        .filter(|text| text.len() == 36)
        .ok_or_else(Failure::not_found)?;
    text.parse().map_err(|_| Failure::not_found())
}
