use std::{collections::BTreeMap, fmt::Write as _};

use serde::Deserialize;

use super::{Form, Tree};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Garden {
    name: String,
    #[serde(default)]
    beds: Vec<Bed>,
    #[serde(default)]
    open: bool,
    note: Option<String>,
    size: Option<u32>,
    weight: Option<f64>,
    #[serde(default)]
    free: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bed {
    kind: Kind,
    #[serde(default)]
    rows: Vec<u8>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Herbs,
    Trees(u8),
    Mixed { herbs: u8 },
}

fn read(text: &str, form: Form) -> Result<Garden, String> {
    let read = Tree::read(text, form).and_then(Tree::meaning);
    read.map_err(|why| why.to_string())
}

#[test]
fn the_same_is_read_from_each_form() {
    let toml = r#"
name = "Süd"
open = true
size = 0x1F
weight = 3
note = "2.10"
[[beds]]
kind = "herbs"
rows = [1, 2]
[[beds]]
kind = { trees = 7 }
[[beds]]
kind.mixed.herbs = 1
[free]
deep = { a = [1, -2, 1.5, true, "x"] }
"#;
    let yaml = "
name: Süd
open: yes
size: 31
weight: 3
note: 2.10
beds:
- { kind: herbs, rows: [1, 2] }
- kind: { trees: 7 }
- kind: { mixed: { herbs: 1 } }
free:
  deep: { a: [1, -2, 1.5, true, x] }
";
    let json = r#"{"name": "S\u00fcd", "open": true, "size": 31, "weight": 3, "note": "2.10",
        "beds": [{"kind": "herbs", "rows": [1, 2]}, {"kind": {"trees": 7}}, {"kind": {"mixed": {"herbs": 1}}}],
        "free": {"deep": {"a": [1, -2, 1.5, true, "x"]}}}"#;
    let garden = read(toml, Form::Toml).unwrap();
    assert_eq!(garden.beds[1].kind, Kind::Trees(7));
    assert_eq!(garden.free["deep"]["a"][2], 1.5);
    assert_eq!(read(yaml, Form::Yaml).unwrap(), garden);
    assert_eq!(read(json, Form::Yaml).unwrap(), garden);
    let sent: Tree = serde_json::from_str(json).unwrap();
    assert_eq!(sent.meaning::<Garden>().unwrap(), garden);
}

