//! The order of operations (RFC 7644 sections 3.7.1 and 3.7.2): that of the request, but that one which refers to a resource
//! waits until that is made. In a circle nobody could go first: there each goes in its turn, as far as it can, and is
//! completed later.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use super::{BulkRequest, Method};

/// One thing to do with the operation of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Carry it out.
    Whole(usize),
    /// Make the resource without what cannot be resolved yet.
    Begin(usize),
    /// Give a resource that was begun what was left out.
    Complete(usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waiting,
    Begun,
    Done,
}

struct Planner {
    /// By operation: the POSTs that refer to its resource, until they are told.
    posts: Vec<Vec<usize>>,
    /// By operation: the others that do.
    others: Vec<Vec<usize>>,
    /// By operation: how many of those that it needs are not there yet.
    open: Vec<usize>,
    in_circle: Vec<bool>,
    stages: Vec<Stage>,
    /// Those whose turn it is, the first of the request on top.
    ready: BinaryHeap<Reverse<usize>>,
    steps: Vec<Step>,
}

impl BulkRequest {
    /// All steps, in order. A POST needs of others that they are begun; what changes a resource, that it is complete.
    pub(super) fn plan(&self) -> Vec<Step> {
        let mut planner = Planner::new(self);
        while let Some(Reverse(index)) = planner.ready.pop() {
            if planner.open[index] > 0 {
                planner.steps.push(Step::Begin(index));
                planner.stages[index] = Stage::Begun;
                planner.tell_posts(index);
            } else {
                planner.steps.push(Step::Whole(index));
                planner.stages[index] = Stage::Done;
                planner.tell_posts(index);
                planner.tell_others(index);
            }
        }
        planner.steps
    }

    /// The POST that makes the resource of each bulkId.
    pub(super) fn makers(&self) -> HashMap<&str, usize> {
        let posts = self.operations.iter().enumerate().filter(|(_, one)| one.method == Method::Post);
        posts.filter_map(|(index, one)| Some((one.bulk_id.as_deref()?, index))).collect()
    }
}

impl Planner {
    fn new(request: &BulkRequest) -> Self {
        let makers = request.makers();
        let count = request.operations.len();
        let needs = request.operations.iter().map(|operation| {
            let references = operation.references();
            let needed: BTreeSet<usize> =
                references.iter().filter_map(|id| makers.get(id.as_str()).copied()).collect();
            needed.into_iter().collect()
        });
        let needs: Vec<Vec<usize>> = needs.collect();
        let (mut posts, mut others) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for (index, needs) in needs.iter().enumerate() {
            let is_post = request.operations[index].method == Method::Post;
            let told = if is_post { &mut posts } else { &mut others };
            needs.iter().for_each(|needed| told[*needed].push(index));
        }
        let in_circle = circles(&needs, &posts);
        let is_ready = |index: &usize| needs[*index].is_empty() || in_circle[*index];
        Self {
            ready: (0..count).filter(is_ready).map(Reverse).collect(),
            open: needs.iter().map(Vec::len).collect(),
            in_circle,
            posts,
            others,
            stages: vec![Stage::Waiting; count],
            steps: Vec::with_capacity(count),
        }
    }

    /// Tells the POSTs that wait for a resource that it is there; those that were begun may be complete by that.
    fn tell_posts(&mut self, made: usize) {
        for index in std::mem::take(&mut self.posts[made]) {
            self.open[index] -= 1;
            if self.open[index] > 0 {
                continue;
            }
            if self.stages[index] == Stage::Begun {
                self.steps.push(Step::Complete(index));
                self.stages[index] = Stage::Done;
                self.tell_others(index);
            } else if !self.in_circle[index] {
                self.ready.push(Reverse(index));
            }
        }
    }

    /// Tells the others that wait for a resource that it is complete.
    fn tell_others(&mut self, complete: usize) {
        for index in std::mem::take(&mut self.others[complete]) {
            self.open[index] -= 1;
            if self.open[index] == 0 {
                self.ready.push(Reverse(index));
            }
        }
    }
}

/// Who needs itself, in however many steps: its strongly connected component holds one that it needs. Only POSTs are needed,
/// so that no other operation is part of a circle. Kosaraju's two walks; neither recurses, for a chain may be long.
fn circles(needs: &[Vec<usize>], needed_by: &[Vec<usize>]) -> Vec<bool> {
    let mut order = Vec::with_capacity(needs.len());
    let mut is_seen = vec![false; needs.len()];
    for start in 0..needs.len() {
        if std::mem::replace(&mut is_seen[start], true) {
            continue;
        }
        let mut way = vec![(start, 0)];
        while let Some((index, next)) = way.last_mut() {
            if let Some(needed) = needs[*index].get(*next) {
                *next += 1;
                if !std::mem::replace(&mut is_seen[*needed], true) {
                    way.push((*needed, 0));
                }
            } else {
                order.push(*index);
                way.pop();
            }
        }
    }
    let mut component = vec![None; needs.len()];
    for root in order.into_iter().rev() {
        let mut open = vec![root];
        while let Some(index) = open.pop() {
            if component[index].is_none() {
                component[index] = Some(root);
                open.extend(&needed_by[index]);
            }
        }
    }
    let is_in_one = |index: usize| needs[index].iter().any(|needed| component[*needed] == component[index]);
    (0..needs.len()).map(is_in_one).collect()
}
