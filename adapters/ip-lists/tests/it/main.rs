//! Lists of bad addresses, from outside.
#![expect(clippy::unwrap_used, reason = "a test says by a panic that it fails")]

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use saaskit_conformance::fixtures::{CountingEntropy, FixedClock};
use saaskit_conformance::ip_reputation::TOLD;
use saaskit_ip_lists::{InvalidIpList, IpList, IpLists};
use saaskit_kernel::{Badness, IpReputation, Source};
use tempfile::TempDir;

/// Puts a whole file there at once: nobody reads half of it.
fn list(folder: &Path, name: &str, score: u8, text: &str) -> IpList {
    let path = folder.join(name);
    let whole = folder.join("new");
    fs::write(&whole, text).unwrap();
    fs::rename(whole, &path).unwrap();
    IpList { path, badness: Badness::new(score) }
}

fn source() -> (Source, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::default());
    (Source::new(clock.clone(), Arc::new(CountingEntropy::default())), clock)
}

/// Every score has a list of its own.
fn told() -> Arc<dyn IpReputation> {
    let folder = TempDir::new().unwrap();
    let lists = (0..).zip(TOLD).map(|(n, (address, score))| {
        list(folder.path(), &n.to_string(), score, &format!("# a list\n{address} ; one\n\n"))
    });
    Arc::new(IpLists::new(lists.collect(), source().0).unwrap())
}

saaskit_conformance::ip_reputation_suite!(std::future::ready(super::told()));

async fn score(lists: &IpLists, address: &str) -> u8 {
    lists.badness(address.parse::<IpAddr>().unwrap()).await.unwrap().score()
}

#[tokio::test]
async fn the_worst_network_counts_and_not_the_longest() {
    let folder = TempDir::new().unwrap();
    let wide = list(folder.path(), "wide", 80, "198.51.100.0/24\n2001:db8::/32\n");
    let narrow = list(folder.path(), "narrow", 30, "198.51.100.16/28\n198.51.0.0/16\n");
    let lists = IpLists::new(vec![narrow, wide], source().0).unwrap();
    for (address, expected) in [
        ("198.51.100.17", 80),
        ("198.51.100.255", 80),
        ("198.51.101.0", 30),
        ("198.52.0.0", 0),
        ("2001:db8:ffff::1", 80),
        ("2001:db9::", 0),
    ] {
        assert_eq!(score(&lists, address).await, expected, "{address}");
    }
}

#[test]
fn lines_that_are_no_networks_are_named() {
    let folder = TempDir::new().unwrap();
    let bad = list(folder.path(), "bad", 80, "192.0.2.1\nhello\n\n10.0.0.0/40\n");
    let refused = IpLists::new(vec![bad], source().0).unwrap_err();
    assert!(refused.to_string().ends_with("bad: no network in line 2, 4"), "{refused}");
    let gone = IpList { path: folder.path().join("gone"), badness: Badness::new(1) };
    assert!(matches!(IpLists::new(vec![gone], source().0), Err(InvalidIpList::Unreadable(..))));
}

#[tokio::test]
async fn a_list_that_was_replaced_is_read_again_after_a_minute_and_a_bad_one_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let first = list(folder.path(), "list", 50, "192.0.2.1\n");
    let (source, clock) = source();
    let lists = IpLists::new(vec![first], source).unwrap();
    list(folder.path(), "list", 50, "198.51.100.7\n");
    assert_eq!(score(&lists, "198.51.100.7").await, 0, "it looked before the minute was over");

    let turns_to = async |address: &str, expected: u8| {
        let poll = async {
            while score(&lists, address).await != expected {
                clock.advance(Duration::from_mins(1));
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), poll).await.unwrap();
    };
    clock.advance(Duration::from_mins(1));
    turns_to("198.51.100.7", 50).await;
    assert_eq!(score(&lists, "192.0.2.1").await, 0);

    list(folder.path(), "list", 50, "what is this?\n");
    for _ in 0..5 {
        clock.advance(Duration::from_mins(1));
        assert_eq!(score(&lists, "198.51.100.7").await, 50);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    list(folder.path(), "list", 50, "203.0.113.0/24\n");
    turns_to("203.0.113.9", 50).await;
}
