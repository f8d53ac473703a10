use saaskit_kernel::{Email, InstallationSecret, Invalid, Secret, Token};

use crate::PasswordHash;

/// What the browser that registered an address shows to say that the password was of its choice. It proves that by
/// itself: nothing is stored for it, and no two hashes of a password are the same.
#[derive(Debug, Clone)]
pub struct RegistrationProof(Token);

impl RegistrationProof {
    /// The proof for whoever has just chosen that password for that address.
    pub fn of(secret: &InstallationSecret, address: &Email, password: &PasswordHash) -> Self {
        let parts = [password.as_str(), " ", address.normal()].concat();
        Self(Token::from_bytes(secret.fingerprint("auth.registration", parts.as_bytes())))
    }

    /// Reads what [`Self::to_secret`] showed, and nothing else.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Token::parse(text).map(Self)
    }

    /// What the browser keeps.
    pub fn to_secret(&self) -> Secret {
        self.0.to_secret()
    }
}

impl PartialEq for RegistrationProof {
    fn eq(&self, other: &Self) -> bool {
        self.0.hash() == other.0.hash()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_proves_one_choice_of_a_password_for_one_address_under_one_installation() {
        let secret = |byte| InstallationSecret::from_bytes([byte; 32]);
        let email = |local: &str| Email::parse(&format!("{local}@example.org")).unwrap();
        let hash = |phc: &str| PasswordHash::from_phc(phc.to_owned());
        let proof = RegistrationProof::of(&secret(1), &email("ana"), &hash("$one"));
        assert_eq!(RegistrationProof::of(&secret(1), &email("ANA"), &hash("$one")), proof);
        for other in [
            RegistrationProof::of(&secret(2), &email("ana"), &hash("$one")),
            RegistrationProof::of(&secret(1), &email("eva"), &hash("$one")),
            RegistrationProof::of(&secret(1), &email("ana"), &hash("$two")),
        ] {
            assert_ne!(other, proof);
        }
        assert_eq!(RegistrationProof::parse(proof.to_secret().expose()), Ok(proof.clone()));
        assert!(!format!("{proof:?}").contains(proof.to_secret().expose()));
    }
}
