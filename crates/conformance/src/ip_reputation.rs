//! What a teller of bad addresses must do; see [`saaskit_kernel::IpReputation`].

use std::net::IpAddr;
use std::sync::Arc;

use saaskit_kernel::{Badness, IpReputation};

/// What every backend under test was told, in this order: an address may be told of several times.
pub const TOLD: [(&str, u8); 5] =
    [("192.0.2.1", 40), ("192.0.2.2", 40), ("192.0.2.2", 90), ("192.0.2.2", 70), ("2001:db8::1", 60)];

/// Makes a module `ip_reputation_suite` of tests. Takes an expression for a future of an `Arc<dyn IpReputation>` that
/// was told [`TOLD`](crate::ip_reputation::TOLD).
#[macro_export]
macro_rules! ip_reputation_suite {
    ($fresh:expr) => {
        $crate::suite! { ip_reputation_suite of ip_reputation, $fresh,
            an_address_is_as_bad_as_was_told
            of_several_things_the_worst_counts
            nothing_is_known_against_others
            an_ipv4_address_mapped_into_ipv6_is_judged_as_what_it_is
        }
    };
}

async fn assert_bad(reputation: &Arc<dyn IpReputation>, address: &str, score: u8) {
    let badness = reputation.badness(address.parse::<IpAddr>().unwrap()).await.unwrap();
    assert_eq!(badness, Badness::new(score), "{address}");
}

/// By its score.
pub async fn an_address_is_as_bad_as_was_told(reputation: Arc<dyn IpReputation>) {
    assert_bad(&reputation, "192.0.2.1", 40).await;
    assert_bad(&reputation, "2001:db8::1", 60).await;
}

/// In whatever order they were told.
pub async fn of_several_things_the_worst_counts(reputation: Arc<dyn IpReputation>) {
    assert_bad(&reputation, "192.0.2.2", 90).await;
}

/// Neighbours are not to blame.
pub async fn nothing_is_known_against_others(reputation: Arc<dyn IpReputation>) {
    for address in ["192.0.2.0", "192.0.2.3", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::2"] {
        assert_bad(&reputation, address, 0).await;
    }
}

/// Dual-stack sockets tell of IPv4 peers that way.
pub async fn an_ipv4_address_mapped_into_ipv6_is_judged_as_what_it_is(reputation: Arc<dyn IpReputation>) {
    assert_bad(&reputation, "::ffff:192.0.2.1", 40).await;
    assert_bad(&reputation, "::ffff:192.0.2.3", 0).await;
}
