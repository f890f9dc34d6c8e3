//! Method and path to an endpoint. The table is built once for a profile; looking up is pure, and a miss becomes a fault
//! only after the gates: a stranger sees 401 for a path that does not exist.

use percent_encoding::percent_decode_str;

use crate::call::is_percent_encoded;
use crate::fault::Fault;
use crate::profile::model::{Api, Does, Endpoint, Profile};

/// The paths of a profile.
#[derive(Debug)]
pub struct Routes {
    /// One router for each api, and the apis with the longest base first.
    apis: Vec<(usize, matchit::Router<Vec<usize>>)>,
}

/// What a path leads to.
#[derive(Debug)]
pub struct Sight<'r> {
    /// The api's index.
    pub api: usize,
    /// The paths of that api.
    router: &'r matchit::Router<Vec<usize>>,
    /// The organization that the path names, if the base holds one.
    pub organization: Option<String>,
    /// Endpoints with this path; empty for none.
    endpoints: &'r [usize],
    /// The `{id}` in the path.
    pub id: Option<String>,
    /// Whether the path is broken.
    broken: bool,
}

impl Routes {
    /// Builds the table.
    ///
    /// # Errors
    /// The path that cannot stand beside the others, with the reason.
    pub fn new(profile: &Profile) -> Result<Self, String> {
        let mut apis = Vec::new();
        for (index, api) in profile.apis.iter().enumerate() {
            let mut paths: Vec<(&str, Vec<usize>)> = Vec::new();
            for (number, endpoint) in api.endpoints.iter().enumerate() {
                match paths.iter_mut().find(|(path, _)| *path == endpoint.path) {
                    Some((_, numbers)) => numbers.push(number),
                    None => paths.push((&endpoint.path, vec![number])),
                }
            }
            let mut router = matchit::Router::new();
            for (path, numbers) in paths {
                router
                    .insert(path, numbers)
                    .map_err(|error| format!("{}: the path {path}: {error}", profile.vendor))?;
            }
            apis.push((index, router));
        }
        apis.sort_by_key(|(index, _)| std::cmp::Reverse(profile.apis[*index].base.len()));
        Ok(Self { apis })
    }

    /// Looks a path up. `None` when no api has a base in front of it.
    pub fn find<'r>(&'r self, profile: &Profile, path: &str) -> Option<Sight<'r>> {
        self.apis.iter().find_map(|(index, router)| {
            let (organization, rest) = below(&profile.apis[*index], path)?;
            let decoded = organization.map(|text| decode(&text));
            let sight = Sight::look(*index, router, rest);
            let broken = sight.broken || matches!(decoded, Some(None));
            Some(Sight { organization: decoded.flatten(), broken, ..sight })
        })
    }
}

impl<'r> Sight<'r> {
    /// What a path below an api's base leads to.
    fn look(api: usize, router: &'r matchit::Router<Vec<usize>>, path: &str) -> Self {
        let path = if path.len() > 1 { path.strip_suffix('/').unwrap_or(path) } else { path };
        let (endpoints, id) = match router.at(path) {
            Ok(found) => (found.value.as_slice(), found.params.get("id").map(decode)),
            Err(_) => (&[][..], None),
        };
        let broken = matches!(id, Some(None)) || decode(path).is_none();
        Self { api, router, organization: None, endpoints, id: id.flatten(), broken }
    }

    /// What another path below the same base leads to.
    #[must_use]
    pub fn beside(&self, path: &str) -> Self {
        Self { organization: self.organization.clone(), ..Self::look(self.api, self.router, path) }
    }
}

