use proptest::prelude::{ProptestConfig, any, proptest};
use std::collections::HashSet;
use std::sync::Arc;

use super::{CODES, Diagnostic, SHOWN_MAX, render, sorted};
use crate::profile::source::Source;

fn sample() -> Arc<Source> {
    Source::new("profiles/x.yaml", "a: 1\nb: 2\nc: é ü\nd: 4\ne: 5\nf: 6\ng: 7\na: 8\n")
}

fn check(diagnostics: &[Diagnostic], wanted: &str) {
    let text = render(diagnostics);
    assert_eq!(text, wanted, "got:\n{text}");
}

#[test]
fn a_diagnostic_shows_code_sentence_place_label_and_help() {
    let source = sample();
    let mistake = Diagnostic::error("P004", &source.place(5, 6), "unknown key `b`");
    check(
        &[mistake.label("did you mean `a`?").help("remove it")],
        "error[P004]: unknown key `b`
 --> profiles/x.yaml:2:1
  |
2 | b: 2
  | ^ did you mean `a`?
  |
help: remove it

1 error in profiles/x.yaml
",
    );
}

#[test]
fn other_places_are_shown_beside_the_first() {
    let source = sample();
    let twice =
        Diagnostic::error("P002", &source.place(39, 40), "`a` is there twice").label("and again here");
    check(
        &[twice.also(&source.place(0, 1), "first here")],
        "error[P002]: `a` is there twice
 --> profiles/x.yaml:8:1
  |
1 | a: 1
  | - first here
...
8 | a: 8
  | ^ and again here

1 error in profiles/x.yaml
",
    );
    let other = Source::new("base.yaml", "x: 1\n");
    let far = Diagnostic::warning("P002", &source.place(0, 1), "`a` hides `x`")
        .also(&other.place(0, 1), "this one");
    check(
        &[far],
        "warning[P002]: `a` hides `x`
 --> profiles/x.yaml:1:1
  |
1 | a: 1
  | ^
  |
 ::: base.yaml:1:1
  |
1 | x: 1
  | - this one

1 warning in profiles/x.yaml
",
    );
}

#[test]
fn columns_count_characters() {
    let source = sample();
    check(
        &[Diagnostic::error("P001", &source.place(16, 18), "odd").label("here")],
        "error[P001]: odd
 --> profiles/x.yaml:3:6
  |
3 | c: é ü
  |      ^ here

1 error in profiles/x.yaml
",
    );
}

#[test]
fn a_place_of_several_lines_is_shown_by_its_first() {
    let source = sample();
    check(
        &[Diagnostic::error("P006", &source.place(5, 30), "missing key `x`")],
        "error[P006]: missing key `x`
 --> profiles/x.yaml:2:1
  |
2 | b: 2
  | ^^^^

1 error in profiles/x.yaml
",
    );
}

#[test]
fn diagnostics_are_sorted_and_the_same_is_shown_once() {
    let (b, a) = (Source::new("b", "xyz"), Source::new("a", "xyz"));
    let on = |source: &Arc<Source>, at: usize| Diagnostic::error("P001", &source.place(at, at + 1), "m");
    let list = [on(&b, 0), on(&a, 2), on(&a, 1), on(&b, 0)];
    let order: Vec<String> = sorted(&list).iter().map(|one| one.place.to_string()).collect();
    assert_eq!(order, ["a:1:2", "a:1:3", "b:1:1"]);
}

#[test]
fn the_summary_counts_by_severity_and_names_the_files() {
    let check = |list: &[Diagnostic], wanted: &str| {
        assert_eq!(render(list).lines().last().unwrap_or(""), wanted);
    };
    let source = Source::new("a", "0123456789".repeat(30));
    let error = |at: usize| Diagnostic::error("P001", &source.place(at, at + 1), "m");
    let warning = Diagnostic::warning("P001", &source.place(0, 1), "w");
    let elsewhere = |name: &str| Diagnostic::error("P001", &Source::new(name, "x").place(0, 1), "m");
    check(&[], "");
    check(&[error(1)], "1 error in a");
    check(&[error(1), error(2), warning.clone()], "2 errors, 1 warning in a");
    check(&[warning], "1 warning in a");
    check(&[error(1), elsewhere("b")], "2 errors in a and b");
    check(&[error(1), elsewhere("b"), elsewhere("c")], "3 errors in 3 files");
    let many: Vec<Diagnostic> = (0..=SHOWN_MAX).map(error).collect();
    check(&many, "101 errors in a; the first 100 are shown");
    assert_eq!(render(&many).matches("error[P001]").count(), SHOWN_MAX);
}

#[test]
fn every_code_is_listed_once_with_its_texts() {
    let mut seen = HashSet::new();
    for (code, title, explanation) in CODES {
        assert!(seen.insert(code), "{code} is there twice");
        assert!(code.len() == 4 && code.starts_with(['P', 'C', 'S']), "{code}");
        assert!(!title.is_empty() && !title.ends_with('.'), "{code}");
        assert!(explanation.len() > 80 && explanation.ends_with('.'), "{code}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn any_span_of_any_text_can_be_drawn(
        text in "(\\PC|[\n\r\t\u{0}\u{1b}é👩‍👩‍👧]){0,40}", start in 0usize..200, end in 0usize..200, also in 0usize..200,
        label in any::<String>(),
    ) {
        let source = Source::new("x", text);
        let mistake = Diagnostic::error("P001", &source.place(start, end), "m").label(label);
        let drawn = render(&[mistake.also(&source.place(also, also + 3), "too").help("help")]);
        assert!(drawn.starts_with("error[P001]: m\n") && drawn.ends_with("1 error in x\n"));
    }
}
