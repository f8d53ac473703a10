use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use saaskit_kernel::{Id, InstallationSecret, constant_time_eq};

use crate::RequestFault;

/// Makes and reads cursors: a key of a list and a tag over both, so that nobody makes one up or carries it to
/// another list.
#[derive(Debug, Clone)]
pub struct Cursors(InstallationSecret);

const TAG: usize = 16;

impl Cursors {
    /// Cursors of that installation.
    pub fn new(secret: InstallationSecret) -> Self {
        Self(secret)
    }

    /// The cursor behind `id` in the list of that name.
    pub fn write<E>(&self, list: &str, id: Id<E>) -> String {
        let key = id.uuid().into_bytes();
        let tag = self.tag(list, &key);
        URL_SAFE_NO_PAD.encode([key.as_slice(), &tag].concat())
    }

    /// Reads back what [`Self::write`] made for the same list, and nothing else.
    pub fn read<E>(&self, list: &str, cursor: &str) -> Result<Id<E>, RequestFault> {
        let mut bytes = [0; 16 + TAG];
        let read = URL_SAFE_NO_PAD.decode_slice(cursor, &mut bytes);
        let (key, tag) = bytes.split_at(16);
        let honest = read == Ok(16 + TAG) && constant_time_eq(&self.tag(list, key), tag);
        let key = <[u8; 16]>::try_from(key).ok().filter(|_| honest);
        key.map(|key| Id::from_uuid(uuid::Uuid::from_bytes(key))).ok_or(RequestFault::CursorInvalid)
    }

    fn tag(&self, list: &str, key: &[u8]) -> [u8; TAG] {
        let whole = self.0.fingerprint(&format!("http.cursor.{list}"), key);
        std::array::from_fn(|at| whole[at])
    }
}

#[cfg(test)]
mod tests {
    use saaskit_kernel::{TenantEntity, TenantId};

    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is() {
        let cursors = Cursors::new(InstallationSecret::from_bytes([7; 32]));
        let id: TenantId = "ten_01h455vb4pex5vsknk084sn02q".parse().unwrap();
        let cursor = cursors.write("tenants", id);
        assert_eq!(cursors.read("tenants", &cursor), Ok(id));
        assert_eq!(cursors.read::<TenantEntity>("members", &cursor), Err(RequestFault::CursorInvalid));
        let stranger = Cursors::new(InstallationSecret::from_bytes([8; 32]));
        assert_eq!(stranger.read::<TenantEntity>("tenants", &cursor), Err(RequestFault::CursorInvalid));
        for at in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(cursors.read::<TenantEntity>("tenants", &changed), Err(RequestFault::CursorInvalid));
        }
        for text in ["", "!", &cursor[1..], &format!("{cursor}AA"), &"A".repeat(10_000)] {
            assert_eq!(cursors.read::<TenantEntity>("tenants", text), Err(RequestFault::CursorInvalid));
        }
    }
}
