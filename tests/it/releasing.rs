//! What everything that is published says of the repository and the version.

use regex::Regex;
use toml::Table;

use crate::support::run::root;

/// Files that name the repository: one command of CONTRIBUTING.md renames it in all of them.
const FILES: &[&str] = &[
    "Cargo.toml",
    "README.md",
    "CONTRIBUTING.md",
    "action.yml",
    "docs/book.toml",
    "docs/ci.md",
    "packaging/Containerfile",
    "packaging/debian/copyright",
    "packaging/ssoaudit.rb.in",
];

fn package() -> Table {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    manifest.parse::<Table>().unwrap()["package"].as_table().unwrap().clone()
}

#[test]
fn the_repository_is_the_same_everywhere() {
    let package = package();
    let repository = package["repository"].as_str().unwrap();
    let owner = repository.strip_prefix("https://github.com/").unwrap().strip_suffix("/ssoaudit").unwrap();
    assert_eq!(package["homepage"].as_str(), Some(repository));
    let owners =
        Regex::new(r"(?:github\.com/|uses: |default: )([\w-]+)/ssoaudit\b|([\w-]+)@users\.noreply").unwrap();
    let mut found = 0;
    for file in FILES {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        for captures in owners.captures_iter(&text) {
            let named = captures.get(1).or(captures.get(2)).unwrap().as_str();
            assert_eq!(named, owner, "{file}: {}", &captures[0]);
            found += 1;
        }
    }
    assert!(found >= 10, "{found} names of the repository were found");
}

#[test]
fn examples_name_the_present_version() {
    let package = package();
    let version = package["version"].as_str().unwrap();
    let ci = std::fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let named: Vec<_> = Regex::new(r"(?:ssoaudit@v|rev: v|version: )(\d[\w.-]*)")
        .unwrap()
        .captures_iter(&ci)
        .map(|captures| captures[1].to_owned())
        .collect();
    assert!(named.len() >= 3 && named.iter().all(|it| it == version), "{named:?}");
}

/// A tag can be moved to other code, a commit cannot.
#[test]
fn actions_are_pinned() {
    let uses = Regex::new(r"uses: ([\w./-]+)@(\S+)( # v\d\S*)?").unwrap();
    let commit = Regex::new("^[0-9a-f]{40}$").unwrap();
    for file in ["action.yml", ".github/workflows/release.yml", "docs/ci.md"] {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        let others = uses.captures_iter(&text).filter(|captures| !captures[1].ends_with("/ssoaudit"));
        for captures in others {
            assert!(commit.is_match(&captures[2]) && captures.get(3).is_some(), "{file}: {}", &captures[0]);
        }
    }
}
