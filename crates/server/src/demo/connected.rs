//! What stands at the bank before anybody has clicked: the accounts of its customers, and Mia, who has connected three apps. One gets
//! her data through an aggregator, one ends soon, and one has never used what it may.

use consentry_domain::{
    AccountId, Accounts, ApplicationId, ClientId, Lifetime, PartyId, Shard, SubjectId,
    authorization_details::DetailType,
    client::{Client, Party},
    mail::MailAddress,
    scope::Scope,
    subject::{Alias, Namespace},
    tenant::{FdxRegistry, FdxSettings, Renewal},
};
use consentry_ledger::{
    Caller, Draw, Ledger, Permit, Target, TenantSnapshot,
    access::{OpenDashboard, Provision, authorize},
    agreements::AgreementWish,
    embed::CustomerId,
    holdings::{CoHolder, Holding},
    mail::Contact,
    provision::{Entry, Person},
};

use super::seed::{Bank, Customer, SCOPES, typeable};

/// Who has apps already.
const MIA: (&str, &str) = ("mia", "cust-55e0b2");

/// The accounts of everybody here.
pub(super) const ACCOUNTS: [(&str, &str, &str); 2] = [
    ("acc_4417", "Everyday", "XXXXXXXX4417"),
    ("acc_9083", "Savings", "XXXXXXXX9083"),
];

/// An app that Mia has connected.
struct App {
    id: &'static str,
    name: &'static str,
    legal: &'static str,
    scope: &'static str,
    purpose: &'static str,
    through: Option<PartyId>,
    days: i64,
    used: bool,
    accounts: &'static [&'static str],
}

/// Tells the accounts of all customers, and makes Mia with her apps. The bank knows her from then on.
pub(super) async fn add(ledger: &Ledger, bank: &mut Bank) -> anyhow::Result<()> {
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
    let directory = ledger.directory();
    let tenant = directory
        .by_slug(&bank.tenant)
        .ok_or_else(|| anyhow::anyhow!("the tenant is not there"))?;
    let like = tenant
        .client(&bank.third_party.client_id)
        .ok_or_else(|| anyhow::anyhow!("Moneytrack is not there"))?;
    let like = Client::clone(like);
    let bridge = party(ledger, "LinkBridge", "LinkBridge Ltd", "linkbridge");
    let apps = apps(bridge.id);
    let mut entries = vec![Entry::Party(bridge)];
    for app in &apps {
        let own = party(ledger, app.name, app.legal, app.id);
        entries.push(Entry::Client(client(&like, app, own.id)?));
        entries.push(Entry::Party(own));
    }
    ledger.provision(tenant, &permit, &entries).await?;
    // So that all there is can be tried here.
    let mut settings = tenant.tenant.clone();
    settings.dashboard.renewal = Renewal::Provider;
    settings.dashboard.fdx = Some(in_words_of_fdx());
    ledger.provision_tenant(&permit, &settings).await?;
    let mia = customer(ledger, tenant, &permit, like.application).await?;
    let subject: SubjectId = mia.user_id.parse()?;
    bank.customers.push(mia);
    let open = authorize::<OpenDashboard>(&Caller::Operator, Target::Tenant)?;
    let held = ACCOUNTS
        .iter()
        .map(|(id, name, display)| Ok(Holding::new(AccountId::parse(id)?, name, None, Some(display))?))
        .collect::<anyhow::Result<Vec<_>>>()?;
    for customer in &bank.customers {
        let id = CustomerId::parse(&customer.customer_id)?;
        let held = match joint_with(customer, &bank.customers)? {
            Some(holder) => held_jointly(&held, &holder),
            None => held.clone(),
        };
        ledger.replace_holdings(tenant, &open, &id, &held).await?;
    }
    // What was just provisioned.
    let directory = ledger.directory();
    let tenant = directory
        .by_slug(&bank.tenant)
        .ok_or_else(|| anyhow::anyhow!("the tenant is not there"))?;
    let mut asking = like.clone();
    asking.settings.authorization_details_types = DetailType::ALL.to_vec();
    ledger
        .provision(tenant, &permit, &[Entry::Client(asking)])
        .await?;
    for app in &apps {
        let accounts = app
            .accounts
            .iter()
            .map(|id| AccountId::parse(id))
            .collect::<Result<Vec<_>, _>>()?;
        let now = ledger.now();
        let wish = AgreementWish {
            subject,
            client: ClientId::parse(app.id)?,
            scope: Scope::parse(app.scope)?,
            valid_until: now.plus(Lifetime::days(app.days)),
            accounts: Accounts::only(accounts),
            used_at: app.used.then_some(now),
        };
        ledger.provision_agreement(tenant, &permit, &wish).await?;
    }
    ledger.write_uses().await?;
    Ok(())
}

