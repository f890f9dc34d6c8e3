use serde_json::{Value, json};

use super::{
    AuthenticationScheme, BulkLimits, Pagination, PaginationMethod, ResourceType, ServiceProviderConfig,
};
use crate::scim::configuration;
use crate::scim::resource::{Situation, clean};
use crate::scim::schema::{ResourceSchema, Schema};
use crate::scim::{Leniency, core, message};

fn all() -> ServiceProviderConfig {
    ServiceProviderConfig {
        patch: true,
        bulk: Some(BulkLimits { operations_max: 1000, payload_bytes_max: 1_048_576 }),
        filter_results_max: Some(200),
        change_password: true,
        sort: true,
        etag: true,
        pagination: Some(Pagination {
            cursor: true,
            index: true,
            default_method: Some(PaginationMethod::Index),
            default_size: Some(100),
            size_max: Some(200),
            cursor_timeout_s: Some(3600),
        }),
        authentication_schemes: vec![AuthenticationScheme {
            kind: "oauthbearertoken",
            name: "OAuth Bearer Token".to_owned(),
            description: "A token".to_owned(),
            specification: Some("https://www.rfc-editor.org/rfc/rfc6750"),
        }],
    }
}

fn none() -> ServiceProviderConfig {
    ServiceProviderConfig {
        patch: false,
        bulk: None,
        filter_results_max: None,
        change_password: false,
        sort: false,
        etag: false,
        pagination: None,
        authentication_schemes: Vec::new(),
    }
}

fn types() -> [ResourceType; 2] {
    let group = ResourceType {
        name: "Group".to_owned(),
        description: String::new(),
        endpoint: "/Groups".to_owned(),
        schema: message::GROUP.to_owned(),
        extensions: Vec::new(),
    };
    let extensions = vec![(message::ENTERPRISE_USER.to_owned(), false)];
    let user = ResourceType {
        name: "User".to_owned(),
        description: "User Account".to_owned(),
        endpoint: "/Users".to_owned(),
        schema: message::USER.to_owned(),
        extensions,
    };
    [user, group]
}

#[test]
fn a_configuration_that_has_all_says_so_in_the_words_of_the_rfcs() {
    let wanted = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {"supported": true, "maxOperations": 1000, "maxPayloadSize": 1_048_576},
        "filter": {"supported": true, "maxResults": 200},
        "changePassword": {"supported": true},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "pagination": {
            "cursor": true, "index": true, "defaultPaginationMethod": "index",
            "defaultPageSize": 100, "maxPageSize": 200, "cursorTimeout": 3600,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "OAuth Bearer Token", "description": "A token",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6750", "primary": true,
        }],
    });
    assert_eq!(all().to_json(), wanted);
}

#[test]
fn what_is_not_supported_still_has_its_required_numbers() {
    let json = none().to_json();
    assert_eq!(json["bulk"], json!({"supported": false, "maxOperations": 0, "maxPayloadSize": 0}));
    assert_eq!(json["filter"], json!({"supported": false, "maxResults": 0}));
    assert_eq!(json.get("pagination"), None, "a service that does not know RFC 9865 does not speak of it");
}

#[test]
fn a_resource_type_names_its_extensions_only_where_it_has_some() {
    let [user, group] = types().map(|one| one.to_json());
    assert_eq!(user["schemaExtensions"], json!([{"schema": message::ENTERPRISE_USER, "required": false}]));
    assert_eq!(user["id"], "User");
    assert_eq!((group.get("schemaExtensions"), group.get("description")), (None, None));
}

/// The document has what its schema requires and nothing that its schema lacks.
fn check(schema: fn() -> Schema, document: Value) {
    let schema = schema();
    let core = Schema { attributes: configuration::writable(schema.attributes), ..schema };
    let schema = ResourceSchema { core, extensions: Vec::new() };
    let cleaned = clean(&schema, document.clone(), Situation::Create, &Leniency::default());
    assert_eq!(cleaned.map(|cleaned| cleaned.attributes), Ok(document));
}

#[test]
fn every_document_is_as_its_own_schema_has_it() {
    check(configuration::service_provider_config, all().to_json());
    check(configuration::service_provider_config, {
        let schemes = all().authentication_schemes;
        ServiceProviderConfig { authentication_schemes: schemes, ..none() }.to_json()
    });
    types().iter().for_each(|one| check(configuration::resource_type, one.to_json()));
    // The schema of schemas itself is one level deeper than what it describes, in RFC 7643 section 8.7.2 too.
    let own = [configuration::service_provider_config(), configuration::resource_type()];
    own.iter().chain(&[core::user(), core::group(), core::enterprise_user()]).for_each(|schema| {
        check(configuration::schema, schema.to_json());
    });
}
