//! The timeline of a report as a drawing: one axis of the sandbox's time, a lane for each client, and lanes for what happened
//! to them.
//!
//! **Invariant:** the drawing is bounded: what stands closer together than a column shares it, and says so.

use std::collections::BTreeMap;

use super::super::escape::{markup, name, sentence};
use super::super::text::counted;
use super::super::{Event, EventKind, Report};
use super::axis::{Axis, in_words};

/// The whole drawing, the room for the lanes' names, and that at its right end.
const WIDTH: f64 = 1_000.0;
const NAMES_WIDTH: f64 = 172.0;
const END_WIDTH: f64 = 14.0;
const PLOT_WIDTH: f64 = WIDTH - NAMES_WIDTH - END_WIDTH;

/// What is closer together than this is one column.
const COLUMN_WIDTH: f64 = 4.0;

const AXIS_HEIGHT: f64 = 24.0;
const CLIENT_HEIGHT: f64 = 34.0;
const MARK_HEIGHT: f64 = 14.0;
const GAP: f64 = 8.0;

/// The least height of a column, that one call among many is seen.
const COLUMN_HEIGHT_MIN: f64 = 5.0;

/// The most clients with a lane of their own; all further ones share one.
const CLIENT_LANES_MAX: usize = 10;

/// The most characters of a lane's name.
const LABEL_CHARS_MAX: usize = 24;

/// The most changes that are ruled through all lanes.
const GUIDES_MAX: usize = 24;

/// The most lines of a tooltip.
const TOOLTIP_LINES_MAX: usize = 6;

/// The sorts of events in the order of the legend, and of a column from its foot.
const KINDS: &[EventKind] = &[
    EventKind::Call,
    EventKind::Refused,
    EventKind::Limited,
    EventKind::Struck,
    EventKind::Wait(0),
    EventKind::Credential,
    EventKind::World,
];

/// How many of them are calls.
const CALL_KINDS: usize = 4;

/// What the page calls a sort of event.
pub(super) fn word(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Call => "answered",
        EventKind::Refused => "refused",
        EventKind::Limited => "429",
        EventKind::Struck => "chaos",
        EventKind::Wait(_) => "waited",
        EventKind::Credential => "credential",
        EventKind::World => "sandbox",
    }
}

/// Writes legend, drawing and notes.
pub(super) fn draw(report: &Report, html: &mut String) {
    let ends = report.timeline.iter().flat_map(|event| [event.at_ms, end_ms(event)]);
    let axis = Axis::new(ends, PLOT_WIDTH);
    let mut drawing = Drawing { axis, y: AXIS_HEIGHT, svg: String::new(), most: 1 };
    drawing.clients(report);
    drawing.events(report);
    let height = drawing.y;
    *html += "<section id=\"timeline\">\n<h2>Timeline <small>sandbox time since the first event</small></h2>\n<ul class=\"legend\">";
    for kind in KINDS.iter().filter(|kind| report.timeline.iter().any(|event| is(event.kind, **kind))) {
        let (class, word) = (kind.as_str(), legend(*kind));
        *html += &format!("<li><i class=\"swatch {class}\"></i>{word}</li>");
    }
    *html += &format!(
        "</ul>\n<div class=\"scroll\"><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{} over {}\">\n",
        counted(report.calls, "call", "calls"),
        in_words(report.span_ms.map_or(0, |(from_ms, to_ms)| to_ms.saturating_sub(from_ms))),
    );
    *html += &drawing.ruled(report, height);
    *html += &drawing.svg;
    *html += "</svg></div>\n";
    for note in drawing.notes(report) {
        *html += &format!("<p class=\"note\">{note}</p>\n");
    }
    *html += "</section>\n";
}

fn legend(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Call => "answered well",
        EventKind::Refused => "refused",
        EventKind::Limited => "429, too many calls",
        EventKind::Struck => "struck by chaos",
        EventKind::Wait(_) => "waited",
        EventKind::Credential => "credential changed",
        EventKind::World => "changed in the sandbox",
    }
}

/// Whether two sorts are one, however long was waited.
fn is(one: EventKind, other: EventKind) -> bool {
    one.as_str() == other.as_str()
}

fn end_ms(event: &Event) -> i64 {
    match event.kind {
        EventKind::Wait(for_ms) => event.at_ms.saturating_add_unsigned(for_ms),
        EventKind::Call
        | EventKind::Refused
        | EventKind::Limited
        | EventKind::Struck
        | EventKind::Credential
        | EventKind::World => event.at_ms,
    }
}

