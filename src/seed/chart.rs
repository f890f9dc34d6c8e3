//! The organization chart: who reports to whom, in which department, under which title.
//!
//! Recipient 0 is the chief, the next ones head a department each, and everybody else reports to somebody with a
//! smaller index, in that one's department. So a manager always exists, however many recipients there are, and
//! the chart has no circle.

use super::chance;

/// A department.
#[derive(Debug)]
pub(super) struct Department {
    pub(super) name: &'static str,
    pub(super) division: &'static str,
    pub(super) cost_center: &'static str,
    head: &'static str,
    /// Titles of those who lead a team.
    leads: &'static [&'static str],
    titles: &'static [&'static str],
}

/// The chief's own department.
static OFFICE: Department = Department {
    name: "Executive Office",
    division: "Corporate",
    cost_center: "CC-1000",
    head: "Chief Executive Officer",
    leads: &[],
    titles: &[],
};

/// Every department but the chief's.
#[rustfmt::skip]
static DEPARTMENTS: [Department; 8] = [
    Department {
        name: "Engineering", division: "Product", cost_center: "CC-4100", head: "VP of Engineering",
        leads: &["Engineering Manager", "Principal Engineer"],
        titles: &["Software Engineer", "Senior Software Engineer", "Site Reliability Engineer", "QA Engineer", "Data Engineer"],
    },
    Department {
        name: "Sales", division: "Commercial", cost_center: "CC-3100", head: "VP of Sales",
        leads: &["Regional Sales Manager", "Sales Team Lead"],
        titles: &["Account Executive", "Sales Development Representative", "Solutions Engineer", "Account Manager"],
    },
    Department {
        name: "Customer Support", division: "Commercial", cost_center: "CC-3300", head: "Head of Customer Support",
        leads: &["Support Team Lead"],
        titles: &["Support Specialist", "Support Engineer", "Customer Success Manager"],
    },
    Department {
        name: "Marketing", division: "Commercial", cost_center: "CC-3200", head: "Chief Marketing Officer",
        leads: &["Marketing Manager"],
        titles: &["Content Strategist", "Campaign Specialist", "Graphic Designer", "Market Analyst"],
    },
    Department {
        name: "Finance", division: "Corporate", cost_center: "CC-1200", head: "Chief Financial Officer",
        leads: &["Controller", "Finance Manager"],
        titles: &["Accountant", "Financial Analyst", "Payroll Specialist", "Procurement Specialist"],
    },
    Department {
        name: "Human Resources", division: "Corporate", cost_center: "CC-1300", head: "Head of People",
        leads: &["HR Manager"],
        titles: &["HR Business Partner", "Recruiter", "Training Specialist"],
    },
    Department {
        name: "IT & Security", division: "Corporate", cost_center: "CC-1400", head: "Chief Information Officer",
        leads: &["IT Operations Manager", "Security Manager"],
        titles: &["Systems Administrator", "Security Analyst", "IT Support Technician", "Identity Engineer"],
    },
    Department {
        name: "Legal & Compliance", division: "Corporate", cost_center: "CC-1500", head: "General Counsel",
        leads: &["Senior Counsel"],
        titles: &["Legal Counsel", "Paralegal", "Compliance Officer"],
    },
];

/// How many recipients head a department; they have the indexes 1 to this.
const HEADS: u64 = DEPARTMENTS.len() as u64;
/// The heads to whom the recipients after the heads report; these lead a team each.
const LEADS: [u64; 8] = [1, 2, 1, 3, 7, 2, 4, 5];
/// The first index that neither heads nor surely leads.
const STAFF_FIRST: u64 = 1 + HEADS + LEADS.len() as u64;
/// How many report to one person on average.
const SPAN: u64 = 7;
/// The first index that reports to staff; those before report to any head or lead.
const DEEP_FIRST: u64 = STAFF_FIRST + LEADS.len() as u64 * SPAN;
/// How many in ten of the staff to whom later ones may report have a lead's title.
const LEADS_IN_TEN: u64 = 4;

/// Where one recipient stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Post {
    pub(super) department: &'static Department,
    pub(super) title: &'static str,
    /// Whether the title is one of those who head a department or lead a team.
    pub(super) leads: bool,
    /// The index of the one reported to; `None` for the chief.
    pub(super) manager: Option<u64>,
}

