//! What the demo's apps remember of a browser: a cookie with a random id, and a map in memory.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::response::{AppendHeaders, IntoResponseParts};
use consentry_ledger::{Draw, Entropy, opaque};
use consentry_web::credentials::{self, CookieName, SameSite, Transport};
use http::{HeaderMap, header};

/// Most browsers remembered; beyond it all are forgotten.
const MOST: usize = 10_000;

/// Seconds a browser is remembered.
const REMEMBERED_SECONDS: u32 = 86_400;

/// Tokens an app got.
#[derive(Debug, Clone, Default)]
pub(super) struct Tokens {
    pub access: String,
    pub refresh: Option<String>,
    pub scope: String,
    /// The id token, which says who is to be logged out.
    pub id: Option<String>,
}

/// What just happened at an app, to be told on its next page. What came over the wire is kept part by part.
#[derive(Debug, Clone)]
pub(super) enum Told {
    /// Tokens came for a code.
    Connected,
    /// Tokens came for a refresh token.
    NewTokens,
    /// The person declined.
    Declined(Vec<String>),
    /// No more tokens come.
    Ended(Vec<String>),
    /// Something else.
    Failed(Vec<String>),
}

/// One browser at one app.
#[derive(Debug, Clone, Default)]
pub(super) struct Visitor {
    /// `state` of the request under way.
    pub state: Option<String>,
    /// Verifier of its proof key.
    pub verifier: Option<String>,
    /// Where to go on after it.
    pub then: Option<String>,
    /// Tokens, once connected or signed in.
    pub tokens: Option<Tokens>,
    /// Who is signed in, at the bank's own pages.
    pub user_id: Option<String>,
    /// Guards the bank's form against other sites.
    pub form_token: Option<String>,
    /// What the app has to tell on the next page.
    pub told: Option<Told>,
}

/// All browsers.
#[derive(Debug, Default)]
pub(super) struct Visitors(Mutex<HashMap<String, Visitor>>);

impl Visitors {
    /// The browser's id and what is remembered; a fresh one for a browser never seen.
    pub(super) fn find(
        &self,
        headers: &HeaderMap,
        app: &'static str,
        entropy: &dyn Entropy,
    ) -> (String, Visitor) {
        let known = name(app).and_then(|name| {
            credentials::cookie(headers, &name, Transport::PlainLoopback).map(str::to_owned)
        });
        let visitors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.filter(|id| visitors.contains_key(id)) {
            Some(id) => {
                let visitor = visitors[&id].clone();
                (id, visitor)
            }
            None => (
                format!("{app}-{}", opaque::base64url(&entropy.bytes::<16>())),
                Visitor::default(),
            ),
        }
    }

    /// Remembers.
    pub(super) fn keep(&self, id: String, visitor: Visitor) {
        let mut visitors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if visitors.len() >= MOST {
            visitors.clear();
        }
        visitors.insert(id, visitor);
    }
}

/// The header that keeps a browser's id.
pub(super) fn cookie(app: &'static str, id: &str) -> impl IntoResponseParts + use<> {
    let value = name(app).and_then(|name| {
        credentials::set_cookie(
            &name,
            id,
            SameSite::Lax,
            Some(REMEMBERED_SECONDS),
            Transport::PlainLoopback,
        )
        .ok()
    });
    AppendHeaders(value.map(|value| (header::SET_COOKIE, value)))
}

fn name(app: &str) -> Option<CookieName> {
    CookieName::new(format!("demo_{app}")).ok()
}
