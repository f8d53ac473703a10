use std::collections::BTreeMap;

use crate::{Kind, Package};

/// Where in the hexagon a package is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ring {
    Kernel,
    Domain,
    Stories,
    Conformance,
    /// An adapter that drives the domains.
    Driving,
    /// An adapter that the domains drive.
    Driven,
    /// Starters, tests and examples, which may know everything.
    Outside,
}

impl Ring {
    fn of(folder: &str) -> Option<Self> {
        Some(match folder.split_once('/')? {
            ("crates", "kernel") => Self::Kernel,
            ("crates", "stories") => Self::Stories,
            ("crates", "conformance") => Self::Conformance,
            ("crates", _) => Self::Domain,
            ("adapters", "http-axum" | "web-pages") => Self::Driving,
            ("adapters", _) => Self::Driven,
            ("starters" | "tests", _) => Self::Outside,
            ("docs", example) if example.starts_with("examples/") => Self::Outside,
            _ => return None,
        })
    }

    /// Whether what is in this ring may depend on what is in the other one.
    fn may_know(self, other: Self) -> bool {
        match self {
            Self::Kernel => false,
            Self::Domain => other == Self::Kernel,
            Self::Stories | Self::Conformance | Self::Driven => matches!(other, Self::Kernel | Self::Domain),
            Self::Driving => matches!(other, Self::Kernel | Self::Domain | Self::Stories),
            Self::Outside => true,
        }
    }

    /// Whether it stands inside the hexagon, where outside crates need a reason.
    fn is_inside(self) -> bool {
        matches!(self, Self::Kernel | Self::Domain | Self::Stories | Self::Conformance)
    }
}

/// Dependencies between packages of the workspace that point the wrong way. Tests may use the conformance suites
/// and the memory adapter besides.
pub fn wrong(members: &[Package]) -> Vec<String> {
    let folders: BTreeMap<&str, &str> =
        members.iter().map(|package| (package.name.as_str(), package.folder.as_str())).collect();
    let mut faults = Vec::new();
    for package in members {
        let Some(ring) = Ring::of(&package.folder) else {
            faults
                .push(format!("{} is in {}, which is no place for a package", package.name, package.folder));
            continue;
        };
        for dependency in &package.dependencies {
            let Some(&folder) = folders.get(dependency.name.as_str()) else { continue };
            let for_tests = matches!(folder, "crates/conformance" | "adapters/memory")
                || package.folder.starts_with("adapters/");
            let in_tests = dependency.kind == Kind::Dev && for_tests;
            if !(in_tests || Ring::of(folder).is_some_and(|other| ring.may_know(other))) {
                faults.push(format!("{} may not depend on {folder}", package.folder));
            }
        }
    }
    faults
}

/// What the crates inside may use from outside, and why. A `*` is any of them.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("async-trait", "*", "ports are object-safe async traits"),
    ("serde", "*", "payloads of jobs and events, and what adapters store as JSON"),
    ("serde_json", "*", "payloads of jobs and events"),
    ("thiserror", "*", "errors say themselves what they are"),
    ("tracing", "*", "causes are logged where they are known"),
    ("zeroize", "*", "secrets are wiped"),
    ("base64", "kernel", "cursors and keys as text"),
    ("bytes", "kernel", "files are streamed in pieces that are not copied"),
    ("futures-util", "kernel", "the worker waits for several attempts, and files are streams"),
    ("getrandom", "kernel", "the system's entropy"),
    ("hex", "kernel", "checksums as text"),
    ("hmac", "kernel", "derived keys"),
    ("idna", "kernel", "one spelling of a mail domain"),
    ("percent-encoding", "kernel", "names of files in a header"),
    ("phonenumber", "kernel", "which numbers can exist"),
    ("sha2", "kernel", "tokens are stored hashed"),
    ("subtle", "kernel", "comparisons in constant time"),
    ("time", "kernel", "the calendar behind a timestamp"),
    ("tokio", "kernel", "the worker's time limits and cancellation"),
    ("unicode-normalization", "kernel", "one spelling of a name or an address"),
    ("uuid", "kernel", "ids"),
    ("base64", "auth", "key ids as text"),
    ("unicode-normalization", "auth", "one spelling of a password"),
    ("bytes", "conformance", "files are streamed in pieces"),
    ("futures-util", "conformance", "files are streams"),
    ("tokio", "conformance", "checks of what happens at once"),
    ("ipnet", "gateway", "networks of trusted proxies"),
    ("ipnet", "tenants", "networks a workspace may be entered from"),
    ("minijinja", "notify", "templates that run with a bound"),
];

