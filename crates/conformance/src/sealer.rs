//! What a sealer must do; see [`saaskit_kernel::Sealer`].

use std::sync::Arc;

use saaskit_kernel::{ErrorKind, Sealed, Sealer};

/// Makes a module `sealer_suite` of tests. Takes an expression for [`Rings`].
#[macro_export]
macro_rules! sealer_suite {
    ($fresh:expr) => {
        $crate::suite! { sealer_suite of sealer, ::std::future::ready($fresh),
            what_was_sealed_opens_to_the_same_bytes
            another_context_refuses_to_open
            a_changed_byte_refuses_to_open
            a_cut_end_refuses_to_open
            sealing_the_same_bytes_twice_gives_different_seals
            a_seal_does_not_show_what_it_hides
            a_seal_by_an_older_key_still_opens
            new_seals_use_the_first_key
            a_seal_by_a_key_that_is_not_in_the_ring_refuses_to_open
            a_seal_is_current_if_the_first_key_made_it
        }
    };
}

/// Makes a sealer whose ring has the keys of these numbers, in this order; one number is always one key.
pub type Rings = fn(&[u8]) -> Arc<dyn Sealer>;

const CONTEXT: &str = "conformance:1";
const SECRET: &[u8] = b"a secret of some length";

fn sealed(sealer: &Arc<dyn Sealer>) -> Sealed {
    sealer.seal(CONTEXT, SECRET).unwrap()
}

fn assert_refused(sealer: &Arc<dyn Sealer>, context: &str, bytes: Vec<u8>) {
    let refusal = sealer.open(context, &Sealed::from_bytes(bytes)).unwrap_err();
    assert_eq!(refusal.kind(), ErrorKind::Rejected);
}

/// Whatever the bytes are, none included.
pub async fn what_was_sealed_opens_to_the_same_bytes(rings: Rings) {
    let sealer = rings(&[1]);
    let long = vec![255; 70_000];
    for secret in [b"".as_slice(), b"\0", SECRET, &long] {
        let seal = sealer.seal(CONTEXT, secret).unwrap();
        assert_eq!(sealer.open(CONTEXT, &seal).unwrap().as_slice(), secret);
    }
}

/// A seal moved to another row is worth nothing.
pub async fn another_context_refuses_to_open(rings: Rings) {
    let sealer = rings(&[1]);
    let seal = sealed(&sealer);
    for context in ["", "conformance:", "conformance:10", "conformance:2", "Conformance:1", "1conformance:1"]
    {
        assert_refused(&sealer, context, seal.as_bytes().to_vec());
    }
}

/// Any bit of any byte.
pub async fn a_changed_byte_refuses_to_open(rings: Rings) {
    let sealer = rings(&[2, 1]);
    let seal = sealed(&sealer);
    for at in 0..seal.as_bytes().len() {
        for bit in 0..8 {
            let mut bytes = seal.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            assert_refused(&sealer, CONTEXT, bytes);
        }
    }
}

/// At either end, down to nothing; and nothing can be added.
pub async fn a_cut_end_refuses_to_open(rings: Rings) {
    let sealer = rings(&[1]);
    let seal = sealed(&sealer);
    let bytes = seal.as_bytes();
    for length in 0..bytes.len() {
        assert_refused(&sealer, CONTEXT, bytes[..length].to_vec());
        assert_refused(&sealer, CONTEXT, bytes[bytes.len() - length..].to_vec());
    }
    assert_refused(&sealer, CONTEXT, [bytes, &[0]].concat());
}

/// Equal secrets are not seen to be equal.
pub async fn sealing_the_same_bytes_twice_gives_different_seals(rings: Rings) {
    let sealer = rings(&[1]);
    assert_ne!(sealed(&sealer), sealed(&sealer));
}

/// A seal does not contain the secret.
pub async fn a_seal_does_not_show_what_it_hides(rings: Rings) {
    let seal = sealed(&rings(&[1]));
    assert!(!seal.as_bytes().windows(SECRET.len()).any(|window| window == SECRET));
}

/// A key can be replaced before everything is sealed anew.
pub async fn a_seal_by_an_older_key_still_opens(rings: Rings) {
    let seal = sealed(&rings(&[1]));
    assert_eq!(rings(&[3, 2, 1]).open(CONTEXT, &seal).unwrap().as_slice(), SECRET);
}

/// The key before the comma.
pub async fn new_seals_use_the_first_key(rings: Rings) {
    let seal = sealed(&rings(&[2, 1]));
    assert_eq!(rings(&[2]).open(CONTEXT, &seal).unwrap().as_slice(), SECRET);
    assert_refused(&rings(&[1]), CONTEXT, seal.as_bytes().to_vec());
}

/// A key that was taken out opens nothing.
pub async fn a_seal_by_a_key_that_is_not_in_the_ring_refuses_to_open(rings: Rings) {
    let seal = sealed(&rings(&[1]));
    assert_refused(&rings(&[3, 2]), CONTEXT, seal.as_bytes().to_vec());
}

/// Wherever else its key stands, and when what was sealed is sealed anew.
pub async fn a_seal_is_current_if_the_first_key_made_it(rings: Rings) {
    let seal = sealed(&rings(&[1]));
    for (ring, current) in
        [(&[1_u8] as &[u8], true), (&[1, 2], true), (&[2, 1], false), (&[2], false), (&[11, 1], false)]
    {
        assert_eq!(rings(ring).is_current(&seal), current, "{ring:?}");
    }
    let ring = rings(&[2, 1]);
    let again = ring.seal(CONTEXT, &ring.open(CONTEXT, &seal).unwrap()).unwrap();
    assert!(ring.is_current(&again) && !ring.is_current(&Sealed::from_bytes(Vec::new())));
}
