//! Tokens as a public tool forges them from a real one.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use reqwest::Method;
use saaskit_journeys::{Engine, World};
use tokio::net::TcpListener;

const ME: &str = "/api/v1/auth/me";

/// All that `jwt-hack payload` makes of a token; whoever fetches what it names comes to `address`.
#[expect(clippy::disallowed_methods, reason = "the test command says by it where the tool is")]
fn forge(token: &str, address: &str) -> BTreeSet<String> {
    let tool = std::env::var("SAASKIT_TEST_JWT_HACK").expect("`cargo verify` sets SAASKIT_TEST_JWT_HACK");
    let mut tool = Command::new(tool);
    tool.args([
        "payload",
        token,
        "--jwk-attack",
        address,
        "--jwk-trust",
        "localhost",
        "--jwk-protocol",
        "http",
    ]);
    let output = tool.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8_lossy(&output.stdout);
    told.split_whitespace().filter(|word| word.starts_with("eyJ")).map(str::to_owned).collect()
}

#[tokio::test]
async fn nothing_that_a_public_tool_forges_is_believed_or_has_anything_fetched() {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    let ana = server.client().become_user("ana@example.org").await;
    let lure = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = lure.local_addr().unwrap().to_string();
    let token = ana.token().unwrap();
    let mut forged = forge(token, &address);
    forged.remove(token);
    assert!(forged.len() >= 100, "{}", forged.len());
    let client = server.client();
    for token in &forged {
        // Some have no signature at all; a verifier that splits them carelessly wants an empty one.
        for token in [token.clone(), format!("{token}.")] {
            let answer = client.send(client.request(Method::GET, ME).bearer_auth(&token)).await;
            assert_eq!(answer.status, 401, "{token}");
            let _ = answer.expect_problem(401, "UNAUTHENTICATED");
        }
    }
    let fetched = tokio::time::timeout(Duration::from_secs(1), lure.accept()).await;
    assert!(fetched.is_err(), "the server asked the address that a token named");
    let _ = ana.get(ME).await.expect(200);
    server.stop().await;
}
