use std::process::Command;

#[test]
fn a_password_among_the_arguments_is_refused_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    for address in [
        "postgres://saaskit:hunter2@127.0.0.1:1/saaskit",
        "postgres://127.0.0.1:1/saaskit?user=saaskit&password=hunter2",
        "postgres://127.0.0.1:1/saaskit?sslpassword=hunter2",
        "mongodb://saaskit:hunter2@127.0.0.1:1/saaskit",
        "mongodb://127.0.0.1:1/saaskit?tlsCertificateKeyFilePassword=hunter2",
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saaskit"));
        command.args(["store", "migrate", "--from", address, "--to", "sqlite:there.db"]);
        let output = command.env_clear().current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(78), "{said}");
        assert!(said.contains("--from: holds a password") && said.contains("env:NAME"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}
