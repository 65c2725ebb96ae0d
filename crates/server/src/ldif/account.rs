//! Which entries are accounts, and what an account's attributes say.

use consentry_domain::dn::Dn;
use consentry_ledger::{
    accounts::is_password_hash,
    import::{AccountWish, NewPassword},
};
use secrecy::SecretString;

use super::{Attribute, Record, Refused};

/// Classes whose entries log in (RFC 4519, RFC 4524, RFC 2307, RFC 2798, and Active Directory's `user`). The rest are containers,
/// groups and the like.
const CLASSES: [&str; 8] = [
    "person",
    "organizationalperson",
    "inetorgperson",
    "account",
    "posixaccount",
    "simplesecurityobject",
    "applicationprocess",
    "user",
];

/// Longest value that names an account, in characters (consent-api 14).
const LONGEST: usize = 1024;

/// What an entry is.
#[derive(Debug, Clone)]
pub enum Found {
    /// An account, and lines that were left out of it.
    Account(Box<AccountWish>, Vec<Refused>),
    /// No account.
    Other,
}

/// Reads an entry. An entry without classes is an account; so is one with a password, whatever its class.
pub fn account(record: &Record) -> Result<Found, Vec<Refused>> {
    let mut refused = Vec::new();
    let dn = Dn::parse(&record.dn);
    if dn.is_err() {
        refused.push(Refused::at(record.line, "the dn is no distinguished name"));
    }
    if !is_account(record) {
        return match dn {
            Ok(_) => Ok(Found::Other),
            Err(_) => Err(refused),
        };
    }
    let mut texts = |name: &str| {
        let mut values = Vec::new();
        for attribute in record.named(name) {
            match text(attribute) {
                Ok(value) if values.contains(&value) => {}
                Ok(value) => values.push(value),
                Err(why) => refused.push(why),
            }
        }
        values
    };
    let (uid, cn) = (texts("uid"), texts("cn"));
    let entry_uuid = texts("entryuuid").into_iter().next();
    let (password, left_out) = password(record);
    match dn {
        Ok(dn) if refused.is_empty() => {
            let wish = AccountWish {
                dn,
                uid,
                cn,
                entry_uuid,
                password,
                bypass_acl: bypasses(record),
                disabled: is_disabled(record),
            };
            Ok(Found::Account(Box::new(wish), left_out))
        }
        _ => Err(refused),
    }
}

impl Record {
    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Attribute> {
        self.attributes
            .iter()
            .filter(move |attribute| attribute.name == name)
    }

    /// Whether an attribute is there, and whether one of its values is this, without regard to case.
    fn says(&self, name: &str, value: &str) -> Option<bool> {
        self.named(name)
            .map(|attribute| attribute.value.eq_ignore_ascii_case(value.as_bytes()))
            .reduce(|one, other| one || other)
    }
}

fn is_account(record: &Record) -> bool {
    let mut classes = record.named("objectclass").peekable();
    classes.peek().is_none()
        || record.named("userpassword").next().is_some()
        || classes.any(|class| {
            CLASSES
                .iter()
                .any(|known| class.value.eq_ignore_ascii_case(known.as_bytes()))
        })
}

fn text(attribute: &Attribute) -> Result<String, Refused> {
    let wrong = |why: &str| Refused::at(attribute.line, format!("{} {why}", attribute.name));
    let text = std::str::from_utf8(&attribute.value).map_err(|_| wrong("is not UTF-8"))?;
    if text.is_empty() || text.contains('\0') {
        return Err(wrong("is empty or holds U+0000"));
    }
    if text.chars().count() > LONGEST {
        return Err(wrong("is longer than 1024 characters"));
    }
    Ok(text.to_owned())
}

/// The first password that can be kept, and the lines of those that cannot. A hash of another scheme is weaker than ours or is not
/// known here, and nobody can turn it into ours.
fn password(record: &Record) -> (Option<NewPassword>, Vec<Refused>) {
    let mut kept = None;
    let mut left_out = Vec::new();
    for attribute in record.named("userpassword") {
        match (read_password(attribute), &kept) {
            (Ok(None), _) => {}
            (Ok(password), None) => kept = password,
            (Ok(_), Some(_)) => left_out.push(Refused::at(
                attribute.line,
                "an account has one password; this one is left out",
            )),
            (Err(why), _) => left_out.push(why),
        }
    }
    (kept, left_out)
}

/// A value of `userPassword` (RFC 4519 2.41, with the schemes of RFC 2307 in braces).
fn read_password(attribute: &Attribute) -> Result<Option<NewPassword>, Refused> {
    let wrong = |why: String| Err(Refused::at(attribute.line, why));
    let Ok(value) = std::str::from_utf8(&attribute.value) else {
        return wrong("the password is not UTF-8 and is left out".to_owned());
    };
    let scheme = value
        .strip_prefix('{')
        .and_then(|rest| rest.split_once('}'))
        .filter(|(scheme, _)| {
            !scheme.is_empty()
                && scheme
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        });
    match scheme {
        None if value.is_empty() => Ok(None),
        None => Ok(Some(NewPassword::Clear(SecretString::from(value)))),
        Some((scheme, clear)) if scheme.eq_ignore_ascii_case("cleartext") => {
            Ok((!clear.is_empty()).then(|| NewPassword::Clear(SecretString::from(clear))))
        }
        Some((scheme, hash)) if scheme.eq_ignore_ascii_case("argon2") && is_password_hash(hash) => {
            Ok(Some(NewPassword::Hash(hash.to_owned())))
        }
        Some((scheme, _)) => wrong(format!(
            "a password of scheme {{{}}} cannot be taken over and is left out",
            scheme.to_ascii_uppercase()
        )),
    }
}

/// The directory-wide bypass right, as the vendor's directory writes it.
fn bypasses(record: &Record) -> Option<bool> {
    record.says("ds-privilege-name", "bypass-acl")
}

/// Whether the account is switched off, as the vendor's directory, 389 Directory Server and OpenLDAP (locked for good) write it.
fn is_disabled(record: &Record) -> Option<bool> {
    [
        ("ds-pwp-account-disabled", "true"),
        ("nsaccountlock", "true"),
        ("pwdaccountlockedtime", "000001010000Z"),
    ]
    .into_iter()
    .filter_map(|(name, value)| record.says(name, value))
    .reduce(|one, other| one || other)
}
