use sha2::{Digest, Sha256};

use super::{Mark, Row, Table, Value};

/// What a table held, in short: two that held the same have the same, in whichever stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// How many rows.
    pub rows: u64,
    /// SHA-256 over them, in the order of their keys.
    pub sha256: [u8; 32],
}

impl Sum {
    /// The hash in hexadecimal digits.
    pub fn hex(&self) -> String {
        hex::encode(self.sha256)
    }
}

/// The sum of several tables.
pub(super) fn mark(tables: &[(&'static Table, Sum)]) -> Mark {
    let mut hash = Sha256::new();
    for (table, sum) in tables {
        add_bytes(&mut hash, 0, table.name.as_bytes());
        hash.update(sum.rows.to_be_bytes());
        hash.update(sum.sha256);
    }
    Mark(hash.finalize().into())
}

/// A sum under way.
#[derive(Default)]
pub(super) struct Summing {
    rows: u64,
    hash: Sha256,
}

impl Summing {
    pub(super) fn add(&mut self, row: &Row) {
        self.rows += 1;
        for value in row {
            add(&mut self.hash, value);
        }
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn end(self) -> Sum {
        Sum { rows: self.rows, sha256: self.hash.finalize().into() }
    }
}

/// Every value begins with what it is and, where that is not fixed, how long it is, so that no two rows read alike.
fn add(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Null => hash.update([0]),
        Value::Flag(flag) => hash.update([1, u8::from(*flag)]),
        Value::Number(number) => add_number(hash, 2, *number),
        Value::Text(text) => add_bytes(hash, 3, text.as_bytes()),
        Value::Bytes(bytes) => add_bytes(hash, 4, bytes),
        Value::Id(id) => add_bytes(hash, 5, id.as_bytes()),
        Value::Time(at) => add_number(hash, 6, at.millis()),
        Value::Ip(ip) => add_bytes(hash, 7, ip.to_string().as_bytes()),
        Value::Json(document) => add_json(hash, document),
    }
}

fn add_bytes(hash: &mut Sha256, tag: u8, bytes: &[u8]) {
    hash.update([tag]);
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}

fn add_number(hash: &mut Sha256, tag: u8, number: i64) {
    hash.update([tag]);
    hash.update(number.to_be_bytes());
}

/// A document means the same however its members are ordered and its numbers written.
fn add_json(hash: &mut Sha256, document: &serde_json::Value) {
    use serde_json::Value as Json;
    match document {
        Json::Null => hash.update([8]),
        Json::Bool(flag) => hash.update([9, u8::from(*flag)]),
        Json::Number(number) => match whole(number) {
            Some(number) => add_number(hash, 10, number),
            None => add_bytes(hash, 11, number.to_string().as_bytes()),
        },
        Json::String(text) => add_bytes(hash, 12, text.as_bytes()),
        Json::Array(items) => {
            hash.update([13]);
            hash.update((items.len() as u64).to_be_bytes());
            for item in items {
                add_json(hash, item);
            }
        }
        Json::Object(members) => {
            hash.update([14]);
            hash.update((members.len() as u64).to_be_bytes());
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            for (name, member) in members {
                add_bytes(hash, 12, name.as_bytes());
                add_json(hash, member);
            }
        }
    }
}

/// `1.0` is the number 1: some stores write the one as the other.
fn whole(number: &serde_json::Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let number = number.as_f64().filter(|number| number.fract() == 0.0)?;
        format!("{number:.0}").parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sum(rows: &[Row]) -> Sum {
        let mut summing = Summing::default();
        for row in rows {
            summing.add(row);
        }
        summing.end()
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn rows_that_differ_have_other_sums() {
        let all = [
            sum(&[]),
            sum(&[vec![Value::Null]]),
            sum(&[vec![text("")]]),
            sum(&[vec![text("ab"), text("c")]]),
            sum(&[vec![text("a"), text("bc")]]),
            sum(&[vec![Value::Bytes(b"a".to_vec())]]),
            sum(&[vec![Value::Number(1)]]),
            sum(&[vec![Value::Flag(true)]]),
            sum(&[vec![Value::Json(json!(null))]]),
            sum(&[vec![Value::Json(json!({"a": 1, "b": 2}))]]),
            sum(&[vec![Value::Json(json!({"a": 2, "b": 1}))]]),
            sum(&[vec![Value::Json(json!([1.5]))]]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all[at + 1..].iter().all(|other| one.sha256 != other.sha256), "{at}");
        }
    }

    #[test]
    fn a_document_has_the_same_sum_however_it_is_written() {
        let read = |text: &str| Value::Json(serde_json::from_str(text).unwrap());
        let one = sum(&[vec![read(r#"{"b": 1, "a": [100, -2]}"#)]]);
        assert_eq!(one, sum(&[vec![read(r#"{"a":[1e2,-2.0],"b":1.0}"#)]]));
    }
}
