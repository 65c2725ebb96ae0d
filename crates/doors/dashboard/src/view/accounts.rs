//! Which accounts a connection is about, as people see them (consent-dashboard B4.3).

use consentry_domain::{AccountId, Accounts};
use consentry_ledger::{agreements::Connection, holdings::Holding};

use super::{Telling, telling::Held};

/// How many accounts a card names before it counts.
const NAMED_ON_CARD: usize = 2;

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    /// What the bank calls it, for forms.
    pub id: String,
    /// Its name, with the last digits of its number.
    pub label: String,
    /// What kind of account it is.
    pub kind: Option<String>,
    /// Whether it is shared.
    pub shared: bool,
    /// Day since when it is, spelled out.
    pub since: String,
    /// When data of it was last delivered, where that was told; spelled out.
    pub last_used: Option<String>,
    /// Whether sharing it adds to what was agreed to at first.
    pub widens: bool,
}

/// The accounts of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountsView {
    /// All that the person has, in the bank's order.
    pub all: Vec<AccountView>,
    /// Whether accounts that are opened later are shared.
    pub others: bool,
    /// Whether their names cannot be told now.
    pub unreadable: bool,
    /// Whether they can be changed: the bank has named them and lets people.
    pub can_change: bool,
    /// The shared ones in a few words, for a card.
    pub summary: String,
}

impl AccountsView {
    /// The accounts of a connection. None: nobody has said anything about accounts.
    pub fn new(telling: &Telling<'_>, connection: &Connection) -> Option<Self> {
        let accounts = &connection.agreement.accounts;
        let unreadable = *telling.held == Held::Unreadable;
        if *telling.held == Held::Unnamed && accounts.is_all() {
            return None;
        }
        let all: Vec<AccountView> = match telling.held {
            Held::Named(held) => held
                .iter()
                .map(|holding| {
                    account(
                        telling,
                        connection,
                        &holding.id,
                        label(holding),
                        holding.kind.clone(),
                    )
                })
                .collect(),
            Held::Unnamed | Held::Unreadable => accounts
                .named
                .iter()
                .map(|share| account(telling, connection, &share.id, share.id.as_str().to_owned(), None))
                .collect(),
        };
        Some(Self {
            others: accounts.others,
            can_change: telling.tenant.tenant.dashboard.account_changes
                && matches!(telling.held, Held::Named(_)),
            summary: summary(telling, &all, unreadable),
            unreadable,
            all,
        })
    }

    /// The shared ones.
    pub fn shared(&self) -> Vec<&AccountView> {
        self.all.iter().filter(|account| account.shared).collect()
    }

    /// Those that are not.
    pub fn not_shared(&self) -> Vec<&AccountView> {
        self.all.iter().filter(|account| !account.shared).collect()
    }
}

/// Whether nothing can flow although a connection stands: none of the accounts there are is shared (consent-dashboard B2).
pub fn nothing_is_shared(held: &Held, accounts: &Accounts) -> bool {
    match held {
        Held::Named(held) if !held.is_empty() => !held.iter().any(|holding| accounts.shares(&holding.id)),
        _ => accounts.share_nothing(),
    }
}

/// An account by its name and the last digits of its number.
pub fn label(holding: &Holding) -> String {
    match holding.last_digits() {
        Some(digits) => format!("{} ··{digits}", holding.nickname),
        None => holding.nickname.clone(),
    }
}

fn account(
    telling: &Telling<'_>,
    connection: &Connection,
    id: &AccountId,
    label: String,
    kind: Option<String>,
) -> AccountView {
    let agreement = &connection.agreement;
    let accounts = &agreement.accounts;
    let last_used_at = connection.account_uses.last_used_at(id);
    let since = accounts.about(id).and_then(|share| share.since);
    AccountView {
        id: id.as_str().to_owned(),
        label,
        kind,
        shared: accounts.shares(id),
        since: telling
            .language
            .date(telling.day(since.unwrap_or(agreement.created_at))),
        last_used: last_used_at.map(|at| telling.recently(Some(at), connection.seen_at)),
        widens: accounts.is_widened_by(id),
    }
}

fn summary(telling: &Telling<'_>, all: &[AccountView], unreadable: bool) -> String {
    let shared: Vec<&str> = all
        .iter()
        .filter(|account| account.shared)
        .map(|account| account.label.as_str())
        .collect();
    if unreadable {
        return String::new();
    }
    if shared.is_empty() {
        return telling.language.text("dashboard-no-accounts").to_string();
    }
    let more = shared.len().saturating_sub(NAMED_ON_CARD);
    let named = shared.into_iter().take(NAMED_ON_CARD);
    let mut words = named.collect::<Vec<_>>().join(", ");
    if more > 0 {
        words.push_str(" +");
        words.push_str(&telling.language.number(more as u64));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(digits: &str) -> Holding {
        let id = AccountId::parse(&format!("acc_{digits}")).unwrap();
        Holding::new(id, "Everyday", None, Some(&format!("XXXX{digits}"))).unwrap()
    }

    #[test]
    fn dsh_b2_nothing_is_shared_where_no_account_there_is_may_be_seen() {
        let named = Held::Named(vec![held("4417"), held("9083")]);
        let all = Accounts::default();
        assert!(!nothing_is_shared(&named, &all) && !nothing_is_shared(&Held::Unnamed, &all));
        let gone = Accounts::only([AccountId::parse("acc_closed").unwrap()]);
        assert!(
            nothing_is_shared(&named, &gone),
            "the only shared account was closed"
        );
        assert!(!nothing_is_shared(&Held::Unreadable, &gone));
        let none = Accounts::only([]);
        assert!(nothing_is_shared(&Held::Unnamed, &none));
    }

    #[test]
    fn dsh_a11_of_a_number_only_the_last_digits_are_shown() {
        assert_eq!(label(&held("4417")), "Everyday ··4417");
    }
}
