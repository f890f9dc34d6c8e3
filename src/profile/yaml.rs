//! YAML 1.2 (and so JSON) into a tree with places.
//!
//! **Invariant:** this is the only file that knows the YAML parser, and it knows nothing of profiles. Reading goes on
//! after a mistake where the rest can still be understood, so that one look shows them all.
//!
//! Plain scalars follow the core schema in its cautious reading: `null`, `~` and nothing are null; `true` and `false`
//! (also `True`, `TRUE`, …) are truth values; what JSON would call a number is a number. Everything else is text, so
//! that no character is lost: `yes`, `on`, `01234`, `+46701234567`, `0x1F`, `.5`, `.inf`. What is quoted is text.

mod hint;
mod scalar;
#[cfg(test)]
mod tests;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::diagnostic::Diagnostic;
use super::node::{Entry, Node, Tree};
use super::source::{Place, Source, Span};

/// How many values a file may hold, those that aliases repeat included. A profile has a few thousand; ten aliases of
/// ten aliases of ten reach any number. More is a diagnostic, `P003`.
pub const NODES_MAX: usize = 200_000;

/// How many bytes of text the aliases of a file may repeat: a long text, aliased often, is a bomb of few nodes.
/// More is a diagnostic, `P003`.
pub const TEXT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How deep lists and maps may be nested. Everything that walks a tree recurses this far at most. A written profile
/// stays below 20; more than this is a diagnostic, `P003`.
pub const DEPTH_MAX: usize = 100;

/// Reads a text. An empty text is a null.
///
/// Every mistake is added to `out`. The tree is given, so that what it says can be checked too, unless the text is not
/// YAML at all or too large; if anything was added, it may not hold all that was written.
pub fn parse(source: &Arc<Source>, out: &mut Vec<Diagnostic>) -> Option<Node> {
    let mut builder = Builder {
        source,
        char_starts: char_starts(&source.text),
        out,
        open: Vec::new(),
        anchors: HashMap::new(),
        total: Size::default(),
        documents: 0,
        root: None,
    };
    for event in Parser::new_from_str(&source.text) {
        let step = match event {
            Ok((event, span)) => builder.take(event, span),
            Err(error) => Err(builder.syntax(&error)),
        };
        if let Err(Fatal) = step {
            return None;
        }
        if builder.documents > 1 {
            break;
        }
    }
    Some(builder.root.unwrap_or_else(|| Node { place: source.place(0, 0), value: Tree::Null }))
}

struct Builder<'a> {
    source: &'a Arc<Source>,
    /// The byte at which each character begins, because the parser counts in characters.
    char_starts: Vec<usize>,
    out: &'a mut Vec<Diagnostic>,
    /// The lists and maps that are not closed yet, from the outside in.
    open: Vec<Open>,
    /// What each anchor stands for, once it is complete.
    anchors: HashMap<usize, (Node, Size)>,
    /// All that was built so far; the depth is not used.
    total: Size,
    documents: usize,
    root: Option<Node>,
}

/// A mistake after which nothing more can be read; it was reported.
struct Fatal;

/// A list or map that is being read.
struct Open {
    /// Where it begins; its end is known when it is closed.
    place: Place,
    /// What its parts cover, as written: where it says `*alias`, that is the alias.
    inside: Option<Span>,
    anchor: usize,
    size: Size,
    body: Body,
}

enum Body {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, merged: Vec<Node>, key: Option<Key> },
}

/// The key of an entry whose value has not been read yet.
enum Key {
    Text(String, Place),
    /// `<<`: what follows is laid under the map's own entries.
    Merge,
    /// A key that was refused; what follows is read and dropped.
    Refused,
}

/// How much a value holds, itself included.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    text_bytes: usize,
    depth: usize,
}

