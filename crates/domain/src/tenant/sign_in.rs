//! How people sign in at the hosted pages.

use serde::{Deserialize, Serialize};

use super::{InvalidSetting, Upstream};
use crate::{ClientId, DefinitionKey, decision::named_enum, scope::Scope};

named_enum! {
    /// The error where a second factor is demanded and cannot be had (third-party-authorization A.14, A.15).
    MfaError {
        /// As OpenID Connect has it: `unmet_authentication_requirements`, or `login_required` where nobody may be asked.
        Standard = "standard",
        /// `mfa_required`, with the usable second factors in the description.
        MfaRequired = "mfa_required",
    }
}

/// Ways to sign in, and who needs two of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignIn {
    /// With a user name and a password.
    pub password: bool,
    /// With a code that is sent by mail.
    pub email_code: bool,
    /// With a passkey that they added before.
    pub passkey: bool,
    /// Clients whose people need two factors: a password and a code, or a passkey.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub second_factor_clients: Vec<ClientId>,
    /// Scopes for which people need two factors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub second_factor_scopes: Vec<DefinitionKey>,
    /// Other OpenID providers; at most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upstreams: Vec<Upstream>,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            password: true,
            email_code: false,
            passkey: false,
            second_factor_clients: Vec::new(),
            second_factor_scopes: Vec::new(),
            upstreams: Vec::new(),
        }
    }
}

impl SignIn {
    /// Whether these can be served.
    pub fn check(&self) -> Result<(), InvalidSetting> {
        let wrong = |key: &str, why| InvalidSetting {
            section: "authorization",
            key: format!("sign_in.{key}"),
            why,
        };
        if self.upstreams.len() > 20 {
            return Err(wrong("upstreams", "must be at most 20"));
        }
        for (place, upstream) in self.upstreams.iter().enumerate() {
            let key = format!("upstreams {}", upstream.name);
            if let Some(why) = upstream.fault() {
                return Err(wrong(&key, why));
            }
            let before = &self.upstreams[..place];
            if before.iter().any(|one| one.name == upstream.name) {
                return Err(wrong(&key, "is there twice"));
            }
        }
        // Nobody has a passkey to begin with.
        if !self.password && !self.email_code && self.upstreams.is_empty() {
            return Err(wrong("password", "there must be one way to sign in at least"));
        }
        let has_two = self.passkey || (self.password && self.email_code);
        let needed = "needs password and email_code, or passkey";
        if !self.second_factor_clients.is_empty() && !has_two {
            return Err(wrong("second_factor_clients", needed));
        }
        if !self.second_factor_scopes.is_empty() && !has_two {
            return Err(wrong("second_factor_scopes", needed));
        }
        Ok(())
    }

    /// The provider with this name.
    pub fn upstream(&self, name: &str) -> Option<&Upstream> {
        self.upstreams.iter().find(|one| one.name == name)
    }

    /// Whether a request of this client for this scope needs two factors.
    pub fn needs_two(&self, client: &ClientId, scope: &Scope) -> bool {
        self.second_factor_clients.contains(client)
            || scope
                .values()
                .iter()
                .any(|value| self.second_factor_scopes.contains(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tpa_a14_two_factors_need_two_ways_to_sign_in() {
        assert!(SignIn::default().check().is_ok());
        let none = SignIn {
            password: false,
            ..SignIn::default()
        };
        assert_eq!(none.check().unwrap_err().key, "sign_in.password");
        let client = ClientId::parse("tpc_1").unwrap();
        let one = SignIn {
            second_factor_clients: vec![client.clone()],
            ..SignIn::default()
        };
        assert_eq!(one.check().unwrap_err().key, "sign_in.second_factor_clients");
        let both = SignIn {
            email_code: true,
            second_factor_scopes: vec![DefinitionKey::parse("payments").unwrap()],
            ..one
        };
        assert!(both.check().is_ok());
        let by_passkey = SignIn {
            email_code: false,
            passkey: true,
            ..both.clone()
        };
        assert!(by_passkey.check().is_ok());
        let only_passkeys = SignIn {
            password: false,
            passkey: true,
            ..SignIn::default()
        };
        assert_eq!(only_passkeys.check().unwrap_err().key, "sign_in.password");
        let other = ClientId::parse("tpc_2").unwrap();
        let (openid, payments) = (
            Scope::parse("openid").unwrap(),
            Scope::parse("openid payments").unwrap(),
        );
        assert!(both.needs_two(&client, &openid));
        assert!(!both.needs_two(&other, &openid));
        assert!(both.needs_two(&other, &payments));
    }
}
