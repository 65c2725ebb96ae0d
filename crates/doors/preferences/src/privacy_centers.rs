//! Centers as a resource (consent-tokens-and-preferences 11.2): what pages of others show of them, and what a back end makes of them. They
//! are settings of the tenant, as the manifest has them.

use axum::{extract::Request, response::Response};
use consentry_domain::tenant::{Center, PreferencesSettings};
use consentry_ledger::preferences::named;
use consentry_web::{parameters::Rules, path, query, rate_limits, visit::Visit};
use http::HeaderMap;
use serde_json::{Value, json};

use crate::{
    admission::{Admitted, Counted, by_public_key},
    answer::{ok, page},
    center::{
        published, resource, shown_address,
        written::{self, Form},
    },
    failure::{Feathers, not_found},
    repeated,
};

/// `GET /privacy-centers`.
pub(crate) async fn list(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let _permit = admitted.managing()?;
    admitted.require_organization()?;
    let settings = &admitted.tenant().tenant.preferences;
    let all = settings.centers.iter();
    let all = all.map(|center| shown(&admitted, settings, center)).collect();
    Ok(admitted.told(page(all, &admitted.query)?))
}

/// `GET /privacy-centers/{center}`: all of it for a session; what is published of it for whoever names the public key or has a token.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let parameters = query::read(request.uri(), &Rules::DEFAULT)?;
    let base = if request.uri().path().starts_with("/v1/") {
        "/v1"
    } else {
        ""
    };
    let id = path::segment(request.uri(), base, 1).ok_or_else(not_found)?;
    let headers: HeaderMap = request.headers().clone();
    let lang = parameters.all("lang").next();
    let settings = &visit.tenant.tenant.preferences;
    if let Some(key) = parameters.all("key").next() {
        let quota = by_public_key(&visit, key)?;
        let center = settings.center(&id).ok_or_else(not_found)?;
        let answer = ok(&published(&visit, center, &headers, lang));
        return Ok(rate_limits::told_in_draft_7(answer, Some(&quota)));
    }
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    admitted.require_organization()?;
    let settings = &admitted.tenant().tenant.preferences;
    let center = settings.center(&id).ok_or_else(not_found)?;
    let answer = match admitted.token() {
        Some(token) => {
            let mut published = published(&admitted.visit, center, &headers, lang);
            // For a page that says that somebody acts for the person (11.1); who does is not the person's business.
            if token.detail.delegate.is_some() {
                published["acting_for"] = token.organization_user_id.as_str().into();
            }
            published
        }
        None => shown(&admitted, settings, center),
    };
    Ok(admitted.told(ok(&answer)))
}

/// `POST /privacy-centers`.
pub(crate) async fn add(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let make = async |visit, request| resource::make(Form::Center, visit, request).await;
    repeated::once(visit, request, make, read).await
}

/// `PUT /privacy-centers/{center}`.
pub(crate) async fn put(visit: Visit, request: Request) -> Result<Response, Feathers> {
    resource::change(Form::Center, visit, request, false).await
}

/// `PATCH /privacy-centers/{center}`.
pub(crate) async fn patch(visit: Visit, request: Request) -> Result<Response, Feathers> {
    resource::change(Form::Center, visit, request, true).await
}

/// `DELETE /privacy-centers/{center}`: answers what it was.
pub(crate) async fn delete(visit: Visit, request: Request) -> Result<Response, Feathers> {
    resource::delete(Form::Center, visit, request).await
}

/// A center as a back end sees it.
pub(crate) fn shown(admitted: &Admitted, settings: &PreferencesSettings, center: &Center) -> Value {
    let tenant = &admitted.tenant().tenant;
    let name = named(&center.title, &[tenant.locale.as_str()]).unwrap_or(&center.id);
    let url = shown_address(&admitted.visit, center);
    let mut shown = written::shown(settings, center, url);
    shown["organization_id"] = tenant.slug.as_str().into();
    shown["name"] = name.into();
    shown["purposes"] = json!(center.purposes);
    shown["preferences"] = json!(center.preferences);
    shown["template"] = center.template.as_str().into();
    shown["custom_domains"] = json!(center.hosts);
    shown["privacy_policy"] = json!(center.privacy_policy);
    let email = center
        .help
        .as_deref()
        .and_then(|help| help.strip_prefix("mailto:"));
    shown["legal_name"] = json!(center.legal_name);
    shown["website"] = json!(center.website);
    shown["contact"] = json!({ "email": email, "schedule": center.schedule, "address": center.address });
    shown["customization"] = json!({ "colors": { "primary": center.accent } });
    shown
}
