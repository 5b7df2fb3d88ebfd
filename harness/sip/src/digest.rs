//! Digest access authentication as SIP uses it (RFC 3261 section 22, RFC 7616, RFC 8760): a
//! challenge, the answer to it, and whether an answer is right.
//!
//! `auth-int`, `-sess` algorithms and user hashing are not modelled; a challenge that leaves nothing
//! else is not understood, and its request stays refused.

use std::collections::BTreeMap;
use std::fmt;

use md5::Md5;
use sha2::{Digest as _, Sha256};

/// A hash function for digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// MD5, the default.
    Md5,
    /// SHA-256.
    Sha256,
}

/// A challenge: the value of WWW-Authenticate or Proxy-Authenticate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Whose users are meant.
    pub realm: String,
    /// What the answer must be made with.
    pub nonce: String,
    /// What comes back as it is.
    pub opaque: Option<String>,
    /// With which hash function.
    pub algorithm: Algorithm,
    /// Whether the quality of protection `auth` is offered.
    pub offers_auth: bool,
    /// Whether an answer was right but for its nonce, which is too old.
    pub stale: bool,
}

/// Who answers a challenge, and with which password.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

/// What an answer is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protected<'a> {
    /// The request's method.
    pub method: &'a str,
    /// The request's URI.
    pub uri: &'a str,
}

/// The password does not show.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl Algorithm {
    const fn word(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
        }
    }

    fn of(word: &str) -> Option<Algorithm> {
        let all = [Algorithm::Md5, Algorithm::Sha256];
        all.into_iter()
            .find(|known| known.word().eq_ignore_ascii_case(word))
    }

    /// The hash of a text, in hexadecimal digits.
    pub fn hash(self, text: &str) -> String {
        match self {
            Algorithm::Md5 => hex(&Md5::digest(text)),
            Algorithm::Sha256 => hex(&Sha256::digest(text)),
        }
    }
}

