//! What a reader of brandings must do; see [`saaskit_notify::port::Brandings`] and [`BrandingWrite`].

use saaskit_kernel::{Commit, Name, TenantId};
use saaskit_notify::write::{BrandingWrite, NotifyWrite};
use saaskit_notify::{Branding, Color, Logo};

use crate::Stores;
use crate::fixtures::{branding, source};

/// Makes a module `brandings_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! brandings_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] brandings_suite of brandings, $fresh,
            what_was_set_last_is_read_back_as_it_was_set
            a_workspaces_branding_is_nobody_elses
            what_was_reset_is_gone_and_resetting_it_again_changes_nothing
        }
    };
}

fn striking() -> Branding {
    Branding {
        name: Name::parse("Bücher & \"Söhne\" \u{1f980}").unwrap(),
        color: Color::parse("#FACC15").unwrap(),
        logo: Logo::parse("https://cdn.example/logo.png?v=2&w=1"),
    }
}

async fn write(stores: &Stores, write: BrandingWrite) {
    stores.given(Commit::new().write(NotifyWrite::from(write))).await;
}

async fn read(stores: &Stores, tenant: TenantId) -> Option<Branding> {
    stores.brandings.branding(tenant).await.unwrap()
}

/// A branding takes the place of the one before it as a whole.
pub async fn what_was_set_last_is_read_back_as_it_was_set(stores: Stores) {
    let acme: TenantId = source().id();
    assert_eq!(read(&stores, acme).await, None);
    for set in [striking(), branding(), striking()] {
        write(&stores, BrandingWrite::Set(acme, set.clone())).await;
        assert_eq!(read(&stores, acme).await, Some(set));
    }
}

/// Each workspace has its own, or none.
pub async fn a_workspaces_branding_is_nobody_elses(stores: Stores) {
    let source = source();
    let [acme, other, third]: [TenantId; 3] = [source.id(), source.id(), source.id()];
    write(&stores, BrandingWrite::Set(acme, striking())).await;
    write(&stores, BrandingWrite::Set(other, branding())).await;
    for (tenant, expected) in [(acme, Some(striking())), (other, Some(branding())), (third, None)] {
        assert_eq!(read(&stores, tenant).await, expected);
    }
}

/// Of what was reset nothing stays, and nobody else's is reset.
pub async fn what_was_reset_is_gone_and_resetting_it_again_changes_nothing(stores: Stores) {
    let source = source();
    let [acme, other]: [TenantId; 2] = [source.id(), source.id()];
    for tenant in [acme, other] {
        write(&stores, BrandingWrite::Set(tenant, striking())).await;
    }
    for _ in 0..2 {
        write(&stores, BrandingWrite::Reset(acme)).await;
        assert_eq!((read(&stores, acme).await, read(&stores, other).await), (None, Some(striking())));
    }
}
