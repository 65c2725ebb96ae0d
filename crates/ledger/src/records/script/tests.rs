use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

const BRANCHES: &str = "\
{% if domain == 'staff.harbor.example' %}
uid={{ local }},ou=staff,dc=harbor,dc=example
{% elif domain == 'harbor.example' %}
uid={{ local }},ou=people,dc=harbor,dc=example
{% endif %}
";

fn value(source: &str) -> Script {
    Script::compile(source, ScriptAnswer::Value).unwrap()
}

fn name(source: &str) -> Script {
    Script::compile(source, ScriptAnswer::Entry).unwrap()
}

fn said(script: &Script, id: &str) -> Option<String> {
    script.run(id).unwrap()
}

fn failed(script: &Script, id: &str) -> String {
    script.run(id).unwrap_err().to_string()
}

#[test]
fn rec_12_3_a_script_looks_at_the_text_and_its_pieces() {
    for (source, id, expected) in [
        ("{{ id }}", "ada", Some("ada")),
        ("{{ id | upper }}", "zoë", Some("ZOË")),
        (
            "{{ id[7:] if id is startingwith('harbor\\\\') else '' }}",
            "harbor\\ada",
            Some("ada"),
        ),
        ("{{ local }}|{{ domain }}", "a@b@c", Some("a@b|c")),
        ("{{ local }}|{{ domain }}", "ada", Some("ada|")),
        ("{{ entry.uid }}", "UID=Ada\\, B, ou=people", Some("ada, b")),
        ("{{ entry.ou }}", "uid=a,ou=first,ou=last", Some("first")),
        (
            "{{ entry.uid if entry.uid is defined else 'none' }}",
            "ada",
            Some("none"),
        ),
        ("{{ id | split('.') | last }}", "a.b.c", Some("c")),
        ("{{ id | length }}", "four", Some("4")),
        (" \n\t{{ id }}\r\n ", "ada", Some("ada")),
        ("{# nothing #}", "ada", None),
        ("{% if id == 'ben' %}x{% endif %}", "ada", None),
        ("{{ id }}", " ", None),
    ] {
        assert_eq!(said(&value(source), id).as_deref(), expected, "{source}");
    }
}

#[test]
fn rec_12_3_a_script_chooses_a_branch() {
    let script = name(BRANCHES);
    for (id, expected) in [
        (
            "ada@staff.harbor.example",
            Some("uid=ada,ou=staff,dc=harbor,dc=example"),
        ),
        (
            "ada@harbor.example",
            Some("uid=ada,ou=people,dc=harbor,dc=example"),
        ),
        ("ada@evil.example", None),
        ("ada", None),
    ] {
        assert_eq!(said(&script, id).as_deref(), expected, "{id}");
    }
}

#[test]
fn rec_12_3_values_are_escaped_in_names_once() {
    let all = "a,ou=admins+cn=x;\"<>\\ #";
    let plain = name("uid={{ id }},dc=x");
    let expected = Dn::parse(&format!("uid={},dc=x", dn::escape(all))).unwrap();
    for source in [
        "uid={{ id }},dc=x",
        "uid={{ id | dn }},dc=x",
        "{% set own %}uid={{ id }}{% endset %}{{ own }},dc=x",
        "{% autoescape false %}uid={{ id }},dc=x{% endautoescape %}",
        "{% filter trim %}uid={{ id }}{% endfilter %},dc=x",
    ] {
        let answer = said(&name(source), all).unwrap();
        assert_eq!(Dn::parse(&answer).unwrap(), expected, "{source}: {answer}");
    }
    assert_eq!(said(&plain, "ben").as_deref(), Some("uid=ben,dc=x"));
    // Where a type is expected, a value does not become one.
    assert!(Dn::parse(&said(&name("{{ id }},dc=x"), "uid=root").unwrap()).is_err());
    // A value that is looked up is no name and stays as it is, unless it shall be one.
    assert_eq!(said(&value("{{ id }}"), "a,b=c").as_deref(), Some("a,b=c"));
    assert_eq!(
        said(&value("{{ id | dn }}"), "a,b=c").as_deref(),
        Some("a\\,b\\=c")
    );
}

