//! Files good and bad, as tables: what is read, and which words each mistake gets.

use std::path::Path;

use proptest::prelude::*;

use super::super::Manager;
use super::*;

/// Reads a bad file; its problems as they are shown.
fn problems(format: Format, text: &[u8]) -> Vec<String> {
    let problems = read("f", text, format).expect_err("a bad file");
    problems.iter().map(Problem::to_string).collect()
}

fn check(format: Format, text: &str, wanted: &[&str]) {
    assert_eq!(problems(format, text.as_bytes()), wanted, "{text:?}");
}

fn loaded(format: Format, text: &str) -> Loaded {
    read("f", text.as_bytes(), format).expect("a good file")
}

#[test]
fn a_name_tells_the_format() {
    let check = |name: &str, wanted| assert_eq!(Format::of(Path::new(name)), wanted, "{name}");
    check("a/people.csv", Some(Format::Csv));
    check("PEOPLE.JSON", Some(Format::Json));
    check("people.ndjson", Some(Format::Ndjson));
    check("people.jsonl", Some(Format::Ndjson));
    check("people.xlsx", None);
    check("people", None);
}

#[test]
fn the_examples_hold_the_same_people_in_every_format() {
    let example = |extension| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("seed/example").with_extension(extension);
        let format = Format::of(&path).expect("a known extension");
        let text = std::fs::read(&path).expect("the example is there");
        read(extension, &text, format).expect("a good file")
    };
    let people = example("csv");
    assert_eq!(people.recipients.len(), 12);
    assert_eq!(people.warnings, []);
    assert_eq!(people.lines, (2..14).collect::<Vec<_>>());
    for other in [example("json"), example("ndjson")] {
        assert_eq!((other.recipients, other.warnings), (people.recipients.clone(), Vec::new()));
    }
    let street =
        people.recipients.iter().find_map(|person| person.street.as_deref().filter(|s| s.contains('"')));
    assert_eq!(street, Some("9 Mill Lane, \"The Old Mill\""));
}

#[test]
fn every_spelling_of_a_column_is_understood() {
    let check = |header: &str, cell: &str, name: &str, wanted: &str| {
        let people = loaded(Format::Csv, &format!("email,{header}\na@example.com,{cell}\n")).recipients;
        assert_eq!(people[0].trait_text(name), Some(wanted), "{header}");
    };
    check("given_name", "Ada", "given_name", "Ada");
    check("givenName", "Ada", "given_name", "Ada");
    check("FIRST NAME", "Ada", "given_name", "Ada");
    check(" lastName ", "Lovelace", "family_name", "Lovelace");
    check("Display-Name", "  Ada L  ", "full_name", "Ada L");
    check("timeZone", "europe/berlin", "time_zone", "Europe/Berlin");
    check("Zip", "0123", "postal_code", "0123");
    check("title", "\"Head, \"\"IT\"\"\"", "title", "Head, \"IT\"");
}

#[test]
fn marks_and_line_endings_of_every_system_are_accepted() {
    let plain = loaded(Format::Csv, "email,title\na@example.com,Ünit\nb@example.com,\n");
    assert_eq!(plain.recipients[1].title, None);
    for text in [
        "\u{feff}email,title\na@example.com,Ünit\nb@example.com,\n",
        "email,title\r\na@example.com,Ünit\r\n\r\nb@example.com,\r\n",
        "email,title\ra@example.com,Ünit\rb@example.com,",
        "\n\nemail,title\n\na@example.com,\"Ünit\"\n,\n\nb@example.com, \n",
    ] {
        assert_eq!(loaded(Format::Csv, text).recipients, plain.recipients, "{text:?}");
    }
    let objects =
        ["{\"email\":\"a@example.com\",\"title\":\"Ünit\"}", "{\"email\":\"b@example.com\",\"title\":null}"];
    for (format, text) in [
        (Format::Ndjson, format!("\u{feff}{}\r\n \r\n{}", objects[0], objects[1])),
        (Format::Json, format!("\u{feff}[{},\r\n{}]\r\n", objects[0], objects[1])),
        (Format::Json, format!("{{\"recipients\": [{}, {}]}}", objects[0], objects[1])),
    ] {
        assert_eq!(loaded(format, &text).recipients, plain.recipients, "{text:?}");
    }
}

