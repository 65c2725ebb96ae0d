//! What a mail says, read from the ledger when it is sent.

use consentry_domain::{
    AgreementId, Audience, Consent, ConsentId, Fact, State, Timestamp, locale::Locale, mail::MailAddress,
    tenant::MailKind,
};
use consentry_store::TokenRow;
use minijinja::Value;

use super::{
    CodeMail,
    about::{About, Origin, To},
    follow::party_address,
    notices,
    preference::ChoiceMatter,
    queue::Waiting,
    template::{Variables, object},
    words::{day, direction, one_line},
};
use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    feed::{Happening, Leaf},
    opaque::base64url,
};

/// A mail as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// The same for every attempt, and for nothing else; Base64url.
    pub id: String,
    /// Whom it goes to.
    pub to: MailAddress,
    /// Name of the sender: the tenant's.
    pub from_name: String,
    /// Whom answers reach; none means the sender.
    pub reply_to: Option<MailAddress>,
    /// The language it is written in.
    pub language: Locale,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// A whole HTML document, where there is one.
    pub html: Option<String>,
    /// Where one request switches such mails off; none where they cannot be.
    pub unsubscribe: Option<String>,
}

/// What there is to say, before it is put into words.
pub(super) enum Matter {
    Consents {
        consents: Vec<Consent>,
        until: Option<Timestamp>,
        days: u16,
        by_itself: bool,
    },
    Endpoint {
        id: String,
        url: String,
        client: String,
        reason: String,
    },
    Code {
        code: String,
        minutes: i64,
    },
    Passkey {
        is_added: bool,
    },
    Login {
        is_added: bool,
        provider: String,
    },
    Link {
        link: String,
        minutes: i64,
    },
    Choice(ChoiceMatter),
}

impl Ledger {
    /// What a mail says and to whom; none where there is nothing to say any more, or nobody to say it to. A template that fails where it
    /// did not fail when it was tried is an error for the caller to give the mail up with; it holds nothing that the mail would say. `base`
    /// is the tenant's public base address, without slash at the end.
    pub async fn compose_mail(
        &self,
        tenant: &TenantSnapshot,
        base: &str,
        mail: &Waiting,
    ) -> Result<Result<Option<Composed>, String>, Fault> {
        let kind = mail.about().kind();
        let unsubscribe = match mail.to() {
            To::Person(subject) if kind.is_notice() => {
                if self.wants_notices(tenant, subject).await? != Some(true) {
                    return Ok(Ok(None));
                }
                Some(format!("{base}{}", notices::path(tenant, subject)))
            }
            _ => None,
        };
        let found = match mail.about() {
            About::Preference(own) => self.preference_matter(tenant, own).await?,
            about => match self.reached(tenant, mail.to()).await? {
                None => None,
                Some(to) => {
                    let matter = match (about, about.origin()) {
                        (About::Code(code), _) => self.code(tenant, mail.to(), code).await?,
                        (About::Passkey { is_added }, _) => Some(Matter::Passkey { is_added: *is_added }),
                        (About::Login { is_added, provider }, _) => Some(Matter::Login {
                            is_added: *is_added,
                            provider: provider.clone(),
                        }),
                        (about, Some(origin)) => self.matter(tenant, about, origin).await?,
                        (_, None) => None,
                    };
                    matter.map(|matter| (to, matter))
                }
            },
        };
        let Some(((to, own), matter)) = found else {
            return Ok(Ok(None));
        };
        let mut languages: Vec<Locale> = own.into_iter().collect();
        if let Matter::Consents { consents, .. } = &matter {
            let shown = consents.iter().filter_map(|consent| consent.wording.as_ref());
            languages.extend(shown.map(|wording| wording.locale.clone()).take(1));
        }
        languages.push(tenant.tenant.locale.clone());
        let Some((templates, language)) = tenant.mails.choose(kind, &languages) else {
            return Ok(Err(format!("there is no template for {}", kind.as_str())));
        };
        let mut variables = variables(tenant, kind, language, &languages, &matter);
        if let Some(address) = &unsubscribe {
            variables.insert("notices_url".to_owned(), Value::from(address.as_str()));
        }
        let parts = match templates.fill(kind, language, &variables) {
            Ok(parts) => parts,
            Err(failure) => {
                let why = failure.told(false);
                return Ok(Err(format!(
                    "template {} {language}, {}: {why}",
                    kind.as_str(),
                    failure.part
                )));
            }
        };
        Ok(Ok(Some(Composed {
            id: base64url(tenant.keys.lookup("mail", mail.key()).as_bytes()),
            to,
            from_name: one_line(&tenant.tenant.brand.name),
            reply_to: tenant.tenant.mail.reply_to.clone(),
            language: language.clone(),
            subject: parts.subject,
            text: parts.text,
            html: parts.html,
            unsubscribe,
        })))
    }