/// The post of recipient `i`; `key` is the organization's, see `chance::key`.
pub(super) fn post(key: u64, i: u64) -> Post {
    let department = department(key, i);
    let leads = i < STAFF_FIRST
        || (i < DEEP_FIRST && chance::below(draw(key, i, Decision::Leads), 10) < LEADS_IN_TEN);
    let titles = match leads {
        true if i <= HEADS => &[],
        true => department.leads,
        false => department.titles,
    };
    let title = chance::pick(draw(key, i, Decision::Title), titles).copied().unwrap_or(department.head);
    Post { department, title, leads, manager: manager(key, i) }
}

/// The names of all departments but the chief's.
pub(super) fn department_names() -> impl Iterator<Item = &'static str> {
    DEPARTMENTS.iter().map(|department| department.name)
}

/// The departments of the recipients 0 to `recipients`: [`department`] for each, but a step instead of a climb.
pub(super) fn departments(key: u64, recipients: u64) -> Vec<&'static Department> {
    let mut found: Vec<&'static Department> = Vec::new();
    for i in 0..recipients {
        let above =
            if i > HEADS { manager(key, i).and_then(|manager| found.get(manager as usize)) } else { None };
        found.push(above.copied().unwrap_or_else(|| department(key, i)));
    }
    found
}

/// The department of recipient `i`, found by going up to its head: log7(i) steps.
fn department(key: u64, i: u64) -> &'static Department {
    let mut at = i;
    while at > HEADS {
        at = manager(key, at).unwrap_or(0);
    }
    at.checked_sub(1).and_then(|head| DEPARTMENTS.get(head as usize)).unwrap_or(&OFFICE)
}

/// The one to whom recipient `i` reports: always a smaller index.
fn manager(key: u64, i: u64) -> Option<u64> {
    if i <= HEADS {
        return (i > 0).then_some(0);
    }
    if let Some(&head) = usize::try_from(i - HEADS - 1).ok().and_then(|lead| LEADS.get(lead)) {
        return Some(head);
    }
    let draw = draw(key, i, Decision::Manager);
    if i < DEEP_FIRST {
        return Some(1 + chance::below(draw, STAFF_FIRST - 1));
    }
    // An even tree, then moved towards the top by up to half: some have twenty people under them, some nobody.
    let place = (i - DEEP_FIRST) / SPAN;
    Some(STAFF_FIRST + place - chance::below(draw, place / 2 + 1))
}

/// What is decided here; the numbers keep clear of those in `person`.
#[derive(Debug, Clone, Copy)]
enum Decision {
    Manager = 100,
    Title = 101,
    Leads = 102,
}

fn draw(key: u64, i: u64, decision: Decision) -> u64 {
    chance::nth(chance::nth(key, i), decision as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn a_manager_exists_before_those_who_report() {
        let key = chance::key(5, "acme");
        assert_eq!(manager(key, 0), None);
        for i in 1..100_000 {
            assert!(manager(key, i).is_some_and(|manager| manager < i), "{i}");
        }
    }

    #[test]
    fn reports_share_their_managers_department() {
        let key = chance::key(5, "acme");
        for i in HEADS + 1..10_000 {
            let post = post(key, i);
            let above = post.manager.map(|manager| department(key, manager).name);
            assert_eq!(Some(post.department.name), above, "{i}");
        }
    }

    #[test]
    fn all_departments_at_once_are_those_of_each() {
        let key = chance::key(7, "globex");
        let all = departments(key, 3_000);
        for i in 0..3_000 {
            assert_eq!(all[i as usize].name, department(key, i).name, "{i}");
        }
        assert!(departments(key, 0).is_empty());
    }

    #[test]
    fn spans_and_departments_are_uneven_and_none_is_empty() {
        let key = chance::key(1, "acme");
        let mut spans: HashMap<u64, u64> = HashMap::new();
        let mut sizes: HashMap<&str, u64> = HashMap::new();
        for i in 1..1_000 {
            *spans.entry(manager(key, i).unwrap_or(0)).or_default() += 1;
            *sizes.entry(department(key, i).name).or_default() += 1;
        }
        let widest = spans.values().max().copied().unwrap_or(0);
        assert!((10..60).contains(&widest), "{widest}");
        assert_eq!(sizes.len(), DEPARTMENTS.len(), "{sizes:?}");
        assert!(sizes.values().max() > sizes.values().min().map(|least| least * 2).as_ref(), "{sizes:?}");
    }

    #[test]
    fn everybody_but_heads_has_a_title_of_the_department() {
        let key = chance::key(1, "acme");
        for i in 0..5_000 {
            let Post { department, title, .. } = post(key, i);
            let own = if i <= HEADS {
                &[department.head][..]
            } else {
                &[department.leads, department.titles].concat()
            };
            assert!(own.contains(&title), "{i}: {title} in {}", department.name);
        }
    }
}
