//! One recipient: the traits that can be known of a person, and how they are made up.

use std::borrow::Cow;

use serde_json::Value;

use super::name::Name;
use super::place::Country;
use super::{chance, chart, place};

/// A trait's text: owned when read or composed, borrowed when it comes from a table.
pub type Text = Cow<'static, str>;

/// What is known of one recipient, in no vendor's words. What is not known is `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The address; unique in its organization, compared without regard to case.
    pub email: String,
    /// The given name in its own script.
    pub given_name: Option<Text>,
    /// The family name in its own script.
    pub family_name: Option<Text>,
    /// The whole name in the order that its tongue is used to.
    pub full_name: Option<Text>,
    /// The job title.
    pub title: Option<Text>,
    /// The department.
    pub department: Option<Text>,
    /// What departments are grouped into.
    pub division: Option<Text>,
    /// The cost center's number.
    pub cost_center: Option<Text>,
    /// The employee number; digits when made up.
    pub employee_number: Option<Text>,
    /// `Employee` or `Contractor` when made up; any text in a file.
    pub user_type: Option<Text>,
    /// Who is reported to.
    pub manager: Option<Manager>,
    /// BCP 47, as in `de-DE`.
    pub locale: Option<Text>,
    /// BCP 47, as in `de`.
    pub language: Option<Text>,
    /// An IANA name, as in `Europe/Berlin`.
    pub time_zone: Option<Text>,
    /// E.164, as in `+493023125000`.
    pub phone: Option<Text>,
    /// E.164.
    pub mobile: Option<Text>,
    /// Street and house number.
    pub street: Option<Text>,
    /// The city.
    pub city: Option<Text>,
    /// The state, province or the like.
    pub region: Option<Text>,
    /// The postal code.
    pub postal_code: Option<Text>,
    /// ISO 3166-1 alpha-2, as in `DE`.
    pub country: Option<Text>,
    /// Whether the account may be used.
    pub active: bool,
    /// Names of the groups that a file puts the recipient into, each once; empty when made up.
    pub groups: Vec<String>,
}

/// Who is reported to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manager {
    /// The how-many-th recipient of the same organization, counted from 0.
    Index(u64),
    /// The address of a recipient of the same file, spelled as it is there.
    Email(String),
}

/// Every trait that seed templates and files may name, with one sentence each.
///
/// All are text but `active` (a boolean), `manager` (another recipient) and `groups` (a list).
pub const TRAITS: &[(&str, &str)] = &[
    ("email", "The e-mail address, unique in its organization."),
    ("given_name", "The given name in its own script."),
    ("family_name", "The family name in its own script."),
    ("full_name", "The whole name in the order that its tongue is used to."),
    ("title", "The job title."),
    ("department", "The department."),
    ("division", "What departments are grouped into."),
    ("cost_center", "The cost center's number."),
    ("employee_number", "The employee number."),
    ("user_type", "Employee or Contractor."),
    ("manager", "The e-mail address of the recipient reported to."),
    ("locale", "Language and region as BCP 47 has them, as in de-DE."),
    ("language", "The language as BCP 47 has it, as in de."),
    ("time_zone", "The IANA name of the time zone, as in Europe/Berlin."),
    ("phone", "The phone number in E.164, as in +493023125000."),
    ("mobile", "The mobile phone's number in E.164."),
    ("street", "Street and house number."),
    ("city", "The city."),
    ("region", "The state, province or the like."),
    ("postal_code", "The postal code."),
    ("country", "The country as ISO 3166-1 alpha-2, as in DE."),
    ("active", "Whether the account may be used: true or false."),
    ("groups", "The names of the groups to be in."),
];

/// How many of a thousand recipients are inactive.
const INACTIVE_PER_MILLE: u64 = 60;
/// Recipients before this index are never inactive, so that examples may rely on them.
const ALWAYS_ACTIVE: u64 = 3;
/// How many of a thousand recipients who lead nobody are contractors.
const CONTRACTORS_PER_MILLE: u64 = 120;
/// How many of a thousand recipients have a mobile phone.
const MOBILES_PER_MILLE: u64 = 700;
/// Recipient 0's employee number.
const EMPLOYEE_NUMBER_FIRST: u64 = 100_001;

/// Recipient `i` of an organization, with an address in `domain`: pure, and the same in any order of asking.
///
/// Everything is drawn from `mix(seed, organization, i)`. The address holds `i`, so it is unique in `domain`.
pub fn recipient(seed: u64, organization: &str, i: u64, domain: &str) -> Recipient {
    let key = chance::key(seed, organization);
    let Identity { country, given, family } = identity(key, i);
    let draw = |decision| draw(key, i, decision);
    let chart::Post { department, title, leads, manager } = chart::post(key, i);
    let city = country.city(draw(Decision::City));
    let contractor = !leads && per_mille(draw(Decision::Contractor), CONTRACTORS_PER_MILLE);
    let mobile = per_mille(draw(Decision::HasMobile), MOBILES_PER_MILLE);
    Recipient {
        email: address(given, family, i, domain),
        given_name: some(given.text),
        family_name: some(family.text),
        full_name: Some(country.names.full(given.text, family.text).into()),
        title: some(title),
        department: some(department.name),
        division: some(department.division),
        cost_center: some(department.cost_center),
        employee_number: Some(EMPLOYEE_NUMBER_FIRST.saturating_add(i).to_string().into()),
        user_type: some(if contractor { "Contractor" } else { "Employee" }),
        manager: manager.map(Manager::Index),
        locale: some(country.locale),
        language: some(country.language),
        time_zone: some(city.time_zone),
        phone: Some(place::fill(city.phone, draw(Decision::Phone)).into()),
        mobile: mobile.then(|| place::fill(city.mobile, draw(Decision::Mobile)).into()),
        street: Some(country.street(draw(Decision::Street)).into()),
        city: some(city.name),
        region: some(city.region),
        postal_code: Some(place::fill(city.postal_code, draw(Decision::PostalCode)).into()),
        country: some(country.code),
        active: i < ALWAYS_ACTIVE || !per_mille(draw(Decision::Inactive), INACTIVE_PER_MILLE),
        groups: Vec::new(),
    }
}

