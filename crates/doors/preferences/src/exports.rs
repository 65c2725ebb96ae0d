//! Everything that people chose, as lines (consent-tokens-and-preferences 15): objects exactly as the API answers them, or rows of a table.
//!
//! What lives here: the lines, which the command writes too, and the route that streams them. A page of people is held at a time.

use std::fmt::Write as _;

use axum::{
    body::{Body, Bytes},
    extract::Request,
    response::{IntoResponse as _, Response},
};
use consentry_domain::{Timestamp, definition::DefinitionKind};
use consentry_ledger::{
    Ledger, Permit, TenantSnapshot,
    preferences::{
        EventView, ExportPreferences, Exported, PlaceHash, UserView,
        model::{Choices, Members},
        told_id,
    },
};
use consentry_web::{error::ApiError, headers, visit::Visit};
use futures_util::stream;
use http::{StatusCode, header};
use serde::Serialize;

use crate::{
    admission::{Admitted, Counted},
    failure::{Feathers, refused, told},
    shown,
};

/// People of one page.
const PEOPLE: u32 = 200;

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated values with a line of names above (RFC 4180).
    Csv,
}

/// What is exported.
#[derive(Debug, Clone)]
pub struct Export {
    /// Users or events.
    pub of: Exported,
    /// How it is written.
    pub format: Format,
    /// Only what last changed at this moment or later.
    pub from: Option<Timestamp>,
    /// Only what last changed before this moment.
    pub to: Option<Timestamp>,
    /// Whether people without an `organization_user_id` are among them.
    pub with_unnamed: bool,
}

/// Where an export goes on.
pub type Place = (Timestamp, PlaceHash);

impl Export {
    /// What stands above all lines.
    pub fn head(&self, tenant: &TenantSnapshot) -> String {
        if self.format == Format::Ndjson {
            return String::new();
        }
        let names: &[&str] = match self.of {
            Exported::Users => &[
                "id",
                "organization_user_id",
                "regulation",
                "version",
                "created_at",
                "updated_at",
                "country",
                "last_seen_country",
                "metadata",
                "consents",
            ],
            Exported::Events => &[
                "id",
                "user_id",
                "organization_user_id",
                "regulation",
                "status",
                "created_at",
                "updated_at",
                "domain",
                "delegate_id",
                "metadata",
                "consents",
            ],
        };
        let mut row = Row::default();
        for name in names {
            row.text(name);
        }
        for purpose in purposes(tenant) {
            row.text(&format!("purpose {}", told_id(tenant, purpose)));
        }
        row.end()
    }

    /// The lines of one page of people, and where to go on.
    pub async fn page(
        &self,
        ledger: &Ledger,
        tenant: &TenantSnapshot,
        permit: &Permit<ExportPreferences>,
        after: Option<Place>,
    ) -> Result<(String, Option<Place>), ExportError> {
        let page = ledger
            .export_preferences(tenant, permit, self.of, after, PEOPLE)
            .await
            .map_err(|error| ExportError(told(error)))?;
        let mut lines = String::new();
        for user in page.users.iter().filter(|user| self.takes_user(user)) {
            self.line(
                &mut lines,
                || shown::user(tenant, user, false),
                || of_user(tenant, user),
            )?;
        }
        for event in page.events.iter().filter(|event| self.takes_event(event)) {
            self.line(
                &mut lines,
                || shown::event(tenant, event),
                || of_event(tenant, event),
            )?;
        }
        Ok((lines, page.next))
    }

    fn line(
        &self,
        lines: &mut String,
        object: impl FnOnce() -> Result<serde_json::Value, ApiError>,
        row: impl FnOnce() -> String,
    ) -> Result<(), ExportError> {
        match self.format {
            Format::Ndjson => {
                // Writing to a String cannot fail.
                let _ = writeln!(lines, "{}", object().map_err(ExportError)?);
            }
            Format::Csv => lines.push_str(&row()),
        }
        Ok(())
    }

    fn takes_user(&self, user: &UserView) -> bool {
        let is_named = self.with_unnamed || user.organization_user_id.is_some();
        is_named && self.takes(user.updated_at)
    }

    fn takes_event(&self, event: &EventView) -> bool {
        let is_named = self.with_unnamed || event.organization_user_id.is_some();
        is_named && self.takes(event.event.updated_at)
    }

    fn takes(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}

/// A page that could not be read.
#[derive(Debug)]
pub struct ExportError(ApiError);

impl std::fmt::Display for ExportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.message())
    }
}

impl std::error::Error for ExportError {}

/// The purposes of the tenant, which are columns.
fn purposes(tenant: &TenantSnapshot) -> impl Iterator<Item = &str> {
    let all = tenant.definitions.values();
    all.filter(|own| own.kind == DefinitionKind::Purpose)
        .map(|own| own.key.as_str())
}

fn of_user(tenant: &TenantSnapshot, user: &UserView) -> String {
    let mut row = Row::default();
    row.text(&user.id);
    row.optional(user.organization_user_id.as_deref());
    row.text(&user.regulation);
    row.text(&user.version.to_string());
    row.text(&user.created_at.to_rfc3339_millis());
    row.text(&user.updated_at.to_rfc3339_millis());
    row.optional(user.country.as_deref());
    row.optional(user.last_seen_country.as_deref());
    row.members(Some(&user.metadata));
    row.choices(tenant, &user.choices);
    row.answers(tenant, &user.choices);
    row.end()
}

