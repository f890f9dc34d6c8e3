//! Every way a call can fail, in no vendor's words.
//!
//! **Invariant:** a fault carries typed facts, never a status line, a header or a sentence of a vendor's. How it looks
//! is the profile's to say and `representation`'s to write.

use crate::{oauth, scim};

/// How a call failed.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// No api of the vendor has a base in front of this path.
    UnknownPath,
    /// The base of the path is of a version of the protocol that is not served.
    UnknownVersion {
        /// The base that is.
        served: String,
    },
    /// Nobody known: why is for the journal, not for the client.
    Unauthenticated(Stranger),
    /// The organization's plan does not include this; the plans that do.
    PlanRequired {
        /// The plans that include it.
        plans: Vec<String>,
    },
    /// Something has to be done in the vendor's console first.
    PrerequisiteMissing {
        /// The prerequisite's name.
        name: String,
    },
    /// The vendor is not made for this client.
    ClientRefused,
    /// The caller has spent what a rate limit gives.
    RateLimited {
        /// How long it has to wait, in milliseconds; `None` where only the end of other calls tells.
        retry_after_ms: Option<u64>,
    },
    /// The request line and the header fields are longer than a vendor reads.
    HeadTooLarge,
    /// The api has no such path.
    UnknownRoute,
    /// The api has the path, but not for this method.
    MethodNotAllowed {
        /// The methods that it has, for `Allow`.
        allowed: Vec<String>,
    },
    /// The protocol has it, this vendor does not.
    NotSupported {
        /// The status that the profile gives for it.
        status: u16,
    },
    /// The credential lacks a scope.
    ScopeMissing {
        /// The scope it would need.
        scope: String,
    },
    /// The body cannot be read: broken off, not UTF-8, not JSON, not an object.
    BadBody {
        /// What is wrong with it.
        detail: String,
    },
    /// The body is of a media type that the api does not read.
    UnsupportedMediaType {
        /// The media type sent.
        sent: String,
    },
    /// The body is longer than the server reads.
    BodyTooLarge,
    /// The path is no path: broken percent-encoding, not UTF-8.
    BadPath,
    /// A query parameter is not what it must be.
    BadParameter {
        /// Its name.
        name: String,
        /// What it must be.
        detail: String,
    },
    /// One or several fields are not as they must be.
    Invalid(Vec<Problem>),
    /// A filter that does not parse, or that the vendor does not process.
    BadFilter {
        /// What is wrong with it, with its position.
        detail: String,
    },
    /// The SCIM protocol's own errors.
    Scim(scim::error::Error),
    /// The record is in another version than the caller said.
    ConditionFailed,
    /// Another record has the value.
    NotUnique {
        /// The name of the uniqueness rule.
        unique: String,
        /// The record type's name for people, `User`.
        record: String,
        /// The value.
        value: String,
    },
    /// No record of this organization has the id.
    NoSuchRecord {
        /// The record type's name for people, `User`.
        record: String,
        /// The id as sent.
        id: String,
    },
    /// The OAuth protocol's own errors.
    OAuth(oauth::Error),
    /// The organization has as many records as Standin keeps.
    Full,
    /// The record would be longer than Standin keeps one.
    RecordTooLarge,
    /// A fault that a chaos rule asked for.
    Injected {
        /// The name of the fault that it is written as.
        name: FaultName,
        /// That fault, about what the call is about; `None` where no more is known of it than its name.
        like: Option<Box<Fault>>,
        /// Its status; `None` for the one that the vendor gives that fault.
        status: Option<u16>,
        /// When to come back, in milliseconds, where the rule says that: it is told even if the vendor would not.
        retry_after_ms: Option<u64>,
    },
    /// Standin itself failed.
    Internal,
}

/// Why nobody known called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// No credential was shown.
    Missing,
    /// It was never issued.
    Unknown,
    /// It was issued and has been revoked.
    Revoked,
    /// It was replaced by a newer one.
    Rotated,
    /// It has expired.
    Expired,
    /// It has been used as often as it can be.
    UsedUp,
    /// It is good, but for another api, vendor, organization or sandbox.
    Elsewhere,
}

impl Stranger {
    /// The reason as a clause, for journal and messages.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Missing => "no credential was sent",
            Self::Unknown => "this credential was never issued",
            Self::Revoked => "this credential was revoked",
            Self::Rotated => "this credential was replaced by a newer one",
            Self::Expired => "this credential has expired",
            Self::UsedUp => "this credential was used as often as it can be",
            Self::Elsewhere => "this credential is for another api, organization or sandbox",
        }
    }
}

