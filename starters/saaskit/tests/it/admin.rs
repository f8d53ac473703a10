use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs `saaskit admin …` on the installation in that folder.
fn admin(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_saaskit"));
    command.arg("admin").args(arguments);
    command.env_clear().env("DATA_DIR", folder.join("data")).current_dir(folder);
    command
}

fn create(folder: &Path, email: &str, password: &str) -> Output {
    let mut command = admin(folder, &["create", "--email", email, "--name", "Ops"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn an_operator_is_made_on_a_machine_that_was_never_started_and_once_an_address() {
    let folder = tempfile::tempdir().unwrap();
    let made = create(folder.path(), "ops@example.org", "Correct-horse-7");
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(text(&made.stdout).trim().starts_with("usr_"));
    assert!(!text(&made.stderr).contains("Correct-horse-7"));

    let again = create(folder.path(), "OPS@example.org", "Correct-horse-7");
    assert!(!again.status.success() && again.stdout.is_empty());
    assert!(text(&again.stderr).contains("already has an account"), "{}", text(&again.stderr));
    assert!(create(folder.path(), "second@example.org", "Correct-horse-7").status.success());
}

#[test]
fn what_is_wrong_with_an_operator_s_password_is_said_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let refused = create(folder.path(), "ops@example.org", "short");
    let said = text(&refused.stderr);
    assert!(!refused.status.success() && refused.stdout.is_empty());
    assert!(said.contains("password: at least 8 characters"), "{said}");
}

#[test]
fn operating_is_taken_and_given_by_address_and_never_from_the_last_one() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| admin(folder.path(), arguments).output().unwrap();
    for email in ["one@example.org", "two@example.org"] {
        assert!(create(folder.path(), email, "Correct-horse-7").status.success());
    }
    let demoted = run(&["demote", "ONE@example.org"]);
    assert!(demoted.status.success(), "{}", text(&demoted.stderr));
    let last = run(&["demote", "two@example.org"]);
    assert!(!last.status.success() && last.stdout.is_empty());
    assert!(text(&last.stderr).contains("make another operator first"), "{}", text(&last.stderr));

    let promoted = run(&["promote", "one@example.org"]);
    assert!(promoted.status.success(), "{}", text(&promoted.stderr));
    assert_eq!(text(&promoted.stdout), text(&demoted.stdout));
    assert!(run(&["demote", "two@example.org"]).status.success());
    assert!(text(&run(&["promote", "nobody@example.org"]).stderr).contains("no such account"));
}
