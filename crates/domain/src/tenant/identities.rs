//! How texts and tokens become directory entries at the records door (consent-api 12.3, 12.4).

use serde::{Deserialize, Serialize};

use crate::{decision::named_enum, dn};

named_enum! {
    /// What an entry can be matched by.
    MatchAttribute {
        /// Login name of a person, or `uid` of an account.
        Uid = "uid",
        /// `cn` of an account.
        Cn = "cn",
        /// Id of a person at the authorization door, or `entryUUID` of an account.
        EntryUuid = "entryUUID",
        /// Customer id of a person at the dashboard.
        Customer = "customer",
    }
}

/// How a text becomes a distinguished name. Exactly one hit maps; none or several do not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum IdentityMapper {
    /// The text equals one of these attributes.
    Exact {
        /// Attributes that are looked at.
        attributes: Vec<MatchAttribute>,
        /// Names below which entries count; none means everywhere.
        #[serde(default)]
        bases: Vec<String>,
    },
    /// As [`Self::Exact`], after every match of a regular expression in the text was replaced.
    Pattern {
        /// The expression. A text without any match stays as it is.
        pattern: String,
        /// What takes the place of a match; `$1` and the like are its groups.
        replacement: String,
        /// Attributes that are looked at.
        attributes: Vec<MatchAttribute>,
        /// Names below which entries count; none means everywhere.
        #[serde(default)]
        bases: Vec<String>,
    },
    /// Every text is a user, and this is the user's name. For deployments without any directory.
    Template {
        /// A distinguished name with `{id}` in one of its values.
        dn: String,
    },
}

/// What stands for the text in a template.
const PLACEHOLDER: &str = "{id}";

impl IdentityMapper {
    /// The distinguished name a template gives a text, which is escaped; none where that is no name, or for another kind.
    pub fn from_template(&self, text: &str) -> Option<dn::Dn> {
        let Self::Template { dn } = self else { return None };
        dn::Dn::parse(&dn.replace(PLACEHOLDER, &dn::escape(text))).ok()
    }

    pub(super) fn check(&self) -> Result<(), &'static str> {
        let (attributes, bases) = match self {
            Self::Exact { attributes, bases } => (attributes, bases),
            Self::Pattern {
                attributes, bases, ..
            } => (attributes, bases),
            Self::Template { dn } => {
                let fits = dn.contains(PLACEHOLDER) && self.from_template("x").is_some();
                return fits.then_some(()).ok_or("must be a distinguished name with {id}");
            }
        };
        if attributes.is_empty() {
            return Err("must name attributes");
        }
        if bases.iter().any(|base| dn::Dn::parse(base).is_err()) {
            return Err("must have distinguished names as bases");
        }
        Ok(())
    }
}

/// Names of the claims that are looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimNames {
    /// The subject: a string.
    pub subject: String,
    /// The scope: a string with spaces, or an array of strings.
    pub scope: String,
    /// The client: a string. It is only noted.
    pub client: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            subject: "sub".to_owned(),
            scope: "scope".to_owned(),
            client: "client_id".to_owned(),
        }
    }
}

/// Something that tells which bearer tokens count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenValidator {
    /// Place in the order; smaller is asked first. Unique.
    pub order: u32,
    /// Mapper of the subject, by name; none means the directory as a whole. Our own tokens need none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_mapper: Option<String>,
    /// Names of claims. Our own tokens have theirs.
    #[serde(default)]
    pub claims: ClaimNames,
    /// How it tells.
    pub kind: ValidatorKind,
}

/// How a validator tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValidatorKind {
    /// Tokens of this tenant's own authorization door, asked without leaving the house.
    Own,
    /// Tokens that are signed by somebody else.
    Jwt(JwtValidation),
    /// Tokens that somebody else is asked about (RFC 7662).
    Introspection(Introspection),
    /// The token is the claims. Accepted only where the installation allows development tokens.
    Mock,
}

/// Where keys are found. Exactly one of them is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JwtValidation {
    /// A JWK set as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<String>,
    /// File with a JWK set; read again when it is older than five minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_file: Option<String>,
    /// Address of a JWK set; fetched again when it is older than five minutes, or a key is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<String>,
    /// Certificates in PEM whose keys sign; where they are given, no JWK set is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificates: Option<String>,
    /// Algorithms that are allowed: `RS256`, `ES256`. None means both. A key is only ever used with its own.
    pub algorithms: Vec<String>,
    /// File with up to eight private keys in PEM (PKCS#8; RSA from 2048 bits, P-256, P-384, P-521) that open encrypted tokens; read again
    /// when it is older than five minutes, or none of its keys opens a token. None: encrypted tokens are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decryption_key_file: Option<String>,
    /// Ways in which the key of an encrypted token may be encrypted, such as `RSA-OAEP-256` or `ECDH-ES`. None means all that
    /// are known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key_encryption_algorithms: Vec<String>,
    /// Ways in which the content of an encrypted token may be encrypted, such as `A256GCM`. None means all that are known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content_encryption_algorithms: Vec<String>,
    /// Required `iss`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Required `aud`, beside that of the door.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Seconds by which clocks may differ: added to `exp`, subtracted from `nbf`; at most 300.
    pub clock_skew_seconds: u32,
}

