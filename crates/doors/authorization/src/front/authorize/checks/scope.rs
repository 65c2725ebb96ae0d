//! Steps 9 and 10: `openid` for third parties, unknown values dropped, values the client may not ask for refused.

use consentry_domain::{DefinitionKey, definition::DefinitionKind, scope::Scope};
use consentry_ledger::TenantSnapshot;

use super::{Candidate, Refusal};

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let invalid = |description: &'static str| Refusal::new("invalid_scope", description);
    let asked = Scope::parse(candidate.value("scope").unwrap_or_default())
        .map_err(|_| invalid("scope has a character that is not allowed"))?;
    if candidate.client.is_third_party && !asked.contains(Scope::OPENID) {
        return Err(invalid("scope must contain openid"));
    }
    let known = asked.filter(|value| is_known(candidate.tenant, value));
    if !known.is_within(&candidate.client.allowed_scopes) {
        return Err(invalid("scope contains a value that this client may not ask for"));
    }
    if known.is_empty() {
        return Err(invalid("scope contains no value that is known here"));
    }
    candidate.request.scope = known;
    Ok(())
}

/// Whether a value can be asked for at all.
pub(super) fn is_known(tenant: &TenantSnapshot, value: &DefinitionKey) -> bool {
    [Scope::OPENID, Scope::OFFLINE_ACCESS].contains(&value.as_str())
        || tenant.definitions.get(value).is_some_and(|definition| {
            matches!(definition.kind, DefinitionKind::Scope | DefinitionKind::Protocol)
        })
}
