use saaskit_journeys::{Engine, World};
use serde_json::json;

super::on_every_engine! {
    a_workspace_is_made_listed_and_renamed_by_its_owner
    a_workspace_of_others_is_as_if_it_were_not
    the_last_owner_stays_and_sets_what_is_asked_of_who_enters
}

async fn a_workspace_is_made_listed_and_renamed_by_its_owner(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let ana = server.client().become_user("ana@example.org").await;
    let acme = ana.make_workspace("Acme", "acme").await;
    let zeta = ana.make_workspace("Zeta", "zeta").await;
    let taken = ana.post("/api/v1/tenants", json!({"name": "Other", "slug": "ACME"})).await;
    let _ = taken.expect_problem(409, "SLUG_TAKEN");

    let renamed =
        ana.patch(&format!("/api/v1/tenants/{acme}"), json!({"name": "Acme & Sons"})).await.expect(200);
    assert_eq!(renamed.json()["name"], "Acme & Sons");
    let shown = ana.get(&format!("/api/v1/tenants/{acme}")).await.expect(200).json();
    assert_eq!((&shown["name"], &shown["slug"]), (&json!("Acme & Sons"), &json!("acme")));

    let mut seen = Vec::new();
    let mut path = "/api/v1/tenants?limit=1".to_owned();
    loop {
        let page = ana.get(&path).await.expect(200).json();
        seen.extend(
            page["data"].as_array().unwrap().iter().map(|tenant| tenant["id"].as_str().unwrap().to_owned()),
        );
        assert_eq!(page["has_more"].as_bool().unwrap(), page["next_cursor"].is_string());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/tenants?limit=1&cursor={cursor}");
    }
    seen.sort();
    let mut expected = [acme, zeta];
    expected.sort();
    assert_eq!(seen, expected);
    let _ = ana.mail_about("ana@example.org", "Acme").await;
    server.stop().await;
}

async fn a_workspace_of_others_is_as_if_it_were_not(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let ana = server.client().become_user("ana@example.org").await;
    let eve = server.client().become_user("eve@example.org").await;
    let acme = ana.make_workspace("Acme", "acme").await;
    let path = format!("/api/v1/tenants/{acme}");
    let mut letters = acme.clone();
    let last = letters.pop().unwrap();
    letters.push(if last == '0' { '1' } else { '0' });
    let nowhere = format!("/api/v1/tenants/{letters}");

    let hidden = eve.get(&path).await.expect_problem(404, "TENANT_NOT_FOUND");
    let missing = eve.get(&nowhere).await.expect_problem(404, "TENANT_NOT_FOUND");
    let (status, headers, body) = hidden.without_request();
    assert_eq!((status, headers, body.replace(&path, &nowhere)), missing.without_request());
    let _ = eve.patch(&path, json!({"name": "Mine"})).await.expect_problem(404, "TENANT_NOT_FOUND");
    assert_eq!(eve.get("/api/v1/tenants").await.expect(200).json()["data"], json!([]));
    assert_eq!(ana.get(&path).await.expect(200).json()["name"], "Acme");
    server.stop().await;
}

async fn the_last_owner_stays_and_sets_what_is_asked_of_who_enters(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let ana = server.client().become_user("ana@example.org").await;
    let path = format!("/api/v1/tenants/{}", ana.make_workspace("Acme", "acme").await);

    let members = ana.get(&format!("{path}/members")).await.expect(200).json();
    assert_eq!(members["seats"], json!({"used": 1, "limit": null}));
    let own = &members["data"][0];
    assert_eq!((&own["email"], &own["role"]), (&json!("ana@example.org"), &json!("owner")));
    let _ = ana.post(&format!("{path}/leave"), json!({})).await.expect_problem(409, "LAST_OWNER");
    let one = format!("{path}/members/{}", own["id"].as_str().unwrap());
    let _ = ana.patch(&one, json!({"role": "member"})).await.expect_problem(409, "LAST_OWNER");

    let policy = format!("{path}/policy");
    let set = async |ranges: &[&str]| {
        let ask = json!({
            "mfa_required": false, "session_max_seconds": 3600, "methods": [], "ip_ranges": ranges,
        });
        ana.send(ana.request(reqwest::Method::PUT, &policy).json(&ask)).await
    };
    let _ = set(&["192.0.2.0/24"]).await.expect(422);
    let _ = set(&["127.0.0.0/8", "::1"]).await.expect(200);
    assert_eq!(ana.get(&policy).await.expect(200).json()["session_max_seconds"], 3600);
    let _ = ana.get(&path).await.expect(200);
    server.stop().await;
}