#[test]
fn groups_flags_and_managers_are_read_from_either_kind_of_file() {
    let table =
        "email,manager,active,groups\nBoss@example.com,,YES,A; B;;A\nc@example.com,boss@EXAMPLE.com,0,\n";
    let array = r#"[{"email":"Boss@example.com","active":true,"groups":["A"," B ","A"]},
        {"email":"c@example.com","manager":"boss@EXAMPLE.com","active":0,"groups":[]}]"#;
    for (format, text) in [(Format::Csv, table), (Format::Json, array)] {
        let people = loaded(format, text).recipients;
        assert_eq!((people[0].active, people[1].active), (true, false));
        assert_eq!(people[0].groups, ["A", "B"]);
        assert_eq!(people[1].groups, [""; 0]);
        assert_eq!(people[1].manager, Some(Manager::Email("Boss@example.com".into())));
    }
    assert!(loaded(Format::Csv, "email,active\na@example.com,\n").recipients[0].active);
}

#[test]
fn a_bad_value_is_named_with_its_line() {
    let check = |column: &str, cell: &str, wanted: &str| {
        let text = format!("email,{column}\nok@example.com,\na@example.com,{cell}\n");
        check(Format::Csv, &text, &[&format!("f:3: {wanted}")]);
    };
    check(
        "phone",
        "030 123",
        "`phone` is not an E.164 number: \"030 123\" (write + and 7 to 15 digits, as in +493023125000)",
    );
    check(
        "mobile",
        "+0123456789",
        "`mobile` is not an E.164 number: \"+0123456789\" (write + and 7 to 15 digits, as in +493023125000)",
    );
    check(
        "time_zone",
        "Berlin",
        "`time_zone` is not an IANA time zone: \"Berlin\" (write it as in Europe/Berlin)",
    );
    check("locale", "de_DE", "`locale` is not a BCP 47 language tag: \"de_DE\" (write it as in de or de-DE)");
    check(
        "language",
        "German",
        "`language` is not a BCP 47 language tag: \"German\" (write it as in de or de-DE)",
    );
    check(
        "country",
        "Germany",
        "`country` is not an ISO 3166 code of two letters: \"Germany\" (write it as in DE)",
    );
    check("active", "maybe", "`active` is neither true nor false: \"maybe\" (write true or false)");
    check("manager", "bob", "`manager` is not an e-mail address: \"bob\" (write it as in ada@example.com)");
    check(
        "manager",
        "bob@example.com",
        "`manager` is nobody in this file: \"bob@example.com\" (write the `email` of another recipient of the file, or nothing)",
    );
    check(
        "manager",
        "A@example.com",
        "`manager` is the recipient's own address: \"A@example.com\" (write the `email` of another recipient of the file, or nothing)",
    );
    check(
        "title",
        "\"a\nb\"",
        "`title` holds a line break or another control character: \"a\\nb\" (is a quotation mark missing?)",
    );
    check(
        "groups",
        "a;\u{7}",
        "`groups` holds a line break or another control character: \"\\u{7}\" (is a quotation mark missing?)",
    );
    let long = "x".repeat(TEXT_BYTES_MAX + 1);
    let shown = "x".repeat(60);
    check(
        "title",
        &long,
        &format!("`title` has 1025 bytes: \"{shown}\"… (1024 are allowed; is a quotation mark missing?)"),
    );
}

#[test]
fn an_address_is_plausible_or_refused() {
    let good = ["a@b.co", "o'neill+x@example.com", "jörg@münchen.example", "root@localhost", "a.b@x-y.test"];
    for email in good {
        assert_eq!(loaded(Format::Csv, &format!("email\n{email}\n")).recipients[0].email, email);
    }
    let long = format!("{}@example.com", "x".repeat(65));
    let bad = [
        "bob",
        "bob@",
        "@example.com",
        "a@b",
        "a b@example.com",
        "a@b@example.com",
        "a@-b.com",
        "a@b..com",
        &long,
    ];
    for email in bad {
        let found = problems(Format::Csv, format!("email\n{email}\n").as_bytes());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("f:2: `email` is not an e-mail address: "), "{found:?}");
    }
}

