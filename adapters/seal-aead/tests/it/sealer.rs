use std::sync::Arc;

use proptest::prelude::*;
use saaskit_conformance::sealer::Rings;
use saaskit_kernel::{ErrorKind, Sealed, Sealer, Secret, Source};
use saaskit_seal_aead::{AeadSealer, KeyRing};

fn ring(numbers: &[u8]) -> Arc<dyn Sealer> {
    // 43 letters of base64 that decode to 32 bytes; the number makes the first of them.
    let key = |number| format!("k{number}:{}{}", char::from(b'A' + number), "A".repeat(42));
    let text = numbers.iter().map(key).collect::<Vec<_>>().join(",");
    let ring = KeyRing::parse(&Secret::new(text)).unwrap();
    Arc::new(AeadSealer::new(ring, Source::system()).unwrap())
}

fn fresh() -> Rings {
    ring
}

saaskit_conformance::sealer_suite!(super::fresh());

#[test]
fn a_seal_names_its_version_and_key() {
    let seal = ring(&[7]).seal("context", b"secret").unwrap();
    assert_eq!(&seal.as_bytes()[..4], b"\x01\x02k7");
    assert_eq!(seal.as_bytes().len(), 4 + 12 + "secret".len() + 16);
}

#[test]
fn the_end_of_an_id_can_not_be_taken_for_the_context() {
    let key = format!(":{}", "A".repeat(43));
    let sealer = |id: &str| {
        let ring = KeyRing::parse(&Secret::new(format!("{id}{key}"))).unwrap();
        AeadSealer::new(ring, Source::system()).unwrap()
    };
    let seal = sealer("ab").seal("c", b"secret").unwrap();
    let (_, rest) = seal.as_bytes().split_at("vlab".len());
    let moved = Sealed::from_bytes([b"\x01\x01a".as_slice(), rest].concat());
    assert_eq!(sealer("a").open("bc", &moved).unwrap_err().kind(), ErrorKind::Rejected);
}

/// The same key bytes under two ids: a seal is bound to the id it was made under.
#[test]
fn one_key_under_another_id_opens_nothing() {
    let key = "A".repeat(43);
    let ring = KeyRing::parse(&Secret::new(format!("k1:{key},k2:{key}"))).unwrap();
    let sealer = AeadSealer::new(ring, Source::system()).unwrap();
    let seal = sealer.seal("context", b"secret").unwrap();
    let renamed = [b"\x01\x02k2", &seal.as_bytes()[4..]].concat();
    let refusal = sealer.open("context", &Sealed::from_bytes(renamed)).unwrap_err();
    assert_eq!(refusal.kind(), ErrorKind::Rejected);
}

proptest! {
    #[test]
    fn bytes_that_are_no_seal_are_rejected(bytes: Vec<u8>, context in "\\PC{0,20}") {
        let framed = [b"\x01\x02k1".as_slice(), &bytes].concat();
        for bytes in [bytes, framed] {
            let refusal = ring(&[1]).open(&context, &Sealed::from_bytes(bytes)).unwrap_err();
            prop_assert_eq!(refusal.kind(), ErrorKind::Rejected);
        }
    }

    #[test]
    fn any_bytes_under_any_context_come_back(secret: Vec<u8>, context in "\\PC{0,40}") {
        let sealer = ring(&[1]);
        let seal = sealer.seal(&context, &secret).unwrap();
        let opened = sealer.open(&context, &seal).unwrap();
        prop_assert_eq!(opened.as_slice(), secret);
    }
}
