//! Settings of mails.

use serde::{Deserialize, Serialize};

use super::InvalidSetting;
use crate::{decision::named_enum, locale::Locale, mail::MailAddress};

named_enum! {
    /// What a mail is about. Each has a template of its own.
    MailKind {
        /// To the person: what they agreed to.
        ConsentGiven = "consent-given",
        /// To the person: what ended, by whomever or by itself.
        ConsentEnded = "consent-ended",
        /// To the person: what ends soon.
        ConsentExpiring = "consent-expiring",
        /// To whom a webhook endpoint belongs: it was switched off (WHK-12).
        EndpointDisabled = "endpoint-disabled",
        /// To the person: a code that they asked for.
        OneTimeCode = "one-time-code",
        /// To the person: a passkey was added to their account, or removed.
        PasskeyChanged = "passkey-changed",
        /// To the person: a login at another provider was linked to their account, or unlinked.
        LoginChanged = "login-changed",
        /// To the person: a link that opens their preferences.
        PreferencesLink = "preferences-link",
        /// To the person: what they chose, which counts once they confirm it.
        ChoiceConfirmation = "choice-confirmation",
        /// To those who approve: what somebody chose, which counts once they approve it.
        ChoiceApproval = "choice-approval",
        /// To the person: what became of what they chose.
        ChoiceDecided = "choice-decided",
    }
}

impl MailKind {
    /// Whether somebody may want to go without it: it protects no account, and nobody asked for it.
    pub const fn is_notice(self) -> bool {
        matches!(
            self,
            Self::ConsentGiven | Self::ConsentEnded | Self::ConsentExpiring
        )
    }
}

/// Days before the end of a consent at which its end is told in advance (enforcement-events-evidence 3.4).
pub const DAYS_AHEAD: [u16; 3] = [30, 7, 1];

/// Most addresses of operators.
const MOST_OPERATORS: usize = 10;

/// Most templates of a tenant.
const MOST_TEMPLATES: usize = 200;

/// Longest text of a template, in bytes.
const LONGEST_TEMPLATE: usize = 64 << 10;

/// Which mails are sent, from whom, and in which words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailSettings {
    /// Who runs this: told when an endpoint of the tenant is switched off, or one of a party that has no address.
    pub operators: Vec<MailAddress>,
    /// Whom answers reach; none means the sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MailAddress>,
    /// How many days before their end people are reminded of a consent: any of 30, 7 and 1. None means never.
    pub remind_days: Vec<u16>,
    /// Whether people are told what they agreed to.
    pub confirm_given: bool,
    /// Whether people are told what ended.
    pub confirm_ended: bool,
    /// Page on which people see their consents and end them; mails lead there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consents_url: Option<String>,
    /// Words that take the place of the product's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<MailTemplate>,
}

impl MailSettings {
    /// Whether people are sent notices at all.
    pub const fn has_notices(&self) -> bool {
        self.confirm_given || self.confirm_ended || !self.remind_days.is_empty()
    }
}

/// Words of one kind of mail in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailTemplate {
    /// Which mail.
    pub kind: MailKind,
    /// Which language.
    pub locale: Locale,
    /// Template of the subject, one line.
    pub subject: String,
    /// Template of the plain text.
    pub text: String,
    /// Template of the HTML part; what it inserts is escaped. Without it the mail has plain text alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

impl MailSettings {
    /// Whether these can be served, what is inside the templates aside.
    pub fn check(&self) -> Result<(), InvalidSetting> {
        let wrong = |key: &str, why| {
            Err(InvalidSetting {
                section: "mail",
                key: key.to_owned(),
                why,
            })
        };
        if self.operators.len() > MOST_OPERATORS {
            return wrong("operators", "must be at most 10 addresses");
        }
        if !self.remind_days.iter().all(|days| DAYS_AHEAD.contains(days)) {
            return wrong("remind_days", "must be of 30, 7 and 1");
        }
        let is_page = |url: &String| {
            let rest = url
                .strip_prefix("https://")
                .or_else(|| url.strip_prefix("http://"));
            rest.is_some_and(|rest| !rest.is_empty())
                && url.len() <= 2_000
                && url
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
        };
        if !self.consents_url.as_ref().is_none_or(is_page) {
            return wrong("consents_url", "must be an address that begins with https://");
        }
        if self.templates.len() > MOST_TEMPLATES {
            return wrong("templates", "must be at most 200");
        }
        for (place, template) in self.templates.iter().enumerate() {
            let key = |part: &str| {
                format!(
                    "templates {} {}{part}",
                    template.kind.as_str(),
                    template.locale.as_str()
                )
            };
            let before = &self.templates[..place];
            if before
                .iter()
                .any(|one| one.kind == template.kind && one.locale.matches(template.locale.as_str()))
            {
                return wrong(&key(""), "is there twice");
            }
            let html = template.html.as_deref().unwrap_or_default();
            if [&template.subject, &template.text]
                .into_iter()
                .any(|text| text.trim().is_empty())
            {
                return wrong(&key(""), "must have a subject and a text");
            }
            if template.subject.contains(['\r', '\n']) {
                return wrong(&key(".subject"), "must be one line");
            }
            if [template.subject.as_str(), template.text.as_str(), html]
                .into_iter()
                .any(|text| text.len() > LONGEST_TEMPLATE)
            {
                return wrong(&key(""), "must be at most 64 KiB in each part");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> MailTemplate {
        MailTemplate {
            kind: MailKind::ConsentGiven,
            locale: Locale::parse("de").unwrap(),
            subject: "Erteilt".to_owned(),
            text: "Alles wurde erteilt.".to_owned(),
            html: None,
        }
    }

    fn refusal(change: impl FnOnce(&mut MailSettings)) -> String {
        let mut settings = MailSettings {
            templates: vec![template()],
            ..MailSettings::default()
        };
        assert_eq!(settings.check(), Ok(()));
        change(&mut settings);
        settings.check().unwrap_err().to_string()
    }

    #[test]
    fn settings_that_cannot_be_served_are_refused_and_named() {
        let address = MailAddress::parse("a@example.com").unwrap();
        for (said, refused) in [
            ("operators", refusal(|own| own.operators = vec![address; 11])),
            ("remind_days", refusal(|own| own.remind_days = vec![30, 14])),
            (
                "consents_url",
                refusal(|own| own.consents_url = Some("javascript:alert(1)".to_owned())),
            ),
            (
                "consents_url",
                refusal(|own| own.consents_url = Some("https://x.example/\r\nBcc: y".to_owned())),
            ),
            ("consent-given de", refusal(|own| own.templates.push(template()))),
            (
                "consent-given DE",
                refusal(|own| {
                    own.templates.push(MailTemplate {
                        locale: Locale::parse("DE").unwrap(),
                        ..template()
                    });
                }),
            ),
            (
                "one line",
                refusal(|own| own.templates[0].subject = "x\nBcc: y".to_owned()),
            ),
            (
                "subject and a text",
                refusal(|own| own.templates[0].text = " ".to_owned()),
            ),
            (
                "64 KiB",
                refusal(|own| own.templates[0].html = Some("x".repeat((64 << 10) + 1))),
            ),
        ] {
            assert!(refused.contains(said), "{said}: {refused}");
        }
    }
}
