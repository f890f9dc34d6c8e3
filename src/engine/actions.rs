//! The vendor's admin console, as the profile declares it: what an organization's people, or the vendor's staff for them, can
//! do there, whole or not at all.
//!
//! Everything that can go wrong is found before anything is done: what is required and asked for, then whether each
//! credential can be issued or ended. The one record that an action works on comes first, as only the store knows whether
//! its laws hold; what follows cannot fail.

use serde_json::{Map, Value, json};

use super::credentials::{Minted, Wish, wish_like};
use super::staff::{Entry, Staff};
use super::{DEFAULT_SANDBOX, Engine, Refused};
use crate::fault::Fault;
use crate::journal::MarkKind;
use crate::operation::from_text;
use crate::profile::grammar::duration_ms;
use crate::profile::model::{Action, ApiKind, Ask, Carrier, Gives, OfCredential, Step};
use crate::record::text::{rfc3339, time_ms};
use crate::secret::masked;
use crate::stage::access;
use crate::vault::{Holds, Listed};

/// What an action shows: what it says that it gives, and no more.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    /// The base of the api that takes the credential.
    pub base_url: Option<String>,
    /// The client's id, or the id that the token comes with.
    pub client_id: Option<String>,
    /// The client's secret.
    pub client_secret: Option<String>,
    /// The token; masked where it is shown once and this is a second look.
    pub token: Option<String>,
    /// When it says that it expires.
    pub expires_ms: Option<i64>,
    /// The number of the credential in the sandbox.
    pub credential: Option<u64>,
    /// The record, as staff sees it.
    pub record: Option<Value>,
}

impl Given {
    /// As JSON, without what is not given.
    pub fn to_json(&self) -> Value {
        let mut all = json!({
            "base_url": self.base_url,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "token": self.token,
            "expires_at": self.expires_ms.map(rfc3339),
            "credential": self.credential,
            "record": self.record,
        });
        if let Value::Object(all) = &mut all {
            all.retain(|_, value| !value.is_null());
        }
        all
    }
}

/// What an action will do to one credential: it is sure that it can be done.
#[derive(Debug)]
enum Deed {
    Issue { wish: Wish, in_place_of: Vec<Listed> },
    Revoke(Vec<Listed>),
    Show(Listed),
}

/// The answers to what an action asks.
#[derive(Debug, Default)]
struct Answers<'a> {
    given: Vec<(&'a Ask, String)>,
}

impl Staff<'_> {
    /// The actions that there are, each with what the organization lacks for it, if it lacks something.
    pub fn actions(&self) -> Vec<(&Action, Option<Refused>)> {
        self.vendor.profile.actions.iter().map(|action| (action, self.may(action).err())).collect()
    }

    /// Whether the organization has what an action requires.
    fn may(&self, action: &Action) -> Result<(), Refused> {
        let profile = &self.vendor.profile;
        let standings = self.vendor.standings();
        let Some(standing) = standings.get(self.organization) else { return Ok(()) };
        access::allow_organization(profile, &action.requires, standing).map_err(|fault| {
            Refused::NotYet(match fault {
                Fault::PrerequisiteMissing { name } => {
                    let known = profile.prerequisites.iter().find(|one| one.name == name);
                    format!("this has to be done first: {}", known.map_or(&*name, |one| &one.about))
                }
                Fault::PlanRequired { plans } => format!("this needs the plan {}", plans.join(" or ")),
                other => other.clause(),
            })
        })
    }

    /// The serial of the record that an answer names.
    fn named(&self, ask: &Ask, of: usize, answer: &str) -> Result<u64, Refused> {
        let kind = &self.vendor.profile.records[of];
        match &ask.at {
            None => self.serial(of, answer),
            Some(_) => self.serial_of(of, answer).ok_or_else(|| {
                Refused::Unknown(format!("`{}` names nobody: no {} has {answer}", ask.name, kind.name))
            }),
        }
    }
}

impl Engine {
    /// Does something in the vendor's console. `root` is what base URLs begin with, `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// What is missing or wrong, in one sentence; nothing has changed then.
    pub fn act(
        &self,
        staff: &Staff<'_>,
        action: &str,
        answers: &Map<String, Value>,
        root: &str,
    ) -> Result<Given, Refused> {
        let profile = &staff.vendor.profile;
        let found = profile.actions.iter().find(|one| one.name == action);
        let action = found.ok_or_else(|| {
            let known: Vec<&str> = profile.actions.iter().map(|one| &*one.name).collect();
            Refused::Unknown(format!("there is no action `{action}`; there is {}", known.join(", ")))
        })?;
        let _alone = staff.sandbox.console.lock();
        staff.may(action)?;
        let answers = Answers::read(action, answers)?;
        let deeds = action.does.iter().map(|step| self.deed(staff, step, &answers));
        let deeds: Vec<Deed> = deeds.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        let mut given = Given { record: record_of(staff, action, &answers)?, ..Given::default() };
        for deed in deeds {
            self.carry_out(staff, deed, &mut given)?;
        }
        for step in &action.does {
            if let Step::Satisfy(index) = step {
                let name = &profile.prerequisites[*index].name;
                staff
                    .vendor
                    .set_standing(Some(staff.organization), name, "true")
                    .map_err(Refused::Invalid)?;
            }
        }
        let says = format!("{}: {} is done at the vendor's", profile.vendor, action.name);
        let sandbox = staff.sandbox;
        sandbox.journal.mark(sandbox.clock.now_ms(), MarkKind::Settings, Some(&profile.vendor), says);
        given.base_url = self.base_of(staff, action, root);
        Ok(only(given, &action.gives))
    }

