//! Directory accounts of services and operators (consent-api 12.3). Passwords and secrets go in and never come out.

use axum::{extract::Request, response::Response};
use consentry_domain::{credential::Principal, dn::Dn};
use consentry_ledger::{
    TenantSnapshot,
    accounts::is_password_hash,
    administration::State,
    import::{AccountWish, NewPassword},
    once::Outcome,
    removal::{InUse, Removal},
};
use consentry_web::{
    cursor,
    error::{ApiError, Problem, registry},
    visit::Visit,
};
use secrecy::SecretString;
use serde::Serialize;

use crate::{
    admission::{Admitted, members, not_found, one, wrong_parameter},
    answer,
    definitions::take_away,
    failure::refused,
    members::Members,
};

/// Accounts on a page where nothing is said, and at most.
const PAGE: usize = 100;
const LARGEST_PAGE: usize = 1000;

/// Most names of one kind, and the longest, in bytes.
const NAMES: usize = 50;
const NAME: usize = 256;

/// Longest password or hash, in bytes.
const PASSWORD: usize = 1024;

/// An account on the wire, in the words of the manifest.
#[derive(Serialize)]
struct Resource<'a> {
    dn: &'a str,
    uid: &'a [String],
    cn: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    entry_uuid: Option<&'a str>,
    /// Further names that configuration gave it.
    names: &'a [String],
    has_password: bool,
    has_secret: bool,
    bypass_acl: bool,
    disabled: bool,
}

impl<'a> Resource<'a> {
    fn of(account: &'a Principal) -> Self {
        Self {
            dn: &account.dn,
            uid: &account.uid,
            cn: &account.cn,
            entry_uuid: account.entry_uuid.as_deref(),
            names: &account.names,
            has_password: account.password_hash.is_some(),
            has_secret: !account.secrets.is_empty(),
            bypass_acl: account.bypass_acl,
            disabled: account.disabled,
        }
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    accounts: Vec<Resource<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// `GET /accounts`: a page, by distinguished name.
pub(crate) async fn list(visit: Visit, request: Request) -> Result<Response, Problem> {
    const LIST: &str = "accounts";
    let admitted = Admitted::admit(visit, request).await?;
    let (tenant, parameters) = (admitted.tenant(), admitted.parameters()?);
    let limit = match one(&parameters, "limit")? {
        None => PAGE,
        Some(text) => {
            let limit = text
                .parse()
                .ok()
                .filter(|limit| (1..=LARGEST_PAGE).contains(limit));
            limit.ok_or_else(|| wrong_parameter("limit", "must be from 1 to 1000"))?
        }
    };
    let after = match one(&parameters, "cursor")? {
        None => None,
        Some(text) => {
            let after = cursor::decode(tenant, LIST, "", &text);
            Some(after.ok_or_else(|| ApiError::new(&registry::CURSOR_MISMATCH))?)
        }
    };
    let mut accounts: Vec<&Principal> = tenant.principals.all().collect();
    accounts.sort_by(|one, other| one.dn.cmp(&other.dn));
    let begin = after.map_or(0, |after| accounts.partition_point(|account| account.dn <= after));
    let rest = accounts.get(begin..).unwrap_or_default();
    let page = rest.get(..limit).unwrap_or(rest);
    let last = page.last().filter(|_| rest.len() > limit);
    let listed = Listed {
        accounts: page.iter().map(|account| Resource::of(account)).collect(),
        next_cursor: last.map(|last| cursor::encode(tenant, LIST, "", &last.dn)),
    };
    let state = State::of_list(tenant, LIST, &listed)?;
    Ok(answer::found(&admitted, &state, &listed)?)
}

/// `GET /accounts/{account}`.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let tenant = admitted.tenant();
    let account = named(tenant, &admitted.segment(1)?).ok_or_else(not_found)?;
    let state = State::of_account(tenant, account)?;
    Ok(answer::found(&admitted, &state, &Resource::of(account))?)
}

/// `PUT /accounts/{account}`: what is left out has its default, except the password, which stays as it is. A new account is named by
/// its distinguished name.
pub(crate) async fn put(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (admitted, body) = Admitted::admit_with_body(visit, request).await?;
    let body = admitted.read(body).await?;
    let put = async |admitted: Admitted| {
        let name = admitted.segment(1)?;
        let known = named(admitted.tenant(), &name).map(|known| known.dn.clone());
        let dn = Dn::parse(known.as_deref().unwrap_or(&name));
        let dn = dn.map_err(|_| not_found().detail("a new account is named by its distinguished name"))?;
        let wish = wish(dn, members(&body)?)?;
        let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant().id());
        let put = ledger.put_account(tenant, admitted.act(), &wish);
        let put = put.await.map_err(refused)?;
        answer::put(&put, &Resource::of(&put.now))
    };
    let repeat = async |outcome: Outcome| {
        let tenant = admitted.tenant_now()?;
        let account = named(&tenant, &admitted.segment(1)?).ok_or_else(not_found)?;
        let state = State::of_account(&tenant, account)?;
        answer::put_before(&outcome, &state, &Resource::of(account))
    };
    Ok(admitted.once(&body, put, repeat).await?)
}

