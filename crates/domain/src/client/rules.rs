//! What a registration must be like as a whole (third-party-authorization A.2, A.2.2).

use std::collections::BTreeSet;

use super::{Client, UriUse, check_uri, is_among};
use crate::tenant::Application;

/// Most addresses of one kind.
const MOST_URIS: usize = 100;

/// A field of a registration that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Its name on the wire.
    pub field: String,
    /// What it must be, as in "must …".
    pub why: String,
}

impl Wrong {
    /// A field and what it must be.
    pub fn new(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            why: why.into(),
        }
    }
}

impl Client {
    /// Everything that is wrong with the registration.
    pub fn check(&self, application: &Application) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let mut refuse = |field: &'static str, why: &str| wrong.push(Wrong::new(field, why));
        let returns = UriUse::Return(self.client_type);
        let lists = [
            ("redirect_uris", &self.redirect_uris),
            ("post_logout_redirect_uris", &self.post_logout_redirect_uris),
        ];
        for (field, uris) in lists {
            if uris.len() > MOST_URIS {
                refuse(field, "must be 100 at most");
            }
            if uris.iter().collect::<BTreeSet<_>>().len() < uris.len() {
                refuse(field, "must each be there once");
            }
            for uri in uris {
                if let Err(why) = check_uri(uri, returns) {
                    refuse(field, why);
                }
            }
        }
        if self.redirect_uris.is_empty() {
            refuse("redirect_uris", "must have at least one address");
        }
        if let Some(uri) = &self.consent_uri {
            match check_uri(uri, UriUse::Page) {
                Ok(parts) if !is_among(&parts, &application.consent_hosts) => {
                    refuse("consent_uri", "must be at one of the application's consent_hosts");
                }
                Ok(_) => {}
                Err(why) => refuse("consent_uri", why),
            }
        }
        if self.is_third_party && self.allowed_scopes.is_empty() {
            refuse("allowed_scopes", "must name what a third party may request");
        }
        if !self.is_third_party && !self.settings.authorization_details_types.is_empty() {
            refuse(
                "authorization_details_types",
                "must be those of a third party: nobody is asked about others",
            );
        }
        for resource in &self.resources {
            if !application.resources.contains(resource)
                && application.default_resource.as_ref() != Some(resource)
            {
                refuse("resources", "must be resources of the application");
            }
        }
        self.check_shown(&mut refuse);
        wrong
    }

    /// What people are shown of it leads to hosts that its redirect addresses have (RFC 7591 5).
    fn check_shown(&self, refuse: &mut impl FnMut(&'static str, &str)) {
        let hosts: Vec<String> = self
            .redirect_uris
            .iter()
            .filter_map(|uri| check_uri(uri, UriUse::Return(self.client_type)).ok())
            .map(|parts| parts.host.to_owned())
            .filter(|host| !host.is_empty())
            .collect();
        let shown = [
            ("logo_uri", &self.settings.logo_uri),
            ("client_uri", &self.settings.client_uri),
            ("policy_uri", &self.settings.policy_uri),
            ("tos_uri", &self.settings.tos_uri),
            ("reconnect_uri", &self.settings.reconnect_uri),
        ];
        for (field, uri) in shown {
            let Some(uri) = uri else { continue };
            match check_uri(uri, UriUse::Page) {
                Ok(parts) if !is_among(&parts, &hosts) => {
                    refuse(field, "must be at a host of a redirect address");
                }
                Ok(_) => {}
                Err(why) => refuse(field, why),
            }
        }
    }
}
