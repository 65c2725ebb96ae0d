//! A browser without a window: keeps cookies by host, says how it navigates, does not follow redirects by itself.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use http::{Method, header};
use url::Url;

use crate::{Answer, TestApp, app::BASE_URL};

/// One person's browser.
#[derive(Debug)]
pub struct Browser<'a> {
    app: &'a TestApp,
    user_agent: Option<String>,
    cookies: Mutex<BTreeMap<(String, String), String>>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(app: &'a TestApp) -> Self {
        Self {
            app,
            user_agent: None,
            cookies: Mutex::default(),
        }
    }

    /// The same, which says of itself that it is this (`User-Agent`).
    #[must_use]
    pub fn calling_itself(mut self, user_agent: &str) -> Self {
        self.user_agent = Some(user_agent.to_owned());
        self
    }

    /// Gives it a cookie, as somebody does who sits between.
    pub fn plant(&self, host: &str, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.insert((host.to_owned(), name.to_owned()), value.to_owned());
    }

    /// Opens an address as a top-level navigation from another site.
    pub async fn open(&self, address: &str) -> Answer {
        self.send(Method::GET, address, "cross-site", None).await
    }

    /// Opens an address by a link of one of our own pages.
    pub async fn press(&self, address: &str) -> Answer {
        self.send(Method::GET, address, "same-origin", None).await
    }

    /// Sends a form as a page of another site does, which brings no cookies (`SameSite=Lax`).
    pub async fn submit_from_elsewhere(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let kept = std::mem::take(&mut *self.cookies.lock().unwrap_or_else(PoisonError::into_inner));
        let answer = self.send(Method::POST, address, "cross-site", Some(fields)).await;
        *self.cookies.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        answer
    }

    /// Sends a form of one of our own pages, as a top-level navigation.
    pub async fn submit(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, address, "same-origin", Some(fields))
            .await
    }

    /// Opens where an answer redirects to.
    pub async fn follow(&self, answer: &Answer) -> Answer {
        self.open(answer.location().as_str()).await
    }

    /// The cookies kept for a host, as `name=value` pairs.
    pub fn cookies(&self, host: &str) -> Vec<String> {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies
            .iter()
            .filter(|((own, _), _)| own == host)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect()
    }

    /// Forgets everything.
    pub fn clear_cookies(&self) {
        self.cookies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    async fn send(
        &self,
        method: Method,
        address: &str,
        site: &str,
        fields: Option<&[(&str, &str)]>,
    ) -> Answer {
        let url = Url::parse(BASE_URL).unwrap().join(address).unwrap();
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut request = self
            .app
            .request(method, url.as_str())
            .header(header::ACCEPT, "text/html,application/xhtml+xml")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-site", site);
        if let Some(user_agent) = &self.user_agent {
            request = request.header(header::USER_AGENT, user_agent);
        }
        let cookies = self.cookies(&host).join("; ");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, &cookies);
        }
        if let Some(fields) = fields {
            request = request
                .form(fields)
                .header(header::ORIGIN, &url.origin().ascii_serialization());
        }
        let answer = request.send().await;
        self.keep(&host, &answer);
        answer
    }

    fn keep(&self, host: &str, answer: &Answer) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for line in answer.headers().get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let key = (host.to_owned(), name.to_owned());
            if value.is_empty() || attributes.contains("Max-Age=0") {
                cookies.remove(&key);
            } else {
                cookies.insert(key, value.to_owned());
            }
        }
    }
}
