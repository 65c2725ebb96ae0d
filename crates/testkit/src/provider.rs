//! Another OpenID provider that people sign in with: npm's `oidc-provider`, unchanged, as a process of the test's own on loopback, and a
//! browser that goes there. It ends with the value.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use consentry_egress::{Egress, EgressPolicy};
use http::{HeaderName, HeaderValue, header};
use serde_json::Value;
use url::Url;

use crate::app::BASE_URL;

/// How the provider knows us.
pub const PROVIDER_CLIENT: (&str, &str) = ("bank", "b4nk&secret");

/// How it knows us as a client whose ID tokens it signs with the secret.
pub const HS256_CLIENT: (&str, &str) = ("bank-hs256", "b4nk&secret-of-at-least-32-bytes");

/// How it knows an application of a dataspace that is registered there.
pub const APPLICATION_CLIENT: (&str, &str) = ("web", "w3b&secret");

/// The provider.
#[derive(Debug)]
pub struct Provider {
    /// Its issuer.
    pub issuer: String,
    name: String,
    process: Child,
    tasks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// How a provider answers: where the browser goes with which parameters, and whether as a form.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Where, without parameters.
    pub address: String,
    /// With what.
    pub parameters: Vec<(String, String)>,
    /// Whether as a posted form.
    pub is_form: bool,
}

impl Provider {
    /// Starts it, with the addresses of our tenant for these names.
    ///
    /// # Panics
    ///
    /// Where its packages are not installed, which `cargo xtask test` does.
    pub fn start(names: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e");
        assert!(
            folder.join("node_modules/oidc-provider").is_dir(),
            "`cargo xtask test` installs the packages that this needs"
        );
        let redirects = names
            .iter()
            .map(|name| format!("{BASE_URL}/login/with/{name}/back"));
        let mut process = Command::new("node")
            .arg("peers/provider.mjs")
            .args(redirects)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let tasks = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let mut provider = Self {
            issuer: String::new(),
            name: names[0].to_owned(),
            process,
            tasks,
            answers,
        };
        provider.issuer = provider.line();
        provider
    }

    /// From now on somebody with these claims sits in front of it; `sub` is among them.
    pub fn sits(&mut self, claims: &Value) {
        writeln!(self.tasks, "{claims}").unwrap();
        // What it says of itself meanwhile is no answer.
        while self.line() != "sits" {}
    }

    /// The ID token that an application registered there gets of who sits in front of it, in an authentication context.
    pub async fn id_token(&self, acr: &str) -> String {
        let (id, secret) = APPLICATION_CLIENT;
        // Any address of ours that it knows; nobody goes there.
        let redirect_uri = format!("{BASE_URL}/login/with/{}/back", self.name);
        let (verifier, challenge) = (
            "a-verifier-of-at-least-forty-three-characters",
            consentry_ledger::opaque::hash_text("a-verifier-of-at-least-forty-three-characters"),
        );
        let asked = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", id),
                ("redirect_uri", &redirect_uri),
                ("scope", "openid"),
                ("acr_values", acr),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        let address = Url::parse(&format!("{}/auth?{asked}", self.issuer)).unwrap();
        let answered = self.answer(&address).await;
        let code = answered.parameters.iter().find(|(name, _)| name == "code");
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.unwrap().1.as_str()),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", verifier),
            ("client_id", id),
            ("client_secret", secret),
        ];
        let egress = egress();
        let token = egress.post_form(&format!("{}/token", self.issuer), &form);
        let answer: Value = token.send().await.unwrap().json().unwrap();
        answer["id_token"].as_str().unwrap().to_owned()
    }

    /// Goes there with a fresh browser, and through its pages until it answers.
    pub async fn answer(&self, address: &Url) -> Answered {
        let egress = egress();
        let mut cookies = BTreeMap::new();
        let mut next = address.clone();
        for _ in 0..8 {
            let kept: Vec<String> = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let cookie = HeaderValue::from_str(&kept.join("; ")).unwrap();
            let answer = egress
                .get(next.as_str())
                .header(HeaderName::from_static("cookie"), cookie)
                .send()
                .await
                .unwrap();
            for line in answer.headers.get_all(header::SET_COOKIE) {
                let pair = line.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let Some(location) = answer.headers.get(header::LOCATION) else {
                return form(std::str::from_utf8(&answer.body).unwrap());
            };
            next = next.join(location.to_str().unwrap()).unwrap();
            if next.as_str().starts_with(BASE_URL) {
                let parameters = next.query_pairs();
                return Answered {
                    parameters: parameters
                        .map(|(name, value)| (name.into_owned(), value.into_owned()))
                        .collect(),
                    address: next.path().to_owned(),
                    is_form: false,
                };
            }
        }
        panic!("the provider goes in a circle");
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the provider ended");
        line.trim_end().to_owned()
    }
}

/// The way to it.
fn egress() -> Egress {
    let policy = EgressPolicy {
        exceptions: vec!["127.0.0.0/8".parse().unwrap()],
        ..EgressPolicy::default()
    };
    Egress::new(policy).unwrap()
}

/// What a page that posts itself would post.
fn form(page: &str) -> Answered {
    let between = |text: &str, before: &str| {
        let rest = text.split(before).nth(1)?;
        rest.split('"').next().map(str::to_owned)
    };
    let address = between(page, "action=\"").unwrap_or_else(|| panic!("no answer: {page}"));
    let inputs = page.split("<input").skip(1);
    Answered {
        address: Url::parse(&address).unwrap().path().to_owned(),
        parameters: inputs
            .filter_map(|input| Some((between(input, "name=\"")?, between(input, "value=\"")?)))
            .collect(),
        is_form: true,
    }
}

impl Answered {
    /// The parameters as text.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        let pairs = self.parameters.iter();
        pairs
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    /// The address with the parameters, some of which are replaced; an empty value takes one away.
    pub fn with(&self, changed: &[(&str, &str)]) -> String {
        let mut pairs = self.pairs();
        for (name, value) in changed {
            pairs.retain(|(own, _)| own != name);
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        format!("{}?{query}", self.address)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
