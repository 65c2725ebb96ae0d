//! Centers as a resource (consent-tokens-and-preferences 11.2): what pages of others show of them.

use axum::{extract::Request, response::Response};
use consentry_web::{parameters::Rules, path, query, rate_limits, visit::Visit};

use crate::{
    admission::{Admitted, Counted},
    answer::ok,
    center::published,
    failure::{Feathers, not_authenticated, not_found},
};

/// `GET /privacy-centers/{center}`: what is published of it, for whoever names the public key or has a token or session.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let parameters = query::read(request.uri(), &Rules::DEFAULT)?;
    let base = if request.uri().path().starts_with("/v1/") {
        "/v1"
    } else {
        ""
    };
    let id = path::segment(request.uri(), base, 1).ok_or_else(not_found)?;
    let headers = request.headers().clone();
    let lang = parameters.all("lang").next();
    let settings = &visit.tenant.tenant.preferences;
    if let Some(key) = parameters.all("key").next() {
        if !settings.is_public_key(key) {
            return Err(not_authenticated().detail("key is no public key of this organization").into());
        }
        let counted = visit.ledger().count_consent_token(&visit.tenant, visit.address);
        let quota = counted.map_err(|quota| rate_limits::exceeded_in_draft_7(&quota))?;
        let center = settings.center(&id).ok_or_else(not_found)?;
        let answer = ok(&published(&visit, center, &headers, lang));
        return Ok(rate_limits::told_in_draft_7(answer, Some(&quota)));
    }
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    admitted.require_organization()?;
    let center = admitted.tenant().tenant.preferences.center(&id);
    let center = center.ok_or_else(not_found)?;
    Ok(admitted.told(ok(&published(&admitted.visit, center, &headers, lang))))
}
