//! Taking over what another system has. Doing it twice changes nothing.
//!
//! What lives here: what all of it has in common, and what an account of ours becomes, and which it must not become. What may not: how
//! the other system wrote it.

use std::collections::BTreeMap;

use consentry_domain::{
    SubjectId,
    credential::Principal,
    dn::Dn,
    subject::{Alias, Namespace},
};
use futures_util::future::join_all;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    Ledger, TenantSnapshot,
    access::{Permit, Provision},
    accounts::UnusablePassword,
    error::Fault,
    provision::{Entry, ProvisionError},
};

pub use crate::provision::Taken;

/// What becomes of something that another system kept, or would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// It is new.
    Added,
    /// It is here and says the same.
    Unchanged,
    /// It is here and says something else in these parts, by their names. It stays as it is.
    Different(Vec<String>),
    /// It was here and is deleted or erased. It stays that way.
    Gone,
}

/// Something to take over: with its person and what else is known of it, or with the answer that it has already.
pub(crate) type Thing<T, E> = Result<Result<(SubjectId, T), Imported>, E>;

/// Takes things over. What belongs to one person touches the same rows and goes one after the other, in order; people go side by side.
pub(crate) async fn person_by_person<T, E>(
    things: Vec<Thing<T, E>>,
    take: impl AsyncFn(usize, SubjectId, T) -> Result<Imported, E>,
) -> Vec<Result<Imported, E>> {
    let mut outcomes = BTreeMap::new();
    let mut by_person: BTreeMap<SubjectId, Vec<(usize, T)>> = BTreeMap::new();
    for (index, thing) in things.into_iter().enumerate() {
        match thing {
            Ok(Ok((person, known))) => by_person.entry(person).or_default().push((index, known)),
            Ok(Err(imported)) => drop(outcomes.insert(index, Ok(imported))),
            Err(error) => drop(outcomes.insert(index, Err(error))),
        }
    }
    let take = &take;
    let taken = join_all(by_person.into_iter().map(async |(person, several)| {
        let mut outcomes = Vec::with_capacity(several.len());
        for (index, known) in several {
            outcomes.push((index, take(index, person, known).await));
        }
        outcomes
    }))
    .await;
    outcomes.extend(taken.into_iter().flatten());
    outcomes.into_values().collect()
}

/// An account as another directory has it.
#[derive(Debug, Clone)]
pub struct AccountWish {
    /// Its distinguished name.
    pub dn: Dn,
    /// Login names.
    pub uid: Vec<String>,
    /// Common names.
    pub cn: Vec<String>,
    /// Its UUID.
    pub entry_uuid: Option<String>,
    /// Its password; none leaves the account with the one it has, or without.
    pub password: Option<NewPassword>,
    /// Whether it may do anything; none leaves it as it is.
    pub bypass_acl: Option<bool>,
    /// Whether it is switched off; none leaves it as it is.
    pub disabled: Option<bool>,
}

/// A password on its way in.
#[derive(Debug, Clone)]
pub enum NewPassword {
    /// As somebody types it.
    Clear(SecretString),
    /// As a PHC string that [`is_password_hash`](crate::accounts::is_password_hash) takes.
    Hash(String),
    /// The account has none from now on.
    Gone,
}

/// Why an account was not taken over.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// The entry is a person who logs in here; as an account it would take their login away.
    #[error("a person who logs in here has this name")]
    IsPerson,
    /// A name would mean two, and so nobody.
    #[error("a person who logs in here is called {0}")]
    NameOfPerson(String),
    /// Its password cannot be kept.
    #[error(transparent)]
    Password(#[from] UnusablePassword),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// Yes.
    Now,
    /// No; the answer is what would happen.
    Never,
}

impl Ledger {
    /// Makes accounts what another directory says; answers what became of each, in order. What it does not say stays: machine
    /// secrets, other names.
    pub async fn import_accounts(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        wishes: &[AccountWish],
        writing: Writing,
    ) -> Result<Vec<Result<Taken, NotTaken>>, ProvisionError> {
        let mut outcomes = Vec::with_capacity(wishes.len());
        let mut entries = Vec::new();
        for wish in wishes {
            outcomes.push(match self.account_of(tenant, wish).await {
                Ok((account, taken)) => {
                    entries.extend((taken != Taken::Unchanged).then_some(Entry::Principal(account)));
                    Ok(taken)
                }
                Err(reason) => Err(reason),
            });
        }
        if writing == Writing::Now {
            self.provision(tenant, permit, &entries).await?;
        }
        Ok(outcomes)
    }

    pub(crate) async fn account_of(
        &self,
        tenant: &TenantSnapshot,
        wish: &AccountWish,
    ) -> Result<(Principal, Taken), NotTaken> {
        let known = tenant.principals.named(&wish.dn);
        self.refuse_people(tenant, wish, known).await?;
        let before = known.cloned().unwrap_or_else(|| Principal {
            dn: wish.dn.as_str().to_owned(),
            ..Principal::default()
        });
        let password_hash = match &wish.password {
            None => before.password_hash.clone(),
            Some(NewPassword::Gone) => None,
            Some(NewPassword::Hash(hash)) => Some(hash.clone()),
            Some(NewPassword::Clear(password)) => Some(
                self.kept_or_hashed(before.password_hash.as_ref(), password)
                    .await?,
            ),
        };
        let account = Principal {
            uid: wish.uid.clone(),
            cn: wish.cn.clone(),
            entry_uuid: wish.entry_uuid.clone(),
            password_hash,
            bypass_acl: wish.bypass_acl.unwrap_or(before.bypass_acl),
            disabled: wish.disabled.unwrap_or(before.disabled),
            ..before
        };
        let taken = match known {
            None => Taken::Added,
            Some(known) if *known == account => Taken::Unchanged,
            Some(_) => Taken::Changed,
        };
        Ok((account, taken))
    }

    /// The hash that is there where it is of this password, or a new one.
    async fn kept_or_hashed(
        &self,
        kept: Option<&String>,
        password: &SecretString,
    ) -> Result<String, NotTaken> {
        if let Some(kept) = kept {
            let password = password.expose_secret().to_owned();
            if self.check_password(Some(kept.clone()), password).await? {
                return Ok(kept.clone());
            }
        }
        Ok(self.hash_aside(password.expose_secret()).await??)
    }

    /// Names that an account has already are nobody's loss.
    async fn refuse_people(
        &self,
        tenant: &TenantSnapshot,
        wish: &AccountWish,
        known: Option<&Principal>,
    ) -> Result<(), NotTaken> {
        let named = Alias::new(Namespace::Dn, wish.dn.as_str());
        if known.is_none() && self.logs_in(tenant, &named).await? {
            return Err(NotTaken::IsPerson);
        }
        let has = |name: &str| known.is_some_and(|known| known.called().any(|own| own == name));
        for name in wish.uid.iter().chain(&wish.cn).filter(|name| !has(name)) {
            if self.logs_in(tenant, &Alias::new(Namespace::Login, name)).await? {
                return Err(NotTaken::NameOfPerson(name.clone()));
            }
        }
        Ok(())
    }
}
