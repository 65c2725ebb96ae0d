//! What all pages of this door have in common: language, brand, headers.

use axum::response::{IntoResponse, Response};
use consentry_domain::{Timestamp, subject::Namespace};
use consentry_ledger::{Fault, sessions::Session};
use consentry_web::{
    headers::{self, FormTarget},
    page::{Brand, Page, respond},
    texts::negotiate,
    visit::Visit,
};
use http::{HeaderValue, StatusCode, header};
use jiff::tz::TimeZone;
use url::Url;

/// Languages to speak to a person in, best first.
pub(super) fn languages(visit: &Visit) -> Vec<String> {
    let own = visit.tenant.tenant.locale.as_str().to_owned();
    visit.languages.iter().cloned().chain([own]).collect()
}

/// A page in the best of these languages, under the tenant's brand.
pub(super) fn new(visit: &Visit, title: &'static str) -> Page {
    let language = negotiate(languages(visit));
    let mut page = Page::new(
        language,
        language.text(title).to_string(),
        Brand::from(&*visit.tenant),
    );
    // Help may be a telephone number in words; only an address can be linked.
    let linked = |help: &&String| {
        ["https://", "mailto:", "tel:"]
            .iter()
            .any(|scheme| help.starts_with(scheme))
    };
    let settings = &visit.tenant.tenant.dataspace;
    page.privacy_policy.clone_from(&settings.privacy_policy);
    page.terms.clone_from(&settings.terms);
    page.help = visit.tenant.tenant.brand.help.as_ref().filter(linked).cloned();
    page
}

/// The answer for a page whose forms may lead to this address.
pub(super) fn answer(
    status: StatusCode,
    page: &Page,
    template: &impl askama::Template,
    leads_to: Option<&str>,
) -> Response {
    let target = leads_to.and_then(|address| Url::parse(address).ok());
    let targets: Vec<FormTarget> = target.iter().map(FormTarget::covering).collect();
    let mut answer = (headers::page(&targets), respond(template)).into_response();
    *answer.status_mut() = status;
    answer.headers_mut().insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(page.language.tag),
    );
    answer
}

/// What the person who is logged in is called here, or at the provider where they logged in last.
pub(super) async fn person(visit: &Visit, session: &Session) -> Result<Option<String>, Fault> {
    let name = visit
        .ledger()
        .name_of(&visit.tenant, session.subject, Namespace::Login)
        .await?;
    let sign_in = &visit.tenant.tenant.authorization.sign_in;
    let provider = session
        .upstream
        .as_deref()
        .and_then(|name| sign_in.upstream(name));
    Ok(name.or_else(|| provider.map(|provider| provider.label.clone())))
}

/// A day in words.
pub(super) fn day(page: &Page, moment: Timestamp) -> String {
    page.language
        .date(moment.to_jiff().to_zoned(TimeZone::UTC).date())
}

/// A moment in words.
pub(super) fn moment(page: &Page, moment: Timestamp) -> String {
    page.language.moment(&moment.to_jiff().to_zoned(TimeZone::UTC))
}
