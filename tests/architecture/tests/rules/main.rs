//! The rules, asked about this workspace.

use std::collections::BTreeSet;

use anyhow::Result;
use saaskit_architecture::catalogue::DeclaredCode;
use saaskit_architecture::{Workspace, arrows, budget, catalogue, contract, docs, outside, suites, text};
use saaskit_gateway::{Refusal, TenantMismatch};

/// A rule that holds, or a failure that lists its faults.
#[track_caller]
fn expect_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n  {}\n", faults.join("\n  "));
}

#[test]
fn dependencies_point_inwards() -> Result<()> {
    expect_none(&arrows::wrong(&Workspace::here()?.members()?));
    Ok(())
}

#[test]
fn the_inside_uses_only_outside_crates_with_a_reason() -> Result<()> {
    expect_none(&arrows::unexplained(&Workspace::here()?.members()?));
    Ok(())
}

#[test]
fn packages_are_called_as_their_folders() -> Result<()> {
    expect_none(&arrows::misnamed(&Workspace::here()?.members()?));
    Ok(())
}

#[test]
fn the_top_of_the_tree_holds_only_what_belongs_there() -> Result<()> {
    expect_none(&text::strangers(&Workspace::here()?.files()?));
    Ok(())
}

#[test]
fn no_file_port_enum_or_main_is_too_large() -> Result<()> {
    let files = Workspace::here()?.files()?;
    expect_none(&budget::long_files(&files));
    expect_none(&budget::large_types(&files));
    expect_none(&budget::long_mains(&files));
    Ok(())
}

#[test]
fn names_say_what_a_thing_is() -> Result<()> {
    expect_none(&text::empty_names(&Workspace::here()?.files()?));
    Ok(())
}

#[test]
fn comments_need_no_specification_at_hand() -> Result<()> {
    expect_none(&text::specification_ids(&Workspace::here()?.files()?));
    Ok(())
}

#[test]
fn no_file_names_a_path_of_a_machine() -> Result<()> {
    expect_none(&text::machine_paths(&Workspace::here()?.files()?));
    Ok(())
}

#[test]
fn every_adapter_calls_the_suites_of_the_ports_it_fills() -> Result<()> {
    expect_none(&suites::uncalled(&Workspace::here()?.files()?));
    Ok(())
}

#[test]
fn every_licence_is_one_of_ours() -> Result<()> {
    expect_none(&outside::unlicensed(&Workspace::here()?.all_packages()?));
    Ok(())
}

#[test]
fn there_is_one_provider_of_cryptography() -> Result<()> {
    let workspace = Workspace::here()?;
    expect_none(&outside::banned(&workspace.all_packages()?));
    expect_none(&outside::ring(&workspace)?);
    Ok(())
}

#[test]
fn documents_name_what_exists() -> Result<()> {
    let workspace = Workspace::here()?;
    expect_none(&docs::dead_paths(&workspace.files()?, |path| workspace.has(path)));
    Ok(())
}

#[test]
fn documents_show_code_as_it_is() -> Result<()> {
    expect_none(&docs::changed_code(&Workspace::here()?.files()?));
    Ok(())
}

#[test]
fn what_is_said_to_prove_security_exists() -> Result<()> {
    expect_none(&docs::missing_proofs(&Workspace::here()?.files()?, "docs/security.md"));
    Ok(())
}

#[test]
fn the_error_catalogue_is_what_the_code_declares() -> Result<()> {
    let workspace = Workspace::here()?;
    let codes = catalogue::codes(&workspace.files()?);
    expect_none(&catalogue::ambiguous(&codes));
    expect_document(&workspace, "docs/errors.md", &catalogue::errors(&codes))
}

#[test]
fn the_event_catalogue_is_what_the_code_declares() -> Result<()> {
    let workspace = Workspace::here()?;
    let events = catalogue::events(&workspace.files()?);
    let declared: BTreeSet<&str> = events.iter().map(|event| event.name.as_str()).collect();
    let listed: BTreeSet<&str> =
        [saaskit_auth::event::ALL, saaskit_tenants::event::ALL].into_iter().flatten().copied().collect();
    assert_eq!(declared, listed, "an event is missing in the list `ALL` of its domain");
    expect_document(&workspace, "docs/events.md", &catalogue::events_document(&events))
}

#[test]
fn every_crate_lists_all_its_codes() -> Result<()> {
    let codes = catalogue::codes(&Workspace::here()?.files()?);
    let crates = [
        ("crates/auth", saaskit_auth::AuthError::CODES.to_vec()),
        ("crates/tenants", saaskit_tenants::TenantsError::CODES.to_vec()),
        ("crates/gateway", [Refusal::CODES, TenantMismatch::CODES].concat()),
    ];
    for (folder, listed) in crates {
        let declared = codes.iter().filter(|code| code.by == folder && !code.of_field);
        let missing = declared.filter(|code| !listed.iter().any(|listed| listed.name() == code.name));
        let fault = |code: &DeclaredCode| format!("{folder} declares {} and does not list it", code.name);
        expect_none(&missing.map(fault).collect::<Vec<_>>());
    }
    Ok(())
}

/// The contract of the last release is kept in its baseline; a break is declared by its sentence in the changelog.
/// With `UPDATE` set and no baseline there, one is made: delete it at a release to take the new contract for it.
#[test]
#[expect(clippy::disallowed_methods, reason = "the switch of a test, not of the product")]
fn the_api_breaks_no_client_unless_the_changelog_says_so() -> Result<()> {
    let workspace = Workspace::here()?;
    let (baseline, current) = ("docs/openapi.baseline.json", workspace.read("docs/openapi.json"));
    if std::env::var_os("UPDATE").is_some() && !workspace.has(baseline) {
        return workspace.write(baseline, &current);
    }
    let [old, new] = [workspace.read(baseline), current].map(|text| serde_json::from_str(&text));
    let changelog = workspace.read("CHANGELOG.md");
    let undeclared = contract::breaks(&old?, &new?).into_iter().filter(|fault| !changelog.contains(fault));
    expect_none(&undeclared.collect::<Vec<_>>());
    Ok(())
}

/// The document is as the code says; with `UPDATE` set it is made so.
#[expect(clippy::disallowed_methods, reason = "the switch of a test, not of the product")]
fn expect_document(workspace: &Workspace, path: &str, expected: &str) -> Result<()> {
    if std::env::var_os("UPDATE").is_some() {
        return workspace.write(path, expected);
    }
    assert_eq!(workspace.read(path), expected, "{path} is not what the code says; mend it by UPDATE=1");
    Ok(())
}
