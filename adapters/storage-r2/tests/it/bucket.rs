use saaskit_conformance::storage::{key, object, pattern, read};
use saaskit_kernel::{ErrorKind, NewObject, Secret, Storage as _};
use saaskit_peers::Bucket;
use saaskit_storage_r2::R2Config;

use crate::server::{config, storage};

#[tokio::test]
async fn a_wrong_secret_is_refused_and_waits_for_who_can_mend_it() {
    let server = Bucket::start().await.unwrap();
    let wrong = R2Config { secret_access_key: Secret::new("hunter2"), ..config(server.address()) };
    let storage = storage(&wrong);
    for error in [
        storage.ping().await.unwrap_err(),
        storage.put(object("a", "x")).await.unwrap_err(),
        storage.get(&key("a"), None).await.unwrap_err(),
        storage.remove(&key("a")).await.unwrap_err(),
        storage.list(None, None, 1).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_a_failure_and_not_an_empty_one() {
    let server = Bucket::start().await.unwrap();
    let storage = storage(&R2Config { bucket: "nothing".to_owned(), ..config(server.address()) });
    for error in [storage.ping().await.unwrap_err(), storage.list(None, None, 1).await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
    }
}

#[tokio::test]
async fn an_object_in_parts_leaves_no_parts() {
    let server = Bucket::start().await.unwrap();
    let storage = storage(&config(server.address()));
    let bytes = pattern(20 * 1024 * 1024);
    storage.put(object("large", bytes.clone())).await.unwrap();
    assert_eq!(server.parts(), [""; 0]);
    let got = storage.get(&key("large"), None).await.unwrap().unwrap();
    assert!(read(got).await == bytes);
    let wrong = NewObject { sha256: Some([7; 32]), ..object("large", pattern(9 * 1024 * 1024)) };
    assert_eq!(storage.put(wrong).await.unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(server.parts(), [""; 0], "what was refused is taken back");
    let got = storage.get(&key("large"), None).await.unwrap().unwrap();
    assert!(read(got).await == bytes, "it is as it was");
}

#[tokio::test]
async fn more_keys_are_listed_than_one_answer_holds() {
    let server = Bucket::start().await.unwrap();
    let storage = storage(&config(server.address()));
    let folder = server.objects().join("a");
    std::fs::create_dir(&folder).unwrap();
    for n in 0..2345 {
        std::fs::write(folder.join(format!("{n:04}")), "x").unwrap();
    }
    let all = storage.list(Some(&key("a")), None, 10_000).await.unwrap();
    assert_eq!(all, (0..2345).map(|n| key(&format!("a/{n:04}"))).collect::<Vec<_>>());
    assert_eq!(storage.list(None, Some(&all[99]), 1500).await.unwrap(), all[100..1600]);
}

#[tokio::test]
async fn what_others_put_there_is_given_without_a_checksum_nobody_noted() {
    let server = Bucket::start().await.unwrap();
    let storage = storage(&config(server.address()));
    std::fs::write(server.objects().join("foreign"), "hello").unwrap();
    let info = storage.head(&key("foreign")).await.unwrap().unwrap();
    assert_eq!((info.length, info.sha256), (5, None));
    assert!(storage.copy(&key("foreign"), &key("copy")).await.unwrap());
    let got = storage.get(&key("copy"), Some(1..3)).await.unwrap().unwrap();
    assert_eq!((got.info.sha256, &got.info.tag), (None, &info.tag));
    assert_eq!(read(got).await, b"el");
    let ours = storage.put(object("ours", "hello")).await.unwrap();
    assert!(ours.sha256.is_some() && ours.tag == info.tag, "{ours:?}");
}

#[test]
fn everything_that_is_wrong_with_the_settings_is_said() {
    let good = config("127.0.0.1:9000".parse().unwrap());
    assert!(good.check().is_ok() && good.is_private());
    assert!(!R2Config { endpoint: "http://r2.example.com".to_owned(), ..good.clone() }.is_private());
    for endpoint in
        ["r2.example.com", "https://", "https://a.example/path", "https://u:p@a.example", "ftp://a"]
    {
        let bad = R2Config { endpoint: endpoint.to_owned(), ..good.clone() };
        assert_eq!(bad.check().unwrap_err().rules().len(), 1, "{endpoint}");
    }
    let bad = R2Config::new("", "A", "", Secret::default());
    assert_eq!(bad.check().unwrap_err().rules().len(), 4);
    assert!(!format!("{good:?}").contains("a-secret"));
}
