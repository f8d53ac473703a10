//! Tokens as they are forged from a real one and from the key that is published to verify it.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// What tutorials sign with.
const WEAK_SECRETS: [&str; 9] =
    ["", "secret", "password", "key", "changeme", "your-256-bit-secret", "jwt", "saaskit", "\0"];

/// Names of keys that lead a careless look-up to a file, a query, a command or another address.
const STRANGE_KEY_IDS: [&str; 8] = [
    "",
    "/dev/null",
    "../../../../../../dev/null",
    "x' UNION SELECT 'secret' -- ",
    "x' OR '1'='1",
    "|/usr/bin/id",
    "key_00000000000000000000000000",
    "http://127.0.0.1/key",
];

/// Somebody with a good token, the published key, a key pair of their own, and an address that hears who asks.
pub(crate) struct Forger {
    header: Value,
    claims: Value,
    claims_text: String,
    parts: [String; 3],
    public: Value,
    own: KeyPair,
    address: String,
}

type Forged = Vec<(String, String)>;

impl Forger {
    pub(crate) fn new(token: &str, public: &Value, address: &str) -> Self {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else { panic!("a token has three parts: {parts:?}") };
        Self {
            header: serde_json::from_slice(&decode(header)).unwrap(),
            claims: serde_json::from_slice(&decode(claims)).unwrap(),
            claims_text: claims.to_owned(),
            parts: [header, claims, signature].map(str::to_owned),
            public: public.clone(),
            own: KeyPair::generate(KeySize::Rsa2048).unwrap(),
            address: address.to_owned(),
        }
    }

    /// Every forgery, with what it is.
    pub(crate) fn all(&self) -> Forged {
        [
            self.unsigned(),
            self.signed_by_a_public_key(),
            self.signed_by_a_weak_secret(),
            self.signed_by_a_key_it_brings(),
            self.under_strange_key_ids(),
            self.with_critical_headers(),
            self.with_other_claims(),
            self.with_another_signature(),
            self.in_another_shape(),
        ]
        .concat()
    }

    fn header_with(&self, name: &str, value: impl Into<Value>) -> Value {
        let mut header = self.header.clone();
        header[name] = value.into();
        header
    }

    fn unsigned(&self) -> Forged {
        let [_, _, signature] = &self.parts;
        let algorithms = ["none", "None", "NONE", "nOnE", "", " none", "null"].map(Value::from);
        let headers = algorithms.into_iter().chain([Value::Null, json!(0), json!(["none"])]);
        let forged = headers.flat_map(|alg| {
            let signed = format!("{}.{}", encode(&self.header_with("alg", alg.clone())), self.claims_text);
            let endings = [".".to_owned(), String::new(), format!(".{signature}"), ".AA".to_owned()];
            endings
                .map(|ending| (format!("unsigned: alg {alg}, ends {ending:?}"), format!("{signed}{ending}")))
        });
        forged.collect()
    }

    /// A verifier that believes the token's word on the algorithm takes the public key for a secret.
    fn signed_by_a_public_key(&self) -> Forged {
        let [n, e] = ["n", "e"].map(|name| decode(self.public[name].as_str().unwrap()));
        let der = PublicKeyComponents { n: n.clone(), e }.as_der().unwrap();
        let lines: Vec<String> = STANDARD
            .encode(der.as_ref())
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", lines.join("\n"));
        let secrets = [
            ("its PEM", pem.clone().into_bytes()),
            ("its PEM and a line break", format!("{pem}\n").into_bytes()),
            ("its DER", der.as_ref().to_vec()),
            ("its JSON", self.public.to_string().into_bytes()),
            ("its set", json!({"keys": [self.public]}).to_string().into_bytes()),
            ("its modulus", n),
            ("its modulus as text", self.public["n"].as_str().unwrap().as_bytes().to_vec()),
            ("its name", self.public["kid"].as_str().unwrap().as_bytes().to_vec()),
        ];
        let forged = secrets.iter().flat_map(|(what, secret)| {
            ["HS256", "HS384", "HS512", "RS256"].map(|alg| {
                let token = with_hmac(&self.header_with("alg", alg), &self.claims_text, alg, secret);
                (format!("{alg} under the public key: {what}"), token)
            })
        });
        forged.collect()
    }

    fn signed_by_a_weak_secret(&self) -> Forged {
        let header = self.header_with("alg", "HS256");
        let forge = |secret: &str| with_hmac(&header, &self.claims_text, "HS256", secret.as_bytes());
        WEAK_SECRETS.map(|secret| (format!("the secret {secret:?}"), forge(secret))).to_vec()
    }

