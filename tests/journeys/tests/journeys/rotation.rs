use saaskit_journeys::{Engine, PASSWORD, Server, World, until};
use serde_json::json;

super::on_every_engine! {
    an_encryption_key_is_replaced_and_nobody_is_signed_out
}

const KEYS: &str = "DATA_ENCRYPTION_KEYS";

/// A key of the ring; its letter is its id and the first of its 43 of base64.
fn key(letter: char) -> String {
    format!("{letter}:{letter}{}", "A".repeat(42))
}

/// A new key is put behind the old one, then before it, and once nothing needs the old one that is taken out.
async fn an_encryption_key_is_replaced_and_nobody_is_signed_out(engine: Engine) {
    let (old, new) = (key('O'), key('N'));
    let mut world = World::new(engine).await.with(KEYS, &old);
    let server = world.serve().await;
    let ana = server.client().become_user("ana@example.org").await;
    let mut session = ana.log_in("ana@example.org", PASSWORD).await.expect(200).json();
    let keys = ana.get("/.well-known/jwks.json").await.expect(200).json();
    server.stop().await;

    for (turn, ring) in [format!("{old},{new}"), format!("{new},{old}"), new].into_iter().enumerate() {
        world = world.with(KEYS, &ring);
        let server = world.serve().await;
        until("nothing needs another key than the first", async || needs_the_first_alone(&server).await)
            .await;
        let ana = ana.at(server.url());
        let _ = ana.get("/api/v1/auth/me").await.expect(200);
        assert_eq!(ana.get("/.well-known/jwks.json").await.expect(200).json(), keys);
        let shown = json!({ "refresh_token": session["refresh_token"] });
        session = server.client().post("/api/v1/auth/refresh", shown).await.expect(200).json();
        // Whose link is sealed, mailed and opened.
        let _ = server.client().become_user(&format!("turn-{turn}@example.org")).await;
        server.stop().await;
    }

    let without = world.with(KEYS, &old).run(&["serve"]).await;
    assert!(!without.status.success(), "the old key opens nothing any more");
}

async fn needs_the_first_alone(server: &Server) -> Option<()> {
    let health = server.client().get("/health").await.expect(200).json();
    (health["components"]["encryption"]["status"] == "healthy").then_some(())
}
