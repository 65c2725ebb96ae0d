use consentry_domain::{
    Agreement, AgreementId, ApplicationId, Audience, ClientId, Consent, ConsentId, DecisionId, DefinitionKey,
    Lifetime, RecordId, Shard, Slot, Status, SubjectId, Timestamp,
    client::{Client, ClientAuthority, ClientType, Pkce, Prompt},
    decision::{Actor, Door},
    scope::Scope,
    tenant::PromptConsent,
};

use super::{ask::Standing, recheck::redirect_fits, *};
use crate::snapshot::TenantSnapshot;

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

mod steps {
    use super::*;

    fn question() -> Question {
        Question {
            subject: SubjectId::new(NOW, Shard::new(1), [1; 8]),
            session: "session".to_owned(),
            scope: Scope::parse("openid").unwrap(),
            items: Vec::new(),
            consent_uri: None,
            reason: AskReason::NoRecord,
            asked_at: NOW,
            auth_time: NOW,
            decision_token: None,
        }
    }

    fn awaiting() -> Step {
        Step::Created
            .authenticate()
            .unwrap()
            .logged_in("s".to_owned())
            .unwrap()
            .ask(question())
            .unwrap()
    }

    #[test]
    fn tpa_a7_the_way_to_an_answer() {
        assert_eq!(awaiting().approve(), Ok(Step::Approved));
        assert_eq!(awaiting().decline(), Ok(Step::Declined));
        assert_eq!(Step::Created.approve_unasked(), Ok(Step::Approved));
    }

    #[test]
    fn tpa_a7_what_has_ended_stays_as_it_ended() {
        for terminal in [Step::Approved, Step::Declined, Step::Expired, Step::Cancelled] {
            assert!(terminal.is_terminal());
            assert_eq!(terminal.clone().expire(), terminal);
            for refused in [
                terminal.clone().authenticate(),
                terminal.clone().logged_in("s".to_owned()),
                terminal.clone().ask(question()),
                terminal.clone().look_up("d".to_owned()),
                terminal.clone().approve(),
                terminal.clone().approve_unasked(),
                terminal.clone().decline(),
                terminal.clone().cancel(),
            ] {
                assert_eq!(refused.unwrap_err().from, terminal.name());
            }
        }
    }

    #[test]
    fn tpa_a7_nobody_answers_what_was_not_asked_and_nobody_logs_in_after_it_was() {
        for early in [Step::Created, Step::Created.authenticate().unwrap()] {
            assert!(early.clone().approve().is_err());
            assert!(early.clone().decline().is_err());
            assert!(early.look_up("d".to_owned()).is_err());
        }
        assert!(awaiting().logged_in("other".to_owned()).is_err());
        assert!(awaiting().approve_unasked().is_err());
        assert!(awaiting().ask(question()).is_err());
    }

    #[test]
    fn tpa_a9_only_the_latest_decision_token_is_remembered() {
        let step = awaiting()
            .look_up("one".to_owned())
            .unwrap()
            .look_up("two".to_owned())
            .unwrap();
        assert_eq!(step.question().unwrap().decision_token.as_deref(), Some("two"));
    }
}

mod asking {
    use std::collections::BTreeMap;

    use consentry_domain::{
        TenantId,
        locale::Locale,
        tenant::{Brand, Tenant, TenantState},
    };

    use super::*;
    use crate::{
        key_ring::KeyRing,
        sealing::{Key, TenantKeys},
    };

    fn tenant() -> TenantSnapshot {
        let id = TenantId::new(NOW, Shard::new(0), [9; 8]);
        let keys = TenantKeys::new(id, &Key::new([7; 32]));
        TenantSnapshot {
            tenant: Tenant {
                preferences: consentry_domain::tenant::PreferencesSettings::default(),
                id,
                slug: "harbor".to_owned(),
                hosts: Vec::new(),
                state: TenantState::Enabled,
                brand: Brand {
                    name: "Harbor".to_owned(),
                    accent: None,
                    help: None,
                },
                locale: Locale::parse("en").unwrap(),
                lifetimes: Default::default(),
                records: Default::default(),
                dashboard: Default::default(),
                authorization: Default::default(),
                checks: Default::default(),
                mail: Default::default(),
                dataspace: Default::default(),
            },
            applications: BTreeMap::new(),
            parties: BTreeMap::new(),
            clients: BTreeMap::new(),
            definitions: BTreeMap::new(),
            localizations: BTreeMap::new(),
            digests: BTreeMap::new(),
            service_accounts: Vec::new(),
            principals: crate::principals::Principals::default(),
            mappers: Default::default(),
            mails: Default::default(),
            api_credentials: BTreeMap::new(),
            logos: Default::default(),
            endpoints: BTreeMap::new(),
            link_secrets: BTreeMap::new(),
            key_ring: KeyRing::open(Vec::new(), &keys).unwrap(),
            keys,
            versions: BTreeMap::new(),
        }
    }

