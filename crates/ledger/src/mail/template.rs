//! Templates of mails: the product's own, and those of a tenant in their place.
//!
//! A template reaches nothing but the variables of its kind: no files, includes, macros or clock, and what it may do and make is bounded.
//! A tenant's template is tried when it is configured, with everything there is to say and with as little as there can be, so that one
//! that does not work is refused there and not found out by people.

use std::{collections::BTreeMap, sync::LazyLock};

use consentry_domain::{
    locale::Locale,
    tenant::{MailKind, MailSettings, MailTemplate},
};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, Value, escape_formatter};

use super::words::one_line;
use crate::templating::bounded;

/// Whether a tenant's templates can be used.
pub fn check_templates(settings: &MailSettings) -> Result<(), InvalidTemplate> {
    MailTemplates::prepare(settings).map(|_| ())
}

/// What one part of a mail may do and hold: about this many steps.
const FUEL: u64 = 200_000;

/// Longest part of a mail, in bytes.
const LONGEST_PART: usize = 256 << 10;

/// Longest subject, in characters.
const LONGEST_SUBJECT: usize = 200;

/// Filters that could write a value into HTML unescaped, or that answer about the engine.
const REFUSED_FILTERS: [&str; 2] = ["safe", "pprint"];

/// Functions that there are besides variables.
const FUNCTIONS: [&str; 3] = ["range", "dict", "namespace"];

/// Variables by name.
pub(super) type Variables = BTreeMap<String, Value>;

/// A tenant's template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("mail template {kind} {locale}, {part}: {why}")]
pub struct InvalidTemplate {
    /// Which mail.
    pub kind: &'static str,
    /// Which language.
    pub locale: String,
    /// `subject`, `text` or `html`.
    pub part: &'static str,
    /// What is wrong, with the line where it is known.
    pub why: String,
}

/// Why a template could not be filled in.
#[derive(Debug)]
pub(super) struct Failure {
    /// Which part.
    pub(super) part: &'static str,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Engine(Error),
    Text(&'static str),
}

impl Failure {
    /// What is wrong. What the engine says in detail may hold what a template looked at, so it is told of samples only.
    pub(super) fn told(&self, with_detail: bool) -> String {
        match &self.why {
            Why::Engine(error) => explained(error, with_detail),
            Why::Text(text) => (*text).to_owned(),
        }
    }
}

/// The parts of a mail as they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: Option<String>,
}

/// Templates, ready to be filled in.
#[derive(Debug, Default)]
pub(crate) struct MailTemplates {
    environment: Option<Environment<'static>>,
    /// By kind: the languages, each with whether it has an HTML part.
    languages: BTreeMap<MailKind, Vec<(Locale, bool)>>,
}

/// The product's own words of one kind in one language: a line with the subject, an empty line, the text; and the HTML.
struct Own {
    kind: MailKind,
    locale: &'static str,
    text: &'static str,
    html: &'static str,
}

macro_rules! own {
    ($languages:tt: $($kind:ident $file:literal),+ $(,)?) => {
        &[$(own!(one $kind $file $languages)),+]
    };
    (one $kind:ident $file:literal [$($language:literal),+]) => {
        [$(Own {
            kind: MailKind::$kind,
            locale: $language,
            text: include_str!(concat!("../../texts/mail/", $language, "/", $file, ".txt")),
            html: include_str!(concat!("../../texts/mail/", $language, "/", $file, ".html")),
        }),+]
    };
}

const OWN: &[[Own; 8]] = own![
    ["en", "ar", "de", "es", "fr", "ja", "pl", "pt"]:
    ConsentGiven "consent-given",
    ConsentEnded "consent-ended",
    ConsentExpiring "consent-expiring",
    EndpointDisabled "endpoint-disabled",
    OneTimeCode "one-time-code",
    PasskeyChanged "passkey-changed",
    LoginChanged "login-changed",
    PreferencesLink "preferences-link",
    ChoiceConfirmation "choice-confirmation",
    ChoiceApproval "choice-approval",
    ChoiceDecided "choice-decided",
];

/// What stands around every HTML part that is no document of its own.
const FRAME: &str = include_str!("../../texts/mail/frame.html");