/// The address alone of what [`recipient`] gives, for naming a manager without making up all of them.
pub fn email(seed: u64, organization: &str, i: u64, domain: &str) -> String {
    let Identity { given, family, .. } = identity(chance::key(seed, organization), i);
    address(given, family, i, domain)
}

impl Recipient {
    /// A recipient of whom only the address is known; active.
    pub fn new(email: impl Into<String>) -> Self {
        Self {
            email: email.into(),
            given_name: None,
            family_name: None,
            full_name: None,
            title: None,
            department: None,
            division: None,
            cost_center: None,
            employee_number: None,
            user_type: None,
            manager: None,
            locale: None,
            language: None,
            time_zone: None,
            phone: None,
            mobile: None,
            street: None,
            city: None,
            region: None,
            postal_code: None,
            country: None,
            active: true,
            groups: Vec::new(),
        }
    }

    /// A text trait by its name in [`TRAITS`]; `None` when it is absent, no text (`active`, `manager`, `groups`)
    /// or no trait.
    pub fn trait_text(&self, name: &str) -> Option<&str> {
        let text = match name {
            "email" => return Some(&self.email),
            "given_name" => &self.given_name,
            "family_name" => &self.family_name,
            "full_name" => &self.full_name,
            "title" => &self.title,
            "department" => &self.department,
            "division" => &self.division,
            "cost_center" => &self.cost_center,
            "employee_number" => &self.employee_number,
            "user_type" => &self.user_type,
            "locale" => &self.locale,
            "language" => &self.language,
            "time_zone" => &self.time_zone,
            "phone" => &self.phone,
            "mobile" => &self.mobile,
            "street" => &self.street,
            "city" => &self.city,
            "region" => &self.region,
            "postal_code" => &self.postal_code,
            "country" => &self.country,
            _ => return None,
        };
        text.as_deref()
    }

    /// Sets a text trait by its name in [`TRAITS`]; false when no text trait has that name.
    pub(super) fn set_trait_text(&mut self, name: &str, text: String) -> bool {
        let place = match name {
            "email" => {
                self.email = text;
                return true;
            }
            "given_name" => &mut self.given_name,
            "family_name" => &mut self.family_name,
            "full_name" => &mut self.full_name,
            "title" => &mut self.title,
            "department" => &mut self.department,
            "division" => &mut self.division,
            "cost_center" => &mut self.cost_center,
            "employee_number" => &mut self.employee_number,
            "user_type" => &mut self.user_type,
            "locale" => &mut self.locale,
            "language" => &mut self.language,
            "time_zone" => &mut self.time_zone,
            "phone" => &mut self.phone,
            "mobile" => &mut self.mobile,
            "street" => &mut self.street,
            "city" => &mut self.city,
            "region" => &mut self.region,
            "postal_code" => &mut self.postal_code,
            "country" => &mut self.country,
            _ => return false,
        };
        *place = Some(Cow::Owned(text));
        true
    }

    /// The recipient as one line of NDJSON, without its line feed, which [`read`](super::read) reads back.
    ///
    /// Absent traits are left out. A file names managers by address, so `email_of` gives that of an index.
    pub fn to_json_line(&self, email_of: impl Fn(u64) -> String) -> String {
        let mut members = serde_json::Map::new();
        for &(name, _) in TRAITS {
            let value = match name {
                "active" => Some(self.active.into()),
                "groups" => (!self.groups.is_empty()).then(|| self.groups.clone().into()),
                "manager" => self.manager.as_ref().map(|manager| match manager {
                    Manager::Index(i) => email_of(*i).into(),
                    Manager::Email(email) => email.clone().into(),
                }),
                _ => self.trait_text(name).map(Value::from),
            };
            members.extend(value.map(|value| (name.to_owned(), value)));
        }
        Value::Object(members).to_string()
    }
}

/// What an address is made of, and where it leads.
struct Identity {
    country: &'static Country,
    given: &'static Name,
    family: &'static Name,
}

fn identity(key: u64, i: u64) -> Identity {
    let country = place::country(draw(key, i, Decision::Country));
    Identity {
        country,
        given: country.names.given(draw(key, i, Decision::GivenName)),
        family: country.names.family(draw(key, i, Decision::FamilyName)),
    }
}

/// `first.lastN@domain`: plain spellings hold no digits, so that N alone keeps two addresses apart.
fn address(given: &Name, family: &Name, i: u64, domain: &str) -> String {
    [&given.plain, ".", &family.plain, &i.to_string(), "@", domain].concat()
}

/// What is decided of a recipient here. The numbers are part of what a seed means: never reuse or change one.
#[derive(Debug, Clone, Copy)]
enum Decision {
    Country = 0,
    GivenName = 1,
    FamilyName = 2,
    City = 3,
    Phone = 4,
    Mobile = 5,
    HasMobile = 6,
    Street = 7,
    PostalCode = 8,
    Contractor = 9,
    Inactive = 10,
}

fn draw(key: u64, i: u64, decision: Decision) -> u64 {
    chance::nth(chance::nth(key, i), decision as u64)
}

fn per_mille(draw: u64, share: u64) -> bool {
    chance::below(draw, 1_000) < share
}

fn some(text: &'static str) -> Option<Text> {
    Some(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests;
