//! A call as the fuzzer chooses it: mostly near what is served, with a word of its own here and there.

use arbitrary::Arbitrary;
use http::{HeaderName, Method, header};
use serde_json::{Map, Value, json};
use standin::profile::model::Carrier;

use crate::words::{Filter, Json, Name, Text, Told, pick, word};
use crate::world::{DOORS, Door, Operation};

/// What `password` is set to, in bodies; nowhere else, unless the fuzzer writes it itself.
pub const PASSWORD: &str = "kestrel-7f3a-at-dusk";

const OPS: &[&str] = &["add", "remove", "replace", "Add", "move"];
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"];
const MEDIA_TYPES: &[&str] = &[
    "application/json",
    "application/scim+json; charset=utf-8",
    "application/x-www-form-urlencoded",
    "text/plain",
    "",
];
const AGENTS: &[&str] = &["Okta SCIM Client 1.0", "Azure AD", "OneLogin", "curl/8"];

#[derive(Debug, Arbitrary)]
pub struct Sent<'a> {
    door: u8,
    operation: u8,
    /// How long after the call before, in seconds.
    pub wait_s: u16,
    method: Option<u8>,
    id: Text<'a>,
    place: Place<'a>,
    query: Vec<(Name<'a>, Text<'a>)>,
    headers: Vec<Header<'a>>,
    organization: bool,
    body: Body<'a>,
}

