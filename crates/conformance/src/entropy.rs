//! What a source of randomness must do; see [`saaskit_kernel::Entropy`].

use std::collections::BTreeSet;
use std::sync::Arc;

use saaskit_kernel::Entropy;

use crate::at_once::at_once;

/// Makes a module `entropy_suite` of tests. Takes an expression for a future of an `Arc<dyn Entropy>`.
#[macro_export]
macro_rules! entropy_suite {
    ($fresh:expr) => {
        $crate::suite! { entropy_suite of entropy, $fresh,
            every_byte_asked_for_is_filled
            two_calls_never_give_the_same_sixteen_bytes
        }
    };
}

/// Every byte asked for is filled: what was in its place does not show through.
pub async fn every_byte_asked_for_is_filled(entropy: Arc<dyn Entropy>) {
    for length in [0, 1, 2, 7, 10, 16, 17, 32, 33, 1000] {
        let untouched = (0..4).map(|round: u8| {
            let marker = 0x55 ^ (round * 0x33);
            let mut bytes = vec![marker; length];
            entropy.fill(&mut bytes);
            bytes.into_iter().map(|byte| byte == marker).collect::<Vec<bool>>()
        });
        let always = untouched.reduce(|a, b| a.into_iter().zip(b).map(|(a, b)| a && b).collect());
        let always = always.unwrap_or_default();
        assert!(!always.contains(&true), "of {length} bytes some are left as they were");
    }
}

/// Two calls never give the same sixteen bytes, also side by side, also as parts of more.
pub async fn two_calls_never_give_the_same_sixteen_bytes(entropy: Arc<dyn Entropy>) {
    let draw = |length: usize| {
        let entropy = entropy.clone();
        async move {
            let draws = (0..500).map(|_| {
                let mut bytes = vec![0; length];
                entropy.fill(&mut bytes);
                bytes
            });
            draws.flat_map(|bytes| bytes.chunks(16).map(<[u8]>::to_vec).collect::<Vec<_>>()).collect()
        }
    };
    let drawn: Vec<Vec<Vec<u8>>> = at_once([16, 32, 16, 64].map(draw).into()).await;
    let all: Vec<Vec<u8>> = drawn.concat();
    let distinct: BTreeSet<&Vec<u8>> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
}
