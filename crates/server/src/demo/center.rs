//! The bank's preferences centers: news that people choose from, offers of partners, which they confirm by mail, and their tax adviser,
//! for whom they sign.

use std::collections::BTreeMap;

use consentry_domain::{
    DefinitionKey,
    definition::{Choice, ChoiceValue, Definition, DefinitionKind, Localization},
    locale::Locale,
    mail::MailAddress,
    tenant::{Center, Validation, ValidationMethod},
};
use consentry_ledger::{Caller, Ledger, Target, access::Provision, authorize, provision::Entry};

use super::seed::{Addresses, Bank};

/// Who at the bank approves signatures and documents.
const APPROVER: &str = "desk@example.com";

/// By what the bank's own pages name it.
pub(super) const PUBLIC_KEY: &str = "harbor-public";

/// Purposes of the center for news.
pub(super) const NEWS: [&str; 2] = ["news", "surveys"];

/// Purposes of the centers.
pub(super) const PURPOSES: [&str; 4] = ["news", "surveys", "partner-offers", "adviser"];

/// Values of a question, each with its names in English and Arabic.
type Values = &'static [(&'static str, &'static str, &'static str)];

const TOPICS: Values = &[
    ("savings", "Savings", "الادخار"),
    ("home", "Home and mortgage", "المسكن والرهن العقاري"),
    ("travel", "Travel", "السفر"),
];

const RHYTHM: Values = &[
    ("weekly", "Once a week", "مرة في الأسبوع"),
    ("monthly", "Once a month", "مرة في الشهر"),
];

const CHANNELS: Values = &[
    ("letter", "By letter", "برسالة بريدية"),
    ("telephone", "By telephone", "بالهاتف"),
];

/// Key, and title, data and purpose in English and in Arabic.
const WORDS: [(&str, [&str; 3], [&str; 3]); 6] = [
    (
        "news",
        [
            "News from Harbor Bank",
            "Your e-mail address",
            "To write to you about what is new at the bank",
        ],
        [
            "أخبار Harbor Bank",
            "عنوان بريدك الإلكتروني",
            "لنكتب إليك عن جديد البنك",
        ],
    ),
    ("news-topics", ["Topics", "", ""], ["المواضيع", "", ""]),
    ("news-rhythm", ["How often", "", ""], ["عدد المرات", "", ""]),
    (
        "surveys",
        [
            "Surveys",
            "Your e-mail address and your answers",
            "To ask you now and then what the bank could do better",
        ],
        [
            "استطلاعات الرأي",
            "عنوان بريدك الإلكتروني وإجاباتك",
            "لنسألك بين حين وآخر عمّا يمكن للبنك تحسينه",
        ],
    ),
    (
        "partner-offers",
        [
            "Offers of partners",
            "Your e-mail address and your postcode",
            "So that partners of the bank near you can send you offers",
        ],
        [
            "عروض الشركاء",
            "عنوان بريدك الإلكتروني ورمزك البريدي",
            "ليرسل إليك شركاء البنك القريبون منك عروضهم",
        ],
    ),
    (
        "adviser",
        [
            "Papers for your tax adviser",
            "Your statements and your tax certificates",
            "So that your tax adviser gets them from the bank each year",
        ],
        [
            "أوراق لمستشارك الضريبي",
            "كشوف حسابك وشهاداتك الضريبية",
            "ليحصل عليها مستشارك الضريبي من البنك كل عام",
        ],
    ),
];

/// Opens the centers of a bank that was just made.
pub(super) async fn open(ledger: &Ledger, bank: &Bank, addresses: &Addresses) -> anyhow::Result<()> {
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
    let directory = ledger.directory();
    let tenant = directory
        .by_slug(&bank.tenant)
        .ok_or_else(|| anyhow::anyhow!("the tenant is not there"))?;
    let mut entries = Vec::new();
    for (key, english, arabic) in &WORDS {
        entries.push(Entry::Definition(definition(key, english[0])?));
        for (locale, [title, data, purpose]) in [("en-GB", english), ("ar", arabic)] {
            entries.push(Entry::Localization(Localization {
                definition: DefinitionKey::parse(key)?,
                locale: Locale::parse(locale)?,
                version: "1.0".parse()?,
                title: Some((*title).to_owned()),
                data: (*data).to_owned(),
                purpose: (*purpose).to_owned(),
                published_at: ledger.now(),
            }));
        }
    }
    ledger.provision(tenant, &permit, &entries).await?;
    let mut settings = tenant.tenant.clone();
    settings.preferences.centers = centers(addresses)?;
    settings.preferences.public_key = Some(PUBLIC_KEY.to_owned());
    settings.preferences.approvers = vec![MailAddress::parse(APPROVER)?];
    ledger.provision_tenant(&permit, &settings).await?;
    Ok(())
}