/// One field that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field, in the words of the surface that it was sent to.
    pub field: String,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// It must be there.
    Missing,
    /// It is of the wrong type or form; what it must be.
    Value(String),
    /// It names a record that does not exist.
    Reference(String),
    /// It can be set only once.
    Immutable,
}

impl Problem {
    /// The sentence for people, without a full stop.
    pub fn sentence(&self) -> String {
        let field = &self.field;
        match &self.wrong {
            Wrong::Missing => format!("{field} is required"),
            Wrong::Value(wanted) => format!("{field} must be {wanted}"),
            Wrong::Reference(id) => format!("{field} names {id}, which does not exist"),
            Wrong::Immutable => format!("{field} cannot be changed once set"),
        }
    }

    /// The fault it counts as.
    pub fn name(&self) -> FaultName {
        match self.wrong {
            Wrong::Missing => FaultName::MissingField,
            Wrong::Value(_) => FaultName::InvalidValue,
            Wrong::Reference(_) => FaultName::UnknownReference,
            Wrong::Immutable => FaultName::Immutable,
        }
    }
}

macro_rules! fault_names {
    ($($variant:ident $word:literal $status:literal $scim_type:literal $about:literal;)*) => {
        /// The names by which profiles speak of faults.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FaultName {
            $(#[doc = $about] $variant,)*
        }

        impl FaultName {
            /// All of them, with a sentence each.
            pub const ALL: &'static [(FaultName, &'static str)] = &[$((FaultName::$variant, $about),)*];

            /// The word in profiles.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The status where a profile gives none.
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// The scimType of RFC 7644 table 9; empty where it has none.
            pub fn scim_type(self) -> &'static str {
                match self { $(Self::$variant => $scim_type,)* }
            }
        }
    };
}

fault_names! {
    UnknownPath "unknown_path" 404 "" "no api of the vendor serves this path";
    UnknownVersion "unknown_version" 400 "invalidVers" "a version of the protocol that is not served";
    Unauthenticated "unauthenticated" 401 "" "no credential, or one that is unknown, dead, or for something else";
    PlanRequired "plan_required" 403 "" "the organization's plan does not include it";
    PrerequisiteMissing "prerequisite_missing" 403 "" "something has to be done in the vendor's console first";
    ClientRefused "client_refused" 403 "" "the vendor is not made for this identity provider";
    RateLimited "rate_limited" 429 "" "too many calls";
    HeadTooLarge "head_too_large" 431 "" "the request line and headers are longer than 64 KiB";
    UnknownRoute "unknown_route" 404 "" "the api has no such path";
    MethodNotAllowed "method_not_allowed" 405 "" "the api has the path, not the method";
    NotSupported "not_supported" 501 "" "the protocol has it, this vendor does not";
    ScopeMissing "scope_missing" 403 "" "the credential lacks a scope";
    BadBody "bad_body" 400 "invalidSyntax" "the body cannot be read";
    UnsupportedMediaType "unsupported_media_type" 415 "" "the body is of a type that the api does not read";
    BodyTooLarge "body_too_large" 413 "" "the body is longer than 1 MiB";
    BadPath "bad_path" 400 "" "the path has broken percent-encoding or is not UTF-8";
    BadParameter "bad_parameter" 400 "invalidValue" "a query parameter is not what it must be";
    MissingField "missing_field" 400 "invalidValue" "a required field is missing";
    InvalidValue "invalid_value" 400 "invalidValue" "a field's value is of the wrong type or form";
    UnknownReference "unknown_reference" 400 "invalidValue" "a field names a record that does not exist";
    Immutable "immutable" 400 "mutability" "a field that is set once was changed";
    BadFilter "bad_filter" 400 "invalidFilter" "the filter does not parse or is not processed";
    BadScim "bad_scim" 400 "" "a SCIM message breaks a rule of the protocol";
    ConditionFailed "condition_failed" 412 "" "the record is in another version than `If-Match` or `If-None-Match` say";
    NotUnique "not_unique" 409 "uniqueness" "another record has the value";
    NoSuchRecord "no_such_record" 404 "" "no record of this organization has the id";
    BadTokenRequest "bad_token_request" 400 "" "a token request that RFC 6749 refuses";
    RecordTooLarge "record_too_large" 413 "" "the record would be longer than Standin keeps one";
    Full "full" 507 "" "the organization has as many records as Standin keeps";
    Internal "internal" 500 "" "the server itself failed";
}

impl FaultName {
    /// The name that a word of a profile stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().map(|(name, _)| *name).find(|name| name.as_str() == word)
    }
}

