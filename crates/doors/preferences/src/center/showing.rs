//! The page with what somebody chose, and saving what they change (consent-tokens-and-preferences 11.1).

use std::sync::Arc;

use axum::response::Response;
use consentry_domain::tenant::{Center, CenterTemplate, USUAL_REGULATION};
use consentry_ledger::{
    Target, authorize,
    preferences::{
        BearerError, ConsentToken, EventView, EventWish, Permission, PreferenceBearer, PreferenceError,
        ReadPreferences, Taking, UserView, Whom, WritePreferences,
        model::{EventStatus, Method},
        named,
    },
};
use consentry_web::{
    error::{ApiError, registry},
    multipart::File,
    page::Page,
    parameters::Parameters,
};
use http::{StatusCode, Uri};

use super::{
    PageFailure, Visitor, form,
    rows::{self, SwitchRow},
    signing::{self, Asked},
};
use crate::failure::told;

#[derive(askama::Template)]
#[template(path = "preferences/center.html")]
struct CenterPage {
    page: Page,
    address: String,
    lang: String,
    token: String,
    lead: String,
    delegate: String,
    /// Kind, title and text of what the page has to say.
    said: Option<(&'static str, String, String)>,
    purposes: Vec<SwitchRow>,
    channels: Vec<SwitchRow>,
    may_write: bool,
    asked: Asked,
    template: CenterTemplate,
    /// What the button says that saves.
    save: String,
    /// Words at the end.
    footer: String,
    /// Whoever is responsible, in lines.
    responsible: Vec<String>,
    /// Address of their website, and as it is read.
    website: Option<(String, String)>,
}

/// What somebody chose, as far as their token shows it.
#[derive(Default)]
struct Standing {
    user: Option<UserView>,
    pending: Vec<EventView>,
}

/// What the page has to say.
enum Said {
    Nothing,
    Saved(Box<EventView>),
    Unchanged,
    Refused(String),
}

impl CenterPage {
    /// Whether there is a heading that is seen, with the words below it.
    fn is_headed(&self) -> bool {
        self.template == CenterTemplate::Full
    }

    /// Whether each section has a button.
    fn saves_each(&self) -> bool {
        self.template == CenterTemplate::Sections
    }
}

impl Visitor<'_> {
    /// Opens the page with a token; where that does not count any more, the way in.
    pub(super) async fn open(&self, id_token: &str) -> Result<Response, PageFailure> {
        match self.token(id_token).await? {
            Some(token) => self.show(id_token, &token, Said::Nothing).await,
            None => Ok(self.enter("", true, String::new())),
        }
    }

    /// Saves what was changed as one event.
    pub(super) async fn save(
        &self,
        id_token: &str,
        sent: &Parameters,
        files: &[File],
    ) -> Result<Response, PageFailure> {
        let Some(token) = self.token(id_token).await? else {
            return Ok(self.enter("", true, String::new()));
        };
        let permit = authorize::<WritePreferences>(&token.caller(), Target::Subject(token.subject))
            .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
        let tenant = &self.visit.tenant;
        let read = self.look.read();
        let purposes = rows::of_purposes(tenant, self.center, None, &[], &read);
        let channels = rows::of_channels(self.center, None, &[], &read);
        let Some(choices) = form::changed(sent, &purposes, &channels) else {
            return self.show(id_token, &token, Said::Unchanged).await;
        };
        let proofs = match signing::proofs(self.asked(&token), files) {
            Ok(proofs) => proofs,
            Err(why) => {
                let said = Said::Refused(self.look.language.text(why).to_string());
                return self.show(id_token, &token, said).await;
            }
        };
        let host = self.base.parse::<Uri>().ok();
        let wish = EventWish {
            regulation: self.regulation(&token),
            domain: host.and_then(|uri| uri.host().map(str::to_owned)),
            choices,
            proofs,
            validations: self.center.validations.clone(),
            links_from: self.visit.base_url(),
            ..EventWish::default()
        };
        let taking = Taking::ByToken(Arc::clone(&token));
        let request = self.visit.request_id.to_string();
        let recorded = self
            .visit
            .ledger()
            .record_preferences(tenant, &permit, &taking, &[wish], Some(&request))
            .await;
        let said = match recorded {
            Ok(mut views) => match views.pop() {
                Some(view) => Said::Saved(Box::new(view)),
                None => Said::Unchanged,
            },
            Err(PreferenceError::Invalid(wrong)) => {
                let key = match wrong.first().map(|wrong| wrong.path.as_str()) {
                    Some("user.metadata.email") => "center-no-address",
                    _ => "center-refused-text",
                };
                Said::Refused(self.look.language.text(key).to_string())
            }
            Err(error) => return Err(PageFailure(told(error))),
        };
        self.show(id_token, &token, said).await
    }

    /// The regulation that is shown and recorded under, where it is not the usual one.
    fn regulation(&self, token: &ConsentToken) -> Option<String> {
        let of_token = token
            .detail
            .event
            .as_ref()
            .and_then(|event| event.regulation.clone());
        self.center.regulation.clone().or(of_token)
    }

