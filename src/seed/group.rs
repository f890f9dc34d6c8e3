//! Groups of made-up recipients: unique names, sizes as uneven as they are in life.

use std::cell::LazyCell;

use super::{chance, chart};

/// A group with its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedGroup {
    /// Unique among the groups of its organization.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Indexes of recipients, each once, in ascending order.
    pub members: Vec<u64>,
}

/// What makes one a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Nearly everybody is.
    NearlyAll,
    /// Who works in the department of that name.
    Department(&'static str),
    /// The chief alone.
    Chief,
    /// Nobody yet.
    Nobody,
    /// Whoever chance brings together; the later a group comes in line, the smaller it tends to be.
    Chance,
}

/// How many of a thousand recipients are missing from the group of nearly all.
const MISSING_PER_MILLE: u64 = 40;

/// What stands before the departments, in this order: from five groups on, one has nearly everybody, one a single
/// member and one none.
const FIRST: [(&str, &str, Rule); 5] = [
    ("All Staff", "Nearly everybody.", Rule::NearlyAll),
    ("Engineering", "The Engineering department.", Rule::Department("Engineering")),
    ("Break Glass", "Emergency access.", Rule::Chief),
    ("Sales", "The Sales department.", Rule::Department("Sales")),
    ("New Joiners", "Who starts next month.", Rule::Nobody),
];

/// What comes after the departments.
const CIRCLES: [(&str, &str); 6] = [
    ("Security Champions", "One pair of eyes in every team."),
    ("First Aiders", "Trained in first aid."),
    ("Works Council", "Elected by the staff."),
    ("Book Club", "Meets on Thursdays."),
    ("Beta Testers", "Gets new versions first."),
    ("Remote Workers", "Works from elsewhere."),
];

/// `count` groups over the recipients 0 to `recipients` of an organization, as `seed` has them.
pub fn groups(seed: u64, organization: &str, count: usize, recipients: u64) -> Vec<SeedGroup> {
    let key = chance::key(seed, organization);
    // Looked up once for all groups, and not at all where no group asks.
    let departments = LazyCell::new(|| chart::departments(key, recipients));
    plan()
        .take(count)
        .zip(0..)
        .map(|((name, description, rule), n)| {
            // A draw of its own for each group, clear of the recipients' draws.
            let draw = |i: u64| chance::nth(chance::nth(chance::nth(key, u64::MAX), n), i);
            let members = match rule {
                Rule::NearlyAll => {
                    (0..recipients).filter(|&i| chance::below(draw(i), 1_000) >= MISSING_PER_MILLE).collect()
                }
                Rule::Department(wanted) => {
                    departments.iter().zip(0..).filter(|(d, _)| d.name == wanted).map(|(_, i)| i).collect()
                }
                Rule::Chief => (0..recipients).take(1).collect(),
                Rule::Nobody => Vec::new(),
                Rule::Chance => by_chance(draw, n, recipients),
            };
            SeedGroup { name, description, members }
        })
        .collect()
}

/// Every group there can be, without end.
fn plan() -> impl Iterator<Item = (String, String, Rule)> {
    let first = FIRST.iter().map(|&(name, about, rule)| (name.to_owned(), about.to_owned(), rule));
    let departments = chart::department_names()
        .filter(|&name| FIRST.iter().all(|&(_, _, rule)| rule != Rule::Department(name)))
        .map(|name| (name.to_owned(), format!("The {name} department."), Rule::Department(name)));
    let circles = CIRCLES.iter().map(|&(name, about)| (name.to_owned(), about.to_owned(), Rule::Chance));
    let teams =
        (1_u64..).map(|n| (format!("Project Team {n}"), format!("Works on project {n}."), Rule::Chance));
    first.chain(departments).chain(circles).chain(teams)
}

/// About one in `n` recipients, at least one if there is any. Walks from member to member, so that a thousand
/// groups over a million recipients do not ask a thousand million times.
fn by_chance(draw: impl Fn(u64) -> u64, n: u64, recipients: u64) -> Vec<u64> {
    let gap_max = (2 * n).max(2);
    let mut members = Vec::new();
    let mut at = chance::below(draw(0), recipients.min(gap_max));
    while at < recipients {
        members.push(at);
        at += 1 + chance::below(draw(at + 1), gap_max);
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn names_are_unique_and_members_exist_sorted_and_once(
            seed: u64, count in 0_usize..60, recipients in 0_u64..400,
        ) {
            let groups = groups(seed, "acme", count, recipients);
            prop_assert_eq!(groups.len(), count);
            let names: HashSet<&str> = groups.iter().map(|group| group.name.as_str()).collect();
            prop_assert_eq!(names.len(), count);
            for group in &groups {
                prop_assert!(group.members.is_sorted_by(|a, b| a < b), "{:?}", group);
                prop_assert!(group.members.iter().all(|&member| member < recipients), "{:?}", group);
            }
        }

        #[test]
        fn five_groups_have_one_nearly_full_one_single_and_one_empty(seed: u64, recipients in 100_u64..400) {
            let sizes: Vec<u64> =
                groups(seed, "acme", 5, recipients).iter().map(|group| group.members.len() as u64).collect();
            prop_assert!(sizes.iter().any(|&size| size * 10 > recipients * 8 && size <= recipients), "{:?}", sizes);
            prop_assert!(sizes.contains(&1) && sizes.contains(&0), "{:?}", sizes);
        }
    }

    #[test]
    fn more_groups_leave_the_first_ones_as_they_were() {
        let few = groups(1, "acme", 8, 250);
        assert_eq!(groups(1, "acme", 40, 250)[..8], few);
        assert_ne!(groups(2, "acme", 8, 250), few);
    }

    #[test]
    fn a_group_of_chance_is_never_empty_and_later_ones_are_smaller() {
        let groups = groups(1, "acme", 80, 1_000);
        let sizes: Vec<usize> = groups[11..].iter().map(|group| group.members.len()).collect();
        assert!(sizes.iter().all(|&size| size > 0), "{sizes:?}");
        assert!(sizes[0] > 2 * sizes[60], "{sizes:?}");
    }

    #[test]
    fn nobody_to_put_into_groups_leaves_them_empty() {
        assert!(groups(1, "acme", 0, 250).is_empty());
        assert!(groups(1, "acme", 30, 0).iter().all(|group| group.members.is_empty()));
    }

    #[test]
    fn a_departments_group_has_those_who_work_there() {
        let all = groups(1, "acme", 2, 300);
        for i in 0..300 {
            let works_there = super::super::recipient(1, "acme", i, "example.com").department.as_deref()
                == Some("Engineering");
            assert_eq!(all[1].members.contains(&i), works_there, "{i}");
        }
    }
}
