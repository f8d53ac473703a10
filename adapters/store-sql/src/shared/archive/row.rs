use std::net::IpAddr;

use saaskit_kernel::PortError;
use saaskit_kernel::archive::{Column, Kind, Row, Table, Value};
use serde_json::Map;
use sqlx::types::{Json, Uuid};

use super::super::engine::{self, At, Query};
use super::super::error::unreadable;
use super::super::row::Columns;

pub(super) fn read(table: &Table, row: &engine::Row) -> Result<Row, PortError> {
    table.columns().map(|column| value(row, column)).collect()
}

pub(super) fn read_key(table: &Table, row: &engine::Row) -> Result<Row, PortError> {
    table.key.iter().map(|column| value(row, column)).collect()
}

fn value(row: &engine::Row, column: &Column) -> Result<Value, PortError> {
    let name = column.name;
    let value = match column.kind {
        Kind::Flag => row.get::<Option<bool>>(name)?.map(Value::Flag),
        Kind::Number => row.get::<Option<i64>>(name)?.map(Value::Number),
        Kind::Text => row.get::<Option<String>>(name)?.map(Value::Text),
        Kind::Bytes => row.get::<Option<Vec<u8>>>(name)?.map(Value::Bytes),
        Kind::Id => row.get::<Option<Uuid>>(name)?.map(Value::Id),
        Kind::Time => row.maybe_at(name)?.map(Value::Time),
        Kind::Json => row.get::<Option<Json<serde_json::Value>>>(name)?.map(|json| Value::Json(json.0)),
        Kind::Ip => row.get::<Option<String>>(name)?.map(|ip| address(&ip)).transpose()?,
    };
    Ok(value.unwrap_or(Value::Null))
}

fn address(text: &str) -> Result<Value, PortError> {
    text.parse::<IpAddr>().map(Value::Ip).map_err(unreadable)
}

/// As `$n` of a comparison of keys; what can't be in a key is compared by nobody.
pub(super) fn bind(query: Query, value: &Value) -> Query {
    match value {
        Value::Flag(flag) => query.bind(*flag),
        Value::Number(number) => query.bind(*number),
        Value::Text(text) => query.bind(text.clone()),
        Value::Bytes(bytes) => query.bind(bytes.clone()),
        Value::Id(id) => query.bind(*id),
        Value::Time(at) => query.bind(At(*at)),
        Value::Null | Value::Json(_) | Value::Ip(_) => query,
    }
}

/// As an element of the array that `each!` takes apart. What is null is left out, so that it is no JSON null.
pub(super) fn element(table: &Table, row: &Row) -> serde_json::Value {
    let members = table.columns().zip(row).filter_map(|(column, value)| {
        let member = match value {
            Value::Null => return None,
            Value::Flag(flag) => (*flag).into(),
            Value::Number(number) => (*number).into(),
            Value::Text(text) => text.as_str().into(),
            Value::Bytes(bytes) => hex::encode(bytes).into(),
            Value::Id(id) => id.to_string().into(),
            Value::Time(at) => engine::moment(*at),
            Value::Json(document) => document.clone(),
            Value::Ip(ip) => ip.to_string().into(),
        };
        Some((column.name.to_owned(), member))
    });
    members.collect::<Map<_, _>>().into()
}
