//! Who asks, and what they may do. Functions that write demand a [`Permit`], so an unauthorised write does not compile.

use std::marker::PhantomData;

use consentry_domain::{
    ApplicationId, ClientId, SubjectId,
    client::ClientAuthority,
    decision::{Actor, CredentialKind},
};
use consentry_store::Hash;

/// Who sent a request, after their credential was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody known.
    Anonymous,
    /// A client that proved its own credentials, or holds a token of its own.
    Client {
        /// Which.
        client: ClientId,
        /// The application it belongs to.
        application: ApplicationId,
        /// What it may do here; third parties have [`ClientAuthority::None`].
        authority: ClientAuthority,
        /// How it proved itself.
        credential: CredentialKind,
    },
    /// A back end or operator of the records door.
    Service {
        /// Its distinguished name.
        dn: String,
        /// Whether it may act for everybody.
        privileged: bool,
        /// How it proved itself.
        credential: CredentialKind,
    },
    /// A person.
    Subject {
        /// Who.
        subject: SubjectId,
        /// How they proved it.
        via: Via,
    },
    /// The back end of a data provider, with its API credential.
    DataProvider {
        /// `client_id` of the credential.
        credential: String,
    },
    /// A back end that may administer definitions and accounts.
    Administrator {
        /// Which client.
        client: ClientId,
        /// How it proved itself.
        credential: CredentialKind,
    },
    /// A back end of the first party at the preferences door.
    Organization {
        /// The API key that opened its session.
        key: String,
    },
    /// Somebody who was sent a link to approve what people choose.
    Approver {
        /// Their address.
        address: String,
    },
    /// Somebody with access to the machine: configuration and commands.
    Operator,
}

/// How a person proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// Session at the hosted pages, by its hash.
    Session(Hash),
    /// Page session of the dashboard, by its hash.
    PageSession(Hash),
    /// One-time token of the dashboard that the data provider's back end shows for the person, by its hash.
    EmbedTicket(Hash),
    /// An access token.
    AccessToken {
        /// The client that holds it.
        client: ClientId,
        /// Whether that is a third party.
        third_party: bool,
    },
    /// User name and password over HTTP Basic.
    Basic,
    /// A bearer token of the records door, with the subject claim as it was sent.
    Bearer {
        /// Value of the subject claim.
        claim: String,
        /// Whether it carries the privileged scope.
        privileged: bool,
    },
    /// What a first party gave the person's browser for the preferences door.
    ConsentToken {
        /// Whether it shows what the person chose.
        read: bool,
        /// Whether it adds to that.
        write: bool,
    },
    /// A link that they were sent, to decide about what they chose.
    Link,
}

impl Caller {
    /// How this caller appears as actor of a decision.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Anonymous | Self::Operator => Actor::system(),
            Self::Client {
                client,
                authority: ClientAuthority::None,
                ..
            } => Actor::party(client.as_str().to_owned()),
            Self::Client { client, .. } => Actor::staff(client.as_str().to_owned()),
            Self::Service { dn, .. } => Actor::staff(dn.clone()),
            Self::Subject { subject, .. } => Actor::subject(*subject),
            Self::DataProvider { credential } => Actor::staff(credential.clone()),
            Self::Administrator { client, .. } => Actor::staff(client.as_str().to_owned()),
            Self::Organization { key } => Actor::staff(key.clone()),
            Self::Approver { address } => Actor::staff(address.clone()),
        }
    }

    /// One text for each sender, whatever credential they prove themselves with.
    pub fn sender(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Operator => "operator".to_owned(),
            Self::Client { client, .. } | Self::Administrator { client, .. } => format!("client {client}"),
            Self::Service { dn, .. } => format!("entry {dn}"),
            Self::DataProvider { credential } => format!("provider {credential}"),
            Self::Organization { key } => format!("organization {key}"),
            Self::Approver { address } => format!("approver {address}"),
            Self::Subject {
                subject,
                via: Via::AccessToken { client, .. },
            } => format!("person {subject} through {client}"),
            Self::Subject { subject, .. } => format!("person {subject}"),
        }
    }

    /// The kind of credential behind it.
    pub const fn credential(&self) -> CredentialKind {
        match self {
            Self::Client { credential, .. }
            | Self::Service { credential, .. }
            | Self::Administrator { credential, .. } => *credential,
            Self::DataProvider { .. } => CredentialKind::ClientSecret,
            Self::Organization { .. } => CredentialKind::ApiSession,
            Self::Approver { .. } => CredentialKind::Link,
            Self::Subject { via, .. } => match via {
                Via::Session(_) => CredentialKind::Session,
                Via::PageSession(_) => CredentialKind::PageSession,
                Via::EmbedTicket(_) => CredentialKind::EmbedTicket,
                Via::AccessToken { .. } | Via::Bearer { .. } => CredentialKind::AccessToken,
                Via::Basic => CredentialKind::Basic,
                Via::ConsentToken { .. } => CredentialKind::ConsentToken,
                Via::Link => CredentialKind::Link,
            },
            Self::Anonymous | Self::Operator => CredentialKind::Operator,
        }
    }

    /// The person, where the caller is one.
    pub const fn subject(&self) -> Option<SubjectId> {
        match self {
            Self::Subject { subject, .. } => Some(*subject),
            _ => None,
        }
    }
}

