//! Calls 6 and 7: a person looks at their own consents and takes them back, through a client of the first party.

use axum::{extract::Path, response::Response};
use consentry_domain::{ClientId, decision::EndReason};
use consentry_web::{error::Vendor, visit::Visit};
use http::{HeaderMap, Uri};

use super::{
    access::{Person, not_found},
    list::{List, parameters},
    stop::{Pair, Sent, only, stop},
    wire::Detail,
};

/// Call 6: the person's own consents within the application.
pub(crate) async fn list(visit: Visit, uri: Uri, headers: HeaderMap) -> Result<Response, Vendor> {
    let person = Person::of(&visit, &headers).await?;
    let list = List::read(&parameters(&uri)?)?;
    let permit = person.permit()?;
    Ok(list
        .answer(
            &visit,
            &permit,
            person.application,
            Some(person.subject),
            Detail::Named,
        )
        .await?)
}

/// Call 7: the person takes back what they gave one client.
pub(crate) async fn revoke(
    visit: Visit,
    Path(client): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Vendor> {
    let person = Person::of(&visit, &headers).await?;
    let parameters = parameters(&uri)?;
    let client = ClientId::parse(&client).map_err(|_| not_found())?;
    let permit = person.permit()?;
    let pair = Pair {
        subject: person.subject,
        application: person.application,
        client,
        only: only(&visit, &parameters)?,
    };
    let sent = Sent {
        uri: &uri,
        headers: &headers,
    };
    Ok(stop(&visit, &permit, sent, pair, EndReason::UserAction).await?)
}
