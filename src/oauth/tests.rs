use super::{ClientAuthentication, Error, ErrorCode, RevocationRequest, TokenRequest, client_id};

const BOTH: ClientAuthentication = ClientAuthentication { basic: true, body: true };

fn check(authorization: Option<&str>, form: &str, wanted: Result<(&str, &str), ErrorCode>) {
    let got = TokenRequest::read(authorization, form.as_bytes(), BOTH);
    let got = got.map(|request| (request.client_id, request.client_secret)).map_err(|error| error.code);
    assert_eq!(
        got,
        wanted.map(|(id, secret)| (id.to_owned(), secret.to_owned())),
        "{authorization:?} {form}"
    );
}

#[test]
fn a_token_request_is_read_as_rfc_6749_says() {
    let grant = "grant_type=client_credentials";
    check(None, &format!("{grant}&client_id=a&client_secret=b"), Ok(("a", "b")));
    check(Some("Basic YTpi"), grant, Ok(("a", "b")));
    check(Some("basic YSUzQTE6Yg=="), grant, Ok(("a:1", "b")));
    check(Some("Basic YTpi"), &format!("{grant}&client_id=a"), Ok(("a", "b")));
    check(
        Some("Basic YTpi"),
        &format!("{grant}&client_id=a&client_secret=b"),
        Err(ErrorCode::InvalidRequest),
    );
    check(Some("Basic !"), grant, Err(ErrorCode::InvalidClient));
    check(Some("Bearer x"), grant, Err(ErrorCode::InvalidClient));
    check(None, grant, Err(ErrorCode::InvalidClient));
    check(None, "client_id=a&client_secret=b", Err(ErrorCode::InvalidRequest));
    check(None, "grant_type=password&client_id=a&client_secret=b", Err(ErrorCode::UnsupportedGrantType));
    check(None, &format!("{grant}&client_id=a&client_id=a&client_secret=b"), Err(ErrorCode::InvalidRequest));
    check(None, &format!("{grant}&client_id=a&client_secret=%FF"), Err(ErrorCode::InvalidRequest));
    check(Some("Basic YTpi"), &format!("{grant}&client_id=other"), Err(ErrorCode::InvalidRequest));
    check(Some("Basic YTpi"), "grant_type=", Err(ErrorCode::InvalidRequest));
}

#[test]
fn a_description_holds_only_what_rfc_6749_lets_it() {
    let error = Error::new(ErrorCode::InvalidScope, "no scope \"é\\\n\" ~ here");
    assert_eq!(error.description, "no scope ????? ~ here");
}

#[test]
fn a_parameter_without_a_value_is_as_good_as_none() {
    let scopes = |form: &str| {
        let read = TokenRequest::read(Some("Basic YTpi"), form.as_bytes(), BOTH);
        read.map(|request| request.scopes)
    };
    let both = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(scopes("grant_type=client_credentials&scope=a+b"), Ok(Some(both)));
    assert_eq!(scopes("grant_type=client_credentials&scope=&client_secret="), Ok(None));
}

#[test]
fn a_revocation_names_a_token_and_the_client() {
    let read = |authorization, form: &str| {
        let read = RevocationRequest::read(authorization, form.as_bytes(), BOTH);
        read.map(|request| (request.client_id, request.token)).map_err(|error| error.code)
    };
    let good = ("a".to_owned(), "t".to_owned());
    assert_eq!(read(Some("Basic YTpi"), "token=t&token_type_hint=refresh_token"), Ok(good.clone()));
    assert_eq!(read(None, "token=t&client_id=a&client_secret=b"), Ok(good));
    assert_eq!(read(None, "token=t&client_id=a"), Err(ErrorCode::InvalidClient));
    assert_eq!(read(Some("Basic YTpi"), "token="), Err(ErrorCode::InvalidRequest));
    assert_eq!(read(Some("Basic YTpi"), "token=t&token=u"), Err(ErrorCode::InvalidRequest));
}

#[test]
fn a_client_is_known_by_name_whatever_else_is_wrong() {
    assert_eq!(client_id(Some("Basic YTpi"), b"grant_type=password", BOTH), Some("a".to_owned()));
    assert_eq!(client_id(None, b"client_id=a&client_secret=b", BOTH), Some("a".to_owned()));
    assert_eq!(client_id(None, b"client_id=a", BOTH), None);
}
