//! What a signer of access tokens must do; see [`saaskit_auth::port::TokenSigner`].

use std::sync::Arc;
use std::time::Duration;

use saaskit_auth::claims::{AccessClaims, TokenRefused};
use saaskit_auth::port::{NewKey, OpenKey, PublicKey, TokenSigner};
use saaskit_auth::{Algorithm, KeyId};
use saaskit_kernel::Secret;
use serde_json::{Value, json};

use crate::fixtures::{NOW, source};
use crate::macros::assert_answer;

/// Makes a module `token_signer_suite` of tests. Takes an expression for [`Signers`].
#[macro_export]
macro_rules! token_signer_suite {
    ($fresh:expr) => {
        $crate::suite! { token_signer_suite of token_signer, ::std::future::ready($fresh),
            what_was_signed_verifies_to_the_same_claims
            a_token_verifies_by_the_key_it_names_and_no_other
            another_algorithm_than_the_keys_is_refused
            an_unknown_key_is_refused
            a_header_that_brings_its_own_key_is_refused
            a_changed_byte_is_refused
            another_type_is_refused
            another_issuer_or_audience_is_refused
            an_expired_token_is_refused_as_expired
            a_key_that_was_taken_away_is_not_believed_any_more
            a_key_given_as_pem_has_the_same_public_part_and_name_everywhere
            a_public_key_shows_nothing_private
        }
    };
}

/// What is tested.
#[derive(Debug, Clone, Copy)]
pub struct Signers {
    /// Makes a signer of that issuer and audience, without keys.
    pub signer: fn(&str, &str) -> Arc<dyn TokenSigner>,
    /// Signs any header and claims by the private key (PKCS #8 PEM), whatever they say, by another implementation.
    pub forge: fn(Algorithm, &Secret, &Value, &Value) -> String,
}

const ISSUER: &str = "https://id.example.org";
const AUDIENCE: &str = "https://api.example.org";
const ALGORITHMS: [Algorithm; 3] = [Algorithm::Rs256, Algorithm::EdDsa, Algorithm::Es256];

/// The id of every bench's key, and one that no key has unless it is given it.
fn ids() -> [KeyId; 2] {
    let source = source();
    [source.id(), source.id()]
}

/// A signer with one key, and what an attacker has who stole it.
struct Bench {
    signers: Signers,
    signer: Arc<dyn TokenSigner>,
    algorithm: Algorithm,
    id: KeyId,
    key: NewKey,
}

impl Bench {
    fn new(signers: Signers, algorithm: Algorithm, id: KeyId) -> Self {
        let signer = (signers.signer)(ISSUER, AUDIENCE);
        let key = signer.generate(id, algorithm).unwrap();
        let bench = Self { signers, signer, algorithm, id, key };
        bench.signer.use_keys(&bench.open(), &[bench.public()]).unwrap();
        let honest = bench.forge(&bench.header(), &body());
        assert_eq!(bench.signer.verify(&honest, NOW), Ok(claims()), "the forger makes good tokens");
        bench
    }

    fn of_each(signers: Signers) -> impl Iterator<Item = Self> {
        ALGORITHMS.into_iter().map(move |algorithm| Self::new(signers, algorithm, ids()[0]))
    }

    fn open(&self) -> OpenKey {
        let private = self.key.private.expose().as_bytes().to_vec().into();
        OpenKey { id: self.id, algorithm: self.algorithm, private }
    }

    fn public(&self) -> PublicKey {
        PublicKey { id: self.id, algorithm: self.algorithm, jwk: self.key.public.clone() }
    }

    fn header(&self) -> Value {
        json!({"typ": "at+jwt", "alg": self.algorithm.as_str(), "kid": self.id})
    }

    fn forge(&self, header: &Value, body: &Value) -> String {
        (self.signers.forge)(self.algorithm, &self.key.private, header, body)
    }

    fn assert_refused(&self, header: &Value, body: &Value) {
        let answer = self.signer.verify(&self.forge(header, body), NOW);
        assert_eq!(answer, Err(TokenRefused::Invalid), "{header} {body}");
    }
}

/// The same every time.
fn claims() -> AccessClaims {
    let source = source();
    AccessClaims {
        user: source.id(),
        session: source.id(),
        epoch: u32::MAX,
        tenant: Some(source.id()),
        issued_at: NOW,
        expires_at: NOW.plus(AccessClaims::LIFE),
        authenticated_at: NOW.minus(Duration::from_hours(1)),
        methods: vec!["pwd".to_owned(), "otp".to_owned()],
        token_id: "Zoë \"7\"".to_owned(),
    }
}

