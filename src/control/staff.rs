//! What a vendor's own staff does: records past every gate, imports, the actions of its console.

use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::Desk;
use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, created, done, ok};
use super::shape::{Field, Fields, Kind};
use crate::call::Reply;
use crate::engine::{Entry, Imported, Line, Staff};

/// How many records a page has, unless the caller says otherwise.
const PAGE_RECORDS: usize = 100;

/// How many it may ask for.
const PAGE_RECORDS_MAX: usize = 1_000;

/// The media types of recipient files, and how their names end.
const FORMATS: [(&str, &str); 3] = [
    ("text/csv", "import.csv"),
    ("application/json", "import.json"),
    ("application/x-ndjson", "import.ndjson"),
];

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/records",
        name: "list_record_types",
        about: "The types of record that a vendor keeps, and how many of each an organization has.",
        query: &[ORGANIZATION],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(TYPES)))],
        refuses: &[],
        is_open: false,
        run: types,
    },
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/records/{type}",
        name: "list_records",
        about: "An organization's records of a type as the vendor's own staff sees them, in the order they were made.",
        query: &[
            ORGANIZATION,
            Field::optional(
                "value",
                Kind::Text,
                "Only whoever has, or last had, this unique value; also one that is gone.",
            ),
            Field::optional("skip", Kind::Whole { min: 0, max: u64::MAX }, "How many are left out in front."),
            Field::optional(
                "limit",
                Kind::Whole { min: 0, max: PAGE_RECORDS_MAX as u64 },
                "How many; 100 if nothing is said.",
            ),
        ],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(LIST)))],
        refuses: &[],
        is_open: false,
        run: list,
    },
    Row {
        method: Method::POST,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/records/{type}",
        name: "create_record",
        about: "Makes a record as the vendor's staff would, under the laws that hold for every surface.",
        query: &[],
        takes: Takes::Object(ENTRY),
        gives: &[(201, Gives::Json(RECORD))],
        refuses: &[409],
        is_open: false,
        run: create,
    },
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/records/{type}/{record}",
        name: "get_record",
        about: "A record with what the vendor keeps beside it, by the id that any api has for it; also one that is gone.",
        query: &[ORGANIZATION],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(RECORD))],
        refuses: &[],
        is_open: false,
        run: get,
    },
    Row {
        method: Method::PATCH,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/records/{type}/{record}",
        name: "change_record",
        about: "Changes a record; attributes as a JSON merge patch, so that `null` takes one away.",
        query: &[],
        takes: Takes::Object(ENTRY),
        gives: &[(200, Gives::Json(RECORD))],
        refuses: &[409],
        is_open: false,
        run: change,
    },
    Row {
        method: Method::DELETE,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/records/{type}/{record}",
        name: "delete_record",
        about: "Removes a record.",
        query: &[ORGANIZATION],
        takes: Takes::Nothing,
        gives: &[(204, Gives::Nothing)],
        refuses: &[],
        is_open: false,
        run: remove,
    },
    Row {
        method: Method::POST,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/import",
        name: "import_recipients",
        about: "Takes the recipients of a file into an organization: all of them, or none and every bad line is named.",
        query: &[ORGANIZATION],
        takes: Takes::Bytes(&[FORMATS[0].0, FORMATS[1].0, FORMATS[2].0]),
        gives: &[(200, Gives::Json(Kind::Object(IMPORTED)))],
        refuses: &[400, 415],
        is_open: false,
        run: import,
    },
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/actions",
        name: "list_actions",
        about: "What can be done in the vendor's admin console, and what each asks.",
        query: &[ORGANIZATION],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(ACTIONS)))],
        refuses: &[],
        is_open: false,
        run: actions,
    },
    Row {
        method: Method::POST,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/actions/{action}",
        name: "act",
        about: "Does it, whole or not at all. What is shown once is in this answer and in no other.",
        query: &[],
        takes: Takes::Object(ANSWERS),
        gives: &[(200, Gives::Json(Kind::Object(GIVEN)))],
        refuses: &[409],
        is_open: false,
        run: act,
    },
];

const ORGANIZATION: Field =
    Field::optional("organization", Kind::Text, "Which organization; without it the first.");