/// Crates from outside that something inside uses without a reason.
pub fn unexplained(members: &[Package]) -> Vec<String> {
    let is_member = |name: &str| members.iter().any(|package| package.name == name);
    let is_allowed = |folder: &str, name: &str| {
        ALLOWED.iter().any(|&(allowed, of, _)| {
            allowed == name && (of == "*" || folder.strip_prefix("crates/") == Some(of))
        })
    };
    let inside = members.iter().filter(|package| Ring::of(&package.folder).is_some_and(Ring::is_inside));
    let used = inside.flat_map(|package| {
        let needed = package.dependencies.iter().filter(|dependency| dependency.kind != Kind::Dev);
        needed.map(move |dependency| (package.folder.as_str(), dependency.name.as_str()))
    });
    used.filter(|&(folder, name)| !is_member(name) && !is_allowed(folder, name))
        .map(|(folder, name)| format!("{folder} is inside the hexagon and may not depend on {name}"))
        .collect()
}

/// Packages whose name is not `saaskit-` and the name of their folder. The starter is `saaskit` itself.
pub fn misnamed(members: &[Package]) -> Vec<String> {
    let expected = |folder: &str| match folder.rsplit_once('/') {
        Some(("starters", "saaskit")) => "saaskit".to_owned(),
        Some(("tests", "runner")) => "saaskit-test-runner".to_owned(),
        Some(("docs/examples", name)) => format!("saaskit-example-{name}"),
        Some((_, name)) => format!("saaskit-{name}"),
        None => String::new(),
    };
    let wrong = members.iter().filter(|package| package.name != expected(&package.folder));
    wrong.map(|package| format!("{} holds {}", package.folder, package.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dependency;

    fn package(folder: &str, dependencies: &[(&str, Kind)]) -> Package {
        let name = format!("saaskit-{}", folder.rsplit('/').next().unwrap());
        let dependency = |&(name, kind): &(&str, Kind)| Dependency { name: name.to_owned(), kind };
        let dependencies = dependencies.iter().map(dependency).collect();
        Package { name, folder: folder.to_owned(), dependencies, license: None }
    }

    #[test]
    fn an_arrow_that_points_outwards_or_sideways_is_found() {
        use Kind::{Dev, Normal};
        let members = [
            package("crates/kernel", &[("saaskit-memory", Dev), ("saaskit-store-sql", Dev)]),
            package("crates/auth", &[("saaskit-kernel", Normal), ("saaskit-memory", Dev)]),
            package("crates/tenants", &[("saaskit-auth", Normal)]),
            package("crates/stories", &[("saaskit-auth", Normal), ("saaskit-http-axum", Normal)]),
            package("crates/conformance", &[("saaskit-auth", Normal), ("saaskit-stories", Normal)]),
            package("adapters/memory", &[("saaskit-auth", Normal), ("saaskit-conformance", Dev)]),
            package("adapters/store-sql", &[("saaskit-stories", Normal), ("saaskit-memory", Normal)]),
            package(
                "adapters/http-axum",
                &[("saaskit-stories", Normal), ("saaskit-store-sql", Dev), ("saaskit-store-sql", Normal)],
            ),
            package("starters/saaskit", &[("saaskit-store-sql", Normal)]),
            package("elsewhere", &[]),
        ];
        assert_eq!(
            wrong(&members),
            [
                "crates/kernel may not depend on adapters/store-sql",
                "crates/tenants may not depend on crates/auth",
                "crates/stories may not depend on adapters/http-axum",
                "crates/conformance may not depend on crates/stories",
                "adapters/store-sql may not depend on crates/stories",
                "adapters/store-sql may not depend on adapters/memory",
                "adapters/http-axum may not depend on adapters/store-sql",
                "saaskit-elsewhere is in elsewhere, which is no place for a package",
            ]
        );
    }

    #[test]
    fn an_outside_crate_without_a_reason_is_found_inside_and_only_there() {
        use Kind::{Dev, Normal};
        let members = [
            package(
                "crates/auth",
                &[("sqlx", Normal), ("serde", Normal), ("proptest", Dev), ("ipnet", Normal)],
            ),
            package("crates/gateway", &[("ipnet", Normal)]),
            package("adapters/store-sql", &[("sqlx", Normal)]),
        ];
        let refused = |name| format!("crates/auth is inside the hexagon and may not depend on {name}");
        assert_eq!(unexplained(&members), [refused("sqlx"), refused("ipnet")]);
    }

    #[test]
    fn a_package_that_is_not_called_as_its_folder_is_found() {
        let mut odd = package("crates/auth", &[]);
        odd.name = "saaskit-identity".to_owned();
        assert_eq!(misnamed(&[odd, package("crates/kernel", &[])]), ["crates/auth holds saaskit-identity"]);
    }
}
