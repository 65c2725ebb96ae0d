//! The LDAP client against a real OpenLDAP server, and against peers that are no LDAP at all.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::time::Duration;

use consentry_domain::dn::Dn;
use consentry_egress::{
    LdapAccount, LdapAttribute, LdapClient, LdapEntry, LdapError, LdapHit, LdapQuestion, LdapSettings, Lookup,
};
use consentry_testkit::slapd::{Authority, READER, SUFFIX, Slapd};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

fn settings(url: String) -> LdapSettings {
    LdapSettings {
        plain_text: true,
        url,
        roots: None,
        account: Some(LdapAccount {
            dn: READER.0.to_owned(),
            password: READER.1.into(),
        }),
        base: dn(SUFFIX),
        filter: Some("(!(employeeType=left))".to_owned()),
        deadline: Duration::from_secs(5),
        connections: 2,
        idle: Duration::from_mins(1),
    }
}

fn client(slapd: &Slapd) -> LdapClient {
    LdapClient::new(settings(slapd.url())).unwrap()
}

fn dn(text: &str) -> Dn {
    Dn::parse(text).unwrap()
}

fn having(attribute: &str, value: &str, bases: &[&str]) -> LdapQuestion {
    LdapQuestion::Having {
        values: vec![(LdapAttribute::parse(attribute).unwrap(), value.to_owned())],
        bases: bases.iter().map(|base| dn(base)).collect(),
    }
}

fn uid(value: &str) -> LdapQuestion {
    having("uid", value, &[])
}

async fn entry(client: &LdapClient, question: LdapQuestion) -> LdapEntry {
    match client.find(question).await.unwrap() {
        LdapHit::One(entry) => entry,
        other => panic!("{other:?}"),
    }
}

async fn opens(client: &LdapClient, entry: &LdapEntry, password: &str) -> Result<bool, LdapError> {
    client.opens(entry, &password.into()).await
}

#[tokio::test]
async fn an_entry_is_found_by_any_attribute_and_named_in_canonical_form() {
    let slapd = Slapd::start();
    let client = client(&slapd);
    for (attribute, value) in [
        ("uid", "dora"),
        ("uid", "DORA"),
        ("cn", "Dora Díaz"),
        ("entryUUID", "5b9d6f0a-2f63-4c1e-8a70-1f6f9d1b7c22"),
        ("employeeNumber", "cust-d0fa"),
    ] {
        let found = entry(&client, having(attribute, value, &[])).await;
        assert_eq!(
            found.dn.as_str(),
            "uid=dora,ou=people,dc=example,dc=net",
            "{attribute}"
        );
    }
    let eli = entry(&client, uid("eli")).await;
    assert_eq!(eli.spelling, "uid=Eli,ou=people,dc=example,dc=net");
    assert_eq!(eli.dn.as_str(), "uid=eli,ou=people,dc=example,dc=net");
    let named = LdapQuestion::Named(dn("UID=Eli, OU=People, DC=example, DC=net"));
    assert_eq!(entry(&client, named).await, eli);
}

#[tokio::test]
async fn several_entries_are_not_one_and_bases_tell_them_apart() {
    let slapd = Slapd::start();
    let client = client(&slapd);
    assert_eq!(client.find(uid("twin")).await.unwrap(), LdapHit::Several);
    assert_eq!(
        client.find(having("cn", "Sam Field", &[])).await.unwrap(),
        LdapHit::Several
    );
    let below = |base| having("uid", "twin", &[base]);
    assert_eq!(
        entry(&client, below("ou=services,dc=example,dc=net"))
            .await
            .dn
            .as_str(),
        "uid=twin,ou=services,dc=example,dc=net"
    );
    // A base above the directory's own is narrowed to it, and one beside it holds nothing.
    assert_eq!(client.find(below("dc=net")).await.unwrap(), LdapHit::Several);
    assert_eq!(client.find(below("dc=org")).await.unwrap(), LdapHit::Nothing);
    let both = ["ou=people,dc=example,dc=net", "ou=services,dc=example,dc=net"];
    assert_eq!(
        client.find(having("uid", "twin", &both)).await.unwrap(),
        LdapHit::Several
    );
    let twice = ["ou=people,dc=example,dc=net", "dc=example,dc=net"];
    entry(&client, having("uid", "dora", &twice)).await;
}

