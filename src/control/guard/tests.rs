use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::{Access, Guard};
use crate::call::{Body, Call};

/// The status with which a call is refused; 0 when it is let in.
fn refusal(access: &Access, host: &str, headers: &[(&str, &str)]) -> u16 {
    let header = |(name, value): &(&str, &str)| {
        (HeaderName::try_from(*name).expect("a name"), HeaderValue::try_from(*value).expect("a value"))
    };
    let call = Call {
        method: Method::GET,
        host: host.to_owned(),
        path: "/_standin/v1/sandboxes".to_owned(),
        query: None,
        headers: headers.iter().map(header).collect::<HeaderMap>(),
        body: Body::Whole(Bytes::new()),
        listener_vendor: None,
        peer: None,
    };
    let admitted = Guard::new(access.clone()).admit(&call);
    admitted.map_or_else(|problem| problem.into_reply().status.as_u16(), |()| 0)
}

/// A host, header fields, and the status of the refusal; 0 for none.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], u16);

fn check(access: &Access, cases: &[Case<'_>]) {
    for (host, headers, wanted) in cases {
        assert_eq!(refusal(access, host, headers), *wanted, "{host} {headers:?}");
    }
}

#[test]
fn a_host_name_that_others_may_point_here_is_refused() {
    check(
        &Access::default(),
        &[
            ("localhost:8080", &[], 0),
            ("LOCALHOST", &[], 0),
            ("acme.localhost:8080", &[], 0),
            ("127.0.0.1:8080", &[], 0),
            ("192.168.0.7", &[], 0),
            ("[::1]:8080", &[], 0),
            ("localhost.", &[], 0),
            ("", &[], 0),
            ("evil.example.com", &[], 403),
            ("standin:8080", &[], 403),
            ("localhost.example.com", &[], 403),
            ("notlocalhost", &[], 403),
            ("127.0.0.1.example.com", &[], 403),
            ("[::1", &[], 403),
        ],
    );
    let named = Access { hosts: vec!["standin".to_owned()], ..Access::default() };
    check(&named, &[("Standin:8080", &[], 0), ("localhost", &[], 0), ("standing", &[], 403)]);
}

#[test]
fn a_page_of_another_origin_is_refused() {
    let own = "localhost:8080";
    let cases: &[Case<'_>] = &[
        (own, &[("origin", "http://localhost:8080")], 0),
        (own, &[("origin", "http://LOCALHOST:8080"), ("sec-fetch-site", "same-origin")], 0),
        (own, &[("sec-fetch-site", "none")], 0),
        (own, &[("origin", "http://localhost:3000")], 403),
        (own, &[("origin", "https://evil.example.com")], 403),
        (own, &[("origin", "null")], 403),
        (own, &[("origin", "")], 403),
        (own, &[("origin", "http://localhost:8080"), ("origin", "http://evil.example.com")], 403),
        (own, &[("sec-fetch-site", "cross-site")], 403),
        (own, &[("sec-fetch-site", "same-site")], 403),
    ];
    check(&Access::default(), cases);
}

#[test]
fn with_a_token_its_bearer_is_let_in_and_nobody_else() {
    let access = Access { token: Some("open sesame".to_owned()), hosts: Vec::new() };
    let good = ("authorization", "Bearer open sesame");
    check(
        &access,
        &[
            ("localhost", &[good], 0),
            ("localhost", &[("authorization", "bearer  open sesame ")], 0),
            // No page knows the token, whatever name it comes by.
            ("standin:8080", &[good], 0),
            ("localhost", &[], 401),
            ("localhost", &[("authorization", "Bearer open sesamo")], 401),
            ("localhost", &[("authorization", "Bearer open")], 401),
            ("localhost", &[("authorization", "Bearer ")], 401),
            ("localhost", &[("authorization", "Basic open sesame")], 401),
            ("localhost", &[("authorization", "open sesame")], 401),
            ("localhost", &[good, ("origin", "http://evil.example.com")], 403),
        ],
    );
}
