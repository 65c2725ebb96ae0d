//! What a reader asks for: the query string (enforcement-events-evidence 4.1; EVT-21).

use std::{collections::BTreeSet, fmt::Display, str::FromStr, time::Duration};

use consentry_domain::{ClientId, DefinitionKey, Timestamp, decision::Door};
use consentry_ledger::feed::{Filter, Start, SubjectView, TypePattern, Wish};
use consentry_web::{
    error::{ApiError, FieldError, registry},
    parameters::Parameters,
};

/// Filters and whatever else pages and streams have in common.
const COMMON: [&str; 13] = [
    "cursor",
    "from",
    "types",
    "definition",
    "audience",
    "client",
    "consent",
    "grant",
    "door",
    "regulation",
    "subject",
    "subject_view",
    "subject_issuer",
];

/// Those that may be repeated.
const REPEATABLE: [&str; 8] = [
    "types",
    "definition",
    "audience",
    "client",
    "consent",
    "grant",
    "door",
    "regulation",
];

/// Most values of filters (enforcement-events-evidence 11).
const MOST_VALUES: usize = 50;

/// Events on a page where nobody says.
const USUAL: usize = 100;

/// Events on a page at the most.
const MOST: usize = 500;

/// Seconds that a page may be waited for.
const LONGEST_WAIT: u64 = 30;

/// Refuses whatever nobody reads here: a typing error shall not look like silence.
pub(super) fn require_known(parameters: &Parameters, own: &[&str]) -> Result<(), ApiError> {
    if let Some((name, _)) = parameters
        .iter()
        .find(|(name, _)| !COMMON.contains(name) && !own.contains(name))
    {
        return Err(wrong(name, "is not known here"));
    }
    parameters
        .repeated_except(&REPEATABLE)
        .map_or(Ok(()), |repeated| Err(repeated.into()))
}

/// Reads filter, view and beginning; `usual` is where to begin where nothing is said.
pub(super) fn wish(parameters: &Parameters, usual: Start) -> Result<Wish, ApiError> {
    let count = parameters
        .iter()
        .filter(|(name, _)| REPEATABLE.contains(name))
        .map(|(_, value)| value.split(',').count())
        .sum::<usize>();
    if count > MOST_VALUES {
        return Err(ApiError::new(&registry::INVALID_PARAMETER)
            .detail(format!("there are more than {MOST_VALUES} values of filters")));
    }
    let filter = Filter {
        types: types(parameters)?,
        definitions: values(parameters, "definition", DefinitionKey::parse)?,
        audiences: parameters.all("audience").map(str::to_owned).collect(),
        clients: values(parameters, "client", ClientId::parse)?,
        consents: values(parameters, "consent", FromStr::from_str)?,
        grants: values(parameters, "grant", FromStr::from_str)?,
        doors: values(parameters, "door", |name| {
            Door::from_name(name).ok_or("is no door of this house")
        })?,
        regulations: parameters.all("regulation").map(str::to_owned).collect(),
        subject: values(parameters, "subject", FromStr::from_str)?
            .into_iter()
            .next(),
    };
    Ok(Wish {
        start: start(parameters)?.unwrap_or(usual),
        filter,
        view: view(parameters)?,
    })
}

/// Refuses patterns of nothing but signals where none are told, so that they do not look like silence (EVT-21).
pub(super) fn require_durable(filter: &Filter) -> Result<(), ApiError> {
    if filter.types.iter().any(TypePattern::means_signals) {
        return Err(wrong(
            "types",
            "names signals, which a stream with signals=true tells",
        ));
    }
    Ok(())
}

/// How many events a page shall have.
pub(super) fn limit(parameters: &Parameters) -> Result<usize, ApiError> {
    let Some(text) = parameters.one("limit")? else {
        return Ok(USUAL);
    };
    text.parse()
        .ok()
        .filter(|limit| (1..=MOST).contains(limit))
        .ok_or_else(|| wrong("limit", "must be a whole number from 1 to 500"))
}

/// How long a page may be waited for.
pub(super) fn wait(parameters: &Parameters) -> Result<Duration, ApiError> {
    let Some(text) = parameters.one("wait")? else {
        return Ok(Duration::ZERO);
    };
    text.parse()
        .ok()
        .filter(|seconds| *seconds <= LONGEST_WAIT)
        .map(Duration::from_secs)
        .ok_or_else(|| wrong("wait", "must be a whole number of seconds from 0 to 30"))
}

/// A yes or no; no where nothing is said.
pub(super) fn switch(parameters: &Parameters, name: &'static str) -> Result<bool, ApiError> {
    match parameters.one(name)? {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(wrong(name, "must be true or false")),
    }
}

/// How people shall be named.
pub(super) fn view(parameters: &Parameters) -> Result<SubjectView, ApiError> {
    let issuer = parameters.one("subject_issuer")?;
    match (parameters.one("subject_view")?, issuer) {
        (None | Some("alias"), None) => Ok(SubjectView::Usual),
        (None | Some("alias"), Some(issuer)) => Ok(SubjectView::Of(issuer.to_owned())),
        (Some("internal"), None) => Ok(SubjectView::Internal),
        (Some("none"), None) => Ok(SubjectView::Nobody),
        (Some("internal" | "none"), Some(_)) => Err(wrong("subject_issuer", "goes with subject_view=alias")),
        (Some(_), _) => Err(wrong("subject_view", "must be alias, internal or none")),
    }
}

fn start(parameters: &Parameters) -> Result<Option<Start>, ApiError> {
    match (parameters.one("cursor")?, parameters.one("from")?) {
        (Some(_), Some(_)) => Err(wrong("from", "does not go together with cursor")),
        (Some(cursor), None) => Ok(Some(Start::Cursor(cursor.to_owned()))),
        (None, Some("earliest")) => Ok(Some(Start::Earliest)),
        (None, Some("latest")) => Ok(Some(Start::Latest)),
        (None, Some(time)) => match Timestamp::parse(time) {
            Ok(time) => Ok(Some(Start::Since(time))),
            Err(_) => Err(wrong("from", "must be earliest, latest or an RFC 3339 time")),
        },
        (None, None) => Ok(None),
    }
}

fn types(parameters: &Parameters) -> Result<BTreeSet<TypePattern>, ApiError> {
    parameters
        .all("types")
        .flat_map(|list| list.split(','))
        .map(|pattern| TypePattern::parse(pattern.trim()).map_err(|error| wrong("types", &error)))
        .collect()
}

fn values<T: Ord, E: Display>(
    parameters: &Parameters,
    name: &'static str,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<BTreeSet<T>, ApiError> {
    parameters
        .all(name)
        .map(|text| read(text).map_err(|error| wrong(name, &error)))
        .collect()
}

/// A parameter that cannot be accepted.
pub(super) fn wrong(name: &str, why: &(impl Display + ?Sized)) -> ApiError {
    ApiError::new(&registry::INVALID_PARAMETER)
        .detail(format!("{name} {why}"))
        .field(FieldError::parameter(name.to_owned(), why.to_string()))
}