/// What such a token says.
fn body() -> Value {
    let claims = claims();
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": claims.user, "sid": claims.session, "ep": claims.epoch,
        "tid": claims.tenant,
        "iat": claims.issued_at.seconds(), "exp": claims.expires_at.seconds(), "jti": claims.token_id,
        "amr": claims.methods, "auth_time": claims.authenticated_at.seconds(),
    })
}

fn with(value: &Value, name: &str, member: Value) -> Value {
    let mut value = value.clone();
    value[name] = member;
    value
}

fn without(value: &Value, name: &str) -> Value {
    let mut value = value.clone();
    value.as_object_mut().unwrap().remove(name);
    value
}

/// Every claim comes back, to the second, under any algorithm.
pub async fn what_was_signed_verifies_to_the_same_claims(signers: Signers) {
    for bench in Bench::of_each(signers) {
        let token = bench.signer.sign(&claims()).unwrap();
        for _ in 0..2 {
            assert_eq!(bench.signer.verify(token.expose(), NOW), Ok(claims()));
        }
    }
}

/// A token that names another key than it was signed by is refused, although both keys are believed.
pub async fn a_token_verifies_by_the_key_it_names_and_no_other(signers: Signers) {
    for bench in Bench::of_each(signers) {
        let second = Bench::new(signers, bench.algorithm, ids()[1]);
        bench.signer.use_keys(&second.open(), &[bench.public(), second.public()]).unwrap();
        let signed = bench.signer.sign(&claims()).unwrap();
        assert_eq!(bench.signer.verify(signed.expose(), NOW), Ok(claims()));
        for by in [&bench, &second] {
            for named in [&bench, &second] {
                let answer = bench.signer.verify(&by.forge(&named.header(), &body()), NOW);
                assert_eq!(answer.is_ok(), by.id == named.id, "{answer:?}");
            }
        }
    }
}

/// A key has one algorithm; what the token says it was signed by does not matter.
pub async fn another_algorithm_than_the_keys_is_refused(signers: Signers) {
    for bench in Bench::of_each(signers) {
        let own = bench.algorithm.as_str();
        for name in
            ["RS256", "EdDSA", "ES256", "PS256", "HS256", "none", "None", "", "rs256", "eddsa", "es256"]
        {
            if name != own {
                let header = with(&bench.header(), "alg", json!(name));
                bench.assert_refused(&header, &body());
            }
        }
        bench.assert_refused(&without(&bench.header(), "alg"), &body());
        let none = bench.forge(&with(&bench.header(), "alg", json!("none")), &body());
        let (unsigned, _) = none.rsplit_once('.').unwrap();
        for token in [unsigned.to_owned(), format!("{unsigned}.")] {
            assert_eq!(bench.signer.verify(&token, NOW), Err(TokenRefused::Invalid));
        }
    }
}

/// It is said to be unknown, so that the keys can be read again.
pub async fn an_unknown_key_is_refused(signers: Signers) {
    for bench in Bench::of_each(signers) {
        for name in [ids()[1].to_string().as_str(), "", "../../dev/null"] {
            let token = bench.forge(&with(&bench.header(), "kid", json!(name)), &body());
            assert_eq!(bench.signer.verify(&token, NOW), Err(TokenRefused::UnknownKey), "{name}");
        }
        bench.assert_refused(&without(&bench.header(), "kid"), &body());
        let keyless = (signers.signer)(ISSUER, AUDIENCE);
        let token = bench.forge(&bench.header(), &body());
        assert_eq!(keyless.verify(&token, NOW), Err(TokenRefused::UnknownKey));
    }
}

/// Nor does any extension that must be understood pass.
pub async fn a_header_that_brings_its_own_key_is_refused(signers: Signers) {
    for bench in Bench::of_each(signers) {
        let members = [
            ("jwk", bench.key.public.clone()),
            ("jku", json!("https://evil.example/jwks.json")),
            ("x5u", json!("https://evil.example/chain.pem")),
            ("x5c", json!(["MIIB"])),
            ("crit", json!(["exp"])),
            ("crit", json!([])),
        ];
        for (name, member) in members {
            bench.assert_refused(&with(&bench.header(), name, member), &body());
        }
    }
}

/// Any letter of it, and any end cut off.
pub async fn a_changed_byte_is_refused(signers: Signers) {
    for bench in Bench::of_each(signers) {
        let token = bench.signer.sign(&claims()).unwrap();
        let token = token.expose();
        for at in 0..token.len() {
            let other = if &token[at..=at] == "A" { "B" } else { "A" };
            let changed = format!("{}{other}{}", &token[..at], &token[at + 1..]);
            for forged in [changed.as_str(), &token[..at], &token[at + 1..]] {
                let answer = bench.signer.verify(forged, NOW);
                assert_answer!(answer, Err(TokenRefused::Invalid | TokenRefused::UnknownKey));
            }
        }
    }
}

