use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use futures_util::future::join_all;
use saaskit_journeys::{Engine, PASSWORD, World};
use serde_json::json;

super::on_every_engine! {
    a_restart_keeps_everything
    two_migrations_at_once_do_the_work_once
    ten_servers_may_start_at_once_on_one_empty_database
    what_a_server_says_of_itself_is_there
    the_first_operator_signs_up_by_the_printed_link_and_nobody_after
}

async fn a_restart_keeps_everything(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let ana = server.client().become_user("ana@example.org").await;
    let gone = ana.bearing(&ana.log_in("ana@example.org", PASSWORD).await.expect(200));
    let _ = gone.post("/api/v1/auth/logout", json!({})).await.expect(204);
    let acme = ana.make_workspace("Acme", "acme").await;
    let _ = ana.mail_about("ana@example.org", "Acme").await;
    let mails = ana.outbox().await;
    let keys = ana.get("/.well-known/jwks.json").await.expect(200).json();
    server.stop().await;

    let server = world.serve().await;
    let (ana, gone) = (ana.at(server.url()), gone.at(server.url()));
    assert_eq!(ana.get(&format!("/api/v1/tenants/{acme}")).await.expect(200).json()["name"], "Acme");
    let _ = gone.get("/api/v1/auth/me").await.expect_problem(401, "UNAUTHENTICATED");
    assert_eq!(ana.outbox().await, mails);
    assert_eq!(ana.get("/.well-known/jwks.json").await.expect(200).json(), keys);
    let _ = ana.log_in("ana@example.org", PASSWORD).await.expect(200);
    server.stop().await;
}

async fn two_migrations_at_once_do_the_work_once(engine: Engine) {
    let world = World::new(engine).await;
    let applied = |output: Output| {
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{text}");
        text.lines().filter(|line| line.starts_with("applied ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let (one, other) = tokio::join!(world.run(&["migrate"]), world.run(&["migrate"]));
    let mut names = [applied(one), applied(other)].concat();
    names.sort();
    let all = names.len();
    names.dedup();
    assert!(all > 0 && names.len() == all, "{names:?}");
    assert_eq!(applied(world.run(&["migrate"]).await), [""; 0]);
    let server = world.serve().await;
    let _ = server.client().become_user("ana@example.org").await;
    server.stop().await;
}

async fn what_a_server_says_of_itself_is_there(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let client = server.client();
    for path in ["/health", "/health/live", "/health/ready", "/api/v1/health", "/docs"] {
        let answer = client.get(path).await;
        assert!((200..400).contains(&answer.status), "{path}: {answer:?}");
    }
    let document = client.get("/api/openapi.json").await.expect(200).json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/api/v1/auth/login"]["post"].is_object());
    let keys = client.get("/.well-known/jwks.json").await.expect(200).json();
    let keys = keys["keys"].as_array().unwrap();
    assert!(!keys.is_empty());
    for key in keys {
        let parts = key.as_object().unwrap();
        assert!(
            !["d", "p", "q", "dp", "dq", "qi", "k"].iter().any(|part| parts.contains_key(*part)),
            "{key}"
        );
    }
    server.stop().await;
}

async fn the_first_operator_signs_up_by_the_printed_link_and_nobody_after(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let token = &server.set_up_token();
    let client = server.client();
    let page = client.get(&format!("/setup?token={token}")).await.expect(200);
    assert!(page.text.contains(token.as_str()), "the page posts the token");
    let sign_up = async |email: &str| {
        client
            .press("/setup", &[("token", token), ("email", email), ("name", "Op"), ("password", PASSWORD)])
            .await
    };
    let _ = sign_up("op@example.org").await.expect(201);
    assert!(sign_up("eve@example.org").await.status >= 400);
    let op = client.bearing(&client.log_in("op@example.org", PASSWORD).await.expect(200));
    assert_eq!(op.get("/api/v1/auth/me").await.expect(200).json()["super_admin"], true);
    let _ = client.log_in("eve@example.org", PASSWORD).await.expect_problem(401, "CREDENTIALS_INVALID");
    server.stop().await;

    let server = world.serve().await;
    assert!(!server.log().contains("/setup?token="), "{}", server.log());
    server.stop().await;
}

#[tokio::test]
async fn what_is_kept_on_disk_is_readable_by_its_owner_only() {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    let mut seen = 0;
    let mut folders = vec![world.data_folder()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let mode = path.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", path.display());
            seen += 1;
            folders.extend(path.is_dir().then_some(path));
        }
    }
    assert!(seen > 1, "there are a database and a key at least");
    server.stop().await;
}

#[tokio::test]
async fn production_names_everything_that_is_weak_and_does_not_start() {
    let world = World::new(Engine::Sqlite).await.with("APP_ENV", "production").with("PUBLIC_URL", "");
    let output = world.run(&["serve"]).await;
    assert_eq!(output.status.code(), Some(78));
    let said = String::from_utf8(output.stderr).unwrap();
    for variable in ["PUBLIC_URL", "DATA_ENCRYPTION_KEYS", "BENCHMARK_MODE"] {
        assert_eq!(said.matches(&format!("{variable}:")).count(), 1, "{said}");
    }
}

async fn ten_servers_may_start_at_once_on_one_empty_database(engine: Engine) {
    // The pools of ten servers have to fit into one PostgreSQL.
    let world = World::new(engine).await.with("DATABASE_POOL_MIN", "1").with("DATABASE_POOL_MAX", "5");
    let servers = join_all((0..10).map(|_| world.serve())).await;
    let ana = servers[0].client().become_user("ana@example.org").await;
    let keys = ana.get("/.well-known/jwks.json").await.expect(200).json();
    for server in &servers {
        let ana = ana.at(server.url());
        assert_eq!(ana.get("/.well-known/jwks.json").await.expect(200).json(), keys);
        let _ = ana.get("/api/v1/auth/me").await.expect(200);
    }
    for server in servers {
        server.stop().await;
    }
}
