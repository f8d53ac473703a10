//! What no suite can know: what is special about a folder.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use saaskit_example_spool_sms::{SpoolConfig, SpoolSms};
use saaskit_kernel::{ErrorKind, PhoneNumber, SmsMessage, SmsSender as _, SmsStatus};
use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio::task::spawn_blocking;

use crate::gateway::{files, read};

fn spool() -> (TempDir, SpoolSms) {
    let folder = tempfile::tempdir().unwrap();
    let config = SpoolConfig { most_waiting: 2, ..SpoolConfig::new(folder.path()) };
    let sender = SpoolSms::new(config).unwrap();
    (folder, sender)
}

fn message(key: &str, body: &str) -> SmsMessage {
    SmsMessage::new(key, PhoneNumber::parse("+40721234567").unwrap(), body).unwrap()
}

#[tokio::test]
async fn a_second_try_replaces_the_first() {
    let (folder, sender) = spool();
    let first = sender.send(&message("../sms 1", "one")).await.unwrap();
    let second = sender.send(&message("../sms 1", "two")).await.unwrap();
    assert_eq!(first, second);
    let [file] = &files(folder.path())[..] else { panic!("one file") };
    assert_eq!(read(file).body, "two");
}

#[tokio::test]
async fn a_second_try_needs_no_room() {
    let (_folder, sender) = spool();
    sender.send(&message("sms_1", "one")).await.unwrap();
    sender.send(&message("sms_2", "two")).await.unwrap();
    sender.send(&message("sms_2", "two")).await.unwrap();
    let error = sender.send(&message("sms_3", "three")).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Throttled, Some(Duration::from_mins(1))));
}

#[tokio::test]
async fn who_it_is_from_is_told_where_it_was_said() {
    let (folder, sender) = spool();
    let mut message = message("sms_1", "one");
    message.from = Some(PhoneNumber::parse("+442079460958").unwrap());
    sender.send(&message).await.unwrap();
    let [file] = &files(folder.path())[..] else { panic!("one file") };
    assert_eq!(read(file).from.as_deref(), Some("+442079460958"));
}

#[tokio::test]
async fn a_text_is_for_the_gateway_and_nobody_else() {
    let (folder, sender) = spool();
    sender.send(&message("sms_1", "one")).await.unwrap();
    let [file] = &files(folder.path())[..] else { panic!("one file") };
    let mode = fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o137, 0, "{mode:o}");
}

#[tokio::test]
async fn neither_a_send_nor_a_verify_leaves_drafts_behind() {
    let (folder, sender) = spool();
    sender.verify().await.unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let name = sender.send(&message("sms_1", "one")).await.unwrap().0;
    fs::remove_file(folder.path().join(&name)).unwrap();
    fs::create_dir(folder.path().join(&name)).unwrap();
    let error = sender.send(&message("sms_1", "one")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "a folder is in its place: {error:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_message_waits_until_it_is_picked_up() {
    let (folder, sender) = spool();
    let id = sender.send(&message("sms_1", "one")).await.unwrap();
    assert_eq!(sender.status(&id).await.unwrap(), SmsStatus::Queued);
    fs::remove_file(folder.path().join(&id.0)).unwrap();
    assert_eq!(sender.status(&id).await.unwrap(), SmsStatus::Unknown);
}

/// The disk is every thread that may wait for it: one, and it is taken.
#[test]
fn a_disk_that_hangs_is_waited_for_no_longer_than_was_said() {
    let folder = tempfile::tempdir().unwrap();
    let timeout = Duration::from_millis(100);
    let sender = SpoolSms::new(SpoolConfig { timeout, ..SpoolConfig::new(folder.path()) }).unwrap();
    let runtime = Builder::new_current_thread().enable_time().max_blocking_threads(1).build().unwrap();
    let (mend, hangs) = mpsc::channel::<()>();
    runtime.block_on(async {
        let disk = spawn_blocking(move || hangs.recv_timeout(Duration::from_secs(10)));
        let (begun, next) = (message("sms_1", "one"), message("sms_2", "two"));
        let may_be_taken = sender.send(&begun).await.unwrap_err();
        assert_eq!(may_be_taken.kind(), ErrorKind::TimedOut, "{may_be_taken:?}");
        let not_taken = sender.send(&next).await.unwrap_err();
        assert_eq!(not_taken.kind(), ErrorKind::Unavailable, "{not_taken:?}");
        drop(mend);
        assert_eq!(disk.await.unwrap(), Err(RecvTimeoutError::Disconnected));
        sender.send(&next).await.unwrap();
    });
    assert_eq!(files(folder.path()).len(), 2, "what was begun is done to its end");
}
