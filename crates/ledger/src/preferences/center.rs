//! Getting into one's own preferences: with a session of the hosted pages, a code or a link (consent-tokens-and-preferences 10).
//!
//! Each of them ends in a consent token of its own, so that whatever is then read or changed is so as with any other.

use std::net::IpAddr;

use consentry_domain::{Lifetime, SubjectId, subject::Alias, tenant::Validations};
use consentry_store::{ChangeSet, CommitError, Row, RowChange};

use super::{ATTEMPTS, IssuedToken, Permission, TokenDetail, TokenWish};
use crate::{
    Ledger, Opaque, TenantSnapshot,
    error::Fault,
    mail::{About, Mail, PreferenceMail, PreferenceMatter, PreferenceWords, To, put},
    one_time::{Purpose, RedeemError, SendError, handle_of},
    opaque::base64url,
    rates::Quota,
    sessions::Session,
};

/// How long somebody who got in may stay (10).
const STAY: Lifetime = Lifetime::seconds(900);

/// Why nobody got in with a code.
#[derive(Debug, thiserror::Error)]
pub enum OpenCenterError {
    /// The code.
    #[error(transparent)]
    Code(#[from] RedeemError),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What is asked of choices that are made with a token, and who it is for.
#[derive(Debug, Clone, Copy)]
pub struct Entrance<'a> {
    /// Where Consentry is, for the token.
    pub base: &'a str,
    /// What the token asks of choices; none leaves it to the center or the tenant.
    pub validations: Option<&'a Validations>,
}

fn own_wish(name: String, validations: Option<&Validations>) -> TokenWish {
    TokenWish {
        lifetime: STAY,
        metadata: None,
        detail: TokenDetail {
            organization_user_id: name,
            permissions: vec![Permission::Read, Permission::Write],
            event: None,
            delegate: None,
            validations: validations.cloned(),
        },
    }
}

impl Ledger {
    /// A consent token for whoever is logged in at the hosted pages; none where the first party knows them by no name here.
    pub async fn open_center(
        &self,
        tenant: &TenantSnapshot,
        base: &str,
        session: &Session,
    ) -> Result<Option<IssuedToken>, Fault> {
        let entrance = Entrance {
            base,
            validations: None,
        };
        self.own_token(tenant, entrance, session.subject).await
    }

    /// A consent token for whoever got this code. The code is used up.
    pub async fn open_center_with_code(
        &self,
        tenant: &TenantSnapshot,
        entrance: Entrance<'_>,
        (handle, code): (&Opaque, &str),
        address: IpAddr,
    ) -> Result<IssuedToken, OpenCenterError> {
        let subject = self
            .redeem_one_time_code(tenant, Purpose::Preferences, handle, code, address)
            .await?;
        let token = self.own_token(tenant, entrance, subject).await?;
        Ok(token.ok_or(RedeemError::Over)?)
    }

    /// A consent token for the person with this name, who got the last code that was asked for with it. The code is used up.
    pub async fn open_center_by_name(
        &self,
        tenant: &TenantSnapshot,
        entrance: Entrance<'_>,
        (name, code): (&str, &str),
        address: IpAddr,
    ) -> Result<IssuedToken, OpenCenterError> {
        let alias = Alias::new(tenant.tenant.preferences.organization_users, name);
        let handle = handle_of(&tenant.keys, &alias);
        self.open_center_with_code(tenant, entrance, (&handle, code), address)
            .await
    }

    async fn own_token(
        &self,
        tenant: &TenantSnapshot,
        entrance: Entrance<'_>,
        subject: SubjectId,
    ) -> Result<Option<IssuedToken>, Fault> {
        let namespace = tenant.tenant.preferences.organization_users;
        let Some(name) = self.name_of(tenant, subject, namespace).await? else {
            return Ok(None);
        };
        let wish = own_wish(name, entrance.validations);
        let (issued, row) = self
            .prepare_consent_token(tenant, entrance.base, (subject, None), &wish)
            .await?;
        let mut change = ChangeSet::new(tenant.id(), row.issued_at);
        change.rows.push(RowChange::Put(Row::Token(row)));
        let _receipt = self.commit(change).await?;
        Ok(Some(issued))
    }

    /// Sends a link that opens a page, a center or one of the first party's, to the person with this name. As with codes, what is answered is the same whether there is anybody
    /// to send it to, and no more are sent within the same time. Answers how many more may be asked for from this network.
    pub async fn send_center_link(
        &self,
        tenant: &TenantSnapshot,
        (entrance, page): (Entrance<'_>, &str),
        name: &str,
        may_begin: bool,
        address: IpAddr,
    ) -> Result<Quota, SendError> {
        let quota = self.count_asking(tenant, Purpose::Preferences, address)?;
        let alias = Alias::new(tenant.tenant.preferences.organization_users, name);
        let subject = self.preferences_reachable(tenant, &alias, may_begin).await?;
        let counted = subject.map_or_else(|| name.to_owned(), |subject| subject.to_string());
        let counter = tenant.keys.lookup("preference links", &counted);
        for _ in 0..ATTEMPTS {
            let now = self.now();
            let mut change = ChangeSet::new(tenant.id(), now);
            let is_enough = self
                .count_code(&mut change, Purpose::Preferences, (counter, now))
                .await?;
            if let Some(subject) = subject.filter(|_| !is_enough) {
                self.put_link(&mut change, tenant, (entrance, page), (subject, name))
                    .await?;
            }
            match self.commit(change).await {
                Ok(_receipt) => {
                    self.inner.has_mailed();
                    return Ok(quota);
                }
                Err(CommitError::Stale | CommitError::Taken) => {}
                Err(error) => return Err(Fault::from(error).into()),
            }
        }
        Err(Fault::Conflict.into())
    }

    async fn put_link(
        &self,
        change: &mut ChangeSet,
        tenant: &TenantSnapshot,
        (entrance, page): (Entrance<'_>, &str),
        (subject, name): (SubjectId, &str),
    ) -> Result<(), Fault> {
        let contact = self.preference_contact(tenant, subject).await?;
        let key = self.subject_key(tenant, subject).await?;
        let (Some(contact), Some(key)) = (contact, key) else {
            return Ok(());
        };
        let wish = own_wish(name.to_owned(), entrance.validations);
        let (issued, row) = self
            .prepare_consent_token(tenant, entrance.base, (subject, None), &wish)
            .await?;
        let sign = if page.contains('?') { '&' } else { '?' };
        let words = PreferenceWords::secret(contact, format!("{page}{sign}token={}", issued.id_token));
        let matter = PreferenceMatter::Link;
        let sealed = PreferenceMail::sealed(matter, subject, Some(row.hash), &words, &key, self.entropy())?;
        let mail = Mail {
            key: format!("link {}", base64url(row.hash.as_bytes())),
            to: To::Person(subject),
            about: About::Preference(sealed),
            due_at: change.at,
            until: row.expires_at,
        };
        put(change, &mail)?;
        change.rows.push(RowChange::Put(Row::Token(row)));
        Ok(())
    }
}
