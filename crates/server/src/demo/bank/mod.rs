//! Harbor Bank's own pages, on an origin of their own: signing in with the bank's own client, the page that frames the dashboard,
//! and the bank's own question (Consent URI).

mod apps;
mod question;
mod sign_in;

pub(super) use self::{
    apps::home,
    question::{answer, ask},
    sign_in::{callback, log_out},
};

use consentry_web::page::Page;

use super::{BANK, Caller, Demo, caller::brand};

/// Name of the bank's cookie.
const APP: &str = "bank";

/// The bank's colour, the same as its tenant's.
const COLOUR: &str = "#0b5c6b";

/// A page of the bank for a customer who is signed in.
fn page_for(caller: &Caller, title: String, user_id: &str) -> Page {
    let mut page = caller.page(title, brand(BANK, COLOUR));
    page.person = caller.demo.username(user_id);
    page
}

impl Demo {
    fn username(&self, user_id: &str) -> Option<String> {
        let customer = self
            .bank
            .customers
            .iter()
            .find(|customer| customer.user_id == user_id);
        customer.map(|customer| customer.username.clone())
    }
}