impl Challenge {
    /// Reads a challenge. `None` if it is no digest, or one that is not understood.
    pub fn parse(value: &str) -> Option<Challenge> {
        let mut params = params(value)?;
        let algorithm = match params.get("algorithm") {
            Some(word) => Algorithm::of(word)?,
            None => Algorithm::Md5,
        };
        let qop = params.get("qop");
        let offers_auth = qop.is_some_and(|qop| qop.split(',').any(|one| one.trim() == "auth"));
        if qop.is_some() && !offers_auth {
            return None;
        }
        Some(Challenge {
            realm: params.remove("realm")?,
            nonce: params.remove("nonce")?,
            opaque: params.remove("opaque"),
            algorithm,
            offers_auth,
            stale: params
                .get("stale")
                .is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// The challenge as a header value.
    pub fn to_text(&self) -> String {
        let Challenge { realm, nonce, .. } = self;
        let mut text = format!("Digest realm=\"{realm}\", nonce=\"{nonce}\"");
        if let Some(opaque) = &self.opaque {
            text.push_str(&format!(", opaque=\"{opaque}\""));
        }
        text.push_str(&format!(", algorithm={}", self.algorithm.word()));
        if self.offers_auth {
            text.push_str(", qop=\"auth\"");
        }
        if self.stale {
            text.push_str(", stale=true");
        }
        text
    }

    /// The answer: the value of Authorization or Proxy-Authorization. `count` says how often this
    /// nonce is answered now, `cnonce` is the client's own random text.
    pub fn answer(
        &self,
        by: &Credentials,
        of: Protected<'_>,
        (count, cnonce): (u32, &str),
    ) -> String {
        let Challenge { realm, nonce, .. } = self;
        let (user, uri) = (&by.user, of.uri);
        let count = format!("{count:08x}");
        let count = self.offers_auth.then_some((count.as_str(), cnonce));
        let response = self.response(by, of, count);
        let mut text = format!(
            "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
             response=\"{response}\", algorithm={}",
            self.algorithm.word()
        );
        if let Some((count, cnonce)) = count {
            text.push_str(&format!(", qop=auth, nc={count}, cnonce=\"{cnonce}\""));
        }
        if let Some(opaque) = &self.opaque {
            text.push_str(&format!(", opaque=\"{opaque}\""));
        }
        text
    }

    /// Whether the header value `answer` is this challenge's answer by whoever has these
    /// credentials.
    pub fn is_answered(&self, answer: &str, by: &Credentials, method: &str) -> bool {
        let Some(params) = params(answer) else {
            return false;
        };
        let param = |name| params.get(name).map(String::as_str);
        let count = param("nc").zip(param("cnonce"));
        let uri = param("uri").unwrap_or_default();
        let expected = self.response(by, Protected { method, uri }, count);
        param("username") == Some(&by.user)
            && param("nonce") == Some(&self.nonce)
            && param("response") == Some(&expected)
            && count.is_some() == self.offers_auth
    }

    /// RFC 7616 section 3.4.1; without a quality of protection, as RFC 2069 has it.
    fn response(&self, by: &Credentials, of: Protected<'_>, count: Option<(&str, &str)>) -> String {
        let hash = |text: String| self.algorithm.hash(&text);
        let secret = hash(format!("{}:{}:{}", by.user, self.realm, by.password));
        let request = hash(format!("{}:{}", of.method, of.uri));
        let nonce = &self.nonce;
        match count {
            Some((count, cnonce)) => {
                hash(format!("{secret}:{nonce}:{count}:{cnonce}:auth:{request}"))
            }
            None => hash(format!("{secret}:{nonce}:{request}")),
        }
    }
}

/// The parameters of a digest header value, names in lower case, values without quotes.
fn params(value: &str) -> Option<BTreeMap<String, String>> {
    let (scheme, rest) = value.trim().split_once([' ', '\t'])?;
    if !scheme.eq_ignore_ascii_case("Digest") {
        return None;
    }
    let mut params = BTreeMap::new();
    let mut rest = rest;
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, left) = match after.strip_prefix('"') {
            Some(quoted) => split_quoted(quoted)?,
            None => after.split_at(after.find(',').unwrap_or(after.len())),
        };
        let name = name.trim().trim_start_matches(',').trim();
        params.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        rest = left;
    }
    Some(params)
}

/// What is within quotes, of which the first has been taken, and what follows them. What is escaped
/// in them stays as it is: both ends hash it so.
fn split_quoted(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let ends = |c: char| {
        let was_escaped = std::mem::take(&mut escaped);
        escaped = c == '\\' && !was_escaped;
        c == '"' && !was_escaped
    };
    let end = text.find(ends)?;
    Some((&text[..end], &text[end + 1..]))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    digits.map(digit).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// RFC 7616 section 3.9.1, where a request is `GET`.
    #[rstest]
    #[case(Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec")]
    #[case(
        Algorithm::Sha256,
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    )]
    fn the_answer_is_that_of_the_rfc(#[case] algorithm: Algorithm, #[case] response: &str) {
        let value = format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={}, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
             opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
            algorithm.word()
        );
        let challenge = Challenge::parse(&value).unwrap();
        let by = Credentials {
            user: "Mufasa".to_owned(),
            password: "Circle of Life".to_owned(),
        };
        let of = Protected {
            method: "GET",
            uri: "/dir/index.html",
        };
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let answer = challenge.answer(&by, of, (1, cnonce));
        assert!(answer.contains(response), "{answer}");
        assert!(challenge.is_answered(&answer, &by, "GET"));
        assert!(!challenge.is_answered(&answer, &by, "REGISTER"));
    }

    #[rstest]
    #[case("Basic realm=\"x\"")]
    #[case("Digest realm=\"x\", nonce=\"1\", algorithm=SHA-512-256-sess")]
    #[case("Digest realm=\"x\", nonce=\"1\", qop=\"auth-int\"")]
    #[case("Digest realm=\"x\"")]
    fn what_is_not_understood_is_not_answered(#[case] value: &str) {
        assert_eq!(Challenge::parse(value), None);
    }

    #[test]
    fn a_challenge_is_read_as_it_is_written() {
        let challenge = Challenge {
            realm: r#"rgs, \"2nd\""#.to_owned(),
            nonce: "1=".to_owned(),
            opaque: Some("o".to_owned()),
            algorithm: Algorithm::Sha256,
            offers_auth: true,
            stale: true,
        };
        assert_eq!(Challenge::parse(&challenge.to_text()), Some(challenge));
    }
}
