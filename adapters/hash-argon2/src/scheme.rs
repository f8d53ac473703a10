use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::{Algorithm, Argon2, Block, KeyId, Params, ParamsBuilder, Version};
use saaskit_auth::port::Verdict;
use saaskit_auth::{Password, PasswordHash};
use saaskit_kernel::{Secret, constant_time_eq};
use zeroize::Zeroizing;

use crate::Argon2Config;
use crate::config::affordable;
use crate::pool::Memory;

/// Says in a hash that the pepper is part of it.
const PEPPERED: &[u8] = b"pepper";

const OUTPUT: usize = Params::DEFAULT_OUTPUT_LEN;
pub(crate) const SALT: usize = argon2::RECOMMENDED_SALT_LEN;

/// Argon2id under the current parameters, and whatever older hashes need.
#[derive(Debug)]
pub(crate) struct Scheme {
    params: Params,
    pepper: Option<Secret>,
}

/// A stored hash taken apart.
struct Stored {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Salt,
    output: Output,
}

impl Scheme {
    pub(crate) fn new(config: &Argon2Config) -> Result<Self, argon2::Error> {
        let mut builder = ParamsBuilder::new();
        builder.m_cost(config.memory_kib).t_cost(config.passes).p_cost(config.lanes).output_len(OUTPUT);
        if config.pepper.is_some() {
            builder.keyid(KeyId::new(PEPPERED)?);
        }
        Ok(Self { params: builder.build()?, pepper: config.pepper.clone() })
    }

    /// How many blocks of memory a hash takes.
    pub(crate) fn blocks(&self) -> usize {
        self.params.block_count()
    }

    /// The PHC string of an output under the current parameters.
    pub(crate) fn phc(&self, salt: &[u8; SALT], output: &[u8; OUTPUT]) -> Option<PasswordHash> {
        let phc = Phc {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.params).ok()?,
            salt: Some(Salt::new(salt).ok()?),
            hash: Some(Output::new(output).ok()?),
        };
        Some(PasswordHash::from_phc(phc.to_string()))
    }

    /// Hashes under the current parameters.
    pub(crate) fn hash(
        &self,
        password: &Password,
        salt: &[u8; SALT],
        memory: &mut Memory,
    ) -> Option<PasswordHash> {
        let mut output = [0; OUTPUT];
        let argon2 = self.argon2(Algorithm::Argon2id, Version::V0x13, self.params.clone())?;
        argon2
            .hash_password_into_with_memory(password.expose().as_bytes(), salt, &mut output, memory)
            .ok()?;
        self.phc(salt, &output)
    }

    /// Nothing, if the hash can't be read; then nothing was worked out either.
    pub(crate) fn verify(
        &self,
        password: &Password,
        hash: &PasswordHash,
        memory: &mut Memory,
    ) -> Option<Verdict> {
        let stored = Stored::read(hash)?;
        let outdated = self.is_outdated(&stored);
        let mut output = [0; Output::MAX_LENGTH];
        let output = output.get_mut(..stored.output.len())?;
        let mut more = Zeroizing::new(Vec::new());
        let memory = if stored.params.block_count() <= memory.len() {
            memory
        } else {
            more.resize(stored.params.block_count(), Block::new());
            more.as_mut_slice()
        };
        let argon2 = self.argon2(stored.algorithm, stored.version, stored.params)?;
        let password = password.expose().as_bytes();
        argon2.hash_password_into_with_memory(password, &stored.salt, output, memory).ok()?;
        let matches = constant_time_eq(output, stored.output.as_bytes());
        Some(if matches { Verdict::Match { outdated } } else { Verdict::Mismatch })
    }

    fn is_outdated(&self, stored: &Stored) -> bool {
        stored.algorithm != Algorithm::Argon2id
            || stored.version != Version::V0x13
            || stored.params != self.params
            || stored.salt.len() != SALT
    }

    /// Nothing, if a pepper is needed that is not there.
    fn argon2(&self, algorithm: Algorithm, version: Version, params: Params) -> Option<Argon2<'_>> {
        if params.keyid() != PEPPERED {
            return Some(Argon2::new(algorithm, version, params));
        }
        let pepper = self.pepper.as_ref()?.expose().as_bytes();
        Argon2::new_with_secret(pepper, algorithm, version, params).ok()
    }
}

impl Stored {
    fn read(hash: &PasswordHash) -> Option<Self> {
        let phc = Phc::new(hash.as_str()).ok()?;
        let params = Params::try_from(&phc).ok()?;
        let stored = Self {
            algorithm: phc.algorithm.as_str().try_into().ok()?,
            version: phc.version.map_or(Ok(Version::V0x10), Version::try_from).ok()?,
            params,
            salt: phc.salt?,
            output: phc.hash?,
        };
        affordable(stored.params.m_cost(), stored.params.t_cost(), stored.params.p_cost()).then_some(stored)
    }
}
