//! What stands around the calls that are measured: nothing, limits in force, a chaos rule that none of them meets.

use http::Method;
use standin::chaos::{Respond, Rule, What, Where};
use standin::engine::{DEFAULT_SANDBOX, Engine, LimitChange};
use standin::fault::FaultName;

/// The vendor that is measured.
pub const VENDOR: &str = "cofense";

/// Its rate limit.
const LIMIT: &str = "per_token";

/// What stands around a call. The journal is always on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// Nothing: limits lifted, as the vendor's profile has them, and no rule.
    Nothing,
    /// Limits in force, far from spent.
    Limits,
    /// A chaos rule of this vendor that is armed and met by no call here.
    Chaos,
}

/// Puts it there, and nothing else.
pub fn arrange(engine: &Engine, around: Around) {
    let sandbox = engine.sandbox(DEFAULT_SANDBOX).expect("it is always there");
    let index = engine.index_of(VENDOR).expect("it is served");
    let vendor = sandbox.vendor(index).expect("it fits").expect("it is there");
    let far_from_spent =
        LimitChange { limit: Some(LIMIT.to_owned()), rate: Some((u32::MAX, None)), ..LimitChange::default() };
    let in_force = LimitChange { enabled: Some(around == Around::Limits), ..LimitChange::default() };
    for change in [far_from_spent, in_force] {
        engine.change_limits(&sandbox, &vendor, &change).expect("a change that can be");
    }
    engine.disarm_all(&sandbox);
    if around == Around::Chaos {
        let respond = Respond { fault: Some(FaultName::Internal), ..Respond::default() };
        let rule = Rule {
            name: "never-met".to_owned(),
            place: Where {
                vendor: Some(VENDOR.to_owned()),
                methods: vec![Method::DELETE],
                ..Where::default()
            },
            what: What { respond: Some(respond), ..What::default() },
            ..Rule::default()
        };
        engine.arm(&sandbox, vec![rule]).expect("room for a rule");
    }
}