struct Drawing {
    axis: Axis,
    /// How far down it has come.
    y: f64,
    svg: String,
    /// The most calls in one column.
    most: usize,
}

impl Drawing {
    /// A lane for each client: columns of calls, by what came of them.
    fn clients(&mut self, report: &Report) {
        let lane_of = |event: &Event| Some(event.client?.min(CLIENT_LANES_MAX));
        let is_call = |event: &&Event| KINDS[..CALL_KINDS].iter().any(|kind| is(*kind, event.kind));
        let mut lanes: BTreeMap<usize, BTreeMap<usize, Vec<&Event>>> = BTreeMap::new();
        for event in report.timeline.iter().filter(is_call) {
            if let Some(lane) = lane_of(event) {
                lanes.entry(lane).or_default().entry(self.column(event)).or_default().push(event);
            }
        }
        self.most = lanes.values().flat_map(BTreeMap::values).map(Vec::len).max().unwrap_or(1);
        for (lane, columns) in lanes {
            let label = match report.clients.get(lane) {
                Some(client) if lane < CLIENT_LANES_MAX => client.name(),
                _ => format!("{} more clients", report.clients.len().saturating_sub(CLIENT_LANES_MAX)),
            };
            self.lane(&label, CLIENT_HEIGHT);
            for (column, events) in columns {
                self.stack(column, &events);
            }
            self.y += CLIENT_HEIGHT + GAP;
        }
    }

    /// The calls of a column, one sort upon the other.
    fn stack(&mut self, column: usize, events: &[&Event]) {
        // By the square root: a burst does not press single calls into the ground.
        let height = (CLIENT_HEIGHT * (part(events.len(), self.most)).sqrt()).max(COLUMN_HEIGHT_MIN);
        let mut foot = self.y + CLIENT_HEIGHT;
        let title = tooltip(&self.axis, events);
        self.svg += &format!("<g><title>{title}</title>");
        for kind in &KINDS[..CALL_KINDS] {
            let count = events.iter().filter(|event| is(event.kind, *kind)).count();
            if count > 0 {
                let tall = height * part(count, events.len());
                foot -= tall;
                self.rect(kind.as_str(), place(column), foot, COLUMN_WIDTH - 1.0, tall, "");
            }
        }
        self.svg += "</g>\n";
    }

    /// Lanes for what happened to the clients, each where there is something for it.
    fn events(&mut self, report: &Report) {
        for kind in [
            EventKind::Wait(0),
            EventKind::Limited,
            EventKind::Struck,
            EventKind::Credential,
            EventKind::World,
        ] {
            let events: Vec<&Event> = report.timeline.iter().filter(|event| is(event.kind, kind)).collect();
            if events.is_empty() {
                continue;
            }
            self.lane(word(kind), MARK_HEIGHT);
            for (from, to, events) in self.marks(&events) {
                let title = tooltip(&self.axis, &events);
                self.rect(kind.as_str(), from, self.y, to - from, MARK_HEIGHT, &title);
            }
            self.y += MARK_HEIGHT + GAP;
        }
    }

