//! A bulk job from its first operation to its response (RFC 7644 sections 3.7 and 3.7.3).

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::plan::Step;
use super::{Answer, BulkRequest, Method, Operation, Task};
use crate::scim::error::Error;
use crate::scim::message;

/// What became of a resource that has a bulkId.
enum Fate {
    Made { id: String },
    Failed,
}

struct Job<'r, F> {
    request: &'r BulkRequest,
    /// The URL of the service's root.
    root: &'r str,
    answer: F,
    makers: HashMap<&'r str, usize>,
    fates: HashMap<&'r str, Fate>,
    answers: Vec<Option<Answer>>,
    /// Operations that are begun, with their resources' ids.
    begun: Vec<(usize, String)>,
    failures: usize,
}

impl BulkRequest {
    /// Has everything carried out, one by one, and writes the BulkResponse. `root` is the URL that paths are below.
    ///
    /// Results are in the order of the request; an operation that was not reached has none.
    pub fn run(&self, root: &str, answer: impl FnMut(Task<'_>) -> Answer) -> Value {
        let mut job = Job {
            request: self,
            root,
            answer,
            makers: self.makers(),
            fates: HashMap::new(),
            answers: vec![None; self.operations.len()],
            begun: Vec::new(),
            failures: 0,
        };
        for step in self.plan() {
            match step {
                Step::Whole(index) => job.whole(index),
                Step::Begin(index) => job.begin(index),
                Step::Complete(index) => job.complete(index),
            }
            if self.fail_on_errors.is_some_and(|max| job.failures >= max) {
                break;
            }
        }
        job.stop();
        let answered = self.operations.iter().zip(&job.answers);
        let results: Vec<Value> =
            answered.filter_map(|(one, answer)| Some(result(one, answer.as_ref()?))).collect();
        json!({"schemas": [message::BULK_RESPONSE], "Operations": results})
    }
}

impl<F: FnMut(Task<'_>) -> Answer> Job<'_, F> {
    fn whole(&mut self, index: usize) {
        let mut operation = self.request.operations[index].clone();
        let answer = match self.resolve(&mut operation) {
            Ok(()) => (self.answer)(Task::Whole(&operation)),
            Err(error) => (self.answer)(Task::Refuse(error)),
        };
        self.settle(index, &operation, answer);
    }

    fn begin(&mut self, index: usize) {
        let mut operation = self.request.operations[index].clone();
        operation.leave_out(&|id| self.makers.contains_key(id) && !self.fates.contains_key(id));
        let answer = match self.resolve(&mut operation) {
            Ok(()) => (self.answer)(Task::Begin(&operation)),
            Err(error) => (self.answer)(Task::Refuse(error)),
        };
        if let Some(id) = answer.id().filter(|_| answer.is_good()) {
            self.begun.push((index, id.to_owned()));
        }
        self.settle(index, &operation, answer);
    }

    /// Replaces what was begun by what was asked for. What was not begun has failed, and is answered.
    fn complete(&mut self, index: usize) {
        let Some(at) = self.begun.iter().position(|(begun, _)| *begun == index) else { return };
        let (_, id) = self.begun.swap_remove(at);
        let mut operation = self.request.operations[index].clone();
        let answer = match self.resolve(&mut operation) {
            Ok(()) => {
                let replace = follow_up(Method::Put, &operation, &id, operation.data.clone());
                (self.answer)(Task::FollowUp(&replace))
            }
            Err(error) => (self.answer)(Task::Refuse(error)),
        };
        if answer.is_good() {
            if let Some(made) = &mut self.answers[index] {
                made.version = answer.version;
            }
        } else {
            self.undo(index, &id);
            self.settle(index, &operation, answer);
        }
    }

    /// Removes what is still incomplete: it counts as not reached.
    fn stop(&mut self) {
        for (index, id) in std::mem::take(&mut self.begun) {
            self.undo(index, &id);
            self.answers[index] = None;
        }
    }

    fn undo(&mut self, index: usize, id: &str) {
        let remove = follow_up(Method::Delete, &self.request.operations[index], id, None);
        (self.answer)(Task::FollowUp(&remove));
    }

    /// Keeps the answer for an operation, which was carried out with what of its references could be `resolved`.
    fn settle(&mut self, index: usize, resolved: &Operation, answer: Answer) {
        let operation = &self.request.operations[index];
        let is_good = answer.is_good();
        self.failures += usize::from(!is_good);
        let location = match operation.method {
            Method::Post => answer.location.clone().filter(|_| is_good),
            // What was never made is nowhere.
            _ if resolved.has_relative_path() && !resolved.is_at_reference() => {
                Some(format!("{}{}", self.root, resolved.path.trim_end_matches('/')))
            }
            _ => None,
        };
        if let (Method::Post, Some(bulk_id)) = (operation.method, operation.bulk_id.as_deref()) {
            let made = answer.id().filter(|_| is_good).map(|id| Fate::Made { id: id.to_owned() });
            self.fates.insert(bulk_id, made.unwrap_or(Fate::Failed));
        }
        self.answers[index] = Some(Answer { location, ..answer });
    }

    /// Puts ids in the place of references.
    fn resolve(&self, operation: &mut Operation) -> Result<(), Error> {
        if !operation.has_relative_path() {
            let detail = "path is a path below the service's root, such as /Users or /Users/{id}";
            return Err(Error::invalid_value(detail));
        }
        operation.resolve(&|bulk_id| self.id_of(bulk_id))
    }

    /// The id of the resource that a bulkId stands for.
    fn id_of(&self, bulk_id: &str) -> Result<String, Error> {
        match self.fates.get(bulk_id) {
            Some(Fate::Made { id }) => Ok(id.clone()),
            Some(Fate::Failed) => {
                Err(Error::plain(409, format!("the operation with the bulkId {bulk_id} has failed")))
            }
            None => Err(Error::plain(409, format!("no POST of this request has the bulkId {bulk_id}"))),
        }
    }
}

impl Answer {
    fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The id of the resource that was made: the end of its URL.
    fn id(&self) -> Option<&str> {
        self.location.as_deref()?.rsplit('/').next()
    }
}

/// An operation on what a POST has made.
fn follow_up(method: Method, made_by: &Operation, id: &str, data: Option<Value>) -> Operation {
    let path = format!("{}/{id}", made_by.path.trim_end_matches('/'));
    Operation { method, path, bulk_id: made_by.bulk_id.clone(), version: None, data }
}

fn result(operation: &Operation, answer: &Answer) -> Value {
    let text = |text: &str| Value::String(text.to_owned());
    let mut result = Map::new();
    if let Some(location) = &answer.location {
        result.insert("location".to_owned(), text(location));
    }
    result.insert("method".to_owned(), text(operation.method.as_str()));
    if let Some(bulk_id) = &operation.bulk_id {
        result.insert("bulkId".to_owned(), text(bulk_id));
    }
    if let Some(version) = answer.version.as_ref().filter(|_| answer.is_good()) {
        result.insert("version".to_owned(), text(version));
    }
    result.insert("status".to_owned(), Value::String(answer.status.to_string()));
    if let Some(response) = answer.response.as_ref().filter(|_| !answer.is_good()) {
        result.insert("response".to_owned(), response.clone());
    }
    Value::Object(result)
}
