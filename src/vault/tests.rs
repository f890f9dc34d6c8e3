use super::{ACCESS_TOKENS_MAX, CREDENTIALS_MAX, Full, Holds, Issued, Owner, Room, Vault};
use crate::fault::Stranger;

const ANY: Room = Room { at_most: None, ends_oldest: false, overlap_ms: 0 };

fn issued(expires_ms: Option<u64>) -> Issued {
    let owner = Owner { sandbox: "default".into(), vendor: 0, organization: 0, credential: 0 };
    Issued::now(owner, None, 0, expires_ms)
}

fn token(text: &str) -> Holds {
    Holds::Token(text.into())
}

#[test]
fn a_dead_token_still_tells_whose_it_was() {
    let vault = Vault::default();
    vault.issue("t", issued(Some(1000)));
    let flaw = |now_ms| vault.token("t").and_then(|issued| issued.flaw(now_ms));
    assert_eq!(flaw(999), None);
    assert_eq!(flaw(1000), Some(Stranger::Expired));
    vault.end(&token("t"), 500, Stranger::Rotated);
    vault.end(&token("t"), 600, Stranger::Revoked);
    assert_eq!((flaw(499), flaw(500)), (None, Some(Stranger::Rotated)));
    vault.end(&token("t"), 100, Stranger::Revoked);
    assert_eq!(flaw(200), Some(Stranger::Revoked));
    assert!(vault.token("never").is_none());
}

#[test]
fn a_client_that_asks_anew_for_each_call_does_not_fill_the_memory() {
    let vault = Vault::default();
    vault.register("c", "secret", issued(None).owner, None);
    for n in 0..ACCESS_TOKENS_MAX + 5 {
        assert!(vault.issue_access("c", &n.to_string(), issued(None), &ANY).is_ok());
    }
    assert!(vault.token("4").is_none());
    assert!(vault.token("5").is_some());
}

#[test]
fn a_client_is_known_by_its_secret_alone_and_ends_with_its_tokens() {
    let vault = Vault::default();
    vault.register("id", "secret", issued(None).owner, None);
    assert!(vault.issue_access("id", "t", issued(None), &ANY).is_ok());
    assert!(vault.client("id", "secret").is_some());
    assert!(vault.client("id", "secre").is_none());
    assert!(vault.client("other", "secret").is_none());
    vault.end(&Holds::Client("id".into()), 0, Stranger::Revoked);
    assert!(vault.client("id", "secret").is_none());
    assert_eq!(vault.token("t").and_then(|token| token.flaw(0)), Some(Stranger::Revoked));
    assert!(vault.owner_of_client("id").is_some());
    assert_eq!(vault.secret_of_client("id").as_deref(), Some("secret"));
    assert_eq!(vault.secret_of_client("other"), None);
}

#[test]
fn a_sandbox_lists_what_it_issued_and_forgets_it_whole() {
    let vault = Vault::default();
    vault.issue("a", issued(None));
    vault.register("id", "secret", issued(None).owner, None);
    assert!(vault.issue_access("id", "t", issued(None), &ANY).is_ok());
    let held: Vec<Holds> = vault.list("default").into_iter().map(|one| one.holds).collect();
    assert_eq!(held, [token("a"), Holds::Client("id".into())]);
    assert_eq!(vault.numbered("default", 0).map(|one| one.holds), Some(token("a")));
    assert!(vault.numbered("other", 0).is_none());
    vault.forget("other");
    vault.forget("default");
    assert!(vault.token("a").is_none() && vault.token("t").is_none() && vault.list("default").is_empty());
}

#[test]
fn whoever_is_dead_is_forgotten_first() {
    let vault = Vault::default();
    for n in 0..CREDENTIALS_MAX {
        vault.issue(&n.to_string(), issued(None));
    }
    vault.end(&token("7"), 0, Stranger::Revoked);
    vault.issue("x", issued(None));
    vault.issue("y", issued(None));
    assert!(vault.token("7").is_none() && vault.token("0").is_none());
    assert!(vault.token("1").is_some() && vault.token("y").is_some());
}

#[test]
fn a_token_dies_earlier_or_later_than_it_says() {
    for (skew_ms, dies_ms) in [(0, 1000), (-200, 800), (300, 1300), (-5000, -4000)] {
        let issued = Issued { skew_ms, ..issued(Some(1000)) };
        assert_eq!(issued.flaw(dies_ms - 1), None, "{skew_ms}");
        assert_eq!(issued.flaw(dies_ms), Some(Stranger::Expired), "{skew_ms}");
    }
    let vault = Vault::default();
    vault.issue("t", Issued { skew_ms: 300, ..issued(Some(1000)) });
    vault.expire("t", 500);
    assert_eq!(vault.token("t").and_then(|token| token.flaw(500)), Some(Stranger::Expired));
}

#[test]
fn a_token_is_good_for_so_many_calls_and_a_copy_for_no_more() {
    let once = issued(None);
    assert!((0..100).all(|_| once.use_once()), "nobody counts");
    let counted = Issued { uses_max: Some(2), ..issued(None) };
    let copy = counted.clone();
    assert_eq!([counted.use_once(), copy.flaw(0).is_none(), copy.use_once()], [true, true, true]);
    assert_eq!(
        (counted.flaw(0), copy.use_once(), counted.use_once()),
        (Some(Stranger::UsedUp), false, false)
    );
}

#[test]
fn a_client_has_so_many_access_tokens_at_once() {
    let flaws = |ends_oldest, overlap_ms, now_ms| {
        let vault = Vault::default();
        vault.register("c", "secret", issued(None).owner, None);
        let room = Room { at_most: Some(2), ends_oldest, overlap_ms };
        let made: Vec<_> = ["1", "2", "3"]
            .iter()
            .map(|token| vault.issue_access("c", token, issued(Some(100)), &room))
            .collect();
        let flaw = |token| vault.token(token).map(|issued| issued.flaw(now_ms));
        (made[2], ["1", "2", "3"].map(flaw))
    };
    let good = Some(None);
    let ended = Some(Some(Stranger::Rotated));
    assert_eq!(flaws(false, 0, 0), (Err(Full { living: 2 }), [good, good, None]));
    assert_eq!(flaws(true, 0, 0), (Ok(()), [ended, good, good]));
    assert_eq!(flaws(true, 10, 9), (Ok(()), [good, good, good]));
    assert_eq!(flaws(true, 10, 10), (Ok(()), [ended, good, good]));
}
