//! Answers to the challenges that come to the requests of one dialog, or to one registrar's (RFC 3261
//! section 22).

use crate::digest::{Challenge, Credentials, Protected};
use crate::{Name, Request, Response, StatusCode, uri_text};

/// How many realms one request may have to satisfy: proxies on the way, and its receiver.
const MOST_REALMS: usize = 8;

/// How often one request is sent again because of challenges. Each server on its way may challenge
/// once, and find once that its nonce has grown old meanwhile.
const MOST_TIMES: u32 = 4;

/// Who answers, and the challenges that were met. Once a realm has challenged, later requests answer it
/// at once, with a nonce count that rises; so they need no second journey.
#[derive(Clone, Debug)]
pub struct Authentication {
    by: Credentials,
    met: Vec<Met>,
    /// How often the present request has been sent again.
    times: u32,
}

/// A challenge that was met.
#[derive(Clone, Debug)]
struct Met {
    /// The header of the answer.
    answers: Name,
    challenge: Challenge,
    /// How often its nonce was answered.
    count: u32,
}

impl Authentication {
    /// Nobody has challenged yet.
    pub fn new(by: Credentials) -> Self {
        Authentication {
            by,
            met: Vec::new(),
            times: 0,
        }
    }

    /// Answers in a new request what was asked before it. `cnonce` is the client's own random text.
    pub fn authorize(&mut self, request: &mut Request, cnonce: &str) {
        self.times = 0;
        self.answer(request, cnonce);
    }

    /// Answers the challenges of a refusal in the request that it refuses. Its CSeq and branch are
    /// not touched. `false` if that would be no use: there is no challenge that is understood, or
    /// the answer to one was wrong.
    #[must_use]
    pub fn retry(&mut self, refusal: &Response, request: &mut Request, cnonce: &str) -> bool {
        if self.times >= MOST_TIMES || !self.take_challenges(refusal) {
            return false;
        }
        self.times += 1;
        request.headers.remove(&Name::AUTHORIZATION);
        request.headers.remove(&Name::PROXY_AUTHORIZATION);
        self.answer(request, cnonce);
        true
    }