fn of_event(tenant: &TenantSnapshot, view: &EventView) -> String {
    let event = &view.event;
    let mut row = Row::default();
    row.text(&event.id);
    row.text(&view.user_id);
    row.optional(view.organization_user_id.as_deref());
    row.text(&event.regulation);
    row.text(event.status.as_str());
    row.text(&event.created_at.to_rfc3339_millis());
    row.text(&event.updated_at.to_rfc3339_millis());
    row.optional(event.domain.as_deref());
    row.optional(event.delegate.as_ref().map(|delegate| delegate.id.as_str()));
    row.members(event.metadata.as_ref());
    row.choices(tenant, &event.choices);
    row.answers(tenant, &event.choices);
    row.end()
}

/// One row of a table.
#[derive(Debug, Default)]
struct Row {
    line: String,
    is_begun: bool,
}

impl Row {
    fn text(&mut self, text: &str) {
        if self.is_begun {
            self.line.push(',');
        }
        self.is_begun = true;
        if text.contains([',', '"', '\n', '\r']) {
            let _ = write!(self.line, "\"{}\"", text.replace('"', "\"\""));
        } else {
            self.line.push_str(text);
        }
    }

    fn optional(&mut self, text: Option<&str>) {
        self.text(text.unwrap_or_default());
    }

    fn json(&mut self, value: &impl Serialize) {
        self.text(&serde_json::to_string(value).unwrap_or_default());
    }

    fn choices(&mut self, tenant: &TenantSnapshot, choices: &Choices) {
        let mut told = choices.clone();
        for purpose in &mut told.purposes {
            purpose.id = told_id(tenant, &purpose.id).to_owned();
        }
        self.json(&told);
    }

    fn members(&mut self, members: Option<&Members>) {
        match members.filter(|members| !members.is_empty()) {
            Some(members) => self.json(members),
            None => self.text(""),
        }
    }

    /// Yes, no or nothing for each purpose.
    fn answers(&mut self, tenant: &TenantSnapshot, choices: &Choices) {
        for purpose in purposes(tenant) {
            let said = choices.purposes.iter().find(|own| own.id == purpose);
            self.text(match said.and_then(|own| own.enabled.flatten()) {
                Some(true) => "true",
                Some(false) => "false",
                None => "",
            });
        }
    }

    fn end(mut self) -> String {
        self.line.push_str("\r\n");
        self.line
    }
}

/// `GET /exports/users` and `GET /exports/events`: lines that are written while they are read.
pub(crate) async fn stream_lines(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.permit::<ExportPreferences>()?;
    admitted.require_organization()?;
    let of = if admitted.last_segment()? == "users" {
        Exported::Users
    } else {
        Exported::Events
    };
    let format = match admitted.query.one("format") {
        None | Some("ndjson") => Format::Ndjson,
        Some("csv") => Format::Csv,
        Some(_) => return Err(refused("format", "must be ndjson or csv").into()),
    };
    let export = Export {
        of,
        format,
        from: moment(&admitted, "from")?,
        to: moment(&admitted, "to")?,
        with_unnamed: admitted.query.one("with_unnamed") == Some("true"),
    };
    let (media_type, name) = match format {
        Format::Ndjson => ("application/x-ndjson", "ndjson"),
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
    };
    let ledger = admitted.visit.ledger().clone();
    let tenant = std::sync::Arc::clone(&admitted.visit.tenant);
    let head = export.head(&tenant);
    let state = (ledger, tenant, permit, export, Next::Page(None));
    let pages = stream::unfold(state, |(ledger, tenant, permit, export, next)| async move {
        let Next::Page(after) = next else { return None };
        let (lines, next) = match export.page(&ledger, &tenant, &permit, after).await {
            Ok((lines, Some(place))) => (Ok(Bytes::from(lines)), Next::Page(Some(place))),
            Ok((lines, None)) => (Ok(Bytes::from(lines)), Next::End),
            Err(error) => {
                // What was sent cannot be taken back: the answer is cut off, which a client can tell from an end.
                tracing::error!(%error, "an export was cut off");
                (Err(std::io::Error::other(error)), Next::End)
            }
        };
        Some((lines, (ledger, tenant, permit, export, next)))
    });
    let first = stream::once(std::future::ready(Ok(Bytes::from(head))));
    let body = Body::from_stream(futures_util::StreamExt::chain(first, pages));
    let own = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}.{name}\"", file_name(of)),
        ),
    ];
    Ok(admitted.told((StatusCode::OK, headers::api(), own, body).into_response()))
}

/// Whether there is more.
enum Next {
    Page(Option<Place>),
    End,
}

const fn file_name(of: Exported) -> &'static str {
    match of {
        Exported::Users => "users",
        Exported::Events => "events",
    }
}

fn moment(admitted: &Admitted, name: &str) -> Result<Option<Timestamp>, ApiError> {
    let text = admitted.query.one(name);
    let read =
        |text| Timestamp::parse(text).map_err(|_| refused(name, "must be a time as RFC 3339 writes it"));
    text.map(read).transpose()
}
