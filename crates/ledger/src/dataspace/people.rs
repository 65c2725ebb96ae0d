//! Who somebody is in a dataspace: a login provider, its name for them, and how they proved it there, all three together
//! (dataspace-consent-protocol 2.1, 6.5). A consent under one of them is none under another.

use consentry_domain::{
    ClientId, Qualifier, SubjectId, Timestamp,
    client::Client,
    tenant::{InvalidSetting, LoginIssuer, Tenant, Upstream},
};
use consentry_store::Hash;
use serde::{Deserialize, Serialize};

use super::token::Provider;
use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    interactions::{Assurance, Level},
    sessions::{Method, Session},
    subjects::alias_hash,
    tokens::access_token::subject_identified,
};

/// Where somebody logged in, and in which authentication context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLogin {
    /// The provider; none for our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The context.
    pub acr: String,
}

/// A person as they log in, and an application: together with a data source, what a consent is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The person.
    pub subject: SubjectId,
    /// The application.
    pub client: ClientId,
    /// What keeps consents of other logins apart.
    pub qualifier: Qualifier,
}

/// Who sits in front of a page, for a request about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sitting {
    /// Who was asked, logged in as in the application.
    Asked,
    /// Somebody who did not log in like that yet.
    Unproved,
    /// Somebody else, or the same in another context.
    Another,
}

/// Where somebody logs in as in the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayIn {
    /// Here; in this context, where any will not do.
    Here(Option<String>),
    /// At the provider of this name, in this context.
    At {
        /// Its name in the settings.
        upstream: String,
        /// The context.
        acr: String,
    },
}

/// Whether people can reach the authentication contexts of our own that the settings name.
pub(crate) fn check_contexts(tenant: &Tenant) -> Result<(), InvalidSetting> {
    let sign_in = &tenant.authorization.sign_in;
    let is_offered = |acr: &String| Level::of(acr, sign_in).is_some_and(|level| level.is_offered(sign_in));
    if tenant.dataspace.acr_values.iter().all(is_offered) {
        return Ok(());
    }
    Err(InvalidSetting {
        section: "dataspace",
        key: "acr_values".to_owned(),
        why: "must be values of acr that people can reach by signing in here",
    })
}

impl TenantSnapshot {
    /// The login that a statement speaks of, if it counts in the dataspace that is served here.
    pub fn source_login(&self, provider: &Provider, issuer: &str, acr: &str) -> Option<SourceLogin> {
        self.login_at((issuer != provider.login_issuer).then_some(issuer), acr)
    }

    /// The login in this context at our own provider, or at another one, if it counts.
    pub(crate) fn login_at(&self, elsewhere: Option<&str>, acr: &str) -> Option<SourceLogin> {
        let settings = &self.tenant.dataspace;
        let contexts = match elsewhere {
            None => &settings.acr_values,
            Some(issuer) => &self.login_provider(issuer)?.1.acr,
        };
        let is_usual = elsewhere.is_none() && settings.acr == acr;
        (is_usual || contexts.iter().any(|own| own == acr)).then(|| SourceLogin {
            issuer: elsewhere.map(str::to_owned),
            acr: acr.to_owned(),
        })
    }

    /// A login provider of the dataspace beside our own.
    pub fn login_provider(&self, issuer: &str) -> Option<(&Upstream, &LoginIssuer)> {
        let upstreams = &self.tenant.authorization.sign_in.upstreams;
        upstreams
            .iter()
            .filter(|upstream| upstream.issuer == issuer)
            .find_map(|upstream| Some((upstream, self.tenant.dataspace.login_issuer(upstream)?)))
    }

    /// The application that a statement speaks of, if it is registered.
    pub fn source_application(
        &self,
        provider: &Provider,
        issuer: &str,
        app: &str,
    ) -> Option<&std::sync::Arc<Client>> {
        let elsewhere = (issuer != provider.login_issuer).then_some(issuer);
        let own = self.tenant.dataspace.application_at(elsewhere, app)?;
        self.client(own.client.as_str())
    }

