//! Paths that somebody means, written with stars.

/// Whether a path fits a glob: `*` stands for any part of a segment, `**` for anything. The time is the product of their
/// lengths, whatever stars there are.
pub fn fits(glob: &str, path: &str) -> bool {
    let (glob, path) = (glob.as_bytes(), path.as_bytes());
    // `fitting[n]`: whether the first `n` bytes of the path fit what was read of the glob.
    let mut fitting = vec![false; path.len() + 1];
    fitting[0] = true;
    let mut rest = glob;
    while let Some((first, after)) = rest.split_first() {
        if *first != b'*' {
            for end in (1..=path.len()).rev() {
                fitting[end] = fitting[end - 1] && path[end - 1] == *first;
            }
            fitting[0] = false;
            rest = after;
            continue;
        }
        let is_any = after.first() == Some(&b'*');
        for end in 1..=path.len() {
            fitting[end] |= fitting[end - 1] && (is_any || path[end - 1] != b'/');
        }
        rest = if is_any { &after[1..] } else { after };
    }
    fitting[path.len()]
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_a_segment_and_two_for_anything() {
        for (glob, path, wanted) in [
            ("/v2/users", "/v2/users", true),
            ("/v2/users", "/v2/users/1", false),
            ("/v2/users/*", "/v2/users/1", true),
            ("/v2/users/*", "/v2/users/1/groups", false),
            ("/v2/users/*", "/v2/users/", true),
            ("/v2/*/1", "/v2/users/1", true),
            ("**/users/*", "/acme@s1/v2/users/1", true),
            ("/v2/**", "/v2/users/1/groups", true),
            ("/v2/u*s", "/v2/users", true),
            ("**", "", true),
            ("*", "/", false),
            ("", "", true),
            ("", "/", false),
        ] {
            assert_eq!(fits(glob, path), wanted, "{glob} {path}");
        }
    }
}
