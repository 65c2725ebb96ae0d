//! Consent links (consent-tokens-and-preferences 9): made by a back end, carried out by the browser that opens one.

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use consentry_domain::{Lifetime, tenant::LinkAction};
use consentry_ledger::{
    Caller, Opaque, Target, authorize,
    preferences::{
        ConsentLink, DigestAlgorithm, DigestLink, LinkContent, LinkError, ManagePreferences, PreferenceError,
        ReadPreferences, Taking, WritePreferences, is_id,
    },
};
use consentry_web::{
    error::{ApiError, registry},
    origin,
    page::Page,
    parameters::{Parameters, Rules},
    query,
    visit::Visit,
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    admission::{Admitted, Counted, LARGEST},
    answer::ok,
    center::Look,
    failure::{Feathers, not_found, told},
    tokens,
    wish::{self, Reader},
};

/// How long a link works where nothing is said, in seconds.
const USUAL: i64 = 900;

/// Longest address to go on to, in bytes.
const LONGEST_ADDRESS: usize = 2_000;

#[derive(askama::Template)]
#[template(path = "preferences/notice.html")]
struct NoticePage {
    page: Page,
    kind: &'static str,
    message: &'static str,
}

/// `POST /consents/links`.
pub(crate) async fn make(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.managing()?;
    let mut body = admitted.read(body, LARGEST).await?;
    tokens::organization(&admitted, &body)?;
    let ledger = admitted.visit.ledger();
    let mut reader = Reader::default();
    let Some(object) = reader.object(&body, "") else {
        reader.finish()?;
        return Err(not_found().into());
    };
    let name = reader.id(object, "organization_user_id", "organization_user_id");
    if name.is_none() {
        reader.refuse("organization_user_id", "is missing");
    }
    let action = object.get("action").and_then(Value::as_str);
    let is_update = action == Some("event.update");
    if !is_update && action != Some("event.create") {
        reader.refuse("action", "must be event.create or event.update");
    }
    let longest = admitted
        .tenant()
        .tenant
        .preferences
        .consent_token_max_lifetime
        .as_seconds();
    let lifetime = match object.get("lifetime") {
        None => USUAL,
        Some(value) => match value.as_i64().filter(|own| (1..=longest).contains(own)) {
            Some(seconds) => seconds,
            None => {
                reader.refuse("lifetime", format!("must be 1 to {longest}"));
                USUAL
            }
        },
    };
    let redirect_url = object
        .get("redirect_url")
        .map(|value| value.as_str().unwrap_or_default());
    if redirect_url.is_some_and(|url| !is_address(url)) {
        reader.refuse(
            "redirect_url",
            "must be an address that begins with https:// or http://",
        );
    }
    let mut event = object.get("event").cloned().unwrap_or_default();
    if !event.is_object() {
        reader.refuse("event", "must be an object");
    } else if is_update {
        let id = event
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        if id.is_empty() {
            reader.refuse("event.id", "is missing");
        }
        wish::patch(&mut reader, &event, &id);
    } else {
        let wish = wish::event(&mut reader, &event);
        for wrong in ledger.foresee_preferences(admitted.tenant(), &[wish]) {
            reader.refuse(format!("event.{}", wrong.path), wrong.why);
        }
        if event.get("id").is_none() {
            event["id"] = ledger.event_id_for_link().into();
        }
    }
    let content = LinkContent {
        organization_user_id: name.unwrap_or_default(),
        is_update,
        event,
        redirect_url: redirect_url.map(str::to_owned),
    };
    reader.finish()?;
    let lifetime_of = Lifetime::seconds(lifetime);
    let link = ledger
        .issue_consent_link(admitted.tenant(), &permit, &content, lifetime_of)
        .await
        .map_err(told)?;
    let base = admitted.visit.base_url();
    body["event"] = content.event;
    body["lifetime"] = json!(lifetime);
    body["url"] = json!(format!("{base}/v1/consents/execute?token={}", link.expose()));
    Ok(admitted.told(ok(&body)))
}

fn is_address(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && url.len() <= LONGEST_ADDRESS
        && url
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
}

