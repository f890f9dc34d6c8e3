//! A vendor's own JSON or form to what it asks.

use serde_json::{Map, Number, Value};

use super::query::{self, Query};
use super::{Echo, Reading, Surface, is_json, json_object, media_type, note_sent, whole};
use crate::call::is_percent_encoded;
use crate::fault::{Fault, Problem, Wrong};
use crate::notes::Notes;
use crate::operation::{FieldChange, FieldTest, Input, Links, Listing, OfKind, Selection, Want};
use crate::profile::model::{
    AbsentFields, Carrier, Does, Endpoint, Matching, RecordType, Shape, ShapeField, Shows, Write,
};
use crate::profile::path::RecordPath;
use crate::record::text;
use crate::scim::path::AttrPath;
use crate::scim::schema::Kind;

/// Reads a call to a REST endpoint.
pub(super) fn read(
    surface: &Surface<'_>,
    endpoint: &Endpoint,
    id: Option<String>,
    notes: &mut Notes,
) -> Result<Reading, Fault> {
    let shape = &surface.api.shapes[endpoint.of];
    let want = wanted(shape, endpoint.brief);
    let sending = |input, scopes| Ok(Reading { input, echo: Echo::default(), scopes });
    let plain = |input| sending(input, Vec::new());
    match endpoint.does {
        Does::List => list(surface, endpoint, shape, want, notes),
        Does::Fetch => plain(Input::Fetch(surface.target(endpoint.record, id, want))),
        Does::Delete => plain(Input::Delete(surface.target(endpoint.record, id, want))),
        Does::Create => {
            let sent = Sent::read(surface, endpoint, shape, Situation::Create, notes)?;
            let mut attributes = Map::new();
            for change in sent.fields {
                if let (Some(path), Some(value)) = (change.at.first(), change.value) {
                    path.set(&mut attributes, value);
                }
            }
            let input =
                Input::Create { record: endpoint.record, attributes, links: sent.links, want, is_own: false };
            sending(input, sent.scopes)
        }
        Does::Update(absent) => {
            let sent = Sent::read(surface, endpoint, shape, Situation::Update(absent), notes)?;
            let target = surface.target(endpoint.record, id, want);
            sending(Input::Update { target, fields: sent.fields, links: sent.links }, sent.scopes)
        }
        Does::Replace
        | Does::Patch
        | Does::ListAll
        | Does::Describe(_)
        | Does::Bulk
        | Does::Token
        | Does::Revoke
        | Does::Refuse(_) => Err(Fault::UnknownRoute),
    }
}

/// What is shown of a record in a shape.
fn wanted(shape: &Shape, brief: bool) -> Want {
    let shown = |shows: &Shows| super::face::fields(shape, brief).any(|field| field.shows == *shows);
    Want {
        groups: shown(&Shows::Groups),
        members: shown(&Shows::Members),
        member_count: shown(&Shows::MemberCount),
        ..Want::default()
    }
}

fn list(
    surface: &Surface<'_>,
    endpoint: &Endpoint,
    shape: &Shape,
    want: Want,
    notes: &mut Notes,
) -> Result<Reading, Fault> {
    let query = Query::read(surface.call)?;
    let (window, echo) = query::window(&endpoint.paging, &query, notes)?;
    let kind = &surface.profile.records[endpoint.record];
    let mut selection = Selection::All;
    let mut tests = Vec::new();
    for filter in &endpoint.filters {
        let Some(text) = query.get(&filter.parameter) else { continue };
        notes.rule(&filter.rule);
        let field = &shape.fields[filter.field];
        match (&field.shows, filter.unique) {
            (Shows::Id, _) => {
                let serial = surface.serial(endpoint.record, text);
                selection = selection.and(Selection::Serial(serial));
            }
            (Shows::At(_), Some(unique)) => {
                let key = text::folded(text, kind.unique[unique].case_exact).into_owned();
                selection = selection.and(Selection::Key { unique, key });
            }
            (Shows::At(at), None) => {
                let Some(wanted) = from_text(kind, field, text) else {
                    let detail = wanted_of(kind, field);
                    return Err(Fault::BadParameter { name: filter.parameter.clone(), detail });
                };
                tests.push(FieldTest {
                    at: at.clone(),
                    format: field.format,
                    wanted,
                    matching: filter.matching,
                    case_exact: filter.case_exact,
                });
            }
            _ => {}
        }
    }
    if !tests.is_empty() {
        selection = selection.and(Selection::Fields(tests));
    }
    let carrier =
        surface.profile.credentials.get(surface.api.credential).map(|credential| &credential.carrier);
    let known = |name: &&str| {
        *name == endpoint.paging.number
            || *name == endpoint.paging.size
            || endpoint.filters.iter().any(|filter| filter.parameter == **name)
            || matches!(carrier, Some(Carrier::Query(key)) if key == name)
    };
    notes.dropped.extend(query.names().filter(|name| !known(name)).map(|name| format!("?{name}")));
    let ignored = ignored(kind, shape, &query, known);
    let input = Input::List(Listing {
        kinds: vec![OfKind { record: endpoint.record, selection, ignored }],
        order: None,
        window,
        want,
    });
    Ok(Reading { input, echo, scopes: Vec::new() })
}

