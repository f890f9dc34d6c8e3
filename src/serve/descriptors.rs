//! How many connections the program may hold: each is a file descriptor, of which the system gives a process so many.
//!
//! Commonly 1,024 are given and many more are to be had for the asking; a thousand calls that hang would otherwise keep
//! all others out, the control API's too.
//!
//! **Invariant:** only a process that is ours alone asks, as what it gets holds for the whole process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Connections at a time, where the system gives that many descriptors: 10,000 clients, and those who look on.
const CONNECTIONS_MAX: u64 = 10_240;

/// Descriptors that are kept for all else: doors, profiles, logs, the runtime's own.
const KEPT: u64 = 64;

/// Asks for as many descriptors as the most connections need, or as are to be had, and says how many connections
/// there may be with what was given.
pub(super) fn connections_max() -> usize {
    let given = getrlimit(Resource::Nofile);
    if let Some(current) = wanted(&given) {
        // Refused, it stays at what there is.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(current), ..given });
    }
    connections(getrlimit(Resource::Nofile).current)
}

/// The soft limit to ask for, if the one that is given is too low and may be raised. `None` in a limit is no limit.
fn wanted(given: &Rlimit) -> Option<u64> {
    let most = given.maximum.map_or(CONNECTIONS_MAX + KEPT, |hard| hard.min(CONNECTIONS_MAX + KEPT));
    given.current.filter(|soft| *soft < most).map(|_| most)
}

/// Connections for so many descriptors; where those are very few, half of them.
fn connections(descriptors: Option<u64>) -> usize {
    let most = descriptors.map_or(CONNECTIONS_MAX, |all| (all - KEPT.min(all / 2)).min(CONNECTIONS_MAX));
    usize::try_from(most).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_descriptors_are_asked_for_than_are_needed_and_to_be_had() {
        let check = |current, maximum, asked| {
            assert_eq!(wanted(&Rlimit { current, maximum }), asked, "{current:?} of {maximum:?}");
        };
        check(Some(1_024), Some(1_048_576), Some(10_304));
        check(Some(1_024), None, Some(10_304));
        check(Some(1_024), Some(4_096), Some(4_096));
        check(Some(1_024), Some(1_024), None);
        check(Some(10_304), Some(20_000), None);
        check(Some(20_000), Some(20_000), None);
        check(None, None, None);
    }

    #[test]
    fn descriptors_are_kept_for_all_else() {
        let check = |descriptors, wanted| assert_eq!(connections(descriptors), wanted, "{descriptors:?}");
        check(Some(0), 0);
        check(Some(20), 10);
        check(Some(128), 64);
        check(Some(256), 192);
        check(Some(1_024), crate::server::CONNECTIONS_MAX);
        check(Some(4_096), 4_032);
        check(Some(10_304), 10_240);
        check(Some(1_048_576), 10_240);
        check(None, 10_240);
    }
}
