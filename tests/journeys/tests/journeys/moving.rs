use std::process::Output;

use saaskit_journeys::{Client, Engine, PASSWORD, World, until};
use serde_json::{Value, json};

super::on_every_engine! {
    everything_moves_and_nobody_is_signed_out
    a_target_that_holds_anything_is_refused
    a_database_that_is_served_is_moved_neither_out_of_nor_into
}

fn in_folder(world: &World, name: &str) -> String {
    format!("sqlite:{}", world.data_folder().join(name).display())
}

async fn elsewhere(world: &World, engine: Engine, name: &str) -> String {
    engine.make().await.unwrap_or_else(|| in_folder(world, name))
}

async fn moved(world: &World, from: &str, to: &str) -> Value {
    let output = world.run(&["store", "migrate", "--from", from, "--to", to, "--json"]).await;
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Why a move did not begin; nothing it says holds a password.
async fn refused(world: &World, from: &str, to: &str) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = world.run(&["store", "migrate", "--from", from, "--to", to]).await;
    let said = String::from_utf8(stderr).unwrap();
    assert!(!said.contains("s3cr3t"), "{said}");
    (status.code(), said)
}

async fn mails_to(client: &Client, email: &str) -> usize {
    client.outbox().await.iter().filter(|mail| mail.to == email).count()
}

async fn everything_moves_and_nobody_is_signed_out(engine: Engine) {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    let ana = server.client().become_user("ana@example.org").await;
    let signed_in = ana.log_in("ana@example.org", PASSWORD).await.expect(200).json();
    let acme = ana.make_workspace("Acme", "acme").await;
    let keys = ana.get("/.well-known/jwks.json").await.expect(200).json();
    let ended = ana.bearing(&ana.log_in("ana@example.org", PASSWORD).await.expect(200));
    let _ = ended.post("/api/v1/auth/logout", json!({})).await.expect(204);
    let late: Vec<String> = (0..5).map(|number| format!("late{number}@example.org")).collect();
    for email in &late {
        let _ = server.client().register(email).await.expect(202);
    }
    server.kill().await;

    let (from, to) = (in_folder(&world, "saaskit.db"), elsewhere(&world, engine, "there.db").await);
    let there = moved(&world, &from, &to).await;
    let back = moved(&world, &to, &in_folder(&world, "back.db")).await;
    assert_eq!(there["tables"], back["tables"], "all of it came through both");
    let users = there["tables"].as_array().unwrap().iter().find(|table| table["table"] == "auth_users");
    assert!(users.is_some_and(|users| users["rows"].as_u64() >= Some(1)), "{there}");

    let world = world.with("DATABASE_URL", &to);
    let server = world.serve().await;
    let (ana, ended) = (ana.at(server.url()), ended.at(server.url()));
    let _ = ana.get("/api/v1/auth/me").await.expect(200);
    let _ = ended.get("/api/v1/auth/me").await.expect_problem(401, "UNAUTHENTICATED");
    assert_eq!(ana.get("/.well-known/jwks.json").await.expect(200).json(), keys);
    let refresh = json!({"refresh_token": signed_in["refresh_token"]});
    let renewed = ana.bearing(&ana.post("/api/v1/auth/refresh", refresh).await.expect(200));
    assert_eq!(renewed.get(&format!("/api/v1/tenants/{acme}")).await.expect(200).json()["name"], "Acme");
    let _ = renewed.make_workspace("Beta", "beta").await;
    let _ = renewed.become_user("new@example.org").await;
    for email in &late {
        until("who registered last had mail", async || (mails_to(&ana, email).await > 0).then_some(())).await;
        assert_eq!(mails_to(&ana, email).await, 1, "{email}");
    }
    server.stop().await;
}

async fn a_target_that_holds_anything_is_refused(engine: Engine) {
    let (source, target) = (World::new(Engine::Sqlite).await, World::new(Engine::Sqlite).await);
    let server = source.serve().await;
    let _ = server.client().become_user("ana@example.org").await;
    server.stop().await;
    let from = in_folder(&source, "saaskit.db");
    let to = elsewhere(&target, engine, "saaskit.db").await;
    let target = target.with("DATABASE_URL", &to);
    let server = target.serve().await;
    let _ = server.client().become_user("eve@example.org").await;
    server.stop().await;

    let (status, said) = refused(&source, &from, &to).await;
    assert!(status == Some(1) && said.contains("the target is not empty"), "{said}");
    for (world, email) in [(source, "ana@example.org"), (target, "eve@example.org")] {
        let server = world.serve().await;
        let _ = server.client().log_in(email, PASSWORD).await.expect(200);
        server.stop().await;
    }
}

