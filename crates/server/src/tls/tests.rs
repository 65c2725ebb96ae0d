use consentry_testkit::slapd::Authority;

use super::*;

struct Place {
    folder: tempfile::TempDir,
    authority: Authority,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
            authority: Authority::new(),
        };
        place.put("consent.example");
        place
    }

    fn files(&self) -> CertificateFiles {
        CertificateFiles {
            certificate: self.folder.path().join("site.pem"),
            key: self.folder.path().join("site.key"),
        }
    }

    /// Puts a certificate for a name, and its key.
    fn put(&self, name: &str) {
        let made = self.authority.certificate(name);
        fs::write(self.files().certificate, made.certificate).unwrap();
        fs::write(self.files().key, made.key).unwrap();
    }
}

fn now() -> Timestamp {
    Timestamp::from_seconds(1_790_000_000)
}

#[test]
fn what_is_in_the_files_is_shown_and_told() {
    let place = Place::new();
    let (_, facts) = Certificates::read(place.files()).unwrap();
    assert!(facts.counts(now()));
    assert!(facts.covers("Consent.example") && !facts.covers("other.example"));
}

#[test]
fn another_certificate_takes_the_place_and_each_state_is_told_once() {
    let place = Place::new();
    let (certificates, _) = Certificates::read(place.files()).unwrap();
    let before = certificates.0.current.load_full();
    assert!(matches!(certificates.look(now()), Looked::Unchanged));
    place.put("other.example");
    let Looked::Replaced(facts) = certificates.look(now()) else {
        panic!("it was replaced");
    };
    assert!(facts.covers("other.example"));
    assert!(!Arc::ptr_eq(&before, &certificates.0.current.load_full()));
    assert!(matches!(certificates.look(now()), Looked::Unchanged));
}

#[test]
fn what_cannot_be_shown_leaves_the_one_before() {
    let place = Place::new();
    let (certificates, facts) = Certificates::read(place.files()).unwrap();
    let before = certificates.0.current.load_full();
    let kept = |now, why: &str| {
        let Looked::Kept(error) = certificates.look(now) else {
            panic!("{why}: something else was made of it");
        };
        assert!(error.to_string().contains(why), "{error}");
        assert!(matches!(certificates.look(now), Looked::Unchanged), "told once");
        assert!(Arc::ptr_eq(&before, &certificates.0.current.load_full()));
    };
    let own = fs::read(place.files().key).unwrap();
    fs::write(
        place.files().key,
        place.authority.certificate("consent.example").key,
    )
    .unwrap();
    kept(now(), "is another one's");
    fs::write(place.files().key, "no key").unwrap();
    kept(now(), "no private key in PEM");
    fs::write(place.files().certificate, "").unwrap();
    kept(now(), "no certificate in PEM");
    fs::remove_file(place.files().certificate).unwrap();
    kept(now(), "site.pem");
    place.put("other.example");
    kept(Timestamp::from_seconds(facts.until + 1), "counts from");
    fs::write(place.files().key, own).unwrap();
    kept(now(), "is another one's");
}

#[test]
fn a_star_stands_for_one_label() {
    let facts = CertificateFacts {
        from: 0,
        until: 1,
        names: vec!["*.consent.example".to_owned()],
    };
    assert!(facts.covers("bank.consent.example"));
    assert!(!facts.covers("consent.example") && !facts.covers("a.b.consent.example"));
}
