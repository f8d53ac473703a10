use saaskit_tenants::Role;
use serde_json::{Value, json};

use crate::members::{join, me};
use crate::operators::operator;
use crate::world::World;

const BRAND: &str =
    r##"{"name": "Söhne & Co", "color": "#facc15", "logo_url": "https://cdn.example/l.png"}"##;

fn brand() -> Value {
    serde_json::from_str(BRAND).unwrap()
}

#[tokio::test]
async fn owners_and_admins_set_what_a_workspaces_mails_look_like_and_members_see_it() {
    let world = World::new().await;
    let (owner, admin, member) = (
        world.user("ana@example.com").await,
        world.user("ben@example.com").await,
        world.user("cyd@example.com").await,
    );
    let acme = world.tenant(&owner, "acme").await;
    for (token, role) in [(&admin, Role::Admin), (&member, Role::Member)] {
        join(&world, &acme, &me(&world, token).await, role).await;
    }
    let path = format!("/api/v1/tenants/{acme}/branding");
    let shown = async |token: &str| world.get(&path).bearer(token).send().await.expect(200).json();
    let usual = json!({ "name": "Acme", "color": "#1d4ed8", "logo_url": null, "own": false });
    assert_eq!(shown(&member).await, usual);
    assert_eq!(
        world.ask("PUT", &path).bearer(&member).json(&brand()).await.expect(403).problem(),
        "PERMISSION_MISSING"
    );
    assert_eq!(
        world.ask("DELETE", &path).bearer(&member).send().await.expect(403).problem(),
        "PERMISSION_MISSING"
    );
    for token in [&owner, &admin] {
        let set = world.ask("PUT", &path).bearer(token).json(&brand()).await.expect(200).json();
        assert_eq!(
            (&set["name"], &set["color"], &set["own"]),
            (&json!("Söhne & Co"), &json!("#facc15"), &json!(true))
        );
        assert_eq!(shown(&member).await, set);
        world.ask("DELETE", &path).bearer(token).send().await.expect(204);
        assert_eq!(shown(&member).await, usual);
    }
    let wrong = json!({ "name": "", "color": "blue", "logo_url": "javascript:alert(1)" });
    let faults = world.ask("PUT", &path).bearer(&owner).json(&wrong).await.expect(422).errors();
    let fields: Vec<&str> = faults.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["name", "color", "logo_url"]);
}

#[tokio::test]
async fn a_workspaces_branding_is_not_there_for_who_is_not_in_it() {
    let world = World::new().await;
    let (owner, stranger) = (world.user("ana@example.com").await, world.user("eva@example.com").await);
    let acme = world.tenant(&owner, "acme").await;
    world.tenant(&stranger, "evil").await;
    let path = format!("/api/v1/tenants/{acme}/branding");
    world.ask("PUT", &path).bearer(&owner).json(&brand()).await.expect(200);
    world.get(&path).send().await.expect(401);
    world.get(&path).bearer(&stranger).send().await.expect(404);
    world.ask("PUT", &path).bearer(&stranger).json(&brand()).await.expect(404);
    world.ask("DELETE", &path).bearer(&stranger).send().await.expect(404);
    assert_eq!(world.get(&path).bearer(&owner).send().await.expect(200).json()["own"], true);
}

#[tokio::test]
async fn an_operator_sees_adds_and_lifts_what_holds_mail_back_page_by_page() {
    let world = World::new().await;
    let ops = operator(&world).await;
    let path = "/api/v1/admin/suppressions";
    let mut ids = Vec::new();
    for address in ["ana@example.com", "ben@example.com", "Ana@Example.com"] {
        let body = json!({ "address": address });
        let added = world.post(path).bearer(&ops).json(&body).await.expect(200).json();
        assert_eq!((&added["reason"], &added["tenant_id"]), (&json!("manual"), &Value::Null));
        ids.push(added["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids[0], ids[2], "one address is held back once");
    let list = async |query: &str| {
        let path = format!("{path}?{query}");
        let page = world.get(&path).bearer(&ops).send().await.expect(200).json();
        let items = page["data"].as_array().unwrap().iter();
        let addresses: Vec<String> = items.map(|item| item["address"].as_str().unwrap().to_owned()).collect();
        (addresses, page["next_cursor"].as_str().map(str::to_owned))
    };
    let (first, cursor) = list("limit=1").await;
    let (second, end) = list(&format!("limit=1&cursor={}", cursor.unwrap())).await;
    assert_eq!([first, second].concat().len(), 2);
    assert_eq!(end, None);
    assert_eq!(list("address=ANA%40example.com").await.0, ["ana@example.com"]);

    world.ask("DELETE", &format!("{path}/{}", ids[0])).bearer(&ops).send().await.expect(204);
    let gone = world.ask("DELETE", &format!("{path}/{}", ids[0])).bearer(&ops).send().await.expect(404);
    assert_eq!(gone.problem(), "SUPPRESSION_NOT_FOUND");
    assert_eq!(list("").await.0, ["ben@example.com"]);
}

#[tokio::test]
async fn only_who_may_sees_and_changes_what_holds_mail_back() {
    let world = World::new().await;
    let user = world.user("ana@example.com").await;
    let path = "/api/v1/admin/suppressions";
    let body = json!({ "address": "ben@example.com" });
    world.get(path).send().await.expect(401);
    for answer in [
        world.get(path).bearer(&user).send().await,
        world.post(path).bearer(&user).json(&body).await,
        world.ask("DELETE", &format!("{path}/sup_01h455vb4pex5vsknk084sn02q")).bearer(&user).send().await,
    ] {
        assert_eq!(answer.expect(403).problem(), "PERMISSION_MISSING");
    }
}
