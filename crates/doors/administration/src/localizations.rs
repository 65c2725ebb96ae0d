//! The words that are asked with. Published ones never change: a higher version takes their place.

use axum::{extract::Request, response::Response};
use consentry_domain::{
    DefinitionKey, Timestamp,
    definition::{Localization, WordingVersion},
    locale::Locale,
};
use consentry_ledger::{administration::State, once::Outcome, removal::Removal};
use consentry_web::{
    error::{ApiError, Problem},
    visit::Visit,
};
use serde::Serialize;

use crate::{
    admission::{Admitted, members, not_found, one, wrong_parameter},
    answer,
    definitions::{key, take_away},
    failure::refused,
    members::Members,
};

/// Longest title, in bytes.
const TITLE: usize = 4096;

/// Longest text, in bytes (consent-api 14).
const TEXT: usize = 64 * 1024;

/// Longest version, in bytes: two numbers of ten digits.
const VERSION: usize = 21;

/// A wording on the wire, in the words of the manifest.
#[derive(Serialize)]
struct Resource<'a> {
    definition: &'a DefinitionKey,
    locale: &'a Locale,
    version: WordingVersion,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    data: &'a str,
    purpose: &'a str,
    published_at: Timestamp,
    /// All that were published in this locale, oldest first; people are asked with the last.
    versions: Vec<WordingVersion>,
}

impl<'a> Resource<'a> {
    fn of(wording: &'a Localization, all: &[&Localization]) -> Self {
        Self {
            definition: &wording.definition,
            locale: &wording.locale,
            version: wording.version,
            title: wording.title.as_deref(),
            data: &wording.data,
            purpose: &wording.purpose,
            published_at: wording.published_at,
            versions: all.iter().map(|wording| wording.version).collect(),
        }
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    localizations: Vec<Resource<'a>>,
}

/// `GET /definitions/{definition}/localizations`: the current wording of each locale.
pub(crate) async fn list(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let (tenant, key) = (admitted.tenant(), key(&admitted)?);
    if !tenant.definitions.contains_key(&key) {
        return Err(not_found().into());
    }
    let current = tenant.current_wordings(&key).into_iter();
    let listed = Listed {
        localizations: current
            .map(|wording| Resource::of(wording, &tenant.wordings_in(&key, wording.locale.as_str())))
            .collect(),
    };
    let state = State::of_list(tenant, "localizations", &listed)?;
    Ok(answer::found(&admitted, &state, &listed)?)
}

/// `GET /definitions/{definition}/localizations/{locale}`: the current wording, or that of `version`. The entity tag is that of the
/// locale, whichever version is shown.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let (tenant, key, locale) = (admitted.tenant(), key(&admitted)?, locale(&admitted)?);
    let version = match one(&admitted.parameters()?, "version")? {
        None => None,
        Some(text) => {
            let version = text.parse::<WordingVersion>();
            Some(version.map_err(|_| wrong_parameter("version", "must be MAJOR.MINOR"))?)
        }
    };
    let all = tenant.wordings_in(&key, locale.as_str());
    let shown = match version {
        None => all.last(),
        Some(version) => all.iter().find(|wording| wording.version == version),
    };
    let shown = shown.ok_or_else(not_found)?;
    let state = State::of_wordings(tenant, &all)?;
    Ok(answer::found(&admitted, &state, &Resource::of(shown, &all))?)
}

/// `PUT /definitions/{definition}/localizations/{locale}`: publishes a wording.
pub(crate) async fn put(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (admitted, body) = Admitted::admit_with_body(visit, request).await?;
    let body = admitted.read(body).await?;
    let put = async |admitted: Admitted| {
        let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant().id());
        let (key, locale) = (key(&admitted)?, locale(&admitted)?);
        let wording = wording(key, locale, ledger.now(), members(&body)?)?;
        let put = ledger.put_wording(tenant, admitted.act(), &wording);
        let put = put.await.map_err(refused)?;
        let all: Vec<&Localization> = put.now.iter().collect();
        let current = all.last().ok_or_else(not_found)?;
        answer::put(&put, &Resource::of(current, &all))
    };
    let repeat = async |outcome: Outcome| {
        let tenant = admitted.tenant_now()?;
        let (key, locale) = (key(&admitted)?, locale(&admitted)?);
        let all = tenant.wordings_in(&key, locale.as_str());
        let current = all.last().ok_or_else(not_found)?;
        let state = State::of_wordings(&tenant, &all)?;
        answer::put_before(&outcome, &state, &Resource::of(current, &all))
    };
    Ok(admitted.once(&body, put, repeat).await?)
}

/// `DELETE /definitions/{definition}/localizations/{locale}`, all versions.
pub(crate) async fn delete(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let remove = async |admitted: Admitted| {
        let removal = Removal::Locale(key(&admitted)?, locale(&admitted)?);
        let in_use = admitted.in_use()?;
        take_away(&admitted, &removal, in_use).await
    };
    Ok(admitted
        .once(&[], remove, async |_gone| Ok(answer::gone()))
        .await?)
}

/// The locale that the address names; one that cannot be is none.
fn locale(admitted: &Admitted) -> Result<Locale, ApiError> {
    Locale::parse(&admitted.segment(3)?).map_err(|_| not_found())
}

fn wording(
    definition: DefinitionKey,
    locale: Locale,
    now: Timestamp,
    mut members: Members,
) -> Result<Localization, ApiError> {
    members.repeat("definition", |text| text == definition.as_str());
    members.repeat("locale", |text| locale.matches(text));
    members.ignore(&["published_at", "versions"]);
    members.require("version");
    let version = members.parsed("version", VERSION);
    let title = members.text("title", TITLE);
    let data = members.required_text("data", TEXT);
    let purpose = members.required_text("purpose", TEXT);
    members.finish()?;
    // What is required and was not refused is there.
    let (Some(version), Some(data), Some(purpose)) = (version, data, purpose) else {
        return Err(ApiError::internal("a required member is missing"));
    };
    Ok(Localization {
        definition,
        locale,
        version,
        title,
        data,
        purpose,
        published_at: now,
    })
}