/// `GET /consents/execute`: does what a link says, once however often it is opened. What a program fetches ahead of a person does nothing.
pub(crate) async fn execute(visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let look = Look::new(&visit, None, &parts.headers, None);
    if origin::speculative(&parts.headers) {
        return look.failure(&visit, ApiError::new(&registry::UNAVAILABLE));
    }
    let parameters = query::read(&parts.uri, &Rules::DEFAULT).unwrap_or_default();
    let link = match parameters.all("token").next() {
        Some(token) => {
            let secret = Opaque::received(token);
            visit.ledger().consent_link(&visit.tenant, &secret).await
        }
        None => by_digest(&visit, &parameters).await,
    };
    let link = match link {
        Ok(link) => link,
        Err(LinkError::Unknown | LinkError::NotListed) => {
            let status = StatusCode::BAD_REQUEST;
            return notice(
                &visit,
                &look,
                status,
                ("error", "approval-unknown", "approval-unknown-text"),
            );
        }
        Err(LinkError::Over) => {
            return notice(
                &visit,
                &look,
                StatusCode::GONE,
                ("warning", "link-over", "link-over-text"),
            );
        }
        Err(LinkError::Fault(fault)) => return look.failure(&visit, fault.into()),
    };
    match carry_out(&visit, &link).await {
        Ok(()) => match &link.content.redirect_url {
            Some(url) => leave(url),
            None => notice(
                &visit,
                &look,
                StatusCode::OK,
                ("done", "link-done", "link-done-text"),
            ),
        },
        Err(error) => look.failure(&visit, error),
    }
}

/// A link that the first party made by itself: what it does stands in its address, beside the digest.
async fn by_digest(visit: &Visit, parameters: &Parameters) -> Result<ConsentLink, LinkError> {
    let one = |name: &str| parameters.one(name).ok().flatten().unwrap_or_default();
    let settings = &visit.tenant.tenant.preferences;
    let algorithm = DigestAlgorithm::from_name(one("auth_algorithm")).ok_or(LinkError::Unknown)?;
    let action = LinkAction::from_name(one("action")).ok_or(LinkError::Unknown)?;
    let event: Value = serde_json::from_str(one("event")).map_err(|_| LinkError::Unknown)?;
    let Value::Object(event) = event else {
        return Err(LinkError::Unknown);
    };
    let person = one("organization_user_id");
    let redirect_url = Some(one("redirect_url")).filter(|url| !url.is_empty());
    let is_good = settings.is_public_key(one("key")) && is_id(person) && redirect_url.is_none_or(is_address);
    if !is_good {
        return Err(LinkError::Unknown);
    }
    let link = DigestLink {
        algorithm,
        secret: one("auth_sid"),
        digest: one("auth_digest"),
        salt: one("auth_salt"),
        expiration: one("auth_expiration"),
        organization_user_id: person,
        action,
        event,
        redirect_url,
    };
    let found = visit.ledger().digest_link(&visit.tenant, link).await;
    if let Err(LinkError::NotListed) = found {
        tracing::warn!(
            "a consent link was refused: preferences.link_events or preferences.link_redirects does not list what it does"
        );
    }
    found
}

async fn carry_out(visit: &Visit, link: &ConsentLink) -> Result<(), ApiError> {
    let (ledger, tenant) = (visit.ledger(), &visit.tenant);
    let caller = Caller::Organization {
        key: link.key.clone(),
    };
    let denied = |denied| ApiError::new(&registry::FORBIDDEN).because(denied);
    let request = visit.request_id.to_string();
    let (content, mut reader) = (&link.content, Reader::default());
    if content.is_update {
        let id = content
            .event
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let patch = wish::patch(&mut reader, &content.event, id);
        reader.finish()?;
        let reading = authorize::<ReadPreferences>(&caller, Target::Tenant).map_err(denied)?;
        let view = ledger
            .preference_event(tenant, &reading, id)
            .await
            .map_err(told)?;
        // An event of somebody else is not there for this link.
        if view.organization_user_id.as_deref() != Some(content.organization_user_id.as_str()) {
            return Err(not_found());
        }
        let permit = authorize::<ManagePreferences>(&caller, Target::Tenant).map_err(denied)?;
        let done = ledger
            .correct_preference(tenant, &permit, id, &patch, Some(&request))
            .await;
        return done.map(|_| ()).map_err(told);
    }
    let mut wish = wish::event(&mut reader, &content.event);
    reader.finish()?;
    wish.organization_user_id = Some(content.organization_user_id.clone());
    let permit = authorize::<WritePreferences>(&caller, Target::Tenant).map_err(denied)?;
    let done = ledger
        .record_preferences(tenant, &permit, &Taking::One, &[wish], Some(&request))
        .await;
    match done {
        // Opened before: what it does is done.
        Ok(_) | Err(PreferenceError::Conflict(_)) => Ok(()),
        Err(error) => Err(told(error)),
    }
}

fn leave(url: &str) -> Response {
    let Ok(address) = HeaderValue::from_str(url) else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let own = [
        (header::LOCATION, address),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (StatusCode::FOUND, own).into_response()
}

fn notice(
    visit: &Visit,
    look: &Look,
    status: StatusCode,
    (kind, title, message): (&'static str, &'static str, &'static str),
) -> Response {
    let template = NoticePage {
        page: look.page(visit, title),
        kind,
        message,
    };
    look.answer(status, &template)
}
