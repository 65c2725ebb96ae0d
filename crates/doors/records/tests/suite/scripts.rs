//! Scripted identity mappers in each of their three places (consent-api 12.3).

use consentry_domain::tenant::{
    IdentityMapper, JwtValidation, MatchAttribute, ScriptAnswer, TokenValidator, ValidatorKind,
};
use consentry_jose::{Algorithm, SigningKey};
use consentry_ledger::{Caller, Target, access::authorize};
use consentry_testkit::TestApp;
use serde_json::json;

use crate::{
    validators::{by, claims, jwks, signed, with},
    world::{ADA, BEN, ROOT, SECRET, assert_refused, bank, basic, found, get, id, made, portal},
};

/// The first example of the documentation.
const PREFIX: &str = "{% if id is startingwith('HARBOR\\\\') %}{{ id[7:] }}{% endif %}";

/// The second.
const BRANCHES: &str = "\
{% if domain == 'staff.harbor.example' %}
uid={{ local }},ou=staff,dc=harbor,dc=example
{% elif domain == 'harbor.example' %}
uid={{ local }},ou=people,dc=harbor,dc=example
{% endif %}
";

fn value(script: &str) -> IdentityMapper {
    IdentityMapper::Scripted {
        script: script.to_owned(),
        answer: ScriptAnswer::Value,
        attributes: vec![MatchAttribute::Uid],
        bases: Vec::new(),
    }
}

fn name(script: &str, answer: ScriptAnswer, bases: &[&str]) -> IdentityMapper {
    IdentityMapper::Scripted {
        script: script.to_owned(),
        answer,
        attributes: Vec::new(),
        bases: bases.iter().map(|&base| base.to_owned()).collect(),
    }
}

/// Makes a script the mapper of subjects and actors.
async fn records(app: &TestApp, mapper: IdentityMapper) {
    app.configure(|tenant| {
        tenant.records.identity_mappers = [("script".to_owned(), mapper)].into();
        tenant.records.record_identity_mappers = Some(vec!["script".to_owned()]);
    })
    .await;
}

