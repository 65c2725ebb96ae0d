//! The words of a data source: those the tenant published, since they are what the evidence names, and else what its definition says.

use consentry_domain::{DefinitionKey, dsi::Dsi};
use consentry_ledger::interactions::AskedItem;
use consentry_web::visit::Visit;

/// A data source as people read of it.
pub(super) struct Words {
    /// Its identifier.
    pub source: String,
    /// What it is called.
    pub title: String,
    /// Which data.
    pub data: String,
    /// What for.
    pub purpose: String,
    /// Language of the words, where they are the tenant's and not the interface's.
    pub locale: Option<String>,
    /// Group that delivers it.
    pub from: String,
    /// Where it is described.
    pub view: Option<String>,
}

/// The words an item was asked with.
pub(super) fn asked(visit: &Visit, item: &AskedItem) -> Words {
    let published = item.wording.as_ref().and_then(|shown| {
        visit
            .tenant
            .wording_at(&item.definition, shown.locale.as_str(), shown.version)
    });
    let own = bare(visit, &item.definition);
    match published {
        Some(words) => Words {
            title: words.title.clone().unwrap_or(own.title),
            data: words.data.clone(),
            purpose: words.purpose.clone(),
            locale: Some(words.locale.as_str().to_owned()),
            ..own
        },
        None => own,
    }
}

/// The words in the best of these languages.
pub(super) fn current(visit: &Visit, source: &DefinitionKey, languages: &[String]) -> Words {
    let languages = languages.iter().map(String::as_str);
    let own = bare(visit, source);
    match visit.tenant.wording_for(source, languages) {
        Some(words) => Words {
            title: words.title.clone().unwrap_or(own.title),
            data: words.data.clone(),
            purpose: words.purpose.clone(),
            locale: Some(words.locale.as_str().to_owned()),
            ..own
        },
        None => own,
    }
}

fn bare(visit: &Visit, source: &DefinitionKey) -> Words {
    let definition = visit.tenant.definitions.get(source);
    let dsi: Option<Dsi> = source.as_str().parse().ok();
    let named = dsi.as_ref().map_or(source.as_str(), Dsi::definition);
    Words {
        source: source.as_str().to_owned(),
        title: definition
            .and_then(|definition| definition.display_name.clone())
            .unwrap_or_else(|| named.to_owned()),
        data: definition
            .and_then(|definition| definition.description.clone())
            .unwrap_or_default(),
        purpose: String::new(),
        locale: None,
        view: dsi
            .as_ref()
            .and_then(|dsi| visit.tenant.tenant.dataspace.description_of(dsi)),
        from: dsi.map(|dsi| dsi.source().to_owned()).unwrap_or_default(),
    }
}
