use saaskit_kernel::{Commit, Timestamp, Token};

use super::Auth;
use crate::claims::AccessClaims;
use crate::write::{AuthWrite, RefreshWrite, SessionWrite};
use crate::{AccessToken, AuthError, Carried, Carrier, GoesOn, RefreshToken, Session, Tokens};

impl Auth {
    /// Starts a session with what carries it; both are worthless until the commit is applied.
    pub(super) fn carry(
        &self,
        session: Session,
        carrier: Carrier,
        commit: Commit,
    ) -> Result<(Commit, Carried), AuthError> {
        let secret = self.ports.source.token();
        match carrier {
            Carrier::Tokens => {
                let link = RefreshToken::first(secret.hash(), &session, session.created_at);
                let tokens = self.tokens(&session, &link, &secret)?;
                let commit = commit
                    .write(AuthWrite::Session(SessionWrite::Start(session)))
                    .write(AuthWrite::Refresh(RefreshWrite::Begin(link)));
                Ok((commit, Carried::ByTokens(tokens)))
            }
            Carrier::Cookie => {
                let life = session.expires_at.since(session.created_at);
                let session = Session { cookie: Some(secret.hash()), ..session };
                let commit = commit.write(AuthWrite::Session(SessionWrite::Start(session)));
                Ok((commit, Carried::ByCookie { secret: secret.to_secret(), life }))
            }
        }
    }

    /// The secret of a link with a fresh access token.
    pub(super) fn tokens(
        &self,
        session: &Session,
        link: &RefreshToken,
        secret: &Token,
    ) -> Result<Tokens, AuthError> {
        Ok(Tokens {
            access: self.access_token(session)?,
            refresh: secret.to_secret(),
            refresh_expires_in: link.expires_at.since(self.ports.source.now()),
        })
    }

    /// What a session goes on by that the commit changes; worthless until that is applied. The cookie is another one,
    /// so that whoever saw the one before has no part in what was proved or gained.
    pub(super) fn carry_on(&self, session: &Session, commit: Commit) -> Result<(Commit, GoesOn), AuthError> {
        let Some(from) = session.cookie else {
            return Ok((commit, GoesOn::ByToken(self.access_token(session)?)));
        };
        let secret = self.ports.source.token();
        let carry = SessionWrite::Carry { session: session.id, from, to: secret.hash() };
        let life = session.expires_at.since(self.ports.source.now());
        Ok((commit.write(AuthWrite::Session(carry)), GoesOn::ByCookie { secret: secret.to_secret(), life }))
    }

    fn access_token(&self, session: &Session) -> Result<AccessToken, AuthError> {
        let claims = self.claims(session);
        let secret = self.ports.signer.sign(&claims)?;
        Ok(AccessToken { secret, expires_in: claims.expires_at.since(claims.issued_at) })
    }

    fn claims(&self, session: &Session) -> AccessClaims {
        let now = whole_second(self.ports.source.now());
        AccessClaims {
            user: session.user,
            session: session.id,
            epoch: session.epoch,
            tenant: session.tenant,
            issued_at: now,
            expires_at: now.plus(AccessClaims::LIFE).min(whole_second(session.expires_at)),
            authenticated_at: whole_second(session.authenticated_at),
            methods: vec![session.method.as_str().to_owned()],
            token_id: self.ports.source.id::<()>().uuid().simple().to_string(),
        }
    }
}

fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.seconds().saturating_mul(1000))
}