impl Builder<'_> {
    /// Takes the next event.
    fn take(&mut self, event: Event<'_>, span: saphyr_parser::Span) -> Result<(), Fatal> {
        let place = self.place(span);
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    let message = "a file holds one document, not several";
                    let help = "remove the `---`, or put what follows into a file of its own";
                    self.out.push(Diagnostic::error("P009", &place, message).help(help));
                }
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, &place),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &place);
                let place = without_properties(place);
                if self.wants_key() {
                    self.key(&text, style, anchor, &place)
                } else {
                    self.scalar(&text, style, anchor, place)
                }
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &place);
                self.begin(place, anchor, Body::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &place);
                self.begin(place, anchor, Body::Map { entries: Vec::new(), merged: Vec::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(&place),
        }
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { body: Body::Map { key: None, .. }, .. }))
    }

    fn key(&mut self, text: &str, style: ScalarStyle, anchor: usize, place: &Place) -> Result<(), Fatal> {
        let key = match text {
            "<<" if style == ScalarStyle::Plain => Key::Merge,
            "" if style == ScalarStyle::Plain => {
                self.out.push(Diagnostic::error("P001", place, "a key is missing before the `:`"));
                Key::Refused
            }
            _ => Key::Text(text.to_owned(), place.clone()),
        };
        if anchor != 0 {
            let size = Size { nodes: 1, text_bytes: text.len(), depth: 0 };
            self.charge(size, place)?;
            let node = Node { place: place.clone(), value: Tree::Text(text.to_owned()) };
            self.anchors.insert(anchor, (node, size));
        }
        if let Some(open) = self.open.last_mut() {
            open.cover(place.span);
            if let Body::Map { key: slot, .. } = &mut open.body {
                *slot = Some(key);
            }
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, place: Place) -> Result<(), Fatal> {
        let is_plain = style == ScalarStyle::Plain;
        let value = if is_plain { scalar::resolve(text) } else { Ok(Tree::Text(text.to_owned())) };
        let value = value.unwrap_or_else(|message| {
            let help = format!("put it in quotes to keep it as text: \"{text}\"");
            self.out.push(Diagnostic::error("P008", &place, message).help(help));
            Tree::Null
        });
        let place = if text.is_empty() && is_plain { self.place_of_nothing(&place) } else { place };
        let size = Size { nodes: 1, text_bytes: text.len(), depth: 0 };
        self.charge(Size { text_bytes: 0, ..size }, &place)?;
        let written = place.clone();
        self.add(Node { place, value }, size, anchor, &written)
    }

    /// Where nothing was written there is nothing to point at, so the key stands for its value.
    fn place_of_nothing(&self, place: &Place) -> Place {
        match self.open.last() {
            Some(Open { body: Body::Map { key: Some(Key::Text(_, key)), .. }, .. }) => key.clone(),
            _ => place.source.place(place.span.start, place.span.start),
        }
    }

    fn alias(&mut self, anchor: usize, place: &Place) -> Result<(), Fatal> {
        let Some((copy, size)) = self.anchors.get(&anchor).cloned() else {
            let message = format!("`{}` stands for something that it is itself a part of", place.text());
            let mistake = Diagnostic::error("P001", place, message).label("its anchor is still open here");
            return Err(self.fatal(mistake));
        };
        self.charge(size, place)?;
        self.add(copy, size, 0, place)
    }

    fn begin(&mut self, place: Place, anchor: usize, body: Body) -> Result<(), Fatal> {
        let size = Size { nodes: 1, text_bytes: 0, depth: 1 };
        self.charge(size, &place)?;
        self.open.push(Open { place, inside: None, anchor, size, body });
        Ok(())
    }

    fn end(&mut self, end: &Place) -> Result<(), Fatal> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let place = open.place_until(end);
        let value = match open.body {
            Body::List(items) => Tree::List(items),
            Body::Map { mut entries, merged, .. } => {
                self.refuse_duplicates(&mut entries);
                self.lay_under(&mut entries, merged);
                Tree::Map(entries)
            }
        };
        let written = place.clone();
        self.add(Node { place, value }, open.size, open.anchor, &written)
    }

    /// Puts a complete value, which was written at `written`, where it belongs.
    fn add(&mut self, node: Node, size: Size, anchor: usize, written: &Place) -> Result<(), Fatal> {
        if anchor != 0 {
            self.charge(size, written)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.cover(written.span);
        open.size.nodes += size.nodes;
        open.size.text_bytes += size.text_bytes;
        open.size.depth = open.size.depth.max(size.depth + 1);
        match &mut open.body {
            Body::List(items) => items.push(node),
            Body::Map { entries, merged, key } => match (key.take(), &node.value) {
                (Some(Key::Text(key, key_place)), _) => entries.push(Entry { key, key_place, value: node }),
                (Some(Key::Merge), _) => merged.push(node),
                (Some(Key::Refused), _) => {}
                (None, Tree::Text(text)) => *key = Some(Key::Text(text.clone(), written.clone())),
                (None, _) => {
                    *key = Some(Key::Refused);
                    let message = format!("a key is text, not {}", node.kind_word());
                    let help = "put it in quotes if it is meant as text";
                    self.out.push(Diagnostic::error("P009", written, message).help(help));
                }
            },
        }
        Ok(())
    }

    /// Counts what is about to be built, and refuses what is too much.
    fn charge(&mut self, size: Size, place: &Place) -> Result<(), Fatal> {
        self.total.nodes += size.nodes;
        self.total.text_bytes += size.text_bytes;
        let (what, max) = if self.open.len() + size.depth > DEPTH_MAX {
            ("levels of nesting", DEPTH_MAX)
        } else if self.total.nodes > NODES_MAX {
            ("values", NODES_MAX)
        } else if self.total.text_bytes > TEXT_BYTES_MAX {
            ("bytes of repeated text", TEXT_BYTES_MAX)
        } else {
            return Ok(());
        };
        let mistake =
            Diagnostic::error("P003", place, format!("a file holds at most {max} {what}, not more"));
        let mistake = mistake.label("the bound is passed here");
        Err(self.fatal(mistake.help("split the file up, and count what each alias repeats")))
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, place: &Place) {
        if tag.is_some() {
            let written = place.text().split_whitespace().find(|word| word.starts_with('!')).unwrap_or("!");
            let message = format!("a value has no tag, but here is `{written}`");
            let help = "remove the tag; put a value in quotes to make it text";
            self.out.push(Diagnostic::error("P009", place, message).help(help));
        }
    }

    fn refuse_duplicates(&mut self, entries: &mut Vec<Entry>) {
        let mut first: HashMap<String, Place> = HashMap::with_capacity(entries.len());
        entries.retain(|entry| {
            let Some(earlier) = first.get(&entry.key) else {
                first.insert(entry.key.clone(), entry.key_place.clone());
                return true;
            };
            let mistake =
                Diagnostic::error("P002", &entry.key_place, format!("`{}` is there twice", entry.key));
            let mistake = mistake.label("and again here").also(earlier, "first here");
            self.out.push(mistake.help("remove one of the two"));
            false
        });
    }

    /// Adds to a map what `<<` brings: of each key the first that is found, the map's own before all.
    fn lay_under(&mut self, entries: &mut Vec<Entry>, merged: Vec<Node>) {
        let mut known: HashSet<String> = HashSet::new();
        if !merged.is_empty() {
            known.extend(entries.iter().map(|entry| entry.key.clone()));
        }
        let mut waiting: Vec<Node> = merged.into_iter().rev().collect();
        while let Some(node) = waiting.pop() {
            match node.value {
                Tree::Map(below) => {
                    entries.extend(below.into_iter().filter(|entry| known.insert(entry.key.clone())));
                }
                Tree::List(items) if items.iter().all(|item| matches!(item.value, Tree::Map(_))) => {
                    waiting.extend(items.into_iter().rev());
                }
                _ => {
                    let message = format!("`<<` wants a map or a list of maps, not {}", node.kind_word());
                    self.out.push(Diagnostic::error("P005", &node.place, message));
                }
            }
        }
    }

    fn syntax(&mut self, error: &ScanError) -> Fatal {
        let marker = *error.marker();
        let place = self.place(saphyr_parser::Span::empty(marker));
        let mistake = Diagnostic::error("P001", &place, format!("this is not YAML: {}", error.info()));
        self.fatal(match hint::hint(error.info()) {
            Some(help) => mistake.help(help),
            None => mistake,
        })
    }

    fn fatal(&mut self, mistake: Diagnostic) -> Fatal {
        self.out.push(mistake);
        Fatal
    }

    /// The place of a parser's span. Block scalars and empty lines reach beyond what is to be seen; that is cut off.
    fn place(&self, span: saphyr_parser::Span) -> Place {
        let byte = |index: usize| self.char_starts.get(index).copied().unwrap_or(self.source.text.len());
        let (start, end) = (byte(span.start.index()), byte(span.end.index()));
        let mut place = self.source.place(start, end.max(start));
        place.span.end = start + place.text().trim_end().len();
        place
    }
}

impl Open {
    fn cover(&mut self, part: Span) {
        let span = self.inside.get_or_insert(part);
        span.end = span.end.max(part.end);
    }

    /// What it covers: from bracket to bracket if it has them, else its parts. Without a bracket the parser notices the
    /// end some lines too late.
    fn place_until(&self, end: &Place) -> Place {
        let mut place = self.place.clone();
        let head = place.text();
        if head.ends_with(['{', '[']) {
            place.span.start = place.span.end - 1;
            place.span.end = end.span.end.max(place.span.end);
        } else if let Some(inside) = self.inside {
            place.span.start = inside.start;
            place.span.end = inside.end;
        }
        place
    }
}

/// The place without an anchor or a tag before the value.
fn without_properties(mut place: Place) -> Place {
    while place.text().starts_with(['&', '!']) {
        let text = place.text();
        let word = text.find(char::is_whitespace).unwrap_or(text.len());
        let rest = text.get(word..).unwrap_or("").trim_start();
        place.span.start += text.len() - rest.len();
    }
    place
}

fn char_starts(text: &str) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).collect()
}
