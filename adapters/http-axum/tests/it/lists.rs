use serde_json::{Value, json};

use crate::world::World;

fn slugs(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|tenant| tenant["slug"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_list_is_walked_part_by_part_and_inserts_do_not_shift_it() {
    let world = World::new().await;
    let ana = world.user("ana@example.com").await;
    for slug in ["one", "two", "three"] {
        world.tenant(&ana, slug).await;
    }
    let list = async |query: &str| {
        world.get(&format!("/api/v1/tenants{query}")).bearer(&ana).send().await.expect(200).json()
    };
    let all = list("").await;
    assert_eq!((&all["has_more"], &all["next_cursor"]), (&json!(false), &Value::Null));
    assert_eq!(slugs(&all), ["one", "two", "three"]);

    let first = list("?limit=2").await;
    assert_eq!((slugs(&first), &first["has_more"]), (vec!["one", "two"], &json!(true)));
    world.tenant(&ana, "four").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = list(&format!("?limit=2&cursor={cursor}")).await;
    assert_eq!((slugs(&rest), &rest["has_more"]), (vec!["three", "four"], &json!(false)));
}

#[tokio::test]
async fn a_cursor_that_was_not_given_and_a_wrong_limit_are_refused() {
    let world = World::new().await;
    let ana = world.user("ana@example.com").await;
    let list = async |query: &str| world.get(&format!("/api/v1/tenants?{query}")).bearer(&ana).send().await;
    for query in ["cursor=", "cursor=abc", &format!("cursor={}", "A".repeat(43))] {
        assert_eq!(list(query).await.expect(400).problem(), "CURSOR_INVALID", "{query}");
    }
    for query in ["limit=0", "limit=101", "limit=-1", "limit=x", "limit="] {
        assert_eq!(
            list(query).await.expect(422).errors(),
            [("limit".to_owned(), "LIMIT_INVALID".to_owned())]
        );
    }
    assert_eq!(list("limit=1&limit=2").await.expect(400).problem(), "QUERY_INVALID");
    list("limit=100").await.expect(200);
}
