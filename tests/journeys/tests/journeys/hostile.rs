use std::time::Duration;

use reqwest::Method;
use saaskit_journeys::{Answer, Client, Engine, PASSWORD, World};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::forged::Forger;

const REGISTER: &str = "/api/v1/auth/register";
const ME: &str = "/api/v1/auth/me";

async fn post(client: &Client, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    client.send(client.request(Method::POST, REGISTER).header("content-type", kind).body(body)).await
}

#[tokio::test]
async fn a_body_that_is_not_what_it_should_be_is_refused_for_its_reason() {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    let client = server.client();
    let json = "application/json";
    let _ = post(&client, json, vec![b'a'; 2 << 20]).await.expect_problem(413, "BODY_TOO_LARGE");
    for body in ["", "{", "{\"email\": \"a@b.org\",}", "\u{0}", "{\"email\": \"\\ud800\"}"] {
        let _ = post(&client, json, body).await.expect_problem(400, "MALFORMED_JSON");
    }
    let _ = post(&client, json, vec![0xff, 0xfe, b'{']).await.expect_problem(400, "MALFORMED_JSON");
    let deep = "[".repeat(100_000);
    let _ = post(&client, json, deep).await.expect_problem(400, "MALFORMED_JSON");
    let good = json!({"email": "ana@example.org", "password": PASSWORD});
    let _ = post(&client, "text/plain", good.to_string()).await.expect_problem(415, "UNSUPPORTED_MEDIA_TYPE");

    let body = json!({"email": "ana@example.org", "password": PASSWORD, "is_admin": true});
    let unknown = client.post(REGISTER, body).await.expect_problem(422, "VALIDATION_FAILED").json();
    assert_eq!(unknown["errors"][0]["field"], "is_admin", "{unknown}");
    let missing = client.post(REGISTER, json!({"email": "ana@example.org"})).await;
    let missing = missing.expect_problem(422, "VALIDATION_FAILED").json();
    assert_eq!(missing["errors"][0]["field"], "password", "{missing}");
    assert!(client.outbox().await.is_empty(), "nothing of this made an account");
    server.stop().await;
}

#[tokio::test]
async fn a_line_break_gets_into_no_header_and_no_mail() {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    let client = server.client();
    for (email, name) in [
        ("ana@example.org\r\nBcc: eve@example.org", "Ana"),
        ("ana@example.org", "Ana\r\nBcc: eve@example.org"),
        ("ana@example.org\n", "Ana\u{0}"),
    ] {
        let body = json!({"email": email, "password": PASSWORD, "name": name});
        let _ = client.post(REGISTER, body).await.expect_problem(422, "VALIDATION_FAILED");
    }
    assert!(client.outbox().await.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_request_id_is_taken_only_if_it_can_forge_nothing() {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    let client = server.client();
    let ask = async |id: &str| {
        let answer =
            client.send(client.request(Method::GET, "/health/live").header("x-request-id", id)).await;
        answer.header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(ask("journey-0001.a_b").await, "journey-0001.a_b");
    let long = "a".repeat(65);
    for id in ["short", "with space 123", "<script>alert(1)</script>", "x\tlevel=error", &long] {
        let given = ask(id).await;
        assert_ne!(given, id);
        assert!(given.len() >= 8 && given.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{given}");
    }
    assert!(!server.log().contains("<script>"));
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_http_or_too_much_of_it_does_not_hurt() {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    let address = server.url().trim_start_matches("http://").to_owned();
    let huge = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-A: {}\r\n\r\n", "a".repeat(1 << 20));
    let smuggled = "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\
                    Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\n\r\n";
    let two_hosts =
        "GET /health/live HTTP/1.1\r\nHost: localhost\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let broken = "GET / HTTP/1.1\r\nHost: a\r\nX: a\rSet-Cookie: b\r\n\r\n";
    let requests = ["\u{0}\u{1}\r\n\r\n", broken, &huge, smuggled, two_hosts];
    for request in requests {
        let answer = raw(&address, request).await;
        let answers = answer.matches("HTTP/1.1 ").count();
        assert!(answers <= 1, "{answer}");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        assert!(!answer.to_lowercase().contains("set-cookie"), "{answer}");
    }
    let _ = server.client().get("/health/ready").await.expect(200);
    server.stop().await;
}

#[tokio::test]
async fn who_connects_and_does_not_say_what_for_is_let_go() {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    let address = server.url().trim_start_matches("http://").to_owned();
    let waits =
        ["", "P", "PRI * HTTP/2.0\r\n", "GET / HTTP/1.1\r\nHost: l"].map(|begin| raw(&address, begin));
    let answers = tokio::time::timeout(Duration::from_secs(25), futures_util::future::join_all(waits)).await;
    let answers = answers.expect("every connection is closed");
    assert!(
        answers.iter().all(|answer| answer.is_empty() || answer.starts_with("HTTP/1.1 4")),
        "{answers:?}"
    );
    server.stop().await;
}

/// What comes back for these bytes; nothing where the connection is cut.
async fn raw(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut answer = Vec::new();
    // The other side may have hung up before all was sent, which is an answer too.
    drop(stream.write_all(request.as_bytes()).await);
    drop(stream.read_to_end(&mut answer).await);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_forged_bearer_is_nobody_and_has_nothing_fetched() {
    let (world, elsewhere) = (World::new(Engine::Sqlite).await, World::new(Engine::Sqlite).await);
    let (server, other) = (world.serve().await, elsewhere.serve().await);
    let ana = server.client().become_user("ana@example.org").await;
    let theirs = other.client().become_user("ana@example.org").await;
    let lure = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let key = ana.get("/.well-known/jwks.json").await.expect(200).json()["keys"][0].clone();
    let address = format!("http://{}/jwks.json", lure.local_addr().unwrap());
    let mut forged = Forger::new(ana.token().unwrap(), &key, &address).all();
    forged.push(("signed by another installation".to_owned(), theirs.token().unwrap().to_owned()));
    assert!(forged.len() > 80, "{}", forged.len());
    let client = server.client();
    for (what, token) in forged {
        let request = client.request(Method::GET, ME).bearer_auth(&token);
        let answer = client.send(request).await;
        assert_eq!(answer.status, 401, "{what}: {token}");
        let _ = answer.expect_problem(401, "UNAUTHENTICATED");
    }
    let fetched = tokio::time::timeout(Duration::from_secs(1), lure.accept()).await;
    assert!(fetched.is_err(), "the server asked the address that a token named");
    let _ = ana.get(ME).await.expect(200);
    server.stop().await;
}