    /// Where somebody logs in like that; none where the provider counts no more.
    pub fn way_in(&self, login: &SourceLogin) -> Option<WayIn> {
        match &login.issuer {
            None => Some(WayIn::Here(self.is_particular(login).then(|| login.acr.clone()))),
            Some(issuer) => {
                let (upstream, _) = self.login_provider(issuer)?;
                Some(WayIn::At {
                    upstream: upstream.name.clone(),
                    acr: login.acr.clone(),
                })
            }
        }
    }

    /// The login of everybody who logs in here.
    pub(super) fn usual_login(&self) -> SourceLogin {
        SourceLogin {
            issuer: None,
            acr: self.tenant.dataspace.acr.clone(),
        }
    }

    /// What keeps the consents of a login apart. The usual one keeps nothing apart, so that a consent to a data source is one as any
    /// other.
    pub fn qualifier_of(&self, login: &SourceLogin) -> Qualifier {
        if self.is_particular(login) {
            Qualifier::login(login.issuer.as_deref(), &login.acr)
        } else {
            Qualifier::none()
        }
    }

    fn is_particular(&self, login: &SourceLogin) -> bool {
        *login != self.usual_login()
    }

    /// The name of somebody at a provider beside our own, as it is kept: a keyed hash.
    pub(crate) fn name_at(&self, issuer: &str, sub: &str) -> Hash {
        alias_hash(self, &Upstream::alias(issuer, sub))
    }
}

impl Ledger {
    /// The person that a provider calls by this name, compared byte for byte; none where nobody is known here by it.
    pub async fn source_person(
        &self,
        tenant: &TenantSnapshot,
        client: &Client,
        login: &SourceLogin,
        sub: &str,
    ) -> Result<Option<SubjectId>, Fault> {
        if let Some(issuer) = &login.issuer {
            return self.subject_of_name(tenant, tenant.name_at(issuer, sub)).await;
        }
        let known = subject_identified(tenant, client, sub).filter(|subject| subject.to_string() == sub);
        match known {
            Some(subject) if self.subject_key(tenant, subject).await?.is_some() => Ok(Some(subject)),
            _ => Ok(None),
        }
    }

    /// Whether a session is of this person, logged in like that.
    pub async fn sitting(
        &self,
        tenant: &TenantSnapshot,
        (subject, login): (Option<SubjectId>, &SourceLogin),
        session: &Session,
    ) -> Result<Sitting, Fault> {
        let sign_in = &tenant.tenant.authorization.sign_in;
        if let Some(issuer) = &login.issuer {
            let there = session
                .upstream
                .as_deref()
                .and_then(|name| sign_in.upstream(name));
            if !session.proves(Method::Upstream, Timestamp::EPOCH)
                || there.is_none_or(|there| there.issuer != *issuer)
            {
                return Ok(Sitting::Unproved);
            }
            let is_asked =
                subject == Some(session.subject) && session.upstream_acr.as_ref() == Some(&login.acr);
            return Ok(if is_asked {
                Sitting::Asked
            } else {
                Sitting::Another
            });
        }
        if subject != Some(session.subject) {
            return Ok(Sitting::Another);
        }
        if !tenant.is_particular(login) {
            return Ok(Sitting::Asked);
        }
        let Some(level) = Level::of(&login.acr, sign_in).filter(|level| level.is_offered(sign_in)) else {
            return Ok(Sitting::Another);
        };
        let assurance = self
            .assurance_at(tenant, sign_in, level, session, Timestamp::EPOCH)
            .await?;
        Ok(match assurance {
            Assurance::Enough => Sitting::Asked,
            Assurance::Missing(_) => Sitting::Unproved,
            Assurance::Unreachable => Sitting::Another,
        })
    }
}
