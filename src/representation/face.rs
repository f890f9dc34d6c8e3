//! Faces: a record as a surface shows it, rendered once and kept with the record, with marks where something belongs that
//! the record does not hold: links, and the URL by which the client came.

use serde_json::{Map, Value};

use super::Surface;
use super::links::Links;
use super::version::tag;
use crate::operation::One;
use crate::profile::model::{Api, Meta, Resource, Shape, ShapeField, Shows, TimeForm};
use crate::profile::path::RecordPath;
use crate::profile::template::{write_number, write_text, write_value};
use crate::record;
use crate::record::law::first_fit;
use crate::record::link::{self, Reference};
use crate::record::text::rfc3339;
use crate::scim::message;
use crate::scim::projection::Projection;
use crate::store::{FACES_MAX, Face, Record};

/// What belongs at a mark.
const BASE: u8 = 0;
const GROUPS: u8 = 1;
const MEMBERS: u8 = 2;
const MEMBER_COUNT: u8 = 3;

/// The last number is the display name's; a surface whose number is not below it renders anew each time.
pub(super) const DISPLAY_FACE: usize = FACES_MAX - 1;

/// The fields that a shape shows, whole or brief.
pub fn fields(shape: &Shape, brief: bool) -> impl Iterator<Item = &ShapeField> {
    let brief = brief && !shape.brief.is_empty();
    shape
        .fields
        .iter()
        .enumerate()
        .filter(move |(index, _)| !brief || shape.brief.contains(index))
        .map(|(_, field)| field)
}

/// Writes a record as a REST shape shows it.
pub fn write_shape(shape: &Shape, brief: bool, one: &One, links: &mut Links<'_>, out: &mut Vec<u8>) {
    let surface = links.surface;
    let number = shape.face + usize::from(brief && !shape.brief.is_empty());
    let mut put = |mark: u8, out: &mut Vec<u8>| match mark {
        GROUPS => links.write_ids(links.shown.groups(one).0, out),
        MEMBERS => links.write_ids(links.shown.members(one), out),
        _ => write_number(i64::try_from(one.member_count).unwrap_or(i64::MAX), out),
    };
    let make = || shape_face(surface, shape, brief, &one.record);
    with_face(&one.record, number, make, |face| fill(face, out, &mut put));
}

/// Writes a record as a SCIM resource; all of it, or what a client wants.
pub fn write_resource(
    resource: &Resource,
    projection: Option<&Projection>,
    one: &One,
    links: &mut Links<'_>,
    out: &mut Vec<u8>,
) {
    let (surface, shown) = (links.surface, links.shown);
    let start = out.len();
    let mut put = |mark: u8, out: &mut Vec<u8>| match mark {
        GROUPS => links.write_entries(resource, "groups", shown.groups(one), out),
        MEMBERS => links.write_entries(resource, "members", (shown.members(one), &[]), out),
        _ => write_escaped(surface.base_url, out),
    };
    if projection.is_none() {
        let make = || resource_face(surface, resource, &one.record, None);
        with_face(&one.record, resource.face, make, |face| fill(face, out, &mut put));
    } else {
        fill(&resource_face(surface, resource, &one.record, projection), out, &mut put);
        links.forget_written();
    }
    if let Some(projection) = projection {
        let schema = &surface.profile.records[resource.record].scim_schema;
        if let Ok(mut value) = serde_json::from_slice::<Value>(out.get(start..).unwrap_or_default()) {
            projection.apply(schema, &mut value);
            out.truncate(start);
            write_value(&value, out);
        }
    }
}

fn with_face(record: &Record, number: usize, make: impl Fn() -> Face, use_it: impl FnOnce(&Face)) {
    let kept = if number < DISPLAY_FACE { record.faces.get_or_make(number, &make) } else { None };
    match kept {
        Some(face) => use_it(face),
        None => use_it(&make()),
    }
}

/// Copies a face, filling its marks.
fn fill(face: &Face, out: &mut Vec<u8>, put: &mut dyn FnMut(u8, &mut Vec<u8>)) {
    let mut from = 0;
    for (offset, mark) in &face.marks {
        let to = usize::try_from(*offset).unwrap_or(face.bytes.len());
        out.extend_from_slice(face.bytes.get(from..to).unwrap_or_default());
        put(*mark, out);
        from = to;
    }
    out.extend_from_slice(face.bytes.get(from..).unwrap_or_default());
}

