use anyhow::Result;
use spdx::{Expression, ParseMode};

use crate::{Package, Workspace};

/// The licences under which others' work may be part of ours.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-3-Clause",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
];

/// Crates that would bring a second TLS or cryptography provider.
const BANNED: &[&str] = &["native-tls", "openssl-sys"];

/// Packages whose licence is missing or not one of ours.
pub fn unlicensed(packages: &[Package]) -> Vec<String> {
    let is_ours = |expression: &str| {
        Expression::parse_mode(expression, ParseMode::LAX).is_ok_and(|expression| {
            expression.evaluate(|term| term.license.id().is_some_and(|id| LICENCES.contains(&id.name)))
        })
    };
    let wrong = packages.iter().filter(|package| !package.license.as_deref().is_some_and(is_ours));
    wrong
        .map(|package| format!("{}: {}", package.name, package.license.as_deref().unwrap_or("no licence")))
        .collect()
}

/// Banned crates that something depends on.
pub fn banned(packages: &[Package]) -> Vec<String> {
    let banned = packages.iter().filter(|package| BANNED.contains(&package.name.as_str()));
    banned.map(|package| format!("{} is not to be used", package.name)).collect()
}

/// What brings `ring`, if anything does on any platform. The lock file alone does not tell: it also names what no
/// feature turns on.
pub fn ring(workspace: &Workspace) -> Result<Vec<String>> {
    match workspace.run("cargo", &["tree", "--workspace", "-i", "ring", "--target", "all", "-e", "all"]) {
        Ok(tree) => Ok(tree.lines().map(str::to_owned).collect()),
        Err(error) if error.to_string().contains("did not match any packages") => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, license: Option<&str>) -> Package {
        let license = license.map(str::to_owned);
        Package { name: name.to_owned(), folder: String::new(), dependencies: Vec::new(), license }
    }

    #[test]
    fn a_licence_that_is_not_ours_is_found() {
        let packages = [
            package("a", Some("MIT/Apache-2.0")),
            package("b", Some("GPL-3.0-only OR MIT")),
            package("c", Some("(MIT OR Apache-2.0) AND Unicode-3.0")),
            package("d", Some("Apache-2.0 WITH LLVM-exception")),
            package("e", Some("MIT AND GPL-3.0-only")),
            package("f", None),
            package("g", Some("whatever you like")),
        ];
        let faults = ["e: MIT AND GPL-3.0-only", "f: no licence", "g: whatever you like"];
        assert_eq!(unlicensed(&packages), faults);
    }

    #[test]
    fn a_second_provider_is_found() {
        let packages = [package("openssl-sys", None), package("rustls", None)];
        assert_eq!(banned(&packages), ["openssl-sys is not to be used"]);
    }
}