/// The names a record gets for a subject, who is its actor too.
async fn mapped(app: &TestApp, subject: &str) -> Option<String> {
    let record = made(app, &portal(app), json!({ "subject": subject, "actor": subject })).await;
    assert_eq!(record["subjectDN"], record["actorDN"], "{subject}");
    record["subjectDN"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn rec_12_3_a_script_maps_subjects_and_actors() {
    let app = bank().await;
    for (mapper, cases) in [
        (
            value(PREFIX),
            vec![
                ("HARBOR\\ada", Some(ADA)),
                ("HARBOR\\root", Some(ROOT)),
                ("HARBOR\\nobody", None),
                ("OTHER\\ada", None),
                ("ada", None),
                (ADA, Some(ADA)),
            ],
        ),
        (
            name(BRANCHES, ScriptAnswer::Entry, &[]),
            vec![
                ("ada@harbor.example", Some(ADA)),
                ("BEN@harbor.example", Some(BEN)),
                ("ada@staff.harbor.example", None),
                ("nobody@harbor.example", None),
                ("ada@evil.example", None),
                ("", None),
            ],
        ),
        (
            name(BRANCHES, ScriptAnswer::User, &[]),
            vec![
                ("ada@harbor.example", Some(ADA)),
                (
                    "kim@staff.harbor.example",
                    Some("uid=kim,ou=staff,dc=harbor,dc=example"),
                ),
                ("kim@evil.example", None),
            ],
        ),
        (
            name(BRANCHES, ScriptAnswer::User, &["OU=Staff, dc=harbor,dc=example"]),
            vec![
                ("ada@harbor.example", None),
                (
                    "kim@staff.harbor.example",
                    Some("uid=kim,ou=staff,dc=harbor,dc=example"),
                ),
            ],
        ),
    ] {
        records(&app, mapper.clone()).await;
        for (subject, expected) in cases.into_iter().filter(|(subject, _)| !subject.is_empty()) {
            assert_eq!(
                mapped(&app, subject).await.as_deref(),
                expected,
                "{mapper:?} {subject}"
            );
        }
    }
}

#[tokio::test]
async fn rec_12_3_a_script_maps_basic_user_names() {
    let app = bank().await;
    let password = app.bank.customers[0].password.clone();
    app.configure(|tenant| {
        tenant.records.identity_mappers = [
            ("prefix".to_owned(), value(PREFIX)),
            ("branch".to_owned(), name(BRANCHES, ScriptAnswer::Entry, &[])),
            ("any".to_owned(), name(BRANCHES, ScriptAnswer::User, &[])),
        ]
        .into();
        tenant.records.basic_identity_mapper = Some("prefix".to_owned());
    })
    .await;
    let status = async |user: &str, password: &str| {
        app.pass(61);
        get(&app, &basic(user, password), "/definitions").await.status()
    };
    assert_eq!(status("HARBOR\\ada", &password).await, 200);
    assert_eq!(status("HARBOR\\root", SECRET).await, 200, "an account");
    assert_eq!(status("HARBOR\\ada", "wrong").await, 401);
    assert_eq!(status("ada", &password).await, 401, "the script says nobody");
    for mapper in ["branch", "any"] {
        app.configure(|tenant| tenant.records.basic_identity_mapper = Some(mapper.to_owned()))
            .await;
        assert_eq!(status("ada@harbor.example", &password).await, 200, "{mapper}");
        assert_eq!(status("HARBOR\\ada", &password).await, 401, "{mapper}");
        assert_eq!(
            status("ada@staff.harbor.example", &password).await,
            401,
            "{mapper}"
        );
    }
}

#[tokio::test]
async fn rec_12_3_a_script_maps_subjects_of_tokens() {
    let app = bank().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    app.configure(|tenant| {
        tenant.records.identity_mappers = [
            ("prefix".to_owned(), value(PREFIX)),
            ("any".to_owned(), name(BRANCHES, ScriptAnswer::User, &[])),
        ]
        .into();
    })
    .await;
    let jwt = JwtValidation {
        jwks: Some(jwks(&[&key])),
        ..JwtValidation::default()
    };
    let token = |subject: &str| {
        let mut claims = claims(&app);
        claims["sub"] = subject.into();
        signed(&key, &claims)
    };
    for (mapper, subject, expected) in [
        ("prefix", "HARBOR\\ada", Some(ADA)),
        ("prefix", "ada", None),
        ("any", "ada@harbor.example", Some(ADA)),
        (
            "any",
            "new@staff.harbor.example",
            Some("uid=new,ou=staff,dc=harbor,dc=example"),
        ),
        ("any", "new", None),
    ] {
        let validator = TokenValidator {
            identity_mapper: Some(mapper.to_owned()),
            ..by(1, ValidatorKind::Jwt(jwt.clone()))
        };
        with(&app, [("jwt", validator)]).await;
        let answer = get(&app, &token(subject), "/consents").await;
        let Some(expected) = expected else {
            assert_refused(&answer, 401, "ACCESS_FAILED");
            continue;
        };
        let record = made(&app, &token(subject), json!({})).await;
        assert_eq!(record["subjectDN"], expected, "{mapper} {subject}");
        assert_eq!(record["subject"], subject);
        assert!(
            found(&app, &token(subject), "")
                .await
                .contains(&id(&record).to_owned())
        );
    }
}

#[tokio::test]
async fn rec_12_3_no_text_leaves_its_place_in_the_answer_of_a_script() {
    let app = bank().await;
    let script = "uid={{ id }},ou=guests,dc=harbor,dc=example";
    records(&app, name(script, ScriptAnswer::User, &[])).await;
    for (subject, expected) in [
        ("a,ou=admins", r"uid=a\,ou=admins,ou=guests,dc=harbor,dc=example"),
        ("x+cn=root", r"uid=x\+cn=root,ou=guests,dc=harbor,dc=example"),
        ("a\\,b", r"uid=a\\\,b,ou=guests,dc=harbor,dc=example"),
        ("{{ id }}", "uid={{ id }},ou=guests,dc=harbor,dc=example"),
        ("#61", r"uid=\#61,ou=guests,dc=harbor,dc=example"),
        (
            "Zoë 漢字 \u{202e}x",
            "uid=zoë 漢字 \u{202e}x,ou=guests,dc=harbor,dc=example",
        ),
        ("𝔸𝕕𝕒", "uid=𝔸𝕕𝕒,ou=guests,dc=harbor,dc=example"),
    ] {
        assert_eq!(
            mapped(&app, subject).await.as_deref(),
            Some(expected),
            "{subject}"
        );
    }
    records(
        &app,
        name("{{ id }},ou=guests,dc=harbor,dc=example", ScriptAnswer::User, &[]),
    )
    .await;
    assert_eq!(mapped(&app, "uid=x").await, None, "a value is no type");
}

#[tokio::test]
async fn rec_12_3_scripts_that_fail_map_nobody_and_the_door_goes_on() {
    let app = bank().await;
    for script in [
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}{{ id }}",
        "{% for a in range(999) %}{{ id * 1000 }}{% endfor %}",
        "{{ id * 9000 }}",
        "{{ id.nothing }}",
        "{{ entry.uid }}",
        "{{ [id] }}",
        "{{ id | nothing }}",
    ] {
        records(&app, value(script)).await;
        assert_eq!(mapped(&app, "ada").await, None, "{script}");
    }
    records(&app, value("{{ id }}")).await;
    assert_eq!(mapped(&app, "ada").await.as_deref(), Some(ADA));
    let long = "é".repeat(1000);
    assert_eq!(mapped(&app, &long).await, None);
}

#[tokio::test]
async fn rec_12_3_broken_scripts_are_not_configured() {
    let app = bank().await;
    let permit = authorize(&Caller::Operator, Target::Tenant).unwrap();
    let long = format!("{{# {} #}}", "x".repeat(IdentityMapper::LONGEST_SCRIPT));
    for (mapper, why) in [
        (value("\n\n{% if id %}"), "has no usable script: line 3: "),
        (
            value("{{ id }}\n{{ login }}"),
            "has no usable script: line 2: there is no login",
        ),
        (value("{% include 'x' %}"), "has no usable script: line 1: "),
        (value(&long), "must have a script of at most 4096 bytes"),
        (name("{{ id }}", ScriptAnswer::Value, &[]), "must name attributes"),
        (
            IdentityMapper::Scripted {
                script: "{{ id }}".to_owned(),
                answer: ScriptAnswer::User,
                attributes: vec![MatchAttribute::Uid],
                bases: Vec::new(),
            },
            "must name no attributes",
        ),
        (
            name("{{ id }}", ScriptAnswer::User, &["people"]),
            "must have distinguished names as bases",
        ),
    ] {
        let mut tenant = app.tenant().tenant.clone();
        tenant.records.identity_mappers = [("script".to_owned(), mapper.clone())].into();
        let error = app.ledger.provision_tenant(&permit, &tenant).await.unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("records.identity_mappers.script") && error.contains(why),
            "{mapper:?}: {error}"
        );
    }
}
