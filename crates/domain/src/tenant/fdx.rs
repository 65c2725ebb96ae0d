//! What a data provider says about itself and its data in the words of FDX (consent-dashboard D1, D2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Settings of the consent API of FDX; where there are none, there is no such API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FdxSettings {
    /// The data provider's web site.
    pub home_uri: String,
    /// Registry that its id is from: `FDX`, `GLEIF`, `ICANN` or `PRIVATE`.
    pub registry: FdxRegistry,
    /// Its name there.
    pub registered_name: String,
    /// Its id there.
    pub registered_id: String,
    /// Data clusters that each definition opens. One that is not named is a cluster by its own key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clusters: BTreeMap<String, Vec<String>>,
}

/// Registries of parties that FDX knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FdxRegistry {
    /// The registry of FDX itself.
    #[serde(rename = "FDX")]
    Fdx,
    /// Legal entity identifiers.
    #[serde(rename = "GLEIF")]
    Gleif,
    /// Domain names.
    #[serde(rename = "ICANN")]
    Icann,
    /// Any other, or none.
    #[serde(rename = "PRIVATE")]
    Private,
}

impl FdxRegistry {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fdx => "FDX",
            Self::Gleif => "GLEIF",
            Self::Icann => "ICANN",
            Self::Private => "PRIVATE",
        }
    }

    /// The registry of this name; every other one is private to FDX.
    pub fn named(name: Option<&str>) -> Self {
        match name {
            Some("FDX") => Self::Fdx,
            Some("GLEIF") => Self::Gleif,
            Some("ICANN") => Self::Icann,
            _ => Self::Private,
        }
    }
}
