//! What was given of the `authorization_details` that were asked for (RFC 9396 6, 7, 9).

use consentry_domain::{
    authorization_details::ConsentRequest, enforce::Coverage, grant::Grant, scope::Scope,
};

use super::TokenError;
use crate::{Ledger, TenantSnapshot, error::Fault};

impl Ledger {
    /// What an answer of the token endpoint tells; none where nothing was asked for. Asking for more than was given is refused.
    pub(super) async fn details_told(
        &self,
        tenant: &TenantSnapshot,
        grant: &Grant,
        (were_asked, coverage): (bool, &Coverage),
        asked: Option<&ConsentRequest>,
    ) -> Result<Option<ConsentRequest>, TokenError> {
        let given = if were_asked {
            self.details_under(tenant, Some(grant), &coverage.covered).await?
        } else {
            None
        };
        match (asked, &given) {
            (None, _) => Ok(given),
            (Some(asked), Some(given)) if asked.is_within(given) => Ok(Some(given.clone())),
            (Some(_), _) => Err(TokenError::InvalidAuthorizationDetails(
                "authorization_details ask for more than was given",
            )),
        }
    }

    /// What tokens of a grant with this scope were given.
    pub(super) async fn details_under(
        &self,
        tenant: &TenantSnapshot,
        grant: Option<&Grant>,
        scope: &Scope,
    ) -> Result<Option<ConsentRequest>, Fault> {
        let Some((subject, id)) = grant.and_then(|grant| Some((grant.subject, grant.agreement?))) else {
            return Ok(None);
        };
        let Some(agreement) = self.particular_agreement(tenant, subject, id).await? else {
            return Ok(None);
        };
        let is_open = |cluster: &str| {
            let mut values = scope.values().iter();
            values.any(|value| tenant.clusters_of(value).iter().any(|open| open == cluster))
        };
        Ok(agreement.given_details(is_open))
    }
}
