//! A row as the document that the store keeps of it, and back.

use bson::oid::ObjectId;
use bson::{Bson, Document, doc};
use saaskit_kernel::archive::{Column, Kind, Row, Table, Value};
use saaskit_kernel::{PortError, Signal};
use uuid::Uuid;

use crate::failure::unreadable;
use crate::row::{self, Row as _};

/// How the key of a table stands in its documents.
enum Key {
    /// It is the `_id`.
    Id,
    /// Its columns are the members of the `_id`.
    Members,
    /// There is one document, whose `_id` is 1.
    One,
    /// It is a field; the `_id` is the order they came in.
    Field,
    /// Its columns are fields, and several documents may have the same.
    Told,
}

fn kind_of(table: &Table) -> Key {
    match (table.name, table.key) {
        ("kernel_signals", _) => Key::Told,
        ("notify_outbox", _) => Key::Field,
        ("auth_installation", _) => Key::One,
        (_, [_]) => Key::Id,
        _ => Key::Members,
    }
}

/// Whether its documents are stamped by the server when they are written.
pub(super) fn is_told(table: &Table) -> bool {
    matches!(kind_of(table), Key::Told)
}

/// What documents are ordered by.
pub(super) fn path(table: &Table) -> &'static str {
    match (kind_of(table), table.key) {
        (Key::Field, [column, ..]) => column.name,
        _ => "_id",
    }
}

/// The stage that makes one document of those of one key, as those of other tables are; where it takes one.
pub(super) fn distinct(table: &Table) -> Option<Document> {
    let fields: Document =
        table.key.iter().map(|column| (column.name.to_owned(), format!("${}", column.name).into())).collect();
    is_told(table).then(|| doc! { "$group": { "_id": fields } })
}

/// A key as it stands at the [`path`].
pub(super) fn key(table: &Table, key: &[Value]) -> Bson {
    match (kind_of(table), key) {
        (Key::One, _) => Bson::Int64(1),
        (Key::Id | Key::Field, [key]) => bson_of(key),
        _ => fields(table.key.iter().zip(key)).into(),
    }
}

fn fields<'a>(columns: impl Iterator<Item = (&'a Column, &'a Value)>) -> Document {
    let there = columns.filter(|(_, value)| **value != Value::Null);
    there.map(|(column, value)| (column.name.to_owned(), bson_of(value))).collect()
}

pub(super) fn of(table: &Table, row: &Row) -> Document {
    let of_row = table.key_of(row);
    let mut document = doc! { "_id": key(table, of_row) };
    if let Key::Field = kind_of(table) {
        document = doc! { "_id": ObjectId::new(), path(table): key(table, of_row) };
    }
    document.extend(fields(table.rest.iter().zip(&row[table.key.len()..])));
    document.extend(found_by(table, row));
    document
}

/// What the store keeps once more, to find it by.
fn found_by(table: &Table, row: &Row) -> Document {
    match table.name {
        "work_jobs" => {
            let tenant = if let Some(Value::Id(tenant)) = row.get(1) { *tenant } else { Uuid::nil() };
            doc! { "lane": row::uuid(tenant) }
        }
        "tenants_memberships" | "notify_opt_outs" => fields(table.key.iter().zip(row).take(2)),
        _ => Document::new(),
    }
}

fn bson_of(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Flag(flag) => (*flag).into(),
        Value::Number(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Bytes(bytes) => row::bytes(bytes),
        Value::Id(id) => row::uuid(*id),
        Value::Time(at) => row::time(*at),
        Value::Json(document) => row::json(document),
        Value::Ip(ip) => ip.to_string().into(),
    }
}

pub(super) fn signal(row: &Row) -> Option<Signal> {
    let [Value::Text(name), Value::Text(subject), Value::Number(number), Value::Time(until)] = row.as_slice()
    else {
        return None;
    };
    let (name, subject) = (name.clone().into(), subject.clone());
    Some(Signal { name, subject, number: number.cast_unsigned(), until: *until })
}

pub(super) fn read(table: &Table, document: &Document) -> Result<Row, PortError> {
    let of_key = |column: &Column| match kind_of(table) {
        Key::One => Ok(Value::Flag(true)),
        Key::Id => value(document, "_id", column),
        Key::Field => value(document, column.name, column),
        Key::Members | Key::Told => value(document.part("_id")?, column.name, column),
    };
    let keys = table.key.iter().map(of_key);
    keys.chain(table.rest.iter().map(|column| value(document, column.name, column))).collect()
}

/// Documents a store always keeps; where they are JSON's null, the field is left out.
const ALWAYS_JSON: [&str; 5] = ["payload", "permissions", "policy", "public", "tries"];

fn value(document: &Document, name: &str, column: &Column) -> Result<Value, PortError> {
    if column.kind == Kind::Json && (document.contains_key(name) || ALWAYS_JSON.contains(&name)) {
        return document.json(name).map(Value::Json);
    }
    if *document.field(name) == Bson::Null {
        return Ok(Value::Null);
    }
    Ok(match column.kind {
        Kind::Flag => Value::Flag(document.flag(name)?),
        Kind::Number => Value::Number(document.number(name)?),
        Kind::Text => Value::Text(document.text(name)?.to_owned()),
        Kind::Bytes => Value::Bytes(document.blob(name)?),
        Kind::Id => Value::Id(document.uuid(name)?),
        Kind::Time => Value::Time(document.at(name)?),
        Kind::Json => Value::Json(document.json(name)?),
        Kind::Ip => Value::Ip(document.text(name)?.parse().map_err(unreadable)?),
    })
}
