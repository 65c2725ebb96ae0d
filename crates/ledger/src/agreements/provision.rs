//! An agreement that another system kept, taken over by the operator.

use consentry_domain::{
    Accounts, AgreementId, Audience, ClientId, Command, Fact, Slot, SubjectId, Timestamp, Usage,
    command::{Act, Approve, NewItem},
    decision::{Door, TextShown},
    definition::Wording,
    scope::Scope,
};
use consentry_store::Seeds;

use crate::{
    Ledger, TenantSnapshot,
    access::{Permit, Provision},
    carry_out::Plan,
    error::{DecisionError, Fault},
    interactions::disclosure,
    snapshot::digest_of,
};

/// An agreement as it shall be.
#[derive(Debug, Clone)]
pub struct AgreementWish {
    /// Whose.
    pub subject: SubjectId,
    /// Who receives the data.
    pub client: ClientId,
    /// What was agreed to.
    pub scope: Scope,
    /// When it ends; in the future.
    pub valid_until: Timestamp,
    /// The accounts it is about.
    pub accounts: Accounts,
    /// When data was last delivered; none: never.
    pub used_at: Option<Timestamp>,
}

impl Ledger {
    /// Writes down an agreement, on the words that people are asked with now. It begins at this moment and takes the place of an older
    /// one, as one that a person gives does.
    pub async fn provision_agreement(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        wish: &AgreementWish,
    ) -> Result<AgreementId, DecisionError> {
        let client = tenant.client(wish.client.as_str()).ok_or(Fault::Unreadable {
            what: "client",
            why: format!("there is no {}", wish.client),
        })?;
        let ids = self.ids();
        let agreement = ids.agreement(wish.subject);
        let (mut items, mut texts, mut slots) = (Vec::new(), Vec::new(), Vec::new());
        for definition in wish.scope.values() {
            let known = tenant.wording_for(definition, [tenant.tenant.locale.as_str()]);
            if let Some(words) = known {
                texts.push(TextShown {
                    definition: definition.clone(),
                    version: words.version,
                    locale: words.locale.clone(),
                    digest: digest_of(words)?,
                });
            }
            items.push(NewItem {
                definition: definition.clone(),
                consent: ids.consent(wish.subject),
                record: ids.record(wish.subject),
                wording: known.map(|words| Wording {
                    version: words.version,
                    locale: words.locale.clone(),
                }),
            });
            slots.push(Slot {
                subject: wish.subject,
                definition: definition.clone(),
                audience: Audience::Client(wish.client.clone()),
                qualifier: consentry_domain::Qualifier::none(),
            });
        }
        let approve = Approve {
            act: Act {
                decision: ids.decision(wish.subject),
                subject: wish.subject,
                door: Door::Operator,
                actor: permit.caller().actor(),
                credential: permit.caller().credential(),
                texts: texts.clone(),
                interaction: None,
                request: None,
            },
            agreement,
            application: client.application,
            client: wish.client.clone(),
            qualifier: consentry_domain::Qualifier::none(),
            items,
            left_out: Vec::new(),
            valid_until: Some(wish.valid_until),
            disclosure: disclosure(tenant, client, texts),
            accounts: wish.accounts.clone(),
        };
        let around = self
            .agreements_around(tenant, &slots.iter().collect::<Vec<_>>())
            .await?;
        let seeds = Seeds {
            agreements: around,
            slots,
            ..Seeds::default()
        };
        let done = self
            .carry_out(tenant, permit, seeds, |_before, _now| {
                Ok::<_, DecisionError>(Plan {
                    command: Some(Command::Approve(approve.clone())),
                    ..Plan::default()
                })
            })
            .await?;
        if let Some(at) = wish.used_at {
            for consent in done.facts.iter().filter_map(Fact::consent) {
                self.note_use(tenant.id(), consent, Usage::used(at));
            }
        }
        Ok(agreement)
    }
}
