//! The SearchRequest message (RFC 7644 section 3.4.3): the parameters of a query, in a body.
//!
//! **Invariant:** it says what was asked, and judges nothing of it but its shape. Each member becomes the parameter of the
//! same name as a URL would hold it, so that both ways of asking are one from here on.

use serde_json::Value;

use super::error::Error;
use super::leniency::Leniency;
use super::message;

/// What a member holds.
#[derive(Clone, Copy)]
enum Holds {
    Text,
    Number,
    Names,
}

/// The members, by the names that parameters have in a URL.
const MEMBERS: &[(&str, Holds)] = &[
    ("attributes", Holds::Names),
    ("excludedAttributes", Holds::Names),
    ("filter", Holds::Text),
    ("sortBy", Holds::Text),
    ("sortOrder", Holds::Text),
    ("startIndex", Holds::Number),
    ("count", Holds::Number),
    ("cursor", Holds::Text),
];

/// A query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRequest {
    /// What it says, as the parameters of a URL.
    pub parameters: Vec<(String, String)>,
    /// The names of members that the message does not define.
    pub unknown: Vec<String>,
}

impl SearchRequest {
    /// Reads the message. Its member names may be in any case; what is null is not said.
    ///
    /// # Errors
    /// `invalidSyntax` for what is no such message, or a member of another shape.
    pub fn parse(body: &Value, leniency: &Leniency) -> Result<SearchRequest, Error> {
        let Value::Object(request) = body else {
            return Err(Error::invalid_syntax("the body is not a JSON object"));
        };
        message::must_name(request, message::SEARCH_REQUEST, leniency)?;
        let mut search = SearchRequest { parameters: Vec::new(), unknown: Vec::new() };
        for (name, value) in request.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("schemas")) {
            match MEMBERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
                None => search.unknown.push(name.clone()),
                Some(_) if value.is_null() => {}
                Some((known, holds)) => {
                    search.parameters.push(((*known).to_owned(), read(known, *holds, value)?));
                }
            }
        }
        Ok(search)
    }
}

fn read(name: &str, holds: Holds, value: &Value) -> Result<String, Error> {
    let text = match (holds, value) {
        (Holds::Text, Value::String(text)) => Some(text.clone()),
        (Holds::Number, Value::Number(number)) if number.is_i64() || number.is_u64() => {
            Some(number.to_string())
        }
        (Holds::Names, Value::Array(names)) => {
            let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
            names.map(|names| names.join(","))
        }
        (Holds::Names, Value::String(names)) => Some(names.clone()),
        _ => None,
    };
    text.ok_or_else(|| {
        let wanted = match holds {
            Holds::Text => "a string",
            Holds::Number => "a whole number",
            Holds::Names => "a list of attribute names",
        };
        Error::invalid_syntax(format!("{name} is {wanted}")).at(name)
    })
}

#[cfg(test)]
mod tests {
    use super::SearchRequest;
    use crate::scim::leniency::Leniency;
    use serde_json::{Value, json};

    const URN: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

    fn read(body: &Value) -> Result<String, String> {
        let SearchRequest { parameters, unknown } =
            SearchRequest::parse(body, &Leniency::default()).map_err(|error| error.to_string())?;
        let told: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Ok(told
            .into_iter()
            .chain(unknown.into_iter().map(|name| format!("?{name}")))
            .collect::<Vec<_>>()
            .join(" "))
    }

    #[test]
    fn members_become_the_parameters_of_a_url() {
        let check = |body: Value, wanted: &str| assert_eq!(read(&body).as_deref(), Ok(wanted), "{body}");
        check(
            json!({"schemas": [URN], "attributes": ["userName", "name.familyName"], "filter": "title pr", "startIndex": 1, "count": -5}),
            "attributes=userName,name.familyName filter=title pr startIndex=1 count=-5",
        );
        check(
            json!({"SCHEMAS": [URN], "SortBy": "userName", "sortorder": "descending", "cursor": "", "filter": null}),
            "sortBy=userName sortOrder=descending cursor=",
        );
        check(
            json!({"schemas": [URN], "excludedAttributes": "emails", "domain": 1}),
            "excludedAttributes=emails ?domain",
        );
    }

    #[test]
    fn a_member_of_another_shape_is_refused() {
        let check = |body: Value, message: &str| {
            assert_eq!(read(&body), Err(format!("400 invalidSyntax: {message}")), "{body}");
        };
        check(json!([]), "the body is not a JSON object");
        check(json!({}), &format!("schemas is a list that names {URN}"));
        check(json!({"schemas": [URN], "count": "10"}), "count is a whole number");
        check(json!({"schemas": [URN], "startIndex": 1.5}), "startIndex is a whole number");
        check(json!({"schemas": [URN], "filter": 1}), "filter is a string");
        check(json!({"schemas": [URN], "attributes": [1]}), "attributes is a list of attribute names");
    }
}
