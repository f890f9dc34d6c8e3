//! Query parameters, and the part of a list that they ask for.

use super::{Echo, cursor};
use crate::call::{Call, is_percent_encoded};
use crate::fault::Fault;
use crate::notes::{Listing, Notes};
use crate::operation::{Mark, Window};
use crate::profile::model::{Paging, PagingStyle};

/// What a parameter must be to be read at all.
pub const ENCODED: &str = "percent-encoded UTF-8";

/// Decoded parameters, in the order sent. The first of a name counts.
#[derive(Debug)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads a call's parameters.
    ///
    /// # Errors
    /// [`Fault::BadParameter`] for one whose percent-encoding is broken, or that is not UTF-8.
    pub fn read(call: &Call) -> Result<Self, Fault> {
        match Self::decode(call) {
            (query, None) => Ok(query),
            (_, Some(name)) => Err(Fault::BadParameter { name, detail: ENCODED.to_owned() }),
        }
    }

    /// Reads a call's parameters as far as they can be read, with the name of the first whose
    /// percent-encoding is broken, or that is not UTF-8.
    pub fn decode(call: &Call) -> (Self, Option<String>) {
        let text = call.query.as_deref().unwrap_or_default();
        let is_sent = text.to_ascii_uppercase().contains("%EF%BF%BD");
        let is_broken = |text: &str| text.contains('\u{fffd}') && !is_sent;
        let mut broken = None;
        let mut pairs = Vec::new();
        for sent in text.split('&') {
            let is_whole = is_percent_encoded(sent);
            for (name, value) in form_urlencoded::parse(sent.as_bytes()) {
                if broken.is_none() && (!is_whole || is_broken(&name) || is_broken(&value)) {
                    broken = Some(name.clone().into_owned());
                }
                pairs.push((name.into_owned(), value.into_owned()));
            }
        }
        (Self { pairs }, broken)
    }

    /// Parameters that stood elsewhere than in a URL.
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        Self { pairs }
    }

    /// The value of a parameter; an empty one is a value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The names of all parameters.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }
}

/// Which part of a list the parameters ask for, as the vendor pages.
///
/// # Errors
/// [`Fault::BadParameter`] where the vendor refuses.
pub fn window(paging: &Paging, query: &Query, notes: &mut Notes) -> Result<(Window, Echo), Fault> {
    if query.names().any(|name| name == paging.number || name == paging.size) {
        notes.rule(&paging.rule);
    }
    let all = |size| (Window::All, Echo { page: 1, size, ..Echo::default() });
    match paging.style {
        PagingStyle::None => {
            notes.listing =
                Some(Box::new(Listing { asked: usize::MAX, cap: usize::MAX, ..Listing::default() }));
            Ok(all(paging.default))
        }
        PagingStyle::Page => {
            let size = size(paging, query, 1, notes)?.min(cap(paging, notes));
            let page = number(paging, query, &paging.number, 1)?.unwrap_or(1);
            let skip = page.saturating_sub(1).saturating_mul(size);
            Ok((Window::Skip { skip, take: size }, Echo { page, size, ..Echo::default() }))
        }
        PagingStyle::Offset => {
            let size = size(paging, query, 1, notes)?.min(cap(paging, notes));
            let skip = number(paging, query, &paging.number, 0)?.unwrap_or(0);
            let page = (skip / size.max(1)).saturating_add(1);
            Ok((Window::Skip { skip, take: size }, Echo { page, size, ..Echo::default() }))
        }
        PagingStyle::Cursor => {
            let size = size(paging, query, 1, notes)?.min(cap(paging, notes));
            let mark = match query.get(&paging.number).filter(|text| !text.is_empty()) {
                None => None,
                Some(text) => {
                    let serial = cursor::read_plain(text).ok_or_else(|| Fault::BadParameter {
                        name: paging.number.clone(),
                        detail: "a cursor that an earlier answer gave".to_owned(),
                    })?;
                    Some(Mark { record: 0, serial, key: None })
                }
            };
            Ok((Window::After { mark, take: size }, Echo { page: 1, size, ..Echo::default() }))
        }
        PagingStyle::Index => {
            let size = size(paging, query, 0, notes)?.min(cap(paging, notes));
            let start = number(paging, query, &paging.number, 1)?.unwrap_or(1);
            Ok((Window::Skip { skip: start - 1, take: size }, Echo { page: start, size, ..Echo::default() }))
        }
    }
}

/// The size of a page.
///
/// # Errors
/// [`Fault::BadParameter`] where the vendor refuses.
pub fn size(paging: &Paging, query: &Query, least: usize, notes: &mut Notes) -> Result<usize, Fault> {
    let sent = number(paging, query, &paging.size, least)?;
    let size = sent.unwrap_or(paging.default);
    notes.listing = Some(Box::new(Listing { asked: size, cap: cap(paging, notes), ..Listing::default() }));
    if size <= paging.max || sent.is_none() {
        return Ok(size);
    }
    notes.rule(&paging.rule);
    if paging.refuse_above_max {
        let detail = format!("at most {}", paging.max);
        return Err(Fault::BadParameter { name: paging.size.clone(), detail });
    }
    notes.word("size_capped");
    Ok(paging.max)
}

/// How many items a page has at most: as many as the vendor says, or fewer where a chaos rule does.
pub fn cap(paging: &Paging, notes: &Notes) -> usize {
    let injected = notes.chaos.as_ref().and_then(|struck| struck.page_items_max);
    injected.map_or(paging.max, |items| paging.max.min(usize::try_from(items).unwrap_or(usize::MAX)))
}

