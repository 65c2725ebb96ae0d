//! Where a person is written to about what they choose (consent-tokens-and-preferences 7.4, 10).

use consentry_domain::{
    SubjectId,
    decision::Door,
    mail::MailAddress,
    subject::{Alias, Namespace},
};
use serde_json::Value;

use super::model::{EventBody, Members, PersonBody};
use crate::{Ledger, TenantSnapshot, error::Fault, mail::Contact, subjects::Origin};

/// The address that free-form members name.
fn named_in(members: &Members) -> Option<MailAddress> {
    let text = members.get("email").and_then(Value::as_str)?;
    MailAddress::parse(text).ok()
}

impl Ledger {
    /// Where a person is reached who opens their preferences: at the name that the first party knows them by, where that is an address;
    /// else where they said, or where the first party knows.
    pub(crate) async fn preference_contact(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<Contact>, Fault> {
        let namespace = tenant.tenant.preferences.organization_users;
        let name = self.name_of(tenant, subject, namespace).await?;
        let by_name = name.and_then(|name| MailAddress::parse(&name).ok());
        let kept = self.contact_of(tenant, subject).await?;
        if by_name.is_none() && kept.is_none() {
            let person = self.person_with_preferences(tenant, subject).await?;
            let said = person.and_then(|person| named_in(&person.body.folded.metadata));
            return Ok(said.map(|mail| Contact { mail, locale: None }));
        }
        let locale = kept.as_ref().and_then(|kept| kept.locale.clone());
        let mail = by_name.or(kept.map(|kept| kept.mail));
        Ok(mail.map(|mail| Contact { mail, locale }))
    }

    /// Where a person is reached about an event: at their name, where that is an address, else as the event says, or what is known of them.
    pub(super) async fn choice_contact(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        person: &PersonBody,
        event: &EventBody,
    ) -> Result<Option<Contact>, Fault> {
        let name = person.organization_user_id.as_deref();
        let by_name = name.and_then(|name| MailAddress::parse(name).ok());
        let said = || {
            let own = event.user.metadata.as_ref().and_then(named_in);
            own.or_else(|| named_in(&person.folded.metadata))
        };
        let kept = self.contact_of(tenant, subject).await?;
        let locale = kept.as_ref().and_then(|kept| kept.locale.clone());
        let mail = by_name.or_else(said).or(kept.map(|kept| kept.mail));
        Ok(mail.map(|mail| Contact { mail, locale }))
    }

    /// The person with this name who can be written to about their preferences. Where `may_begin`, an address that nobody has becomes a
    /// person's.
    pub(crate) async fn preferences_reachable(
        &self,
        tenant: &TenantSnapshot,
        alias: &Alias,
        may_begin: bool,
    ) -> Result<Option<SubjectId>, Fault> {
        let is_address =
            alias.namespace == Namespace::Organization && MailAddress::parse(&alias.value).is_ok();
        let subject = match self.find_subject(tenant, alias).await? {
            Some(subject) => subject,
            None if may_begin && is_address => {
                let origin = Origin::at(Door::Preferences);
                self.subject_named(tenant, alias, origin).await?
            }
            None => return Ok(None),
        };
        let account = self.inner.store.account(tenant.id(), subject).await?;
        if account.is_some_and(|account| account.disabled) {
            return Ok(None);
        }
        let contact = self.preference_contact(tenant, subject).await?;
        Ok(contact.map(|_| subject))
    }
}
