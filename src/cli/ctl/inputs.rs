//! What a command takes, as its row says it: read by clap, and put where the call wants it.

use std::io::Read as _;
use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::commands::Command;
use crate::control::{Field, Kind, ROOT, Row, SEGMENTS, Takes, from_text};

/// What stands for itself in a segment of a path (RFC 3986 section 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The segment that `--sandbox` names where it is not typed as a plain word.
pub(super) const SANDBOX: &str = "sandbox";

/// What a file of bytes is called on the command line.
const FILE: &str = "file";

/// One thing that a command takes.
#[derive(Debug)]
pub(super) struct Input {
    /// As clap knows it, and with hyphens its option.
    pub id: String,
    place: Place,
    kind: Option<Kind>,
    about: &'static str,
    is_plain: bool,
    is_required: bool,
}

/// Where it goes.
#[derive(Debug)]
enum Place {
    Segment(&'static str),
    Query(&'static str),
    /// Inside the body, by the names that lead there.
    Body(Vec<&'static str>),
    File,
}

/// What the call of a command is made of.
#[derive(Debug, PartialEq)]
pub(super) struct Sent {
    /// The path with its query.
    pub path: String,
    /// The media type and the body.
    pub body: Option<(String, Vec<u8>)>,
}

/// All that a command takes, what is typed without a name first.
pub(super) fn inputs(command: &Command, row: &Row) -> Vec<Input> {
    let mut inputs: Vec<Input> = Vec::new();
    let segments = row.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    for name in segments.filter(|name| *name != SANDBOX || command.words.starts_with("sandbox ")) {
        let about = SEGMENTS.iter().find(|(known, _)| *known == name).map_or("", |(_, about)| about);
        let place = Place::Segment(name);
        inputs.push(Input {
            id: name.to_owned(),
            place,
            kind: None,
            about,
            is_plain: true,
            is_required: true,
        });
    }
    for field in row.query {
        inputs.push(member(command, field, Place::Query(field.name), field.name.to_owned()));
    }
    match row.takes {
        Takes::Nothing => {}
        Takes::Object(fields) => inside(command, fields, &[], &mut inputs),
        Takes::Bytes(_) => {
            let about = match command.named {
                Some(_) => "The file, `-` for standard input, or the name of one that comes with Standin",
                None => "The file; `-` for standard input",
            };
            let (id, place) = (FILE.to_owned(), Place::File);
            inputs.push(Input { id, place, kind: None, about, is_plain: true, is_required: true });
        }
    }
    // In the order of the table, behind what stands in the path.
    inputs.sort_by_key(|input| {
        let nth = command.plain.iter().position(|plain| *plain == input.id);
        if input.is_plain { nth.map_or(0, |nth| nth + 1) } else { usize::MAX }
    });
    inputs
}

/// The members of an object within the body. Those of objects within it are options of their own.
fn inside(command: &Command, fields: &'static [Field], path: &[&'static str], inputs: &mut Vec<Input>) {
    for field in fields.iter().filter(|field| command.said.is_none_or(|(said, _)| said != field.name)) {
        let path = [path, &[field.name]].concat();
        match field.kind {
            Kind::Object(fields) => inside(command, fields, &path, inputs),
            _ => {
                let is_taken = inputs.iter().any(|input| input.id == field.name);
                let id = if is_taken { path.join("_") } else { field.name.to_owned() };
                // What must be there in an object need not be there where the object need not.
                let is_outer = path.len() == 1;
                let input = member(command, field, Place::Body(path), id);
                inputs.push(Input { is_required: input.is_required && is_outer, ..input });
            }
        }
    }
}

fn member(command: &Command, field: &Field, place: Place, id: String) -> Input {
    let is_plain = command.plain.contains(&&*id);
    // A sandbox without a name gets one, and there may be nothing to fill in; all else that is plain is what it is about.
    let may_lack = id == "name" || matches!(field.kind, Kind::Map(_));
    let is_required = field.is_required || is_plain && !may_lack;
    Input { id, place, kind: Some(field.kind), about: field.about, is_plain, is_required }
}

impl Input {
    /// As clap reads it.
    pub fn arg(&self) -> Arg {
        let name = self.id.to_uppercase();
        let arg = Arg::new(self.id.clone()).help(self.about.trim_end_matches('.')).required(self.is_required);
        let arg = if self.is_plain { arg } else { arg.long(self.id.replace('_', "-")) };
        match self.kind {
            Some(Kind::Map(_)) => {
                let arg = arg.value_name("NAME=VALUE").action(ArgAction::Append);
                if self.is_plain { arg.num_args(0..) } else { arg }
            }
            Some(Kind::List(_)) => {
                arg.value_name(format!("{name},…")).value_delimiter(',').action(ArgAction::Append)
            }
            _ => arg.value_name(name).allow_hyphen_values(matches!(self.place, Place::File)),
        }
    }

    /// What was typed, as JSON.
    fn value(&self, matches: &ArgMatches) -> Result<Option<Value>, String> {
        let Some(mut typed) = matches.get_many::<String>(&self.id) else { return Ok(None) };
        let kind = self.kind.unwrap_or(Kind::Text);
        Ok(match kind {
            Kind::Map(kind) => {
                let pair = |text: &String| {
                    let (name, value) =
                        text.split_once('=').ok_or_else(|| format!("`{text}` is no NAME=VALUE"))?;
                    Ok((name.to_owned(), value_of(kind, value)))
                };
                Some(Value::Object(typed.map(pair).collect::<Result<Map<_, _>, String>>()?))
            }
            Kind::List(kind) => Some(typed.map(|text| value_of(kind, text)).collect()),
            kind => typed.next_back().map(|text| value_of(&kind, text)),
        })
    }
}

/// JSON where anything may stand, and what is no JSON is text.
fn value_of(kind: &Kind, text: &str) -> Value {
    match kind {
        Kind::Any => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        kind => from_text(kind, text),
    }
}

/// Puts what was typed where it belongs.
///
/// # Errors
/// What cannot be read.
pub(super) fn sent(
    command: &Command,
    row: &Row,
    sandbox: &str,
    matches: &ArgMatches,
) -> Result<Sent, String> {
    let mut path = format!("{ROOT}{}", row.path);
    let mut query = form_urlencoded::Serializer::new(String::new());
    let mut body = Map::new();
    let mut file = None;
    for input in inputs(command, row) {
        let Some(value) = input.value(matches)? else { continue };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match input.place {
            Place::Segment(name) => path = fill(&path, name, &text),
            Place::Query(name) => drop(query.append_pair(name, &text)),
            Place::Body(names) => put(&mut body, &names, value),
            Place::File => file = Some(text),
        }
    }
    body.extend(command.said.map(|(name, value)| (name.to_owned(), value.into())));
    let is_typed = |name: &str| matches.try_contains_id(name).unwrap_or(false);
    if let Some((name, value)) =
        command.shown.filter(|(name, _)| !is_typed(name) && !matches.get_flag("json"))
    {
        query.append_pair(name, value);
    }
    let mut path = fill(&path, SANDBOX, sandbox);
    let query = query.finish();
    if !query.is_empty() {
        path = format!("{path}?{query}");
    }
    let body = match (&row.takes, file) {
        (Takes::Bytes(_), Some(name)) if command.named.is_some() && is_name(&name) => {
            let named = command.named.map(|member| (member.to_owned(), name.into()));
            let body = Value::Object(named.into_iter().collect());
            Some(("application/json".to_owned(), body.to_string().into_bytes()))
        }
        (Takes::Bytes(media_types), Some(file)) => Some((media_type(media_types, &file), read(&file)?)),
        (Takes::Object(_), _) => {
            Some(("application/json".to_owned(), Value::Object(body).to_string().into_bytes()))
        }
        _ if row.method == http::Method::GET => None,
        _ => Some(("application/json".to_owned(), Vec::new())),
    };
    Ok(Sent { path, body })
}

/// Whether what was typed for a file is a name: a word, and no file is called so.
fn is_name(typed: &str) -> bool {
    typed != "-" && !typed.contains(['/', '.']) && !Path::new(typed).exists()
}

fn fill(path: &str, name: &str, text: &str) -> String {
    path.replace(&format!("{{{name}}}"), &utf8_percent_encode(text, SEGMENT).to_string())
}

fn put(body: &mut Map<String, Value>, names: &[&str], value: Value) {
    match names {
        [] => {}
        [name] => drop(body.insert((*name).to_owned(), value)),
        [name, names @ ..] => {
            let inner = body.entry(*name).or_insert_with(|| Value::Object(Map::new()));
            if let Some(inner) = inner.as_object_mut() {
                put(inner, names, value);
            }
        }
    }
}

/// The media type that a file's name tells, of those that are taken.
fn media_type(known: &[&str], file: &str) -> String {
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    let fits = |media_type: &&&str| !extension.is_empty() && media_type.ends_with(extension);
    known.iter().find(fits).or(known.first()).map_or_else(String::new, |found| (*found).to_owned())
}

fn read(file: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = match file {
        "-" => std::io::stdin().lock().read_to_end(&mut bytes).map(drop),
        file => std::fs::read(file).map(|read| bytes = read),
    };
    read.map_err(|error| format!("cannot read {file}: {error}"))?;
    Ok(bytes)
}
