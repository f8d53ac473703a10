//! The commonest passwords, without asking anybody: nearly 100,000 of them in the program itself.

use async_trait::async_trait;
use passwords::analyzer::is_common_password;
use saaskit_auth::Password;
use saaskit_auth::port::BreachedPasswords;
use saaskit_kernel::{PortError, Secret};

/// [`BreachedPasswords`] by a built-in list of the commonest ones, spellings like `P@ssw0rd` among them. Capitals
/// make no difference, but for the few passwords that are listed in one mixed spelling only. It never fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct CommonPasswords;

/// None of the list is longer, in bytes.
const LONGEST: usize = 32;

#[async_trait]
impl BreachedPasswords for CommonPasswords {
    async fn is_known(&self, password: &Password) -> Result<bool, PortError> {
        let typed = password.expose();
        if typed.len() > LONGEST {
            return Ok(false);
        }
        let lower = Secret::new(typed.to_lowercase());
        Ok(is_common_password(lower.expose()) || (lower.expose() != typed && is_common_password(typed)))
    }
}
