//! What the bank's definitions are called, in each language of the house. The integration tests have the first two languages.

use consentry_domain::{DefinitionKey, definition::Localization, locale::Locale};
use consentry_ledger::{Ledger, provision::Entry};

/// Definition, version of its words, and by language: title, data, purpose.
type Wording = (&'static str, &'static str, [[&'static str; 3]; 8]);

/// The languages of each wording, in this order.
const LANGUAGES: [&str; 8] = ["en-GB", "ar", "de", "es", "fr", "ja", "pl", "pt"];

/// How many of them the integration tests have.
const OF_THE_TESTS: usize = 2;

const WORDINGS: [Wording; 8] = [
    (
        "openid",
        "1.0",
        [
            [
                "Know that it is you",
                "A private number that stands for you. Not your name.",
                "So that the app recognises you when you come back",
            ],
            [
                "التعرّف عليك",
                "رقم خاص يشير إليك، وليس اسمك.",
                "ليعرفك التطبيق عندما تعود",
            ],
            [
                "Wissen, dass Sie es sind",
                "Eine eigene Nummer, die für Sie steht. Nicht Ihr Name.",
                "Damit die App Sie wiedererkennt",
            ],
            [
                "Saber que es usted",
                "Un número propio que le representa. No su nombre.",
                "Para que la aplicación le reconozca cuando vuelva",
            ],
            [
                "Savoir qu’il s’agit de vous",
                "Un numéro privé qui vous représente. Pas votre nom.",
                "Pour que l’application vous reconnaisse à votre retour",
            ],
            [
                "ご本人であることの確認",
                "お客様を表す専用の番号。お名前は含まれません。",
                "次に使うときに、アプリがお客様だと分かるように",
            ],
            [
                "Wiedzieć, że to Ty",
                "Osobny numer, który Cię oznacza. Bez imienia i nazwiska.",
                "Aby aplikacja rozpoznała Cię, gdy wrócisz",
            ],
            [
                "Reconhecer a sua identidade",
                "Um número próprio que representa a sua conta. Não o seu nome.",
                "Para que a aplicação reconheça o seu regresso",
            ],
        ],
    ),
    (
        "offline_access",
        "1.0",
        [
            [
                "Stay connected while you are away",
                "Nothing more than what is listed here",
                "So that the app can update by itself, until the date shown",
            ],
            [
                "البقاء متصلًا في غيابك",
                "لا شيء أكثر مما هو مذكور هنا",
                "ليحدّث التطبيق نفسه حتى التاريخ المبيّن",
            ],
            [
                "In Ihrer Abwesenheit verbunden bleiben",
                "Nicht mehr als das, was hier aufgeführt ist",
                "Damit sich die App bis zum genannten Datum selbst aktualisieren kann",
            ],
            [
                "Seguir conectada en su ausencia",
                "Nada más que lo que figura aquí",
                "Para que la aplicación se actualice por sí sola, hasta la fecha indicada",
            ],
            [
                "Rester connectée en votre absence",
                "Rien de plus que ce qui figure ici",
                "Pour que l’application se mette à jour seule, jusqu’à la date indiquée",
            ],
            [
                "ご不在の間も接続を続ける",
                "ここに記載されているもの以外は含まれません",
                "表示の日付まで、アプリが自動で更新できるように",
            ],
            [
                "Pozostać w połączeniu pod Twoją nieobecność",
                "Nic ponad to, co jest tu wymienione",
                "Aby aplikacja mogła się sama aktualizować do podanej daty",
            ],
            [
                "Continuar ligada na sua ausência",
                "Nada além do que está indicado aqui",
                "Para que a aplicação se atualize sozinha, até a data indicada",
            ],
        ],
    ),
    (
        "accounts:balance",
        "2.0",
        [
            [
                "Account balance",
                "Name, type and balance of your accounts",
                "To show what you have",
            ],
            ["رصيد الحساب", "اسم حساباتك ونوعها ورصيدها", "لعرض ما لديك"],
            [
                "Kontostand",
                "Name, Art und Stand Ihrer Konten",
                "Um zu zeigen, was Sie haben",
            ],
            [
                "Saldo de la cuenta",
                "Nombre, tipo y saldo de sus cuentas",
                "Para mostrar lo que tiene",
            ],
            [
                "Solde du compte",
                "Nom, type et solde de vos comptes",
                "Pour montrer ce que vous avez",
            ],
            [
                "口座の残高",
                "口座の名称、種類、残高",
                "お持ちの資産を表示するため",
            ],
            [
                "Saldo konta",
                "Nazwa, rodzaj i saldo Twoich kont",
                "Aby pokazać, ile masz",
            ],
            [
                "Saldo da conta",
                "Nome, tipo e saldo das suas contas",
                "Para mostrar quanto tem",
            ],
        ],
    ),
    (
        "accounts:transactions",
        "1.1",
        [
            [
                "Transactions",
                "Payments of the last 24 months",
                "To sort your spending",
            ],
            ["المعاملات", "مدفوعات آخر 24 شهرًا", "لتصنيف إنفاقك"],
            [
                "Umsätze",
                "Zahlungen der letzten 24 Monate",
                "Um Ihre Ausgaben zu ordnen",
            ],
            [
                "Movimientos",
                "Pagos de los últimos 24 meses",
                "Para ordenar sus gastos",
            ],
            [
                "Opérations",
                "Paiements des 24 derniers mois",
                "Pour classer vos dépenses",
            ],
            ["取引明細", "過去 24 か月の支払い", "支出を分類するため"],
            [
                "Transakcje",
                "Płatności z ostatnich 24 miesięcy",
                "Aby uporządkować Twoje wydatki",
            ],
            [
                "Movimentos",
                "Pagamentos dos últimos 24 meses",
                "Para organizar as suas despesas",
            ],
        ],
    ),
    (
        "profile",
        "1.0",
        [
            [
                "Your name",
                "Your name as the bank has it",
                "So that the app can address you",
            ],
            ["اسمك", "اسمك كما هو مسجّل لدى البنك", "ليخاطبك التطبيق باسمك"],
            [
                "Ihr Name",
                "Ihr Name, wie ihn die Bank kennt",
                "Damit die App Sie ansprechen kann",
            ],
            [
                "Su nombre",
                "Su nombre tal como lo tiene el banco",
                "Para que la aplicación pueda dirigirse a usted",
            ],
            [
                "Votre nom",
                "Votre nom tel que la banque le connaît",
                "Pour que l’application puisse s’adresser à vous",
            ],
            [
                "お名前",
                "銀行に登録されているお名前",
                "アプリでお名前をお呼びするため",
            ],
            [
                "Twoje imię i nazwisko",
                "Imię i nazwisko zapisane w banku",
                "Aby aplikacja mogła zwracać się do Ciebie po imieniu",
            ],
            [
                "O seu nome",
                "O seu nome, tal como consta no banco",
                "Para que a aplicação o possa tratar pelo nome",
            ],
        ],
    ),
    (
        "email",
        "1.0",
        [
            [
                "Your e-mail address",
                "Your e-mail address, and whether the bank checked it",
                "So that the app can write to you",
            ],
            [
                "بريدك الإلكتروني",
                "عنوان بريدك الإلكتروني وما إذا كان البنك قد تحقّق منه",
                "ليراسلك التطبيق",
            ],
            [
                "Ihre E-Mail-Adresse",
                "Ihre E-Mail-Adresse und ob die Bank sie geprüft hat",
                "Damit die App Ihnen schreiben kann",
            ],
            [
                "Su correo electrónico",
                "Su dirección de correo y si el banco la ha comprobado",
                "Para que la aplicación pueda escribirle",
            ],
            [
                "Votre adresse e-mail",
                "Votre adresse e-mail, et si la banque l’a vérifiée",
                "Pour que l’application puisse vous écrire",
            ],
            [
                "メールアドレス",
                "メールアドレスと、銀行が確認済みかどうか",
                "アプリからご連絡するため",
            ],
            [
                "Twój adres e-mail",
                "Twój adres e-mail i informacja, czy bank go sprawdził",
                "Aby aplikacja mogła do Ciebie pisać",
            ],
            [
                "O seu endereço de e-mail",
                "O seu endereço de e-mail e se o banco o verificou",
                "Para que a aplicação lhe possa escrever",
            ],
        ],
    ),
    (
        "share-my-email",
        "1.0",
        [
            [
                "Share my e-mail address",
                "Your e-mail address",
                "To send you receipts",
            ],
            [
                "مشاركة بريدي الإلكتروني",
                "عنوان بريدك الإلكتروني",
                "لإرسال الإيصالات إليك",
            ],
            [
                "Meine E-Mail-Adresse teilen",
                "Ihre E-Mail-Adresse",
                "Um Ihnen Belege zu schicken",
            ],
            [
                "Compartir mi correo electrónico",
                "Su dirección de correo electrónico",
                "Para enviarle recibos",
            ],
            [
                "Partager mon adresse e-mail",
                "Votre adresse e-mail",
                "Pour vous envoyer des reçus",
            ],
            [
                "メールアドレスを共有する",
                "お客様のメールアドレス",
                "領収書をお送りするため",
            ],
            [
                "Udostępnij mój adres e-mail",
                "Twój adres e-mail",
                "Aby wysyłać Ci potwierdzenia",
            ],
            [
                "Compartilhar o meu e-mail",
                "O seu endereço de e-mail",
                "Para enviar recibos",
            ],
        ],
    ),
    (
        "email-newsletter",
        "1.2",
        [
            [
                "Newsletter",
                "Your e-mail address",
                "To send you news once a month",
            ],
            [
                "النشرة البريدية",
                "عنوان بريدك الإلكتروني",
                "لإرسال الأخبار مرة في الشهر",
            ],
            [
                "Newsletter",
                "Ihre E-Mail-Adresse",
                "Um Ihnen einmal im Monat Neuigkeiten zu schicken",
            ],
            [
                "Boletín",
                "Su dirección de correo electrónico",
                "Para enviarle novedades una vez al mes",
            ],
            [
                "Lettre d’information",
                "Votre adresse e-mail",
                "Pour vous envoyer des nouvelles une fois par mois",
            ],
            [
                "ニュースレター",
                "お客様のメールアドレス",
                "月に一度お知らせをお送りするため",
            ],
            [
                "Newsletter",
                "Twój adres e-mail",
                "Aby raz w miesiącu wysyłać Ci nowości",
            ],
            [
                "Boletim informativo",
                "O seu endereço de e-mail",
                "Para enviar novidades uma vez por mês",
            ],
        ],
    ),
];

/// In the languages that the integration tests have.
///
/// # Errors
///
/// When a key, a language or a version here is malformed.
pub(super) fn first(ledger: &Ledger) -> anyhow::Result<Vec<Entry>> {
    entries(ledger, 0..OF_THE_TESTS)
}

/// In all the others.
///
/// # Errors
///
/// When a key, a language or a version here is malformed.
pub(super) fn others(ledger: &Ledger) -> anyhow::Result<Vec<Entry>> {
    entries(ledger, OF_THE_TESTS..LANGUAGES.len())
}

fn entries(ledger: &Ledger, chosen: std::ops::Range<usize>) -> anyhow::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (definition, version, words) in &WORDINGS {
        let in_languages = LANGUAGES.iter().zip(words);
        for (language, [title, data, purpose]) in in_languages.skip(chosen.start).take(chosen.len()) {
            entries.push(Entry::Localization(Localization {
                definition: DefinitionKey::parse(definition)?,
                locale: Locale::parse(language)?,
                version: version.parse()?,
                title: Some((*title).to_owned()),
                data: (*data).to_owned(),
                purpose: (*purpose).to_owned(),
                published_at: ledger.now(),
            }));
        }
    }
    Ok(entries)
}