/// What an action is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// One person's data.
    Subject(SubjectId),
    /// What one person agreed to with clients of one application.
    Agreements(SubjectId, ApplicationId),
    /// An application as a whole.
    Application(ApplicationId),
    /// The tenant as a whole.
    Tenant,
}

/// Refused: right or no credentials, and not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not allowed to {action}")]
pub struct Denied {
    /// What was wanted.
    pub action: &'static str,
}

/// Something a caller may or may not do.
pub trait Action {
    /// What it is, as in "not allowed to …".
    const NAME: &'static str;

    /// The rule.
    fn allows(caller: &Caller, target: &Target) -> bool;
}

/// Proof that a caller may do `A` to a target. Only [`authorize`] makes one.
#[must_use]
#[derive(Debug, Clone)]
pub struct Permit<A: Action> {
    caller: Caller,
    target: Target,
    action: PhantomData<A>,
}

impl<A: Action> Permit<A> {
    /// Who got it.
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// For what.
    pub const fn target(&self) -> &Target {
        &self.target
    }
}

/// Asks the rule of an action.
pub fn authorize<A: Action>(caller: &Caller, target: Target) -> Result<Permit<A>, Denied> {
    if A::allows(caller, &target) {
        Ok(Permit {
            caller: caller.clone(),
            target,
            action: PhantomData,
        })
    } else {
        Err(Denied { action: A::NAME })
    }
}

/// Answering a consent question, and all that leads there in one's own browser.
#[derive(Debug, Clone, Copy)]
pub struct Answer;

impl Action for Answer {
    const NAME: &'static str = "answer for this person";

    fn allows(caller: &Caller, target: &Target) -> bool {
        let (
            Caller::Subject {
                subject,
                via: Via::Session(_),
            },
            Target::Subject(of),
        ) = (caller, target)
        else {
            return false;
        };
        subject == of
    }
}

/// Seeing or ending what a person agreed to.
#[derive(Debug, Clone, Copy)]
pub struct ManageAgreements;

impl Action for ManageAgreements {
    const NAME: &'static str = "manage these agreements";

    fn allows(caller: &Caller, target: &Target) -> bool {
        match (caller, target) {
            // Whoever may open everybody's dashboard may do what is done there.
            (Caller::Operator | Caller::DataProvider { .. }, _) => true,
            (
                Caller::Subject {
                    via:
                        Via::AccessToken {
                            third_party: true, ..
                        }
                        | Via::ConsentToken { .. },
                    ..
                },
                _,
            ) => false,
            (Caller::Subject { subject, .. }, Target::Subject(of) | Target::Agreements(of, _)) => {
                subject == of
            }
            (
                Caller::Client {
                    authority: ClientAuthority::Tenant,
                    ..
                },
                _,
            ) => true,
            (
                Caller::Client {
                    application,
                    authority: ClientAuthority::Application,
                    ..
                },
                Target::Agreements(_, of) | Target::Application(of),
            ) => application == of,
            _ => false,
        }
    }
}

/// Giving up an agreement that one's own client holds; of which client it is, is looked at where it is ended (consent-dashboard D1).
#[derive(Debug, Clone, Copy)]
pub struct GiveUpAgreement;

impl Action for GiveUpAgreement {
    const NAME: &'static str = "give up this agreement";

    fn allows(caller: &Caller, target: &Target) -> bool {
        match (caller, target) {
            (Caller::Client { application, .. }, Target::Agreements(_, of)) => application == of,
            _ => false,
        }
    }
}

/// Taking back what a person agreed to about data sources of a dataspace: they themself, or the application that has it, whose party
/// signed for it (dataspace-consent-protocol 9, 11.4).
#[derive(Debug, Clone, Copy)]
pub struct WithdrawSources;

impl Action for WithdrawSources {
    const NAME: &'static str = "take back these consents";

    fn allows(caller: &Caller, target: &Target) -> bool {
        match (caller, target) {
            (
                Caller::Subject {
                    subject,
                    via: Via::Session(_),
                },
                Target::Subject(of),
            ) => subject == of,
            (
                Caller::Client {
                    application,
                    credential: CredentialKind::SignedRequest,
                    ..
                },
                Target::Agreements(_, of),
            ) => application == of,
            _ => false,
        }
    }
}

