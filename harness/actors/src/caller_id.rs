//! The caller identity that an INVITE presents and asserts.

use sip::{Name, NameAddr, Request, user_of};

/// The presented caller of `request`: the user part of From.
pub(crate) fn presented(request: &Request) -> String {
    let from = request.from_uri();
    from.map(|uri| user_of(&uri).to_owned()).unwrap_or_default()
}

/// The asserted identity of `request`: the user part of P-Asserted-Identity (RFC 3325 section 9.1).
pub(crate) fn asserted(request: &Request) -> Option<String> {
    let asserted = request.header(&Name::from("P-Asserted-Identity"))?;
    let address: NameAddr = asserted.parse().ok()?;
    Some(user_of(&address.uri).to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use sip::Method;

    use super::*;

    #[rstest]
    #[case("\"Sales\" <sip:sales@198.18.0.1>", Some("sales"))]
    #[case("sip:sales@198.18.0.1:5060", Some("sales"))]
    #[case("<sip:198.18.0.1>", Some(""))]
    #[case("<tel:+15550100>", None)]
    fn an_asserted_identity_is_the_user_part(#[case] value: &str, #[case] user: Option<&str>) {
        let to = "198.18.0.9:5060".parse().unwrap();
        let mut request = Request::new(Method::INVITE, sip::uri("bob", to));
        assert_eq!(asserted(&request), None);
        request
            .headers
            .insert(Name::from("P-Asserted-Identity"), value);
        assert_eq!(asserted(&request).as_deref(), user);
    }
}