const FRAME_NAME: &str = "frame.html";

static PRODUCT: LazyLock<MailTemplates> = LazyLock::new(|| {
    let templates: Vec<MailTemplate> = OWN.as_flattened().iter().filter_map(Own::template).collect();
    // Tests prove each of them; what could not be read would not be offered.
    MailTemplates::compile(&templates).unwrap_or_else(|error| {
        tracing::error!(%error, "the product's own mail templates cannot be used");
        MailTemplates::default()
    })
});

impl Own {
    fn template(&self) -> Option<MailTemplate> {
        let (subject, text) = self.text.split_once("\n\n")?;
        Some(MailTemplate {
            kind: self.kind,
            locale: Locale::parse(self.locale).ok()?,
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: Some(self.html.to_owned()),
        })
    }
}

impl MailTemplates {
    /// Those of a tenant, tried.
    pub(crate) fn prepare(settings: &MailSettings) -> Result<Self, InvalidTemplate> {
        if settings.templates.is_empty() {
            return Ok(Self::default());
        }
        let own = Self::compile(&settings.templates)?;
        for template in &settings.templates {
            for sample in [sample(template.kind, true), sample(template.kind, false)] {
                own.fill(template.kind, &template.locale, &sample)
                    .map_err(|failure| refused(template, failure.part, failure.told(true)))?;
            }
        }
        Ok(own)
    }

    fn compile(templates: &[MailTemplate]) -> Result<Self, InvalidTemplate> {
        let mut environment = environment();
        let mut languages: BTreeMap<MailKind, Vec<(Locale, bool)>> = BTreeMap::new();
        if let Err(error) = environment.add_template(FRAME_NAME, FRAME) {
            tracing::error!(%error, "the frame of mails cannot be used");
        }
        for template in templates {
            let parts = [
                ("subject", Some(&template.subject)),
                ("text", Some(&template.text)),
                ("html", template.html.as_ref()),
            ];
            for (part, source) in parts {
                let Some(source) = source else { continue };
                let name = name(template.kind, &template.locale, part);
                environment
                    .add_template_owned(name.clone(), source.clone())
                    .map_err(|error| refused(template, part, explained(&error, true)))?;
                refuse_unknown(&environment, &name, template.kind)
                    .map_err(|why| refused(template, part, why))?;
            }
            let known = languages.entry(template.kind).or_default();
            known.push((template.locale.clone(), template.html.is_some()));
        }
        Ok(Self {
            environment: Some(environment),
            languages,
        })
    }