fn definition(key: &str, title: &str) -> anyhow::Result<Definition> {
    let (parent, values, multiple): (_, Values, _) = match key {
        "news-topics" => (Some("news"), TOPICS, true),
        "news-rhythm" => (Some("news"), RHYTHM, false),
        _ => (None, &[], false),
    };
    Ok(Definition {
        key: DefinitionKey::parse(key)?,
        kind: if parent.is_some() {
            DefinitionKind::Preference
        } else {
            DefinitionKind::Purpose
        },
        display_name: Some(title.to_owned()),
        description: None,
        parameters: Vec::new(),
        parent: parent.map(DefinitionKey::parse).transpose()?,
        lifetime: None,
        actions: consentry_domain::Actions::default(),
        choice: Choice {
            one_click: false,
            multiple,
            values: named(values),
            ..Choice::default()
        },
    })
}

fn named(values: Values) -> Vec<ChoiceValue> {
    let all = values.iter();
    all.map(|(id, english, arabic)| ChoiceValue {
        id: (*id).to_owned(),
        name: texts(english, arabic),
    })
    .collect()
}

fn texts(english: &str, arabic: &str) -> BTreeMap<String, String> {
    [
        ("en".to_owned(), english.to_owned()),
        ("ar".to_owned(), arabic.to_owned()),
    ]
    .into()
}

fn centers(addresses: &Addresses) -> anyhow::Result<Vec<Center>> {
    let keys = |keys: &[&str]| -> anyhow::Result<Vec<DefinitionKey>> {
        keys.iter().map(|key| Ok(DefinitionKey::parse(key)?)).collect()
    };
    let news = Center {
        title: texts("News and surveys", "الأخبار واستطلاعات الرأي"),
        lead: texts(
            "Choose what Harbor Bank may write to you about. You can change it at any time.",
            "اختر ما يمكن أن يكتب إليك Harbor Bank عنه. يمكنك تغييره في أي وقت.",
        ),
        purposes: keys(&NEWS)?,
        channels: named(CHANNELS),
        frame_origins: vec![addresses.bank_url.clone()],
        hosts: addresses.center_host().into_iter().collect(),
        legal_name: Some("Harbor Bank plc".to_owned()),
        website: Some("https://harbor.example".to_owned()),
        address: Some("1 Quay Street\nHarbor HB1 2CD".to_owned()),
        schedule: Some("Mon–Fri 09:00–17:00".to_owned()),
        ..Center::new("news")
    };
    let asked = Validation {
        enabled: true,
        approval: true,
    };
    let given = Validation {
        approval: false,
        ..asked
    };
    Ok(vec![
        Center {
            id: "partners".to_owned(),
            title: texts("Offers of partners", "عروض الشركاء"),
            lead: texts(
                "What you choose here you confirm by mail, so that nobody can choose it for you.",
                "ما تختاره هنا تؤكده بالبريد، حتى لا يختاره أحد نيابةً عنك.",
            ),
            purposes: keys(&["partner-offers"])?,
            channels: Vec::new(),
            hosts: Vec::new(),
            validations: Some([(ValidationMethod::Email, asked)].into()),
            ..news.clone()
        },
        Center {
            id: "adviser".to_owned(),
            title: texts("Your tax adviser", "مستشارك الضريبي"),
            lead: texts(
                "Say here whether the bank sends them your papers. It needs your signature and their letter of engagement.",
                "قل هنا هل يرسل البنك أوراقك إليه. يحتاج ذلك إلى توقيعك وإلى خطاب تكليفه.",
            ),
            purposes: keys(&["adviser"])?,
            channels: Vec::new(),
            hosts: Vec::new(),
            validations: Some(
                [
                    (ValidationMethod::Signature, given),
                    (ValidationMethod::File, given),
                ]
                .into(),
            ),
            ..news.clone()
        },
        news,
    ])
}
