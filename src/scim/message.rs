//! The names and envelopes of SCIM messages (RFC 7644 section 8.2) and the arithmetic of pages.

use std::ops::Range;

use serde_json::{Value, json};

/// The schema of a User (RFC 7643 section 4.1).
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of a Group (RFC 7643 section 4.2).
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The enterprise extension of a User (RFC 7643 section 4.3).
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The schema of `/ServiceProviderConfig` (RFC 7643 section 5).
pub const SERVICE_PROVIDER_CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
/// The schema of an entry of `/ResourceTypes` (RFC 7643 section 6).
pub const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
/// The schema of an entry of `/Schemas` (RFC 7643 section 7).
pub const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
/// A list of resources (RFC 7644 section 3.4.2).
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// A query sent by POST (RFC 7644 section 3.4.3).
pub const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
/// The body of a PATCH (RFC 7644 section 3.5.2).
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// An error (RFC 7644 section 3.12).
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Which part of a list is wanted, with the corrections of RFC 7644 section 3.4.2.4 already made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The first item, counted from 1.
    pub start_index: usize,
    /// How many items at most; 0 asks for `totalResults` alone.
    pub count: usize,
}

impl Page {
    /// Reads `startIndex` and `count` as a client sent them: a start below 1 is 1, a negative count is 0, no count
    /// is `count_default`, and none is more than `count_max`.
    pub fn new(start_index: Option<i64>, count: Option<i64>, count_default: usize, count_max: usize) -> Page {
        let start_index = usize::try_from(start_index.unwrap_or(1)).unwrap_or(0).max(1);
        let count = count.map_or(count_default, |count| usize::try_from(count).unwrap_or(0)).min(count_max);
        Page { start_index, count }
    }

    /// The items of this page among `total`, counted from 0; empty when the page lies beyond the end.
    pub fn range(self, total: usize) -> Range<usize> {
        let start = (self.start_index - 1).min(total);
        start..start.saturating_add(self.count).min(total)
    }
}

/// A ListResponse: `total` counts all matches, `itemsPerPage` those that are here (RFC 7644 section 3.4.2).
pub fn list_response(total: usize, start_index: usize, resources: Vec<Value>) -> Value {
    let items_per_page = resources.len();
    let mut list = json!({
        "schemas": [LIST_RESPONSE],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": items_per_page,
    });
    list["Resources"] = Value::Array(resources);
    list
}

#[cfg(test)]
mod tests {
    use super::{LIST_RESPONSE, Page, list_response};
    use serde_json::json;

    #[test]
    fn a_page_corrects_what_the_client_asked_for() {
        let check = |start, count, total, start_index, range| {
            let page = Page::new(start, count, 100, 200);
            assert_eq!((page.start_index, page.range(total)), (start_index, range), "{start:?} {count:?}");
        };
        check(None, None, 250, 1, 0..100);
        check(Some(0), None, 5, 1, 0..5);
        check(Some(-7), Some(2), 5, 1, 0..2);
        check(Some(4), Some(10), 5, 4, 3..5);
        check(Some(1), Some(0), 5, 1, 0..0);
        check(Some(1), Some(-3), 5, 1, 0..0);
        check(Some(9), Some(10), 5, 9, 5..5);
        check(Some(1), Some(5_000), 900, 1, 0..200);
        check(Some(i64::MAX), Some(i64::MAX), 5, i64::MAX as usize, 5..5);
    }

    #[test]
    fn a_list_counts_all_matches_and_the_items_that_are_here() {
        assert_eq!(
            list_response(7, 5, vec![json!({"id": "5"})]),
            json!({"schemas": [LIST_RESPONSE], "totalResults": 7, "startIndex": 5, "itemsPerPage": 1,
                   "Resources": [{"id": "5"}]})
        );
        assert_eq!(list_response(0, 1, vec![])["Resources"], json!([]));
    }
}
