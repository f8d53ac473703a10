use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs `saaskit storage migrate` on the installation in that folder.
fn migrate(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_saaskit"));
    command.args(["storage", "migrate"]).args(arguments).current_dir(folder);
    command.env_clear().env("DATA_DIR", folder.join("data")).envs(environment.iter().copied());
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn files_are_not_moved_where_they_are_or_where_nothing_is_known() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, said) in [
        (&["--from", "local", "--to", "local"][..], "--from and --to are the same"),
        (&["--from", "local", "--to", "tape"][..], "is no storage this build knows"),
        (&["--from", "local", "--to", "r2"][..], "is not set"),
    ] {
        let output = migrate(folder.path(), arguments, &[]);
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
}

#[test]
fn a_bucket_that_can_not_be_reached_is_said_and_nothing_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let objects = folder.path().join("data/files/objects");
    fs::create_dir_all(&objects).unwrap();
    let header = r#"{"saaskit_object":1,"key":"a","content_type":"text/plain","metadata":{},"length":1,"sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","stored_at":"2026-11-21T12:00:00.000Z"}"#;
    fs::write(objects.join("a.o"), format!("{header}\nx")).unwrap();
    let nowhere = [
        ("R2_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("R2_BUCKET_NAME", "files"),
        ("R2_ACCESS_KEY_ID", "key"),
        ("R2_SECRET_ACCESS_KEY", "hunter2hunter2"),
    ];
    let output =
        migrate(folder.path(), &["--from", "local", "--to", "r2", "--delete-source", "--json"], &nowhere);
    assert!(!output.status.success());
    assert_eq!(text(&output.stdout).trim(), r#"{"deleted":0,"failed":1,"migrated":0,"skipped":0}"#);
    let said = text(&output.stderr);
    assert!(said.contains("a was not taken over: r2: Unavailable") && !said.contains("hunter2"), "{said}");
    assert!(objects.join("a.o").exists());
}
