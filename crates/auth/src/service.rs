mod answer_registration;
mod authenticate;
mod create_admin;
mod keep_keys;
mod log_in;
mod log_out;
mod register;
mod resend_verification;
mod revocations;
mod set_up;
mod show_me;
mod verify_email;

use std::sync::Arc;

use saaskit_kernel::{Email, Faults, Handler, Invalid, Name, PortError, Sealer, Secret, Source, Store};

pub use log_in::{LogIn, SignedIn};
pub use register::Register;
pub use set_up::SetUp;

use crate::policy::{COMMON, TOO_LONG};
use crate::port::{BreachedPasswords, Keys, Letters, PasswordHasher, Sessions, TokenSigner, Tokens, Users};
use crate::{Algorithm, AuthError, Password, PasswordPolicy};
use keep_keys::KeyRing;
use revocations::Revocations;

/// How often a use case starts again when someone else was faster.
const TRIES: u32 = 8;

/// Everything auth does: one method a use case. Cheap to clone; all clones share what they remember.
#[derive(Debug, Clone)]
pub struct Auth {
    ports: Arc<Ports>,
    settings: Arc<Settings>,
    keys: Arc<KeyRing>,
    revocations: Arc<Revocations>,
}

/// The world auth lives in.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the port of its type")]
pub struct Ports {
    pub store: Arc<dyn Store>,
    pub users: Arc<dyn Users>,
    pub sessions: Arc<dyn Sessions>,
    pub tokens: Arc<dyn Tokens>,
    pub keys: Arc<dyn Keys>,
    pub hasher: Arc<dyn PasswordHasher>,
    pub breached: Arc<dyn BreachedPasswords>,
    pub signer: Arc<dyn TokenSigner>,
    pub sealer: Arc<dyn Sealer>,
    pub letters: Arc<dyn Letters>,
    pub source: Source,
}

/// What an operator chooses.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which passwords are good enough.
    pub password_policy: PasswordPolicy,
    /// Whether registering a taken address says so.
    pub reveal_existing_email: bool,
    /// What new signing keys sign with.
    pub algorithm: Algorithm,
    /// A private key (PKCS #8 PEM) to sign with instead of keys that saaskit makes and rotates.
    pub private_key: Option<Secret>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            password_policy: PasswordPolicy::default(),
            reveal_existing_email: false,
            algorithm: Algorithm::Rs256,
            private_key: None,
        }
    }
}

impl Auth {
    /// Auth in that world. [`Auth::refresh`] must have succeeded once before anybody can sign in.
    pub fn new(ports: Ports, settings: Settings) -> Self {
        Self {
            ports: Arc::new(ports),
            settings: Arc::new(settings),
            keys: Arc::default(),
            revocations: Arc::default(),
        }
    }

    /// The handlers of auth's jobs.
    pub fn handlers(&self) -> Vec<Arc<dyn Handler>> {
        vec![
            Arc::new(answer_registration::AnswerRegistration(self.clone())),
            Arc::new(resend_verification::ResendVerification(self.clone())),
        ]
    }

    /// Reads the fields of a new account; names everything that is wrong with them at once.
    async fn read_account(
        &self,
        email: &str,
        password: &Secret,
        name: Option<&str>,
    ) -> Result<(Email, Password, Option<Name>), AuthError> {
        let mut faults = Faults::default();
        let email = faults.keep("email", Email::parse(email));
        let name = name.map(|name| faults.keep("name", Name::parse(name)));
        let password = faults.keep("password", Password::new(password).ok_or(TOO_LONG));
        if let Some(password) = &password {
            faults.add("password", self.broken_rules(email.as_ref(), password).await?);
        }
        match (email, password, faults.is_empty()) {
            (Some(email), Some(password), true) => Ok((email, password, name.flatten())),
            _ => Err(AuthError::Invalid(faults.into_vec())),
        }
    }

    async fn broken_rules(
        &self,
        email: Option<&Email>,
        password: &Password,
    ) -> Result<Vec<Invalid>, PortError> {
        let mut broken = self.settings.password_policy.broken_by(password, email);
        if self.ports.breached.is_known(password).await? {
            broken.push(COMMON);
        }
        Ok(broken)
    }
}

fn is_contended(error: &AuthError) -> bool {
    matches!(error, AuthError::Contended)
}
