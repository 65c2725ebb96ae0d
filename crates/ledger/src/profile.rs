//! What clients may be told of a person beside who they are: the standard claims of OpenID Connect Core 5.1, each carried by one
//! scope (5.4). A claim is consented to as the scope that carries it (TPA-TOK-04).

use consentry_domain::{
    SubjectId,
    client::{UriUse, check_uri},
    scope::Scope,
};
use consentry_store::AccountRow;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Ledger, TenantSnapshot, environment::Entropy, error::Fault, sealing::Key};

/// What the sealed bytes are bound to, beside the key.
const BOUND: &[u8] = b"consentry/v1/profile";

/// What it is called where it cannot be read.
const WHAT: &str = "profile";

/// Longest text of a claim, in characters.
const LONGEST: usize = 500;

/// What a claim looks like.
#[derive(Debug, Clone, Copy)]
enum Form {
    Text,
    Address,
    Uri,
    Flag,
    Seconds,
}

/// The claims that there are: name, the scope that carries it, what it looks like.
const CLAIMS: [(&str, &str, Form); 19] = [
    ("name", "profile", Form::Text),
    ("given_name", "profile", Form::Text),
    ("family_name", "profile", Form::Text),
    ("middle_name", "profile", Form::Text),
    ("nickname", "profile", Form::Text),
    ("preferred_username", "profile", Form::Text),
    ("profile", "profile", Form::Uri),
    ("picture", "profile", Form::Uri),
    ("website", "profile", Form::Uri),
    ("gender", "profile", Form::Text),
    ("birthdate", "profile", Form::Text),
    ("zoneinfo", "profile", Form::Text),
    ("locale", "profile", Form::Text),
    ("updated_at", "profile", Form::Seconds),
    ("email", "email", Form::Text),
    ("email_verified", "email", Form::Flag),
    ("address", "address", Form::Address),
    ("phone_number", "phone", Form::Text),
    ("phone_number_verified", "phone", Form::Flag),
];

/// The members of an address (OpenID Connect Core 5.1.1).
const ADDRESS: [&str; 6] = [
    "formatted",
    "street_address",
    "locality",
    "region",
    "postal_code",
    "country",
];

/// The scope that carries a claim; none for a claim that nobody can be told.
pub fn scope_of(claim: &str) -> Option<&'static str> {
    find(claim).map(|(_, scope, _)| scope)
}

/// The claims that some scope carries, in the order of the standard.
pub fn claims() -> impl Iterator<Item = (&'static str, &'static str)> {
    CLAIMS.into_iter().map(|(name, scope, _)| (name, scope))
}

fn find(claim: &str) -> Option<(&'static str, &'static str, Form)> {
    CLAIMS.into_iter().find(|(name, ..)| *name == claim)
}

/// What is known of a person. Only claims of the standard, each in its form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Profile(Map<String, Value>);

/// Why something is no profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProfile {
    /// A claim that no scope carries.
    #[error("{0} is no claim of a profile")]
    Unknown(String),
    /// A claim that does not look as it should.
    #[error("{0} must be {1}")]
    Form(&'static str, &'static str),
}

impl Profile {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What whoever may use a scope is told.
    pub fn carried_by(&self, scope: &Scope) -> Map<String, Value> {
        self.told(|claim| scope_of(claim).is_some_and(|carrier| scope.contains(carrier)))
    }

    /// Of that only some claims, by name.
    pub fn some_carried_by(&self, scope: &Scope, names: &[String]) -> Map<String, Value> {
        let mut told = self.carried_by(scope);
        told.retain(|claim, _| names.iter().any(|name| name == claim));
        told
    }

    pub(crate) fn sealed(&self, key: &Key, entropy: &dyn Entropy) -> Result<Vec<u8>, Fault> {
        key.seal_value(entropy, BOUND, self, WHAT)
    }

    /// What an account says, opened; none where it says nothing.
    pub(crate) fn of(account: &AccountRow, key: &Key) -> Result<Option<Self>, Fault> {
        let sealed = account.profile.as_deref();
        sealed
            .map(|sealed| key.open_value(BOUND, sealed, WHAT))
            .transpose()
    }

    fn told(&self, mut keep: impl FnMut(&str) -> bool) -> Map<String, Value> {
        let kept = self.0.iter().filter(|(claim, _)| keep(claim));
        kept.map(|(claim, value)| (claim.clone(), value.clone()))
            .collect()
    }
}

impl TryFrom<Map<String, Value>> for Profile {
    type Error = InvalidProfile;

