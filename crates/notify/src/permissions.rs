//! The permissions notify knows; they count in the installation.

/// Look at the addresses that get no mail.
pub const SUPPRESSIONS_READ: &str = "suppressions:read";
/// Say that an address gets no mail, or gets it again.
pub const SUPPRESSIONS_WRITE: &str = "suppressions:write";