/// Who the bank is, and which data its scopes open, in the words of FDX.
fn in_words_of_fdx() -> FdxSettings {
    let clusters = [
        ("accounts:balance", "ACCOUNT_BASIC"),
        ("accounts:transactions", "TRANSACTIONS"),
    ];
    FdxSettings {
        home_uri: "https://www.harborbank.example".to_owned(),
        registry: FdxRegistry::Private,
        registered_name: "Harbor Bank NA".to_owned(),
        registered_id: "harbor".to_owned(),
        clusters: clusters
            .into_iter()
            .map(|(scope, cluster)| (scope.to_owned(), vec![cluster.to_owned()]))
            .collect(),
    }
}

/// Mia and Ben save together.
const JOINT: (&str, [(&str, &str); 2]) = ("acc_9083", [("mia", "Mia"), ("ben", "Ben")]);

/// With whom somebody has an account together.
fn joint_with(customer: &Customer, all: &[Customer]) -> anyhow::Result<Option<CoHolder>> {
    let (_, [one, other]) = JOINT;
    let (username, name) = match customer.username.as_str() {
        username if username == one.0 => other,
        username if username == other.0 => one,
        _ => return Ok(None),
    };
    let known = all.iter().find(|known| known.username == username);
    known
        .map(|known| {
            Ok(CoHolder::new(
                &CustomerId::parse(&known.customer_id)?,
                Some(name),
            )?)
        })
        .transpose()
}

/// The accounts, with the joint one known as such.
fn held_jointly(held: &[Holding], holder: &CoHolder) -> Vec<Holding> {
    let mut held = held.to_vec();
    for holding in &mut held {
        if holding.id.as_str() == JOINT.0 {
            holding.joint_with = vec![holder.clone()];
        }
    }
    held
}

fn apps(bridge: PartyId) -> [App; 3] {
    [
        App {
            id: "budgetly",
            name: "Budgetly",
            legal: "Budgetly Inc.",
            scope: "openid offline_access accounts:balance accounts:transactions",
            purpose: "Budgetly plans what you can spend.",
            through: Some(bridge),
            days: 200,
            used: true,
            accounts: &["acc_4417"],
        },
        App {
            id: "ratefox",
            name: "Ratefox",
            legal: "Ratefox SAS",
            scope: "openid offline_access accounts:balance",
            purpose: "Ratefox looks for better interest on your savings.",
            through: None,
            days: 12,
            used: true,
            accounts: &["acc_9083"],
        },
        App {
            id: "taxlight",
            name: "Taxlight",
            legal: "Taxlight GmbH",
            scope: "openid accounts:transactions",
            purpose: "Taxlight finds what you can deduct.",
            through: None,
            days: 300,
            used: false,
            accounts: &["acc_4417", "acc_9083"],
        },
    ]
}

fn party(ledger: &Ledger, name: &str, legal: &str, host: &str) -> Party {
    let website = format!("https://{host}.example");
    Party {
        id: PartyId::new(ledger.now(), Shard::new(0), ledger.entropy().bytes()),
        name: name.to_owned(),
        legal_name: Some(legal.to_owned()),
        registry: None,
        registered_id: None,
        contact: Some(format!("{website}/privacy")),
        website: Some(website),
        logo_uri: None,
        verified: true,
    }
}

/// An app like Moneytrack, with the same secret, which nobody can reach: it is only there to be seen.
fn client(like: &Client, app: &App, party: PartyId) -> anyhow::Result<Client> {
    let mut client = Client {
        id: ClientId::parse(app.id)?,
        party: Some(party),
        name: app.name.to_owned(),
        purpose: Some(app.purpose.to_owned()),
        redirect_uris: vec![format!("https://{}.example/callback", app.id)],
        post_logout_redirect_uris: Vec::new(),
        allowed_scopes: Scope::parse(&SCOPES.join(" "))?,
        ..like.clone()
    };
    client.settings.intermediaries = app.through.into_iter().collect();
    client.settings.reconnect_uri = Some(format!("https://{}.example/reconnect", app.id));
    Ok(client)
}

async fn customer(
    ledger: &Ledger,
    tenant: &TenantSnapshot,
    permit: &Permit<Provision>,
    application: ApplicationId,
) -> anyhow::Result<Customer> {
    let (username, number) = MIA;
    let mut customer = Customer {
        username: username.to_owned(),
        password: typeable(ledger.entropy().bytes::<9>()),
        user_id: String::new(),
        dn: format!("uid={username},ou=people,dc=harbor,dc=example"),
        customer_id: number.to_owned(),
    };
    let person = Person {
        aliases: vec![
            Alias::new(Namespace::Customer, &*customer.customer_id),
            Alias::new(Namespace::Login, &*customer.username),
            Alias::new(Namespace::Dn, &*customer.dn),
        ],
        password: Some(customer.password.clone()),
        applications: vec![application],
        contact: Some(Contact {
            mail: MailAddress::parse(&format!("{username}@example.com"))?,
            locale: None,
        }),
        profile: None,
    };
    let subject: SubjectId = ledger.provision_person(tenant, permit, &person).await?;
    customer.user_id = subject.to_string();
    Ok(customer)
}