#[test]
fn rec_12_3_what_would_go_on_for_ever_or_grow_without_end_is_stopped() {
    let doubled = {
        let mut source = "{% set a = id %}".to_owned();
        for _ in 0..150 {
            source.push_str("{% set a = a ~ a %}");
        }
        source + "{{ a }}"
    };
    let deep = "{% for a in range(9999) %}".repeat(20) + "x" + &"{% endfor %}".repeat(20);
    for source in [
        doubled.as_str(),
        deep.as_str(),
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}x",
        "{{ id * 1000000000 }}",
        "{% for a in range(9999) %}{{ id * 1000 }}{% endfor %}",
        "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{{ id | replace('', id * 100) | replace('', id * 1000) }}",
        "{{ range(9999) | join(id * 1000) }}",
        "{% set n = namespace(a=id) %}{% for b in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}{{ n.a }}",
    ] {
        let error = failed(&value(source), "ada");
        assert!(!error.is_empty() && !error.contains("ada"), "{source}: {error}");
    }
}

#[test]
fn rec_12_3_a_failure_never_tells_what_was_looked_at() {
    for source in [
        "{{ id.nothing }}",
        "{{ id + 1 }}",
        "{{ id | int }}",
        "{{ entry[id] }}",
        "{{ id() }}",
        "{{ id.split('.') }}",
        "{{ [id] }}",
        "{{ none }}",
        "{{ true }}",
    ] {
        let error = failed(&value(source), "s3cr3t");
        assert!(
            error.starts_with("line 1: ") && !error.contains("s3cr3t"),
            "{source}: {error}"
        );
    }
}

#[test]
fn rec_12_3_broken_scripts_are_refused_with_their_line() {
    let nested = "{{ ".to_owned() + &"(".repeat(2_000) + "id" + &")".repeat(2_000) + " }}";
    for (source, expected) in [
        ("\n{% if id %}", "line 2: "),
        ("{{ id", "line 1: "),
        (
            "a\nb\n{{ login }}",
            "line 3: there is no login; there are id, local, domain, entry",
        ),
        ("{{ now() }}", "line 1: there is no now"),
        ("{{ debug() }}", "line 1: there is no debug"),
        ("{% include '/etc/passwd' %}", "line 1: "),
        ("{% import 'x' as x %}", "line 1: "),
        ("{% extends 'x' %}", "line 1: "),
        ("{% block x %}{% endblock %}", "line 1: "),
        ("{% macro x() %}{% endmacro %}", "line 1: "),
        (&nested, "line 1: "),
    ] {
        let error = Script::compile(source, ScriptAnswer::Value)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(expected), "{source}: {error}");
    }
    for source in ["{{ id | safe }}", "{{ id | escape }}", "{{ id | nothing }}"] {
        assert!(value(source).run("ada").is_err(), "{source}");
    }
}

#[test]
fn rec_12_3_long_texts_are_read_within_the_bounds() {
    let id = "é".repeat(4 * 1024);
    assert_eq!(said(&value("{{ id | upper }}"), &id).unwrap().len(), id.len());
    let mut dn = "uid=x".to_owned();
    for number in 0..200 {
        write!(dn, ",ou={number}").unwrap();
    }
    assert_eq!(said(&value("{{ entry.ou }}"), &dn).as_deref(), Some("0"));
}

proptest! {
    #[test]
    fn rec_12_3_no_text_leaves_the_place_it_has_in_a_name(id in any::<String>()) {
        let script = name("uid={{ id }},ou=people,dc=x");
        let answer = said(&script, &id).unwrap();
        match Dn::parse(&answer) {
            Ok(dn) => {
                let attributes = dn.attributes();
                prop_assert_eq!(attributes.len(), 3, "{}", answer);
                let kinds: Vec<_> = attributes.iter().map(|(kind, _)| kind.as_str()).collect();
                prop_assert_eq!(kinds, ["uid", "ou", "dc"]);
            }
            Err(_) => prop_assert!(id.is_empty(), "{:?}: {}", id, answer),
        }
    }

    #[test]
    fn rec_12_3_any_script_is_refused_or_ends(source in "([{}%|a-z()'\" ~*.\\[\\]=]|\\{\\{ id|\\}\\}|\\{% (if|for|set) | in | %\\}|\\{% endfor %\\}|\\{% endif %\\}){0,40}") {
        if let Ok(script) = Script::compile(&source, ScriptAnswer::Entry) {
            let first = script.run("ada@harbor.example").map_err(|error| error.to_string());
            let again = script.run("ada@harbor.example").map_err(|error| error.to_string());
            prop_assert_eq!(first, again);
        }
    }
}