/// A whole number of at least `least`; a smaller one is refused or taken as `least`, as the vendor does.
fn number(paging: &Paging, query: &Query, name: &str, least: usize) -> Result<Option<usize>, Fault> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let refused =
        || Fault::BadParameter { name: name.to_owned(), detail: format!("a whole number from {least}") };
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused());
    }
    let given = if text.starts_with('-') { None } else { Some(digits.parse().unwrap_or(usize::MAX)) };
    match given.filter(|number| *number >= least) {
        Some(number) => Ok(Some(number)),
        None if paging.refuse_invalid => Err(refused()),
        None => Ok(Some(least)),
    }
}

/// The Link header (RFC 8288) of a page: `next`, `prev`, `first` and `last`, where they are known.
pub fn link_header(paging: &Paging, url: &str, query: &Query, echo: &Echo, listed: Place) -> Option<String> {
    let Place { total, skip, shown, next } = listed;
    let mut links: Vec<(&str, String)> = Vec::new();
    match paging.style {
        PagingStyle::Cursor => links.extend(next.map(|serial| ("next", cursor::plain(serial)))),
        PagingStyle::Page | PagingStyle::Offset => {
            let size = echo.size.max(1);
            let at = |skip: usize| match paging.style {
                PagingStyle::Page => (skip / size + 1).to_string(),
                _ => skip.to_string(),
            };
            if skip + shown < total {
                links.push(("next", at(skip + size)));
            }
            // From beyond the end, the page before is the last.
            let last = total.saturating_sub(1) / size * size;
            if skip > 0 {
                links.push(("prev", at(skip.saturating_sub(size).min(last))));
            }
            links.push(("first", at(0)));
            links.push(("last", at(last)));
        }
        PagingStyle::Index | PagingStyle::None => {}
    }
    let link = |(relation, number): (&str, String)| {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        for (name, value) in
            query.pairs.iter().filter(|(name, _)| *name != paging.number && *name != paging.size)
        {
            pairs.append_pair(name, value);
        }
        pairs.append_pair(&paging.number, &number).append_pair(&paging.size, &echo.size.to_string());
        format!("<{url}?{}>; rel=\"{relation}\"", pairs.finish())
    };
    let links: Vec<String> = links.into_iter().map(link).collect();
    (!links.is_empty()).then(|| links.join(", "))
}

/// Where a page lies in its list.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// How many match in all.
    pub total: usize,
    /// How many are left out in front.
    pub skip: usize,
    /// How many are shown.
    pub shown: usize,
    /// The serial behind which the next page begins.
    pub next: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::{Place, Query, link_header, window};
    use crate::notes::Notes;
    use crate::operation::Window;
    use crate::profile::model::{Paging, PagingStyle, Rule};
    use crate::profile::source::Source;
    use crate::representation::Echo;

    fn paging(style: PagingStyle) -> Paging {
        Paging {
            style,
            number: "at".to_owned(),
            size: "size".to_owned(),
            default: 10,
            max: 50,
            refuse_above_max: false,
            refuse_invalid: true,
            link_header: true,
            rule: Rule { facts: Box::default(), place: Source::new("t.yaml", "").place(0, 0) },
        }
    }

    /// The Link header of 25 records in tens, as `relation=number`.
    fn check(style: PagingStyle, skip: usize, shown: usize, wanted: &str) {
        let query =
            Query { pairs: vec![("q".to_owned(), "a b".to_owned()), ("at".to_owned(), "7".to_owned())] };
        let echo = Echo { size: 10, ..Echo::default() };
        let place = Place { total: 25, skip, shown, next: None };
        let header = link_header(&paging(style), "/u", &query, &echo, place).unwrap_or_default();
        let link = |link: &str| {
            let number = link.strip_prefix("</u?q=a+b&at=")?.split_once("&size=10>; rel=\"")?;
            Some(format!("{}={}", number.1.trim_end_matches('"'), number.0))
        };
        let links: Option<Vec<String>> = header.split(", ").map(link).collect();
        assert_eq!(links.map(|links| links.join(" ")).as_deref(), Some(wanted), "{style:?} {skip}: {header}");
    }

    #[test]
    fn a_link_header_names_the_pages_around_this_one() {
        check(PagingStyle::Page, 0, 10, "next=2 first=1 last=3");
        check(PagingStyle::Page, 10, 10, "next=3 prev=1 first=1 last=3");
        check(PagingStyle::Page, 20, 5, "prev=2 first=1 last=3");
        check(PagingStyle::Offset, 5, 10, "next=15 prev=0 first=0 last=20");
        check(PagingStyle::Offset, usize::MAX, 0, "prev=20 first=0 last=20");
    }

    #[test]
    fn the_largest_number_asks_for_a_page_beyond_the_end() {
        for style in [PagingStyle::Page, PagingStyle::Offset, PagingStyle::Index] {
            let paging = paging(style);
            let pairs = [("at", usize::MAX.to_string()), ("size", "1".to_owned())];
            let query = Query { pairs: pairs.map(|(name, value)| (name.to_owned(), value)).into() };
            let asked = window(&paging, &query, &mut Notes::default()).map(|(window, _)| window);
            assert!(
                matches!(asked, Ok(Window::Skip { skip, take: 1 }) if skip >= usize::MAX - 1),
                "{style:?}: {asked:?}"
            );
        }
    }
}