    /// Whether anything new was asked.
    fn take_challenges(&mut self, refusal: &Response) -> bool {
        let (asks, answers) = match refusal.code {
            StatusCode::UNAUTHORIZED => (Name::WWW_AUTHENTICATE, Name::AUTHORIZATION),
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                (Name::PROXY_AUTHENTICATE, Name::PROXY_AUTHORIZATION)
            }
            _ => return false,
        };
        let challenges = refusal.headers.get_raw(&asks);
        let mut understood: Vec<Challenge> = Vec::new();
        for challenge in challenges.filter_map(|value| Challenge::parse(value)) {
            // The first of a realm that is understood: the server's best (RFC 8760 section 2.4).
            let is_new = understood
                .iter()
                .all(|known| known.realm != challenge.realm);
            if is_new && understood.len() < MOST_REALMS {
                understood.push(challenge);
            }
        }
        let mut asks_anew = false;
        for challenge in understood {
            asks_anew |= self.take_challenge(challenge, &answers);
        }
        asks_anew
    }

    /// Whether a challenge is a new one. If its realm has been answered just so, under a nonce that
    /// was never used before, the credentials are wrong.
    fn take_challenge(&mut self, challenge: Challenge, answers: &Name) -> bool {
        let is_of_realm =
            |met: &&mut Met| met.answers == *answers && met.challenge.realm == challenge.realm;
        match self.met.iter_mut().find(is_of_realm) {
            Some(met) if met.count == 1 && !challenge.stale => false,
            Some(met) => {
                met.challenge = challenge;
                met.count = 0;
                true
            }
            None => {
                if self.met.len() < MOST_REALMS {
                    self.met.push(Met {
                        answers: answers.clone(),
                        challenge,
                        count: 0,
                    });
                }
                true
            }
        }
    }

    fn answer(&mut self, request: &mut Request, cnonce: &str) {
        let (method, uri) = (request.method.to_string(), uri_text(&request.uri));
        let of = Protected {
            method: &method,
            uri: &uri,
        };
        for met in &mut self.met {
            met.count += 1;
            let count = (met.count, cnonce);
            let answer = met.challenge.answer(&self.by, of, count);
            request.headers.insert(met.answers.clone(), answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::Method;

    fn authentication() -> Authentication {
        Authentication::new(Credentials {
            user: "rita".to_owned(),
            password: "secret".to_owned(),
        })
    }

    fn request() -> Request {
        Request::new(Method::INVITE, "sip:b@example.org".parse().unwrap())
    }

    fn refusal(code: u16, values: &[&str]) -> Response {
        let mut response = Response::to(&request(), StatusCode::from(code));
        let name = match code {
            407 => Name::PROXY_AUTHENTICATE,
            _ => Name::WWW_AUTHENTICATE,
        };
        for value in values {
            response.headers.insert(name.clone(), *value);
        }
        response
    }

    fn answers(request: &Request) -> Vec<String> {
        let headers = [Name::AUTHORIZATION, Name::PROXY_AUTHORIZATION];
        let values = headers
            .iter()
            .flat_map(|name| request.headers.get_raw(name));
        values.map(ToString::to_string).collect()
    }

    #[test]
    fn a_nonce_is_counted_and_a_new_one_begins_anew() {
        let (mut authentication, mut first) = (authentication(), request());
        authentication.authorize(&mut first, "c");
        assert!(answers(&first).is_empty());
        let asked = refusal(401, &["Digest realm=\"r\", nonce=\"1\", qop=\"auth\""]);
        assert!(authentication.retry(&asked, &mut first, "c"));
        assert!(answers(&first)[0].contains("nc=00000001"));
        let mut second = request();
        authentication.authorize(&mut second, "c");
        assert!(answers(&second)[0].contains("nc=00000002"));
        let asked = refusal(401, &["Digest realm=\"r\", nonce=\"2\", qop=\"auth\""]);
        assert!(authentication.retry(&asked, &mut second, "c"));
        assert_eq!(answers(&second).len(), 1);
        assert!(answers(&second)[0].contains("nonce=\"2\""));
        assert!(answers(&second)[0].contains("nc=00000001"));
    }

    #[rstest]
    #[case::wrong_password("", false)]
    #[case::old_nonce(", stale=TRUE", true)]
    fn a_right_answer_is_tried_again_and_a_wrong_one_is_not(
        #[case] stale: &str,
        #[case] tried: bool,
    ) {
        let (mut authentication, mut request) = (authentication(), request());
        let asked = refusal(407, &["Digest realm=\"r\", nonce=\"1\""]);
        assert!(authentication.retry(&asked, &mut request, "c"));
        let again = format!("Digest realm=\"r\", nonce=\"2\"{stale}");
        let asked = refusal(407, &[&again]);
        assert_eq!(authentication.retry(&asked, &mut request, "c"), tried);
    }

    #[test]
    fn nobody_is_answered_for_ever() {
        let (mut authentication, mut request) = (authentication(), request());
        let asked = refusal(401, &["Digest realm=\"r\", nonce=\"1\", stale=true"]);
        let times = (0..100).take_while(|_| authentication.retry(&asked, &mut request, "c"));
        assert_eq!(times.count(), 4);
    }

    #[test]
    fn each_realm_gets_its_answer_by_the_best_of_its_hash_functions() {
        let (mut authentication, mut request) = (authentication(), request());
        let proxy = refusal(407, &["Digest realm=\"proxy\", nonce=\"1\""]);
        assert!(authentication.retry(&proxy, &mut request, "c"));
        let server = refusal(
            401,
            &[
                "Digest realm=\"server\", nonce=\"2\", algorithm=SHA-512-256",
                "Digest realm=\"server\", nonce=\"2\", algorithm=SHA-256",
                "Digest realm=\"server\", nonce=\"2\", algorithm=MD5",
            ],
        );
        assert!(authentication.retry(&server, &mut request, "c"));
        let answers = answers(&request);
        assert_eq!(answers.len(), 2);
        assert!(answers[0].contains("realm=\"server\"") && answers[0].contains("SHA-256"));
        assert!(answers[1].contains("realm=\"proxy\""));
    }
}
