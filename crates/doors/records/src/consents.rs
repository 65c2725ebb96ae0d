//! Records: create, read, search, replace, update, delete (consent-api 8, 9).

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::RecordId;
use consentry_ledger::{
    Target,
    access::DeleteRecords,
    authorize,
    records::{ChangedRecord, Identities, NamedIdentities, RecordSearch, RecordView, WriteRecordError},
};
use consentry_web::{
    error::{ApiError, FieldError},
    headers,
    parameters::{Parameters, Rules},
    query,
    visit::Visit,
};
use http::{HeaderValue, StatusCode, header};

use crate::{
    admission::Admitted,
    attributes::Attributes,
    failure::{Code, Failure, refused, unwritten},
    path::segment,
    representation::{Collection, ConsentResource, Keep, answer},
    wish::{self, Meant},
};

/// How often a change that lost against another is made anew.
const ATTEMPTS: u32 = 3;

/// `GET /consents`.
pub(crate) async fn search(visit: Visit, request: Request) -> Result<Response, Failure> {
    let admitted = Admitted::admit(visit, request).await?;
    let parameters = query::read(&admitted.uri, &Rules::DEFAULT).map_err(ApiError::from)?;
    let search = RecordSearch {
        subject: parameter(&parameters, "subject")?,
        actor: parameter(&parameters, "actor")?,
        definition: parameter(&parameters, "definition")?,
        audience: parameter(&parameters, "audience")?,
        collaborator: parameter(&parameters, "collaborator")?,
    };
    let Admitted {
        visit,
        requester,
        addresses,
        ..
    } = &admitted;
    let found = visit
        .ledger()
        .search_records(&visit.tenant, requester, &search)
        .await?;
    let resources = found
        .iter()
        .map(|view| ConsentResource::new(addresses, &visit.tenant, view))
        .collect();
    let given: Vec<(&str, &str)> = [
        ("subject", &search.subject),
        ("actor", &search.actor),
        ("definition", &search.definition),
        ("audience", &search.audience),
        ("collaborator", &search.collaborator),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    .collect();
    let collection = Collection::new("consents", addresses.consents(&given), resources);
    answer(StatusCode::OK, admitted.format, Keep::Never, &collection)
}

/// `POST /consents`.
pub(crate) async fn create(visit: Visit, request: Request) -> Result<Response, Failure> {
    let (admitted, body) = Admitted::admit_with_body(visit, request).await?;
    let attributes = admitted.read_attributes(body).await?;
    let Admitted {
        visit,
        requester,
        addresses,
        ..
    } = &admitted;
    let identities = identities(&admitted, &attributes, NamedIdentities::default()).await?;
    let wish = wish::read(&attributes, Meant::Whole)?;
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
    let resource = ConsentResource::new(addresses, &visit.tenant, &made);
    let mut answer = answer(StatusCode::CREATED, admitted.format, Keep::Never, &resource)?;
    let location = HeaderValue::from_str(&addresses.consent(made.id))
        .map_err(|error| Failure::from(ApiError::internal(error)))?;
    answer.headers_mut().insert(header::LOCATION, location);
    Ok(answer)
}

/// `GET /consents/{id}`.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Failure> {
    let admitted = Admitted::admit(visit, request).await?;
    let view = record(&admitted, id(&admitted)?).await?;
    shown(&admitted, &view)
}

/// `PUT /consents/{id}`: the body is the whole record.
pub(crate) async fn replace(visit: Visit, request: Request) -> Result<Response, Failure> {
    change(visit, request, Verb::Put).await
}

/// `PATCH /consents/{id}`: the body is what changes.
pub(crate) async fn update(visit: Visit, request: Request) -> Result<Response, Failure> {
    change(visit, request, Verb::Patch).await
}

/// `DELETE /consents/{id}`.
pub(crate) async fn delete(visit: Visit, request: Request) -> Result<Response, Failure> {
    let admitted = Admitted::admit(visit, request).await?;
    let Admitted { visit, requester, .. } = &admitted;
    let permit = authorize::<DeleteRecords>(requester.caller(), Target::Tenant)
        .map_err(|denied| unwritten(denied.into()))?;
    visit
        .ledger()
        .delete_record(
            &visit.tenant,
            &permit,
            requester,
            id(&admitted)?,
            Some(&admitted.request),
        )
        .await
        .map_err(unwritten)?;
    Ok((StatusCode::NO_CONTENT, headers::api(), ()).into_response())
}

/// How a record is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Put,
    Patch,
}

/// Reads the record, lets the body say what it shall be, writes it; from the start when somebody was faster.
async fn change(visit: Visit, request: Request, verb: Verb) -> Result<Response, Failure> {
    let (admitted, body) = Admitted::admit_with_body(visit, request).await?;
    let attributes = admitted.read_attributes(body).await?;
    let id = id(&admitted)?;
    for _ in 0..ATTEMPTS {
        let before = record(&admitted, id).await?;
        let named = NamedIdentities {
            before: Some(&before),
            is_whole: verb == Verb::Put,
            ..NamedIdentities::default()
        };
        let identities = identities(&admitted, &attributes, named).await?;
        let meant = match verb {
            Verb::Put => Meant::Whole,
            Verb::Patch => Meant::Changes(&before),
        };
        let wish = wish::read(&attributes, meant)?;
        let Admitted { visit, requester, .. } = &admitted;
        let permit = requester
            .permit_for(before.owner())
            .map_err(|denied| unwritten(denied.into()))?;
        let change = ChangedRecord {
            before: &before,
            wish: &wish,
            identities,
            request: Some(&admitted.request),
        };
        match visit
            .ledger()
            .change_record(&visit.tenant, &permit, requester, change)
            .await
        {
            Ok(after) => return shown(&admitted, &after),
            Err(WriteRecordError::Changed) => {}
            Err(error) => return Err(refused(error, &wish)),
        }
    }
    Err(unwritten(WriteRecordError::Changed))
}

fn shown(admitted: &Admitted, view: &RecordView) -> Result<Response, Failure> {
    let resource = ConsentResource::new(&admitted.addresses, &admitted.visit.tenant, view);
    answer(StatusCode::OK, admitted.format, Keep::Never, &resource)
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

/// A parameter that may be given once, and not empty (consent-api 9.4).
fn parameter(parameters: &Parameters, name: &'static str) -> Result<Option<String>, Failure> {
    let wrong = |why: &'static str| {
        Failure::new(Code::InvalidRequest, format!("the parameter {name} {why}"))
            .with(|error| error.field(FieldError::parameter(name, why)))
    };
    match parameters.one(name) {
        Err(_) => Err(wrong("may appear at most once")),
        Ok(Some("")) => Err(wrong("must not be empty")),
        Ok(value) => Ok(value.map(str::to_owned)),
    }
}