    fn try_from(said: Map<String, Value>) -> Result<Self, InvalidProfile> {
        for (claim, value) in &said {
            let (name, _, form) = find(claim).ok_or_else(|| InvalidProfile::Unknown(claim.clone()))?;
            form.check(value)
                .map_err(|right| InvalidProfile::Form(name, right))?;
        }
        Ok(Self(said))
    }
}

impl Form {
    /// What would be right, where a value is not.
    fn check(self, value: &Value) -> Result<(), &'static str> {
        let (fits, right) = match self {
            Self::Text => (is_text(value), "text of 1 to 500 characters without line breaks"),
            Self::Uri => (is_uri(value), "an https address"),
            Self::Flag => (value.is_boolean(), "true or false"),
            Self::Seconds => (value.as_i64().is_some_and(|time| time >= 0), "seconds since 1970"),
            Self::Address => (
                is_address(value),
                "an object with formatted, street_address, locality, region, postal_code or country",
            ),
        };
        fits.then_some(()).ok_or(right)
    }
}

fn is_text(value: &Value) -> bool {
    let fits = |text: &str| !text.trim().is_empty() && !text.chars().any(char::is_control);
    value
        .as_str()
        .is_some_and(|text| fits(text) && text.chars().count() <= LONGEST)
}

fn is_uri(value: &Value) -> bool {
    let text = value.as_str().filter(|_| is_text(value));
    text.is_some_and(|uri| check_uri(uri, UriUse::Page).is_ok())
}

/// Lines of an address may be several (5.1.1).
fn is_address(value: &Value) -> bool {
    let lines = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| text.split('\n').all(|line| is_text(&Value::from(line))))
    };
    value.as_object().is_some_and(|members| {
        !members.is_empty()
            && members
                .iter()
                .all(|(name, value)| ADDRESS.contains(&name.as_str()) && lines(value))
    })
}

impl Ledger {
    /// What is known of a person beside who they are; nothing where nobody said, and nothing once they were erased.
    pub async fn profile_of(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<Profile, Fault> {
        let Some(account) = self.inner.store.account(tenant.id(), subject).await? else {
            return Ok(Profile::default());
        };
        let Some(key) = self.subject_key(tenant, subject).await? else {
            return Ok(Profile::default());
        };
        Ok(Profile::of(&account, &key)?.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn profile(value: Value) -> Result<Profile, String> {
        serde_json::from_value(value).map_err(|error: serde_json::Error| error.to_string())
    }

    #[test]
    fn b13_16_each_scope_carries_its_claims_and_no_other() {
        let ada = profile(json!({
            "name": "Ada", "updated_at": 1_790_000_000, "email": "ada@example.com", "email_verified": true,
            "address": { "formatted": "1 Quay\nHarbor", "country": "NL" }, "phone_number": "+31 20 1234567",
        }))
        .unwrap();
        let told = |scope: &str| {
            let told = ada.carried_by(&Scope::parse(scope).unwrap());
            told.keys().cloned().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(told("openid offline_access"), "");
        assert_eq!(told("openid profile"), "name updated_at");
        assert_eq!(told("email"), "email email_verified");
        assert_eq!(told("address"), "address");
        assert_eq!(told("phone"), "phone_number");
        let scope = Scope::parse("profile email").unwrap();
        let some = ada.some_carried_by(&scope, &["email".to_owned(), "phone_number".to_owned()]);
        assert_eq!(Value::Object(some), json!({ "email": "ada@example.com" }));
    }

    #[test]
    fn openid_core_5_1_what_is_no_claim_or_has_another_form_is_refused_by_name() {
        for (said, told) in [
            (json!({ "sub": "u" }), "sub is no claim of a profile"),
            (json!({ "roles": ["admin"] }), "roles is no claim of a profile"),
            (json!({ "name": "" }), "name must be text"),
            (json!({ "name": "a\u{202e}\nb" }), "name must be text"),
            (json!({ "name": "a".repeat(501) }), "name must be text"),
            (
                json!({ "picture": "javascript:alert(1)" }),
                "picture must be an https address",
            ),
            (
                json!({ "email_verified": "true" }),
                "email_verified must be true or false",
            ),
            (
                json!({ "updated_at": "today" }),
                "updated_at must be seconds since 1970",
            ),
            (json!({ "address": "1 Quay" }), "address must be an object"),
            (
                json!({ "address": { "planet": "Earth" } }),
                "address must be an object",
            ),
        ] {
            let refused = profile(said.clone()).unwrap_err();
            assert!(refused.contains(told), "{said}: {refused}");
        }
    }
}
