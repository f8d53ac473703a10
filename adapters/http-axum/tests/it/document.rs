use std::collections::BTreeSet;

use saaskit_http_axum::{codes, routes};
use saaskit_kernel::Code;
use serde_json::Value;

use crate::world::World;

async fn document(world: &World) -> Value {
    world.get("/api/openapi.json").send().await.expect(200).json()
}

/// Every operation of a document, with its method and path.
fn operations(document: &Value) -> impl Iterator<Item = (String, &str, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        let item = item.as_object().unwrap();
        item.iter().map(move |(method, operation)| (method.to_uppercase(), path.as_str(), operation))
    })
}

#[tokio::test]
async fn every_route_is_documented_and_everything_documented_is_routed() {
    let world = World::new().await;
    let document = document(&world).await;
    assert_eq!(document["openapi"], "3.1.0");
    let documented: BTreeSet<(String, String)> =
        operations(&document).map(|(method, path, _)| (method, path.to_owned())).collect();
    let listed: BTreeSet<(String, String)> =
        routes().into_iter().map(|route| (route.method.to_owned(), route.path)).collect();
    assert_eq!(documented, listed);
    assert_eq!(routes().len(), listed.len(), "a route is listed twice");
    for (method, path) in listed {
        let path = path.replace("{id}", "ten_01h455vb4pex5vsknk084sn02q").replace("{file}", "index.html");
        let answer = world.ask(&method, &path).bypassing().send().await;
        assert!(answer.status != 404 && answer.status != 405, "{method} {path}: {}", answer.status);
    }
}

#[tokio::test]
async fn every_operation_is_described_and_says_how_it_is_refused() {
    let world = World::new().await;
    let document = document(&world).await;
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let at = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{at} has no summary");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{at} shares its id");
        let responses = operation["responses"].as_object().unwrap();
        let success = responses.keys().find(|status| status.starts_with(['2', '3']));
        assert!(success.is_some(), "{at} never succeeds");
        for response in responses.values() {
            let described = response["description"].is_string() || response["$ref"].is_string();
            assert!(described, "{at} has a response without a description");
        }
        assert!(responses.contains_key("500"), "{at}");
    }
    for route in routes() {
        let operation = &document["paths"][&route.path][route.method.to_lowercase()];
        let secured = operation["security"].is_array();
        assert_eq!(secured, route.access.needs_credential(), "{} {}", route.method, route.path);
        assert!(operation["responses"].get("401").is_some() || !secured, "{}", route.path);
        assert_eq!(operation["responses"].get("429").is_some(), route.class.is_counted(), "{}", route.path);
    }
}

#[tokio::test]
async fn every_string_of_a_request_has_a_bound_and_no_body_is_open() {
    let world = World::new().await;
    let document = document(&world).await;
    let mut bodies = 0;
    for (method, path, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let shared = parameter["$ref"].as_str().and_then(|at| document.pointer(at.strip_prefix('#')?));
            let parameter = shared.unwrap_or(parameter);
            assert_bounded(&parameter["schema"], &format!("{method} {path} {}", parameter["name"]));
        }
        let contents = operation["requestBody"]["content"].as_object().into_iter().flatten();
        // The bytes of a file are what they are.
        for (_, content) in contents.filter(|(media_type, _)| *media_type != "application/octet-stream") {
            let name = content["schema"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
            let schema = &document["components"]["schemas"][name];
            assert_eq!(schema["additionalProperties"], false, "{name}");
            bodies += 1;
            for (field, schema) in schema["properties"].as_object().unwrap() {
                assert_bounded(schema, &format!("{name}.{field}"));
                assert!(schema["description"].is_string(), "{name}.{field} is not described");
                assert!(
                    !schema["example"].is_null() || schema["examples"].is_array(),
                    "{name}.{field} has no example"
                );
            }
        }
    }
    assert!(bodies >= 8);
}

/// Everything a client can send in it has a bound: itself, and the items of a list.
fn assert_bounded(schema: &Value, at: &str) {
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    for of in types {
        match of.as_str() {
            Some("string") => assert!(schema["maxLength"].is_u64(), "{at} has no bound"),
            Some("integer") => assert!(schema["maximum"].is_number(), "{at} has no bound"),
            Some("array") => {
                assert!(schema["maxItems"].is_u64(), "{at} has no bound");
                assert_bounded(&schema["items"], &format!("an item of {at}"));
            }
            Some("null" | "boolean") => {}
            other => panic!("{at} is of type {other:?}"),
        }
    }
}

/// What somebody reads or replaces, as the schema of its answer says: a `$ref` followed, `allOf` put together.
fn properties<'a>(document: &'a Value, schema: &'a Value) -> Vec<(&'a str, &'a Value)> {
    let schema = schema["$ref"].as_str().map_or(schema, |at| document.pointer(&at[1..]).unwrap());
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let own = schema["properties"].as_object().into_iter().flatten();
    own.map(|(name, schema)| (name.as_str(), schema))
        .chain(parts.flat_map(|part| properties(document, part)))
        .collect()
}