impl Fault {
    /// The name by which profiles speak of it.
    pub fn name(&self) -> FaultName {
        match self {
            Self::UnknownPath => FaultName::UnknownPath,
            Self::UnknownVersion { .. } => FaultName::UnknownVersion,
            Self::Unauthenticated(_) => FaultName::Unauthenticated,
            Self::PlanRequired { .. } => FaultName::PlanRequired,
            Self::PrerequisiteMissing { .. } => FaultName::PrerequisiteMissing,
            Self::ClientRefused => FaultName::ClientRefused,
            Self::RateLimited { .. } => FaultName::RateLimited,
            Self::HeadTooLarge => FaultName::HeadTooLarge,
            Self::UnknownRoute => FaultName::UnknownRoute,
            Self::MethodNotAllowed { .. } => FaultName::MethodNotAllowed,
            Self::NotSupported { .. } => FaultName::NotSupported,
            Self::ScopeMissing { .. } => FaultName::ScopeMissing,
            Self::BadBody { .. } => FaultName::BadBody,
            Self::UnsupportedMediaType { .. } => FaultName::UnsupportedMediaType,
            Self::BodyTooLarge => FaultName::BodyTooLarge,
            Self::BadPath => FaultName::BadPath,
            Self::BadParameter { .. } => FaultName::BadParameter,
            Self::Invalid(problems) => problems.first().map_or(FaultName::InvalidValue, Problem::name),
            Self::BadFilter { .. } => FaultName::BadFilter,
            Self::Scim(_) => FaultName::BadScim,
            Self::ConditionFailed => FaultName::ConditionFailed,
            Self::NotUnique { .. } => FaultName::NotUnique,
            Self::NoSuchRecord { .. } => FaultName::NoSuchRecord,
            Self::OAuth(_) => FaultName::BadTokenRequest,
            Self::Full => FaultName::Full,
            Self::RecordTooLarge => FaultName::RecordTooLarge,
            Self::Injected { name, .. } => *name,
            Self::Internal => FaultName::Internal,
        }
    }

    /// Why, as a clause for whoever looks for the reason.
    pub fn clause(&self) -> String {
        let about = || {
            let name = self.name();
            let known = FaultName::ALL.iter().find(|(one, _)| *one == name);
            known.map_or_else(String::new, |(_, about)| (*about).to_owned())
        };
        match self {
            Self::UnknownVersion { served } => format!("the version that is served is at {served}"),
            Self::Unauthenticated(stranger) => stranger.reason().to_owned(),
            Self::PlanRequired { plans } => {
                format!("the organization's plan is none of {}", plans.join(", "))
            }
            Self::PrerequisiteMissing { name } => format!("the organization has not done {name}"),
            Self::RateLimited { retry_after_ms: Some(ms) } => format!("the next call may come in {ms} ms"),
            Self::MethodNotAllowed { allowed } => format!("the path takes {}", allowed.join(", ")),
            Self::ScopeMissing { scope } => format!("the credential lacks the scope {scope}"),
            Self::BadBody { detail } | Self::BadFilter { detail } => detail.clone(),
            Self::UnsupportedMediaType { sent } => format!("the body is called {sent}"),
            Self::BadParameter { name, detail } => format!("{name}: {detail}"),
            Self::Invalid(problems) => {
                let sentences: Vec<String> = problems.iter().map(Problem::sentence).collect();
                sentences.join("; ")
            }
            Self::Scim(error) => error.detail.clone(),
            Self::NotUnique { unique, record, value } => format!("another {record} has {value} as {unique}"),
            Self::NoSuchRecord { record, id } => format!("no {record} of this organization has the id {id}"),
            Self::OAuth(error) => error.description.clone(),
            Self::Injected { .. } => "a chaos rule asked for it".to_owned(),
            Self::UnknownPath
            | Self::ClientRefused
            | Self::RateLimited { retry_after_ms: None }
            | Self::HeadTooLarge
            | Self::UnknownRoute
            | Self::NotSupported { .. }
            | Self::BodyTooLarge
            | Self::RecordTooLarge
            | Self::BadPath
            | Self::ConditionFailed
            | Self::Full
            | Self::Internal => about(),
        }
    }

    /// One field that must be there and is not.
    pub fn missing(field: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem { field: field.into(), wrong: Wrong::Missing }])
    }

    /// One field whose value is not what it must be.
    pub fn value(field: impl Into<String>, wanted: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem { field: field.into(), wrong: Wrong::Value(wanted.into()) }])
    }
}
