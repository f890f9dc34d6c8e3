use super::reference;
use crate::profile::grammar::sample::VENDOR;

#[test]
fn the_reference_has_a_section_for_each_block_and_one_for_the_forms() {
    let text = reference(&VENDOR);
    assert_eq!(text, include_str!("sample.md"), "got:\n{text}");
}
