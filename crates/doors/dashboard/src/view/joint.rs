//! What others share of an account that they hold with the reader (consent-dashboard B6.8): who, which app, what, until when; nothing of
//! their other accounts.

use consentry_ledger::agreements::JointShare;
use consentry_web::page::ShownName;

use super::{ConnectionView, Held, Telling, accounts::label, item::ItemView};

/// One account that another holder shares with one application.
#[derive(Debug, Clone)]
pub struct JointView {
    /// The agreement of the other holder, for forms.
    pub id: String,
    /// The account as the bank calls it, for forms.
    pub account: String,
    /// Its name, with the last digits of its number.
    pub label: String,
    /// Who receives the data.
    pub name: ShownName,
    /// Who shares it, in a sentence.
    pub by: String,
    /// What is shared.
    pub items: Vec<ItemView>,
    /// The same in a few words.
    pub summary: String,
    /// Until when, or that there is no end.
    pub until: String,
}

impl JointView {
    /// Puts a share into words.
    pub fn new(telling: &Telling<'_>, share: &JointShare) -> Self {
        let language = telling.language;
        // The reader's accounts are not those of the connection, and the other holder's are none of the reader's business.
        let nothing_held = Telling {
            held: &Held::Unnamed,
            ..*telling
        };
        let view = ConnectionView::new(&nothing_held, &share.connection);
        let by = match &share.holder.name {
            Some(name) => {
                let name = ShownName::new(name);
                language.text("dashboard-joint-by").with("name", name.short)
            }
            None => language.text("dashboard-joint-by-other"),
        };
        Self {
            id: view.id,
            account: share.account.id.as_str().to_owned(),
            label: label(&share.account),
            name: view.name,
            by: by.to_string(),
            // What steers the connection goes on with it.
            items: view.items.into_iter().filter(|item| item.opens_data).collect(),
            summary: view.summary,
            until: view.until,
        }
    }
}
