use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::Value;

use super::{ROOT, SEGMENTS, find, rows};
use crate::control::openapi::{document, statuses};
use crate::control::row::Takes;

/// A path that a pattern fits, with its segments' own names in their places.
fn path(pattern: &str) -> String {
    pattern.replace(['{', '}'], "")
}

#[test]
fn every_row_is_found_by_its_method_and_path() {
    for row in rows() {
        let found = find(&row.method, &path(row.path)).expect("a row");
        assert_eq!(found.row.name, row.name, "{} {}", row.method, row.path);
        for (name, text) in &found.segments {
            assert_eq!(name, text, "{}", row.path);
            assert!(SEGMENTS.iter().any(|(known, _)| known == name), "SEGMENTS says nothing of {name}");
        }
        if row.method == Method::GET {
            assert_eq!(find(&Method::HEAD, &path(row.path)).expect("a row").row.name, row.name);
        }
    }
}

#[test]
fn no_two_rows_have_one_name_or_one_place() {
    let all: Vec<_> = rows().collect();
    let names: BTreeSet<&str> = all.iter().map(|row| row.name).collect();
    let places: BTreeSet<_> = all.iter().map(|row| (row.path, row.method.as_str())).collect();
    assert_eq!((names.len(), places.len()), (all.len(), all.len()));
}

#[test]
fn a_segment_is_decoded_and_whole() {
    let segment = |path: &str| {
        let found = find(&Method::GET, &format!("/v1/vendors/{path}")).ok()?;
        Some(found.segments[0].1.clone())
    };
    assert_eq!(segment("a%20b").as_deref(), Some("a b"));
    assert_eq!(segment("a%2Fb").as_deref(), Some("a/b"));
    for path in ["", "%ff", "a/b", "a/"] {
        assert_eq!(segment(path), None, "{path}");
    }
}

#[test]
fn a_path_that_is_there_tells_its_methods_and_one_that_is_not_where_to_look() {
    let refused = |method: Method, path: &str| find(&method, path).expect_err("no row").into_reply();
    let reply = refused(Method::PUT, "/v1/sandboxes");
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(reply.headers["allow"], "GET, POST, HEAD");
    for path in ["", "/v1", "/v1/sandboxes/", "//v1/sandboxes", "/v2/sandboxes"] {
        let reply = refused(Method::GET, path);
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        assert!(String::from_utf8_lossy(&reply.body).contains("openapi.json"));
    }
}

#[test]
fn the_document_has_every_row_and_nothing_else() {
    let document = document();
    assert_eq!(document["servers"][0]["url"], ROOT);
    let operations: usize = document["paths"]
        .as_object()
        .expect("paths")
        .values()
        .map(|path| path.as_object().map_or(0, |path| path.len()))
        .sum();
    assert_eq!(operations, rows().count());
    for row in rows() {
        let operation = &document["paths"][row.path][row.method.as_str().to_ascii_lowercase()];
        assert_eq!(operation["operationId"], row.name);
        assert_eq!(operation["requestBody"].is_null(), matches!(row.takes, Takes::Nothing), "{}", row.name);
        let told: BTreeSet<String> =
            operation["responses"].as_object().expect("responses").keys().cloned().collect();
        let known: BTreeSet<String> =
            statuses(row).into_iter().map(|(status, _)| status.to_string()).collect();
        assert_eq!(told, known, "{}", row.name);
        let in_path = row.path.matches('{').count();
        assert_eq!(operation["parameters"].as_array().map(Vec::len), Some(in_path + row.query.len()));
    }
}

/// OpenAPI 3.1: every schema in it is one of JSON Schema 2020-12.
#[test]
fn every_schema_of_the_document_is_one() {
    fn schemas<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    if name == "schema" {
                        found.push(value);
                    }
                    schemas(value, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| schemas(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    schemas(&document, &mut found);
    found.extend(document["components"]["schemas"].as_object().expect("schemas").values());
    assert!(found.len() > 20);
    for schema in found {
        jsonschema::meta::validate(schema).unwrap_or_else(|error| panic!("{error} in {schema}"));
    }
}
