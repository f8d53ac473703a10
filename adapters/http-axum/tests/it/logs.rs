use std::cell::RefCell;
use std::io;
use std::sync::Once;

use serde_json::{Value, json};

use crate::world::{PASSWORD, World};

/// What is logged on this thread, from now on.
struct Log;

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Log {
    /// One subscriber for all tests: of several, each would disable what another listens to.
    fn listen() {
        static LISTENING: Once = Once::new();
        LISTENING.call_once(|| {
            let level = tracing::Level::TRACE;
            tracing_subscriber::fmt().json().with_max_level(level).with_writer(|| Log).init();
        });
        LINES.take();
    }

    fn text() -> String {
        LINES.with_borrow(|lines| String::from_utf8(lines.clone()).unwrap())
    }

    fn lines() -> Vec<Value> {
        Self::text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_line_of_a_request_names_it_its_route_and_its_user() {
    let world = World::new().await;
    let token = world.user("ana@example.com").await;
    Log::listen();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    world
        .get("/api/v1/tenants/ten_01h455vb4pex5vsknk084sn02q?cursor=hunter2")
        .bearer(&token)
        .header("x-request-id", "req-12345678")
        .header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"))
        .send()
        .await
        .expect(404);
    let lines = Log::lines();
    assert!(lines.len() >= 2, "a refusal and an answer");
    for line in &lines {
        let span = &line["span"];
        assert_eq!(span["request_id"], "req-12345678", "{line}");
        assert_eq!(span["route"], "/api/v1/tenants/{id}");
        assert_eq!(span["trace_id"], trace);
        assert!(span["user"].as_str().unwrap().starts_with("usr_"));
        assert_eq!(span["tenant"], "ten_01h455vb4pex5vsknk084sn02q");
    }
    let answered = lines.last().unwrap();
    assert_eq!(
        (&answered["fields"]["message"], &answered["fields"]["status"]),
        (&json!("answered"), &json!(404))
    );
    assert!(!Log::text().contains("hunter2") && !Log::text().contains("/api/v1/tenants/ten_"));
}

#[tokio::test]
async fn no_secret_is_logged() {
    let world = World::new().await;
    Log::listen();
    let (mailed, cookie) = world.register_in_browser("ana@example.com").await;
    world.get(&format!("/verify-email?token={mailed}")).send().await.expect(200);
    world.post("/verify-email").header("cookie", &cookie).form(&format!("token={mailed}")).await.expect(200);
    let token = world.log_in("ana@example.com").await;
    world.get("/api/v1/auth/me").bearer(&token).send().await.expect(200);
    let body = json!({ "email": "ana@example.com", "password": "Wrong-horse-7" });
    world.post("/api/v1/auth/login").json(&body).await.expect(401);
    let text = Log::text();
    assert!(text.contains("answered"));
    for secret in [PASSWORD, "Wrong-horse-7", &mailed, &cookie, &token, "ana@example.com"] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
}