/// A record as staff sees it.
const RECORD: Kind = Kind::Object(&[
    Field::required("id", Kind::Text, "Its id at the first api that shows it."),
    Field::required("type", Kind::Text, "Its type."),
    Field::required("organization", Kind::Text, "Whose it is."),
    Field::required("ids", Kind::Map(&Kind::Text), "Its id at each api."),
    Field::required("gone", Kind::Bool, "Whether it was removed."),
    Field::required("active", Kind::Bool, "Whether it is in use."),
    Field::required("login", Kind::Word(&["open", "suspended", "none"]), "Whether a login of it works."),
    Field::required("attributes", Kind::Map(&Kind::Any), "What the vendor knows of it."),
    Field::required("groups", Kind::List(&Kind::Text), "The ids of the groups that it is in."),
    Field::optional("members", Kind::List(&Kind::Text), "The ids of its members, where it is a group."),
    Field::required(
        "vendor_data",
        Kind::Map(&Kind::Any),
        "How much the vendor keeps beside it: history, saved lists, sessions.",
    ),
    Field::required("created_at", Kind::Time, "When it was made."),
    Field::required("updated_at", Kind::Time, "When it was last changed."),
    Field::optional("removed_at", Kind::Time, "When it was removed."),
    Field::required("version", Kind::Whole { min: 0, max: u64::MAX }, "How many times it was written."),
]);

const COUNT: Kind = Kind::Whole { min: 0, max: u64::MAX };

const TYPES: &[Field] = &[Field::required(
    "types",
    Kind::List(&Kind::Object(&[
        Field::required("type", Kind::Text, "Its name."),
        Field::required("total", COUNT, "How many records of it there are."),
    ])),
    "Each of them.",
)];

const LIST: &[Field] = &[
    Field::required("records", Kind::List(&RECORD), "The records."),
    Field::required("total", COUNT, "How many there are in all."),
];

const ENTRY: &[Field] = &[
    ORGANIZATION,
    Field::optional(
        "attributes",
        Kind::Map(&Kind::Any),
        "Attributes as the record has them: `{\"userName\": \"ada@example.com\"}`.",
    ),
    Field::optional(
        "groups",
        Kind::List(&Kind::Text),
        "The ids of the groups that it is to be in, and in no others.",
    ),
    Field::optional("members", Kind::List(&Kind::Text), "The ids of its members, and nobody else's."),
];

/// What is wrong, or odd, in a file.
const LINE: Kind = Kind::Object(&[
    Field::required("line", COUNT, "The line, counted from 1; 0 for the file as a whole."),
    Field::required("column", COUNT, "The column; 0 where only the line is known."),
    Field::required("message", Kind::Text, "What is wrong."),
    Field::optional("help", Kind::Text, "What to write instead."),
]);

const IMPORTED: &[Field] = &[
    Field::required("recipients", COUNT, "How many came."),
    Field::required("warnings", Kind::List(&LINE), "What was taken all the same."),
];

const ACTIONS: &[Field] = &[Field::required(
    "actions",
    Kind::List(&Kind::Object(&[
        Field::required("action", Kind::Text, "Its name."),
        Field::required("about", Kind::Text, "What it is and where."),
        Field::required(
            "asks",
            Kind::List(&Kind::Object(&[
                Field::required("name", Kind::Text, "The name of the answer."),
                Field::required("about", Kind::Text, "What is asked."),
                Field::required("required", Kind::Bool, "Whether it must be answered."),
            ])),
            "What has to be filled in.",
        ),
        Field::required("gives", Kind::List(&Kind::Text), "What it shows afterwards."),
        Field::optional("lacks", Kind::Text, "What the organization needs first, if it needs something."),
    ])),
    "Each of them.",
)];

const ANSWERS: &[Field] = &[
    ORGANIZATION,
    Field::optional(
        "answers",
        Kind::Map(&Kind::Any),
        "The answers to what it asks, by name: `{\"name\": \"ci\"}`.",
    ),
];

const GIVEN: &[Field] = &[
    Field::optional("base_url", Kind::Text, "The base of the api that takes the credential."),
    Field::optional("client_id", Kind::Text, "The client's id, or the id that the token comes with."),
    Field::optional("client_secret", Kind::Text, "The client's secret."),
    Field::optional(
        "token",
        Kind::Text,
        "The token; masked where it is shown once and this is a second look.",
    ),
    Field::optional("expires_at", Kind::Time, "When it says that it expires."),
    Field::optional("credential", COUNT, "The credential's number in the sandbox."),
    Field::optional("record", RECORD, "The record."),
];

