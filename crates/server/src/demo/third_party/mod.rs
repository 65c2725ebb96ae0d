//! Moneytrack and Pennywise: two outside apps that really run the code flow. Moneytrack's question is asked on the hosted page,
//! Pennywise's on the bank's own.

mod flow;
mod home;

pub(super) use self::{
    flow::{callback, connect, refresh},
    home::home,
};

use axum::response::Redirect;
use consentry_web::page::Brand;

use super::{
    Demo,
    caller::brand,
    seed::{KnownClient, SCOPES},
};

/// One of the two apps.
#[derive(Debug, Clone, Copy)]
pub(super) struct App {
    /// Its part of the address, and the name of its cookie.
    pub path: &'static str,
    /// Its name.
    pub name: &'static str,
    slogan: &'static str,
    colour: &'static str,
}

/// The app whose question is asked on the hosted page.
pub(super) const MONEYTRACK: App = App {
    path: "moneytrack",
    name: "Moneytrack",
    slogan: "app-moneytrack-slogan",
    colour: "#5a3fa0",
};

/// The app whose question is asked on the bank's own page.
pub(super) const PENNYWISE: App = App {
    path: "pennywise",
    name: "Pennywise",
    slogan: "app-pennywise-slogan",
    colour: "#a3450c",
};

impl App {
    fn client(self, demo: &Demo) -> &KnownClient {
        if self.path == MONEYTRACK.path {
            &demo.bank.third_party
        } else {
            &demo.bank.external
        }
    }

    pub(super) fn brand(self) -> Brand {
        brand(self.name, self.colour)
    }

    fn callback_address(self, demo: &Demo) -> String {
        format!("{}/demo/{}/callback", demo.addresses.base_url, self.path)
    }

    fn own_page(self) -> Redirect {
        Redirect::to(&format!("/demo/{}", self.path))
    }
}

/// What the apps ask for: everything they may.
fn scope() -> String {
    SCOPES.join(" ")
}