impl Sight<'_> {
    /// The endpoint for a method, where that is already sure; HEAD is GET without its body.
    pub fn endpoint<'p>(&self, api: &'p Api, method: &http::Method) -> Option<&'p Endpoint> {
        let method = if method == http::Method::HEAD { &http::Method::GET } else { method };
        self.endpoints
            .iter()
            .filter_map(|index| api.endpoints.get(*index))
            .find(|endpoint| endpoint.method == *method)
    }

    /// Whether the path is one to which a client comes for its access tokens, by whatever method: nobody shows one there.
    pub fn is_token_endpoint(&self, api: &Api) -> bool {
        self.endpoints
            .iter()
            .filter_map(|index| api.endpoints.get(*index))
            .any(|endpoint| matches!(endpoint.does, Does::Token | Does::Revoke))
    }

    /// The endpoint for a method.
    ///
    /// # Errors
    /// [`Fault::BadPath`], [`Fault::UnknownRoute`], [`Fault::MethodNotAllowed`], or [`Fault::NotSupported`] for what the
    /// protocol has and the vendor has not.
    pub fn settle<'p>(&self, api: &'p Api, method: &http::Method) -> Result<&'p Endpoint, Fault> {
        if self.broken {
            return Err(Fault::BadPath);
        }
        let endpoint = self.endpoint(api, method);
        match endpoint.map(|endpoint| endpoint.does) {
            Some(Does::Refuse(405)) => {}
            Some(Does::Refuse(status)) => return Err(Fault::NotSupported { status }),
            Some(_) => return endpoint.ok_or(Fault::UnknownRoute),
            None => {}
        }
        if self.endpoints.is_empty() {
            return Err(Fault::UnknownRoute);
        }
        let mut allowed = Vec::new();
        for endpoint in self.endpoints.iter().filter_map(|index| api.endpoints.get(*index)) {
            if !matches!(endpoint.does, Does::Refuse(_)) {
                allowed.push(endpoint.method.to_string());
                if endpoint.method == http::Method::GET {
                    allowed.push("HEAD".to_owned());
                }
            }
        }
        Err(Fault::MethodNotAllowed { allowed })
    }
}

/// The api that a path leads to: the one with the longest base in front of it.
pub fn api_at<'p>(profile: &'p Profile, path: &str) -> Option<&'p Api> {
    let in_front = profile.apis.iter().filter(|api| below(api, path).is_some());
    in_front.min_by_key(|api| std::cmp::Reverse(api.base.len()))
}

/// The organization in the base, if it has one, and what is below the base.
fn below<'c>(api: &Api, path: &'c str) -> Option<(Option<String>, &'c str)> {
    let mut rest = path;
    let mut organization = None;
    for wanted in &api.base {
        let inside = rest.strip_prefix('/')?;
        let end = inside.find('/').unwrap_or(inside.len());
        let (segment, after) = inside.split_at(end);
        match wanted {
            Some(literal) if literal == segment => {}
            Some(_) => return None,
            None if segment.is_empty() => return None,
            None => organization = Some(segment.to_owned()),
        }
        rest = after;
    }
    Some((organization, if rest.is_empty() { "/" } else { rest }))
}

/// The api whose base differs from a path's beginning in its version alone (`/v1` where there is `/v2`), if it is one that
/// minds (RFC 7644 section 3.13).
pub fn api_of_other_version<'p>(profile: &'p Profile, path: &str) -> Option<&'p Api> {
    let is_version = |text: &str| {
        text.strip_prefix('v')
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let fits = |(wanted, segment): (&Option<String>, &str)| match wanted {
        Some(literal) => literal == segment || is_version(literal) && is_version(segment),
        None => !segment.is_empty(),
    };
    profile.apis.iter().filter(|api| api.offers.refuses_versions).find(|api| {
        let segments: Vec<&str> = path.split('/').skip(1).take(api.base.len()).collect();
        segments.len() == api.base.len() && api.base.iter().zip(segments).all(fits)
    })
}

/// Percent-decodes a part of a path; `None` when its encoding is broken or it is not UTF-8.
fn decode(text: &str) -> Option<String> {
    if !is_percent_encoded(text) {
        return None;
    }
    percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}