#[tokio::test]
async fn what_is_not_there_is_nothing_and_no_failure() {
    let slapd = Slapd::start();
    let client = client(&slapd);
    for question in [
        uid("nobody"),
        uid(""),
        LdapQuestion::Named(dn("uid=nobody,ou=people,dc=example,dc=net")),
        LdapQuestion::Named(dn("uid=x,ou=nowhere,dc=example,dc=net")),
        having("uid", "dora", &["ou=nowhere,dc=example,dc=net"]),
        LdapQuestion::Having {
            values: Vec::new(),
            bases: Vec::new(),
        },
    ] {
        assert_eq!(
            client.find(question.clone()).await.unwrap(),
            LdapHit::Nothing,
            "{question:?}"
        );
    }
    // What lies outside of the base is not even asked for.
    let asked = slapd.count(&["SRCH base="]);
    let outside = LdapQuestion::Named(dn("cn=config"));
    assert_eq!(client.find(outside).await.unwrap(), LdapHit::Nothing);
    assert_eq!(slapd.count(&["SRCH base="]), asked);
}

#[tokio::test]
async fn rfc_4515_a_value_never_becomes_part_of_the_filter() {
    let slapd = Slapd::start();
    let client = client(&slapd);
    for value in [
        "*",
        "*)(uid=*",
        "d*",
        "dora)(objectClass=*",
        "dora))(|(uid=*",
        "\\64ora",
        "dora\0",
        ")(cn=*",
    ] {
        assert_eq!(
            client.find(uid(value)).await.unwrap(),
            LdapHit::Nothing,
            "{value:?}"
        );
    }
    let odd = entry(&client, uid("odd, (one)*\\")).await;
    assert_eq!(
        odd.dn.as_str(),
        "uid=odd\\, (one)*\\\\,ou=people,dc=example,dc=net"
    );
    assert!(opens(&client, &odd, "odd-secret-36").await.unwrap());
}

#[tokio::test]
async fn the_own_filter_holds_for_every_question() {
    let slapd = Slapd::start();
    let client = client(&slapd);
    assert_eq!(client.find(uid("gone")).await.unwrap(), LdapHit::Nothing);
    let named = LdapQuestion::Named(dn("uid=gone,ou=people,dc=example,dc=net"));
    assert_eq!(client.find(named).await.unwrap(), LdapHit::Nothing);
}

#[tokio::test]
async fn a_password_opens_its_own_entry_only() {
    let slapd = Slapd::start();
    let client = client(&slapd);
    let dora = entry(&client, uid("dora")).await;
    let blank = entry(&client, uid("blank")).await;
    assert!(opens(&client, &dora, "dora-secret-31").await.unwrap());
    assert!(!opens(&client, &dora, "eli-secret-32").await.unwrap());
    assert!(!opens(&client, &dora, "DORA-SECRET-31").await.unwrap());
    assert!(!opens(&client, &blank, "anything").await.unwrap());
    let vanished = LdapEntry {
        spelling: "uid=vanished,ou=people,dc=example,dc=net".to_owned(),
        ..dora.clone()
    };
    assert!(!opens(&client, &vanished, "dora-secret-31").await.unwrap());
}

#[tokio::test]
async fn rfc_4513_5_1_2_an_empty_password_is_never_even_asked() {
    let slapd = Slapd::start();
    let client = client(&slapd);
    let dora = entry(&client, uid("dora")).await;
    let binds = slapd.count(&["BIND dn="]);
    assert!(!opens(&client, &dora, "").await.unwrap());
    assert_eq!(slapd.count(&["BIND dn="]), binds);
}

fn encrypted(slapd: &Slapd, url: String, roots: Option<String>) -> LdapClient {
    let section = slapd.section();
    let own = std::fs::read_to_string(section.ca_file.unwrap()).unwrap();
    let settings = LdapSettings {
        plain_text: false,
        roots: Some(roots.unwrap_or(own)),
        ..settings(url)
    };
    LdapClient::new(settings).unwrap()
}

#[tokio::test]
async fn tls_from_the_first_byte_and_starttls_with_a_configured_authority() {
    let slapd = Slapd::start();
    for url in [slapd.tls_url(), slapd.named_url()] {
        let client = encrypted(&slapd, url.clone(), None);
        let dora = entry(&client, uid("dora")).await;
        assert!(opens(&client, &dora, "dora-secret-31").await.unwrap(), "{url}");
    }
    assert!(slapd.count(&["STARTTLS"]) >= 2);
    // No name and no password went over the connection before it was encrypted.
    assert_eq!(slapd.count(&["BIND dn=", " ssf=0"]), 0);
}

