use sha2::{Digest, Sha256};

/// One step of a domain's schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    pub(crate) domain: &'static str,
    pub(crate) version: i64,
    pub(crate) name: &'static str,
    pub(crate) up: &'static str,
}

impl Migration {
    /// What it is called in reports: `auth/0001_accounts`.
    pub(crate) fn label(&self) -> String {
        format!("{}/{:04}_{}", self.domain, self.version, self.name)
    }

    pub(crate) fn checksum(&self) -> Vec<u8> {
        Sha256::digest(self.up).to_vec()
    }
}
