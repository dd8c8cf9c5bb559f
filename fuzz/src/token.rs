//! What makes a token good: RFC 7519 in a few lines, and what jsonwebtoken makes of it. Signatures are
//! not compared but made: the core's own tests hold them beside those of RFC 4231.

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{DecodingKey, Validation};
use samewire::app::json::Value;
use sha2::{Sha256, Sha384, Sha512};

use crate::json::Tree;
use crate::jwt::{CLAIMS_BYTES_MAX, KEY};

pub(crate) const ISSUER: &str = "samewire";
pub(crate) const AUDIENCE: &str = "panel";
/// Seconds.
pub(crate) const LEEWAY: u32 = 60;
/// The bytes of a header that are read.
const HEADER_BYTES_MAX: usize = 256;
/// Objects and arrays that may stand in each other.
const DEPTH_MAX: usize = 31;

/// By their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Algorithm(jsonwebtoken::Algorithm);

pub(crate) const ALGORITHMS: [Algorithm; 3] = [
    Algorithm(jsonwebtoken::Algorithm::HS256),
    Algorithm(jsonwebtoken::Algorithm::HS384),
    Algorithm(jsonwebtoken::Algorithm::HS512),
];

impl Algorithm {
    pub(crate) fn name(self) -> String {
        format!("{:?}", self.0)
    }

    pub(crate) fn sign(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        use jsonwebtoken::Algorithm::{HS256, HS384};
        match self.0 {
            HS256 => mac::<Hmac<Sha256>>(key, message),
            HS384 => mac::<Hmac<Sha384>>(key, message),
            _ => mac::<Hmac<Sha512>>(key, message),
        }
    }
}

fn mac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// Whether a token with this header and these claims, well signed, is good; `None` where serde_json
/// cannot say, since a number is larger than it knows.
pub(crate) fn is_good(
    algorithm: Algorithm,
    header: &[u8],
    claims: &[u8],
    now: u64,
) -> Option<bool> {
    let sizes_fit = header.len() <= HEADER_BYTES_MAX && claims.len() <= CLAIMS_BYTES_MAX;
    let (Some(header), Some(said)) = (members(header)?, members(claims)?) else {
        return Some(false);
    };
    let name = algorithm.name();
    let is_ours = matches!(&*all(&header, "alg"), [Tree::Text(alg)] if *alg == name)
        && ["crit", "b64"].iter().all(|name| all(&header, name).is_empty());
    Some(sizes_fit && is_ours && are_good(&said, claims, now))
}

type Members = Vec<(String, Tree)>;

/// The members of the object that is all of the text, if there is one.
fn members(text: &[u8]) -> Option<Option<Members>> {
    match serde_json::from_slice(text) {
        Ok(tree @ Tree::Object(_)) if tree.depth() > DEPTH_MAX => Some(None),
        Ok(Tree::Object(members)) => Some(Some(members)),
        Err(error) if error.to_string().starts_with("number out of range") => None,
        Ok(_) | Err(_) => Some(None),
    }
}

fn all<'t>(members: &'t Members, name: &str) -> Vec<&'t Tree> {
    members.iter().filter(|(other, _)| other == name).map(|(_, value)| value).collect()
}

/// RFC 7519 §4.1: each claim once at most, of its type, and saying what it must.
fn are_good(members: &Members, text: &[u8], now: u64) -> bool {
    // As it is written, since nothing is made of a fraction, and an exponent is refused.
    let seconds = |name: &str| match &*all(members, name) {
        [] => Some(None),
        [Tree::Integer(_) | Tree::Number(_)] => {
            let number = Value::parse(text).ok()?.get(&format!("$.{name}"))?;
            let number = str::from_utf8(number.as_bytes()).ok()?;
            let is_plain = !number.contains(['e', 'E', '-']);
            let whole = number.split('.').next().filter(|_| is_plain)?;
            Some(Some(whole.parse::<u64>().ok()?))
        }
        _ => None,
    };
    let (Some(expires), Some(begins), Some(issued)) =
        (seconds("exp"), seconds("nbf"), seconds("iat"))
    else {
        return false;
    };
    let is_heard = match &*all(members, "aud") {
        [Tree::Text(audience)] => audience == AUDIENCE,
        [Tree::Array(audiences)] => {
            let are_texts = audiences.iter().all(|audience| matches!(audience, Tree::Text(_)));
            are_texts
                && audiences.iter().any(|one| matches!(one, Tree::Text(text) if text == AUDIENCE))
        }
        _ => false,
    };
    let is_issued = matches!(&*all(members, "iss"), [Tree::Text(issuer)] if issuer == ISSUER);
    let leeway = u64::from(LEEWAY);
    let is_now = expires.is_some_and(|at| at.saturating_add(leeway) > now)
        && [begins, issued].into_iter().flatten().all(|at| at <= now + leeway);
    is_now && is_heard && is_issued
}

/// What is good here is good there. Time is left out, since it would ask its own clock, and headers
/// that say more, since it reads members of which we take no notice.
pub(crate) fn compare_with_jsonwebtoken(algorithm: Algorithm, header: &[u8], token: &str) {
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
        verifier_factory: |algorithm, key| {
            let key = key.try_get_as_bytes()?.to_vec();
            Ok(Box::new(Signed { algorithm: Algorithm(*algorithm), key }))
        },
        key_utils: KeyUtils::new_unimplemented(),
    };
    if members(header).flatten().is_none_or(|members| members.len() > 1) {
        return;
    }
    // It is there already, but for the first time.
    let _ = PROVIDER.install_default();
    let mut validation = Validation::new(algorithm.0);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[ISSUER]);
    let key = DecodingKey::from_secret(KEY);
    let theirs = jsonwebtoken::decode::<serde_json::Value>(token, &key, &validation);
    assert!(theirs.is_ok(), "jsonwebtoken: {theirs:?}");
}

/// The cryptography that jsonwebtoken is lent.
struct Signed {
    algorithm: Algorithm,
    key: Vec<u8>,
}

impl Verifier<Vec<u8>> for Signed {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let is_good = self.algorithm.sign(&self.key, message) == *signature;
        is_good.then_some(()).ok_or_else(signature::Error::new)
    }
}

impl JwtVerifier for Signed {
    fn algorithm(&self) -> jsonwebtoken::Algorithm {
        self.algorithm.0
    }
}