    /// Signed well, by a key that the token itself brings or says where to find.
    fn signed_by_a_key_it_brings(&self) -> Forged {
        let own: PublicKeyComponents<Vec<u8>> = self.own.public_key().into();
        let der = STANDARD.encode(own.as_der().unwrap().as_ref());
        let [n, e] = [&own.n, &own.e].map(|number| URL_SAFE_NO_PAD.encode(number));
        let jwk =
            |kid: &Value| json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "n": n, "e": e});
        let brought = [
            ("jwk", jwk(&self.header["kid"])),
            ("jwk", jwk(&json!("own"))),
            ("jku", json!(self.address)),
            ("x5u", json!(self.address)),
            ("x5c", json!([der])),
            ("x5t", json!(encode(&"own"))),
            ("kid", json!(self.address)),
        ];
        let forged = brought.map(|(name, value)| {
            (format!("its own key by {name}"), self.sign(&self.header_with(name, value)))
        });
        let mut forged = forged.to_vec();
        forged.push(("its own key and nothing said of it".to_owned(), self.sign(&self.header)));
        forged
    }

    fn under_strange_key_ids(&self) -> Forged {
        let strange = STRANGE_KEY_IDS.map(Value::from).into_iter();
        let strange =
            strange.chain([Value::Null, json!(0), json!([self.header["kid"]]), json!("a".repeat(2000))]);
        let forged = strange.flat_map(|kid| {
            let named = self.header_with("kid", kid.clone());
            let mut secret = named.clone();
            secret["alg"] = json!("HS256");
            let secret =
                ["", "secret"].map(|key| with_hmac(&secret, &self.claims_text, "HS256", key.as_bytes()));
            let [empty, other] = secret;
            [self.sign(&named), empty, other].map(|token| (format!("key id {kid:.40}"), token))
        });
        forged.collect()
    }

    fn with_critical_headers(&self) -> Forged {
        let headers = [
            json!({"crit": ["b64"], "b64": false}),
            json!({"crit": []}),
            json!({"crit": ["exp"]}),
            json!({"zip": "DEF"}),
            json!({"cty": "JWT"}),
            json!({"enc": "A128GCM"}),
            json!({"typ": "JWT"}),
            json!({"typ": "logout+jwt"}),
        ];
        let forged = headers.map(|more| {
            let mut header = self.header.clone();
            header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            (format!("header {more}"), self.sign(&header))
        });
        forged.to_vec()
    }

    /// What is signed is said anew, under the signature of what was.
    fn with_other_claims(&self) -> Forged {
        let [header, _, signature] = &self.parts;
        let claims = [
            ("exp", json!(4_102_444_800_u64)),
            ("sub", json!("usr_01h455vb4pex5vsknk084sn02q")),
            ("sid", json!("ses_01h455vb4pex5vsknk084sn02q")),
            ("ep", json!(0)),
            ("aud", json!("*")),
            ("iss", json!(self.address)),
            ("super_admin", json!(true)),
        ];
        let forged = claims.map(|(name, value)| {
            let mut claims = self.claims.clone();
            claims[name] = value;
            (format!("another {name}"), format!("{header}.{}.{signature}", encode(&claims)))
        });
        forged.to_vec()
    }

    fn with_another_signature(&self) -> Forged {
        let [header, claims, signature] = &self.parts;
        let bytes = decode(signature);
        let flipped = [[bytes[0] ^ 1].as_slice(), &bytes[1..]].concat();
        let signatures = [
            vec![],
            vec![0; bytes.len()],
            vec![0xff; bytes.len()],
            flipped,
            bytes[1..].to_vec(),
            [bytes, vec![0]].concat(),
        ];
        let forged = signatures.map(|bytes| {
            let signature = URL_SAFE_NO_PAD.encode(&bytes);
            (format!("a signature of {} bytes", bytes.len()), format!("{header}.{claims}.{signature}"))
        });
        let mut forged = forged.to_vec();
        forged.push((
            "a signature spelt another way".to_owned(),
            format!("{header}.{claims}.{}", respelt(signature)),
        ));
        forged
    }

    fn in_another_shape(&self) -> Forged {
        let [header, claims, signature] = &self.parts;
        let token = self.parts.join(".");
        let json = json!({"protected": header, "payload": claims, "signature": signature});
        let shapes = [
            String::new(),
            ".".to_owned(),
            "..".to_owned(),
            "a.b.c".to_owned(),
            json.to_string(),
            format!("{token}."),
            format!(".{token}"),
            format!("{token}.{signature}"),
            format!("{header}..{signature}"),
            format!("{header}...{signature}"),
            format!("{token}="),
            format!("{token}=="),
            format!("{token},{token}"),
            format!("{token} {token}"),
            token[..token.len() - 4].to_owned(),
            token.to_uppercase(),
            "a".repeat(6_000),
        ];
        shapes.map(|token| ("another shape".to_owned(), token)).to_vec()
    }

    fn sign(&self, header: &Value) -> String {
        let signed = format!("{}.{}", encode(header), self.claims_text);
        let mut signature = vec![0; self.own.public_modulus_len()];
        let random = rand::SystemRandom::new();
        self.own.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The claims under this header, with an HMAC. What is no HMAC's name gets the usual one.
fn with_hmac(header: &Value, claims: &str, algorithm: &str, secret: &[u8]) -> String {
    let algorithm = match algorithm {
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    let signed = format!("{}.{claims}", encode(header));
    let tag = hmac::sign(&hmac::Key::new(algorithm, secret), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
}

fn encode(value: &impl ToString) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The same bytes to a careless reader: the bits that the last letter holds beyond them are others.
fn respelt(part: &str) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = part.split_at(part.len() - 1);
    let place = alphabet.find(last).unwrap();
    format!("{rest}{}", &alphabet[place + 1..=place + 1])
}

fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap()
}
