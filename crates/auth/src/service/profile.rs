use saaskit_kernel::{Call, Code, Faults, Invalid, Locale, Name, Outcome, Principal, Version, retry_stale};
use serde_json::{Value, json};

use super::{Auth, TRIES, is_contended};
use crate::write::{AuthWrite, UserWrite};
use crate::{AuthError, User, action, event};

/// What an account is to say of its owner.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// What the person is called, if they say.
    pub name: Option<String>,
    /// The language to be written to in.
    pub locale: String,
}

const LOCALE_UNKNOWN: Invalid =
    Invalid::new(Code::validation("LOCALE_UNKNOWN"), "not a language we write in: en or de");

impl Auth {
    /// Replaces what the account of whoever asks says of them; with a version, only if it is still that one.
    pub async fn update_profile(
        &self,
        call: &Call,
        principal: &Principal,
        profile: &Profile,
        version: Option<Version>,
    ) -> Result<User, AuthError> {
        let mut faults = Faults::default();
        let name = profile.name.as_deref().map(|name| faults.keep("name", Name::parse(name)));
        let locale = faults.keep("locale", Locale::parse(&profile.locale).ok_or(LOCALE_UNKNOWN));
        let (Some(locale), true) = (locale, faults.is_empty()) else {
            return Err(AuthError::Invalid(faults.into_vec()));
        };
        let name = name.flatten();
        retry_stale(TRIES, is_contended, || {
            self.update_profile_once(call, principal, (name.clone(), locale), version)
        })
        .await
    }

    async fn update_profile_once(
        &self,
        call: &Call,
        principal: &Principal,
        (name, locale): (Option<Name>, Locale),
        version: Option<Version>,
    ) -> Result<User, AuthError> {
        let before = self.me(principal).await?;
        if version.is_some_and(|version| version != before.version) {
            return Err(AuthError::Changed);
        }
        let after = User { name, locale, ..before.clone() };
        let source = &self.ports.source;
        let entry = call.entry(source, action::UPDATE_PROFILE, Outcome::Success, None).on(after.id);
        let commit = call
            .commit()
            .write(AuthWrite::User(UserWrite::Save(after.clone())))
            .emit(self.told(event::PROFILE_UPDATED, after.id))
            .record(entry.changing(fields(&before, &after), fields(&after, &before)));
        self.ports.store.commit(commit).await?;
        Ok(User { version: after.version.next(), ..after })
    }
}

/// What differs, as the first one has it. A name is personal and the log is kept: only that it changed is said.
fn fields(of: &User, other: &User) -> Value {
    json!({ "locale": of.locale.as_str(), "name_changed": of.name != other.name })
}