/// A face in the making.
#[derive(Default)]
struct Maker {
    bytes: Vec<u8>,
    marks: Vec<(u32, u8)>,
}

impl Maker {
    fn mark(&mut self, mark: u8) {
        self.marks.push((u32::try_from(self.bytes.len()).unwrap_or(u32::MAX), mark));
    }

    fn key(&mut self, name: &str) {
        if self.bytes.len() > 1 {
            self.bytes.push(b',');
        }
        write_text(name, &mut self.bytes);
        self.bytes.push(b':');
    }

    fn done(mut self) -> Face {
        self.bytes.push(b'}');
        Face { bytes: self.bytes.into(), marks: self.marks.into() }
    }
}

fn shape_face(surface: &Surface<'_>, shape: &Shape, brief: bool, record: &Record) -> Face {
    let attributes = record::attributes(record.body());
    let mut face = Maker { bytes: vec![b'{'], ..Maker::default() };
    for field in fields(shape, brief) {
        match &field.shows {
            Shows::At(at) => match shown_value(at, field, &attributes) {
                Some((path, value)) => {
                    face.key(&field.name);
                    write_field(surface, field, path, value, &attributes, &mut face.bytes);
                }
                None if shape.absent_null => {
                    face.key(&field.name);
                    face.bytes.extend_from_slice(b"null");
                }
                None => {}
            },
            other => {
                face.key(&field.name);
                match other {
                    Shows::Id => write_text(&surface.id(shape.record, record.serial), &mut face.bytes),
                    Shows::Created => write_time(field.time, record.created_ms, &mut face.bytes),
                    Shows::Modified => write_time(field.time, record.modified_ms, &mut face.bytes),
                    Shows::Groups => face.mark(GROUPS),
                    Shows::Members => face.mark(MEMBERS),
                    Shows::MemberCount | Shows::At(_) => face.mark(MEMBER_COUNT),
                }
            }
        }
    }
    face.done()
}

/// The value that a field shows. A value in the only place that the field has is shown whatever its format: another surface
/// may have let it in. Of several places, one whose value has another format holds something else.
fn shown_value<'a>(
    at: &'a [RecordPath],
    field: &ShapeField,
    attributes: &'a Map<String, Value>,
) -> Option<(&'a RecordPath, &'a Value)> {
    first_fit(at, field.format.filter(|_| at.len() > 1), attributes)
}

fn write_field(
    surface: &Surface<'_>,
    field: &ShapeField,
    path: &RecordPath,
    value: &Value,
    attributes: &Map<String, Value>,
    out: &mut Vec<u8>,
) {
    if let Some((word, _)) = field.words.iter().find(|(_, known)| known == value) {
        return write_text(word, out);
    }
    match (field.refers_to, value.as_str()) {
        (Some(refers_to), Some(text)) => {
            let sent = path.beside(link::AS_SENT);
            match (sent.get_in(attributes).and_then(Value::as_str), link::read(text)) {
                (Some(sent), _) => write_text(sent, out),
                (None, Reference::Serial(serial)) => write_text(&surface.id(refers_to, serial), out),
                (None, Reference::Text(text)) => write_text(text, out),
            }
        }
        _ => write_value(value, out),
    }
}

fn write_time(form: TimeForm, ms: i64, out: &mut Vec<u8>) {
    match form {
        TimeForm::Iso8601 => write_text(&rfc3339(ms), out),
        TimeForm::EpochSeconds => write_number(ms.div_euclid(1000), out),
        TimeForm::EpochMs => write_number(ms, out),
    }
}

