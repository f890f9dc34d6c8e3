//! `docs/profiles.md`: each marked block is a whole file, and the reference is that of the table of keys.

use std::fs;
use std::sync::Arc;

use standin::profile::Library;
use standin::profile::keys::PROFILE;
use standin::profile::reference::reference;
use standin::profile::source::Source;

use crate::support::faultless;
use crate::support::golden::golden;

const PAGE: &str = "docs/profiles.md";
const BEGIN: &str = "<!-- reference -->\n";
const END: &str = "<!-- end of reference -->\n";

fn page() -> String {
    fs::read_to_string(PAGE).unwrap_or_else(|error| panic!("{PAGE}: {error}"))
}

/// The blocks that are files: name and text, in order.
fn blocks(page: &str) -> Vec<(String, String)> {
    let parts = page.split("<!-- file: ").skip(1);
    let read = |part: &str| {
        let (name, rest) = part.split_once(" -->\n").expect("the comment ends with its line");
        let text = rest.strip_prefix("```yaml\n").expect("the block begins on the next line");
        let (text, _) = text.split_once("\n```\n").expect("the block ends");
        (name.to_owned(), format!("{text}\n"))
    };
    parts.map(read).collect()
}

#[test]
fn the_vendor_loads_at_every_step() {
    let mut files: Vec<Arc<Source>> = Vec::new();
    for (step, (name, text)) in blocks(&page()).into_iter().enumerate() {
        files.retain(|file| file.name != name);
        files.push(Source::new(name.clone(), text));
        let library: Library = faultless(&files);
        let vendor = name.trim_end_matches(".yaml");
        assert!(library.profile(vendor, &[]).is_ok(), "block {}, {name}", step + 1);
    }
    assert_eq!(files.len(), 2, "the page has lodge.yaml and a file that extends it");
}

#[test]
fn what_the_last_step_leaves_commented_out_loads_too() {
    let mut files = blocks(&page());
    let (name, text) = files.pop().expect("the last step");
    let (base, whole) = files.pop().expect("the step before it");
    let is_setting = |line: &&str| {
        line.strip_prefix("# ").is_some_and(|rest| {
            let key = rest.trim_start().split(':').next().unwrap_or_default();
            rest.contains(':') && !key.contains(' ')
        })
    };
    assert_eq!(text.lines().filter(is_setting).count(), 3, "plans, variants, pages");
    let uncommented = |line: &str| if is_setting(&line) { line[2..].to_owned() } else { line.to_owned() };
    let text = text.lines().map(uncommented).collect::<Vec<_>>().join("\n");
    let library = faultless(&[Source::new(base, whole), Source::new(name, text)]);
    let profile = library.profile("lodge-old", &[]).expect("it is free of mistakes");
    assert_eq!(profile.plans, ["bunk", "suite"]);
}

#[test]
fn every_block_of_yaml_is_a_file_or_one_line() {
    let page = page();
    let unmarked = page.split("```yaml\n").skip(1).filter_map(|block| block.split_once("```\n"));
    let long = unmarked.filter(|(block, _)| block.lines().count() > 1).count();
    assert_eq!(long, blocks(&page).len(), "mark it with <!-- file: NAME.yaml -->");
}

#[test]
fn the_mistake_that_the_page_shows_is_told_so() {
    let page = page();
    let (_, rest) = page.split_once("```text\n").expect("there is such a block");
    let (shown, _) = rest.split_once("```\n").expect("the block ends");
    let files = blocks(&page);
    let (name, text) = files.get(1).expect("the second step");
    let wrong = Source::new(name.clone(), text.replacen("        scope: read\n", "        scope: raed\n", 1));
    let (_, found) = crate::support::checked(&[wrong]);
    let told = standin::profile::diagnostic::render(&found);
    assert!(told.starts_with(shown.trim_end()), "the page shows\n{shown}\nand this is told\n{told}");
}

#[test]
fn the_reference_is_that_of_the_table_of_keys() {
    let page = page();
    let (before, rest) = page.split_once(BEGIN).expect("the reference begins");
    let (_, after) = rest.split_once(END).expect("the reference ends");
    golden(PAGE, &format!("{before}{BEGIN}\n{}\n{END}{after}", reference(&PROFILE).trim_end()));
}
