//! From the tree, checked against the table of keys, to the [`Profile`] that it means.
//!
//! Everything that the table cannot say is checked here: names that lead nowhere, two endpoints for one call, slots that
//! do not exist. A part that is wrong leaves a hole and reading goes on, so that all mistakes come at once.
//!
//! **Invariant:** kinds of values and unknown keys are the table's business (`grammar`); a value of the wrong kind counts
//! as absent here and is not reported twice.

mod actions;
mod apis;
mod attributes;
mod catalogue;
mod characteristics;
mod errors;
mod idle;
mod limits;
mod offers;
mod part;
mod records;
mod rest;
mod scim;
mod shapes;

use super::diagnostic::{Diagnostic, Severity};
use super::keys;
use super::model::{
    Api, ApiKind, Credential, Fact, Mark, Prerequisite, Profile, RecordType, Requires, Rule, Source,
};
use super::node::Node;
use super::source::Place;
use super::suggest::instead;
pub use part::{Part, scalar};

/// Reads a profile from its tree. `None` when it has a mistake; the mistakes go to `out`.
///
/// `in_force` says which value each variant has.
pub fn build(tree: &Node, in_force: &[(String, String)], out: &mut Vec<Diagnostic>) -> Option<Profile> {
    let before = out.len();
    let root = Part::root(tree, &keys::PROFILE);
    let mut builder = Builder {
        tree,
        out,
        facts: Vec::new(),
        sources: Vec::new(),
        plans: Vec::new(),
        prerequisites: Vec::new(),
        credentials: Vec::new(),
        records: Vec::new(),
    };
    builder.catalogue(&root);
    builder.records = builder.all_records(&root);
    let errors = builder.errors(root.part("errors", &keys::ERRORS).as_ref());
    let apis = builder.all_apis(&root);
    let variants = builder.all_variants(&root, in_force);
    let operations = Builder::all_operations(&root, &apis);
    let advisories = builder.all_advisories(&root, &operations);
    let actions = builder.all_actions(&root);
    let limits = builder.limits(&root, &operations);
    if builder.out[before..].iter().all(|diagnostic| diagnostic.severity != Severity::Error) {
        builder.idle(&root, &apis, &actions);
    }
    let absent = builder.all_absent(&root);
    let bases: Vec<String> = apis.iter().map(|api| format!("apis.{}.base", api.name)).collect();
    let is_base = |setting: &str| setting == "apis" || bases.iter().any(|base| base == setting);
    let bases_rule = builder.rule_where(root.place_of("apis"), is_base);
    let hosts = root.texts("hosts");
    let Builder { facts, sources, plans, prerequisites, credentials, records, out, .. } = builder;
    let whole = out[before..].iter().all(|diagnostic| diagnostic.severity != Severity::Error);
    whole.then(|| Profile {
        vendor: root.text("vendor").unwrap_or_default(),
        title: root.text("title").unwrap_or_default(),
        about: root.text("about").unwrap_or_default(),
        sources,
        hosts,
        plans,
        prerequisites,
        credentials,
        records,
        apis,
        bases_rule,
        errors,
        limits,
        actions,
        advisories,
        variants,
        facts: facts.into_iter().map(|known| known.fact).collect(),
        absent,
        tree: tree.clone(),
    })
}

/// What has been read so far; later parts name earlier ones.
struct Builder<'a> {
    tree: &'a Node,
    out: &'a mut Vec<Diagnostic>,
    facts: Vec<KnownFact>,
    sources: Vec<Source>,
    plans: Vec<String>,
    prerequisites: Vec<Prerequisite>,
    credentials: Vec<Credential>,
    records: Vec<RecordType>,
}

/// Whether a dotted path is another or lies below it.
fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A fact and all settings that it or its variants reach.
struct KnownFact {
    fact: Fact,
    reach: Vec<String>,
}