#[derive(Debug, Arbitrary)]
enum Place<'a> {
    Served,
    Below(&'a str),
    Above(&'a str),
}

#[derive(Debug, Arbitrary)]
enum Header<'a> {
    MediaType(u8),
    Agent(u8),
    IfMatch(Text<'a>),
    IfNoneMatch(Text<'a>),
    Accept(Text<'a>),
    Authorization(&'a str),
    Host(&'a str),
}

#[derive(Debug, Arbitrary)]
enum Body<'a> {
    Empty,
    Own(&'a [u8]),
    Record { like_known: bool, fields: Vec<(Name<'a>, Json<'a>)>, password: Option<bool> },
    Form(Vec<(Name<'a>, Text<'a>)>),
    Patch(Vec<Op<'a>>),
    Bulk(Vec<(u8, Text<'a>, Text<'a>, Json<'a>)>),
    Token { grant: Option<Text<'a>>, scope: Option<Text<'a>>, is_silent: bool },
}

#[derive(Debug, Arbitrary)]
enum Op<'a> {
    Any(u8, Option<Path<'a>>, Json<'a>),
    /// What a known record has there, its addresses fresh.
    Like(u8, Name<'a>),
    Members(u8, Vec<u8>),
    Password(u8, bool),
}

#[derive(Debug, Arbitrary)]
enum Path<'a> {
    Name(Name<'a>),
    Within(Name<'a>, Filter<'a>, Option<Name<'a>>),
}

/// Percent-encodes what a path or query cannot hold; a `%` stays as it is.
fn encoded(text: &str) -> String {
    let is_plain =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'#' | b'&' | b'+' | b'<' | b'>' | b'?');
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

impl Sent<'_> {
    /// The api that is called.
    pub fn door(&self) -> &'static Door {
        pick(&DOORS, self.door).expect("there are apis")
    }

    fn operation(&self) -> Option<&'static Operation> {
        pick(&self.door().operations, self.operation)
    }

    /// A record as it is shown there.
    fn sample(&self) -> Option<&'static Value> {
        self.operation().and_then(|operation| operation.sample.as_ref())
    }

    /// The method.
    pub fn method(&self) -> Method {
        let other =
            self.method.map(|nth| Method::from_bytes(word(METHODS, nth).as_bytes()).expect("a method"));
        other.or_else(|| self.operation().map(|one| one.method.clone())).unwrap_or_default()
    }

    /// The path; it begins with a slash.
    pub fn path(&self, told: &Told<'_>) -> String {
        let served = self.operation().map_or("", |operation| &operation.path);
        let path = served.replace("{id}", &encoded(&self.id.write(told)));
        match &self.place {
            Place::Served => format!("{}{path}", told.door.base),
            Place::Below(text) => format!("{}{path}/{}", told.door.base, encoded(text)),
            Place::Above(text) => format!("/{}", encoded(text)),
        }
    }

    /// The query, with the credential where the vendor wants it there.
    pub fn query(&self, told: &Told<'_>) -> String {
        let pair = |(name, value): &(Name<'_>, Text<'_>)| {
            format!("{}={}", encoded(&name.write(told)), encoded(&value.write(told)))
        };
        let mut pairs: Vec<String> = self.query.iter().map(pair).collect();
        if let Carrier::Query(name) = &told.door.carrier {
            pairs.extend(self.credential().map(|(token, _)| format!("{name}={token}")));
        }
        pairs.join("&")
    }

    /// The authority.
    pub fn host(&self) -> String {
        let host = self.headers.iter().find_map(|header| match header {
            Header::Host(host) => Some(host.chars().filter(char::is_ascii_graphic).collect()),
            _ => None,
        });
        host.unwrap_or_else(|| "standin.test".to_owned())
    }

    /// The other headers.
    pub fn headers(&self, told: &Told<'_>) -> Vec<(HeaderName, String)> {
        let mut headers: Vec<(HeaderName, String)> = self
            .headers
            .iter()
            .filter_map(|header| {
                Some(match header {
                    Header::MediaType(nth) => (header::CONTENT_TYPE, word(MEDIA_TYPES, *nth).to_owned()),
                    Header::Agent(nth) => (header::USER_AGENT, word(AGENTS, *nth).to_owned()),
                    Header::IfMatch(text) => (header::IF_MATCH, text.write(told)),
                    Header::IfNoneMatch(text) => (header::IF_NONE_MATCH, text.write(told)),
                    Header::Accept(text) => (header::ACCEPT, text.write(told)),
                    Header::Authorization(text) => (header::AUTHORIZATION, (*text).to_owned()),
                    Header::Host(_) => return None,
                })
            })
            .collect();
        // Before what the fuzzer writes: of two, the first counts.
        if let Some((token, _)) = self.credential() {
            match &told.door.carrier {
                // A client's id here is its token elsewhere; a token endpoint looks into the body.
                Carrier::Bearer | Carrier::Client => {
                    headers.insert(0, (header::AUTHORIZATION, format!("Bearer {token}")));
                }
                Carrier::Header(name) => headers.insert(0, (name.clone(), token.clone())),
                Carrier::Query(_) => {}
            }
        }
        if matches!(self.body, Body::Form(_) | Body::Token { .. }) {
            headers.push((header::CONTENT_TYPE, "application/x-www-form-urlencoded".to_owned()));
        }
        headers
    }

    fn credential(&self) -> Option<&'static (String, Option<String>)> {
        self.door().credentials.get(usize::from(self.organization))
    }

    /// The body.
    pub fn body(&self, told: &Told<'_>) -> Vec<u8> {
        match &self.body {
            Body::Empty => Vec::new(),
            Body::Own(bytes) => bytes.to_vec(),
            Body::Record { like_known, fields, password } => {
                let operation = self.operation();
                let mut record = Map::new();
                if let Some(Value::Object(sample)) = self.sample().filter(|_| *like_known) {
                    record.extend(sample.iter().map(|(name, value)| (name.clone(), fresh(value, told.nth))));
                }
                record.extend(fields.iter().map(|(name, value)| (name.write(told), value.write(told))));
                record.extend(password.map(|is_text| ("password".to_owned(), secret(is_text))));
                let record = Value::Object(record);
                let wrapped = operation.and_then(|one| one.wrapped_in.as_ref());
                wrapped.map_or_else(|| record.clone(), |key| json!({key: record})).to_string().into_bytes()
            }
            Body::Form(pairs) => {
                form(pairs.iter().map(|(name, value)| (name.write(told), value.write(told))))
            }
            Body::Patch(ops) => {
                let operations: Vec<Value> = ops.iter().map(|op| op.write(told, self.sample())).collect();
                let urn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
                json!({"schemas": [urn], "Operations": operations}).to_string().into_bytes()
            }
            Body::Bulk(ops) => {
                let operations = ops.iter().map(|(method, path, id, body)| {
                    json!({"method": word(METHODS, *method), "path": path.write(told), "bulkId": id.write(told), "data": body.write(told)})
                });
                let urn = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
                json!({"schemas": [urn], "Operations": operations.collect::<Vec<_>>()})
                    .to_string()
                    .into_bytes()
            }
            Body::Token { grant, scope, is_silent } => {
                let grant =
                    grant.as_ref().map_or_else(|| "client_credentials".to_owned(), |grant| grant.write(told));
                let mut pairs = vec![("grant_type".to_owned(), grant)];
                pairs.extend(scope.as_ref().map(|scope| ("scope".to_owned(), scope.write(told))));
                if let (Some((id, Some(secret))), false) = (self.credential(), is_silent) {
                    pairs.extend([
                        ("client_id".to_owned(), id.clone()),
                        ("client_secret".to_owned(), secret.clone()),
                    ]);
                }
                form(pairs.into_iter())
            }
        }
    }
}

impl Op<'_> {
    fn write(&self, told: &Told<'_>, sample: Option<&Value>) -> Value {
        match self {
            Op::Like(op, name) => {
                let name = name.write(told);
                let known = sample.and_then(|sample| sample.get(&name));
                let value = known.map_or(Value::from("x"), |known| fresh(known, told.nth));
                json!({"op": word(OPS, *op), "path": name, "value": value})
            }
            Op::Any(op, None, value) => json!({"op": word(OPS, *op), "value": value.write(told)}),
            Op::Any(op, Some(path), value) => {
                let path = match path {
                    Path::Name(name) => name.write(told),
                    Path::Within(name, filter, sub) => {
                        let sub = sub.as_ref().map(|sub| format!(".{}", sub.write(told))).unwrap_or_default();
                        format!("{}[{}]{sub}", name.write(told), filter.write(told))
                    }
                };
                json!({"op": word(OPS, *op), "path": path, "value": value.write(told)})
            }
            Op::Members(op, ids) => {
                let members: Vec<Value> = ids.iter().map(|nth| json!({"value": told.id(*nth)})).collect();
                json!({"op": word(OPS, *op), "path": "members", "value": members})
            }
            Op::Password(op, is_text) => {
                json!({"op": word(OPS, *op), "path": "password", "value": secret(*is_text)})
            }
        }
    }
}

/// A password, or what should have been one.
fn secret(is_text: bool) -> Value {
    if is_text { Value::from(PASSWORD) } else { json!([{"value": PASSWORD}]) }
}

/// A value in which addresses belong to nobody yet.
fn fresh(value: &Value, nth: usize) -> Value {
    match value {
        Value::String(text) if text.contains('@') => Value::String(format!("n{nth}@example.com")),
        Value::Array(elements) => elements.iter().map(|element| fresh(element, nth)).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), fresh(value, nth))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn form(pairs: impl Iterator<Item = (String, String)>) -> Vec<u8> {
    let pairs = pairs.map(|(name, value)| format!("{}={}", encoded(&name), encoded(&value)));
    pairs.collect::<Vec<_>>().join("&").into_bytes()
}
