//! Where a visitor is in the story, on the pages of the apps and the bank.

use consentry_web::texts::Language;

use super::{Demo, seed::Customer};

/// The next step, in a box of its own that is no part of the app around it.
#[derive(Debug)]
pub(super) struct Story {
    /// What to do.
    pub text: String,
    /// Who to log in as.
    pub person: Option<Customer>,
    /// Where to go on: words and address.
    pub next: Option<(String, String)>,
}

/// A place in the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing is connected.
    Connect,
    /// The app shows data.
    Look,
    /// The bank shows who has access.
    Stop,
    /// The app was refused data.
    Tokens,
    /// The app was refused tokens.
    Over,
    /// The person declined.
    Declined,
}

impl Story {
    /// The step at a place; `app` is the app's name and path.
    pub(super) fn at(
        place: Place,
        demo: &Demo,
        language: &'static Language,
        (name, path): (&str, &str),
    ) -> Self {
        let key = match place {
            Place::Connect => "demo-next-connect",
            Place::Look => "demo-next-look",
            Place::Stop => "demo-next-stop",
            Place::Tokens => "demo-next-tokens",
            Place::Over => "demo-next-over",
            Place::Declined => "demo-next-declined",
        };
        let open = |app: &str| language.text("demo-open-app").with("app", app).to_string();
        let next = match place {
            Place::Look => Some((
                language.text("demo-open-bank").to_string(),
                format!("{}/demo/bank", demo.addresses.bank_url),
            )),
            Place::Stop => Some((open(name), format!("{}/demo/{path}", demo.addresses.base_url))),
            _ => None,
        };
        Self {
            text: language.text(key).with("app", name).to_string(),
            person: demo
                .bank
                .customers
                .first()
                .filter(|_| place == Place::Connect)
                .cloned(),
            next,
        }
    }
}
