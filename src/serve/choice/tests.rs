use super::{Pick, known, listed};

fn check_pick(text: &str, wanted: Option<(&str, &str, &str)>) {
    let parsed = text.parse::<Pick>().ok();
    let parts = parsed.as_ref().map(|pick| (&*pick.vendor, &*pick.name, &*pick.value));
    assert_eq!(parts, wanted, "for {text:?}");
    assert!(parsed.is_none_or(|pick| pick.to_string() == text));
}

#[test]
fn a_pick_is_a_vendor_a_name_and_a_value() {
    check_pick("acme.plan=basic", Some(("acme", "plan", "basic")));
    check_pick("acme.base=/v1.2/x=y", Some(("acme", "base", "/v1.2/x=y")));
    check_pick("acme.plan=", Some(("acme", "plan", "")));
    check_pick("acme.plan", None);
    check_pick("plan=basic", None);
    check_pick("plan=a.b", None);
    check_pick("", None);
}

#[test]
fn an_unknown_vendor_is_told_the_nearest_and_all() {
    let vendors = ["acme", "globex"];
    assert_eq!(known("", "acme", vendors.into_iter()), Ok(()));
    let refusal = known("--set amce.a=b: ", "amce", vendors.into_iter()).expect_err("no such vendor");
    let wanted = "--set amce.a=b: no vendor is called `amce`, did you mean `acme`? (served are acme, globex)";
    assert_eq!(refusal.sentence, wanted);
}

#[test]
fn words_are_listed_as_people_do() {
    assert_eq!(listed(&["a"]), "a");
    assert_eq!(listed(&["a", "b"]), "a or b");
    assert_eq!(listed(&["a", "b", "c"]), "a, b or c");
}
