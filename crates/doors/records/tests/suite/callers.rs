//! Every class of caller the door tells apart.

use consentry_domain::Lifetime;
use consentry_testkit::TestApp;

use crate::world::{AUDITOR, PRIVILEGED, ROOT, SECRET, UNPRIVILEGED, ada, basic, ben, portal, token};

/// One class of caller, with what proves it.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What it is, for messages.
    pub class: Class,
    /// Value of `Authorization`; empty for none.
    pub credential: String,
}

/// Classes of callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// No credentials.
    Anonymous,
    /// Basic with a wrong password.
    WrongPassword,
    /// Basic of a disabled account.
    DisabledAccount,
    /// A bearer token that is none.
    BrokenToken,
    /// A bearer token whose subject is no entry: a client's own.
    UnmappableToken,
    /// A bearer token without a scope of this service.
    ScopelessToken,
    /// The subject of the record, over Basic.
    OwnerBasic,
    /// The subject of the record, with an ordinary token.
    OwnerToken,
    /// Another person, over Basic.
    StrangerBasic,
    /// Another person, with an ordinary token.
    StrangerToken,
    /// A directory entry without rights.
    PlainAccount,
    /// An account on the list of service accounts.
    ServiceAccount,
    /// An account with the bypass right.
    BypassAccount,
    /// A person with a privileged token.
    PrivilegedToken,
}

impl Class {
    /// Refused before anything else is looked at.
    pub const fn is_unauthenticated(self) -> bool {
        matches!(
            self,
            Self::Anonymous
                | Self::WrongPassword
                | Self::DisabledAccount
                | Self::BrokenToken
                | Self::UnmappableToken
        )
    }

    /// May do everything.
    pub const fn is_privileged(self) -> bool {
        matches!(
            self,
            Self::ServiceAccount | Self::BypassAccount | Self::PrivilegedToken
        )
    }

    /// Is the subject of the record, Ada, and not privileged.
    pub const fn is_owner(self) -> bool {
        matches!(self, Self::OwnerBasic | Self::OwnerToken)
    }
}

/// One caller of each class; records are Ada's. Their tokens live for months, so that tests can let failed logins be forgotten.
pub async fn callers(app: &TestApp) -> Vec<Caller> {
    app.configure(|tenant| tenant.lifetimes.access_token = Lifetime::days(90))
        .await;
    let own_token = app.own_token(&app.bank.first_party).await;
    let by_class = [
        (Class::Anonymous, String::new()),
        (Class::WrongPassword, basic("ada", "wrong")),
        (Class::DisabledAccount, basic("gone", SECRET)),
        (Class::BrokenToken, "Bearer x.y.z".to_owned()),
        (Class::UnmappableToken, format!("Bearer {own_token}")),
        (
            Class::ScopelessToken,
            token(app, "ada", "openid accounts:balance").await,
        ),
        (Class::OwnerBasic, ada(app)),
        (Class::OwnerToken, token(app, "ada", UNPRIVILEGED).await),
        (Class::StrangerBasic, ben(app)),
        (Class::StrangerToken, token(app, "ben", UNPRIVILEGED).await),
        (Class::PlainAccount, basic(AUDITOR, SECRET)),
        (Class::ServiceAccount, portal(app)),
        (Class::BypassAccount, basic(ROOT, SECRET)),
        (Class::PrivilegedToken, token(app, "ben", PRIVILEGED).await),
    ];
    by_class
        .into_iter()
        .map(|(class, credential)| Caller { class, credential })
        .collect()
}
