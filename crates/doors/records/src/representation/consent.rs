//! Records.

use consentry_domain::Actions;
use consentry_ledger::{TenantSnapshot, records::RecordView};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{DefinitionResource, Link, LocalizationResource};
use crate::{
    expand::{Expand, Relation},
    path::Addresses,
};

/// A record.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConsentResource<'a> {
    #[serde(rename = "_links")]
    links: ConsentLinks,
    #[serde(rename = "_embedded", skip_serializing_if = "Option::is_none")]
    embedded: Option<ConsentEmbedded<'a>>,
    id: String,
    status: &'a str,
    subject: &'a str,
    #[serde(rename = "subjectDN", skip_serializing_if = "Option::is_none")]
    subject_dn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<&'a str>,
    #[serde(rename = "actorDN", skip_serializing_if = "Option::is_none")]
    actor_dn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    collaborators: &'a [String],
    definition: DefinitionReference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_context: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actions: Option<&'a Actions>,
    created_date: String,
    updated_date: String,
}

#[derive(Debug, Serialize)]
struct ConsentLinks {
    #[serde(rename = "self")]
    own: Link,
    definition: Link,
    #[serde(skip_serializing_if = "Option::is_none")]
    localization: Option<Link>,
}

/// The targets of the links that shall be there and still exist.
#[derive(Debug, Default, Serialize)]
struct ConsentEmbedded<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<DefinitionResource<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    localization: Option<LocalizationResource<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DefinitionReference<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'a str>,
}

impl<'a> ConsentResource<'a> {
    pub(crate) fn new(addresses: &Addresses, tenant: &TenantSnapshot, view: &'a RecordView) -> Self {
        let definition = view.definition();
        let locale = view.locale.as_ref().map(consentry_domain::locale::Locale::as_str);
        let configured = tenant.definitions.contains_key(definition);
        let current = locale
            .filter(|_| configured)
            .and_then(|locale| tenant.wording(definition, locale));
        Self {
            links: ConsentLinks {
                own: Link::to(addresses.consent(view.id)),
                definition: Link::to(addresses.definition(definition.as_str())),
                localization: locale
                    .map(|locale| Link::to_localization(addresses, definition.as_str(), locale)),
            },
            embedded: None,
            id: view.id.to_string(),
            status: view.status.as_str(),
            subject: view.subject(),
            subject_dn: view.subject_dn(),
            actor: view.actor(),
            actor_dn: view.actor_dn(),
            audience: view.audience(),
            collaborators: view.collaborators(),
            definition: DefinitionReference {
                id: definition.as_str(),
                version: view.version.map(|version| version.to_string()),
                current_version: current.map(|current| current.version.to_string()),
                locale,
            },
            title_text: view.title_text(),
            data_text: view.data_text(),
            purpose_text: view.purpose_text(),
            data: view.data(),
            consent_context: view.consent_context(),
            actions: view.actions.as_ref(),
            created_date: view.created_at.to_rfc3339_millis(),
            updated_date: view.updated_at.to_rfc3339_millis(),
        }
    }

    /// With what `expand` names in it, as it is now; what no longer exists is left out.
    pub(crate) fn expanded(
        mut self,
        addresses: &Addresses,
        tenant: &'a TenantSnapshot,
        view: &RecordView,
        expand: &Expand,
    ) -> Self {
        if expand.is_empty() {
            return self;
        }
        let mut embedded = ConsentEmbedded::default();
        if let Some(definition) = tenant.definitions.get(view.definition()) {
            if expand.has(Relation::Definition) {
                embedded.definition = Some(DefinitionResource::new(addresses, tenant, definition));
            }
            let wording = view
                .locale
                .as_ref()
                .filter(|_| expand.has(Relation::Localization))
                .and_then(|locale| tenant.wording(&definition.key, locale.as_str()));
            embedded.localization = wording.map(|wording| LocalizationResource::new(addresses, wording));
        }
        self.embedded = Some(embedded);
        self
    }
}
