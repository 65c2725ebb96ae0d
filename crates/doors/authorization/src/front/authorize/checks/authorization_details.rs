//! Step 15: `authorization_details` of the one type there is (RFC 9396 5): supported by the tenant, allowed to the client, understood to the
//! last member. The data clusters that are named become the scopes that open them, since scopes are what people are asked about.

use consentry_domain::{DefinitionKey, authorization_details::ConsentRequest};

use super::{Candidate, Refusal, scope::is_known};
use crate::authorization_details::read;

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let Some(text) = candidate.value("authorization_details") else {
        return Ok(());
    };
    let invalid = |description: String| Refusal::new("invalid_authorization_details", description);
    let (kind, asked) = read(text).map_err(|wrong| invalid(wrong.to_string()))?;
    let allowed = &candidate.client.settings.authorization_details_types;
    if candidate.tenant.tenant.dashboard.fdx.is_none() || !allowed.contains(&kind) {
        return Err(invalid(
            "this client may not ask with details of this type".to_owned(),
        ));
    }
    for cluster in asked.clusters() {
        let opening = opening(candidate, &asked, cluster);
        if opening.is_empty() {
            return Err(invalid(
                "dataClusters name what this client may not ask for, or not alone".to_owned(),
            ));
        }
        let scope = &candidate.request.scope;
        candidate.request.scope = scope.values().iter().chain(&opening).cloned().collect();
    }
    candidate.request.details = Some(asked);
    Ok(())
}

/// The scopes that open a cluster and none that is not asked for, as far as the client may ask for them.
fn opening(candidate: &Candidate<'_>, asked: &ConsentRequest, cluster: &str) -> Vec<DefinitionKey> {
    let may_be_asked = candidate.client.allowed_scopes.values().iter();
    may_be_asked
        .filter(|value| is_known(candidate.tenant, value))
        .filter(|value| {
            let opened = candidate.tenant.clusters_of(value);
            let is_asked = |opened: &String| asked.clusters().any(|cluster| cluster == opened);
            opened.iter().any(|opened| opened == cluster) && opened.iter().all(is_asked)
        })
        .cloned()
        .collect()
}