    /// The first of `languages` in which a mail can be written, and what writes it: the tenant's own words before the product's. English
    /// where none fits.
    pub(super) fn choose<'a>(
        &'a self,
        kind: MailKind,
        languages: &[Locale],
    ) -> Option<(&'a Self, &'a Locale)> {
        let english = Locale::parse("en").ok();
        for language in languages.iter().chain(&english) {
            for templates in [self, &*PRODUCT] {
                if let Some(found) = templates.find(kind, language) {
                    return Some((templates, found));
                }
            }
        }
        None
    }

    fn find(&self, kind: MailKind, language: &Locale) -> Option<&Locale> {
        let known = self.languages.get(&kind)?;
        let exact = known.iter().find(|(locale, _)| locale.matches(language.as_str()));
        let kin = || {
            let primary = language.language();
            known
                .iter()
                .find(|(locale, _)| locale.language().eq_ignore_ascii_case(primary))
        };
        exact.or_else(kin).map(|(locale, _)| locale)
    }

    /// The parts of a mail.
    pub(super) fn fill(
        &self,
        kind: MailKind,
        locale: &Locale,
        variables: &Variables,
    ) -> Result<Parts, Failure> {
        let has_html = self
            .languages
            .get(&kind)
            .and_then(|known| known.iter().find(|(own, _)| own == locale))
            .is_some_and(|(_, has_html)| *has_html);
        let engine = |part: &'static str| {
            move |error| Failure {
                part,
                why: Why::Engine(error),
            }
        };
        let text = |part: &'static str, text: &'static str| Failure {
            part,
            why: Why::Text(text),
        };
        let part = |part: &'static str| {
            self.render(&name(kind, locale, part), variables.clone())
                .map_err(engine(part))
        };
        let subject: String = one_line(&part("subject")?)
            .chars()
            .take(LONGEST_SUBJECT)
            .collect();
        if subject.is_empty() {
            return Err(text("subject", "it is empty"));
        }
        let plain = format!("{}\n", paragraphs(&part("text")?));
        let html = if has_html {
            let html = self.framed(part("html")?, &subject, variables);
            Some(html.map_err(engine("html"))?)
        } else {
            None
        };
        for (name, long) in [
            ("text", plain.len()),
            ("html", html.as_ref().map_or(0, String::len)),
        ] {
            if long > LONGEST_PART {
                return Err(text(name, "it is longer than 256 KiB"));
            }
        }
        Ok(Parts {
            subject,
            text: plain,
            html,
        })
    }

    /// An HTML part that begins like a document is one; anything else is put into the product's frame.
    fn framed(&self, html: String, subject: &str, variables: &Variables) -> Result<String, Error> {
        let start: String = html.trim_start().chars().take(9).collect();
        let start = start.to_ascii_lowercase();
        if start.starts_with("<!doctype") || start.starts_with("<html") {
            return Ok(html);
        }
        let mut variables = variables.clone();
        variables.insert("subject".to_owned(), Value::from(subject));
        variables.insert("content".to_owned(), Value::from_safe_string(html));
        self.render(FRAME_NAME, variables)
    }

    fn render(&self, name: &str, variables: Variables) -> Result<String, Error> {
        let Some(environment) = &self.environment else {
            return Err(Error::new(ErrorKind::TemplateNotFound, "there are no templates"));
        };
        environment
            .get_template(name)?
            .render(Value::from_object(variables))
    }
}

/// A text whose paragraphs are one empty line apart, whatever conditions left between them.
fn paragraphs(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for line in text.trim().lines().map(str::trim_end) {
        if !line.is_empty() || kept.last().is_some_and(|before| !before.is_empty()) {
            kept.push(line);
        }
    }
    kept.join("\n")
}

fn environment() -> Environment<'static> {
    let mut environment = bounded(FUEL, &REFUSED_FILTERS);
    // What stands in a text of the other direction keeps its own (Unicode UAX 9, 2.4.2).
    environment.add_filter("apart", |value: &str| format!("\u{2068}{value}\u{2069}"));
    environment.set_auto_escape_callback(|name| {
        if name.ends_with("html") {
            AutoEscape::Html
        } else {
            AutoEscape::None
        }
    });
    environment.set_formatter(printable);
    environment
}

/// Texts and numbers can be written; lists, maps and nothing are a mistake.
fn printable(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.as_str().is_some() || value.is_number() {
        return escape_formatter(out, state, value);
    }
    Err(Error::new(
        ErrorKind::InvalidOperation,
        format!(
            "only texts and numbers are written, not {}; look with {{% if %}} whether it is there",
            value.kind()
        ),
    ))
}

fn name(kind: MailKind, locale: &Locale, part: &str) -> String {
    format!("{}.{}.{part}", kind.as_str(), locale.as_str())
}

fn refused(template: &MailTemplate, part: &'static str, why: String) -> InvalidTemplate {
    InvalidTemplate {
        kind: template.kind.as_str(),
        locale: template.locale.as_str().to_owned(),
        part,
        why,
    }
}

fn explained(error: &Error, with_detail: bool) -> String {
    let line = error
        .line()
        .map(|line| format!("line {line}: "))
        .unwrap_or_default();
    match error.detail().filter(|_| with_detail) {
        Some(detail) => format!("{line}{}: {detail}", error.kind()),
        None => format!("{line}{}", error.kind()),
    }
}

