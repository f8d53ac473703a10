//! How values stand in documents, and how they are read back as what they mean.

use bson::spec::BinarySubtype;
use bson::{Binary, Bson, DateTime, Document};
use saaskit_kernel::{Email, Id, Invalid, Name, PortError, Timestamp, Version};
use serde_json::{Map, Number, Value};
use uuid::Uuid;

use crate::failure::unreadable;

/// An id: binary, subtype 4.
pub(crate) fn id<E>(id: Id<E>) -> Bson {
    uuid(id.uuid())
}

pub(crate) fn maybe_id<E>(value: Option<Id<E>>) -> Bson {
    value.map_or(Bson::Null, id)
}

pub(crate) fn uuid(uuid: Uuid) -> Bson {
    uuid.into()
}

/// A time: a date, in milliseconds.
pub(crate) fn time(at: Timestamp) -> Bson {
    Bson::DateTime(DateTime::from_millis(at.millis()))
}

pub(crate) fn maybe_time(at: Option<Timestamp>) -> Bson {
    at.map_or(Bson::Null, time)
}

pub(crate) fn bytes(bytes: impl AsRef<[u8]>) -> Bson {
    Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: bytes.as_ref().to_vec() })
}

pub(crate) fn maybe_bytes(value: Option<impl AsRef<[u8]>>) -> Bson {
    value.map_or(Bson::Null, bytes)
}

pub(crate) fn maybe_text(text: Option<&str>) -> Bson {
    text.map_or(Bson::Null, Bson::from)
}

/// A version as a field takes it.
pub(crate) fn version(version: Version) -> Bson {
    Bson::Int64(i64::try_from(version.0).unwrap_or(i64::MAX))
}

/// A JSON value as what it is, and never as one of BSON's own types that JSON can spell.
pub(crate) fn json(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(flag) => Bson::Boolean(*flag),
        Value::Number(number) => json_number(number),
        Value::String(text) => Bson::String(text.clone()),
        Value::Array(items) => Bson::Array(items.iter().map(json).collect()),
        Value::Object(members) => {
            Bson::Document(members.iter().map(|(name, value)| (name.clone(), json(value))).collect())
        }
    }
}

/// A number beyond 63 bits is kept as a decimal.
fn json_number(number: &Number) -> Bson {
    let decimal = || number.as_u64().and_then(|number| number.to_string().parse().ok()).map(Bson::Decimal128);
    let double = || Bson::Double(number.as_f64().unwrap_or_default());
    number.as_i64().map(Bson::Int64).or_else(decimal).unwrap_or_else(double)
}

fn to_json(value: &Bson) -> Option<Value> {
    Some(match value {
        Bson::Null => Value::Null,
        Bson::Boolean(flag) => Value::Bool(*flag),
        Bson::Int32(number) => Value::from(*number),
        Bson::Int64(number) => Value::from(*number),
        Bson::Double(number) => Value::from(*number),
        Bson::Decimal128(number) => Value::from(number.to_string().parse::<u64>().ok()?),
        Bson::String(text) => Value::String(text.clone()),
        Bson::Array(items) => Value::Array(items.iter().map(to_json).collect::<Option<_>>()?),
        Bson::Document(members) => {
            let member = |(name, value): (&String, &Bson)| Some((name.clone(), to_json(value)?));
            Value::Object(members.iter().map(member).collect::<Option<Map<_, _>>>()?)
        }
        _ => return None,
    })
}

/// Reads fields as what they mean. What can't be read is `Unexpected`; a missing field and a null are one.
pub(crate) trait Row {
    /// What stands there, null if nothing does.
    fn field(&self, name: &str) -> &Bson;

    /// A field that may be missing.
    fn maybe<'a, T>(&'a self, name: &str, read: fn(&'a Bson) -> Option<T>) -> Result<Option<T>, PortError> {
        match self.field(name) {
            Bson::Null => Ok(None),
            value => read(value).map(Some).ok_or_else(|| unreadable(format!("{name} is of another type"))),
        }
    }

    /// A field that is there.
    fn get<'a, T>(&'a self, name: &str, read: fn(&'a Bson) -> Option<T>) -> Result<T, PortError> {
        self.maybe(name, read)?.ok_or_else(|| unreadable(format!("{name} is missing")))
    }

    fn uuid(&self, name: &str) -> Result<Uuid, PortError> {
        self.get(name, to_uuid)
    }

    fn id<E>(&self, name: &str) -> Result<Id<E>, PortError> {
        self.uuid(name).map(Id::from_uuid)
    }

    fn maybe_id<E>(&self, name: &str) -> Result<Option<Id<E>>, PortError> {
        Ok(self.maybe(name, to_uuid)?.map(Id::from_uuid))
    }

    fn at(&self, name: &str) -> Result<Timestamp, PortError> {
        self.get(name, to_time)
    }

