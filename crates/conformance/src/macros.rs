/// Makes a module of tests, one a check: the back of every suite's macro. Attributes for each test stand in brackets
/// before it.
#[doc(hidden)]
#[macro_export]
macro_rules! suite {
    ($attributes:tt $suite:ident of $checks:ident, $fresh:expr, $($check:ident)+) => {
        mod $suite {
            $($crate::check! { $attributes $checks $check $fresh })+
        }
    };
    ($suite:ident of $($rest:tt)+) => {
        $crate::suite! { [] $suite of $($rest)+ }
    };
}

/// One test.
#[doc(hidden)]
#[macro_export]
macro_rules! check {
    ([$($attribute:tt)*] $checks:ident $check:ident $fresh:expr) => {
        $($attribute)*
        #[$crate::tokio::test(flavor = "multi_thread", crate = "saaskit_conformance::tokio")]
        async fn $check() {
            $crate::$checks::$check($fresh.await).await;
        }
    };
}

/// Every suite of a store, those of its readers included. Takes an expression for a future of
/// [`Stores`](crate::Stores), and attributes that every test gets.
#[macro_export]
macro_rules! every_store_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::store_suite!($fresh $(, #[$attribute])*);
        $crate::work_queue_suite!($fresh $(, #[$attribute])*);
        $crate::claims_suite!($fresh $(, #[$attribute])*);
        $crate::signals_suite!($fresh $(, #[$attribute])*);
        $crate::users_suite!($fresh $(, #[$attribute])*);
        $crate::sessions_suite!($fresh $(, #[$attribute])*);
        $crate::refresh_tokens_suite!($fresh $(, #[$attribute])*);
        $crate::attempts_suite!($fresh $(, #[$attribute])*);
        $crate::roles_suite!($fresh $(, #[$attribute])*);
        $crate::tokens_suite!($fresh $(, #[$attribute])*);
        $crate::keys_suite!($fresh $(, #[$attribute])*);
        $crate::workspaces_suite!($fresh $(, #[$attribute])*);
        $crate::members_suite!($fresh $(, #[$attribute])*);
        $crate::memberships_suite!($fresh $(, #[$attribute])*);
        $crate::messages_suite!($fresh $(, #[$attribute])*);
        $crate::suppressions_suite!($fresh $(, #[$attribute])*);
        $crate::preferences_suite!($fresh $(, #[$attribute])*);
        $crate::brandings_suite!($fresh $(, #[$attribute])*);
        $crate::outbox_suite!($fresh $(, #[$attribute])*);
    };
}

/// Fails with the answer if it is not the one expected.
macro_rules! assert_answer {
    ($answer:expr, $expected:pat) => {{
        let answer = $answer;
        assert!(matches!(answer, $expected), "{answer:?}");
    }};
}

pub(crate) use assert_answer;