    fn client() -> Client {
        Client {
            id: ClientId::parse("tpc_1").unwrap(),
            application: ApplicationId::new(NOW, Shard::new(0), [2; 8]),
            party: None,
            name: "Moneytrack".to_owned(),
            is_third_party: true,
            enabled: true,
            client_type: ClientType::Web,
            secrets: Vec::new(),
            redirect_uris: vec!["https://moneytrack.example/verify".to_owned()],
            post_logout_redirect_uris: Vec::new(),
            consent_uri: None,
            allowed_scopes: Scope::parse("openid offline_access a b").unwrap(),
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
            epoch: Timestamp::EPOCH,
            created_at: NOW,
        }
    }

    fn request(scope: &str, prompt: &[Prompt]) -> AuthorizationRequest {
        let client = client();
        AuthorizationRequest {
            response_mode: ResponseMode::default(),
            client: client.id,
            application: client.application,
            redirect_uri: "https://moneytrack.example/verify".to_owned(),
            state: None,
            scope: Scope::parse(scope).unwrap(),
            prompt: prompt.to_vec(),
            code_challenge: None,
            nonce: None,
            resources: Vec::new(),
            max_age: None,
            acr_values: Vec::new(),
            acr_essential: false,
            claims: crate::interactions::RequestedClaims::default(),
            details: None,
            subject_hint: None,
            ui_locales: Vec::new(),
            pushed: None,
        }
    }

    /// One agreement of these scopes, told about `client`.
    fn agreed(tenant: &TenantSnapshot, client: &Client, scope: &str) -> Standing {
        let subject = SubjectId::new(NOW, Shard::new(1), [1; 8]);
        let id = AgreementId::new(NOW, Shard::new(1), [3; 8]);
        let decision = DecisionId::new(NOW, Shard::new(1), [4; 8]);
        let until = Some(NOW.plus(Lifetime::days(30)));
        let consent = |(number, definition): (u8, &DefinitionKey)| Consent {
            id: ConsentId::new(NOW, Shard::new(1), [number; 8]),
            slot: Slot {
                subject,
                definition: definition.clone(),
                audience: Audience::Client(client.id.clone()),
                qualifier: consentry_domain::Qualifier::none(),
            },
            version: 1,
            status: Status::Accepted,
            wording: None,
            door: Door::Authorization,
            actor: Actor::subject(subject),
            decision,
            record: RecordId::new(NOW, Shard::new(1), [number; 8]),
            agreement: Some(id),
            created_at: NOW,
            updated_at: NOW,
            valid_from: Some(NOW),
            valid_until: until,
            ended: None,
            actions: None,
        };
        let agreement = Agreement {
            id,
            version: 1,
            subject,
            application: client.application,
            client: client.id.clone(),
            qualifier: consentry_domain::Qualifier::none(),
            items: Vec::new(),
            decision,
            created_at: NOW,
            updated_at: NOW,
            valid_until: until,
            disclosure: disclosure(tenant, client, Vec::new()),
            accounts: consentry_domain::Accounts::default(),
            renewed_at: None,
            ended: None,
        };
        Standing {
            consents: (0_u8..)
                .zip(Scope::parse(scope).unwrap().values())
                .map(consent)
                .collect(),
            agreements: [(id, agreement)].into(),
        }
    }

    fn reason(need: &Need) -> Option<AskReason> {
        match need {
            Need::Nothing { .. } => None,
            Need::Consent { reason, .. } => Some(*reason),
        }
    }

    #[test]
    fn tpa_cn_01_no_record_asks_and_a_covering_one_does_not() {
        let tenant = tenant();
        let client = client();
        let asked = ask::need(&tenant, &client, &request("openid", &[]), &Standing::default());
        assert_eq!(reason(&asked), Some(AskReason::NoRecord));
        let standing = agreed(&tenant, &client, "openid a");
        let covered = ask::need(&tenant, &client, &request("openid a", &[]), &standing);
        let Need::Nothing {
            scope,
            agreement,
            until,
        } = covered
        else {
            panic!("asked")
        };
        assert_eq!(scope.to_string(), "openid a");
        assert_eq!(agreement, standing.agreements.keys().next().copied());
        assert_eq!(until, Some(NOW.plus(Lifetime::days(30))));
    }

    #[test]
    fn tpa_cn_02_an_incremental_request_asks_for_the_complete_set() {
        let tenant = tenant();
        let client = client();
        let standing = agreed(&tenant, &client, "openid a");
        let Need::Consent { scope, reason } =
            ask::need(&tenant, &client, &request("openid a b", &[]), &standing)
        else {
            panic!("not asked")
        };
        assert_eq!(
            (scope.to_string().as_str(), reason),
            ("openid a b", AskReason::NotCovered)
        );
    }

    #[test]
    fn tpa_cn_03_prompt_consent_asks_every_time_unless_switched_to_if_required() {
        let tenant = tenant();
        let mut client = client();
        let standing = agreed(&tenant, &client, "openid a");
        let asks = request("openid a", &[Prompt::Consent]);
        assert_eq!(
            reason(&ask::need(&tenant, &client, &asks, &standing)),
            Some(AskReason::PromptConsent)
        );
        client.prompt_consent = Some(PromptConsent::IfRequired);
        assert_eq!(reason(&ask::need(&tenant, &client, &asks, &standing)), None);
    }

