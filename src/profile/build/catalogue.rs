//! What the other parts refer to: sources, facts, plans, prerequisites, credentials; and what refers to the other
//! parts: variants, advisories, absences.

use super::part::{Part, scalar};
use super::{Builder, KnownFact};
use crate::fault::FaultName;
use crate::profile::diagnostic::Diagnostic;
use crate::profile::keys;
use crate::profile::model::{
    Absent, Advisory, Api, Carrier, Credential, Fact, Mark, Prerequisite, Source, Variant,
};
use crate::profile::node::{Node, Tree};
use crate::profile::overlay;
use crate::profile::pattern::skew_ms;
use crate::profile::source::Place;
use crate::profile::suggest::{nearest, quoted};

impl Builder<'_> {
    /// Reads everything that stands on its own.
    pub(super) fn catalogue(&mut self, root: &Part<'_>) {
        self.sources = root
            .parts("sources", &keys::SOURCE)
            .iter()
            .map(|part| Source {
                name: part.name("sources"),
                title: part.word("title"),
                file: part.text("file"),
                url: part.text("url"),
                dated: part.text("dated"),
            })
            .collect();
        self.plans = root.texts("plans");
        self.prerequisites = root
            .parts("prerequisites", &keys::PREREQUISITE)
            .iter()
            .map(|part| Prerequisite {
                name: part.name("prerequisites"),
                about: part.word("about"),
                at_start: part.flag("at_start"),
            })
            .collect();
        self.facts = root.parts("facts", &keys::FACT).iter().map(|part| self.fact(part, root)).collect();
        let credentials = root.parts("credentials", &keys::CREDENTIAL);
        self.credentials = credentials.iter().map(|part| self.credential(part)).collect();
    }

    fn fact(&mut self, part: &Part<'_>, root: &Part<'_>) -> KnownFact {
        let id = part.name("facts");
        let mark = Mark::of(&part.word("mark"));
        let names: Vec<String> = self.sources.iter().map(|source| source.name.clone()).collect();
        let cited = part.node.get("source");
        let nodes: Vec<&Node> = match cited {
            Some(Node { value: Tree::List(items), .. }) => items.iter().collect(),
            other => other.into_iter().collect(),
        };
        let cites = |node: &Node| node.as_text().map(str::to_owned);
        let sources: Vec<usize> =
            nodes.iter().filter_map(|node| self.index_of(node, "source", &cites(node)?, &names)).collect();
        if mark == Mark::Documented && nodes.is_empty() {
            let help = match names.as_slice() {
                [] => {
                    "declare the document under `sources` and name it as `source`, or mark the fact `assumed`"
                        .to_owned()
                }
                names => format!("add `source`, one of {}, or mark the fact `assumed`", quoted(names)),
            };
            self.mistake("P023", &part.place, format!("the documented fact `{id}` names no source"), help);
        }
        let fixes = part.texts("fixes");
        if part
            .node
            .get("fixes")
            .is_some_and(|node| matches!(&node.value, Tree::List(items) if items.is_empty()))
        {
            let message = format!("the fact `{id}` fixes no setting");
            self.mistake(
                "P024",
                part.place_of("fixes"),
                message,
                "name the settings that it decides, or what is `absent`",
            );
        }
        for node in part.node.get("fixes").map_or(&[][..], Node::items) {
            self.setting(node, node.as_text().unwrap_or_default());
        }
        let mut reach = fixes.clone();
        let variants = root.parts("variants", &keys::VARIANT);
        let own: Vec<_> = variants.iter().filter(|variant| variant.word("fact") == id).collect();
        reach.extend(own.iter().flat_map(|variant| overlay::settings(variant.node)));
        if mark == Mark::Varies && own.is_empty() && part.text("shown_by").is_none() {
            let help = format!("add a variant with `fact: {id}`, or mark the fact `assumed`");
            self.mistake("P024", &part.place, format!("the varying fact `{id}` has no variant"), help);
        }
        let fact = Fact {
            id,
            mark,
            sources,
            says: part.word("says"),
            assumed: part.text("assumed"),
            shown_by: part.text("shown_by"),
            fixes,
            place: part.place.clone(),
        };
        KnownFact { fact, reach }
    }

    /// Reports a dotted path that is no setting of this profile.
    fn setting(&mut self, node: &Node, path: &str) {
        if let Err(stray) = overlay::exists(self.tree, path) {
            let help = match nearest(&stray.name, stray.known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", quoted(&stray.known)),
            };
            let inside =
                if stray.inside.is_empty() { "a profile".to_owned() } else { format!("`{}`", stray.inside) };
            let mistake = Diagnostic::error("P022", &node.place, format!("no setting is called `{path}`"));
            self.out.push(mistake.label(format!("{inside} has no `{}`", stray.name)).help(help));
        }
    }

    fn credential(&mut self, part: &Part<'_>) -> Credential {
        let name = part.name("credentials");
        let carrier = match part.word("kind").as_str() {
            "client_credentials" => Carrier::Client,
            "api_key" => match (part.text("header"), part.text("query")) {
                (Some(header), None) => {
                    let header = header.to_ascii_lowercase();
                    http::HeaderName::try_from(header).map_or(Carrier::Bearer, Carrier::Header)
                }
                (None, Some(query)) => Carrier::Query(query),
                _ => {
                    let message = format!("the api key `{name}` must be in a header or in a query parameter");
                    self.mistake("P033", &part.place, message, "give one of `header` and `query`");
                    Carrier::Bearer
                }
            },
            _ => Carrier::Bearer,
        };
        for key in ["header", "query"].into_iter().filter(|key| part.node.get(key).is_some()) {
            if part.word("kind") != "api_key" {
                let message =
                    format!("`{key}` belongs to an `api_key`, and `{name}` is `{}`", part.word("kind"));
                self.mistake(
                    "P028",
                    part.place_of(key),
                    message,
                    format!("remove `{key}`, or make it `kind: api_key`"),
                );
            }
        }
        let scopes = part.node.get("scopes").map_or(&[][..], Node::entries);
        Credential {
            name,
            about: part.text("about").unwrap_or_default(),
            carrier,
            form: part.word("form"),
            scopes: scopes
                .iter()
                .map(|scope| (scope.key.clone(), scalar(&scope.value).unwrap_or_default()))
                .collect(),
            expires_ms: part.duration_ms("expires"),
            pair: part.flag("pair"),
            shown_once: part.flag("shown_once"),
            one_at_a_time: part.flag("one_at_a_time"),
            overlap_ms: part.duration_ms("overlap").unwrap_or_default(),
            at_most: part
                .node
                .get("at_most")
                .and_then(Node::as_int)
                .and_then(|most| usize::try_from(most).ok()),
            ends_oldest: part.word("when_full") == "end_oldest",
            expiry_skew_ms: skew_ms(&part.word("expiry_skew")).unwrap_or_default(),
            uses_max: part.node.get("uses").and_then(Node::as_int).and_then(|uses| u64::try_from(uses).ok()),
            rule: self.rule_without(part, "scopes"),
        }
    }

    pub(super) fn all_variants(&mut self, root: &Part<'_>, in_force: &[(String, String)]) -> Vec<Variant> {
        let mut variants = Vec::new();
        let mut settings: Vec<(String, String, Place)> = Vec::new();
        for part in root.parts("variants", &keys::VARIANT) {
            let name = part.name("variants");
            self.fact_named(part.node.get("fact"));
            let values = overlay::value_names(part.node);
            let accepts = part.text("accepts");
            if values.is_empty() || values.len() < 2 && accepts.is_none() {
                let message = format!("the variant `{name}` has nothing to choose from");
                self.mistake(
                    "P025",
                    &part.place,
                    message,
                    "list another value, or say with `accepts` what else may be picked",
                );
            }
            let is_list = matches!(part.node.get("values"), Some(Node { value: Tree::List(_), .. }));
            if (is_list || accepts.is_some()) && part.node.get("sets").is_none() {
                let message = format!("the variant `{name}` has values but no setting");
                self.mistake("P033", &part.place, message, "say with `sets` which setting takes the value");
            }
            if self
                .plans
                .iter()
                .chain(self.prerequisites.iter().map(|one| &one.name))
                .any(|taken| *taken == name)
                || name == "plan"
            {
                let message = format!(
                    "the variant `{name}` has the name of a plan, of a prerequisite or of `plan` itself"
                );
                self.mistake("P038", &part.place, message, "give it a name of its own");
            }
            for (node, path) in overlay::setting_nodes(part.node) {
                self.setting(node, &path);
                let is_new = settings.iter().all(|(of, setting, _)| (of, setting) != (&name, &path));
                let other = |(of, setting, _): &&(String, String, Place)| {
                    *of != name && overlay::overlaps(setting, &path)
                };
                if let Some((first, _, place)) = settings.iter().find(other).filter(|_| is_new) {
                    let message = format!("the variants `{first}` and `{name}` both change `{path}`");
                    let mistake =
                        Diagnostic::error("P038", &node.place, message).also(place, "the other one");
                    self.out.push(mistake.help("make one variant of the two"));
                }
                settings.push((name.clone(), path, node.place.clone()));
            }
            let first = values.first().cloned().unwrap_or_default();
            let chosen = in_force
                .iter()
                .find(|(variant, _)| *variant == name)
                .map_or(first, |(_, value)| value.clone());
            variants.push(Variant {
                name,
                fact: part.word("fact"),
                about: part.word("about"),
                values,
                accepts,
                in_force: chosen,
            });
        }
        variants
    }

    fn fact_named(&mut self, node: Option<&Node>) -> Option<usize> {
        let node = node?;
        let ids: Vec<String> = self.facts.iter().map(|known| known.fact.id.clone()).collect();
        self.index_of(node, "fact", node.as_text()?, &ids)
    }

    /// The names of all operations: one that is not served now may be with another variant.
    pub(super) fn all_operations(root: &Part<'_>, apis: &[Api]) -> Vec<String> {
        let declared = root.parts("apis", &keys::API).into_iter().flat_map(|api| {
            let operations = api.parts("operations", &keys::OPERATION);
            let full =
                |one: &Part<'_>| format!("{}.{}", api.name("apis"), one.name(&api.path_of("operations")));
            operations.iter().map(full).collect::<Vec<_>>()
        });
        let served = apis.iter().flat_map(|api| &api.endpoints).map(|endpoint| endpoint.name.clone());
        declared.chain(served).collect()
    }

    pub(super) fn all_advisories(&mut self, root: &Part<'_>, operations: &[String]) -> Vec<Advisory> {
        let mut advisories = Vec::new();
        for part in root.parts("advisories", &keys::ADVISORY) {
            let fact = self.fact_named(part.node.get("fact")).unwrap_or_default();
            let Some(when) = part.part("when", &keys::WHEN) else { continue };
            for node in when.node.get("operations").map_or(&[][..], Node::items) {
                if let Some(name) = node.as_text() {
                    self.index_of(node, "operation", name, operations);
                }
            }
            advisories.push(Advisory {
                name: part.name("advisories"),
                fact,
                says: part.word("says"),
                operations: when.texts("operations"),
                faults: when.texts("faults").iter().filter_map(|word| FaultName::parse(word)).collect(),
                sent: self.paths_in_any(when.node.get("sent")),
                notes: when.texts("notes"),
                conduct: part.text("conduct"),
            });
        }
        advisories
    }

    pub(super) fn all_absent(&mut self, root: &Part<'_>) -> Vec<Absent> {
        let parts = root.parts("absent", &keys::ABSENT);
        let read = |part: &Part<'_>| Absent {
            name: part.name("absent"),
            about: part.word("about"),
            path: part.text("path"),
            rule: self.rule(part),
        };
        parts.iter().map(read).collect()
    }
}
