//! A person's browser and an app, against a running process: nothing but HTTP over sockets.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_testkit::challenge;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::binary::{Exchange, Running, exchange};

const REDIRECT_URI: &str = "http://127.0.0.1:9999/callback";

/// A form body or query.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

pub(crate) fn basic(id: &Value, secret: &Value) -> String {
    let pair = format!("{}:{}", id.as_str().unwrap(), secret.as_str().unwrap());
    format!("Basic {}", STANDARD.encode(pair))
}

/// A customer of the demo bank with a browser, the third-party app they connect, and the bank's own back end. Each answer is none once
/// the process is gone.
pub(crate) struct Visitor {
    address: SocketAddr,
    user: Value,
    client_id: String,
    app: String,
    bank: String,
    cookies: BTreeMap<String, String>,
    /// What the app asked last with; another one each time, as apps do.
    verifier: String,
}

/// Verifier of a proof key that nobody here has used before.
fn fresh_verifier() -> String {
    static USED: AtomicU64 = AtomicU64::new(0);
    let number = USED.fetch_add(1, Ordering::Relaxed);
    format!("a-verifier-of-at-least-forty-three-characters-{number}")
}

impl Visitor {
    pub(crate) fn new(running: &Running, customer: usize) -> Self {
        let description = &running.description;
        let authorization = &description["authorization"];
        let (third, first) = (&authorization["third_party"], &authorization["first_party"]);
        Self {
            address: running.address,
            user: description["users"][customer].clone(),
            client_id: third["client_id"].as_str().unwrap().to_owned(),
            app: basic(&third["client_id"], &third["client_secret"]),
            bank: basic(&first["client_id"], &first["client_secret"]),
            cookies: BTreeMap::new(),
            verifier: String::new(),
        }
    }

    /// What the person's browser asks for with its cookies.
    pub(crate) fn send(&mut self, line: &str, body: &str) -> Option<Exchange> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let head = format!(
            "{line} HTTP/1.1\r\nAccept: text/html\r\nOrigin: http://{}\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\n\
             Sec-Fetch-Dest: document\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: {}",
            self.address,
            cookies.join("; ")
        );
        let answer = exchange(self.address, &head, body)?;
        for line in answer.headers("set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Some(answer)
    }

    /// Follows redirects on our own host.
    fn land(&mut self, mut answer: Exchange) -> Option<Exchange> {
        while let Some(location) = answer.header("location") {
            let own = format!("http://{}", self.address);
            let path = location.strip_prefix(&own).unwrap_or(&location).to_owned();
            if !path.starts_with('/') {
                return Some(answer);
            }
            answer = self.send(&format!("GET {path}"), "")?;
        }
        Some(answer)
    }

    /// The person logs in where asked and approves; gives the code.
    pub(crate) fn approve(&mut self) -> Option<String> {
        self.approve_scope("openid offline_access accounts:balance accounts:transactions")
    }

    /// As [`Self::approve`], for a scope.
    pub(crate) fn approve_scope(&mut self, scope: &str) -> Option<String> {
        self.verifier = fresh_verifier();
        let query = form(&[
            ("client_id", &self.client_id),
            ("response_type", "code"),
            ("scope", scope),
            ("redirect_uri", REDIRECT_URI),
            ("prompt", "consent"),
            ("code_challenge", &challenge(&self.verifier)),
            ("code_challenge_method", "S256"),
        ]);
        let opened = self.send(&format!("GET /cis/oidc/auth?{query}"), "")?;
        let mut page = self.land(opened)?;
        let handle = page.field("interaction")?;
        if page.body.contains("name=\"password\"") {
            let fields = form(&[
                ("interaction", &handle),
                ("username", self.user["username"].as_str().unwrap()),
                ("password", self.user["password"].as_str().unwrap()),
            ]);
            let answer = self.send("POST /login", &fields)?;
            page = self.land(answer)?;
        }
        let handle = page.field("interaction")?;
        let answer = self.send(
            "POST /consent",
            &form(&[("interaction", &handle), ("decision", "approve")]),
        )?;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let location = url::Url::parse(&answer.header("location")?).unwrap();
        let code = location.query_pairs().find(|(name, _)| name == "code")?;
        Some(code.1.into_owned())
    }

    fn call(&self, line: &str, credentials: &str, fields: &[(&str, &str)]) -> Option<Exchange> {
        let head = format!(
            "{line} HTTP/1.1\r\nAuthorization: {credentials}\r\nContent-Type: application/x-www-form-urlencoded"
        );
        exchange(self.address, &head, &form(fields))
    }

    /// The app redeems a code; gives the access token.
    pub(crate) fn redeem(&self, code: &str) -> Option<String> {
        Some(self.redeem_all(code)?["access_token"].as_str()?.to_owned())
    }

    /// The app redeems a code; gives all that it is answered.
    pub(crate) fn redeem_all(&self, code: &str) -> Option<Value> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", &self.verifier),
        ];
        let answer = self.call("POST /cis/oidc/token", &self.app, &fields)?;
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).ok()
    }

    /// The bank's back end takes everything back that the person gave the app.
    pub(crate) fn take_back(&self) -> Option<()> {
        let fields = [("grant_type", "client_credentials")];
        let own = self.call("POST /cis/oidc/token", &self.bank, &fields)?;
        let own: Value = serde_json::from_str(&own.body).ok()?;
        let token = format!("Bearer {}", own["access_token"].as_str()?);
        let line = format!(
            "DELETE /cis/v1/consents/clients/{}/users/{}",
            self.client_id,
            self.user["user_id"].as_str().unwrap()
        );
        let answer = self.call(&line, &token, &[])?;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Some(())
    }

    /// Whether the bank is told that an access token counts.
    pub(crate) fn is_active(&self, token: &str) -> bool {
        let line = "POST /cis/oidc/token/introspection";
        let answer = self.call(line, &self.bank, &[("token", token)]).unwrap();
        let answer: Value = serde_json::from_str(&answer.body).unwrap();
        answer["active"].as_bool().unwrap()
    }
}