#[tokio::test]
async fn a_certificate_for_an_address_is_believed_for_that_address() {
    let authority = Authority::new();
    let slapd = Slapd::start_with(&authority.certificate("127.0.0.1"));
    let url = slapd.url();
    entry(&encrypted(&slapd, url, None), uid("dora")).await;
}

async fn tls_failure(client: &LdapClient) -> String {
    match client.find(uid("dora")).await {
        Err(LdapError::TlsFailed(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_another_name_or_another_time_is_not_believed() {
    let authority = Authority::new();
    let right = Slapd::start_with(&authority.certificate("localhost"));
    for url in [right.tls_url(), right.named_url()] {
        let stranger = encrypted(&right, url.clone(), Some(Authority::new().pem()));
        let why = tls_failure(&stranger).await;
        assert!(why.contains("invalid peer certificate"), "{url}: {why}");
    }
    let systems = LdapClient::new(LdapSettings {
        plain_text: false,
        ..settings(right.tls_url())
    });
    tls_failure(&systems.unwrap()).await;
    let renamed = Slapd::start_with(&authority.certificate("dir.example"));
    assert!(
        tls_failure(&encrypted(&renamed, renamed.tls_url(), None))
            .await
            .contains("not valid for")
    );
    let expired = Slapd::start_with(&authority.expired_certificate("localhost"));
    assert!(
        tls_failure(&encrypted(&expired, expired.tls_url(), None))
            .await
            .contains("expired")
    );
    for slapd in [right, renamed, expired] {
        assert_eq!(slapd.count(&["BIND"]), 0);
    }
}

#[tokio::test]
async fn a_server_without_starttls_is_told_nothing() {
    let slapd = Slapd::start_without_tls();
    let client = encrypted(&slapd, slapd.named_url(), None);
    assert!(tls_failure(&client).await.contains("refuses StartTLS"));
    assert_eq!(slapd.count(&["BIND"]), 0);
    assert_eq!(slapd.count(&["SRCH"]), 0);
}

#[tokio::test]
async fn a_refused_searching_account_is_a_failure_and_not_an_empty_directory() {
    let slapd = Slapd::start();
    let mut settings = settings(slapd.url());
    settings.account.as_mut().unwrap().password = "wrong".into();
    let client = LdapClient::new(settings).unwrap();
    assert_eq!(client.find(uid("dora")).await, Err(LdapError::AccountRefused(49)));
}

#[tokio::test]
async fn a_server_that_is_down_is_a_failure_and_service_goes_on_when_it_returns() {
    let mut slapd = Slapd::start();
    let client = client(&slapd);
    let dora = entry(&client, uid("dora")).await;
    assert!(opens(&client, &dora, "dora-secret-31").await.unwrap());
    slapd.stop();
    assert_eq!(client.find(uid("dora")).await, Err(LdapError::ConnectionFailed));
    assert_eq!(
        opens(&client, &dora, "dora-secret-31").await,
        Err(LdapError::ConnectionFailed)
    );
    slapd.start_again();
    assert_eq!(entry(&client, uid("dora")).await, dora);
    assert!(opens(&client, &dora, "dora-secret-31").await.unwrap());
}

#[tokio::test]
async fn a_connection_that_broke_while_idle_is_nobodys_failure() {
    let mut slapd = Slapd::start();
    let client = client(&slapd);
    let dora = entry(&client, uid("dora")).await;
    assert!(opens(&client, &dora, "dora-secret-31").await.unwrap());
    slapd.stop();
    slapd.start_again();
    assert_eq!(entry(&client, uid("dora")).await, dora);
    assert!(!opens(&client, &dora, "wrong").await.unwrap());
}

#[tokio::test]
async fn a_server_that_says_nothing_costs_the_deadline_and_no_more() {
    let slapd = Slapd::start();
    let settings = LdapSettings {
        deadline: Duration::from_millis(300),
        ..settings(slapd.url())
    };
    let client = LdapClient::new(settings).unwrap();
    let dora = entry(&client, uid("dora")).await;
    slapd.hold();
    // More questions than connections: those that wait for a turn wait within their own deadline.
    let asked: Vec<_> = (0..5)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.find(uid("dora")).await })
        })
        .collect();
    for answer in asked {
        assert_eq!(answer.await.unwrap(), Err(LdapError::DeadlinePassed));
    }
    assert_eq!(
        opens(&client, &dora, "dora-secret-31").await,
        Err(LdapError::DeadlinePassed)
    );
    slapd.go_on();
    assert_eq!(entry(&client, uid("dora")).await, dora);
}