/// An id token is no access token.
pub async fn another_type_is_refused(signers: Signers) {
    for bench in Bench::of_each(signers) {
        for name in ["JWT", "jwt", "id+jwt", "logout+jwt", "at+jwt ", ""] {
            bench.assert_refused(&with(&bench.header(), "typ", json!(name)), &body());
        }
        bench.assert_refused(&without(&bench.header(), "typ"), &body());
    }
}

/// A token made for somebody else by the same key.
pub async fn another_issuer_or_audience_is_refused(signers: Signers) {
    for bench in Bench::of_each(signers) {
        for claim in ["iss", "aud"] {
            for value in [json!("https://evil.example"), json!(""), json!(null), json!([])] {
                bench.assert_refused(&bench.header(), &with(&body(), claim, value));
            }
            bench.assert_refused(&bench.header(), &without(&body(), claim));
        }
        let token = bench.signer.sign(&claims()).unwrap();
        for (issuer, audience) in [("https://evil.example", AUDIENCE), (ISSUER, "https://evil.example")] {
            let elsewhere = (signers.signer)(issuer, audience);
            elsewhere.use_keys(&bench.open(), &[bench.public()]).unwrap();
            assert_eq!(elsewhere.verify(token.expose(), NOW), Err(TokenRefused::Invalid));
        }
    }
}

/// From the second of its `exp` on, whether it was seen before or not.
pub async fn an_expired_token_is_refused_as_expired(signers: Signers) {
    for bench in Bench::of_each(signers) {
        let token = bench.signer.sign(&claims()).unwrap();
        let end = claims().expires_at;
        assert_eq!(bench.signer.verify(token.expose(), end), Err(TokenRefused::Expired));
        assert_eq!(bench.signer.verify(token.expose(), end.minus(Duration::from_millis(1))), Ok(claims()));
        assert_eq!(bench.signer.verify(token.expose(), end), Err(TokenRefused::Expired));
        bench.assert_refused(&bench.header(), &without(&body(), "exp"));
    }
}

/// Not even for tokens that were verified by it a moment ago.
pub async fn a_key_that_was_taken_away_is_not_believed_any_more(signers: Signers) {
    for bench in Bench::of_each(signers) {
        let token = bench.signer.sign(&claims()).unwrap();
        assert_eq!(bench.signer.verify(token.expose(), NOW), Ok(claims()));
        let next = Bench::new(signers, bench.algorithm, ids()[1]);
        bench.signer.use_keys(&next.open(), &[next.public()]).unwrap();
        assert_eq!(bench.signer.verify(token.expose(), NOW), Err(TokenRefused::UnknownKey));
    }
}

/// All nodes given one key agree on what it is.
pub async fn a_key_given_as_pem_has_the_same_public_part_and_name_everywhere(signers: Signers) {
    for bench in Bench::of_each(signers) {
        let elsewhere = (signers.signer)(ISSUER, AUDIENCE);
        let imported = elsewhere.import(bench.id, bench.algorithm, &bench.key.private).unwrap();
        assert_eq!(imported.public, bench.key.public);
        let [here, there] = [&bench.signer, &elsewhere]
            .map(|signer| signer.name(bench.algorithm, &bench.key.private).unwrap());
        assert_eq!(here, there);
        let another = bench.signer.generate(bench.id, bench.algorithm).unwrap();
        assert_ne!(here, bench.signer.name(bench.algorithm, &another.private).unwrap());
        for algorithm in ALGORITHMS.into_iter().filter(|&algorithm| algorithm != bench.algorithm) {
            assert!(elsewhere.import(bench.id, algorithm, &bench.key.private).is_err());
        }
        assert!(elsewhere.import(bench.id, bench.algorithm, &Secret::new("no key")).is_err());
    }
}

/// It has what others need to verify with it, and no more.
pub async fn a_public_key_shows_nothing_private(signers: Signers) {
    for bench in Bench::of_each(signers) {
        let jwk = bench.key.public.as_object().unwrap();
        assert_eq!(jwk["kid"], json!(bench.id));
        assert_eq!(jwk["alg"], json!(bench.algorithm.as_str()));
        assert_eq!(jwk["use"], json!("sig"));
        for name in jwk.keys() {
            assert!(
                ["kty", "kid", "alg", "use", "crv", "x", "y", "n", "e"].contains(&name.as_str()),
                "{name}"
            );
        }
    }
}
