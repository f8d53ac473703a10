use std::sync::Arc;

use anyhow::ensure;
use async_trait::async_trait;
use saaskit_auth::port::{Letter, Letters};
use saaskit_auth::{Auth, NoBelongings, Place, Ports, Settings, TenantRole, permissions};
use saaskit_breach_list::CommonPasswords;
use saaskit_hash_argon2::{Argon2Config, Argon2Hasher};
use saaskit_kernel::{Call, Commit, Email, Follower, Freshness, PortError, Principal, Source, Subscriptions};
use saaskit_memory::{MemoryGeoIp, MemoryStore};
use saaskit_seal_aead::{AeadSealer, KeyRing};
use saaskit_token_jwt::JwtSigner;

use crate::cpu;
use crate::report::Figure;

/// Nobody is written to here.
#[derive(Debug)]
struct NoLetters;

#[async_trait]
impl Letters for NoLetters {
    async fn plan(&self, _: &Call, _: Letter) -> Result<Commit, PortError> {
        Ok(Commit::new())
    }

    async fn plan_forgetting(&self, _: &Call, _: &Email) -> Result<Commit, PortError> {
        Ok(Commit::new())
    }
}

/// Decisions of a batch; memory is believed for a second after news were heard, so a batch is shorter.
const BATCH: u32 = 50_000;
const BATCHES: u32 = 20;

pub(super) async fn run() -> anyhow::Result<Vec<Figure>> {
    let source = Source::system();
    let freshness = Freshness::default();
    let store = Arc::new(MemoryStore::new(Subscriptions::default()));
    let auth = auth(&store, &source, &freshness)?;
    let follower = Follower::new(store, [auth.listener()], source.clone(), freshness);
    let who = Principal::new(source.id(), source.id(), source.now());
    let inside = Place::Tenant(source.id(), TenantRole::Admin);
    let held = cost(&auth, &follower, &who, inside, permissions::TENANT_ROLES_READ, true).await?;
    let missing = cost(&auth, &follower, &who, Place::Installation, permissions::USERS_READ, false).await?;
    Ok(vec![
        Figure::new("permission a membership gives", held, "µs CPU").at_most(1.0),
        Figure::new("permission nobody gave, from memory", missing, "µs CPU").at_most(1.0),
    ])
}

async fn cost(
    auth: &Auth,
    follower: &Follower,
    who: &Principal,
    place: Place,
    permission: &str,
    expected: bool,
) -> anyhow::Result<f64> {
    let mut used = 0.0;
    for _ in 0..BATCHES {
        follower.follow().await?;
        let before = cpu::used_us(std::process::id())?;
        for _ in 0..BATCH {
            ensure!(
                auth.may(who, place, permission).await.is_ok() == expected,
                "{permission} is decided wrongly"
            );
        }
        used += cpu::used_us(std::process::id())? - before;
    }
    Ok(used / f64::from(BATCH * BATCHES))
}

fn auth(store: &Arc<MemoryStore>, source: &Source, freshness: &Freshness) -> anyhow::Result<Auth> {
    let keys = KeyRing::parse(&KeyRing::generate(source))?;
    let ports = Ports {
        store: store.clone(),
        users: store.clone(),
        sessions: store.clone(),
        refresh_tokens: store.clone(),
        attempts: store.clone(),
        roles: store.clone(),
        tokens: store.clone(),
        keys: store.clone(),
        hasher: Arc::new(Argon2Hasher::new(&Argon2Config::default(), source.clone())?),
        breached: Arc::new(CommonPasswords),
        signer: Arc::new(JwtSigner::new("http://localhost", "saaskit")),
        sealer: Arc::new(AeadSealer::new(keys, source.clone())?),
        letters: Arc::new(NoLetters),
        belongings: Arc::new(NoBelongings),
        geo: Arc::new(MemoryGeoIp::default()),
        freshness: freshness.clone(),
        source: source.clone(),
    };
    Ok(Auth::new(ports, Settings::default()))
}