/// Refuses a name that nothing stands behind.
fn refuse_unknown(environment: &Environment<'_>, name: &str, kind: MailKind) -> Result<(), String> {
    let template = environment
        .get_template(name)
        .map_err(|error| explained(&error, true))?;
    let known = sample(kind, true);
    let mut unknown: Vec<String> = template
        .undeclared_variables(false)
        .into_iter()
        .filter(|name| !known.contains_key(name) && !FUNCTIONS.contains(&name.as_str()))
        .collect();
    unknown.sort_unstable();
    match unknown.first() {
        None => Ok(()),
        Some(unknown) => {
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            Err(format!("there is no {unknown}; there are {}", names.join(", ")))
        }
    }
}

/// An object of a template.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members: Variables = members.map(|(name, value)| (name.to_owned(), value)).into();
    Value::from_object(members)
}

/// Variables as a mail of a kind has them: all there can be, or only what there always is.
fn sample(kind: MailKind, is_full: bool) -> Variables {
    let text = |text: &str| Value::from(text);
    let sometimes = |text: &str| {
        if is_full {
            Value::from(text)
        } else {
            Value::from(())
        }
    };
    let item = || {
        object([
            ("title", text("Account balance")),
            ("data", text("The balance")),
            ("purpose", text("To show it")),
        ])
    };
    let mut variables: Variables = [
        ("brand", text("Harbor Bank")),
        ("help", sometimes("+44 20 7946 0000")),
        ("locale", text("en")),
        ("dir", text("ltr")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let about: Vec<(&str, Value)> = match kind {
        MailKind::ConsentGiven | MailKind::ConsentEnded | MailKind::ConsentExpiring => {
            let items: Vec<Value> = (0..if is_full { 3 } else { 1 }).map(|_| item()).collect();
            let mut about = vec![
                ("party", sometimes("Moneytrack")),
                ("items", Value::from(items)),
                ("consents_url", sometimes("https://bank.example/consents")),
                ("notices_url", text("https://bank.example/notices/x")),
            ];
            match kind {
                MailKind::ConsentEnded => about.push(("by_itself", Value::from(is_full))),
                MailKind::ConsentExpiring => {
                    about.push(("until", text("3 May 2027")));
                    about.push(("days", Value::from(if is_full { 30 } else { 1 })));
                }
                _ => about.push(("until", sometimes("3 May 2027"))),
            }
            about
        }
        MailKind::EndpointDisabled => vec![
            ("endpoint", text("0199d1a2-0000-7000-8000-000000000000")),
            ("url", text("https://hooks.example/consents")),
            ("client", text("Harbor Bank")),
            ("reason", text(if is_full { "failing" } else { "gone" })),
        ],
        MailKind::OneTimeCode => vec![
            ("code", text("49170263")),
            ("minutes", Value::from(if is_full { 10 } else { 1 })),
        ],
        MailKind::PasskeyChanged => vec![("added", Value::from(is_full))],
        MailKind::LoginChanged => vec![("added", Value::from(is_full)), ("provider", text("Northmail"))],
        MailKind::PreferencesLink => vec![
            ("link", text("https://bank.example/center/news?token=x")),
            ("minutes", Value::from(if is_full { 15 } else { 1 })),
        ],
        MailKind::ChoiceConfirmation | MailKind::ChoiceApproval | MailKind::ChoiceDecided => {
            let choice = |answer: &str, values: &str| {
                object([
                    ("title", text("Newsletter")),
                    ("answer", text(answer)),
                    ("values", text(values)),
                ])
            };
            let items = if is_full {
                vec![choice("yes", "Topics: Savings, Travel"), choice("no", "")]
            } else {
                vec![choice("", "Topics: Savings")]
            };
            let mut about = vec![("items", Value::from(items))];
            if kind == MailKind::ChoiceDecided {
                about.push(("is_confirmed", Value::from(is_full)));
            } else {
                about.push(("link", text("https://bank.example/v1/consents/approvals/x")));
                about.push(("until", text("3 May 2027")));
                about.push(("is_reminder", Value::from(is_full)));
                about.push(("delegate", sometimes("T. Okafor")));
            }
            if kind == MailKind::ChoiceApproval {
                about.push(("person", sometimes("ada@example.com")));
            }
            about
        }
    };
    variables.extend(about.into_iter().map(|(name, value)| (name.to_owned(), value)));
    variables
}

#[cfg(test)]
mod tests;
