//! Who sent a request: HTTP Basic credentials (RFC 7617).

use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use super::base64;
use crate::config::Secret;

/// The value of an `Authorization` header for `user`.
pub(crate) fn authorization(user: &str, password: &Secret) -> String {
    let pair = format!("{user}:{}", password.0);
    format!("Basic {}", base64::encode(pair.as_bytes()))
}

/// The user that the headers authenticate; `None` if there are no credentials or they are wrong.
pub(crate) fn user(headers: &HeaderMap<HeaderValue>, password: &Secret) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let pair = String::from_utf8(base64::decode(encoded.trim())?).ok()?;
    let (user, given) = pair.split_once(':')?;
    (given == password.0).then(|| user.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn who_knows_the_password_is_whom_the_credentials_name() {
        let password = Secret("correct: horse".to_owned());
        let headers = headers(&authorization("anna", &password));
        assert_eq!(user(&headers, &password), Some("anna".to_owned()));
    }

    #[test]
    fn who_does_not_is_nobody() {
        let headers = headers(&authorization("anna", &Secret("guess".to_owned())));
        assert_eq!(user(&headers, &Secret("secret".to_owned())), None);
    }
}
