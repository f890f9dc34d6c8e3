//! The profiles that are shipped, and the made-up vendor.

use standin::profile::files;
use standin::profile::overlay;
use standin::profile::source::Source;
use std::sync::Arc;

use crate::support::{faultless, files_in, source};

/// Ends of host names that belong to nobody (RFC 2606, RFC 6761).
const RESERVED: &[&str] =
    &["example", "test", "invalid", "localhost", "example.com", "example.org", "example.net"];

/// Each set of files that must be right by itself.
fn sets() -> Vec<Vec<Arc<Source>>> {
    let shipped = files::built_in();
    let with_shipped = |path: std::path::PathBuf| {
        let mut sources = files::built_in();
        sources.push(source(&path));
        sources
    };
    let extending = files_in("profiles/overlays", ".yaml").into_iter().map(with_shipped);
    let alone = files_in("tests/vendors", ".yaml").into_iter().map(with_shipped);
    std::iter::once(shipped).chain(extending).chain(alone).collect()
}

#[test]
fn every_profile_is_free_of_mistakes_whatever_variant_is_picked() {
    for sources in sets() {
        faultless(&sources);
    }
}

#[test]
fn every_value_of_every_variant_makes_a_profile_with_that_value_in_force() {
    for sources in sets() {
        let library = faultless(&sources);
        for vendor in library.vendors() {
            let profile = library.profile(vendor, &[]).expect("it is free of mistakes");
            for variant in &profile.variants {
                assert_eq!(variant.values.first(), Some(&variant.in_force), "{vendor}.{}", variant.name);
                for value in &variant.values {
                    let picked = library.profile(vendor, &[(variant.name.clone(), value.clone())]);
                    let picked =
                        picked.unwrap_or_else(|found| panic!("{vendor}.{}={value}: {found:?}", variant.name));
                    let now = picked.variants.iter().find(|one| one.name == variant.name);
                    assert_eq!(now.map(|one| &one.in_force), Some(value), "{vendor}.{}", variant.name);
                }
            }
        }
    }
}

#[test]
fn every_fact_fixes_settings_that_exist_and_every_source_is_cited() {
    for sources in sets() {
        let library = faultless(&sources);
        for vendor in library.vendors() {
            let profile = library.profile(vendor, &[]).expect("it is free of mistakes");
            for fact in &profile.facts {
                assert!(!fact.fixes.is_empty(), "{} fixes nothing", fact.id);
                for setting in &fact.fixes {
                    assert!(overlay::exists(&profile.tree, setting).is_ok(), "{} fixes {setting}", fact.id);
                }
            }
            for index in 0..profile.sources.len() {
                let is_cited = profile.facts.iter().any(|fact| fact.sources.contains(&index));
                assert!(is_cited, "{vendor}: nothing cites {}", profile.sources[index].name);
            }
        }
    }
}

#[test]
fn facts_are_numbered_in_order_and_belong_to_the_vendor_or_to_what_it_extends() {
    for source in sets().into_iter().flatten() {
        let library = faultless_alone_or_with_shipped(&source);
        for vendor in library.vendors() {
            let profile = library.profile(vendor, &[]).expect("it is free of mistakes");
            let numbered: Vec<(&str, u16)> = profile
                .facts
                .iter()
                .filter_map(|fact| fact.id.rsplit_once('.'))
                .filter_map(|(owner, number)| Some((owner, number.parse().ok()?)))
                .collect();
            assert!(numbered.is_sorted_by(|one, next| one.1 < next.1), "{vendor}: {numbered:?}");
            let owners = numbered.iter().map(|(owner, _)| *owner);
            assert!(owners.clone().all(|owner| vendor.starts_with(owner)), "{vendor}: {numbered:?}");
        }
    }
}

fn faultless_alone_or_with_shipped(source: &Arc<Source>) -> standin::profile::Library {
    let mut sources = files::built_in();
    if sources.iter().all(|other| other.name != source.name) {
        sources.push(Arc::clone(source));
    }
    faultless(&sources)
}

/// Addresses that somebody could receive mail at may be told about (`about`, `says`), never be given out as data.
#[test]
fn no_profile_makes_up_an_address_at_a_domain_that_somebody_could_own() {
    for source in sets().into_iter().flatten() {
        for (number, line) in source.text.lines().enumerate() {
            let is_told = ["about:", "says:", "assumed:", "title:", "#"]
                .iter()
                .any(|key| line.trim_start().starts_with(key));
            for domain in
                line.split('@').skip(1).map(domain_at_the_beginning).filter(|domain| domain.contains('.'))
            {
                let ends = |end: &&str| domain == **end || domain.ends_with(&format!(".{end}"));
                assert!(is_told || RESERVED.iter().any(ends), "{}:{}: {domain}", source.name, number + 1);
            }
        }
    }
}

fn domain_at_the_beginning(text: &str) -> String {
    let part_of_domain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
    text.chars().take_while(part_of_domain).collect::<String>().trim_end_matches('.').to_owned()
}

#[test]
fn no_two_ways_of_showing_a_record_share_the_place_of_its_rendered_form() {
    for sources in sets() {
        let library = faultless(&sources);
        for vendor in library.vendors() {
            let profile = library.profile(vendor, &[]).expect("it is free of mistakes");
            let of_shape = |shape: &standin::profile::model::Shape| {
                let forms = if shape.brief.is_empty() { 1 } else { 2 };
                (shape.face..shape.face + forms).map(|face| (shape.record, face)).collect::<Vec<_>>()
            };
            let shapes = profile.apis.iter().flat_map(|api| &api.shapes).flat_map(of_shape);
            let resources = profile.apis.iter().flat_map(|api| &api.resources);
            let mut faces: Vec<(usize, usize)> =
                shapes.chain(resources.map(|resource| (resource.record, resource.face))).collect();
            let all = faces.len();
            faces.sort_unstable();
            faces.dedup();
            assert_eq!(faces.len(), all, "{vendor}");
        }
    }
}

#[test]
fn a_file_that_only_changes_settings_takes_the_place_of_what_it_extends() {
    let base = source(std::path::Path::new("tests/vendors/rookery.yaml"));
    let change = Source::new("tenant.yaml", "{extends: rookery, title: Our Rookery}");
    let library = faultless(&[base, change]);
    assert_eq!(library.vendors().collect::<Vec<_>>(), ["rookery"]);
    assert_eq!(
        library.profile("rookery", &[]).map(|profile| profile.title).ok().as_deref(),
        Some("Our Rookery")
    );
}
