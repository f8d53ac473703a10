//! The list of common passwords, from outside.
#![expect(clippy::unwrap_used, reason = "a test says by a panic that it fails")]

use std::sync::Arc;

use saaskit_auth::Password;
use saaskit_auth::port::BreachedPasswords;
use saaskit_breach_list::CommonPasswords;
use saaskit_kernel::Secret;

fn fresh() -> Arc<dyn BreachedPasswords> {
    Arc::new(CommonPasswords)
}

saaskit_conformance::breached_passwords_suite!(std::future::ready(super::fresh()));

async fn is_known(text: &str) -> bool {
    CommonPasswords.is_known(&Password::new(&Secret::new(text)).unwrap()).await.unwrap()
}

#[tokio::test]
async fn passwords_that_meet_the_classic_policy_and_everybody_uses_are_known() {
    for text in ["Password1", "P@ssw0rd", "Passw0rd", "Password123", "Welcome1", "Qwerty123", "Admin123"] {
        assert!(is_known(text).await, "{text:?}");
    }
}

#[tokio::test]
async fn passwords_that_are_long_enough_for_the_other_policy_and_known_are_known() {
    for text in ["123456789012345", "passwordpassword", "11111111111111111111"] {
        assert!(is_known(text).await, "{text:?}");
    }
}

#[tokio::test]
async fn a_passphrase_is_not_known() {
    for text in
        ["correct horse battery staple", "Tr0ub4dor & three others", "\u{1f40e}\u{1f50b}\u{1f4ce}\u{1f40e}"]
    {
        assert!(!is_known(text).await, "{text:?}");
    }
}
