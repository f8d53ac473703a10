use std::collections::{BTreeMap, BTreeSet};

use crate::File;

/// They drive the domains and fill no port of theirs.
const DRIVING: &[&str] = &["http-axum", "web-pages"];

/// Suites of what not every adapter has: a clock that can be turned.
const FOR_SOME: &[&str] = &["turned_clock_suite"];

/// Ports an adapter fills whose suites none of its tests calls, or which have none.
pub fn uncalled(files: &[File]) -> Vec<String> {
    let (ports, suites) = (ports(files), suites(files));
    let mut faults = Vec::new();
    for adapter in adapters(files) {
        let (source, tests) = (format!("adapters/{adapter}/src/"), format!("adapters/{adapter}/tests/"));
        let called = called(files.iter().filter(|file| file.path.starts_with(&tests)), files);
        let filled: BTreeSet<&str> = files
            .iter()
            .filter(|file| file.path.starts_with(&source))
            .flat_map(|file| filled(&file.text))
            .collect();
        let filled: Vec<&&str> = filled.iter().filter(|port| ports.contains(**port)).collect();
        if filled.is_empty() {
            faults.push(format!("adapters/{adapter} fills no port that has a contract"));
        }
        for port in filled {
            let proofs = suites.get(*port);
            if proofs.is_none() {
                faults.push(format!("there is no suite for {port}, which adapters/{adapter} fills"));
            }
            for suite in proofs.into_iter().flatten().filter(|suite| !called.contains(**suite)) {
                faults.push(format!("adapters/{adapter} fills {port}, and none of its tests calls {suite}!"));
            }
        }
    }
    faults
}

fn adapters(files: &[File]) -> BTreeSet<&str> {
    files
        .iter()
        .filter_map(|file| file.path.strip_prefix("adapters/")?.split_once('/'))
        .map(|(name, _)| name)
        .filter(|name| !DRIVING.contains(name))
        .collect()
}

/// The traits whose documentation holds a contract.
fn ports(files: &[File]) -> BTreeSet<&str> {
    let mut ports = BTreeSet::new();
    for file in files.iter().filter(|file| file.path.starts_with("crates/")) {
        let mut promised = false;
        for line in file.text.lines() {
            if let Some(name) = line.strip_prefix("pub trait ") {
                if promised {
                    ports.insert(word(name));
                }
                promised = false;
            }
            promised |= line == "/// # Contract";
        }
    }
    ports
}

/// The suites of each port: a module of conformance names its port first.
fn suites(files: &[File]) -> BTreeMap<&str, Vec<&str>> {
    let mut suites: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.path.starts_with("crates/conformance/src/")) {
        let named = file.text.split_once("; see [`").and_then(|(_, rest)| rest.split_once('`'));
        let Some((port, _)) = named else { continue };
        let port = port.rsplit("::").next().unwrap_or(port);
        suites.entry(port).or_default().extend(made(&file.text));
    }
    suites
}

/// The suites' macros that a file makes.
fn made(text: &str) -> impl Iterator<Item = &str> {
    let names = text.lines().filter_map(|line| line.strip_prefix("macro_rules! ")).map(word);
    names.filter(|name| name.ends_with("_suite") && !FOR_SOME.contains(name))
}

/// The suites that tests call, also by a macro that calls several.
fn called<'a>(tests: impl Iterator<Item = &'a File>, files: &'a [File]) -> BTreeSet<&'a str> {
    let mut called: BTreeSet<&str> = tests.flat_map(|file| calls(&file.text)).collect();
    let several = files.iter().find(|file| file.path == "crates/conformance/src/macros.rs");
    if called.contains("every_store_suite") {
        called.extend(several.into_iter().flat_map(|file| calls(&file.text)));
    }
    called
}

fn calls(text: &str) -> impl Iterator<Item = &str> {
    text.split("_suite!").zip(text.match_indices("_suite!")).map(|(before, (at, call))| {
        let begin = before.rfind(|letter: char| !(letter.is_ascii_lowercase() || letter == '_'));
        let begin = at - before.len() + begin.map_or(0, |last| last + 1);
        &text[begin..at + call.len() - 1]
    })
}

/// The traits a file implements.
fn filled(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("impl ")?.split_once(" for "))
        .map(|(port, _)| word(port.rsplit("::").next().unwrap_or(port)))
}

/// The word a text begins with.
fn word(text: &str) -> &str {
    let end = text.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_port_whose_suite_is_not_called_is_found() {
        let files = [
            file("crates/kernel/src/a.rs", "/// # Contract\n///\n/// - x\npub trait Cache: Send {\n"),
            file(
                "crates/kernel/src/b.rs",
                "/// # Contract\n#[async_trait]\npub trait Bus {\n}\n/// No.\npub trait Free {",
            ),
            file(
                "crates/conformance/src/cache.rs",
                "//! What; see [`saaskit_kernel::Cache`].\nmacro_rules! cache_suite {\n",
            ),
            file(
                "crates/conformance/src/macros.rs",
                "macro_rules! every_store_suite {\n$crate::cache_suite!($x);",
            ),
            file("adapters/called/src/lib.rs", "impl saaskit_kernel::Cache for A {\nimpl Free for A {"),
            file("adapters/called/tests/it/main.rs", "saaskit_conformance::cache_suite!(a());"),
            file("adapters/together/src/lib.rs", "impl Cache for A {"),
            file("adapters/together/tests/it/main.rs", "every_store_suite!(a());"),
            file("adapters/silent/src/lib.rs", "impl Cache for A {\nimpl Bus for A {"),
            file("adapters/silent/tests/it/main.rs", "big_cache_suite!(a());"),
            file("adapters/idle/src/lib.rs", "impl Free for A {"),
            file("adapters/http-axum/src/lib.rs", ""),
        ];
        let faults = [
            "adapters/idle fills no port that has a contract",
            "there is no suite for Bus, which adapters/silent fills",
            "adapters/silent fills Cache, and none of its tests calls cache_suite!",
        ];
        assert_eq!(uncalled(&files), faults);
    }
}