/// Somebody of the vendor's staff, for the organization that is named.
fn staff<T>(
    desk: &Desk,
    ask: &Ask<'_>,
    named: Fields<'_>,
    work: impl FnOnce(&Staff<'_>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let (sandbox, vendor) = desk.vendor(ask)?;
    let staff = desk.engine.staff(&sandbox, vendor.index, named.text("organization"))?;
    work(&staff)
}

fn types(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    staff(desk, ask, ask.query(), |staff| {
        let kinds = staff.vendor.profile.records.iter().map(|kind| {
            let (_, total) = staff.list(&kind.name, 0, 0)?;
            Ok(json!({"type": kind.name, "total": total}))
        });
        ok(&json!({"types": kinds.collect::<Result<Vec<Value>, Problem>>()?}))
    })
}

fn list(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let query = ask.query();
    staff(desk, ask, query, |staff| {
        let kind = ask.segment("type");
        let take = query.count("limit").unwrap_or(PAGE_RECORDS);
        let (mut records, mut total) = staff.list(kind, query.count("skip").unwrap_or(0), take)?;
        if let Some(value) = query.text("value") {
            records = staff.find(kind, value).into_iter().collect();
            total = records.len();
        }
        ok(&json!({"records": records, "total": total}))
    })
}

fn create(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    staff(desk, ask, ask.body(), |staff| {
        let made = staff.create(ask.segment("type"), entry(ask.body()))?;
        let at =
            format!("{}/{}", ask.call.path.trim_end_matches('/'), made["id"].as_str().unwrap_or_default());
        created(&at, &made)
    })
}

fn get(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    staff(desk, ask, ask.query(), |staff| ok(&staff.get(ask.segment("type"), ask.segment("record"))?))
}

fn change(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    staff(desk, ask, ask.body(), |staff| {
        ok(&staff.change(ask.segment("type"), ask.segment("record"), entry(ask.body()))?)
    })
}

fn remove(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    staff(desk, ask, ask.query(), |staff| {
        staff.remove(ask.segment("type"), ask.segment("record"))?;
        done()
    })
}

fn import(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sent = ask.call.header(&CONTENT_TYPE).and_then(|kind| kind.split(';').next()).unwrap_or("").trim();
    let found = FORMATS.iter().find(|(media, _)| media.eq_ignore_ascii_case(sent));
    let Some((_, file)) = found else {
        let known = FORMATS.map(|(media, _)| media).join(", ");
        let sentence = format!("a file of recipients is one of {known}; say which in `Content-Type`");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, sentence));
    };
    staff(desk, ask, ask.query(), |staff| match staff.import(file, ask.bytes()) {
        Ok(Imported { recipients, warnings }) => {
            ok(&json!({"recipients": recipients, "warnings": lines(&warnings)}))
        }
        Err(problems) => {
            let sentence = "nobody was taken in; `problems` has each bad line";
            Err(Problem::invalid(sentence).with("problems", lines(&problems)))
        }
    })
}

fn actions(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    staff(desk, ask, ask.query(), |staff| {
        let all = staff.actions().into_iter().map(|(action, lacks)| {
            let asks = action.asks.iter();
            let asks =
                asks.map(|ask| json!({"name": ask.name, "about": ask.about, "required": ask.required}));
            let mut told = json!({
                "action": action.name,
                "about": action.about,
                "asks": asks.collect::<Vec<_>>(),
                "gives": action.gives.iter().map(|gives| gives.as_str()).collect::<Vec<_>>(),
            });
            if let Some(lacks) = lacks {
                told["lacks"] = lacks.sentence().into();
            }
            told
        });
        ok(&json!({"actions": all.collect::<Vec<_>>()}))
    })
}

fn act(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let body = ask.body();
    staff(desk, ask, body, |staff| {
        let none = Map::new();
        let answers = body.members("answers").map_or(&none, |answers| answers.0);
        let given = desk.engine.act(staff, ask.segment("action"), answers, &ask.root())?;
        ok(&given.to_json())
    })
}

/// What a body says of a record.
fn entry(body: Fields<'_>) -> Entry {
    let ids = |name: &str| body.texts(name).map(|ids| ids.into_iter().map(str::to_owned).collect());
    Entry {
        attributes: body.members("attributes").map_or_else(Map::new, |attributes| attributes.0.clone()),
        groups: ids("groups"),
        members: ids("members"),
    }
}

fn lines(lines: &[Line]) -> Value {
    let line = |one: &Line| {
        let mut told = json!({"line": one.line, "column": one.column, "message": one.message});
        if let Some(help) = &one.help {
            told["help"] = help.as_str().into();
        }
        told
    };
    lines.iter().map(line).collect()
}
