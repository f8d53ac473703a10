//! What a process leaves that is killed while it writes.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use saaskit_conformance::fixtures;
use saaskit_conformance::storage::{key, object, read};
use saaskit_kernel::{Source, Storage as _};
use saaskit_storage_local::LocalStorage;

const ROLE: &str = "writer";
const SIZE: usize = 3_000_000;

/// Puts one version after the other for ever: as many bytes, each the number of the version.
async fn write_for_ever(folder: &Path) {
    let storage = LocalStorage::open(folder, Source::system()).unwrap();
    for version in (0..=u8::MAX).cycle() {
        storage.put(object("a/b", vec![version; SIZE])).await.unwrap();
    }
}

/// This very test, in a process of its own, in that folder.
fn writer(folder: &Path) -> Child {
    let name = "crash::a_process_that_is_killed_leaves_the_old_object_or_the_new_one";
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name]).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// How much of the next version is written.
fn written(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder.join("drafts")) else { return 0 };
    entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len())).max().unwrap_or(0)
}

#[tokio::test]
async fn a_process_that_is_killed_leaves_the_old_object_or_the_new_one() {
    if Path::new(ROLE).exists() {
        return write_for_ever(Path::new(".")).await;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(ROLE), "").unwrap();
    let place = folder.path().join("objects/a.d/b.o");
    let mut cut_off = 0;
    for round in 0..24 {
        let mut writer = writer(folder.path());
        let wanted = round * SIZE as u64 / 23;
        while !(place.exists() && written(folder.path()) >= wanted) {
            assert!(writer.try_wait().unwrap().is_none(), "the writer ended by itself");
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        cut_off += usize::from(written(folder.path()) > 0);

        let storage = LocalStorage::open(folder.path(), fixtures::source()).unwrap();
        let object = storage.get(&key("a/b"), None).await.unwrap().expect("the old one or the new one");
        let bytes = read(object).await;
        assert!(bytes.len() == SIZE && bytes.iter().all(|byte| *byte == bytes[0]), "of two versions");
        assert_eq!(written(folder.path()), 0, "what was half written is gone");
        assert_eq!(storage.list(None, None, 10).await.unwrap(), [key("a/b")]);
    }
    assert!(cut_off > 0, "no writer was killed while it wrote: nothing was proved");
}
