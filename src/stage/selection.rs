//! Which vendor a call is for: by its Host, by the first segment of its path, or by the port that it came in at.

use std::sync::Arc;

use crate::call::Call;
use crate::profile::model::Profile;

/// Where a call was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressed<'c> {
    /// The vendor's index.
    pub vendor: usize,
    /// The sandbox that the URL names.
    pub sandbox: Option<&'c str>,
    /// The part of the path in front of the vendor's own, `/acme` or `/acme@s1`; empty when the host chose.
    pub prefix: &'c str,
    /// The vendor's own path.
    pub path: &'c str,
}

/// Finds the vendor of a call; `None` when it names none.
pub fn find<'c>(profiles: &[Arc<Profile>], call: &'c Call) -> Option<Addressed<'c>> {
    let host = call.host_name();
    by_host(profiles, host)
        .map(|(vendor, sandbox)| Addressed { vendor, sandbox, prefix: "", path: &call.path })
        .or_else(|| by_path(profiles, &call.path))
        .or_else(|| {
            let name = call.listener_vendor.as_deref()?;
            let vendor = profiles.iter().position(|profile| profile.vendor == name)?;
            Some(Addressed { vendor, sandbox: None, prefix: "", path: &call.path })
        })
}

/// A host of a profile, `VENDOR.localhost`, or `SANDBOX.VENDOR.localhost`.
fn by_host<'c>(profiles: &[Arc<Profile>], host: &'c str) -> Option<(usize, Option<&'c str>)> {
    let real = |profile: &Arc<Profile>| profile.hosts.iter().any(|pattern| is_host(pattern, host));
    if let Some(vendor) = profiles.iter().position(real) {
        return Some((vendor, None));
    }
    let cut = host.len().checked_sub(".localhost".len())?;
    let (name, end) = (host.get(..cut)?, host.get(cut..)?);
    if !end.eq_ignore_ascii_case(".localhost") {
        return None;
    }
    let (sandbox, vendor) = match name.rsplit_once('.') {
        Some((sandbox, vendor)) => (Some(sandbox), vendor),
        None => (None, name),
    };
    let vendor = profiles.iter().position(|profile| profile.vendor.eq_ignore_ascii_case(vendor))?;
    Some((vendor, sandbox))
}

fn is_host(pattern: &str, host: &str) -> bool {
    let mut labels = host.split('.');
    let fits = |wanted: &str| {
        labels
            .next()
            .is_some_and(|label| wanted == "*" && !label.is_empty() || label.eq_ignore_ascii_case(wanted))
    };
    pattern.split('.').all(fits) && labels.next().is_none()
}

/// `/VENDOR/…` or `/VENDOR@SANDBOX/…`.
fn by_path<'c>(profiles: &[Arc<Profile>], path: &'c str) -> Option<Addressed<'c>> {
    let inside = path.strip_prefix('/')?;
    let end = inside.find('/').unwrap_or(inside.len());
    let (first, rest) = inside.split_at(end);
    let (name, sandbox) = match first.split_once('@') {
        Some((name, sandbox)) => (name, Some(sandbox)),
        None => (first, None),
    };
    let vendor = profiles.iter().position(|profile| profile.vendor == name)?;
    let prefix = path.get(..=end).unwrap_or_default();
    Some(Addressed { vendor, sandbox, prefix, path: if rest.is_empty() { "/" } else { rest } })
}

#[cfg(test)]
mod tests {
    use super::is_host;

    #[test]
    fn a_star_stands_for_one_label() {
        let pattern = "api.*.prod.example.com";
        assert!(is_host(pattern, "api.eu1.prod.example.com"));
        assert!(is_host(pattern, "API.EU1.prod.example.com"));
        for host in [
            "api.prod.example.com",
            "api.a.b.prod.example.com",
            "api..prod.example.com",
            "xapi.eu.prod.example.com",
            "",
        ] {
            assert!(!is_host(pattern, host), "{host}");
        }
    }
}
