//! The calls about applications. Answers are wrapped in `result`.

use axum::{extract::Request, response::Response};
use consentry_domain::{
    client::{LONGEST_URI, UriUse, Wrong, check_uri},
    tenant::Application,
};
use consentry_ledger::once::Outcome;
use consentry_web::{
    error::{ApiError, Vendor},
    visit::Visit,
};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    admission::{Admitted, authority, members, not_found, refused},
    clients::answer,
    reader::{Given, Reader},
    wire,
};

/// Most resources and hosts.
const MOST: usize = 100;

/// `GET /v1/applications`: those that the caller may touch, by id.
pub(super) async fn list(visit: Visit, request: Request) -> Result<Response, Vendor> {
    let (admitted, _body) = Admitted::admit(visit, request).await?;
    let tenant = admitted.tenant();
    let (own, is_admin) = authority(admitted.act().permit.caller())?;
    let shown: Vec<Value> = tenant
        .applications
        .values()
        .filter(|application| is_admin || application.id == own)
        .map(|application| wire::application(tenant, application))
        .collect();
    Ok(admitted.tell(answer(StatusCode::OK, &json!({ "result": shown }))?))
}

/// `GET /v1/applications/{appId}`.
pub(super) async fn read(visit: Visit, request: Request) -> Result<Response, Vendor> {
    let (admitted, _body) = Admitted::admit(visit, request).await?;
    Ok(admitted.tell(as_it_is(&admitted)?))
}

/// `PUT /v1/applications/{appId}`: the fields given.
pub(super) async fn change(visit: Visit, request: Request) -> Result<Response, Vendor> {
    let (admitted, body) = Admitted::admit(visit, request).await?;
    let body = admitted.read(body).await?;
    let put = async |admitted: Admitted| {
        let members = members(&body)?;
        let write = |application: &mut Application| write(&members, &admitted, application);
        let ledger = admitted.visit.ledger();
        let changed = ledger.change_application(admitted.tenant().id(), admitted.act(), &write);
        let changed = changed.await.map_err(refused)?;
        let shown = wire::application(admitted.tenant(), &changed);
        answer(StatusCode::OK, &json!({ "result": shown }))
    };
    let repeat = async |_outcome: Outcome| as_it_is(&admitted);
    Ok(admitted.tell(admitted.once(&body, put, repeat).await?))
}

fn as_it_is(admitted: &Admitted) -> Result<Response, ApiError> {
    let tenant = admitted.tenant_now()?;
    let application = tenant.applications.get(&admitted.application());
    let shown = wire::application(&tenant, application.ok_or_else(not_found)?);
    answer(StatusCode::OK, &json!({ "result": shown }))
}

fn write(
    members: &Map<String, Value>,
    admitted: &Admitted,
    application: &mut Application,
) -> Result<(), Vec<Wrong>> {
    let mut reader = Reader::new(members);
    for (name, is) in [
        ("app_id", json!(application.id)),
        ("tenant_id", json!(admitted.tenant().id())),
    ] {
        if reader.raw(name).is_some_and(|value| *value != is) {
            reader.refuse(name, "cannot be changed");
        }
    }
    match reader.text("name", 200) {
        Some(Given::Value(name)) => application.name = name,
        Some(Given::Default) => reader.refuse("name", "must be a text"),
        None => {}
    }
    if let Some(resource) = reader.text("default_resource", LONGEST_URI) {
        application.default_resource = resource.value();
    }
    if let Some(resources) = reader.texts("resources", MOST, LONGEST_URI) {
        application.resources = resources.or(Vec::new());
    }
    let resources = application.resources.iter();
    if resources
        .chain(&application.default_resource)
        .any(|resource| !is_resource(resource))
    {
        reader.refuse("resources", "must be absolute addresses without fragment");
    }
    if let Some(hosts) = reader.texts("consent_hosts", MOST, 259) {
        let hosts = hosts.or(Vec::new());
        if hosts.iter().any(|host| !is_host(host)) {
            reader.refuse("consent_hosts", "must be hosts, with a port where it matters");
        }
        application.consent_hosts = hosts;
    }
    reader.finish()
}

/// RFC 8707 2: absolute, without fragment.
fn is_resource(resource: &str) -> bool {
    url::Url::parse(resource).is_ok() && !resource.contains('#') && !resource.contains(char::is_whitespace)
}

fn is_host(host: &str) -> bool {
    let uri = format!("https://{host}/");
    check_uri(&uri, UriUse::Page).is_ok_and(|parts| parts.authority == host)
}