/// Reading, making and changing records (consent-api 5.2).
#[derive(Debug, Clone, Copy)]
pub struct WriteRecords;

impl Action for WriteRecords {
    const NAME: &'static str = "read or write this person's records";

    fn allows(caller: &Caller, target: &Target) -> bool {
        match (caller, target) {
            (
                Caller::Service { privileged: true, .. }
                | Caller::Subject {
                    via: Via::Bearer { privileged: true, .. },
                    ..
                },
                _,
            ) => true,
            (
                Caller::Subject {
                    subject,
                    via: Via::Basic | Via::Bearer { .. },
                },
                Target::Subject(of),
            ) => subject == of,
            _ => false,
        }
    }
}

/// Deleting records: privileged only, not even one's own (consent-api 5.2).
#[derive(Debug, Clone, Copy)]
pub struct DeleteRecords;

impl Action for DeleteRecords {
    const NAME: &'static str = "delete records";

    fn allows(caller: &Caller, _target: &Target) -> bool {
        matches!(
            caller,
            Caller::Service { privileged: true, .. }
                | Caller::Subject {
                    via: Via::Bearer { privileged: true, .. },
                    ..
                }
        )
    }
}

/// Making and revoking one-time tokens for the dashboard.
#[derive(Debug, Clone, Copy)]
pub struct OpenDashboard;

impl Action for OpenDashboard {
    const NAME: &'static str = "open dashboards";

    fn allows(caller: &Caller, _target: &Target) -> bool {
        matches!(caller, Caller::DataProvider { .. } | Caller::Operator)
    }
}

/// Issuing and ending tokens under a grant, after the credential for it was checked.
#[derive(Debug, Clone, Copy)]
pub struct UseGrant;

impl Action for UseGrant {
    const NAME: &'static str = "use this grant";

    fn allows(caller: &Caller, target: &Target) -> bool {
        match (caller, target) {
            (Caller::Client { application, .. }, Target::Agreements(_, of) | Target::Application(of)) => {
                application == of
            }
            _ => false,
        }
    }
}

/// Reporting what a person answered on a page of the first party, and looking up what they are asked (TPA-CB-06, TPA-CB-07).
#[derive(Debug, Clone, Copy)]
pub struct ReportDecisions;

impl Action for ReportDecisions {
    const NAME: &'static str = "report decisions";

    fn allows(caller: &Caller, target: &Target) -> bool {
        match (caller, target) {
            (
                Caller::Client {
                    authority: ClientAuthority::Tenant,
                    ..
                },
                _,
            )
            | (
                Caller::Subject {
                    via:
                        Via::AccessToken {
                            third_party: false, ..
                        },
                    ..
                },
                Target::Application(_),
            ) => true,
            (
                Caller::Client {
                    application,
                    authority: ClientAuthority::Application,
                    ..
                },
                Target::Application(of),
            ) => application == of,
            _ => false,
        }
    }
}

/// Making tenants, clients, definitions and people what configuration says.
#[derive(Debug, Clone, Copy)]
pub struct Provision;

impl Action for Provision {
    const NAME: &'static str = "provision";

    fn allows(caller: &Caller, _target: &Target) -> bool {
        matches!(caller, Caller::Operator)
    }
}

/// Changing what can be agreed to, and directory accounts; nothing else of the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Administer;

impl Action for Administer {
    const NAME: &'static str = "administer definitions and accounts";

    fn allows(caller: &Caller, target: &Target) -> bool {
        match caller {
            Caller::Operator => true,
            Caller::Administrator { .. } => *target == Target::Tenant,
            _ => false,
        }
    }
}

/// Registering, changing and removing the clients of an application, and changing the application (TPA-CL-05).
#[derive(Debug, Clone, Copy)]
pub struct ManageClients;

impl Action for ManageClients {
    const NAME: &'static str = "manage these clients";

    fn allows(caller: &Caller, target: &Target) -> bool {
        match (caller, target) {
            (
                Caller::Operator
                | Caller::Client {
                    authority: ClientAuthority::Tenant,
                    ..
                },
                _,
            ) => true,
            (
                Caller::Client {
                    application,
                    authority: ClientAuthority::Application,
                    ..
                },
                Target::Application(of),
            ) => application == of,
            _ => false,
        }
    }
}

/// Reading a tenant's whole log, as an auditor does.
#[derive(Debug, Clone, Copy)]
pub struct ReadLog;

impl Action for ReadLog {
    const NAME: &'static str = "read the log";

    fn allows(caller: &Caller, _target: &Target) -> bool {
        matches!(caller, Caller::Operator)
    }
}