impl Builder<'_> {
    /// The facts behind the part at a path, and its place.
    fn rule(&self, part: &Part<'_>) -> Rule {
        self.rule_at(&part.path, &part.place)
    }

    /// The rule of one key of a part: that of the key where it is written, else of the whole part.
    fn rule_of_key(&self, part: &Part<'_>, key: &str) -> Rule {
        self.rule_at(&part.path_of(key), part.place_of(key))
    }

    /// The facts behind several keys of a part, and the place of the first.
    fn rule_of_keys(&self, part: &Part<'_>, keys: &[&str]) -> Rule {
        let mut rules = keys.iter().map(|key| self.rule_of_key(part, key));
        let first = rules.next().unwrap_or_else(|| self.rule_at(&part.path, &part.place));
        rules.fold(first, Rule::and)
    }

    fn rule_at(&self, path: &str, place: &Place) -> Rule {
        self.rule_where(place, |setting| is_within(setting, path))
    }

    /// The rule of something deep inside a key of a part: facts about it, about the key as a whole, and about what lies
    /// between, but not about its neighbours.
    fn rule_within(&self, part: &Part<'_>, key: &str, inside: &str) -> Rule {
        let (outer, place) = (part.path_of(key), part.place_of(key));
        let inner = format!("{outer}.{inside}");
        self.rule_where(place, |setting| {
            is_within(setting, &inner) || is_within(setting, &outer) && is_within(&inner, setting)
        })
    }

    /// The rule of a part, but for one of its keys.
    fn rule_without(&self, part: &Part<'_>, key: &str) -> Rule {
        let left_out = part.path_of(key);
        self.rule_where(&part.place, |setting| {
            is_within(setting, &part.path) && !is_within(setting, &left_out)
        })
    }

    /// The facts that reach such settings.
    fn rule_where(&self, place: &Place, is_meant: impl Fn(&str) -> bool) -> Rule {
        let reaches = |known: &KnownFact| known.reach.iter().any(|setting| is_meant(setting));
        let facts = self.facts.iter().enumerate().filter(|(_, known)| reaches(known));
        let facts = facts.filter_map(|(index, _)| u16::try_from(index).ok()).collect();
        Rule { facts, place: place.clone() }
    }

    /// Reports a mistake with what to do about it.
    fn mistake(
        &mut self,
        code: &'static str,
        place: &Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.out.push(Diagnostic::error(code, place, message).help(help));
    }

    /// The index of a name among those declared, or a mistake with a suggestion.
    fn index_of(&mut self, node: &Node, what: &str, name: &str, declared: &[String]) -> Option<usize> {
        let found = declared.iter().position(|one| one == name);
        if found.is_none() {
            let help = match declared {
                [] => format!("declare a {what} of that name first"),
                declared => instead(name, declared),
            };
            let mistake = Diagnostic::error("P020", &node.place, format!("no {what} is called `{name}`"));
            self.out.push(mistake.label("declared nowhere").help(help));
        }
        found
    }

    /// The index of the name that a key holds.
    fn named(&mut self, part: &Part<'_>, key: &str, what: &str, declared: &[String]) -> Option<usize> {
        let node = part.node.get(key)?;
        let name = node.as_text()?.to_owned();
        self.index_of(node, what, &name, declared)
    }

    fn requires(&mut self, part: Option<&Part<'_>>) -> Requires {
        let Some(part) = part else { return Requires::default() };
        let plans = self.plans.clone();
        let prerequisites: Vec<String> = self.prerequisites.iter().map(|one| one.name.clone()).collect();
        let mut all = |key: &str, what: &str, declared: &[String]| -> Vec<usize> {
            let items = part.node.get(key).map_or(&[][..], Node::items);
            items.iter().filter_map(|item| self.index_of(item, what, item.as_text()?, declared)).collect()
        };
        Requires {
            plans: all("plans", "plan", &plans),
            prerequisites: all("prerequisites", "prerequisite", &prerequisites),
        }
    }

    fn all_apis(&mut self, root: &Part<'_>) -> Vec<Api> {
        let mut apis: Vec<Api> = Vec::new();
        for part in root.parts("apis", &keys::API) {
            if let Some(api) = self.api(&part) {
                if let Some(twin) = apis.iter().find(|other| other.base == api.base) {
                    let message = format!("the apis `{}` and `{}` have the same base", twin.name, api.name);
                    let place = &twin.rule.place;
                    let mistake = Diagnostic::error("P021", part.place_of("base"), message);
                    self.out.push(
                        mistake
                            .label("this base is taken")
                            .also(place, "by this api")
                            .help("give each its own base"),
                    );
                }
                apis.push(api);
            }
        }
        for part in root.parts("credentials", &keys::CREDENTIAL) {
            let name = part.name("credentials");
            let is_taken =
                |api: &&Api| self.credentials.get(api.credential).is_some_and(|one| one.name == name);
            let taken: Vec<&Api> = apis.iter().filter(is_taken).collect();
            if part.word("kind") == "client_credentials"
                && !taken.is_empty()
                && taken.iter().all(|api| api.kind != ApiKind::OAuth)
            {
                let message = format!("no api gives the client `{name}` its access tokens");
                let help = format!("add an api of `kind: oauth` with `credential: {name}`");
                self.mistake("P033", &part.place, message, help);
            }
        }
        number_faces(&mut apis);
        apis
    }
}

impl Mark {
    fn of(word: &str) -> Self {
        match word {
            "documented" => Self::Documented,
            "varies" => Self::Varies,
            _ => Self::Assumed,
        }
    }
}

/// Gives every way in which a type of record is shown a number of its own.
fn number_faces(apis: &mut [Api]) {
    let mut taken: std::collections::HashMap<usize, usize> = std::collections::HashMap::new();
    for api in apis {
        for shape in &mut api.shapes {
            let next = taken.entry(shape.record).or_default();
            shape.face = *next;
            *next += if shape.brief.is_empty() { 1 } else { 2 };
        }
        for resource in &mut api.resources {
            let next = taken.entry(resource.record).or_default();
            resource.face = *next;
            *next += 1;
        }
    }
}
