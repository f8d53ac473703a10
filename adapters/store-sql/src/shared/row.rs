use saaskit_kernel::{Email, Id, Invalid, Name, PortError, Timestamp, Version};
use sqlx::types::Uuid;
use sqlx::{Decode, Row as _, Type};

use super::error::{port, unreadable};
use super::{Row, engine};

/// Reads columns as what they mean. What can't be read is `Unexpected`.
pub(super) trait Columns {
    fn get<'r, T: Decode<'r, engine::Db> + Type<engine::Db>>(&'r self, column: &str) -> Result<T, PortError>;

    fn id<E>(&self, column: &str) -> Result<Id<E>, PortError> {
        self.get(column).map(Id::from_uuid)
    }

    fn maybe_id<E>(&self, column: &str) -> Result<Option<Id<E>>, PortError> {
        Ok(self.get::<Option<Uuid>>(column)?.map(Id::from_uuid))
    }

    fn at(&self, column: &str) -> Result<Timestamp, PortError> {
        self.get::<engine::At>(column).map(|at| at.0)
    }

    fn maybe_at(&self, column: &str) -> Result<Option<Timestamp>, PortError> {
        Ok(self.get::<Option<engine::At>>(column)?.map(|at| at.0))
    }

    fn number<N: TryFrom<i64>>(&self, column: &str) -> Result<N, PortError> {
        N::try_from(self.get::<i64>(column)?).map_err(|_| unreadable(format!("{column} is out of range")))
    }

    fn maybe_number<N: TryFrom<i64>>(&self, column: &str) -> Result<Option<N>, PortError> {
        let number = self.get::<Option<i64>>(column)?.map(N::try_from).transpose();
        number.map_err(|_| unreadable(format!("{column} is out of range")))
    }

    /// Exactly so many bytes.
    fn bytes<const N: usize>(&self, column: &str) -> Result<[u8; N], PortError> {
        let bytes: Option<[u8; N]> = self.maybe_bytes(column)?;
        bytes.ok_or_else(|| unreadable(format!("{column} is missing")))
    }

    fn maybe_bytes<const N: usize>(&self, column: &str) -> Result<Option<[u8; N]>, PortError> {
        let bytes: Option<Vec<u8>> = self.get(column)?;
        let read = bytes.map(<[u8; N]>::try_from).transpose();
        read.map_err(|_| unreadable(format!("{column} has not {N} bytes")))
    }

    fn version(&self, column: &str) -> Result<Version, PortError> {
        self.number(column).map(Version)
    }

    /// A word of an enum.
    fn word<T>(&self, column: &str, parse: fn(&str) -> Option<T>) -> Result<T, PortError> {
        let word: String = self.get(column)?;
        parse(&word).ok_or_else(|| unreadable(format!("{column} says {word:?}, which is unknown")))
    }

    fn parsed<T>(&self, column: &str, parse: fn(&str) -> Result<T, Invalid>) -> Result<T, PortError> {
        parse(&self.get::<String>(column)?).map_err(unreadable)
    }

    fn email(&self, column: &str) -> Result<Email, PortError> {
        self.parsed(column, Email::parse)
    }

    fn maybe_name(&self, column: &str) -> Result<Option<Name>, PortError> {
        let name: Option<String> = self.get(column)?;
        name.map(|name| Name::parse(&name)).transpose().map_err(unreadable)
    }
}

impl Columns for Row {
    fn get<'r, T: Decode<'r, engine::Db> + Type<engine::Db>>(&'r self, column: &str) -> Result<T, PortError> {
        self.try_get(column).map_err(port)
    }
}

/// A version as a column takes it.
pub(super) fn stored(version: Version) -> i64 {
    i64::try_from(version.0).unwrap_or(i64::MAX)
}
