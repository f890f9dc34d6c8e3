//! One cell: which trait its column or key means, and whether what it holds will do.

use jiff::tz::TimeZoneDatabase;
use std::sync::LazyLock;

use super::super::{Manager, Recipient, TRAITS};
use super::TEXT_BYTES_MAX;

/// What a cell holds.
#[derive(Debug)]
pub(super) enum Cell<'a> {
    /// Text, as CSV always has it.
    Text(&'a str),
    /// `true` or `false` in JSON.
    Flag(bool),
    /// An array of texts in JSON.
    List(Vec<String>),
}

/// Why a cell or a name will not do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// Other names under which people's files have a trait, without case, `_`, `-` and spaces.
const ALIASES: &[(&str, &str)] = &[
    ("mail", "email"),
    ("emailaddress", "email"),
    ("firstname", "given_name"),
    ("lastname", "family_name"),
    ("surname", "family_name"),
    ("name", "full_name"),
    ("displayname", "full_name"),
    ("jobtitle", "title"),
    ("costcentre", "cost_center"),
    ("employeeid", "employee_number"),
    ("manageremail", "manager"),
    ("preferredlanguage", "language"),
    ("phonenumber", "phone"),
    ("mobilephone", "mobile"),
    ("streetaddress", "street"),
    ("state", "region"),
    ("zip", "postal_code"),
    ("zipcode", "postal_code"),
    ("postcode", "postal_code"),
    ("group", "groups"),
];

/// The zones that the binary carries, so that a file means the same on every machine.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

impl Complaint {
    pub(super) fn plain(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()) }
    }
}

/// The trait that a column or key names, without regard to case, `_`, `-` and spaces.
pub(super) fn trait_named(written: &str) -> Option<&'static str> {
    // As it is in all files but hand-made ones: nothing to fold.
    if let Some(&(name, _)) = TRAITS.iter().find(|&&(name, _)| name == written) {
        return Some(name);
    }
    let wanted = bare(written);
    let of_trait = TRAITS.iter().map(|&(name, _)| name).find(|name| bare(name) == wanted);
    of_trait.or_else(|| ALIASES.iter().find(|&&(alias, _)| alias == wanted).map(|&(_, name)| name))
}

/// The complaint about a column or key that names no trait.
pub(super) fn unknown(written: &str) -> Complaint {
    let help = match nearest(&bare(written)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known are {}", TRAITS.iter().map(|&(name, _)| name).collect::<Vec<_>>().join(", ")),
    };
    Complaint::new(format!("unknown trait {}", quoted(written.trim())), help)
}

/// Puts a cell into a recipient. An empty text means that the trait is absent.
pub(super) fn set(recipient: &mut Recipient, name: &'static str, cell: Cell<'_>) -> Result<(), Complaint> {
    match (name, cell) {
        ("active", Cell::Flag(flag)) => recipient.active = flag,
        ("groups", Cell::List(groups)) => {
            for group in groups {
                join(recipient, group.trim())?;
            }
        }
        ("groups", Cell::Text(text)) => {
            for group in text.split(';') {
                join(recipient, group.trim())?;
            }
        }
        (_, Cell::Text(text)) if text.trim().is_empty() => {}
        ("active", Cell::Text(text)) => recipient.active = flag(text.trim())?,
        ("manager", Cell::Text(text)) => {
            recipient.manager = Some(Manager::Email(checked(name, text.trim())?))
        }
        (_, Cell::Text(text)) => {
            recipient.set_trait_text(name, checked(name, text.trim())?);
        }
        (_, Cell::Flag(_) | Cell::List(_)) => {
            return Err(Complaint::new(format!("`{name}` is no text"), "put it between quotation marks"));
        }
    }
    Ok(())
}