#[test]
fn a_bad_table_is_refused_with_every_line_named() {
    check(Format::Csv, "", &["f: holds no recipient"]);
    check(Format::Csv, "email\n\n", &["f: holds no recipient"]);
    check(Format::Csv, "title\nBoss\n", &["f:1: no column is `email` (the first row names the columns)"]);
    check(
        Format::Csv,
        "email;title\na@example.com;Boss\n",
        &[
            "f:1: the columns are not separated by commas: \"email;title\" (save the file as comma-separated values)",
        ],
    );
    check(
        Format::Csv,
        "email,mail,given_nmae\r\na@example.com,,\r\n\r\nb@example.com\r\n,,Bob\r\nA@Example.COM,,\r\n",
        &[
            "f:1: two columns are `email`",
            "f:1: unknown trait \"given_nmae\" (did you mean `given_name`?)",
            "f:4: has 1 cells where the header has 3 (is a comma or a quotation mark missing or too many?)",
            "f:5: `email` is missing",
            "f:6: `email` is that of line 2 already: \"a@example.com\"",
        ],
    );
}

#[test]
fn a_bad_row_still_has_its_address_for_others_to_name() {
    let text = "email,phone,manager\nboss@example.com,12,\nc@example.com,,boss@example.com\n";
    check(
        Format::Csv,
        text,
        &["f:2: `phone` is not an E.164 number: \"12\" (write + and 7 to 15 digits, as in +493023125000)"],
    );
}

#[test]
fn bad_json_is_refused_with_line_and_column() {
    check(Format::Json, "  \n", &["f: holds no recipient"]);
    check(Format::Json, "[]", &["f: holds no recipient"]);
    check(Format::Json, "{}", &["f: holds no recipient"]);
    check(
        Format::Json,
        "[\n  {\"email\": \"ä@example.com\" x}\n]",
        &["f:2:29: not JSON: expected `,` or `}`"],
    );
    check(
        Format::Json,
        "\"a\"",
        &[
            "f:1:1: no array of recipients (write an array of objects, or an object with such an array as `recipients`)",
        ],
    );
    check(
        Format::Json,
        "{\"recipients\": [1],\n \"people\": []}",
        &[
            "f:1:17: not an object: \"1\" (write one object for each recipient)",
            "f:2:12: unknown member \"people\" (beside the array `recipients` there is nothing)",
        ],
    );
    check(
        Format::Json,
        "[\n  {\"email\": \"é@example.com\", \"title\": 7},\n  {\"shoe\": \"42\",\n   \"email\": true, \"Mail\": \"x\"},\n  {\"title\": {},\n   \"groups\": [1]}\n]",
        &[
            "f:2:39: `title` is a number (put it between quotation marks)",
            SHOE,
            "f:4:13: two members are `email`",
            "f:4:27: `email` is not an e-mail address: \"x\" (write it as in ada@example.com)",
            "f:5:3: `email` is missing",
            "f:5:13: `title` is an object (write text)",
            "f:6:14: `groups` holds something that is no text (put it between quotation marks)",
        ],
    );
}

/// The complaint about a key that resembles none.
const SHOE: &str = "f:3:12: unknown trait \"shoe\" (known are email, given_name, family_name, full_name, title, \
    department, division, cost_center, employee_number, user_type, manager, locale, language, time_zone, phone, \
    mobile, street, city, region, postal_code, country, active, groups)";

#[test]
fn bad_lines_of_ndjson_are_each_named() {
    check(Format::Ndjson, "", &["f: holds no recipient"]);
    check(
        Format::Ndjson,
        "{\"email\":\"a@example.com\"}\n{\"email\":\n\n[]\n  {\"email\":\"a@example.com\",\"active\":\"on\"}\nö\n",
        &[
            "f:2:9: not JSON: EOF while parsing a value",
            "f:4:1: not an object: \"[]\" (write one object for each recipient)",
            "f:5:12: `email` is that of line 1 already: \"a@example.com\"",
            "f:5:37: `active` is neither true nor false: \"on\" (write true or false)",
            "f:6:1: not JSON: expected value",
        ],
    );
}