#[test]
fn what_has_no_quotes_in_yaml_is_what_is_asked_for() {
    for (written, meant) in [
        ("1.10", "1.10"),
        ("0123", "0123"),
        ("007", "007"),
        ("true", "true"),
        ("No", "No"),
        ("1_000", "1_000"),
        ("2026-11-30", "2026-11-30"),
        ("'1.10'", "1.10"),
        ("\"null\"", "null"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("é 1.50", "é 1.50"),
        ("|\n  two\n  lines", "two\nlines\n"),
        ("two\n  lines", "two lines"),
        ("&anchor 1.20", "1.20"),
    ] {
        let text = format!("# ümlaut before it\nname: {written}\n");
        assert_eq!(read(&text, Form::Yaml).unwrap().name, meant, "{written}");
    }
    let twice = read("name: &it 1.30\nnote: *it\n", Form::Yaml).unwrap();
    assert_eq!(
        (twice.name.as_str(), twice.note.as_deref()),
        ("1.30", Some("1.30"))
    );
    // Nothing is left out where it may be.
    let empty = read("name: x\nnote:\nsize: ~\nweight: null\n", Form::Yaml).unwrap();
    assert_eq!((empty.note, empty.size, empty.weight), (None, None, None));
    assert!(!read("name: x\nopen: off\n", Form::Yaml).unwrap().open);
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_place() {
    for (form, text, expected) in [
        (
            Form::Toml,
            "name = 'x'\n\n[[beds]]\nkind = 'herbs'\nrow = [1]\n",
            "line 5: beds[0]: unknown field `row`, expected `kind` or `rows`",
        ),
        (
            Form::Yaml,
            "name: x\nbeds:\n  - kind: herbs\n    row: [1]\n",
            "line 4: beds[0]: unknown field `row`, expected `kind` or `rows`",
        ),
        (
            Form::Toml,
            "name = 'x'\n[[beds]]\nkind = 'herbs'\n[[beds]]\nrows = []\n",
            "beds[1]: missing field `kind`",
        ),
        (
            Form::Toml,
            "name = 'x'\n[[beds]]\nkind = 'herbs'\nrows = [1,\n  300]\n",
            "line 5: beds[0].rows[1]: invalid value: integer `300`, expected u8",
        ),
        (
            Form::Yaml,
            "name: x\nbeds: [{ kind: herb }]\n",
            "line 2: beds[0].kind: unknown variant `herb`, expected one of `herbs`, `trees`, `mixed`",
        ),
        (
            Form::Yaml,
            "name: x\nbeds:\n- kind: { trees: many }\n",
            "line 3: beds[0].kind.trees: invalid type: string \"many\", expected u8",
        ),
        (
            Form::Yaml,
            "name: x\nbeds:\nopen: true\n",
            "beds: invalid type: nothing, expected a sequence",
        ),
        (
            Form::Yaml,
            "name:\n",
            "name: invalid type: nothing, expected a string",
        ),
        (
            Form::Toml,
            "name = 7\n",
            "line 1: name: invalid type: integer `7`, expected a string",
        ),
        (
            Form::Toml,
            "name = true\n",
            "line 1: name: invalid type: boolean `true`, expected a string",
        ),
        (
            Form::Toml,
            "name = 2026-11-30\n",
            "line 1: name: invalid type: a date, which is written in quotes, expected a string",
        ),
        (
            Form::Toml,
            "name = 'x'\nsize = 99999999999999999999999\n",
            "line 2: size: 99999999999999999999999 is too large",
        ),
        (
            Form::Toml,
            "name = 'x'\nsize = 9223372036854775808\n",
            "line 2: size: invalid value: integer `9223372036854775808`, expected u32",
        ),
        (Form::Toml, "name = 'x'\nname = 'y'\n", "line 2: duplicate key"),
        (Form::Toml, "name = \n", "line 1: "),
        (
            Form::Yaml,
            "name: x\nopen: maybe\n",
            "line 2: open: invalid type: string \"maybe\", expected a boolean",
        ),
        (
            Form::Yaml,
            "name: x\nopen: 'yes'\n",
            "line 2: open: invalid type: string \"yes\", expected a boolean",
        ),
        (Form::Yaml, "name: x\nname: y\n", "duplicate"),
        (Form::Yaml, "{\"name\": \"x\", \"name\": \"y\"}", "duplicate"),
        (Form::Yaml, "name: [x\n", "line"),
        (Form::Toml, "[[beds]]\nkind = 'herbs'\n", "missing field `name`"),
    ] {
        let why = read(text, form).unwrap_err();
        assert!(
            why.contains(expected),
            "{text}\nexpected: {expected}\nfound: {why}"
        );
    }
    let sent = serde_json::from_str::<Tree>("{\"name\": \"x\", \"name\": \"y\"}").unwrap_err();
    assert!(sent.to_string().contains("duplicate field `name`"), "{sent}");
    let sent: Tree = serde_json::from_str("{\"name\": 1.5}").unwrap();
    let why = sent.meaning::<Garden>().unwrap_err().to_string();
    assert_eq!(why, "name: invalid type: floating point `1.5`, expected a string");
}

#[test]
fn a_long_text_is_read_and_one_that_only_unfolds_to_be_long_is_not() {
    let beds = "- { kind: herbs, rows: [1, 2, 3, 4] }\n".repeat(60_000);
    let garden = read(&format!("name: x\nbeds:\n{beds}"), Form::Yaml).unwrap();
    assert_eq!(garden.beds.len(), 60_000);
    let mut laughs = "name: x\nfree:\n  a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
    for number in 1..9 {
        let again = vec![format!("*a{}", number - 1); 10].join(", ");
        writeln!(laughs, "  a{number}: &a{number} [{again}]").unwrap();
    }
    let why = read(&laughs, Form::Yaml).unwrap_err();
    assert!(why.contains("line"), "{why}");
}
