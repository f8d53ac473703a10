//! What a list of passwords everybody knows must do; see [`saaskit_auth::port::BreachedPasswords`].

use std::sync::Arc;

use saaskit_auth::Password;
use saaskit_auth::port::BreachedPasswords;
use saaskit_kernel::{Secret, Source};

/// Makes a module `breached_passwords_suite` of tests. Takes an expression for a future of the port in an [`Arc`].
#[macro_export]
macro_rules! breached_passwords_suite {
    ($fresh:expr) => {
        $crate::suite! { breached_passwords_suite of breached_passwords, $fresh,
            the_commonest_passwords_are_known
            case_makes_no_difference
            a_random_password_is_not_known
            only_the_whole_password_counts
        }
    };
}

const COMMONEST: [&str; 12] = [
    "123456",
    "password",
    "12345678",
    "qwerty",
    "123456789",
    "111111",
    "iloveyou",
    "password1",
    "qwerty123",
    "letmein",
    "football",
    "trustno1",
];

async fn is_known(list: &Arc<dyn BreachedPasswords>, text: &str) -> bool {
    list.is_known(&Password::new(&Secret::new(text)).unwrap()).await.unwrap()
}

/// Those at the head of every list.
pub async fn the_commonest_passwords_are_known(list: Arc<dyn BreachedPasswords>) {
    for text in COMMONEST {
        assert!(is_known(&list, text).await, "{text:?}");
    }
}

/// In capitals they are as well known.
pub async fn case_makes_no_difference(list: Arc<dyn BreachedPasswords>) {
    for text in COMMONEST.map(str::to_uppercase).iter().map(String::as_str).chain(["PassWord1", "tRUSTNO1"]) {
        assert!(is_known(&list, text).await, "{text:?}");
    }
}

/// A password that was drawn by chance is nobody's.
pub async fn a_random_password_is_not_known(list: Arc<dyn BreachedPasswords>) {
    for _ in 0..8 {
        let token = Source::system().token().to_secret();
        assert!(!is_known(&list, token.expose()).await);
        assert!(!is_known(&list, &token.expose()[..12]).await);
    }
}

/// A known password inside a long one does not make it known.
pub async fn only_the_whole_password_counts(list: Arc<dyn BreachedPasswords>) {
    let long = format!("password{}", "a".repeat(248));
    for text in ["", "my password is not qwerty", "Password of the 3rd kind", &long] {
        assert!(!is_known(&list, text).await, "{text:?}");
    }
}
