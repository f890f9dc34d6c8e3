//! Any JSON as the operations of a PATCH, and as the body of a POST: all or nothing, and what comes of it is a resource.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use standin::scim::resource::{Situation, clean, replace};
use standin::scim::{Leniency, Patch, ResourceSchema};

#[path = "../samples.rs"]
mod samples;

fuzz_target!(|text: &str| {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    let schema = samples::users();
    for leniency in [Leniency::default(), Leniency::all()] {
        patch(&schema, &value, &leniency);
        body(&schema, &value, &leniency);
    }
});

/// A list is the operations; anything else is the whole message.
fn patch(schema: &ResourceSchema, value: &Value, leniency: &Leniency) {
    let message = match value {
        Value::Array(_) => {
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": value})
        }
        other => other.clone(),
    };
    let Ok(patch) = Patch::parse(&message, leniency) else { return };
    let before = samples::user();
    let mut after = before.clone();
    let Ok(applied) = patch.apply(schema, &mut after, leniency) else {
        assert_eq!(after, before, "a failing PATCH changed the resource");
        return;
    };
    assert_eq!(applied.changed, after != before, "{after}");
    for kept in ["id", "meta", "score", "groups", "badge"] {
        assert_eq!(after.get(kept), before.get(kept), "a PATCH changed {kept}");
    }
    // What a PATCH leaves could have been sent whole, whatever was forgiven on the way; nothing of it is lost.
    let sent = clean(schema, after.clone(), Situation::Replace, &Leniency::default());
    let sent = sent.unwrap_or_else(|error| panic!("{error}: {after}"));
    let put = replace(schema, &after, sent.attributes).unwrap_or_else(|error| panic!("{error}: {after}"));
    assert_eq!(put, after, "a PUT of what a PATCH left is no change");

    let once = after.clone();
    if patch.apply(schema, &mut after, leniency).is_err() {
        assert_eq!(after, once, "a failing PATCH changed the resource");
    }
}

/// A body that is kept is kept as it is when it is sent again.
fn body(schema: &ResourceSchema, value: &Value, leniency: &Leniency) {
    let Ok(cleaned) = clean(schema, value.clone(), Situation::Create, leniency) else { return };
    let again = clean(schema, cleaned.attributes.clone(), Situation::Create, &Leniency::default());
    let again = again.unwrap_or_else(|error| panic!("{error}: {}", cleaned.attributes));
    assert_eq!(again.attributes, cleaned.attributes);
    assert_eq!(again.ignored, Vec::<String>::new());
    let _ = replace(schema, &samples::user(), cleaned.attributes);
}