#[test]
fn bad_utf_8_is_named_by_line_in_every_format() {
    for format in [Format::Csv, Format::Json, Format::Ndjson] {
        let found = problems(format, b"email\r\n\xe4@example.com\r\na@example.com\r\nb\xff@example.com");
        assert_eq!(
            found,
            ["f:2: not UTF-8 (save the file as UTF-8)", "f:4: not UTF-8 (save the file as UTF-8)"]
        );
        let found = problems(format, b"\xff\xfee\0m\0");
        assert_eq!(found, ["f:1: not UTF-8 (this looks like UTF-16; save the file as UTF-8)"]);
    }
}

#[test]
fn reserved_domains_load_quietly_and_others_with_a_warning() {
    let check = |domain: &str, quiet: bool| {
        let warnings = loaded(Format::Csv, &format!("email\na@{domain}\n")).warnings;
        assert_eq!(warnings.is_empty(), quiet, "{domain}: {warnings:?}");
        assert!(warnings.iter().all(|warning| warning.line == 2), "{warnings:?}");
    };
    for domain in
        ["example.com", "EXAMPLE.net", "a.b.example.org", "x.test", "x.invalid", "x.example", "localhost"]
    {
        check(domain, true);
    }
    for domain in ["acme.com", "notexample.com", "example.co", "example.com.evil.io", "contest.io"] {
        check(domain, false);
    }
}

#[test]
fn problems_and_warnings_are_listed_up_to_a_bound_and_then_counted() {
    let rows = |domain: &str| (0..130).map(|i| format!("u{i}@{domain}\n")).collect::<String>();
    let found = problems(Format::Csv, format!("email\n{}", rows("")).as_bytes());
    assert_eq!(found.len(), PROBLEMS_MAX + 1);
    assert!(found[99].starts_with("f:101: "), "{}", found[99]);
    assert_eq!(found[100], "f: and 30 more");
    let warnings = loaded(Format::Csv, &format!("email\n{}", rows("acme.com"))).warnings;
    assert_eq!(warnings.len(), PROBLEMS_MAX + 1);
    assert_eq!(warnings[100].to_string(), "f: and 30 more");
}

#[test]
fn a_file_of_too_many_recipients_is_refused() {
    let text = b"email\na@example.com\nb@example.com\nc@example.com\nd@example.com\n";
    assert_eq!(read_at_most(4, "f", text, Format::Csv).map(|loaded| loaded.recipients.len()), Ok(4));
    let found = read_at_most(2, "f", text, Format::Csv).expect_err("too many");
    assert_eq!(
        found.iter().map(Problem::to_string).collect::<Vec<_>>(),
        ["f:4: too many recipients (2 are allowed)"]
    );
}

#[test]
fn an_unknown_trait_is_answered_with_the_nearest() {
    let check = |written: &str, wanted: Option<&str>| {
        let help = cell::unknown(written).help.unwrap_or_default();
        assert_eq!(
            help.strip_prefix("did you mean `").and_then(|rest| rest.strip_suffix("`?")),
            wanted,
            "{written}"
        );
    };
    check("emial", None);
    check("e_mai", Some("email"));
    check("firstnam", Some("given_name"));
    check("Departement", Some("department"));
    check("timezome", Some("time_zone"));
    check("shoe size", None);
    check(&"x".repeat(10_000), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_recipients_or_problems(
        bytes in proptest::collection::vec(any::<u8>(), 0..200), as_text in "[\\[\\]{}\",:;a@.\r\n\\\\é0-9-]{0,80}",
    ) {
        for format in [Format::Csv, Format::Json, Format::Ndjson] {
            for text in [&bytes[..], as_text.as_bytes(), format!("email,title\n{as_text}").as_bytes()] {
                match read("f", text, format) {
                    Ok(loaded) => prop_assert!(!loaded.recipients.is_empty()),
                    Err(problems) => prop_assert!(!problems.is_empty() && problems.len() <= PROBLEMS_MAX + 1),
                }
            }
        }
    }
}