/// `DELETE /accounts/{account}`. Records that name it stay.
pub(crate) async fn delete(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let remove = async |admitted: Admitted| {
        let account = named(admitted.tenant(), &admitted.segment(1)?).ok_or_else(not_found)?;
        let dn = Dn::parse(&account.dn).map_err(ApiError::internal)?;
        take_away(&admitted, &Removal::Account(dn), InUse::Stays).await
    };
    Ok(admitted
        .once(&[], remove, async |_gone| Ok(answer::gone()))
        .await?)
}

/// The account with this distinguished name in any spelling, or the only one with this name.
fn named<'a>(tenant: &'a TenantSnapshot, name: &str) -> Option<&'a Principal> {
    if let Ok(dn) = Dn::parse(name) {
        return tenant.principals.named(&dn);
    }
    let mut called = tenant.principals.called(name);
    let first = called.next()?;
    called.next().is_none().then_some(first)
}

fn wish(dn: Dn, mut members: Members) -> Result<AccountWish, ApiError> {
    members.repeat("dn", |text| dn.names(text));
    members.ignore(&["names", "has_password", "has_secret"]);
    let wish = AccountWish {
        uid: names(&mut members, "uid"),
        cn: names(&mut members, "cn"),
        entry_uuid: name(&mut members, "entry_uuid"),
        password: password(&mut members),
        bypass_acl: Some(members.flag("bypass_acl")),
        disabled: Some(members.flag("disabled")),
        dn,
    };
    members.finish()?;
    Ok(wish)
}

fn names(members: &mut Members, member: &str) -> Vec<String> {
    let names = members.texts(member, NAMES, NAME);
    for (position, name) in names.iter().enumerate() {
        if name.chars().any(char::is_control) {
            members.refuse(member, "must not contain control characters");
        }
        if names.iter().take(position).any(|before| before == name) {
            members.refuse(member, "has a value twice");
        }
    }
    names
}

fn name(members: &mut Members, member: &str) -> Option<String> {
    let name = members.text(member, NAME)?;
    if name.chars().any(char::is_control) {
        members.refuse(member, "must not contain control characters");
    }
    Some(name)
}

/// `password` in clear, or `password_hash` as a PHC string of argon2; `null` takes it away.
fn password(members: &mut Members) -> Option<NewPassword> {
    let is_gone = members.is_null("password");
    let clear = members.text("password", PASSWORD);
    let hash = members.text("password_hash", PASSWORD);
    match (clear, hash) {
        (Some(_), Some(_)) => {
            members.refuse("password_hash", "must not stand beside password");
            None
        }
        (Some(clear), None) => Some(NewPassword::Clear(SecretString::from(clear))),
        (None, Some(hash)) if is_password_hash(&hash) => Some(NewPassword::Hash(hash)),
        (None, Some(_)) => {
            members.refuse("password_hash", "must be a PHC string of argon2 within bounds");
            None
        }
        (None, None) => is_gone.then_some(NewPassword::Gone),
    }
}
