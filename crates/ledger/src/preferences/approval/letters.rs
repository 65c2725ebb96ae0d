//! Who is asked, and the links and mails that they are sent.

use consentry_domain::{Lifetime, SubjectId};
use consentry_store::{Hash, JobRow, Row, RowChange, TokenKind, TokenRow};

use super::{Asked, END, Ending};
use crate::{
    Ledger, Opaque, TenantSnapshot,
    error::Fault,
    mail::{
        About, Contact, Mail, PreferenceMail, PreferenceMatter, PreferenceWords, To, later_row_of, row_of,
    },
    opaque::base64url,
    preferences::{
        attempt::Attempt,
        model::{EventBody, EventStatus, Method},
    },
    sealed_value::SealedDetail,
    sealing::Key,
    stored_json::to_json,
};

/// This long before the end people are reminded, where there is more than twice as much time.
const AHEAD: Lifetime = Lifetime::days(1);

/// Makes the mails and links about one event.
struct Letters<'a> {
    ledger: &'a Ledger,
    key: &'a Key,
    subject: SubjectId,
    event: &'a EventBody,
    base: &'a str,
}

impl Letters<'_> {
    /// A link for somebody, the mail with it, and one that reminds of it.
    fn ask(&self, method: Method, to: Contact) -> Result<Vec<RowChange>, Fault> {
        let Some(until) = self.event.approval_until else {
            return Ok(Vec::new());
        };
        let now = self.ledger.now();
        let secret = Opaque::draw(self.ledger.entropy(), "ap");
        let hash = secret.hash();
        let asked = Asked {
            event: self.event.id.clone(),
            method,
            by: to.mail.as_str().to_owned(),
        };
        let detail = SealedDetail::text(self.key, self.ledger.entropy(), hash, &asked, "approval")?;
        let mut rows = vec![RowChange::Put(Row::Token(TokenRow {
            hash,
            kind: TokenKind::Approval,
            version: 1,
            subject: Some(self.subject),
            client: None,
            grant: None,
            issued_at: now,
            expires_at: until,
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail,
        }))];
        let matter = match method {
            Method::Email => PreferenceMatter::Confirm,
            Method::Signature | Method::File => PreferenceMatter::Approve,
        };
        let link = format!("{}/v1/consents/approvals/{}", self.base, secret.expose());
        let words = PreferenceWords::secret(to, link);
        let mut times = vec![(now, false)];
        if until.seconds_since(now) > 2 * AHEAD.as_seconds() {
            times.push((until.minus(AHEAD), true));
        }
        for (due_at, is_reminder) in times {
            let words = words.clone().about(&self.event.id, is_reminder);
            let (entropy, token) = (self.ledger.entropy(), Some(hash));
            let sealed = PreferenceMail::sealed(matter, self.subject, token, &words, self.key, entropy)?;
            let which = if is_reminder { "reminder" } else { "approval" };
            let mail = Mail {
                key: format!("{which} {}", base64url(hash.as_bytes())),
                to: To::Person(self.subject),
                about: About::Preference(sealed),
                due_at,
                until,
            };
            rows.push(if is_reminder {
                later_row_of(&mail)?
            } else {
                row_of(&mail)?
            });
        }
        Ok(rows)
    }

    /// The mail that says what became of it.
    fn tell(&self, to: Contact) -> Result<RowChange, Fault> {
        let now = self.ledger.now();
        let words = PreferenceWords::secret(to, String::new()).about(&self.event.id, false);
        let entropy = self.ledger.entropy();
        let matter = PreferenceMatter::Decided;
        let mail = PreferenceMail::sealed(matter, self.subject, None, &words, self.key, entropy)?;
        row_of(&Mail {
            key: format!("decided {}", self.event.id),
            to: To::Person(self.subject),
            about: About::Preference(mail),
            due_at: now,
            until: now.plus(crate::mail::GIVE_UP),
        })
    }
}

impl Attempt<'_> {
    /// Whoever is asked about an event gets a link; where nobody has to be, the person is told. `contact` is where they are reached.
    pub(in crate::preferences) fn ask_around(
        &mut self,
        subject: SubjectId,
        hash: Hash,
        contact: Option<&Contact>,
        base: &str,
    ) -> Result<(), Fault> {
        let Some(person) = self.people.get(&subject) else {
            return Ok(());
        };
        let Some(event) = person.events.iter().find(|event| event.hash == hash) else {
            return Ok(());
        };
        let letters = Letters {
            ledger: self.ledger,
            key: &person.key,
            subject,
            event: &event.body,
            base,
        };
        let mut rows = Vec::new();
        for (method, validation) in event.body.validations.iter().flatten() {
            let is_told = *method == Method::Email && event.body.status == EventStatus::Confirmed;
            match (validation.enabled, validation.approval, contact) {
                (true, true, _) => {
                    let asked: Vec<Contact> = match method {
                        Method::Email => contact.cloned().into_iter().collect(),
                        Method::Signature | Method::File => approvers(self.tenant),
                    };
                    for to in asked {
                        rows.extend(letters.ask(*method, to)?);
                    }
                }
                (true, false, Some(contact)) if is_told => rows.push(letters.tell(contact.clone())?),
                _ => {}
            }
        }
        if let Some(due_at) = event.body.approval_until {
            let ending = Ending { subject, event: hash };
            rows.push(RowChange::Put(Row::Job(JobRow {
                kind: END.to_owned(),
                key: base64url(hash.as_bytes()),
                version: 1,
                due_at,
                holder: None,
                held_until: None,
                attempts: 0,
                last_error: None,
                detail: to_json(&ending, "approval")?,
            })));
        }
        self.rows.extend(rows);
        Ok(())
    }

    /// The person is told what became of what they chose, where they can be reached.
    pub(in crate::preferences) fn tell_decided(
        &mut self,
        subject: SubjectId,
        event: &EventBody,
        contact: Option<Contact>,
    ) -> Result<(), Fault> {
        let (Some(person), Some(contact)) = (self.people.get(&subject), contact) else {
            return Ok(());
        };
        let letters = Letters {
            ledger: self.ledger,
            key: &person.key,
            subject,
            event,
            base: "",
        };
        self.rows.push(letters.tell(contact)?);
        Ok(())
    }
}

fn approvers(tenant: &TenantSnapshot) -> Vec<Contact> {
    let all = tenant.tenant.preferences.approvers.iter();
    all.map(|mail| Contact {
        mail: mail.clone(),
        locale: None,
    })
    .collect()
}
