//! Step 14: at most one resource, known to the application and connected to the client (RFC 8707).

use url::Url;

use super::{Candidate, Refusal};

pub(super) fn check(candidate: &mut Candidate<'_>) -> Result<(), Refusal> {
    let mut named: Vec<&str> = candidate.parameters.all("resource").collect();
    named.sort_unstable();
    named.dedup();
    let invalid = |description: &'static str| Err(Refusal::new("invalid_target", description));
    let resource = match named.as_slice() {
        [] => return Ok(()),
        [one] => *one,
        _ => return invalid("only one resource may be named"),
    };
    if !Url::parse(resource).is_ok_and(|url| url.fragment().is_none()) {
        return invalid("resource must be an absolute address without fragment");
    }
    let known = candidate
        .tenant
        .applications
        .get(&candidate.client.application)
        .is_some_and(|application| application.resources.iter().any(|known| known == resource));
    if !known
        || !candidate
            .client
            .resources
            .iter()
            .any(|connected| connected == resource)
    {
        return invalid("the resource is not known here or not open to this client");
    }
    candidate.request.resources = vec![resource.to_owned()];
    Ok(())
}
