//! What `docker/` says, held against the profiles and the command line; `docker/check` builds and runs it.

use std::fs;

use standin::profile::files;

use crate::process::{Standin, command, complaint, output};
use crate::support::{faultless, root};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The lines of a YAML file that stand further in than `key` does, without comments.
fn below<'t>(text: &'t str, key: &str) -> Vec<&'t str> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().skip_while(|line| line.trim() != key);
    let top = depth(lines.next().unwrap_or_else(|| panic!("there is no {key}")));
    let inside = lines.take_while(|line| depth(line) > top).map(str::trim);
    inside.filter(|line| !line.starts_with('#')).collect()
}

/// What `compose.yaml` puts into Standin's environment.
fn environment(compose: &str) -> Vec<(&str, &str)> {
    let lines = below(compose, "environment:");
    assert!(!lines.is_empty(), "compose.yaml sets nothing");
    let pair = |line| str::split_once(line, ": ").unwrap_or_else(|| panic!("{line} is not NAME: \"value\""));
    lines.into_iter().map(pair).map(|(name, value)| (name, value.trim_matches('"'))).collect()
}

/// What stands behind a word that begins one line of a Dockerfile.
fn behind<'t>(dockerfile: &'t str, word: &str) -> &'t str {
    let mut found = dockerfile.lines().filter_map(|line| line.strip_prefix(word));
    let rest = found.next().unwrap_or_else(|| panic!("there is no {word}"));
    assert_eq!(found.next(), None, "{word} stands twice");
    rest.trim()
}

/// A command as a list of words; in any other form a shell would have to read it.
fn exec_form(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// The variables of all options of the server.
fn variables() -> Vec<String> {
    let help = String::from_utf8(output(&["serve", "--help"]).stdout).expect("text");
    let options = help.lines().filter_map(|line| line.trim().strip_prefix("--")?.split(' ').next());
    let all: Vec<_> =
        options.map(|option| format!("STANDIN_{}", option.replace('-', "_").to_uppercase())).collect();
    assert!(all.len() >= 12, "only {all:?}");
    all
}

#[test]
fn each_host_of_each_vendor_is_an_alias_and_no_alias_is_anybody_elses() {
    let compose = read("docker/compose.yaml");
    let aliases: Vec<&str> =
        below(&compose, "aliases:").iter().map(|line| line.trim_start_matches("- ")).collect();
    let fits = |pattern: &str, alias: &str| {
        pattern.split('.').count() == alias.split('.').count()
            && pattern
                .split('.')
                .zip(alias.split('.'))
                .all(|(wanted, label)| wanted == "*" || wanted == label)
    };
    let library = faultless(&files::built_in());
    let profiles = library.vendors().map(|vendor| library.profile(vendor, &[]).expect("a good profile"));
    let hosts: Vec<String> = profiles.flat_map(|profile| profile.hosts).collect();
    assert!(!hosts.is_empty());
    for host in &hosts {
        assert!(aliases.iter().any(|alias| fits(host, alias)), "compose.yaml has no alias for {host}");
    }
    for alias in aliases {
        assert!(hosts.iter().any(|host| fits(host, alias)), "{alias} is no vendor's host");
    }
}

#[test]
fn the_client_in_the_container_calls_each_vendor() {
    let client = read("docker/client/main.rs");
    for vendor in faultless(&files::built_in()).vendors() {
        assert!(client.contains(&format!("Bearer {vendor}-")), "docker/client calls nothing of {vendor}");
    }
}

#[test]
fn both_images_end_alike() {
    let end = |path| {
        let text = read(path);
        let (_, end) = text.rsplit_once("\nFROM scratch\n").expect("the last stage holds nothing else");
        end.replace("COPY --from=build /standin ", "COPY standin ")
    };
    assert_eq!(end("docker/Dockerfile"), end("docker/Dockerfile.binary"));
}

#[test]
fn an_image_runs_as_nobody_and_listens_where_it_says() {
    let image = read("docker/Dockerfile.binary");
    let (user, group) = behind(&image, "USER ").split_once(':').expect("user and group");
    for id in [user, group] {
        assert!(
            id.parse::<u32>().is_ok_and(|id| id > 0),
            "{id} is root, or a name that only a file explains"
        );
    }
    let listen = format!("STANDIN_LISTEN=0.0.0.0:{}", behind(&image, "EXPOSE "));
    assert_eq!(behind(&image, "ENV "), listen);
}

#[test]
fn an_image_finds_itself_well_in_the_environment_of_compose() {
    let (image, compose) = (read("docker/Dockerfile.binary"), read("docker/compose.yaml"));
    let program = exec_form(behind(&image, "ENTRYPOINT "));
    let (_, check) = behind(&image, "HEALTHCHECK ").split_once("CMD ").expect("a command");
    let check = exec_form(check);
    assert_eq!(check[..1], program, "nothing else is in the image");

    let known = variables();
    let mut serve = command();
    for (name, value) in environment(&compose) {
        assert!(known.iter().any(|one| one == name), "{name} is no option");
        serve.env(name, value);
        if name == "STANDIN_LISTEN" {
            // What a URL without a port means; here it may be taken.
            assert_eq!(value, "0.0.0.0:80");
            serve.env(name, "0.0.0.0:0");
        }
    }
    let standin = Standin::start_with(&mut serve);
    let found = command().args(&check[1..]).env("STANDIN_LISTEN", standin.address()).output();
    let found = found.expect("the program can be run");
    assert!(found.status.success(), "{}", complaint(&found));
}

#[test]
fn images_are_built_with_the_rust_that_the_crate_asks_for() {
    let manifest = read("Cargo.toml");
    let version = behind(&manifest, "rust-version = ").trim_matches('"');
    for path in ["docker/Dockerfile", "docker/client/Dockerfile"] {
        let image = format!("rust:{version}-slim-bookworm");
        assert_eq!(behind(&read(path), "ARG RUST="), image, "{path}");
    }
}

#[test]
fn every_variable_is_in_the_readme_of_the_container() {
    let readme = read("docker/README.md");
    for name in variables() {
        assert!(readme.contains(&format!("| `{name}` |")), "{name} is missing in docker/README.md");
    }
}
