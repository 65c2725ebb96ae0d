//! The mails of the demo, which are kept in the memory of this node instead of being sent: as a page for people and as JSON for programs.

use std::sync::Arc;

use askama::Template;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use consentry_egress::Kept;
use consentry_web::page::Page;
use http::header;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{
    COLOUR, Caller, Demo, DemoError,
    caller::{answer, brand},
};

/// A mail in words.
struct Shown {
    number: u64,
    to: String,
    from: String,
    subject: String,
    language: String,
    direction: &'static str,
    moment: String,
    text: String,
    html: Option<String>,
}

#[derive(Template)]
#[template(path = "demo/mail.html")]
struct Mails {
    page: Page,
    /// The one that was asked for.
    one: Option<Shown>,
    /// All that are kept, latest first.
    all: Vec<Shown>,
    /// Where mails go instead, where they are really sent.
    are_sent: bool,
}

/// `GET /demo/mail`: all mails, or the one with the number that is asked for.
pub(super) async fn page(caller: Caller) -> Result<Response, DemoError> {
    let outbox = caller.demo.outbox.as_ref();
    let shown = |kept: Kept| {
        let letter = kept.letter;
        let moment = letter.at.to_jiff().to_zoned(TimeZone::UTC);
        Shown {
            number: kept.number,
            to: letter.to.as_str().to_owned(),
            from: letter.from_name,
            subject: letter.subject,
            direction: if letter.language.starts_with("ar") {
                "rtl"
            } else {
                "ltr"
            },
            language: letter.language,
            moment: caller.language.moment(&moment),
            text: letter.text,
            html: letter.html,
        }
    };
    let asked = caller.asked("number");
    let one = match asked {
        None => None,
        Some(number) => {
            let number = number.parse().map_err(|_| DemoError::NoMail)?;
            let kept = outbox.and_then(|outbox| outbox.one(number));
            Some(shown(kept.ok_or(DemoError::NoMail)?))
        }
    };
    let all = match (&one, outbox) {
        (None, Some(outbox)) => outbox.all().into_iter().map(shown).collect(),
        _ => Vec::new(),
    };
    let title = match &one {
        Some(one) => one.subject.clone(),
        None => caller.language.text("demo-mail-title").to_string(),
    };
    let template = Mails {
        page: caller.page(title, brand("Consentry", COLOUR)),
        one,
        all,
        are_sent: outbox.is_none(),
    };
    Ok(answer(&template.page, &template, &[], &[]))
}

/// `GET /demo/mail.json`: all mails, latest first.
pub(super) async fn json(State(demo): State<Arc<Demo>>) -> Response {
    let kept = demo
        .outbox
        .as_ref()
        .map(|outbox| outbox.all())
        .unwrap_or_default();
    let mails: Vec<Value> = kept
        .into_iter()
        .map(|kept| {
            let letter = kept.letter;
            json!({
                "number": kept.number,
                "id": letter.id,
                "to": letter.to.as_str(),
                "from_name": letter.from_name,
                "reply_to": letter.reply_to.as_ref().map(consentry_domain::mail::MailAddress::as_str),
                "language": letter.language,
                "subject": letter.subject,
                "text": letter.text,
                "html": letter.html,
                "at": letter.at,
            })
        })
        .collect();
    (
        [(header::CACHE_CONTROL, "no-store")],
        Json(json!({ "mails": mails })),
    )
        .into_response()
}
