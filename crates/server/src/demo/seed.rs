//! Harbor Bank: what the demo's tenant holds. Also the world of the integration tests.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_domain::{
    ApplicationId, ClientId, DefinitionKey, Lifetime, PartyId, Shard, SubjectId,
    client::{Client, ClientAuthority, ClientType, Party, Pkce, Prompt, StoredSecret},
    credential::{ApiCredential, Opens, Principal},
    definition::{Definition, DefinitionKind},
    locale::Locale,
    mail::MailAddress,
    scope::Scope,
    subject::{Alias, Namespace},
    tenant::{
        Application, AuthorizationSettings, Brand, CallbackMode, CheckSettings, ConstantChallenges,
        DashboardSettings, DataspaceSettings, Lifetimes, MailSettings, RecordsSettings, SignIn, Tenant,
        TenantState,
    },
};
use consentry_jose::DirectKey;
use consentry_ledger::{
    Caller, Draw, Ledger, Target,
    access::{Provision, authorize},
    administration::ADMINISTER,
    embed::SharedSecret,
    mail::Contact,
    opaque,
    provision::{Entry, Person},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::wordings;

/// A client with its secret in clear, for whoever plays it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KnownClient {
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`.
    pub client_secret: String,
}

/// A customer of the bank.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Customer {
    /// What they type to log in.
    pub username: String,
    /// Their password.
    pub password: String,
    /// Id inside the ledger, `user_id` on the wire.
    pub user_id: String,
    /// Distinguished name at the records door.
    pub dn: String,
    /// Customer id at the dashboard.
    pub customer_id: String,
}

/// Everything an outside script needs to know about the seeded bank.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bank {
    /// Short name of the tenant.
    pub tenant: String,
    /// The bank's application.
    pub app_id: String,
    /// The customers, `ada` first.
    pub customers: Vec<Customer>,
    /// The bank's own client.
    pub first_party: KnownClient,
    /// Moneytrack, asked on the hosted page.
    pub third_party: KnownClient,
    /// Pennywise, asked on the bank's own page.
    pub external: KnownClient,
    /// A management client of the tenant.
    pub admin: KnownClient,
    /// A privileged account of the records door.
    pub service: KnownClient,
    /// The bank's back end at the dashboard.
    pub dashboard: KnownClient,
    /// The bank's back end at the preferences door; its API key.
    pub preferences: KnownClient,
    /// The secret that it shares with the dashboard: base64 of 32 bytes.
    pub shared_secret: String,
    /// Audience of access tokens: the bank's accounts API.
    pub resource_api: String,
}

/// Addresses the bank is reached at.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// Where Consentry is, without slash at the end.
    pub base_url: String,
    /// Where the bank's own pages are: another origin on the same port.
    pub bank_url: String,
}

impl Addresses {
    /// The host of the news center's own, on the same port: browsers know every name below `localhost`.
    pub fn center_host(&self) -> Option<String> {
        let host = self.bank_url.strip_prefix("http://")?;
        Some(format!("news.{host}"))
    }
}

/// Scopes of the accounts API that Moneytrack asks for, with the protocol scopes.
pub const SCOPES: [&str; 4] = [
    "openid",
    "offline_access",
    "accounts:balance",
    "accounts:transactions",
];

/// Scopes that carry what is known of people, which Moneytrack may ask for but does not.
const PROFILE_SCOPES: &str = "profile email";

/// Definitions of the records door.
pub const AGREEMENTS: [&str; 2] = ["share-my-email", "email-newsletter"];

/// Distinguished name of the privileged account of the records door.
pub const SERVICE_DN: &str = "cn=portal,ou=services,dc=harbor,dc=example";

/// Makes the tenant `harbor` with its clients, definitions, wordings and customers. Fresh secrets are drawn each time.
pub async fn seed(ledger: &Ledger, addresses: &Addresses) -> anyhow::Result<Bank> {
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
    let ids = ledger.ids();
    let application = ApplicationId::new(ids.now, Shard::new(0), ledger.entropy().bytes());
    let tenant_id = ledger
        .provision_tenant(&permit, &tenant(ids.tenant(), addresses)?)
        .await?;
    let directory = ledger.directory();
    let tenant = directory
        .tenant(tenant_id)
        .ok_or_else(|| anyhow::anyhow!("the tenant is not there"))?;
    let parties = [
        party(
            ledger,
            "Moneytrack",
            "Moneytrack BV",
            "https://moneytrack.example",
        ),
        party(
            ledger,
            "Pennywise",
            "Pennywise Software GmbH",
            "https://pennywise.example",
        ),
    ];
    let cast = Cast::draw(ledger);
    let resource_api = format!("{}/demo/api/accounts", addresses.base_url);
    let mut entries = vec![Entry::Application(Application {
        id: application,
        name: "Harbor Bank".to_owned(),
        default_resource: Some(resource_api.clone()),
        resources: vec![resource_api.clone()],
        consent_hosts: Vec::new(),
    })];
    entries.extend(parties.iter().cloned().map(Entry::Party));
    entries.extend(definitions()?);
    entries.extend(wordings::first(ledger)?);
    entries.extend(
        cast.clients(ledger, application, &parties, addresses)?
            .into_iter()
            .map(Entry::Client),
    );
    entries.push(Entry::Principal(Principal {
        dn: SERVICE_DN.to_owned(),
        names: vec![cast.service.client_id.clone()],
        secrets: vec![stored(&cast.service)],
        ..Principal::default()
    }));
    entries.extend([
        api_key(&cast.dashboard, Opens::Dashboard),
        api_key(&cast.preferences, Opens::Preferences),
        Entry::SharedSecret(SharedSecret {
            id: "harbor-shared-secret".to_owned(),
            key: cast.shared_secret.clone(),
            enabled: true,
        }),
    ]);
    ledger.provision(tenant, &permit, &entries).await?;
    let mut customers = Vec::new();
    for (username, number, given_name, family_name) in [
        ("ada", "cust-7f3a91", "Ada", "Lindqvist"),
        ("ben", "cust-20c4d7", "Ben", "Okafor"),
    ] {
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
            profile: Some(serde_json::from_value(json!({
                "name": format!("{given_name} {family_name}"),
                "given_name": given_name,
                "family_name": family_name,
                "email": format!("{username}@example.com"),
                "email_verified": true,
            }))?),
        };
        let subject: SubjectId = ledger.provision_person(tenant, &permit, &person).await?;
        customer.user_id = subject.to_string();
        customers.push(customer);
    }
    Ok(Bank {
        tenant: "harbor".to_owned(),
        app_id: application.to_string(),
        customers,
        first_party: cast.first_party,
        third_party: cast.third_party,
        external: cast.external,
        admin: cast.admin,
        service: cast.service,
        dashboard: cast.dashboard,
        preferences: cast.preferences,
        shared_secret: cast.shared_secret.to_text().to_string(),
        resource_api,
    })
}

/// Says what a seeded bank asks in the other languages of the house too. The integration tests do without.
pub(super) async fn translate(ledger: &Ledger, bank: &Bank) -> anyhow::Result<()> {
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
    let directory = ledger.directory();
    let tenant = directory
        .by_slug(&bank.tenant)
        .ok_or_else(|| anyhow::anyhow!("the tenant is not there"))?;
    ledger
        .provision(tenant, &permit, &wordings::others(ledger)?)
        .await?;
    Ok(())
}

fn tenant(id: consentry_domain::TenantId, addresses: &Addresses) -> anyhow::Result<Tenant> {
    Ok(Tenant {
        id,
        slug: "harbor".to_owned(),
        hosts: Vec::new(),
        state: TenantState::Enabled,
        brand: Brand {
            name: "Harbor Bank".to_owned(),
            accent: Some("#0b5c6b".to_owned()),
            help: Some("+44 20 7946 0000".to_owned()),
        },
        locale: Locale::parse("en-GB")?,
        lifetimes: Lifetimes::default(),
        records: RecordsSettings {
            service_account_dns: vec![SERVICE_DN.to_owned()],
            ..RecordsSettings::default()
        },
        dashboard: DashboardSettings {
            frame_origins: vec![addresses.bank_url.clone()],
            ..DashboardSettings::default()
        },
        authorization: AuthorizationSettings {
            sign_in: SignIn {
                email_code: true,
                ..SignIn::default()
            },
            // Whoever tries the demo by hand sends the request of an example again and again.
            constant_challenges: ConstantChallenges::Accept,
            ..AuthorizationSettings::default()
        },
        checks: CheckSettings {
            issuers: [("harbor-core".to_owned(), Namespace::Customer)].into(),
            ..CheckSettings::default()
        },
        preferences: consentry_domain::tenant::PreferencesSettings {
            organization_users: Namespace::Customer,
            ..consentry_domain::tenant::PreferencesSettings::default()
        },
        mail: MailSettings {
            operators: vec![MailAddress::parse("operations@harbor.example")?],
            reply_to: Some(MailAddress::parse("help@harbor.example")?),
            remind_days: vec![30, 7],
            confirm_given: true,
            confirm_ended: true,
            consents_url: Some(format!("{}/demo/bank", addresses.bank_url)),
            templates: Vec::new(),
        },
        dataspace: DataspaceSettings::default(),
    })
}

fn party(ledger: &Ledger, name: &str, legal: &str, website: &str) -> Party {
    Party {
        id: PartyId::new(ledger.now(), Shard::new(0), ledger.entropy().bytes()),
        name: name.to_owned(),
        legal_name: Some(legal.to_owned()),
        registry: None,
        registered_id: None,
        website: Some(website.to_owned()),
        contact: Some(format!("{website}/privacy")),
        logo_uri: None,
        verified: true,
    }
}

/// Who plays in the demo, with fresh secrets.
struct Cast {
    first_party: KnownClient,
    third_party: KnownClient,
    external: KnownClient,
    admin: KnownClient,
    service: KnownClient,
    dashboard: KnownClient,
    preferences: KnownClient,
    shared_secret: DirectKey,
}

impl Cast {
    fn draw(ledger: &Ledger) -> Self {
        let known = |client_id: &str| KnownClient {
            client_id: client_id.to_owned(),
            client_secret: URL_SAFE_NO_PAD.encode(ledger.entropy().bytes::<32>()),
        };
        Self {
            first_party: known("harbor-app"),
            third_party: known("moneytrack"),
            external: known("pennywise"),
            admin: known("harbor-admin"),
            service: known("portal"),
            dashboard: known("harbor-dashboard-backend"),
            preferences: known("harbor-news-back-end"),
            shared_secret: DirectKey::new(ledger.entropy().bytes()),
        }
    }

    fn clients(
        &self,
        ledger: &Ledger,
        application: ApplicationId,
        parties: &[Party; 2],
        addresses: &Addresses,
    ) -> anyhow::Result<Vec<Client>> {
        let (base, bank) = (&addresses.base_url, &addresses.bank_url);
        let client = |known: &KnownClient, name: &str| -> anyhow::Result<Client> {
            Ok(Client {
                id: ClientId::parse(&known.client_id)?,
                application,
                party: None,
                name: name.to_owned(),
                is_third_party: false,
                enabled: true,
                client_type: ClientType::Web,
                secrets: vec![stored(known)],
                redirect_uris: Vec::new(),
                post_logout_redirect_uris: Vec::new(),
                consent_uri: None,
                allowed_scopes: Scope::parse(&format!("{} {PROFILE_SCOPES}", SCOPES.join(" ")))?,
                consent_validity: None,
                pkce: Pkce::Enforce,
                supported_prompts: Prompt::ALL.to_vec(),
                resources: Vec::new(),
                authority: ClientAuthority::None,
                purpose: None,
                prompt_consent: None,
                callback_mode: None,
                scope_format: None,
                settings: Box::default(),
                epoch: consentry_domain::Timestamp::EPOCH,
                created_at: ledger.now(),
            })
        };
        let third =
            |known: &KnownClient, party: &Party, path: &str, purpose: &str| -> anyhow::Result<Client> {
                Ok(Client {
                    party: Some(party.id),
                    is_third_party: true,
                    redirect_uris: vec![
                        format!("{base}/demo/{path}/callback"),
                        "http://127.0.0.1:9999/callback".to_owned(),
                    ],
                    post_logout_redirect_uris: vec!["http://127.0.0.1:9999/out".to_owned()],
                    purpose: Some(purpose.to_owned()),
                    ..client(known, &party.name)?
                })
            };
        Ok(vec![
            Client {
                redirect_uris: vec![
                    format!("{bank}/demo/bank/callback"),
                    "http://127.0.0.1:9999/callback".to_owned(),
                ],
                post_logout_redirect_uris: vec![
                    format!("{bank}/demo/bank"),
                    "http://127.0.0.1:9999/out".to_owned(),
                ],
                authority: ClientAuthority::Application,
                allowed_scopes: Scope::parse(&format!(
                    "{} urn:pingdirectory:consent urn:pingdirectory:consent_admin consent:check consent:search \
                     events:read subjects:read webhooks:manage",
                    SCOPES.join(" ")
                ))?,
                ..client(&self.first_party, "Harbor Bank")?
            },
            third(
                &self.third_party,
                &parties[0],
                "moneytrack",
                "Moneytrack shows all your accounts in one place.",
            )?,
            Client {
                consent_uri: Some(format!("{bank}/demo/bank/consent?for=pennywise")),
                callback_mode: Some(CallbackMode::Compat),
                ..third(
                    &self.external,
                    &parties[1],
                    "pennywise",
                    "Pennywise plans your monthly budget.",
                )?
            },
            Client {
                authority: ClientAuthority::Tenant,
                allowed_scopes: Scope::parse(&format!("{} {ADMINISTER}", SCOPES.join(" ")))?,
                ..client(&self.admin, "Harbor operations")?
            },
        ])
    }
}

/// A password that can be typed from one page into another: nine syllables of six random bits each.
pub(super) fn typeable(random: [u8; 9]) -> String {
    let mut text = String::new();
    for (at, byte) in random.into_iter().enumerate() {
        if at > 0 && at % 3 == 0 {
            text.push('-');
        }
        text.push(char::from(b"bdfghjklmnprstvz"[usize::from(byte % 16)]));
        text.push(char::from(b"aeiu"[usize::from(byte / 16 % 4)]));
    }
    text
}

fn stored(known: &KnownClient) -> StoredSecret {
    StoredSecret {
        sha256: opaque::hash_text(&known.client_secret),
        expires_at: None,
    }
}

fn api_key(known: &KnownClient, opens: Opens) -> Entry {
    Entry::ApiCredential(ApiCredential {
        opens,
        client_id: known.client_id.clone(),
        secrets: vec![stored(known)],
        enabled: true,
        sealed: None,
    })
}

fn definitions() -> anyhow::Result<Vec<Entry>> {
    let kinds = [
        ("openid", DefinitionKind::Protocol),
        ("offline_access", DefinitionKind::Protocol),
        ("urn:pingdirectory:consent", DefinitionKind::Protocol),
        ("urn:pingdirectory:consent_admin", DefinitionKind::Protocol),
        ("accounts:balance", DefinitionKind::Scope),
        ("accounts:transactions", DefinitionKind::Scope),
        ("profile", DefinitionKind::Scope),
        ("email", DefinitionKind::Scope),
        ("share-my-email", DefinitionKind::Agreement),
        ("email-newsletter", DefinitionKind::Agreement),
    ];
    kinds
        .into_iter()
        .map(|(key, kind)| {
            Ok(Entry::Definition(Definition {
                key: DefinitionKey::parse(key)?,
                kind,
                display_name: Some(key.replace(['-', '_', ':'], " ")),
                description: None,
                parameters: Vec::new(),
                parent: None,
                lifetime: None::<Lifetime>,
                actions: consentry_domain::Actions::default(),
                choice: consentry_domain::definition::Choice::default(),
            }))
        })
        .collect()
}