    #[test]
    fn tpa_cn_06_offline_access_needs_prompt_consent_or_a_confidential_clients_standing_consent() {
        let tenant = tenant();
        let client = client();
        let scope = |need: Need| match need {
            Need::Nothing { scope, .. } | Need::Consent { scope, .. } => scope.to_string(),
        };
        let plain = request("openid offline_access a", &[]);
        let without = agreed(&tenant, &client, "openid a");
        let with = agreed(&tenant, &client, "openid offline_access a");
        assert_eq!(scope(ask::need(&tenant, &client, &plain, &without)), "openid a");
        assert_eq!(
            scope(ask::need(&tenant, &client, &plain, &with)),
            "openid offline_access a"
        );
        let asks = request("openid offline_access a", &[Prompt::Consent]);
        assert_eq!(
            scope(ask::need(&tenant, &client, &asks, &Standing::default())),
            "openid offline_access a"
        );
        let public = Client {
            pkce: Pkce::Public,
            ..client
        };
        assert_eq!(scope(ask::need(&tenant, &public, &plain, &with)), "openid a");
    }

    #[test]
    fn tpa_cn_08_a_changed_client_is_asked_about_again() {
        let tenant = tenant();
        let known = client();
        let standing = agreed(&tenant, &known, "openid a");
        let renamed = Client {
            name: "Moneytrack Plus".to_owned(),
            ..known.clone()
        };
        let retyped = Client {
            client_type: ClientType::Native,
            ..known.clone()
        };
        let moved = Client {
            redirect_uris: vec!["https://elsewhere.example/cb".to_owned()],
            ..known.clone()
        };
        for changed in [renamed, retyped, moved] {
            let need = ask::need(&tenant, &changed, &request("openid a", &[]), &standing);
            assert_eq!(reason(&need), Some(AskReason::ClientChanged));
        }
        let path_only = Client {
            redirect_uris: vec!["https://moneytrack.example/new".to_owned()],
            ..known
        };
        assert_eq!(
            reason(&ask::need(
                &tenant,
                &path_only,
                &request("openid a", &[]),
                &standing
            )),
            None
        );
    }

    #[test]
    fn tpa_cn_09_a_covered_request_gets_what_it_asked_for_and_no_more() {
        let tenant = tenant();
        let client = client();
        let standing = agreed(&tenant, &client, "openid a b");
        let Need::Nothing { scope, .. } = ask::need(&tenant, &client, &request("openid a", &[]), &standing)
        else {
            panic!("asked")
        };
        assert_eq!(scope.to_string(), "openid a");
    }

    #[test]
    fn b01_19_a_client_anybody_can_pretend_to_be_is_asked_about_every_time() {
        let tenant = tenant();
        let client = Client {
            pkce: Pkce::Public,
            ..client()
        };
        let standing = agreed(&tenant, &client, "openid a");
        let https = request("openid a", &[]);
        assert_eq!(reason(&ask::need(&tenant, &client, &https, &standing)), None);
        let private = AuthorizationRequest {
            redirect_uri: "com.vendor.app://cb".to_owned(),
            ..https
        };
        assert_eq!(
            reason(&ask::need(&tenant, &client, &private, &standing)),
            Some(AskReason::PublicClient)
        );
    }

    #[test]
    fn tpa_a6_a_first_party_is_never_asked_about() {
        let tenant = tenant();
        let client = Client {
            is_third_party: false,
            ..client()
        };
        let need = ask::need(
            &tenant,
            &client,
            &request("openid a", &[Prompt::Consent]),
            &Standing::default(),
        );
        assert!(matches!(need, Need::Nothing { agreement: None, .. }));
    }

    #[test]
    fn b12_01_redirect_addresses_are_compared_as_text_except_for_loopback_ports_of_native_apps() {
        let web = client();
        let native = Client {
            client_type: ClientType::Native,
            ..client()
        };
        let registered = "http://127.0.0.1:9999/cb";
        for (given, for_web, for_native) in [
            ("http://127.0.0.1:9999/cb", true, true),
            ("http://127.0.0.1:51004/cb", false, true),
            ("http://127.0.0.1/cb", false, true),
            ("http://127.0.0.1:51004/other", false, false),
            ("http://127.0.0.1:99999/cb", false, false),
            ("http://127.0.0.1.evil.example/cb", false, false),
            ("http://127.0.0.1:1@evil.example/cb", false, false),
            ("http://[::1]:9999/cb", false, false),
            ("https://127.0.0.1:9999/cb", false, false),
        ] {
            assert_eq!(redirect_fits(&web, registered, given), for_web, "{given}");
            assert_eq!(redirect_fits(&native, registered, given), for_native, "{given}");
        }
    }
}
