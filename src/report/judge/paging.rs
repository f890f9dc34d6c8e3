//! How a client read lists.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use super::times;
use crate::notes::{Listing, Picked};
use crate::report::trail::{Answer, Step, Trail};
use crate::report::verdict::Proof;
use crate::report::{Conduct, Verdict};

/// Whoever asks for no more items than these wants to know whether the vendor answers, not who there is.
const PROBE_ITEMS_MAX: usize = 2;

/// The parameter of cursors (RFC 9865).
const CURSOR: &str = "cursor";

/// The pages of one list, from its beginning to where its client stopped.
#[derive(Debug)]
pub(super) struct Walk<'t, 'a> {
    /// Which list.
    list: u64,
    pages: Vec<(&'t Step<'a>, &'a Listing)>,
    /// Whether the last that its client asked for it was refused or lost.
    is_broken_off: bool,
    end: End,
}

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Every item came once.
    Whole,
    /// Every item came, some of them twice.
    Twice,
    /// Some did not come.
    Short,
}

/// The walks of a client over lists that no filter picks from.
pub(super) fn walks<'t, 'a>(trail: &'t Trail<'a>) -> Vec<Walk<'t, 'a>> {
    let mut walks: Vec<Walk<'t, 'a>> = Vec::new();
    let mut open: HashMap<u64, usize> = HashMap::new();
    for step in trail.steps.iter().filter(|step| step.is_list()) {
        let list = list_of(step);
        let current = open.get(&list).copied();
        let Some(page) = page_of(step) else {
            if let Some(index) = current.filter(|_| step.answer != Answer::Well) {
                walks[index].is_broken_off = true;
            }
            continue;
        };
        match current {
            Some(index) if page.from > 0 => {
                walks[index].is_broken_off = false;
                walks[index].pages.push((step, page));
            }
            // Somebody who begins in the middle reads no list.
            None if page.from > 0 => {}
            _ => {
                open.insert(list, walks.len());
                walks.push(Walk { list, pages: vec![(step, page)], is_broken_off: false, end: End::Short });
            }
        }
    }
    for walk in &mut walks {
        walk.end = walk.judge();
    }
    forgive(&mut walks);
    walks
}

/// Takes away those that say nothing: broken off by a failure, or followed by one that read the same list whole.
fn forgive(walks: &mut Vec<Walk<'_, '_>>) {
    let mut last_whole: HashMap<u64, usize> = HashMap::new();
    for (index, walk) in walks.iter().enumerate() {
        if walk.end == End::Whole {
            last_whole.insert(walk.list, index);
        }
    }
    let mut index = 0;
    walks.retain(|walk| {
        let is_made_good = last_whole.get(&walk.list).is_some_and(|whole| *whole > index);
        index += 1;
        walk.end == End::Whole || !(walk.is_broken_off || is_made_good)
    });
}

/// Which list a call is about: its path, and every parameter but those of the page.
fn list_of(step: &Step<'_>) -> u64 {
    let paging = step.endpoint.map(|endpoint| &endpoint.paging);
    let is_of_page = |name: &str| {
        name == CURSOR || paging.is_some_and(|paging| name == paging.number || name == paging.size)
    };
    let mut others: Vec<(String, String)> = step.parameters().filter(|(name, _)| !is_of_page(name)).collect();
    others.sort();
    let mut list = DefaultHasher::new();
    (step.entry.path(), others).hash(&mut list);
    list.finish()
}

/// The page that a call was answered with, where it is one of a list from which no filter picks.
fn page_of<'a>(step: &Step<'a>) -> Option<&'a Listing> {
    let page = step.entry.notes().listing.as_deref()?;
    let is_get = step.entry.method == http::Method::GET;
    let is_walk = page.of == Picked::All && page.asked > PROBE_ITEMS_MAX;
    (is_get && is_walk && step.answer == Answer::Well).then_some(page)
}