    /// What a step will do to a credential, if it can be done; `None` for steps that are about none.
    fn deed(&self, staff: &Staff<'_>, step: &Step, answers: &Answers<'_>) -> Result<Option<Deed>, Refused> {
        let (Step::Issue(credential)
        | Step::Rotate(credential)
        | Step::Revoke(credential)
        | Step::Show(credential)) = step
        else {
            return Ok(None);
        };
        let (sandbox, vendor) = (staff.sandbox, staff.vendor.index);
        let kind = &staff.vendor.profile.credentials[*credential];
        let label = answers.of(OfCredential::Label).map(str::to_owned);
        let wish = Wish {
            vendor,
            credential: *credential,
            organization: staff.organization,
            scopes: answers
                .of(OfCredential::Scopes)
                .map(|text| text.split_whitespace().map(str::to_owned).collect()),
            lives_ms: answers
                .of(OfCredential::Expiry)
                .map(|text| lives_ms(text, sandbox.clock.now_ms()))
                .transpose()?,
            label: label.clone(),
        };
        if let Step::Issue(_) = step {
            self.may_issue(sandbox, &wish, &[])?;
            return Ok(Some(Deed::Issue { wish, in_place_of: Vec::new() }));
        }
        let mut living = self.living(sandbox, &wish);
        living.retain(|one| label.is_none() || one.label == label);
        if living.is_empty() && (label.is_some() || !matches!(step, Step::Rotate(_))) {
            let called = label.map_or_else(String::new, |label| format!(" that is called `{label}`"));
            return Err(Refused::Unknown(format!("no credential {}{called} lives", kind.name)));
        }
        Ok(Some(match (step, living.last()) {
            (Step::Show(_), Some(newest)) => Deed::Show(newest.clone()),
            (Step::Rotate(_), before) => {
                let before = before.map(wish_like);
                let scopes = wish.scopes.clone().or_else(|| before.and_then(|before| before.scopes));
                let wish = Wish { scopes, ..wish };
                self.may_issue(sandbox, &wish, &living)?;
                Deed::Issue { wish, in_place_of: living }
            }
            _ => Deed::Revoke(living),
        }))
    }

    fn carry_out(&self, staff: &Staff<'_>, deed: Deed, given: &mut Given) -> Result<(), Refused> {
        let kind = |credential: usize| &staff.vendor.profile.credentials[credential];
        match deed {
            Deed::Issue { wish, in_place_of } => {
                let Minted { number, token, secret, client_id, expires_ms } =
                    self.issue_alone(staff.sandbox, &wish, &in_place_of)?;
                let is_client = kind(wish.credential).carrier == Carrier::Client;
                given.token = Some(token).filter(|_| !is_client);
                (given.client_id, given.client_secret) = (client_id, secret);
                (given.credential, given.expires_ms) = (Some(number), expires_ms);
            }
            Deed::Revoke(living) => living.iter().for_each(|one| self.revoke_alone(staff.sandbox, one)),
            Deed::Show(one) => {
                (given.credential, given.expires_ms) = (Some(one.number), one.expires_ms);
                match &one.holds {
                    Holds::Token(token) if kind(one.owner.credential).shown_once => {
                        given.token = Some(masked(token));
                        given.client_id = one.client_id;
                    }
                    Holds::Token(token) => {
                        given.token = Some(token.to_string());
                        given.client_id = one.client_id;
                    }
                    Holds::Client(id) => given.client_id = Some(id.to_string()),
                }
            }
        }
        Ok(())
    }

    /// The base of the api that takes the action's credential; of the first, where it is about none.
    fn base_of(&self, staff: &Staff<'_>, action: &Action, root: &str) -> Option<String> {
        let profile = &staff.vendor.profile;
        let credential = action.does.iter().find_map(|step| match step {
            Step::Issue(index) | Step::Rotate(index) | Step::Show(index) => Some(*index),
            _ => None,
        });
        let takes = |api: &&crate::profile::model::Api| {
            api.kind != ApiKind::OAuth && credential.is_none_or(|credential| api.credential == credential)
        };
        let api = profile.apis.iter().find(takes)?;
        let organization = staff.sandbox.organizations.get(staff.organization)?;
        let sandbox = &staff.sandbox.name;
        let at = if **sandbox == *DEFAULT_SANDBOX { String::new() } else { format!("@{sandbox}") };
        Some(format!("{root}/{}{at}{}", profile.vendor, api.base_of(organization)))
    }
}

