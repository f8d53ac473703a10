//! Files that move from the disk to a bucket while a server gives them out.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use saaskit_journeys::{Client, Engine, World, until};
use saaskit_kernel::{
    Disposition, Download, NewObject, ObjectKey, Secret, SignedUrls as _, Source, Storage as _,
};
use saaskit_peers::Bucket;
use saaskit_storage_local::{LocalStorage, LocalUrls, LocalUrlsConfig};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

const SIGNING: &str = "a-secret-that-signs-urls-of-files-0001";
const FILES: usize = 240;

fn key(n: usize) -> ObjectKey {
    ObjectKey::parse(&format!("tenants/acme/files/{n:04}/report.txt")).unwrap()
}

fn content(n: usize) -> String {
    format!("report {n} ").repeat(n)
}

/// An installation whose files are on the disk, and are to be in that bucket.
async fn world(bucket: &Bucket) -> World {
    let endpoint = format!("http://{}", bucket.address());
    let world = World::new(Engine::Sqlite).await.with("LOCAL_STORAGE_SIGNING_SECRET", SIGNING);
    let world = world.with("R2_ENDPOINT_URL", &endpoint).with("R2_BUCKET_NAME", Bucket::NAME);
    world.with("R2_ACCESS_KEY_ID", Bucket::KEY_ID).with("R2_SECRET_ACCESS_KEY", Bucket::SECRET)
}

async fn fill(disk: &LocalStorage) {
    for n in 0..FILES {
        let text = content(n);
        let (length, body) = (text.len() as u64, stream::iter([Ok(text.into())]).boxed());
        let (key, content_type, metadata) = (key(n), "text/plain".to_owned(), BTreeMap::new());
        disk.put(NewObject { key, content_type, metadata, length, sha256: None, body }).await.unwrap();
    }
}

/// The paths by which strangers get the files.
async fn links() -> Vec<String> {
    let config = LocalUrlsConfig {
        place: "http://localhost/api/v1/objects".to_owned(),
        secrets: vec![Secret::new(SIGNING)],
    };
    let (urls, mut links) = (LocalUrls::new(config, Source::system()).unwrap(), Vec::new());
    for n in 0..FILES {
        let (file_name, disposition) = ("report.txt".to_owned(), Disposition::Attachment);
        let download = Download { key: key(n), file_name, disposition };
        let signed = urls.download(&download, Duration::from_hours(1)).await.unwrap();
        links.push(signed.url.expose().trim_start_matches("http://localhost").to_owned());
    }
    links
}

/// How many objects there are, without what the server notes beside them.
fn count(bucket: &Bucket) -> usize {
    let files = bucket.objects().join("tenants/acme/files");
    std::fs::read_dir(files).map_or(0, Iterator::count)
}

/// Reads one file after the other, again and again until `stop`, each as it is; gives how many.
async fn read_on(client: Client, links: Vec<String>, stop: CancellationToken) -> usize {
    let mut read = 0;
    for (n, link) in links.iter().enumerate().cycle() {
        if stop.is_cancelled() {
            break;
        }
        let text = client.get(link).await.expect(200).text;
        assert!(text == content(n), "{link} is something else");
        read += 1;
    }
    read
}

async fn migrate(world: &World, more: &[&str]) -> Value {
    let arguments = [&["storage", "migrate", "--from", "local", "--to", "r2", "--json"], more].concat();
    let output = world.run(&arguments).await;
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_move_to_a_bucket_through_a_kill_while_they_are_given_out() {
    let bucket = Bucket::start().await.unwrap();
    let world = world(&bucket).await;
    let folder = world.data_folder().join("files");
    fill(&LocalStorage::open(&folder, Source::system()).unwrap()).await;
    let world = world.with("STORAGE", "r2").with("STORAGE_FALLBACK", "local");
    let server = world.serve().await;
    let stop = CancellationToken::new();
    let reading = tokio::spawn(read_on(server.client(), links().await, stop.clone()));

    let mut moving = world.begin(&["storage", "migrate", "--from", "local", "--to", "r2"]);
    until("some files are in the bucket", async || (count(&bucket) > FILES / 4).then_some(())).await;
    moving.kill().await.unwrap();
    let before = count(&bucket);
    assert!(before < FILES, "all was done before it was killed: nothing is proved");

    let all = migrate(&world, &[]).await;
    let (migrated, skipped) = (all["migrated"].as_u64().unwrap(), all["skipped"].as_u64().unwrap());
    assert_eq!(all, json!({"migrated": migrated, "skipped": skipped, "failed": 0, "deleted": 0}));
    assert_eq!(migrated + skipped, FILES as u64);
    assert!(skipped + 1 >= before as u64, "{all}: {before} were there");
    let gone = migrate(&world, &["--delete-source"]).await;
    assert_eq!(gone, json!({"migrated": 0, "skipped": FILES, "failed": 0, "deleted": FILES}));
    assert!(is_empty(&folder.join("objects")) && is_empty(&folder.join("drafts")));

    stop.cancel();
    assert!(reading.await.unwrap() > 0);
    let links = links().await;
    let last = server.client().get(&links[FILES - 1]).await.expect(200);
    assert_eq!(last.text, content(FILES - 1));
    server.stop().await;
}
