use saaskit_kernel::{Sealer, Secret, Source};
use saaskit_seal_aead::{AeadSealer, KeyFault, KeyRing};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn faults(text: &str) -> Vec<KeyFault> {
    KeyRing::parse(&Secret::new(text)).unwrap_err().faults().to_vec()
}

#[test]
fn keys_are_read_with_and_without_padding_and_blanks() {
    let bare = KEY.trim_end_matches('=');
    let ring = KeyRing::parse(&Secret::new(format!(" 2026-11:{KEY} , old.key_1:{bare}\n"))).unwrap();
    assert_eq!(format!("{ring:?}"), r#"["2026-11", "old.key_1"]"#);
}

#[test]
fn every_fault_is_named() {
    let text = format!("{KEY},a b:{KEY},:{KEY},,short:AAEC,odd:*?!,good:{KEY},good:{KEY}");
    let named = |id: &str| id.to_owned();
    assert_eq!(
        faults(&text),
        [
            KeyFault::NoId { place: 1 },
            KeyFault::BadId { place: 2 },
            KeyFault::BadId { place: 3 },
            KeyFault::Empty { place: 4 },
            KeyFault::WrongLength { id: named("short"), bytes: 3 },
            KeyFault::NotBase64 { id: named("odd") },
            KeyFault::DuplicateId { id: named("good") },
        ]
    );
}

#[test]
fn no_key_at_all_is_a_fault() {
    assert_eq!(faults(""), [KeyFault::Empty { place: 1 }]);
}

#[test]
fn a_key_is_never_printed() {
    let bare = KEY.trim_end_matches('=');
    let right = KeyRing::parse(&Secret::new(format!("k:{KEY}"))).unwrap();
    assert!(!format!("{right:?}").contains(&KEY[..8]));
    for wrong in [
        KEY.to_owned(),
        format!("{bare}:{KEY}"),
        format!("k:{KEY}A"),
        format!("k:{KEY};l:{KEY}"),
        format!("k:{bare}AAAA"),
    ] {
        let error = KeyRing::parse(&Secret::new(wrong.clone())).unwrap_err();
        for shown in [format!("{error}"), format!("{error:?}")] {
            assert!(!shown.contains(&KEY[..8]), "{wrong} is shown as {shown}");
        }
    }
}

#[test]
fn a_generated_ring_seals() {
    let text = KeyRing::generate(&Source::system());
    assert_ne!(text.expose(), KeyRing::generate(&Source::system()).expose());
    let sealer = AeadSealer::new(KeyRing::parse(&text).unwrap(), Source::system()).unwrap();
    let seal = sealer.seal("context", b"secret").unwrap();
    assert_eq!(sealer.open("context", &seal).unwrap().as_slice(), b"secret");
}
