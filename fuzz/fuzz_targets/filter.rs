//! Any text is a filter or an error; a filter that is written reads the same, and can be asked of a resource.

#![no_main]

use libfuzzer_sys::fuzz_target;
use standin::scim::Filter;
use standin::scim::filter::FILTER_BYTES_MAX;

#[path = "../samples.rs"]
mod samples;

fuzz_target!(|text: &str| {
    let Ok(filter) = Filter::parse(text) else { return };
    let (schema, user) = (samples::users(), samples::user());
    let written = filter.to_string();
    if written.len() <= FILTER_BYTES_MAX {
        assert_eq!(Filter::parse(&written).as_ref(), Ok(&filter), "{written}");
    }
    let allowed = filter.check(&schema).is_ok();
    let matches = filter.matches(&schema, &user);
    let not = Filter::Not(Box::new(filter.clone()));
    assert_eq!(not.matches(&schema, &user), !matches, "{written}");
    assert_eq!(not.check(&schema).is_ok(), allowed, "{written}");
    assert!(filter.paths().iter().all(|path| !path.name.is_empty()));
});