    /// Events as marks: those whose columns touch are one.
    fn marks<'e>(&self, events: &[&'e Event]) -> Vec<(f64, f64, Vec<&'e Event>)> {
        let mut events = events.to_vec();
        events.sort_by_key(|event| event.at_ms);
        let mut marks: Vec<(f64, f64, Vec<&Event>)> = Vec::new();
        for event in events {
            let from = place(self.column(event));
            let to = self.x(end_ms(event)).max(from + COLUMN_WIDTH - 1.0);
            match marks.last_mut().filter(|(begun, ended, _)| from <= *begun || from + COLUMN_WIDTH < *ended)
            {
                Some((_, ended, same)) => {
                    *ended = ended.max(to);
                    same.push(event);
                }
                None => marks.push((from, to, vec![event])),
            }
        }
        marks
    }

    /// The axis, where it was cut, and lines through all lanes where something changed.
    fn ruled(&self, report: &Report, height: f64) -> String {
        let mut svg = String::new();
        let bottom = height - GAP / 2.0;
        for (x, label) in self.axis.labels() {
            let x = NAMES_WIDTH + x;
            svg += &format!(
                "<line class=\"tick\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"18\" y2=\"{bottom}\"/><text class=\"time\" x=\"{x:.1}\" y=\"12\">{label}</text>\n"
            );
        }
        for (from, to, long) in self.axis.cuts() {
            let (from, width) = (NAMES_WIDTH + from, to - from);
            svg += &format!(
                "<g><title>cut short: {long} in which nothing happened</title><rect class=\"cut\" x=\"{from:.1}\" y=\"18\" width=\"{width:.1}\" height=\"{:.1}\"/></g>\n",
                bottom - 18.0
            );
        }
        let changes = report.timeline.iter();
        let changes = changes.filter(|event| matches!(event.kind, EventKind::Credential | EventKind::World));
        let places: BTreeMap<usize, &str> =
            changes.map(|event| (self.column(event), event.kind.as_str())).collect();
        for (column, class) in places.iter().filter(|_| places.len() <= GUIDES_MAX) {
            let x = place(*column) + (COLUMN_WIDTH - 1.0) / 2.0;
            svg += &format!(
                "<line class=\"guide {class}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"18\" y2=\"{bottom}\"/>\n"
            );
        }
        svg
    }

    /// What the drawing leaves out or puts together.
    fn notes(&self, report: &Report) -> Vec<String> {
        let mut notes = Vec::new();
        if self.most > 1 {
            let most = self.most;
            notes.push(format!(
                "Calls that are close together share a column; the highest stands for {most}."
            ));
        }
        if self.axis.cuts().next().is_some() {
            notes.push("Where the drawing is grey, time in which nothing happened is cut short.".to_owned());
        }
        if report.clients.len() > CLIENT_LANES_MAX {
            notes.push(format!(
                "The first {CLIENT_LANES_MAX} clients have lanes of their own; the others share one."
            ));
        }
        notes
    }

    /// A lane's name and its ground.
    fn lane(&mut self, label: &str, height: f64) {
        let shown: String = if label.chars().count() > LABEL_CHARS_MAX {
            label.chars().take(LABEL_CHARS_MAX - 1).chain(Some('…')).collect()
        } else {
            label.to_owned()
        };
        let middle = self.y + height / 2.0 + 4.0;
        self.svg += &format!(
            "<text class=\"lane\" x=\"{:.1}\" y=\"{middle:.1}\">{}<title>{}</title></text>\n",
            NAMES_WIDTH - 12.0,
            markup(&shown),
            markup(&name(label)),
        );
        self.rect("ground", NAMES_WIDTH, self.y, PLOT_WIDTH + COLUMN_WIDTH, height, "");
    }

    /// A rectangle; `title` is markup.
    fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64, title: &str) {
        let title = if title.is_empty() { String::new() } else { format!("<title>{title}</title>") };
        self.svg += &format!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\">{title}</rect>\n"
        );
    }

    fn x(&self, at_ms: i64) -> f64 {
        NAMES_WIDTH + self.axis.x(at_ms)
    }

    fn column(&self, event: &Event) -> usize {
        (self.axis.x(event.at_ms) / COLUMN_WIDTH) as usize
    }
}

fn place(column: usize) -> f64 {
    NAMES_WIDTH + column as f64 * COLUMN_WIDTH
}

fn part(count: usize, of: usize) -> f64 {
    count as f64 / of.max(1) as f64
}

/// What a column stands for, as markup: when, how many, and what, each line once.
fn tooltip(axis: &Axis, events: &[&Event]) -> String {
    let when = events.first().map_or_else(String::new, |event| axis.since(event.at_ms));
    let mut lines: Vec<(&str, String, usize)> = Vec::new();
    let mut left_out = 0;
    for event in events {
        let says = event.says.as_str();
        let waited = match event.kind {
            EventKind::Wait(_) => in_words(end_ms(event).saturating_sub(event.at_ms)),
            EventKind::Call
            | EventKind::Refused
            | EventKind::Limited
            | EventKind::Struck
            | EventKind::Credential
            | EventKind::World => String::new(),
        };
        match lines.iter().position(|(known, long, _)| *known == says && *long == waited) {
            Some(line) => lines[line].2 += 1,
            None if lines.len() < TOOLTIP_LINES_MAX => lines.push((says, waited, 1)),
            None => left_out += 1,
        }
    }
    let line = |(says, waited, count): &(&str, String, usize)| {
        let times = if *count > 1 { format!(" ×{count}") } else { String::new() };
        let waited = if waited.is_empty() { String::new() } else { format!("{waited}: ") };
        format!("\n{waited}{}{times}", sentence(says))
    };
    let lines: String = lines.iter().map(line).collect();
    let more = if left_out > 0 { format!("\nand {left_out} more") } else { String::new() };
    markup(&format!("at {when}{lines}{more}"))
}