/// Whom to ask about tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Introspection {
    /// Address of the endpoint.
    pub endpoint: String,
    /// Client that asks.
    pub client_id: String,
    /// File with the client's secret; a line break at its end does not count.
    pub client_secret_file: String,
    /// Required `iss` of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Sent as `access_token_manager_id`; then no `aud` is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_manager_id: Option<String>,
    /// Whether the address of the request is sent as `aud`.
    #[serde(default)]
    pub include_aud: bool,
    /// Seconds by which clocks may differ: added to `exp`, subtracted from `nbf`; at most 300.
    #[serde(default)]
    pub clock_skew_seconds: u32,
}

/// Widest difference of clocks that can be configured, in seconds.
const WIDEST_SKEW: u32 = 300;

/// Algorithms that tokens may be signed with.
const ALGORITHMS: [&str; 2] = ["RS256", "ES256"];

/// Ways in which the key of an encrypted token may be encrypted (RFC 7518 section 4.1). RSA1_5 is not among them: its errors give keys
/// away.
const KEY_ENCRYPTION: [&str; 7] = [
    "RSA-OAEP",
    "RSA-OAEP-256",
    "RSA-OAEP-384",
    "RSA-OAEP-512",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A256KW",
];

/// Ways in which the content of a token may be encrypted (RFC 7518 section 5.1).
const CONTENT_ENCRYPTION: [&str; 6] = [
    "A128CBC-HS256",
    "A192CBC-HS384",
    "A256CBC-HS512",
    "A128GCM",
    "A192GCM",
    "A256GCM",
];

impl TokenValidator {
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let names = &self.claims;
        if [&names.subject, &names.scope, &names.client]
            .iter()
            .any(|name| name.is_empty())
        {
            return Err("must name claims");
        }
        match &self.kind {
            ValidatorKind::Own | ValidatorKind::Mock => Ok(()),
            ValidatorKind::Jwt(jwt) => jwt.check(),
            ValidatorKind::Introspection(asked) => asked.check(),
        }
    }
}

impl JwtValidation {
    fn check(&self) -> Result<(), &'static str> {
        let sources = [&self.jwks, &self.jwks_file, &self.jwks_url];
        let sets = sources.into_iter().flatten().count();
        if sets > 1 || (sets == 0 && self.certificates.is_none()) {
            return Err("must have certificates, or exactly one of jwks, jwks_file and jwks_url");
        }
        let within =
            |names: &[String], known: &[&str]| names.iter().all(|name| known.contains(&name.as_str()));
        if !within(&self.algorithms, &ALGORITHMS) {
            return Err("may allow RS256 and ES256 only");
        }
        if !within(&self.key_encryption_algorithms, &KEY_ENCRYPTION) {
            return Err(
                "may allow keys to be encrypted with RSA-OAEP, RSA-OAEP-256, -384 and -512, ECDH-ES, \
                        ECDH-ES+A128KW and ECDH-ES+A256KW only",
            );
        }
        if !within(&self.content_encryption_algorithms, &CONTENT_ENCRYPTION) {
            return Err(
                "may allow contents to be encrypted with A128CBC-HS256, A192CBC-HS384, A256CBC-HS512, \
                        A128GCM, A192GCM and A256GCM only",
            );
        }
        let names_ways =
            !self.key_encryption_algorithms.is_empty() || !self.content_encryption_algorithms.is_empty();
        if names_ways && self.decryption_key_file.is_none() {
            return Err("must have decryption_key_file where it names ways of encryption");
        }
        if self.clock_skew_seconds > WIDEST_SKEW {
            return Err("may allow clocks to differ by 300 seconds at most");
        }
        Ok(())
    }
}

impl Introspection {
    fn check(&self) -> Result<(), &'static str> {
        if self.endpoint.is_empty() || self.client_id.is_empty() || self.client_secret_file.is_empty() {
            return Err("must have endpoint, client_id and client_secret_file");
        }
        if self.clock_skew_seconds > WIDEST_SKEW {
            return Err("may allow clocks to differ by 300 seconds at most");
        }
        Ok(())
    }
}