#[tokio::test]
async fn addresses_that_can_not_be_used_are_named_and_never_printed() {
    let world = World::new(Engine::Sqlite).await.with("OLD", "mysql://root:s3cr3t@host/db");
    let (status, said) = refused(&world, "env:OLD", "oracle:s3cr3t@host").await;
    assert_eq!(status, Some(78), "{said}");
    for argument in ["--from: is no database", "--to: is no database"] {
        assert_eq!(said.matches(argument).count(), 1, "{said}");
    }
    let (status, said) = refused(&world, "env:NOT_SET", "sqlite:/tmp/x.db").await;
    assert!(status == Some(78) && said.contains("--from: names a variable that is not set"), "{said}");
    let (status, said) = refused(&world, "sqlite:/tmp/x.db", "sqlite:/tmp/x.db").await;
    assert!(status == Some(78) && said.contains("--to: is the same as --from"), "{said}");
}

async fn a_database_that_is_served_is_moved_neither_out_of_nor_into(engine: Engine) {
    let (world, other) = (World::new(Engine::Sqlite).await, World::new(Engine::Sqlite).await);
    assert!(other.run(&["migrate"]).await.status.success());
    let (used, empty) = (elsewhere(&world, engine, "served.db").await, in_folder(&other, "saaskit.db"));
    let world = world.with("DATABASE_URL", &used);
    let server = world.serve().await;
    for (from, to, which) in [(&used, &empty, "--from"), (&empty, &used, "--to")] {
        let (status, said) = refused(&world, from, to).await;
        assert_eq!(status, Some(1), "{said}");
        assert!(
            said.contains(&format!("{which} can't be used")) && said.contains("stop every server"),
            "{said}"
        );
    }
    let _ = server.client().become_user("ana@example.org").await;
    server.stop().await;
    let there = moved(&world, &used, &in_folder(&world, "moved.db")).await;
    assert_eq!(there["resumed"], false, "{there}");
}

#[cfg(any(feature = "live", feature = "mongo"))]
mod killed {
    use saaskit_journeys::{Engine, PASSWORD, World};
    use tokio::io::{AsyncBufReadExt as _, BufReader};

    /// Where ana has an account, and its address.
    async fn source() -> (World, String) {
        let world = World::new(Engine::Sqlite).await;
        let server = world.serve().await;
        let _ = server.client().become_user("ana@example.org").await;
        server.stop().await;
        let from = super::in_folder(&world, "saaskit.db");
        (world, from)
    }

    /// Moves until users are there and something keeps it from its end, then kills it.
    async fn kill_half_way(world: &World, from: &str, to: &str) {
        let mut moving = world.begin(&["store", "migrate", "--from", from, "--to", to]);
        let mut said = BufReader::new(moving.stderr.take().unwrap()).lines();
        while !said.next_line().await.unwrap().expect("it copies users").starts_with("copying auth_users") {}
        moving.kill().await.unwrap();
    }

    async fn is_not_served_and_goes_on(world: World, from: &str, to: &str) {
        let world = world.with("DATABASE_URL", to);
        let tried = world.run(&["serve"]).await;
        let why = String::from_utf8_lossy(&tried.stderr).into_owned();
        assert!(!tried.status.success() && why.contains("unfinished target of a move"), "{why}");
        let output = world.run(&["store", "migrate", "--from", from, "--to", to]).await;
        assert!(output.status.success(), "{output:?}");
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(told.contains("going on with a move that was broken off"), "{told}");
        let server = world.serve().await;
        let _ = server.client().log_in("ana@example.org", PASSWORD).await.expect(200);
        server.stop().await;
    }

    #[cfg(feature = "live")]
    #[tokio::test(flavor = "multi_thread")]
    async fn a_move_to_postgres_that_was_killed_half_way_is_not_served_and_goes_on() {
        use sqlx::{Connection as _, Executor as _, PgConnection};

        let (world, from) = source().await;
        let to = Engine::Postgres.make().await.unwrap();
        let world = world.with("DATABASE_URL", &to);
        assert!(world.run(&["migrate"]).await.status.success());
        let mut lock = PgConnection::connect(&to).await.unwrap();
        let mut holding = lock.begin().await.unwrap();
        holding.execute("LOCK TABLE saaskit.auth_sessions IN EXCLUSIVE MODE").await.unwrap();
        kill_half_way(&world, &from, &to).await;
        holding.rollback().await.unwrap();
        is_not_served_and_goes_on(world, &from, &to).await;
    }

    /// The way to the target is so slow that what follows the users takes seconds.
    #[cfg(feature = "mongo")]
    #[tokio::test(flavor = "multi_thread")]
    async fn a_move_to_mongo_that_was_killed_half_way_is_not_served_and_goes_on() {
        use saaskit_peers::{Proxy, Weather};

        let (world, from) = source().await;
        let to = Engine::Mongo.make().await.unwrap();
        let (_, address) = to.split_once("127.0.0.1:").unwrap();
        let (port, _) = address.split_once('/').unwrap();
        let way = Proxy::before(port.parse().unwrap()).await.unwrap();
        way.set(Weather::Slow(std::time::Duration::from_millis(50)));
        kill_half_way(&world, &from, &to.replace(port, &way.port().to_string())).await;
        is_not_served_and_goes_on(world, &from, &to).await;
    }
}
