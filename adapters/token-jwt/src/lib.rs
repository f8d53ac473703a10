//! Access tokens as JWT (RFC 9068), signed by RS256, `EdDSA` or ES256.
//!
//! [`JwtSigner`] believes only what it would have signed itself: one algorithm a key, a header of `typ`, `alg` and
//! `kid` and nothing else, its own issuer and audience. Verified tokens are remembered for a minute by their hash;
//! whether they have expired is asked every time.

mod jwk;
mod pem;
mod private_key;
mod ring;
mod signer;
mod wire;

pub use pem::private_keys;
pub use signer::JwtSigner;