/// Whom parameters mean that have a field's name, and that the vendor does not look at.
fn ignored(
    kind: &RecordType,
    shape: &Shape,
    query: &Query,
    is_known: impl Fn(&&str) -> bool,
) -> Option<Selection> {
    let test = |name: &str| {
        let field = shape.fields.iter().find(|field| field.name == name)?;
        let Shows::At(at) = &field.shows else { return None };
        let wanted = from_text(kind, field, query.get(name)?)?;
        let (format, at) = (field.format, at.clone());
        Some(FieldTest { at, format, wanted, matching: Matching::Equals, case_exact: false })
    };
    let tests: Vec<FieldTest> = query.names().filter(|name| !is_known(name)).filter_map(test).collect();
    (!tests.is_empty()).then_some(Selection::Fields(tests))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Situation {
    Create,
    Update(AbsentFields),
}

/// What a body says.
#[derive(Debug, Default)]
struct Sent {
    fields: Vec<FieldChange>,
    links: Links,
    /// The scopes that the fields need.
    scopes: Vec<String>,
    /// A form has no types: its texts are read as what the field is.
    texts_only: bool,
}

impl Sent {
    fn read(
        surface: &Surface<'_>,
        endpoint: &Endpoint,
        shape: &Shape,
        situation: Situation,
        notes: &mut Notes,
    ) -> Result<Self, Fault> {
        notes.rule(&surface.api.accepts_rule);
        let (body, texts_only) = body(surface, endpoint, notes)?;
        let kind = &surface.profile.records[shape.record];
        let mut sent = Self { texts_only, ..Self::default() };
        let mut problems = Vec::new();
        for name in body.keys().filter(|name| !shape.fields.iter().any(|field| field.name == **name)) {
            notes.dropped.push(name.clone());
        }
        for field in &shape.fields {
            let write = if situation == Situation::Create { field.on_create } else { field.on_update };
            let value = body.get(&field.name);
            // What is not sent and so cleared is written too.
            let is_cleared = situation == Situation::Update(AbsentFields::Clear) && write == Write::Accepted;
            if value.is_some() || is_cleared {
                notes.rule(&field.rule);
            }
            if (value.is_some() || is_cleared) && write != Write::Ignored {
                sent.scopes.extend(field.scope.clone());
            }
            let problems_before = problems.len();
            match (value, write) {
                (Some(_), Write::Ignored) => notes.dropped.push(field.name.clone()),
                (Some(_), Write::Refused) => problems.push(Problem {
                    field: field.name.clone(),
                    wrong: Wrong::Value("left out; it cannot be written here".to_owned()),
                }),
                (Some(value), Write::Accepted) => sent.take(kind, field, value, situation, &mut problems),
                (None, Write::Accepted) => sent.miss(field, situation, &mut problems),
                (None, Write::Ignored | Write::Refused) => {}
            }
            if problems.len() > problems_before {
                notes.rule(&field.rule);
            }
        }
        let mut inside = Map::new();
        for change in &sent.fields {
            if let (Some(path), Some(value)) = (change.at.first(), &change.value) {
                path.set(&mut inside, value.clone());
            }
        }
        note_sent(surface.profile, &inside, notes);
        if problems.is_empty() { Ok(sent) } else { Err(Fault::Invalid(problems)) }
    }

    /// A field that was sent.
    fn take(
        &mut self,
        kind: &RecordType,
        field: &ShapeField,
        value: &Value,
        situation: Situation,
        problems: &mut Vec<Problem>,
    ) {
        let mut wrong = |wrong: Wrong| problems.push(Problem { field: field.name.clone(), wrong });
        let empty = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        match &field.shows {
            Shows::Groups | Shows::Members => {
                let ids = match value {
                    Value::Null => Some(Vec::new()),
                    // `team_ids[]=` is how a form says that a list is empty.
                    Value::Array(ids) if self.texts_only && ids.iter().all(Value::is_null) => {
                        Some(Vec::new())
                    }
                    Value::Array(ids) => ids.iter().map(|id| id.as_str().map(str::to_owned)).collect(),
                    Value::String(id) if self.texts_only => Some(vec![id.clone()]),
                    _ => None,
                };
                match ids {
                    None => wrong(Wrong::Value("a list of ids".to_owned())),
                    Some(ids) if field.shows == Shows::Groups => {
                        self.links.groups = Some(ids);
                        self.links.groups_field.clone_from(&field.name);
                    }
                    Some(ids) => {
                        self.links.members = Some(ids);
                        self.links.members_field.clone_from(&field.name);
                    }
                }
            }
            Shows::At(_) if empty && field.required => wrong(Wrong::Missing),
            // What has a default is never without a value: null is not one of its values.
            Shows::At(at) if value.is_null() && kind.has_default(at) => {
                wrong(Wrong::Value(wanted_of(kind, field)))
            }
            Shows::At(at) if value.is_null() => {
                if situation != Situation::Create {
                    self.change(field, at, None);
                }
            }
            Shows::At(at) => match self.read_value(kind, field, value) {
                Some(value) => self.change(field, at, Some(value)),
                None => wrong(Wrong::Value(wanted_of(kind, field))),
            },
            Shows::Id | Shows::Created | Shows::Modified | Shows::MemberCount => {}
        }
    }

    fn read_value(&self, kind: &RecordType, field: &ShapeField, value: &Value) -> Option<Value> {
        match value {
            // A word is a text in a form as in JSON; everything else is read as its type first.
            Value::String(text) if self.texts_only && field.words.is_empty() => {
                from_json(kind, field, &from_text(kind, field, text)?)
            }
            value => from_json(kind, field, value),
        }
    }

    /// A field that was not sent.
    fn miss(&mut self, field: &ShapeField, situation: Situation, problems: &mut Vec<Problem>) {
        let missing = Problem { field: field.name.clone(), wrong: Wrong::Missing };
        match situation {
            Situation::Create if field.required => problems.push(missing),
            Situation::Update(AbsentFields::Refuse) => problems.push(missing),
            Situation::Update(AbsentFields::Clear) if field.required => problems.push(missing),
            Situation::Update(AbsentFields::Clear) => match &field.shows {
                Shows::At(at) => self.change(field, at, None),
                Shows::Groups => self.links.groups = Some(Vec::new()),
                Shows::Members => self.links.members = Some(Vec::new()),
                Shows::Id | Shows::Created | Shows::Modified | Shows::MemberCount => {}
            },
            Situation::Create | Situation::Update(AbsentFields::Keep) => {}
        }
    }

    fn change(&mut self, field: &ShapeField, at: &[RecordPath], value: Option<Value>) {
        self.fields.push(FieldChange { at: at.to_vec(), format: field.format, value });
    }
}

/// The fields of a body, and whether it is a form.
fn body(
    surface: &Surface<'_>,
    endpoint: &Endpoint,
    notes: &mut Notes,
) -> Result<(Map<String, Value>, bool), Fault> {
    let api = surface.api;
    let sent = media_type(surface.call);
    match sent.as_deref() {
        Some("application/x-www-form-urlencoded") if api.accepts_form => Ok((form(surface)?, true)),
        Some(kind) if api.accepts_json && is_json(kind) => Ok((unwrapped(surface, endpoint, notes)?, false)),
        None if api.accepts_json => Ok((unwrapped(surface, endpoint, notes)?, false)),
        None => Ok((form(surface)?, true)),
        Some(kind) => Err(Fault::UnsupportedMediaType { sent: kind.to_owned() }),
    }
}

/// A JSON body's fields, from below the key that they are wrapped in.
fn unwrapped(
    surface: &Surface<'_>,
    endpoint: &Endpoint,
    notes: &mut Notes,
) -> Result<Map<String, Value>, Fault> {
    let mut body = json_object(surface.call)?;
    let Some(key) = &endpoint.wrapped_in else { return Ok(body) };
    let inside = body.shift_remove(key);
    notes.dropped.extend(body.into_iter().map(|(name, _)| name));
    match inside {
        Some(Value::Object(fields)) => Ok(fields),
        Some(_) => Err(Fault::value(key.as_str(), "an object with the fields")),
        None => Err(Fault::missing(key.as_str())),
    }
}

/// A form's fields: `name=value`; a name that is repeated, or ends with `[]`, is a list. A form cannot say null, so a
/// name with nothing behind it says that.
fn form(surface: &Surface<'_>) -> Result<Map<String, Value>, Fault> {
    let bytes = whole(surface.call)?;
    if !std::str::from_utf8(&bytes).is_ok_and(is_percent_encoded) {
        return Err(Fault::BadBody { detail: "the form is not percent-encoded UTF-8".to_owned() });
    }
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(&bytes) {
        if value.contains('\u{fffd}') || name.contains('\u{fffd}') {
            return Err(Fault::BadBody { detail: "the form is not UTF-8".to_owned() });
        }
        let value = if value.is_empty() { Value::Null } else { Value::String(value.into_owned()) };
        let (name, listed) = match name.strip_suffix("[]") {
            Some(bare) => (bare.to_owned(), true),
            None => (name.into_owned(), false),
        };
        match fields.get_mut(&name) {
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None if listed => {
                fields.insert(name, Value::Array(vec![value]));
            }
            None => {
                fields.insert(name, value);
            }
        }
    }
    Ok(fields)
}

/// The type of the attribute that a field shows.
fn kind_of(kind: &RecordType, field: &ShapeField) -> (Kind, bool) {
    let Shows::At(at) = &field.shows else { return (Kind::String, false) };
    let found = at.first().and_then(|path| {
        let path = AttrPath { urn: path.urn.clone(), name: path.name.clone(), sub: path.sub.clone() };
        kind.schema
            .find(&path)
            .map(|found| (found.leaf().kind, found.leaf().multi_valued && path.sub.is_none()))
    });
    found.unwrap_or((Kind::String, false))
}

/// What a field's value must be, for people.
fn wanted_of(kind: &RecordType, field: &ShapeField) -> String {
    if !field.words.is_empty() {
        let words: Vec<&str> = field.words.iter().map(|(word, _)| word.as_str()).collect();
        return format!("one of {}", words.join(", "));
    }
    if let Some(format) = field.format {
        return text::wanted(format).to_owned();
    }
    let (kind, many) = kind_of(kind, field);
    let one = match kind {
        Kind::Boolean => "true or false",
        Kind::Integer => "a whole number",
        Kind::Decimal => "a number",
        Kind::DateTime => "a time as in RFC 3339",
        Kind::Complex => "an object",
        Kind::String | Kind::Reference | Kind::Binary => "text",
    };
    if many { format!("a list, each {one}") } else { one.to_owned() }
}

/// A value on the wire as the record keeps it; `None` when it is of the wrong type or form.
fn from_json(kind: &RecordType, field: &ShapeField, value: &Value) -> Option<Value> {
    if !field.words.is_empty() {
        let word = value.as_str()?;
        return field.words.iter().find(|(known, _)| known == word).map(|(_, value)| value.clone());
    }
    let (kind, many) = kind_of(kind, field);
    let fits = |value: &Value| match (kind, value) {
        (Kind::Boolean, Value::Bool(_)) | (Kind::Decimal, Value::Number(_)) => true,
        (Kind::Integer, Value::Number(number)) => !number.is_f64(),
        (Kind::String | Kind::Reference | Kind::Binary | Kind::DateTime, Value::String(text)) => {
            field.format.is_none_or(|format| text::is(format, text))
        }
        (Kind::Complex, Value::Object(_)) => true,
        _ => false,
    };
    match value {
        Value::Array(values) if many => values.iter().all(fits).then(|| value.clone()),
        _ if many => None,
        value if fits(value) => Some(value.clone()),
        _ => None,
    }
}

/// A text of a query or a form as the record keeps it.
fn from_text(kind: &RecordType, field: &ShapeField, text: &str) -> Option<Value> {
    if !field.words.is_empty() {
        return from_json(kind, field, &Value::String(text.to_owned()));
    }
    match kind_of(kind, field).0 {
        Kind::Boolean => text.to_ascii_lowercase().parse().ok().map(Value::Bool),
        Kind::Integer => text.parse::<i64>().ok().map(Value::from),
        Kind::Decimal => text.parse().ok().and_then(Number::from_f64).map(Value::Number),
        Kind::String | Kind::Reference | Kind::Binary | Kind::DateTime | Kind::Complex => {
            Some(Value::String(text.to_owned()))
        }
    }
}