    fn maybe_at(&self, name: &str) -> Result<Option<Timestamp>, PortError> {
        self.maybe(name, to_time)
    }

    fn flag(&self, name: &str) -> Result<bool, PortError> {
        self.get(name, Bson::as_bool)
    }

    fn number<N: TryFrom<i64>>(&self, name: &str) -> Result<N, PortError> {
        N::try_from(self.get(name, to_number)?).map_err(|_| unreadable(format!("{name} is out of range")))
    }

    fn maybe_number<N: TryFrom<i64>>(&self, name: &str) -> Result<Option<N>, PortError> {
        let number = self.maybe(name, to_number)?.map(N::try_from).transpose();
        number.map_err(|_| unreadable(format!("{name} is out of range")))
    }

    fn text(&self, name: &str) -> Result<&str, PortError> {
        self.get(name, Bson::as_str)
    }

    fn maybe_text(&self, name: &str) -> Result<Option<&str>, PortError> {
        self.maybe(name, Bson::as_str)
    }

    /// However many bytes.
    fn blob(&self, name: &str) -> Result<Vec<u8>, PortError> {
        self.get(name, to_bytes)
    }

    fn maybe_blob(&self, name: &str) -> Result<Option<Vec<u8>>, PortError> {
        self.maybe(name, to_bytes)
    }

    /// Exactly so many bytes.
    fn bytes<const N: usize>(&self, name: &str) -> Result<[u8; N], PortError> {
        self.maybe_bytes(name)?.ok_or_else(|| unreadable(format!("{name} is missing")))
    }

    fn maybe_bytes<const N: usize>(&self, name: &str) -> Result<Option<[u8; N]>, PortError> {
        let read = self.maybe_blob(name)?.map(<[u8; N]>::try_from).transpose();
        read.map_err(|_| unreadable(format!("{name} has not {N} bytes")))
    }

    fn json(&self, name: &str) -> Result<Value, PortError> {
        to_json(self.field(name)).ok_or_else(|| unreadable(format!("{name} is no JSON")))
    }

    fn version(&self, name: &str) -> Result<Version, PortError> {
        self.number(name).map(Version)
    }

    /// A word of an enum.
    fn word<T>(&self, name: &str, parse: fn(&str) -> Option<T>) -> Result<T, PortError> {
        let word = self.text(name)?;
        parse(word).ok_or_else(|| unreadable(format!("{name} says {word:?}, which is unknown")))
    }

    fn parsed<T>(&self, name: &str, parse: fn(&str) -> Result<T, Invalid>) -> Result<T, PortError> {
        parse(self.text(name)?).map_err(unreadable)
    }

    fn email(&self, name: &str) -> Result<Email, PortError> {
        self.parsed(name, Email::parse)
    }

    fn maybe_name(&self, name: &str) -> Result<Option<Name>, PortError> {
        self.maybe_text(name)?.map(Name::parse).transpose().map_err(unreadable)
    }

    /// A document inside this one.
    fn part(&self, name: &str) -> Result<&Document, PortError> {
        self.get(name, Bson::as_document)
    }
}

impl Row for Document {
    fn field(&self, name: &str) -> &Bson {
        self.get(name).unwrap_or(&Bson::Null)
    }
}

fn to_uuid(value: &Bson) -> Option<Uuid> {
    match value {
        Bson::Binary(Binary { subtype: BinarySubtype::Uuid, bytes }) => Uuid::from_slice(bytes).ok(),
        _ => None,
    }
}

fn to_time(value: &Bson) -> Option<Timestamp> {
    value.as_datetime().map(|at| Timestamp::from_millis(at.timestamp_millis()))
}

fn to_number(value: &Bson) -> Option<i64> {
    value.as_i64().or_else(|| value.as_i32().map(i64::from))
}

fn to_bytes(value: &Bson) -> Option<Vec<u8>> {
    match value {
        Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes }) => Some(bytes.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;
    use serde_json::json;

    use super::*;

    #[test]
    fn json_comes_back_as_it_was() {
        let values = [
            json!({"$oid": "507f1f77bcf86cd799439011", "a.b": [1, -1, 1.5, null, true, "x"]}),
            json!({"most": u64::MAX, "least": i64::MIN, "nested": {"$date": 1}}),
            json!("text"),
            json!(null),
        ];
        for value in values {
            assert_eq!(doc! { "it": json(&value) }.json("it").unwrap(), value);
        }
    }

    #[test]
    fn what_can_not_be_read_is_named_without_its_value() {
        let row = doc! { "epoch": "secret", "version": -1_i64 };
        let told = format!("{:?}", row.number::<u32>("epoch").unwrap_err());
        assert!(told.contains("epoch") && !told.contains("secret"), "{told}");
        assert!(row.version("version").is_err());
        assert!(row.text("missing").is_err());
        assert_eq!(row.maybe_text("missing").unwrap(), None);
    }
}
