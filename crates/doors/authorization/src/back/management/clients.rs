//! The calls about clients. Bodies are not wrapped.

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use consentry_domain::{
    ClientId, Lifetime, Timestamp,
    client::{Client, Wrong},
};
use consentry_ledger::{
    TenantSnapshot,
    clients::{MOST_GRACE, Write},
    once::Outcome,
};
use consentry_web::{
    error::{ApiError, Vendor},
    headers,
    visit::Visit,
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::{
    admission::{Admitted, invalid, members, not_found, refused},
    fields::{self, Kind},
    reader::Reader,
    wire::{self, REDACTED},
};

/// `POST …/clients`: the secret is in this answer and in no other (TPA-CL-02).
pub(super) async fn create(visit: Visit, request: Request) -> Result<Response, Vendor> {
    let (admitted, body) = Admitted::admit(visit, request).await?;
    let body = admitted.read(body).await?;
    let create = async |admitted: Admitted| {
        let members = members(&body)?;
        let write = |tenant: &TenantSnapshot, client: &mut Client| {
            fields::write(&members, Kind::Create, tenant, client)
        };
        let ledger = admitted.visit.ledger();
        let made = ledger.register_client(admitted.tenant().id(), admitted.act(), &write);
        let made = made.await.map_err(refused)?;
        let shown = wire::client(admitted.tenant(), &made.client, made.secret.as_ref());
        created(&admitted, &made.client.id, &shown)
    };
    let repeat = async |outcome: Outcome| {
        let made = outcome.made.and_then(|id| ClientId::parse(&id).ok());
        let made = made.ok_or_else(not_found)?;
        let shown = as_it_is(&admitted, &made)?;
        created(&admitted, &made, &shown)
    };
    Ok(admitted.tell(admitted.once(&body, create, repeat).await?))
}

/// `GET …/clients`: all of them, by id.
pub(super) async fn list(visit: Visit, request: Request) -> Result<Response, Vendor> {
    let (admitted, _body) = Admitted::admit(visit, request).await?;
    let tenant = admitted.tenant();
    let clients = admitted.visit.ledger().clients_of(tenant, admitted.act());
    let shown: Vec<Value> = clients
        .iter()
        .map(|client| wire::client(tenant, client, None))
        .collect();
    Ok(admitted.tell(answer(StatusCode::OK, &json!(shown))?))
}

/// `GET …/clients/{clientId}`.
pub(super) async fn read(visit: Visit, request: Request) -> Result<Response, Vendor> {
    let (admitted, _body) = Admitted::admit(visit, request).await?;
    let shown = as_it_is(&admitted, &admitted.client()?)?;
    Ok(admitted.tell(answer(StatusCode::OK, &shown)?))
}

/// `PUT …/clients/{clientId}`: the fields given, each whole (TPA-CL-04).
pub(super) async fn change(visit: Visit, request: Request) -> Result<Response, Vendor> {
    let (admitted, body) = Admitted::admit(visit, request).await?;
    let body = admitted.read(body).await?;
    let write = async |admitted: Admitted| {
        let members = members(&body)?;
        let write = |tenant: &TenantSnapshot, client: &mut Client| {
            fields::write(&members, Kind::Change, tenant, client)
        };
        put(&admitted, &write).await
    };
    let repeat = async |_outcome: Outcome| {
        let shown = as_it_is(&admitted, &admitted.client()?)?;
        answer(StatusCode::OK, &shown)
    };
    Ok(admitted.tell(admitted.once(&body, write, repeat).await?))
}

/// `PUT …/clients/{clientId}/resources`.
pub(super) async fn resources(visit: Visit, request: Request) -> Result<Response, Vendor> {
    let (admitted, body) = Admitted::admit(visit, request).await?;
    let body = admitted.read(body).await?;
    let write = async |admitted: Admitted| {
        let members = members(&body)?;
        let write = |_tenant: &TenantSnapshot, client: &mut Client| write_resources(&members, client);
        put(&admitted, &write).await
    };
    let repeat = async |_outcome: Outcome| {
        let shown = as_it_is(&admitted, &admitted.client()?)?;
        answer(StatusCode::OK, &shown)
    };
    Ok(admitted.tell(admitted.once(&body, write, repeat).await?))
}

/// `DELETE …/clients/{clientId}`.
pub(super) async fn delete(visit: Visit, request: Request) -> Result<Response, Vendor> {
    let (admitted, _body) = Admitted::admit(visit, request).await?;
    let remove = async |admitted: Admitted| {
        let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant().id());
        let client = admitted.client()?;
        let removed = ledger.remove_client(tenant, admitted.act(), &client);
        removed.await.map_err(refused)?;
        Ok(gone())
    };
    let repeat = async |_outcome: Outcome| Ok(gone());
    Ok(admitted.tell(admitted.once(&[], remove, repeat).await?))
}

