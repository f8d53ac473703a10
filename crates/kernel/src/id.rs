use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::{Code, Invalid};

/// What an [`Id`] identifies: a marker type and the prefix its ids are shown with.
pub trait Entity: 'static {
    /// Lower-case letters, no underscore: `usr`.
    const PREFIX: &'static str;
}

/// A `UUIDv7` that knows what it identifies, shown as `usr_01h455vb4pex5vsknk084sn02q` (`TypeID`: the prefix,
/// then 26 characters of Crockford's base 32). Parsing accepts exactly what is printed.
///
/// ```
/// use saaskit_kernel::{TenantId, UserId};
/// let id: UserId = "usr_01h455vb4pex5vsknk084sn02q".parse()?;
/// assert_eq!(id.to_string(), "usr_01h455vb4pex5vsknk084sn02q");
/// assert!("usr_01h455vb4pex5vsknk084sn02q".parse::<TenantId>().is_err());
/// # Ok::<(), saaskit_kernel::Invalid>(())
/// ```
pub struct Id<E> {
    uuid: Uuid,
    entity: PhantomData<fn() -> E>,
}

macro_rules! entities {
    ($($entity:ident $id:ident $prefix:literal $doc:literal;)*) => {$(
        #[doc = concat!("Marker of ", $doc, ".")]
        #[derive(Debug, Clone, Copy)]
        pub enum $entity {}
        impl Entity for $entity { const PREFIX: &'static str = $prefix; }
        #[doc = concat!("Identifies ", $doc, ".")]
        pub type $id = Id<$entity>;
    )*};
}

entities! {
    UserEntity UserId "usr" "a person with an account";
    TenantEntity TenantId "ten" "a workspace";
    SessionEntity SessionId "ses" "one sign-in of a user";
    JobRecord JobId "job" "a piece of work";
    EventRecord EventId "evt" "something that happened";
    AuditRecord AuditId "aud" "an audit entry";
}

impl<E> Id<E> {
    /// Wraps a UUID that was made for this kind of entity.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, entity: PhantomData }
    }

    /// An id that stands in the code.
    pub const fn fixed(number: u128) -> Self {
        Self::from_uuid(Uuid::from_u128(number))
    }

    /// The bare UUID, for stores.
    pub const fn uuid(&self) -> Uuid {
        self.uuid
    }
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DIGITS: usize = 26;

fn encode(uuid: Uuid) -> [u8; DIGITS] {
    let mut rest = uuid.as_u128();
    let mut text = [0; DIGITS];
    for slot in text.iter_mut().rev() {
        *slot = ALPHABET[(rest & 31) as usize];
        rest >>= 5;
    }
    text
}

fn decode(text: &str) -> Option<Uuid> {
    if text.len() != DIGITS || text.as_bytes()[0] > b'7' {
        return None;
    }
    let digit = |byte| ALPHABET.iter().position(|&letter| letter == byte).map(|at| at as u128);
    let value = text.bytes().try_fold(0_u128, |value, byte| Some(value << 5 | digit(byte)?))?;
    Some(Uuid::from_u128(value))
}

impl<E: Entity> fmt::Display for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = encode(self.uuid);
        f.write_str(E::PREFIX)?;
        f.write_str("_")?;
        f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl<E: Entity> fmt::Debug for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<E: Entity> FromStr for Id<E> {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = text.strip_prefix(E::PREFIX).and_then(|rest| rest.strip_prefix('_'));
        digits
            .and_then(decode)
            .map(Self::from_uuid)
            .ok_or(Invalid::new(Code::validation("ID_INVALID"), "not an id of this kind"))
    }
}

impl<E> Clone for Id<E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E> Copy for Id<E> {}
impl<E> PartialEq for Id<E> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<E> Eq for Id<E> {}
impl<E> PartialOrd for Id<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<E> Ord for Id<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<E> Hash for Id<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

impl<E: Entity> Serialize for Id<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, E: Entity> Deserialize<'de> for Id<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_printed_parses_to_the_same_id(value: u128) {
            let id = UserId::from_uuid(Uuid::from_u128(value));
            prop_assert_eq!(id.to_string().parse::<UserId>(), Ok(id));
        }

        #[test]
        fn nothing_else_parses(text in "\\PC{0,40}") {
            if let Ok(id) = text.parse::<UserId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }

        #[test]
        fn text_order_is_id_order(a: u128, b: u128) {
            let [a, b] = [a, b].map(|value| UserId::from_uuid(Uuid::from_u128(value)));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }

    #[test]
    fn an_id_of_another_kind_upper_case_or_too_large_is_refused() {
        for text in [
            "ten_01h455vb4pex5vsknk084sn02q",
            "usr_01H455VB4PEX5VSKNK084SN02Q",
            "usr_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "01h455vb4pex5vsknk084sn02q",
        ] {
            assert!(text.parse::<UserId>().is_err(), "{text}");
        }
    }
}
