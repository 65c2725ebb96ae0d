//! Whether `offline_access` is honoured (TPA-CN-06).

use consentry_domain::{
    client::{Client, Prompt},
    scope::Scope,
};

use super::{AuthorizationRequest, ask::Standing};

/// The scope of a request as far as it can be granted: `offline_access` stays only if the person is asked for consent in this
/// request, or gave it to this confidential client before and it still counts. A first party's own clients keep it. What is for one time
/// only is never refreshed.
pub(super) fn honoured(request: &AuthorizationRequest, client: &Client, standing: &Standing) -> Scope {
    let keeps = !request.is_once()
        && (!client.is_third_party
            || request.prompts(Prompt::Consent)
            || (!client.is_public() && standing.covers(Scope::OFFLINE_ACCESS)));
    request
        .scope
        .filter(|value| keeps || value.as_str() != Scope::OFFLINE_ACCESS)
}