    /// The token, where it counts.
    async fn token(&self, id_token: &str) -> Result<Option<Arc<ConsentToken>>, PageFailure> {
        let (ledger, tenant) = (self.visit.ledger(), &self.visit.tenant);
        if let Err(quota) = ledger.count_consent_token(tenant, self.visit.address) {
            let wait = u32::try_from(quota.more_in).unwrap_or(u32::MAX);
            return Err(PageFailure(
                ApiError::new(&registry::RATE_LIMITED).retry_after(wait),
            ));
        }
        match ledger.preference_bearer(tenant, id_token).await {
            Ok(PreferenceBearer::Token(token)) => Ok(Some(token)),
            Ok(PreferenceBearer::Session { .. }) | Err(BearerError::Expired | BearerError::Invalid) => {
                Ok(None)
            }
            Err(BearerError::Fault(fault)) => Err(fault.into()),
        }
    }

    /// What the token shows of its person; a token that only writes shows nothing.
    async fn standing(&self, token: &ConsentToken) -> Result<Standing, PageFailure> {
        if !token.may(Permission::Read) {
            return Ok(Standing::default());
        }
        let permit = authorize::<ReadPreferences>(&token.caller(), Target::Subject(token.subject))
            .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
        let (ledger, tenant) = (self.visit.ledger(), &self.visit.tenant);
        let regulation = self
            .regulation(token)
            .unwrap_or_else(|| USUAL_REGULATION.to_owned());
        let whom = Whom {
            organization_user_id: Some(&token.organization_user_id),
            id: None,
        };
        let asked = std::slice::from_ref(&regulation);
        let seen = ledger.preference_user(tenant, &permit, token.subject, asked);
        let seen = seen.await.map_err(told)?;
        let events = ledger.preference_events(tenant, &permit, whom).await;
        let pending = events.map_err(told)?.into_iter().filter(|view| {
            view.event.status == EventStatus::PendingApproval && view.event.regulation == regulation
        });
        Ok(Standing {
            user: seen.users.into_iter().next(),
            pending: pending.collect(),
        })
    }

    async fn show(&self, id_token: &str, token: &ConsentToken, said: Said) -> Result<Response, PageFailure> {
        let standing = self.standing(token).await?;
        let tenant = &self.visit.tenant;
        let (read, language) = (self.look.read(), self.look.language);
        let mut page = self.look.page(self.visit, "center-title");
        if let Some(title) = named(&self.center.title, &read) {
            title.clone_into(&mut page.title);
        }
        page.person = Some(token.organization_user_id.clone());
        let lead = named(&self.center.lead, &read).map_or_else(
            || {
                language
                    .text("center-lead")
                    .with("brand", page.brand.name.clone())
                    .to_string()
            },
            str::to_owned,
        );
        let delegate = token.detail.delegate.as_ref().map(|own| {
            language
                .text("center-delegate")
                .with("name", own.name.clone().unwrap_or_else(|| own.id.clone()))
                .with("person", token.organization_user_id.clone())
                .to_string()
        });
        let text = |key| language.text(key).to_string();
        let said = match said {
            Said::Nothing => None,
            Said::Unchanged => Some(("info", text("center-unchanged"), String::new())),
            Said::Refused(why) => Some(("error", text("center-refused"), why)),
            Said::Saved(view) if view.event.status == EventStatus::Confirmed => {
                Some(("done", text("center-saved"), text("center-saved-text")))
            }
            Said::Saved(view) if view.event.open_methods().contains(&Method::Email) => {
                Some(("info", text("center-confirm"), text("center-confirm-text")))
            }
            Said::Saved(_) => Some(("info", text("center-waits"), text("center-waits-text"))),
        };
        let template = CenterPage {
            page,
            address: self.look.address.clone(),
            lang: self.look.lang.clone(),
            token: id_token.to_owned(),
            lead,
            delegate: delegate.unwrap_or_default(),
            said,
            purposes: rows::of_purposes(
                tenant,
                self.center,
                standing.user.as_ref(),
                &standing.pending,
                &read,
            ),
            channels: rows::of_channels(self.center, standing.user.as_ref(), &standing.pending, &read),
            may_write: token.may(Permission::Write),
            asked: self.asked(token),
            template: self.center.template,
            save: named(&self.center.save, &read).map_or_else(|| text("center-save"), str::to_owned),
            footer: named(&self.center.footer, &read)
                .filter(|_| self.center.template == CenterTemplate::Full)
                .unwrap_or_default()
                .to_owned(),
            responsible: responsible(self.center),
            website: website(self.center),
        };
        Ok(self.look.answer(StatusCode::OK, &template))
    }
}

/// Whoever is responsible for a center, in lines: their name, where they are, and when they can be reached. A center of sections alone is
/// part of a page that says so itself.
fn responsible(center: &Center) -> Vec<String> {
    if center.template != CenterTemplate::Full {
        return Vec::new();
    }
    let texts = [&center.legal_name, &center.address, &center.schedule];
    let lines = texts.into_iter().flatten().flat_map(|text| text.lines());
    lines
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fn website(center: &Center) -> Option<(String, String)> {
    let address = center.website.as_ref()?;
    let read = address.strip_prefix("https://").unwrap_or(address);
    let shown = (center.template == CenterTemplate::Full).then(|| read.trim_end_matches('/').to_owned());
    Some((address.clone(), shown?))
}
