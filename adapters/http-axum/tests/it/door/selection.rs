use axum::Json;
use saaskit_gateway::{Access, Class};
use saaskit_http_axum::{Listed, Problem, RequestFault, Retired, Row};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::House;

#[derive(Debug, Serialize, ToSchema)]
struct Thing {
    id: &'static str,
    name: &'static str,
    note: Option<&'static str>,
}

const THING: Thing = Thing { id: "1", name: "one", note: None };

/// Shows it.
#[utoipa::path(get, path = "/test/thing", responses((status = 200, description = "It.", body = Thing)))]
async fn show() -> Json<Thing> {
    Json(THING)
}

/// Lists them.
#[utoipa::path(get, path = "/test/things", responses((status = 200, description = "Them.", body = Listed<Thing>)))]
async fn list() -> Json<Listed<Thing>> {
    Json(Listed { data: vec![THING, THING], next_cursor: None, has_more: false })
}

/// Refuses.
#[utoipa::path(get, path = "/test/refused", responses((status = 200, description = "Never.", body = Thing)))]
async fn refused() -> Problem {
    RequestFault::NotFound.into()
}

/// Shows it as it used to.
#[utoipa::path(get, path = "/test/old", responses((status = 200, description = "It.", body = Thing)))]
async fn old() -> Json<Thing> {
    Json(THING)
}

const ROWS: &[Row<()>] = &[
    Row::new(Access::Public, Class::Read, || routes!(show)),
    Row::new(Access::Public, Class::Read, || routes!(list)),
    Row::new(Access::Public, Class::Read, || routes!(refused)),
    Row::new(Access::User, Class::Read, || routes!(old))
        .retired(Retired::new("@1767225600", "Thu, 31 Dec 2026 23:59:59 GMT")),
];

#[tokio::test]
async fn an_answer_has_the_fields_that_are_wanted() {
    let house = House::new(ROWS, &());
    let get = async |path: &str| house.get(path).send().await.expect(200).json();
    assert_eq!(get("/test/thing?fields=id,%20note").await, json!({ "id": "1", "note": null }));
    assert_eq!(get("/test/thing").await, json!({ "id": "1", "name": "one", "note": null }));
    let list =
        json!({ "data": [{ "name": "one" }, { "name": "one" }], "next_cursor": null, "has_more": false });
    assert_eq!(get("/test/things?limit=2&fields=name").await, list);
}

#[tokio::test]
async fn a_field_that_no_answer_has_is_refused_by_name() {
    let house = House::new(ROWS, &());
    for path in ["/test/thing?fields=id,nonsense", "/test/things?fields=nonsense,id"] {
        let refused = house.get(path).send().await.expect(422);
        assert_eq!(refused.problem(), "VALIDATION_FAILED");
        assert_eq!(refused.errors(), [("nonsense".to_owned(), "FIELD_UNKNOWN".to_owned())]);
    }
    house.get("/test/things?fields=data").send().await.expect(422);
    house.get("/test/thing?fields=").send().await.expect(422);
    assert_eq!(
        house.get("/test/thing?fields=id&fields=id").send().await.expect(400).problem(),
        "QUERY_INVALID"
    );
    assert_eq!(house.get("/test/refused?fields=id").send().await.expect(404).problem(), "NOT_FOUND");
}

#[tokio::test]
async fn what_is_picked_and_what_is_whole_have_different_tags() {
    let house = House::new(ROWS, &());
    let tag = async |path: &str| house.get(path).send().await.header("etag").to_owned();
    assert_ne!(tag("/test/thing").await, tag("/test/thing?fields=id").await);
}

#[tokio::test]
async fn every_answer_of_a_retired_route_says_so() {
    let house = House::new(ROWS, &());
    for (ask, status) in [(house.get("/test/old").bearer("ana"), 200), (house.get("/test/old"), 401)] {
        let answer = ask.send().await.expect(status);
        assert_eq!(answer.header("deprecation"), "@1767225600");
        assert_eq!(answer.header("sunset"), "Thu, 31 Dec 2026 23:59:59 GMT");
    }
    assert_eq!(house.get("/test/thing").send().await.header("deprecation"), "");
    let document: Value = house.get("/api/openapi.json").send().await.json();
    assert_eq!(document["paths"]["/test/old"]["get"]["deprecated"], true);
    assert_eq!(
        document["paths"]["/test/thing"]["get"]["parameters"],
        json!([{ "$ref": "#/components/parameters/Fields" }])
    );
}
