//! What the API answers, against what its document promises, as asked by a tool that knows no more than the document.
//!
//! What the tool may expect of an operation beyond the document, and why, stands in `schemathesis.toml`.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test says by a panic that it fails")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use saaskit_journeys::{BENCHMARK_TOKEN, Client, Engine, Server, World};

/// Drawn once; another one asks other questions.
const SEED: &str = "20261121";

/// What ends the session of who asks, or its account. Each is asked by somebody who is there for it alone, because
/// the rest would be asked by nobody.
const ENDS_WHO_ASKS: [&str; 6] =
    ["log_out", "leave_tenant", "end_session", "end_other_sessions", "change_password", "delete_account"];

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_answered_as_the_document_says() {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    judge(&server, None, "").await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_is_answered_as_the_document_says() {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    let client = server.client();
    let operator = client.become_operator(&server.set_up_token(), "op@example.org").await;
    let mut spared = String::new();
    for operation in ENDS_WHO_ASKS {
        let asker = client.become_user(&format!("{operation}@example.org")).await;
        let token = asker.token().expect("who signed in has a token");
        write!(spared, "\n[[operations]]\ninclude-operation-id = \"{operation}\"\n").unwrap();
        writeln!(spared, "headers = {{ Authorization = \"Bearer {token}\" }}").unwrap();
    }
    judge(&server, Some(&operator), &spared).await;
    let me = operator.get("/api/v1/auth/me").await.expect(200).json();
    assert_eq!(me["super_admin"], true, "who is not let in to the end was not judged to the end");
    server.stop().await;
}

/// Lets the tool ask, as it is told by the file beside this one and by `more`.
async fn judge(server: &Server, asker: Option<&Client>, more: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi");
    let scratch = tempfile::tempdir().expect("a folder can be made");
    let told = std::fs::read_to_string(folder.join("schemathesis.toml")).unwrap() + more;
    std::fs::write(scratch.path().join("schemathesis.toml"), told).unwrap();
    let mut tool = Command::new(tool());
    tool.current_dir(&scratch).arg("run").arg(format!("{}/api/openapi.json", server.url()));
    tool.args(["--url", server.url(), "--seed", SEED, "--checks", "all", "--no-color"]);
    tool.args(["--header", &format!("X-Benchmark-Token: {BENCHMARK_TOKEN}")]);
    if let Some(token) = asker.and_then(Client::token) {
        tool.args(["--header", &format!("Authorization: Bearer {token}")]);
    }
    let said = tokio::task::spawn_blocking(move || tool.output()).await.unwrap();
    let said = said.expect("the tool can be run");
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "seed {SEED}: {}\n{out}\n{err}", said.status);
}

/// Where the tool is: the test command makes it and says it.
#[expect(clippy::disallowed_methods, reason = "the test command says by it where the tool is")]
fn tool() -> PathBuf {
    std::env::var_os("SAASKIT_SCHEMATHESIS").expect("`cargo verify` sets SAASKIT_SCHEMATHESIS").into()
}