fn resource_face(
    surface: &Surface<'_>,
    resource: &Resource,
    record: &Record,
    wanted: Option<&Projection>,
) -> Face {
    let kind = &surface.profile.records[resource.record];
    let mut attributes = record::attributes(record.body());
    show_references(surface, kind, &mut attributes);
    let schema = &kind.scim_schema;
    let mut seen = Value::Object(attributes);
    if wanted.is_none() {
        Projection::default().apply(schema, &mut seen);
    }
    let mut face = Maker { bytes: vec![b'{'], ..Maker::default() };
    face.key("schemas");
    let extensions = schema.extensions.iter().filter(|extension| seen.get(&extension.id).is_some());
    let urns = std::iter::once(&schema.core).chain(extensions).map(|schema| Value::from(schema.id.as_str()));
    write_value(&Value::Array(urns.collect()), &mut face.bytes);
    face.key("id");
    let id = surface.id(resource.record, record.serial);
    write_text(&id, &mut face.bytes);
    for (name, value) in seen.as_object().into_iter().flatten() {
        face.key(name);
        write_value(value, &mut face.bytes);
    }
    for (name, mark) in [("groups", GROUPS), ("members", MEMBERS)] {
        if schema.core_attribute(name).is_some() {
            face.mark(mark);
        }
    }
    write_meta(surface.api, resource, kind.resource_type, record, &id, &mut face);
    face.done()
}

fn write_meta(
    api: &Api,
    resource: &Resource,
    resource_type: &str,
    record: &Record,
    id: &str,
    face: &mut Maker,
) {
    if api.meta == Meta::None {
        return;
    }
    face.key("meta");
    face.bytes.extend_from_slice(b"{\"resourceType\":");
    write_text(resource_type, &mut face.bytes);
    if api.meta == Meta::Full {
        face.bytes.extend_from_slice(b",\"created\":");
        write_text(&rfc3339(record.created_ms), &mut face.bytes);
        face.bytes.extend_from_slice(b",\"lastModified\":");
        write_text(&rfc3339(record.modified_ms), &mut face.bytes);
        face.bytes.extend_from_slice(b",\"location\":\"");
        face.mark(BASE);
        write_escaped(&format!("/{}/{id}", resource.name), &mut face.bytes);
        face.bytes.push(b'"');
    }
    if api.offers.etag {
        face.bytes.extend_from_slice(b",\"version\":");
        write_text(&tag(record.version), &mut face.bytes);
    }
    face.bytes.push(b'}');
}

/// References as this surface's ids; what only another surface shows is taken away.
fn show_references(
    surface: &Surface<'_>,
    kind: &crate::profile::model::RecordType,
    attributes: &mut Map<String, Value>,
) {
    for rule in &kind.rules {
        let Some(refers_to) = rule.refers_to else { continue };
        rule.path.beside(link::AS_SENT).clear(attributes);
        let Some(text) = rule.path.get_in(attributes).and_then(Value::as_str) else { continue };
        let shown = match link::read(text) {
            Reference::Serial(serial) => surface.id(refers_to, serial),
            Reference::Text(text) => text.to_owned(),
        };
        rule.path.set(attributes, Value::String(shown));
    }
}

/// Writes a text without its quotes.
pub(super) fn write_escaped(text: &str, out: &mut Vec<u8>) {
    let start = out.len();
    write_text(text, out);
    out.pop();
    out.remove(start);
}

/// How a ListResponse says where in the list its page is.
#[derive(Debug)]
pub enum Page {
    /// The number of its first resource, from 1.
    Start(usize),
    /// The cursor of the page behind it, if there is one.
    Cursor(Option<String>),
}

/// Writes the frame of a ListResponse around its resources (RFC 7644 section 3.4.2, RFC 9865 section 2).
pub fn write_list(
    total: usize,
    page: &Page,
    count: usize,
    out: &mut Vec<u8>,
    resources: impl FnOnce(&mut Vec<u8>),
) {
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    out.extend_from_slice(b"{\"schemas\":[\"");
    out.extend_from_slice(message::LIST_RESPONSE.as_bytes());
    out.extend_from_slice(b"\"],\"totalResults\":");
    write_number(number(total), out);
    match page {
        Page::Start(start) => {
            out.extend_from_slice(b",\"startIndex\":");
            write_number(number(*start), out);
        }
        Page::Cursor(None) => {}
        Page::Cursor(Some(next)) => {
            out.extend_from_slice(b",\"nextCursor\":");
            write_text(next, out);
        }
    }
    out.extend_from_slice(b",\"itemsPerPage\":");
    write_number(number(count), out);
    out.extend_from_slice(b",\"Resources\":[");
    resources(out);
    out.extend_from_slice(b"]}");
}
