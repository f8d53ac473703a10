use std::time::Duration;

use saaskit_kernel::{Agent, InstallationSecret, SessionId, Timestamp, Token, TokenHash};

use crate::{DeviceToken, Session, User};

/// A link of the chain by which a session is renewed. A session and its links are one family: each link is given
/// for the one before, and showing one that is too old ends the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// The hash it is found by.
    pub hash: TokenHash,
    /// The session it renews.
    pub session: SessionId,
    /// Its place in the chain, from 1.
    pub number: u32,
    /// When it was given.
    pub created_at: Timestamp,
    /// Not good from then on, if it was not shown.
    pub expires_at: Timestamp,
    /// What came of showing it first.
    pub rotation: Option<Rotation>,
}

/// The first showing of a link, which made the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// When.
    pub at: Timestamp,
    /// By whom: nobody else is given the next link again.
    pub client: ClientMark,
    /// With the link's own secret it gives the next link again; wiped when nobody may ask for that any more.
    pub nonce: Option<[u8; 16]>,
}

/// Tells one client from another: its device cookie, else what it calls itself. Never its address, which changes
/// while somebody walks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientMark(pub [u8; 32]);

impl ClientMark {
    /// The mark of whoever shows that device cookie or calls itself that.
    pub fn of(secret: &InstallationSecret, device: Option<&DeviceToken>, agent: Option<&Agent>) -> Self {
        if let Some(device) = device {
            return Self(secret.fingerprint("auth.client.device", device.id()));
        }
        let name = agent.map_or("", Agent::as_str);
        Self(secret.fingerprint("auth.client.agent", name.as_bytes()))
    }
}

/// A link that somebody showed, as it is stored, with all that decides about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// The link.
    pub token: RefreshToken,
    /// When the link made from it was shown first, if it was.
    pub successor_shown_at: Option<Timestamp>,
    /// Its session.
    pub session: Session,
    /// Whose session it is.
    pub user: User,
}

/// What follows from showing a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// It is the newest: make the next one.
    Rotate,
    /// Its answer may have been lost: give the same next link again.
    Repeat {
        /// What the next link is derived with.
        nonce: [u8; 16],
    },
    /// Somebody else made the next link from it: refuse, and leave the session alone.
    OtherClient,
    /// It was replaced long ago by one that is in use: one of the two who hold them stole it.
    Stolen,
    /// It, its session or its user's consent is over.
    Over,
}

impl RefreshToken {
    /// A link not shown for so long is worthless, and its session with it.
    pub const IDLE_LIFE: Duration = Session::IDLE_LIFE;
    /// Until so long after the link made from it was shown first, showing a link again is taken for a lost answer, or
    /// for two requests at once. Counted from its own first showing instead, a client with two windows that comes
    /// back after a lost answer would be signed out: the first window renews twice while the second one asks.
    pub const LOST_ANSWER: Duration = Duration::from_secs(10);

    /// The first link of a session.
    pub fn first(hash: TokenHash, session: &Session, at: Timestamp) -> Self {
        Self::link(hash, session, 1, at)
    }

    /// The link after this one.
    #[must_use]
    pub fn next(&self, hash: TokenHash, session: &Session, at: Timestamp) -> Self {
        Self::link(hash, session, self.number + 1, at)
    }

    fn link(hash: TokenHash, session: &Session, number: u32, at: Timestamp) -> Self {
        let expires_at = at.plus(Self::IDLE_LIFE).min(session.expires_at);
        Self { hash, session: session.id, number, created_at: at, expires_at, rotation: None }
    }

    /// The secret of the link after this one. It follows from this link's secret, which only its holder has, from
    /// the nonce, which only the store has until it is wiped, and from the installation's secret: so the same one
    /// can be given again without having been kept.
    pub fn successor(&self, secret: &InstallationSecret, shown: &Token, nonce: &[u8; 16]) -> Token {
        let (shown, session) = (shown.to_secret(), self.session.uuid());
        let parts: [&[u8]; 4] =
            [shown.expose().as_bytes(), nonce, session.as_bytes(), &self.number.to_be_bytes()];
        Token::from_bytes(secret.fingerprint("auth.refresh.successor", &parts.concat()))
    }
}