/// Whether a domain is reserved for examples and tests (RFC 2606, RFC 6761), or lies in one that is.
pub(super) fn reserved(domain: &str) -> bool {
    const RESERVED: [&str; 7] =
        ["example.com", "example.net", "example.org", "example", "test", "invalid", "localhost"];
    let domain = domain.to_ascii_lowercase();
    RESERVED.iter().any(|reserved| {
        domain.strip_suffix(reserved).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

/// A text in quotation marks, shortened, with what cannot be seen made visible.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN_CHARS_MAX: usize = 60;
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

/// A trait's text as it is kept, or what is wrong with it.
fn checked(name: &str, text: &str) -> Result<String, Complaint> {
    sound(name, text)?;
    let wrong =
        |what: &str, help: &str| Complaint::new(format!("`{name}` is {what}: {}", quoted(text)), help);
    match name {
        "email" | "manager" if !is_address(text) => {
            Err(wrong("not an e-mail address", "write it as in ada@example.com"))
        }
        "phone" | "mobile" if !is_e164(text) => {
            Err(wrong("not an E.164 number", "write + and 7 to 15 digits, as in +493023125000"))
        }
        "locale" | "language" if !is_language_tag(text) => {
            Err(wrong("not a BCP 47 language tag", "write it as in de or de-DE"))
        }
        "country" if !(text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())) => {
            Err(wrong("not an ISO 3166 code of two letters", "write it as in DE"))
        }
        "time_zone" => {
            let zone = ZONES.get(text).ok().and_then(|zone| zone.iana_name().map(str::to_owned));
            zone.ok_or_else(|| wrong("not an IANA time zone", "write it as in Europe/Berlin"))
        }
        _ => Ok(text.to_owned()),
    }
}

/// What any text must be: not too long and of one line.
fn sound(name: &str, text: &str) -> Result<(), Complaint> {
    if text.len() > TEXT_BYTES_MAX {
        let message = format!("`{name}` has {} bytes: {}", text.len(), quoted(text));
        return Err(Complaint::new(
            message,
            format!("{TEXT_BYTES_MAX} are allowed; is a quotation mark missing?"),
        ));
    }
    if text.chars().any(char::is_control) {
        let message = format!("`{name}` holds a line break or another control character: {}", quoted(text));
        return Err(Complaint::new(message, "is a quotation mark missing?"));
    }
    Ok(())
}

fn join(recipient: &mut Recipient, group: &str) -> Result<(), Complaint> {
    sound("groups", group)?;
    if !group.is_empty() && !recipient.groups.iter().any(|known| known == group) {
        recipient.groups.push(group.to_owned());
    }
    Ok(())
}

fn flag(text: &str) -> Result<bool, Complaint> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(Complaint::new(
            format!("`active` is neither true nor false: {}", quoted(text)),
            "write true or false",
        )),
    }
}

/// Plausible, as mail systems go: one `@`, no spaces or brackets, and a dotted domain (or `localhost`).
fn is_address(text: &str) -> bool {
    const ADDRESS_BYTES_MAX: usize = 254;
    const LOCAL_BYTES_MAX: usize = 64;
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= ADDRESS_BYTES_MAX
        && (1..=LOCAL_BYTES_MAX).contains(&local.len())
        && !local.chars().any(|c| c.is_whitespace() || r#"@<>()[]\,;:""#.contains(c))
        && domain.split('.').all(is_label)
        && (domain.contains('.') || domain.eq_ignore_ascii_case("localhost"))
}

fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

/// The shape of a language tag (RFC 5646 section 2.1): subtags of up to eight letters and digits between hyphens.
fn is_language_tag(text: &str) -> bool {
    let mut subtags = text.split('-');
    let language = subtags.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// A name without what spellings differ in.
fn bare(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ' | '\t')).flat_map(char::to_lowercase).collect()
}

/// The trait whose name, or other name, is at most a third of its letters away.
fn nearest(wanted: &str) -> Option<&'static str> {
    let names = TRAITS.iter().map(|&(name, _)| (bare(name), name));
    let aliases = ALIASES.iter().map(|&(alias, name)| (alias.to_owned(), name));
    let distances =
        names.chain(aliases).map(|(spelling, name)| (distance(wanted, &spelling), spelling.len(), name));
    let near = distances.filter(|&(distance, length, _)| distance <= length / 3);
    near.min_by_key(|&(distance, _, _)| distance).map(|(_, _, name)| name)
}

/// How many letters must be added, removed or replaced (Levenshtein). Long names are not worth the work.
fn distance(a: &str, b: &str) -> usize {
    const COMPARED_BYTES_MAX: usize = 40;
    if a.len() > COMPARED_BYTES_MAX {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (above, y) in row.iter_mut().zip(std::iter::once(None).chain(b.chars().map(Some))) {
            let here = match y {
                None => left,
                Some(y) => (diagonal + usize::from(x != y)).min(left + 1).min(*above + 1),
            };
            diagonal = std::mem::replace(above, here);
            left = here;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}
