use serde_json::Value;

/// What a client of the old OpenAPI document may stumble over in the new one, one sentence each.
pub fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (at, before) in operations(old) {
        let (method, path) = at.split_once(' ').unwrap_or_default();
        let now = &new["paths"][path][method.to_lowercase()];
        if now.is_null() {
            found.push(format!("{at} is gone"));
            continue;
        }
        parameters(&at, (old, before), (new, now), &mut found);
        let mut request = Walk { old, new, side: Side::Request, found: &mut found };
        request.content(&at, &before["requestBody"], &now["requestBody"]);
        for (status, response) in entries(&before["responses"]).filter(|(status, _)| status.starts_with('2'))
        {
            let answer = &now["responses"][status];
            if answer.is_null() {
                found.push(format!("{at} does not answer {status} any more"));
            } else {
                let mut walk = Walk { old, new, side: Side::Response, found: &mut found };
                walk.content(&format!("{at} {status}"), response, answer);
            }
        }
    }
    found
}

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    let paths = entries(&document["paths"]);
    paths.flat_map(|(path, item)| {
        entries(item).map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    })
}

fn entries(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    object.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// What a reference leads to.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

fn parameters(at: &str, old: (&Value, &Value), new: (&Value, &Value), found: &mut Vec<String>) {
    let required = |(document, operation): (&Value, &Value)| -> Vec<String> {
        let all = items(&operation["parameters"]).map(|parameter| resolve(document, parameter));
        let required = all.filter(|parameter| parameter["required"] == true);
        required.map(|parameter| parameter["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let before = required(old);
    let added = required(new).into_iter().filter(|name| !before.contains(name));
    found.extend(added.map(|name| format!("{at} needs the parameter {name} now")));
}

/// Who sends what is described: clients may not be asked for more, and may not be given less.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Response,
}

/// Deeper schemas are taken to be as they were: they lead back to themselves.
const DEEPEST: usize = 8;

struct Walk<'a> {
    old: &'a Value,
    new: &'a Value,
    side: Side,
    found: &'a mut Vec<String>,
}

impl Walk<'_> {
    fn content(&mut self, at: &str, old: &Value, new: &Value) {
        for (media_type, content) in entries(&old["content"]) {
            match &new["content"][media_type] {
                Value::Null => self.found.push(format!("{at} is not {media_type} any more")),
                now => self.schema(at, &content["schema"], &now["schema"], 0),
            }
        }
        if old["required"] != true && new["required"] == true {
            self.found.push(format!("{at} needs a body now"));
        }
    }

    fn schema(&mut self, at: &str, old: &Value, new: &Value, depth: usize) {
        let (old, new) = (resolve(self.old, old), resolve(self.new, new));
        if depth > DEEPEST {
            return;
        }
        self.types(at, old, new);
        self.values(at, &old["enum"], &new["enum"]);
        self.required(at, &old["required"], &new["required"]);
        for (name, field) in entries(&old["properties"]) {
            let at = format!("{at} {name}");
            match &new["properties"][name] {
                Value::Null => self.found.push(format!("{at} is gone")),
                now => self.schema(&at, field, now, depth + 1),
            }
        }
        if !old["items"].is_null() {
            self.schema(&format!("{at}[]"), &old["items"], &new["items"], depth + 1);
        }
        for (before, now) in items(&old["oneOf"]).zip(items(&new["oneOf"])) {
            self.schema(at, before, now, depth + 1);
        }
    }

    fn types(&mut self, at: &str, old: &Value, new: &Value) {
        let types = |schema: &Value| match &schema["type"] {
            Value::Array(types) => types.clone(),
            one => vec![one.clone()],
        };
        let (given, taken) = match self.side {
            Side::Request => (types(old), types(new)),
            Side::Response => (types(new), types(old)),
        };
        if given.iter().any(|of| !taken.contains(of)) {
            self.found.push(format!("{at} is of another type"));
        }
    }

    fn values(&mut self, at: &str, old: &Value, new: &Value) {
        if self.side == Side::Request && new.is_array() {
            if old.is_null() {
                self.found.push(format!("{at} takes certain values only"));
            }
            let lost = items(old).filter(|value| !items(new).any(|now| now == *value));
            self.found.extend(lost.map(|value| format!("{at} does not take {value} any more")));
        }
    }

    fn required(&mut self, at: &str, old: &Value, new: &Value) {
        let (before, now, what) = match self.side {
            Side::Request => (old, new, "is needed now"),
            Side::Response => (new, old, "may be missing now"),
        };
        let added = items(now).filter(|name| !items(before).any(|known| known == *name));
        let names = added.filter_map(Value::as_str);
        self.found.extend(names.map(|name| format!("{at} {name} {what}")));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({
            "paths": { "/things": {
                "get": { "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/s/List" } } } } } },
                "post": {
                    "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/s/New" } } } },
                    "responses": { "201": {}, "409": {} }
                }
            } },
            "s": {
                "List": { "type": "object", "required": ["data"], "properties": {
                    "data": { "type": "array", "items": { "$ref": "#/s/Thing" } } } },
                "Thing": { "type": "object", "required": ["id"], "properties": {
                    "id": { "type": "string" }, "name": { "type": ["string", "null"] } } },
                "New": { "type": "object", "required": ["name"], "properties": {
                    "name": { "type": "string" }, "kind": { "type": "string", "enum": ["a", "b"] } } }
            }
        })
    }

    fn breaks_of(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut new = document();
        change(&mut new);
        breaks(&document(), &new)
    }

    #[test]
    fn what_only_adds_breaks_nothing() {
        let added = breaks_of(|new| {
            new["paths"]["/others"] = json!({ "get": {} });
            new["s"]["Thing"]["properties"]["note"] = json!({ "type": "string" });
            new["s"]["Thing"]["properties"]["name"]["type"] = json!("string");
            new["s"]["New"]["properties"]["note"] = json!({ "type": "string" });
            new["s"]["New"]["properties"]["kind"]["enum"] = json!(["a", "b", "c"]);
            new["s"]["New"]["required"] = json!([]);
            new["paths"]["/things"]["post"]["responses"]["409"].take();
        });
        assert_eq!(added, [""; 0]);
    }

    #[test]
    fn every_break_is_named() {
        let lost = |pointer: &'static str| breaks_of(|new| drop(new.pointer_mut(pointer).map(Value::take)));
        assert_eq!(lost("/paths/~1things"), ["GET /things is gone", "POST /things is gone"]);
        assert_eq!(lost("/paths/~1things/post"), ["POST /things is gone"]);
        assert_eq!(lost("/paths/~1things/post/responses/201"), ["POST /things does not answer 201 any more"]);
        assert_eq!(lost("/s/Thing/properties/name"), ["GET /things 200 data[] name is gone"]);
        assert_eq!(lost("/s/Thing/required"), ["GET /things 200 data[] id may be missing now"]);
        assert_eq!(lost("/s/New/properties/kind"), ["POST /things kind is gone"]);
        let set =
            |pointer: &'static str, value: Value| breaks_of(|new| *new.pointer_mut(pointer).unwrap() = value);
        assert_eq!(
            set("/s/Thing/properties/id/type", json!("integer")),
            ["GET /things 200 data[] id is of another type"]
        );
        assert_eq!(set("/s/Thing/properties/id/type", json!(["string", "null"])).len(), 1);
        assert_eq!(set("/s/New/required", json!(["name", "kind"])), ["POST /things kind is needed now"]);
        assert_eq!(
            set("/s/New/properties/kind/enum", json!(["a"])),
            ["POST /things kind does not take \"b\" any more"]
        );
        let name = json!({ "type": "string", "enum": ["a"] });
        assert_eq!(set("/s/New/properties/name", name), ["POST /things name takes certain values only"]);
        let needed = breaks_of(|new| {
            new["paths"]["/things"]["get"]["parameters"] = json!([{ "name": "q", "required": true }]);
        });
        assert_eq!(needed, ["GET /things needs the parameter q now"]);
    }
}