/// `DELETE …/clients`: all but the one that asks; 404 where there is no other.
pub(super) async fn delete_all(visit: Visit, request: Request) -> Result<Response, Vendor> {
    let (admitted, _body) = Admitted::admit(visit, request).await?;
    let remove = async |admitted: Admitted| {
        let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant().id());
        let removed = ledger.remove_clients(tenant, admitted.act());
        if removed.await.map_err(refused)? == 0 {
            return Err(not_found());
        }
        Ok(gone())
    };
    let repeat = async |_outcome: Outcome| Ok(gone());
    Ok(admitted.tell(admitted.once(&[], remove, repeat).await?))
}

/// `POST …/clients/{clientId}/secret/rotate`: older secrets are accepted for `grace_seconds` more, to the second.
pub(super) async fn rotate(visit: Visit, request: Request) -> Result<Response, Vendor> {
    let (admitted, body) = Admitted::admit(visit, request).await?;
    let body = admitted.read(body).await?;
    let rotate = async |admitted: Admitted| {
        let grace = grace(&members(&body)?).map_err(invalid)?;
        let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant().id());
        let client = admitted.client()?;
        let rotated = ledger.rotate_client_secret(tenant, admitted.act(), &client, grace);
        let rotated = rotated.await.map_err(refused)?;
        let ends = rotated.old_until.map(Timestamp::to_rfc3339_millis);
        let shown = json!({ "client_secret": rotated.secret.expose(), "expires_at": ends });
        answer(StatusCode::OK, &shown)
    };
    let repeat = async |_outcome: Outcome| {
        let tenant = admitted.tenant_now()?;
        let client = find(&admitted, &tenant, &admitted.client()?)?;
        let ends = client.secrets.iter().filter_map(|secret| secret.expires_at).max();
        let ends = ends.map(Timestamp::to_rfc3339_millis);
        answer(
            StatusCode::OK,
            &json!({ "client_secret": REDACTED, "expires_at": ends }),
        )
    };
    Ok(admitted.tell(admitted.once(&body, rotate, repeat).await?))
}

async fn put(admitted: &Admitted, write: Write<'_>) -> Result<Response, ApiError> {
    let client = admitted.client()?;
    let ledger = admitted.visit.ledger();
    let changed = ledger.change_client(admitted.tenant().id(), admitted.act(), &client, write);
    let changed = changed.await.map_err(refused)?;
    let shown = wire::client(admitted.tenant(), &changed, None);
    answer(StatusCode::OK, &shown)
}

fn write_resources(members: &Map<String, Value>, client: &mut Client) -> Result<(), Vec<Wrong>> {
    let mut reader = Reader::new(members);
    match reader.texts("resource_ids", 100, 2048) {
        Some(resources) => client.resources = resources.or(Vec::new()),
        None if reader.raw("resource_ids").is_none() => reader.refuse("resource_ids", "is missing"),
        None => {}
    }
    reader.finish()
}

fn grace(members: &Map<String, Value>) -> Result<Lifetime, Vec<Wrong>> {
    let mut reader = Reader::new(members);
    let seconds = reader.seconds("grace_seconds", 0, MOST_GRACE.as_seconds());
    reader.finish()?;
    Ok(Lifetime::seconds(seconds.map_or(0, |seconds| seconds.or(0))))
}

/// A client as it is now.
fn as_it_is(admitted: &Admitted, id: &ClientId) -> Result<Value, ApiError> {
    let tenant = admitted.tenant_now()?;
    let client = find(admitted, &tenant, id)?;
    Ok(wire::client(&tenant, &client, None))
}

fn find(
    admitted: &Admitted,
    tenant: &TenantSnapshot,
    id: &ClientId,
) -> Result<std::sync::Arc<Client>, ApiError> {
    let client = tenant.clients.get(id);
    let client = client.filter(|client| client.application == admitted.application());
    client.cloned().ok_or_else(not_found)
}

fn created(admitted: &Admitted, id: &ClientId, shown: &Value) -> Result<Response, ApiError> {
    let place = format!(
        "{}/cis/v1/applications/{}/clients/{id}",
        admitted.visit.base_url(),
        admitted.application()
    );
    let mut answer = answer(StatusCode::CREATED, shown)?;
    let place = HeaderValue::from_str(&place).map_err(ApiError::internal)?;
    answer.headers_mut().insert(header::LOCATION, place);
    Ok(answer)
}

fn gone() -> Response {
    (StatusCode::NO_CONTENT, headers::api(), ()).into_response()
}

/// An answer that nobody may keep.
pub(super) fn answer(status: StatusCode, body: &Value) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(body).map_err(ApiError::internal)?;
    let media_type = [(header::CONTENT_TYPE, "application/json")];
    Ok((status, headers::api(), media_type, body).into_response())
}