impl Walk<'_, '_> {
    fn judge(&self) -> End {
        let Some((_, last)) = self.pages.last() else { return End::Short };
        if last.is_by_cursor {
            return self.judge_by_cursor();
        }
        // Several pages may be read at the same time: what counts is which items came.
        let mut parts: Vec<(u64, u64)> =
            self.pages.iter().map(|(_, page)| (page.from, page.from + page.given as u64)).collect();
        parts.sort_unstable();
        // The same page again is a repetition, not another page.
        parts.dedup();
        let (mut end, mut is_twice) = (0, false);
        for (from, to) in parts {
            if from > end {
                return End::Short;
            }
            is_twice |= from < end && from < to;
            end = end.max(to);
        }
        match (end >= last.total as u64, is_twice) {
            (false, _) => End::Short,
            (true, true) => End::Twice,
            (true, false) => End::Whole,
        }
    }

    fn judge_by_cursor(&self) -> End {
        let mut next = Some(0);
        for (_, page) in &self.pages {
            if next == Some(page.from) {
                next = page.to;
            }
        }
        if next.is_none() { End::Whole } else { End::Short }
    }

    /// Whether there was more than one page.
    fn is_long(&self) -> bool {
        self.pages.first().is_some_and(|(_, page)| page.to.is_some())
    }

    /// Whether its client got fewer items than it asked for, while there were more.
    fn is_capped(&self) -> bool {
        self.pages.iter().any(|(_, page)| page.asked > page.cap && page.to.is_some())
    }

    fn prove(&self, proof: &mut Proof) {
        for (step, _) in &self.pages {
            proof.take(step);
        }
        if let Some((step, _)) = self.pages.first()
            && let (Some(profile), Some(endpoint)) = (step.profile(), step.endpoint)
        {
            endpoint.paging.rule.facts.iter().for_each(|fact| proof.name(profile, usize::from(*fact)));
        }
    }
}

pub(super) fn reads_every_page(walks: &[Walk<'_, '_>]) -> Verdict {
    let conduct = Conduct::ReadsEveryPage;
    let long = || walks.iter().filter(|walk| walk.is_long());
    let (mut short, mut twice, mut whole) = (Proof::default(), Proof::default(), Proof::default());
    let (mut lists, mut read) = (0, 0);
    for walk in long().filter(|walk| !walk.is_capped()) {
        match walk.end {
            End::Whole => {
                read += 1;
                walk.prove(&mut whole);
            }
            End::Twice => walk.prove(&mut twice),
            End::Short => {
                lists += 1;
                walk.prove(&mut short);
            }
        }
    }
    if !short.is_empty() {
        let many = times(lists, "list");
        return Verdict::fail(conduct, format!("stopped reading {many} while there was more"))
            .shown_by(short);
    }
    if !twice.is_empty() {
        return Verdict::fail(conduct, "read some items of a list twice").shown_by(twice);
    }
    if read > 0 {
        let many = times(read, "list");
        return Verdict::pass(conduct, format!("read {many} of several pages to the end")).shown_by(whole);
    }
    let says = if long().next().is_some() {
        "what it read, it read by pages that were capped"
    } else {
        "no list that it read had more than one page"
    };
    Verdict::not_met(conduct, says)
}

pub(super) fn heeds_page_caps(walks: &[Walk<'_, '_>]) -> Verdict {
    let conduct = Conduct::HeedsPageCaps;
    let (mut bad, mut good) = (Proof::default(), Proof::default());
    for walk in walks.iter().filter(|walk| walk.is_capped()) {
        walk.prove(if walk.end == End::Whole { &mut good } else { &mut bad });
    }
    if !bad.is_empty() {
        let says = "asked for more items than a page has, and took what came for what it had asked for";
        return Verdict::fail(conduct, says).shown_by(bad);
    }
    if good.is_empty() {
        return Verdict::not_met(conduct, "no page that it asked for was cut by a cap");
    }
    Verdict::pass(conduct, "got shorter pages than it had asked for, and went on by what came").shown_by(good)
}
