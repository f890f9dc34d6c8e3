//! How the server is: health for probes, numbers for Prometheus.

use std::sync::atomic::Ordering;

use http::{Method, StatusCode};
use serde_json::json;

use super::Desk;
use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, ok};
use super::shape::{Field, Kind};
use crate::call::Reply;

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/health",
        name: "get_health",
        about: "Whether the server answers: 200 when it is ready, 503 when it is about to stop. Anybody may ask.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(HEALTH))), (503, Gives::Problem)],
        refuses: &[],
        is_open: true,
        run: health,
    },
    Row {
        method: Method::GET,
        path: "/metrics",
        name: "get_metrics",
        about: "Numbers for Prometheus, in its text format.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Media(METRICS))],
        refuses: &[],
        is_open: false,
        run: metrics,
    },
];

/// Prometheus' text format.
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

const HEALTH: &[Field] = &[Field::required("status", Kind::Word(&["ok"]), "That it is well.")];

fn health(desk: &Desk, _: &Ask<'_>) -> Result<Reply, Problem> {
    if desk.draining.load(Ordering::Relaxed) {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the server is about to stop"));
    }
    ok(&json!({"status": "ok"}))
}

fn metrics(desk: &Desk, _: &Ask<'_>) -> Result<Reply, Problem> {
    let mut text = String::new();
    let mut family = |name: &str, kind: &str, about: &str, samples: Vec<(String, String)>| {
        text += &format!("# HELP {name} {about}\n# TYPE {name} {kind}\n");
        for (labels, value) in samples {
            text += &format!("{name}{labels} {value}\n");
        }
    };
    let version = format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    family("standin_info", "gauge", "Which Standin this is.", vec![(version, "1".to_owned())]);
    let uptime_ms = desk.engine.uptime_ms();
    let uptime = format!("{}.{:03}", uptime_ms / 1_000, uptime_ms % 1_000);
    family("standin_uptime_seconds", "gauge", "How long it has been up.", vec![(String::new(), uptime)]);
    let sandboxes = desk.engine.sandboxes().len().to_string();
    family("standin_sandboxes", "gauge", "How many sandboxes there are.", vec![(String::new(), sandboxes)]);
    let calls = desk.engine.calls().into_iter().map(|(vendor, class, count)| {
        // The names of vendors have no character that a label would have to escape.
        let labels = format!("{{vendor=\"{}\",status=\"{class}xx\"}}", vendor.unwrap_or_default());
        (labels, count.to_string())
    });
    let about = "Calls answered, by vendor (empty for those to nobody) and class of status.";
    family("standin_calls_total", "counter", about, calls.collect());
    Ok(Reply::new(StatusCode::OK).with_body(METRICS, text))
}
