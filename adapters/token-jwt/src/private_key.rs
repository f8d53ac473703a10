use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::{KeyRejected, Unspecified};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use saaskit_auth::Algorithm;
use zeroize::Zeroizing;

/// A private key, parsed once: parsing an RSA key takes longer than signing with it.
pub(crate) enum PrivateKey {
    Rs256(RsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Es256(EcdsaKeyPair),
}

/// The public half of a key, as its numbers.
pub(crate) enum PublicNumbers {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// The point as RFC 8032 writes it.
    Ed25519(Vec<u8>),
    /// The uncompressed point: 4, x, y.
    P256(Vec<u8>),
}

impl PrivateKey {
    /// Made with the randomness of the cryptographic library, which takes no other.
    pub(crate) fn generate(algorithm: Algorithm) -> Result<Self, Unspecified> {
        match algorithm {
            Algorithm::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048).map(Self::Rs256),
            Algorithm::EdDsa => Ed25519KeyPair::generate().map(Self::EdDsa),
            Algorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Self::Es256),
        }
    }

    pub(crate) fn from_pkcs8(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyRejected> {
        match algorithm {
            Algorithm::Rs256 => RsaKeyPair::from_pkcs8(der).map(Self::Rs256),
            Algorithm::EdDsa => Ed25519KeyPair::from_pkcs8(der).map(Self::EdDsa),
            Algorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).map(Self::Es256)
            }
        }
    }

    pub(crate) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
        let der = match self {
            Self::Rs256(key) => AsDer::<Pkcs8V1Der<'_>>::as_der(key)?.as_ref().to_vec(),
            Self::EdDsa(key) => key.to_pkcs8v1()?.as_ref().to_vec(),
            Self::Es256(key) => key.to_pkcs8v1()?.as_ref().to_vec(),
        };
        Ok(Zeroizing::new(der))
    }

    pub(crate) fn public(&self) -> PublicNumbers {
        match self {
            Self::Rs256(key) => PublicNumbers::Rsa {
                modulus: key.public_key().modulus().big_endian_without_leading_zero().to_vec(),
                exponent: key.public_key().exponent().big_endian_without_leading_zero().to_vec(),
            },
            Self::EdDsa(key) => PublicNumbers::Ed25519(key.public_key().as_ref().to_vec()),
            Self::Es256(key) => PublicNumbers::P256(key.public_key().as_ref().to_vec()),
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        match self {
            Self::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)?;
                Ok(signature)
            }
            Self::EdDsa(key) => Ok(key.try_sign(message)?.as_ref().to_vec()),
            Self::Es256(key) => Ok(key.sign(&SystemRandom::new(), message)?.as_ref().to_vec()),
        }
    }
}
