use std::cmp::Ordering;
use std::fmt;
use std::net::IpAddr;

use uuid::Uuid;

use crate::Timestamp;

/// What is in one column of one row. It prints as what it is and never as what it says: rows hold secrets.
#[derive(Clone, PartialEq)]
#[expect(missing_docs, reason = "each is what the kind of its name holds")]
pub enum Value {
    Null,
    Flag(bool),
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
    Id(Uuid),
    Time(Timestamp),
    Json(serde_json::Value),
    Ip(IpAddr),
}

/// The values of one row, the key's first.
pub type Row = Vec<Value>;

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Flag(_) => "flag",
            Self::Number(_) => "number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Id(_) => "id",
            Self::Time(_) => "time",
            Self::Json(_) => "json",
            Self::Ip(_) => "ip",
        })
    }
}

/// The order of two keys of one table: of texts and bytes by their bytes, and of everything else as one expects.
pub fn key_order(one: &[Value], other: &[Value]) -> Ordering {
    let parts = one.iter().zip(other).map(|(one, other)| part_order(one, other));
    parts.fold(Ordering::Equal, Ordering::then)
}

fn part_order(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Flag(one), Value::Flag(other)) => one.cmp(other),
        (Value::Number(one), Value::Number(other)) => one.cmp(other),
        (Value::Text(one), Value::Text(other)) => one.cmp(other),
        (Value::Bytes(one), Value::Bytes(other)) => one.cmp(other),
        (Value::Id(one), Value::Id(other)) => one.cmp(other),
        (Value::Time(one), Value::Time(other)) => one.cmp(other),
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_printed_says_nothing() {
        let row: Row = vec![Value::Text("hunter2".to_owned()), Value::Bytes(vec![7]), Value::Null];
        assert_eq!(format!("{row:?}"), "[text, bytes, null]");
    }

    #[test]
    fn the_first_difference_orders_keys() {
        let key = |text: &str, number| [Value::Text(text.to_owned()), Value::Number(number)];
        assert_eq!(key_order(&key("a", 2), &key("b", 1)), Ordering::Less);
        assert_eq!(key_order(&key("a", 2), &key("a", -1)), Ordering::Greater);
        assert_eq!(key_order(&key("ä", 1), &key("z", 1)), Ordering::Greater, "by bytes");
        assert_eq!(key_order(&key("a", 1), &key("a", 1)), Ordering::Equal);
    }
}
