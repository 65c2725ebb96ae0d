//! Security event tokens (RFC 8417) as the UK's event notifications have them (consent-dashboard C4). What follows accounts, such as
//! `account-access-consent-linked-account-update`, waits for the dashboard's accounts.

use consentry_domain::{Fact, Timestamp, decision::EndReason};
use consentry_jose::Algorithm;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Telling;
use crate::{error::Fault, feed::Happening};

/// Before the names of the UK's events.
const EVENTS: &str = "urn:uk:org:openbanking:events:";

/// An authorization was taken back.
const REVOKED: &str = "consent-authorization-revoked";

/// Claims; times are whole seconds since 1970. `iat` is when the event was recorded, so that each attempt carries the same bytes (WHK-17).
#[derive(Debug, Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    jti: String,
    aud: &'a str,
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    txn: Option<String>,
    toe: i64,
    events: Map<String, Value>,
}

/// Whether an event is told.
pub(in crate::webhooks) fn tells(event: &Happening) -> bool {
    let is_revoked = match event.body().map(|body| &body.happened) {
        Some(Some(Fact::AgreementEnded { agreement })) => agreement
            .ended
            .as_ref()
            .is_none_or(|ended| ended.reason != EndReason::Superseded),
        // The name says that somebody took it back, which a time that is over is not.
        Some(_) => false,
        // Of somebody who was erased it is not known any more.
        None => true,
    };
    event.entry().name == "grant.ended" && is_revoked
}

/// A test, for whoever the endpoint belongs to.
pub(super) fn ping(telling: &Telling<'_>, id: &str, at: Timestamp) -> Result<String, Fault> {
    let endpoint = telling.endpoint;
    let mut events = Map::new();
    events.insert("urn:consentry:events:endpoint-ping".to_owned(), json!({}));
    sign(
        telling,
        &Claims {
            iss: telling.rendering.base,
            iat: at.as_seconds(),
            jti: id.to_owned(),
            aud: endpoint.client.as_str(),
            sub: format!("urn:uuid:{}", endpoint.id),
            txn: None,
            toe: at.as_seconds(),
            events,
        },
    )
}

/// The token of an event, with the name of the event in it.
pub(super) fn render(telling: &Telling<'_>, event: &Happening) -> Result<(String, String), Fault> {
    let name = format!("{EVENTS}{REVOKED}");
    let body = event.body();
    let agreement = body
        .and_then(|body| body.happened.as_ref())
        .and_then(Fact::agreement);
    let client = event.leaf.audience.as_deref().unwrap_or_default();
    let (sub, about) = match agreement {
        Some(agreement) => (
            format!("urn:uuid:{}", agreement.id),
            json!({ "subject": {
                "subject_type": "http://openbanking.org.uk/rid_http://openbanking.org.uk/rty",
                "http://openbanking.org.uk/rid": agreement.id,
                "http://openbanking.org.uk/rty": "account-access-consent",
            } }),
        ),
        // The person was erased (EVT-18).
        None => ("erased".to_owned(), json!({ "erased": true })),
    };
    let mut events = Map::new();
    events.insert(name.clone(), about);
    let ended = agreement.and_then(|agreement| agreement.ended.as_ref());
    let token = sign(
        telling,
        &Claims {
            iss: telling.rendering.base,
            iat: event.at().as_seconds(),
            jti: event.id().to_string(),
            aud: client,
            sub,
            txn: body.map(|body| body.decision.to_string()),
            toe: ended.map_or(event.at(), |ended| ended.at).as_seconds(),
            events,
        },
    )?;
    Ok((name, token))
}

/// RS256, whose signatures are the same for the same bytes (WHK-17).
fn sign(telling: &Telling<'_>, claims: &Claims<'_>) -> Result<String, Fault> {
    let key = telling.rendering.tenant.key_ring.signer(Algorithm::Rs256)?;
    key.sign(&key.header(Some("secevent+jwt")), claims)
        .map_err(|error| Fault::Signing(error.to_string()))
}
