use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn the_outbox_shows_mails_newest_first_with_their_links() {
    let world = World::new().await;
    world.register("ana@example.com").await;
    world.clock.advance(std::time::Duration::from_secs(1));
    let token = world.register("bob@example.com").await;
    let list = world.get("/dev/outbox.json").send().await.expect(200).json();
    let [bob, ana] = list.as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!((&bob["to"], &ana["to"]), (&json!("bob@example.com"), &json!("ana@example.com")));
    assert_eq!(bob["channel"], "email");
    assert_eq!(bob["at"], "2100-01-01T00:00:01.000Z");
    let link = format!("https://app.example.com/verify-email?token={token}");
    assert!(bob["links"].as_array().unwrap().contains(&json!(link)));
    assert!(bob["html"].as_str().unwrap().contains('<'));
    assert_eq!(
        world.get("/dev/outbox.json?limit=1").send().await.expect(200).json().as_array().unwrap().len(),
        1
    );

    let page = world.get("/dev/outbox").send().await.expect(200);
    assert!(page.body.contains(&format!("<a href=\"{link}\"")), "{}", page.body);
}

#[tokio::test]
async fn the_outbox_is_there_for_the_machine_itself_only() {
    let world = World::new().await;
    for path in ["/dev/outbox", "/dev/outbox.json"] {
        let answer = world.get(path).host("rebound.example:8080").send().await.expect(404);
        assert_eq!(answer.problem(), "NOT_FOUND");
        world.get(path).host("127.0.0.1:8080").send().await.expect(200);
    }
}