impl<'a> Answers<'a> {
    /// Reads answers, each a text, a number or a truth.
    fn read(action: &'a Action, answers: &Map<String, Value>) -> Result<Self, Refused> {
        let asks = &action.asks;
        if let Some(name) = answers.keys().find(|name| asks.iter().all(|ask| ask.name != **name)) {
            let known: Vec<&str> = asks.iter().map(|ask| &*ask.name).collect();
            let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            return Err(Refused::Invalid(format!(
                "nobody asks for `{name}`; {} asks for {known}",
                action.name
            )));
        }
        let mut given = Vec::new();
        for ask in asks {
            match answers.get(&ask.name).unwrap_or(&Value::Null) {
                Value::String(text) => given.push((ask, text.clone())),
                value @ (Value::Number(_) | Value::Bool(_)) => given.push((ask, value.to_string())),
                Value::Null if !ask.required => {}
                Value::Null => {
                    return Err(Refused::Invalid(format!("`{}` is missing: {}", ask.name, ask.about)));
                }
                Value::Array(_) | Value::Object(_) => {
                    return Err(Refused::Invalid(format!("`{}` is a text: {}", ask.name, ask.about)));
                }
            }
        }
        Ok(Self { given })
    }

    /// What is said of the credential.
    fn of(&self, what: OfCredential) -> Option<&str> {
        self.given.iter().find(|(ask, _)| ask.is == Some(what)).map(|(_, answer)| &**answer)
    }

    /// What is filled in of a record.
    fn entry(&self, staff: &Staff<'_>, of: usize) -> Entry {
        let kind = &staff.vendor.profile.records[of];
        let mut attributes = Map::new();
        for (ask, answer) in self.given.iter().filter(|(ask, _)| ask.names.is_none()) {
            if let Some(path) = &ask.at {
                path.set(&mut attributes, from_text(kind, path, answer));
            }
        }
        Entry { attributes, ..Entry::default() }
    }
}

/// Works on the record that the action is about, if it is about one.
fn record_of(staff: &Staff<'_>, action: &Action, answers: &Answers<'_>) -> Result<Option<Value>, Refused> {
    let named = || {
        let mut naming = answers.given.iter().filter_map(|(ask, answer)| Some((*ask, ask.names?, answer)));
        let (ask, of, answer) =
            naming.next().ok_or_else(|| Refused::Invalid("no record is named".to_owned()))?;
        Ok((of, staff.named(ask, of, answer)?, answer))
    };
    for step in &action.does {
        match step {
            Step::Create(of) => return staff.make(*of, answers.entry(staff, *of)).map(Some),
            Step::Erase(_) => {
                let (of, serial, answer) = named()?;
                if !staff.erase(of, serial) {
                    let kind = &staff.vendor.profile.records[of].name;
                    return Err(Refused::Unknown(format!("there is no {kind} {answer}")));
                }
                return Ok(None);
            }
            Step::Assign(_) => {
                let (of, serial, answer) = named()?;
                return staff.edit(of, serial, answer, answers.entry(staff, of)).map(Some);
            }
            Step::Satisfy(_) | Step::Issue(_) | Step::Rotate(_) | Step::Revoke(_) | Step::Show(_) => {}
        }
    }
    Ok(None)
}

/// How long something lives: a duration, or until a time.
fn lives_ms(text: &str, now_ms: i64) -> Result<u64, Refused> {
    let until = || u64::try_from(time_ms(text)?.checked_sub(now_ms)?).ok();
    let lives_ms = duration_ms(text).or_else(until).filter(|lives_ms| *lives_ms > 0);
    lives_ms.ok_or_else(|| {
        let what = "is neither a time to come, `2027-01-01T00:00:00Z`, nor a length of life, `30d`";
        Refused::Invalid(format!("`{text}` {what}"))
    })
}

/// What is given, of all that there is.
fn only(all: Given, gives: &[Gives]) -> Given {
    let has = |one: Gives| gives.contains(&one);
    let of_credential = has(Gives::Token) || has(Gives::ClientId) || has(Gives::ClientSecret);
    Given {
        base_url: all.base_url.filter(|_| has(Gives::BaseUrl)),
        client_id: all.client_id.filter(|_| has(Gives::ClientId)),
        client_secret: all.client_secret.filter(|_| has(Gives::ClientSecret)),
        token: all.token.filter(|_| has(Gives::Token)),
        expires_ms: all.expires_ms.filter(|_| of_credential),
        credential: all.credential.filter(|_| of_credential),
        record: all.record.filter(|_| has(Gives::Record)),
    }
}
