//! Who issues, and the names under which our own endpoints are audiences.

/// Issuer of a tenant: the text in every `iss`, and the root of the audiences that mean Consentry itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    /// The issuer with this identifier, without slash at the end.
    pub fn new(identifier: impl Into<String>) -> Self {
        Self(identifier.into())
    }

    /// The identifier: `iss`, and the audience of tokens for our own APIs.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The UserInfo endpoint, audience of tokens for which no resource is named (TPA-TOK-06).
    pub fn userinfo(&self) -> String {
        format!("{}/me", self.0)
    }

    /// The grant-management endpoint, the only audience of a third party's own token (TPA-CL-11).
    pub fn grant_management(&self) -> String {
        format!("{}/grants", self.0)
    }
}
