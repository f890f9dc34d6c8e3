//! Any text is the path of a PATCH or an error; a path that is written reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use standin::scim::filter::FILTER_BYTES_MAX;
use standin::scim::{AttrPath, PatchPath};

#[path = "../samples.rs"]
mod samples;

fuzz_target!(|text: &str| {
    if let Ok(path) = PatchPath::parse(text) {
        let written = path.to_string();
        if written.len() <= FILTER_BYTES_MAX {
            assert_eq!(PatchPath::parse(&written).as_ref(), Ok(&path), "{written}");
        }
    }
    if let Ok(path) = AttrPath::parse(text) {
        assert_eq!(AttrPath::parse(&path.to_string()).as_ref(), Ok(&path));
        assert!(path.spells(text), "{text}");
        let schema = samples::users();
        schema.find(&path);
        schema.whole_extension(&path);
    }
});
