mod account;
mod act_in;
mod administer;
mod answer_registration;
mod appoint;
mod assign_roles;
mod attempt;
mod authenticate;
mod carry;
mod change_email;
mod change_password;
mod confirm_email;
mod cookies;
mod create_admin;
mod create_role;
mod delete_account;
mod erase_account;
mod evict;
mod explain;
mod export;
mod find_users;
mod forgot_password;
mod keep_keys;
mod log_in;
mod log_out;
mod may;
mod profile;
mod register;
mod remove_role;
mod renew;
mod reseal;
mod resend_verification;
mod reset_password;
mod revocations;
mod roles;
mod sealed_job;
mod sessions;
mod set_up;
mod show_me;
mod step_up;
mod sweep;
mod tell_locked;
mod undo_email;
mod unlock;
mod update_role;
mod verify_email;

use std::sync::Arc;
use std::time::Duration;

use saaskit_kernel::{
    Email, Faults, Freshness, GeoIp, Handler, Invalid, Name, PortError, Sealer, Secret, Source, Store,
};

pub use administer::Administer;
pub use change_password::ChangePassword;
pub use explain::Explanation;
pub use log_in::{LogIn, SignedIn};
pub use profile::Profile;
pub use register::Register;
pub use renew::Shown;
pub use roles::RoleDraft;
pub use sessions::SessionSheet;
pub use set_up::SetUp;
pub use verify_email::Verified;

use crate::policy::{COMMON, TOO_LONG, Whose};
use crate::port::{
    AttemptCounters, Belongings, BreachedPasswords, Keys, Letters, PasswordHasher, RefreshTokens, Roles,
    Sessions, TokenSigner, Tokens, Users,
};
use crate::{Algorithm, AuthError, Known, Password, PasswordPolicy, User};
use cookies::Cookies;
use keep_keys::KeyRing;
use may::Access;
use revocations::Revocations;

/// How often a use case starts again when someone else was faster.
const TRIES: u32 = 8;

/// How lately somebody must have proved who they are to do what could take the account away.
const RECENT: Duration = Duration::from_mins(5);

/// Everything auth does: one method a use case. Cheap to clone; all clones share what they remember.
#[derive(Debug, Clone)]
pub struct Auth {
    ports: Arc<Ports>,
    settings: Arc<Settings>,
    keys: Arc<KeyRing>,
    revocations: Arc<Revocations>,
    cookies: Arc<Cookies>,
    access: Arc<Access>,
}

/// The world auth lives in.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the port of its type")]
pub struct Ports {
    pub store: Arc<dyn Store>,
    pub users: Arc<dyn Users>,
    pub sessions: Arc<dyn Sessions>,
    pub refresh_tokens: Arc<dyn RefreshTokens>,
    pub attempts: Arc<dyn AttemptCounters>,
    pub roles: Arc<dyn Roles>,
    pub tokens: Arc<dyn Tokens>,
    pub keys: Arc<dyn Keys>,
    pub hasher: Arc<dyn PasswordHasher>,
    pub breached: Arc<dyn BreachedPasswords>,
    pub signer: Arc<dyn TokenSigner>,
    pub sealer: Arc<dyn Sealer>,
    pub letters: Arc<dyn Letters>,
    pub belongings: Arc<dyn Belongings>,
    pub geo: Arc<dyn GeoIp>,
    pub freshness: Freshness,
    pub source: Source,
}

/// What an operator chooses.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which passwords are good enough.
    pub password_policy: PasswordPolicy,
    /// What the product is called: nobody's password.
    pub product: String,
    /// Whether registering a taken address says so.
    pub reveal_existing_email: bool,
    /// What new signing keys sign with.
    pub algorithm: Algorithm,
    /// Private keys (PKCS #8 PEM) instead of keys that saaskit makes and rotates: the first signs, all are published
    /// and believed.
    pub private_keys: Vec<Secret>,
    /// What else can be allowed, besides what auth knows.
    pub permissions: Vec<Known>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            password_policy: PasswordPolicy::default(),
            product: "saaskit".to_owned(),
            reveal_existing_email: false,
            algorithm: Algorithm::Rs256,
            private_keys: Vec::new(),
            permissions: Vec::new(),
        }
    }
}

impl Auth {
    /// Auth in that world. [`Auth::refresh`] must have succeeded once before anybody can sign in.
    pub fn new(ports: Ports, settings: Settings) -> Self {
        let access = Arc::new(Access::new(&settings));
        Self {
            ports: Arc::new(ports),
            settings: Arc::new(settings),
            keys: Arc::default(),
            revocations: Arc::default(),
            cookies: Arc::default(),
            access,
        }
    }

    /// The handlers of auth's jobs.
    pub fn handlers(&self) -> Vec<Arc<dyn Handler>> {
        vec![
            Arc::new(answer_registration::AnswerRegistration(self.clone())),
            Arc::new(resend_verification::ResendVerification(self.clone())),
            Arc::new(forgot_password::ForgotPassword(self.clone())),
            Arc::new(change_email::ChangeEmail(self.clone())),
            Arc::new(erase_account::EraseAccount(self.clone())),
            Arc::new(tell_locked::TellLocked(self.clone())),
        ]
    }

    /// Which passwords are good enough here.
    pub fn password_policy(&self) -> PasswordPolicy {
        self.settings.password_policy
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
            let name = name.as_ref().and_then(Option::as_ref);
            let whose = Whose { email: email.as_ref(), name, ..Whose::default() };
            faults.add("password", self.broken_rules(whose, password).await?);
        }
        match (email, password, faults.is_empty()) {
            (Some(email), Some(password), true) => Ok((email, password, name.flatten())),
            _ => Err(AuthError::Invalid(faults.into_vec())),
        }
    }

    /// Reads a new password of that user.
    async fn read_password(&self, user: &User, password: &Secret) -> Result<Password, AuthError> {
        let invalid = |broken: Vec<Invalid>| {
            AuthError::Invalid(broken.into_iter().map(|rule| ("password", rule)).collect())
        };
        let password = Password::new(password).ok_or_else(|| invalid(vec![TOO_LONG]))?;
        let workspaces = &self.ports.belongings.names(user.id).await?;
        let whose =
            Whose { email: Some(&user.email), name: user.name.as_ref(), workspaces, ..Whose::default() };
        let broken = self.broken_rules(whose, &password).await?;
        if broken.is_empty() { Ok(password) } else { Err(invalid(broken)) }
    }

    async fn broken_rules(&self, whose: Whose<'_>, password: &Password) -> Result<Vec<Invalid>, PortError> {
        let whose = Whose { product: &self.settings.product, ..whose };
        let mut broken = self.settings.password_policy.broken_by(password, whose);
        if self.ports.breached.is_known(password).await? {
            broken.push(COMMON);
        }
        Ok(broken)
    }
}

fn is_contended(error: &AuthError) -> bool {
    matches!(error, AuthError::Contended)
}
