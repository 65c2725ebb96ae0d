//! `/oidc/token/revocation` (RFC 7009): a client gives a token back.

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_ledger::Opaque;
use consentry_web::{error::OAuth, headers, visit::Visit};
use http::StatusCode;

use super::{
    oauth_form, required,
    token::{denied, refused},
};
use crate::{bearer::issuer, client_authentication::authenticate};

/// Answers 200 whether or not there was such a token (B04-04); one of another client is refused (B04-02). `token_type_hint` is not needed to tell our two kinds apart, so a
/// wrong one changes nothing (B04-03).
pub(crate) async fn revoke(visit: Visit, request: Request) -> Result<Response, OAuth> {
    let (parts, body) = request.into_parts();
    let form = oauth_form(&parts.headers, body).await?;
    let proven = authenticate(&visit, &parts.headers, &form).await?;
    let token = Opaque::received(required(&form, "token")?);
    let permit = proven.permit().map_err(denied)?;
    visit
        .ledger()
        .revoke_token(&visit.tenant, &permit, &issuer(&visit), &token)
        .await
        .map_err(refused)?;
    Ok((headers::api(), StatusCode::OK).into_response())
}
