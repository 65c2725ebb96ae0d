//! `consentry import third-party`, `grants` and `dataspace`: what people agreed to at other systems, as their APIs show it.

use std::path::Path;

use clap::Args;
use consentry_ledger::{TenantSnapshot, agreements::AgreementNotImported};

use super::taking::{self, Destination, Found, Judged, Kind, Reading, TakingArguments};
use crate::{
    configuration::Configuration,
    ldif::Refused,
    taking_over::{self, Element, FoundAgreement, People},
};

/// Options of the import of third-party consents.
#[derive(Debug, Args)]
pub(in crate::commands) struct ThirdPartyArguments {
    #[command(flatten)]
    taking: TakingArguments,
    /// What `user_id` is here.
    #[arg(long, value_enum, default_value = "login")]
    people: People,
}

/// Options of the import of consent grants.
#[derive(Debug, Args)]
pub(in crate::commands) struct GrantsArguments {
    #[command(flatten)]
    taking: TakingArguments,
    /// What `customerId` is here.
    #[arg(long, value_enum, default_value = "customer")]
    people: People,
    /// Whose all grants of the file are, where they do not say it themselves.
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
}

/// Options of the import of consents of a dataspace.
#[derive(Debug, Args)]
pub(in crate::commands) struct DataspaceArguments {
    #[command(flatten)]
    taking: TakingArguments,
}

pub(super) fn third_party(file: Option<&Path>, options: &ThirdPartyArguments) -> anyhow::Result<()> {
    let source = Source::ThirdParty(options.people);
    taking::run(&Configuration::load(file)?, &options.taking, &source)
}

pub(super) fn grants(file: Option<&Path>, options: &GrantsArguments) -> anyhow::Result<()> {
    let source = Source::Grants(options.people, options.customer.clone());
    taking::run(&Configuration::load(file)?, &options.taking, &source)
}

pub(super) fn dataspace(file: Option<&Path>, options: &DataspaceArguments) -> anyhow::Result<()> {
    taking::run(&Configuration::load(file)?, &options.taking, &Source::Dataspace)
}

/// Where agreements come from, and what is said for the whole file.
enum Source {
    ThirdParty(People),
    Grants(People, Option<String>),
    Dataspace,
}

impl Source {
    fn agreement(&self, tenant: &TenantSnapshot, element: Element) -> Result<FoundAgreement, Vec<Refused>> {
        match self {
            Self::ThirdParty(people) => taking_over::third_party_consent(tenant.id(), *people, element),
            Self::Grants(people, customer) => {
                taking_over::consent_grant(tenant, *people, customer.as_deref(), element)
            }
            Self::Dataspace => taking_over::dataspace_consent(tenant.id(), element),
        }
    }

    /// The members that hold the client, what is agreed to, when it was made and when it ends.
    const fn members(&self) -> Members {
        match self {
            Self::ThirdParty(_) => Members {
                client: "client_id",
                scope: "scope",
                created: "created_at",
                ends: "expires_at",
            },
            Self::Grants(..) => Members {
                client: "parties",
                scope: "dataClusters",
                created: "createdTime",
                ends: "expirationTime",
            },
            Self::Dataspace => Members {
                client: "app",
                scope: "dsi",
                created: "granted_at",
                ends: "ended_at",
            },
        }
    }

    /// What is wrong with an agreement, and what would be right; a failure of ours is none of these.
    fn refused(&self, found: &FoundAgreement, error: AgreementNotImported) -> anyhow::Result<Vec<Refused>> {
        let members = self.members();
        let (member, right) = match &error {
            AgreementNotImported::Fault(_) => return Err(error.into()),
            AgreementNotImported::Empty | AgreementNotImported::Twice(_) => {
                (members.scope, "each is named once")
            }
            AgreementNotImported::NoClient(_) => {
                (members.client, "register it first, with this id, in a manifest")
            }
            AgreementNotImported::FirstParty(_) => (
                members.client,
                "only what third parties were granted is taken over",
            ),
            AgreementNotImported::NoDefinition(_) => (members.scope, "define it first, in a manifest"),
            AgreementNotImported::ChangedBeforeMade => {
                (members.ends, "changes and ends come after it was made")
            }
            AgreementNotImported::InTheFuture => (members.created, "only its own end may lie ahead"),
            AgreementNotImported::ConsentTaken(_) => ("", "ids are given once"),
        };
        Ok(vec![found.refuse(member, &format!("{error}; {right}"))])
    }
}

struct Members {
    client: &'static str,
    scope: &'static str,
    created: &'static str,
    ends: &'static str,
}

impl Kind for Source {
    type Thing = FoundAgreement;

    const OTHERS: &'static str = "no consents";

    fn read<'a>(
        &'a self,
        tenant: &'a TenantSnapshot,
        from: Reading<'a>,
    ) -> anyhow::Result<Box<dyn Iterator<Item = Found<FoundAgreement>> + 'a>> {
        Ok(Box::new(taking_over::elements(from).map(|element| {
            Ok(match element? {
                Ok(element) => self.agreement(tenant, element).map(Some),
                Err(refused) => Err(vec![refused]),
            })
        })))
    }

    async fn foresee(&self, into: Destination<'_>, found: &FoundAgreement) -> Judged {
        let foreseen = into
            .ledger
            .foresee_agreement(into.tenant, into.permit, &found.agreement)
            .await;
        match foreseen {
            Ok(imported) => Ok(Ok(imported)),
            Err(error) => Ok(Err(self.refused(found, error)?)),
        }
    }

    async fn take(&self, into: Destination<'_>, all: Vec<FoundAgreement>) -> Vec<(FoundAgreement, Judged)> {
        let wanted: Vec<_> = all.iter().map(|found| found.agreement.clone()).collect();
        let written = into
            .ledger
            .import_agreements(into.tenant, into.permit, &wanted)
            .await;
        all.into_iter()
            .zip(written)
            .map(|(found, written)| {
                let judged = match written {
                    Ok(imported) => Ok(Ok(imported)),
                    Err(error) => self.refused(&found, error).map(Err),
                };
                (found, judged)
            })
            .collect()
    }

    fn remark(&self, found: &FoundAgreement, why: &str) -> Refused {
        found.refuse("", why)
    }
}
