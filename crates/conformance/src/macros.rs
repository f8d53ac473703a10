/// Makes a module of tests, one a check: the back of every suite's macro.
#[doc(hidden)]
#[macro_export]
macro_rules! suite {
    ($suite:ident of $checks:ident, $fresh:expr, $($check:ident)+) => {
        mod $suite {
            $(
                #[$crate::tokio::test(flavor = "multi_thread", crate = "saaskit_conformance::tokio")]
                async fn $check() {
                    $crate::$checks::$check($fresh.await).await;
                }
            )+
        }
    };
}

/// Every suite of a store, those of its readers included. Takes an expression for a future of
/// [`Stores`](crate::Stores).
#[macro_export]
macro_rules! every_store_suite {
    ($fresh:expr) => {
        $crate::store_suite!($fresh);
        $crate::work_queue_suite!($fresh);
        $crate::users_suite!($fresh);
        $crate::sessions_suite!($fresh);
        $crate::tokens_suite!($fresh);
        $crate::keys_suite!($fresh);
        $crate::workspaces_suite!($fresh);
        $crate::messages_suite!($fresh);
        $crate::outbox_suite!($fresh);
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