    /// Where somebody is reached, and the language they read best.
    async fn reached(
        &self,
        tenant: &TenantSnapshot,
        to: To,
    ) -> Result<Option<(MailAddress, Option<Locale>)>, Fault> {
        Ok(match to {
            To::Person(subject) => {
                let contact = self.contact_of(tenant, subject).await?;
                contact.map(|contact| (contact.mail, contact.locale))
            }
            To::Party(party) => {
                let address = tenant.parties.get(&party).and_then(party_address);
                address.map(|address| (address, None))
            }
            To::Operator(nth) => {
                let address = tenant.tenant.mail.operators.get(nth).cloned();
                address.map(|address| (address, None))
            }
        })
    }

    /// What there is to say now; none where it is not so any more.
    async fn matter(
        &self,
        tenant: &TenantSnapshot,
        about: &About,
        origin: Origin,
    ) -> Result<Option<Matter>, Fault> {
        let Some(event) = self.origin(tenant, origin).await? else {
            return Ok(None);
        };
        if let About::EndpointDisabled(_) = about {
            return Ok(disabled(tenant, &event));
        }
        let Some(body) = event.body() else {
            return Ok(None);
        };
        let consents = match about {
            About::Given(_) | About::Withdrawn(_) => {
                let is_given = matches!(about, About::Given(_));
                let granting = |status: &str| matches!(status, "accepted" | "restricted");
                let changed = body.told.changes.iter().filter(|change| {
                    if is_given {
                        granting(&change.to)
                    } else {
                        change.to == "revoked"
                    }
                });
                let ids: Vec<ConsentId> = changed.map(|change| change.consent).collect();
                self.consents(tenant, &ids).await?
            }
            About::Expired(_) | About::Expiring(..) => {
                let Some(told) = body.happened.as_ref().and_then(Fact::consent) else {
                    return Ok(None);
                };
                let wanted = |consent: &Consent| {
                    let state = consent.state_at(self.now());
                    let fits = match about {
                        About::Expired(_) => state == State::Expired,
                        _ => matches!(state, State::Accepted | State::Restricted),
                    };
                    fits && consent.valid_until == told.valid_until
                };
                let mut together = match told.agreement {
                    Some(agreement) => self.consents_of(tenant, agreement).await?,
                    None => self.consents(tenant, &[told.id]).await?,
                };
                together.retain(wanted);
                together
            }
            About::EndpointDisabled(_)
            | About::Code(_)
            | About::Passkey { .. }
            | About::Login { .. }
            | About::Preference(_) => Vec::new(),
        };
        let Some(first) = consents.first() else {
            return Ok(None);
        };
        Ok(Some(Matter::Consents {
            until: first.valid_until,
            days: match about {
                About::Expiring(_, days) => *days,
                _ => 0,
            },
            by_itself: matches!(about, About::Expired(_)),
            consents,
        }))
    }

    /// A code that can be used still, and the minutes that are left for it.
    async fn code(&self, tenant: &TenantSnapshot, to: To, mail: &CodeMail) -> Result<Option<Matter>, Fault> {
        let now = self.now();
        let row = self.inner.store.token(tenant.id(), mail.token).await?;
        let is_open =
            |row: &TokenRow| row.consumed_at.is_none() && row.revoked_at.is_none() && now < row.expires_at;
        let (Some(row), To::Person(subject)) = (row.filter(is_open), to) else {
            return Ok(None);
        };
        let Some(key) = self.subject_key(tenant, subject).await? else {
            return Ok(None);
        };
        let seconds = row.expires_at.seconds_since(now);
        Ok(mail.open(&key).map(|code| Matter::Code {
            code,
            minutes: (seconds / 60).max(1),
        }))
    }

    async fn origin(&self, tenant: &TenantSnapshot, origin: Origin) -> Result<Option<Happening>, Fault> {
        let rows = self.inner.store.events(tenant.id(), origin.index, 1).await?;
        let Some(event) = rows.first().filter(|event| event.id == origin.event) else {
            return Ok(None);
        };
        Happening::open(self, tenant, event, Leaf::of(event)).await
    }

    async fn consents(&self, tenant: &TenantSnapshot, ids: &[ConsentId]) -> Result<Vec<Consent>, Fault> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(self.inner.store.consent(tenant.id(), *id).await?);
        }
        Ok(found)
    }

    async fn consents_of(
        &self,
        tenant: &TenantSnapshot,
        agreement: AgreementId,
    ) -> Result<Vec<Consent>, Fault> {
        let found = self.inner.store.agreement(tenant.id(), agreement).await?;
        Ok(found.map(|(_, consents)| consents).unwrap_or_default())
    }
}