impl Presented {
    /// What follows from showing it now, by that client.
    pub fn decide(&self, client: ClientMark, now: Timestamp) -> Renewal {
        if !self.session.is_live(&self.user, now) {
            return Renewal::Over;
        }
        let Some(rotation) = &self.token.rotation else {
            return if now < self.token.expires_at { Renewal::Rotate } else { Renewal::Over };
        };
        let lately = |shown_at| now.since(shown_at) <= RefreshToken::LOST_ANSWER;
        match rotation.nonce {
            Some(nonce) if self.successor_shown_at.is_none_or(lately) => match () {
                () if now.since(rotation.at) >= RefreshToken::IDLE_LIFE => Renewal::Over,
                () if rotation.client != client => Renewal::OtherClient,
                () => Renewal::Repeat { nonce },
            },
            _ => Renewal::Stolen,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use saaskit_kernel::{Call, Email, Source};

    use super::*;
    use crate::{Method, PasswordHash};

    const AT: Timestamp = Timestamp::from_millis(4_102_444_800_000);
    const OWN: ClientMark = ClientMark([1; 32]);
    const OTHER: ClientMark = ClientMark([2; 32]);

    /// The first link of a session that has just begun; rotated and its successor shown so many seconds later.
    fn presented(rotated: Option<u64>, successor_shown: Option<u64>) -> Presented {
        let source = Source::system();
        let at = |seconds| AT.plus(Duration::from_secs(seconds));
        let email = Email::parse("ana@example.org").unwrap();
        let user = User::register(source.id(), email, None, PasswordHash::from_phc(String::new()), AT);
        let call = Call::of_operator(&source);
        let session = Session::start(source.id(), &user, Method::Password, &call, AT);
        let rotation = rotated.map(|after| Rotation { at: at(after), client: OWN, nonce: Some([7; 16]) });
        let token = RefreshToken { rotation, ..RefreshToken::first(source.token().hash(), &session, AT) };
        Presented { token, successor_shown_at: successor_shown.map(at), session, user }
    }

    #[test]
    fn the_same_link_and_nonce_give_the_same_successor_and_nothing_else_does() {
        let source = Source::system();
        let link = presented(None, None).token;
        let secrets = [1, 2].map(|byte| InstallationSecret::from_bytes([byte; 32]));
        let shown = [source.token(), source.token()];
        let give = |link: &RefreshToken, secret: usize, shown_at: usize, nonce| {
            let given = link.successor(&secrets[secret], &shown[shown_at], &[nonce; 16]);
            given.to_secret().expose().to_owned()
        };
        let first = give(&link, 0, 0, 7);
        assert_eq!(first, give(&link, 0, 0, 7));
        let later = RefreshToken { number: 2, ..link.clone() };
        let elsewhere = RefreshToken { session: source.id(), ..link.clone() };
        for other in [
            give(&link, 1, 0, 7),
            give(&link, 0, 1, 7),
            give(&link, 0, 0, 8),
            give(&later, 0, 0, 7),
            give(&elsewhere, 0, 0, 7),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn a_device_cookie_names_a_client_whatever_it_calls_itself() {
        let (source, secret) = (Source::system(), InstallationSecret::from_bytes([1; 32]));
        let account = crate::AttemptKey::from_bytes([0; 32]);
        let device = DeviceToken::issue(&source, &secret, &account, 0, None);
        let [one, two] = ["One/1.0", "Two/2.0"].map(Agent::new);
        let mark = |device, agent| ClientMark::of(&secret, device, agent);
        assert_eq!(mark(Some(&device), Some(&one)), mark(Some(&device), Some(&two)));
        assert_ne!(mark(None, Some(&one)), mark(None, Some(&two)));
        assert_ne!(mark(None, Some(&one)), mark(Some(&device), Some(&one)));
    }

    #[test]
    fn without_its_nonce_a_rotated_link_is_a_stolen_one() {
        let mut shown = presented(Some(5), None);
        if let Some(rotation) = &mut shown.token.rotation {
            rotation.nonce = None;
        }
        assert_eq!(shown.decide(OWN, AT.plus(Duration::from_secs(6))), Renewal::Stolen);
    }

    proptest! {
        #[test]
        fn a_link_is_rotated_once_and_repeated_only_to_who_rotated_it(
            rotated in prop::option::of(0..2_000_000_u64),
            shown_after in prop::option::of(0..100_u64),
            asked_after in 0..2_000_000_u64,
            is_own: bool,
        ) {
            let successor_shown = rotated.zip(shown_after).map(|(rotated, after)| rotated + after);
            let begun = successor_shown.or(rotated).unwrap_or(0);
            let now = AT.plus(Duration::from_secs(begun + asked_after));
            let client = if is_own { OWN } else { OTHER };
            let renewal = presented(rotated, successor_shown).decide(client, now);
            let lately = asked_after <= RefreshToken::LOST_ANSWER.as_secs();
            let expected = match (rotated, successor_shown) {
                (None, _) if asked_after < RefreshToken::IDLE_LIFE.as_secs() => Renewal::Rotate,
                (None, _) => Renewal::Over,
                (Some(_), Some(_)) if !lately => Renewal::Stolen,
                (Some(rotated), _) if begun + asked_after - rotated >= RefreshToken::IDLE_LIFE.as_secs() => {
                    Renewal::Over
                }
                (Some(_), _) if is_own => Renewal::Repeat { nonce: [7; 16] },
                (Some(_), _) => Renewal::OtherClient,
            };
            prop_assert_eq!(renewal, expected);
        }

        #[test]
        fn nothing_of_an_ended_session_or_another_epoch_is_given(rotated in prop::option::of(0..100_u64), ended: bool) {
            let mut shown = presented(rotated, None);
            if ended {
                shown.session.ended_at = Some(AT);
            } else {
                shown.user.epoch += 1;
            }
            prop_assert_eq!(shown.decide(OWN, AT), Renewal::Over);
        }
    }
}
