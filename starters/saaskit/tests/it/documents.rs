use std::path::PathBuf;

use saaskit::config::{example_file, reference_page};
use saaskit_gateway::{Limit, Limits};
use saaskit_http_axum::{PublicUrl, document, routes};
use saaskit_kernel::Bucket;

/// Compares a file of the repository with what the code says; `UPDATE=1` writes it instead.
#[expect(clippy::disallowed_methods, reason = "the developer's switch, read by a test")]
fn compare(path: &str, expected: &str) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&file, expected).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == expected, "{path} is not what the code says: run `UPDATE=1 cargo test -p saaskit`");
}

#[test]
fn the_example_environment_is_what_the_code_reads() {
    compare(".env.example", &example_file());
}

#[test]
fn every_metric_is_documented_as_it_is() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let page = std::fs::read_to_string(file).unwrap();
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| `saaskit_")).collect();
    let told = saaskit::metrics_table();
    assert_eq!(rows, told.lines().collect::<Vec<_>>(), "docs/operations.md should say:\n{told}");
}

#[test]
fn every_limit_is_documented_as_it_is() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let page = std::fs::read_to_string(file).unwrap();
    let (_, section) = page.split_once("\n## Limits\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let told = rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        (cells[0].trim_matches('`').to_owned(), cells[2].to_owned())
    });
    let usual = |limit: Limit| in_words(Limits::default().bucket(limit));
    let mut known = Limit::ALL.map(|limit| (limit.as_str().to_owned(), usual(limit)));
    let mut told: Vec<_> = told.collect();
    known.sort();
    told.sort();
    assert_eq!(told, known, "docs/operations.md and the code");
}

/// `1,200 a minute`, `5 in 15 minutes`.
fn in_words(Bucket { capacity, window }: Bucket) -> String {
    let times = match capacity {
        0..1_000 => capacity.to_string(),
        _ => format!("{},{:03}", capacity / 1_000, capacity % 1_000),
    };
    match window.as_secs() {
        60 => format!("{times} a minute"),
        3_600 => format!("{times} an hour"),
        seconds => format!("{times} in {} minutes", seconds / 60),
    }
}

#[test]
fn the_configuration_page_is_what_the_code_reads() {
    compare("docs/configuration.md", &reference_page());
}

/// A change of the API shows as a change of this file: whoever reviews it sees whether it breaks a client.
#[test]
fn the_openapi_document_is_what_the_code_serves() {
    let anywhere = PublicUrl::parse("http://localhost:8080").unwrap();
    compare("docs/openapi.json", &(document(&anywhere).to_pretty_json().unwrap() + "\n"));
}

#[test]
fn the_route_catalogue_is_what_the_door_judges_by() {
    let mut rows: Vec<String> = routes()
        .iter()
        .map(|route| {
            let (access, class) = (route.access.as_str(), route.class.as_str());
            format!("| {} `{}` | {access} | {class} |\n", route.method, route.path)
        })
        .collect();
    rows.sort();
    let head = "# Routes\n\nWho may use which route, and which limit it counts against. Made from the code: \
                `UPDATE=1 cargo test -p saaskit`.\n\n| route | access | limit |\n|---|---|---|\n";
    compare("docs/routes.md", &(head.to_owned() + &rows.concat()));
}