fn disabled(tenant: &TenantSnapshot, event: &Happening) -> Option<Matter> {
    let (id, reason) = event.disabled_endpoint()?;
    let endpoint = tenant.endpoints.get(&id)?;
    let client = tenant.clients.get(&endpoint.client);
    Some(Matter::Endpoint {
        id: id.to_string(),
        url: endpoint.settings.url.clone(),
        client: client.map_or_else(
            || endpoint.client.as_str().to_owned(),
            |client| client.name.clone(),
        ),
        reason: reason.to_owned(),
    })
}

fn variables(
    tenant: &TenantSnapshot,
    kind: MailKind,
    language: &Locale,
    languages: &[Locale],
    matter: &Matter,
) -> Variables {
    let text = |text: &str| Value::from(one_line(text));
    let maybe = |said: Option<&str>| said.map_or(Value::from(()), |said| Value::from(one_line(said)));
    let brand = &tenant.tenant.brand;
    let mut all: Vec<(&str, Value)> = vec![
        ("brand", text(&brand.name)),
        ("help", maybe(brand.help.as_deref())),
        ("locale", text(language.as_str())),
        ("dir", text(direction(language))),
    ];
    match matter {
        Matter::Consents {
            consents,
            until,
            days,
            by_itself,
        } => {
            // Words of a consent are the tenant's, in the mail's language where they are there in it.
            let read = || std::iter::once(language).chain(languages).map(Locale::as_str);
            let items: Vec<Value> = consents
                .iter()
                .map(|consent| item(tenant, consent, read()))
                .collect();
            let party = consents.first().and_then(|consent| party_name(tenant, consent));
            let until = until.map(|until| day(until, language));
            all.push(("items", Value::from(items)));
            all.push(("party", maybe(party.as_deref())));
            all.push(("consents_url", maybe(tenant.tenant.mail.consents_url.as_deref())));
            match kind {
                MailKind::ConsentEnded => all.push(("by_itself", Value::from(*by_itself))),
                _ => all.push(("until", maybe(until.as_deref()))),
            }
            if kind == MailKind::ConsentExpiring {
                all.push(("days", Value::from(*days)));
            }
        }
        Matter::Endpoint {
            id,
            url,
            client,
            reason,
        } => {
            all.push(("endpoint", text(id)));
            all.push(("url", text(url)));
            all.push(("client", text(client)));
            all.push(("reason", text(reason)));
        }
        Matter::Code { code, minutes } => {
            all.push(("code", text(code)));
            all.push(("minutes", Value::from(*minutes)));
        }
        Matter::Passkey { is_added } => all.push(("added", Value::from(*is_added))),
        Matter::Login { is_added, provider } => {
            all.push(("added", Value::from(*is_added)));
            all.push(("provider", text(provider)));
        }
        Matter::Link { link, minutes } => {
            all.push(("link", text(link)));
            all.push(("minutes", Value::from(*minutes)));
        }
        Matter::Choice(choice) => {
            let read: Vec<&str> = std::iter::once(language)
                .chain(languages)
                .map(Locale::as_str)
                .collect();
            all.push(("items", Value::from(choice.items(tenant, &read))));
            match kind {
                MailKind::ChoiceDecided => all.push(("is_confirmed", Value::from(choice.is_confirmed))),
                _ => {
                    all.push(("link", text(&choice.link)));
                    all.push(("until", text(&day(choice.until, language))));
                    all.push(("is_reminder", Value::from(choice.is_reminder)));
                    all.push(("delegate", maybe(choice.delegate.as_deref())));
                }
            }
            if kind == MailKind::ChoiceApproval {
                all.push(("person", maybe(choice.person.as_deref())));
            }
        }
    }
    all.into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn item<'a>(tenant: &TenantSnapshot, consent: &Consent, languages: impl Iterator<Item = &'a str>) -> Value {
    let definition = &consent.slot.definition;
    let wording = tenant.wording_for(definition, languages);
    let known = tenant.definitions.get(definition);
    let title = wording
        .and_then(|wording| wording.title.as_deref())
        .or_else(|| wording.map(|wording| wording.data.as_str()))
        .or_else(|| known.and_then(|known| known.display_name.as_deref()))
        .unwrap_or(definition.as_str());
    let of_wording = |part: Option<&String>| Value::from(one_line(part.map_or("", String::as_str)));
    object([
        ("title", Value::from(one_line(title))),
        ("data", of_wording(wording.map(|wording| &wording.data))),
        ("purpose", of_wording(wording.map(|wording| &wording.purpose))),
    ])
}

/// Who receives the data, by the name people know; none where it is the tenant itself.
fn party_name(tenant: &TenantSnapshot, consent: &Consent) -> Option<String> {
    match &consent.slot.audience {
        Audience::Client(id) => {
            let client = tenant.clients.get(id)?;
            let party = tenant.party_of(client).map(|party| &party.name);
            Some(party.unwrap_or(&client.name).clone())
        }
        Audience::Party(id) => tenant.parties.get(id).map(|party| party.name.clone()),
        Audience::Named(name) => Some(name.clone()),
        Audience::None => None,
    }
}