#[tokio::test]
async fn every_list_has_the_same_shape_and_gives_the_fields_that_are_wanted() {
    let world = World::new().await;
    let document = document(&world).await;
    let mut lists = 0;
    let is_served = |path: &str| !path.starts_with("/dev/");
    for (method, path, operation) in operations(&document).filter(|(_, path, _)| is_served(path)) {
        for (_, response) in operation["responses"].as_object().unwrap() {
            let answer = properties(&document, &response["content"]["application/json"]["schema"]);
            let has = |name: &str| answer.iter().any(|(known, _)| *known == name);
            let is_list = answer.iter().any(|(name, schema)| *name == "data" && schema["type"] == "array");
            let at = format!("{method} {path}");
            assert_eq!(has("data"), is_list, "{at}");
            assert!(!is_list || (has("next_cursor") && has("has_more")), "{at} is a list of another shape");
            lists += usize::from(is_list);
        }
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let named: BTreeSet<&str> =
            parameters.filter_map(|one| one["name"].as_str().or(one["$ref"].as_str())).collect();
        if named.contains("limit") || named.contains("cursor") {
            assert!(named.contains("limit") && named.contains("cursor"), "{method} {path}");
            assert!(named.contains("#/components/parameters/Fields"), "{method} {path} takes no fields");
        }
    }
    assert!(lists >= 7, "{lists} lists were found");
}

/// What is replaced or changed without a version that a client could name.
const UNVERSIONED: [(&str, &str); 6] = [
    ("PUT /api/v1/admin/users/{id}/lock", "locking twice is locking"),
    ("PUT /api/v1/admin/users/{id}/unlock", "unlocking twice is unlocking"),
    (
        "PUT /api/v1/admin/users/{id}/roles",
        "it replaces a set that has no version, compared when it is stored",
    ),
    ("PUT /api/v1/tenants/{id}/members/{user_id}/roles", "it replaces a set that has no version, as above"),
    ("PUT /api/v1/tenants/{id}/branding", "it replaces what one person chose to show"),
    ("PUT /api/v1/objects", "the signed URL says what is put, once more if it is asked"),
];

#[tokio::test]
async fn every_change_of_what_has_a_version_can_be_asked_for_only_while_it_is_that_one() {
    let world = World::new().await;
    let document = document(&world).await;
    let mut excused = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        if !matches!(method.as_str(), "PUT" | "PATCH") {
            continue;
        }
        let at = format!("{method} {path}");
        let excuse = UNVERSIONED.iter().find(|(route, _)| *route == at);
        let is_versioned = operation["responses"].get("412").is_some();
        assert_eq!(is_versioned, excuse.is_none(), "{at} knows `If-Match`, or is on the list");
        excused.extend(excuse.map(|(route, _)| *route));
    }
    assert_eq!(excused.len(), UNVERSIONED.len(), "the list names what is there");
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let world = World::new().await;
    let document = document(&world).await;
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 20);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            into.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| collect(value, into));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, into)),
        _ => {}
    }
}

#[tokio::test]
async fn the_page_of_the_documentation_comes_from_this_server_alone() {
    let world = World::new().await;
    let to = world.get("/docs").send().await.expect(308);
    let page = world.get(to.header("location")).send().await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.body.contains("name=\"viewport\" content=\"width=device-width"), "{}", page.body);
    assert!(
        !page.body.contains("http://") && !page.body.contains("https://") && !page.body.contains("src=\"//")
    );
    assert!(!page.header("content-security-policy").contains("unsafe"));
    assert!(!page.body.contains("<style>") && !page.body.contains("<script>"), "the policy would block it");
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js", "index.css"] {
        assert!(page.body.contains(file), "{file}");
        world.get(&format!("/docs/{file}")).send().await.expect(200);
    }
    let starts = world.get("/docs/swagger-initializer.js").send().await;
    assert!(starts.body.contains("/api/openapi.json") && !starts.body.contains("petstore"));
    world.get("/docs/nothing.js").send().await.expect(404);
    world.get("/docs/..%2fsecret").send().await.expect(404);
}

#[tokio::test]
async fn every_code_has_its_place_on_the_page_problems_point_to() {
    let world = World::new().await;
    let page = world.get("/docs/errors").send().await.expect(200);
    let codes = codes();
    assert!(codes.len() > 25);
    for code in &codes {
        assert!(page.body.contains(&format!("id=\"{}\"", code.name())), "{code}");
    }
    let names: BTreeSet<&str> = codes.iter().map(Code::name).collect();
    assert_eq!(names.len(), codes.len(), "two codes share a name");
}