#[tokio::test]
async fn connections_are_used_again_and_never_more_than_allowed() {
    let slapd = Slapd::start();
    let client = client(&slapd);
    for _ in 0..5 {
        let dora = entry(&client, uid("dora")).await;
        assert!(opens(&client, &dora, "dora-secret-31").await.unwrap());
        assert!(!opens(&client, &dora, "wrong").await.unwrap());
    }
    assert_eq!(
        slapd.count(&["ACCEPT from"]),
        2,
        "one searches, one checks passwords"
    );
    let asked: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.find(uid("dora")).await })
        })
        .collect();
    for answer in asked {
        assert!(matches!(answer.await.unwrap(), Ok(LdapHit::One(_))));
    }
    assert!(slapd.count(&["ACCEPT from"]) <= 3);
    // Whoever was bound on the other connection never searches.
    assert_eq!(
        slapd.count(&["BIND dn=\"cn=reader", "method=128"]),
        slapd.count(&["ACCEPT from"]) - 1
    );
}

#[tokio::test]
async fn an_idle_connection_is_not_kept_for_ever() {
    let slapd = Slapd::start();
    let settings = LdapSettings {
        idle: Duration::ZERO,
        ..settings(slapd.url())
    };
    let client = LdapClient::new(settings).unwrap();
    for _ in 0..3 {
        entry(&client, uid("dora")).await;
    }
    assert_eq!(slapd.count(&["ACCEPT from"]), 3);
}

struct Nowhere;

impl Lookup for Nowhere {
    fn lookup(&self, _name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// The first address answers nobody; the second is the server's.
struct Second;

impl Lookup for Second {
    fn lookup(&self, _name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        let addresses = [Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::LOCALHOST];
        Box::pin(async move { Ok(addresses.map(IpAddr::from).into()) })
    }
}

#[tokio::test]
async fn every_address_of_a_name_is_tried() {
    let slapd = Slapd::start();
    let nowhere = LdapClient::with_lookup(settings(slapd.named_url()), Nowhere).unwrap();
    assert_eq!(nowhere.find(uid("dora")).await, Err(LdapError::NameUnresolved));
    let second = LdapClient::with_lookup(settings(slapd.named_url()), Second).unwrap();
    entry(&second, uid("dora")).await;
}

/// Answers whatever comes with the same bytes, on every connection, until the test ends.
async fn peer(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut question = [0; 4096];
                while stream.read(&mut question).await.is_ok_and(|read| read > 0) {
                    if stream.write_all(answer).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    format!("ldap://{address}")
}

#[tokio::test]
async fn answers_that_are_no_ldap_are_failures_and_nothing_worse() {
    for answer in [
        b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice(),
        b"\x30\x00".as_slice(),
        b"\x30\x03\x02\x01\x01".as_slice(),
        // A search result where a bind result should be, and one that ends too early inside.
        b"\x30\x0c\x02\x01\x01\x64\x07\x04\x01x\x30\x02\x30\x00".as_slice(),
        b"\x30\x05\x02\x01\x01\x61\x00".as_slice(),
        // An extended answer nobody asked for.
        b"\x30\x0c\x02\x01\x00\x78\x07\x0a\x01\x34\x04\x00\x04\x00".as_slice(),
    ] {
        let settings = LdapSettings {
            deadline: Duration::from_millis(500),
            ..settings(peer(answer).await)
        };
        let client = LdapClient::new(settings).unwrap();
        let found = client.find(uid("dora")).await;
        assert!(
            matches!(
                found,
                Err(LdapError::ConnectionFailed
                    | LdapError::AnswerBroken
                    | LdapError::DeadlinePassed
                    | LdapError::AccountRefused(_))
            ),
            "{answer:?}: {found:?}"
        );
    }
}
