//! The caller identity that an INVITE presents and asserts.
//!
//! Which of the two is the caller and which the group a pool may decide; whoever looks for one of
//! them looks at both.

use sip::{Address, Name, Request, user_of};

/// The user part of a From that tells nobody (RFC 3323 section 4.1.1.3).
const NOBODY: &str = "anonymous";

/// The presented caller of `request`: the user part of From, or the number of its `tel:` URI; where that is anonymous, the party of
/// Remote-Party-ID, which came before RFC 3325 and is still in use.
pub(crate) fn presented(request: &Request) -> String {
    let from = request.header(&Name::FROM).map(Address::of).and_then(user);
    let from = from.map(|(_, user)| user).unwrap_or_default();
    match from.as_str() {
        NOBODY => match users(request, "Remote-Party-ID").into_iter().next() {
            Some((_, party)) => party,
            None => from,
        },
        _ => from,
    }
}

/// The asserted identity of `request`: of P-Asserted-Identity, which has one value or two, the user
/// part of the `sip:` URI, or else the number of the `tel:` URI (RFC 3325 section 9.1).
pub(crate) fn asserted(request: &Request) -> Option<String> {
    let asserted = users(request, "P-Asserted-Identity");
    let by_user = asserted.iter().find(|(scheme, _)| *scheme == Scheme::Sip);
    by_user.or(asserted.first()).map(|(_, user)| user.clone())
}

/// How somebody is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Sip,
    Tel,
}

/// Whom the values of a header name, in their order.
fn users(request: &Request, header: &str) -> Vec<(Scheme, String)> {
    let name = Name::from(header.to_owned());
    request.headers.addresses(&name).filter_map(user).collect()
}

/// Whom an address names: the user of a `sip:` URI, the number of a `tel:` URI without its visual
/// separators (RFC 3966 section 5.1.1).
fn user(address: Address<'_>) -> Option<(Scheme, String)> {
    if let Some(number) = address.uri_text().strip_prefix("tel:") {
        let number = number.split(';').next().unwrap_or_default();
        return Some((Scheme::Tel, number.replace(['-', '.', '(', ')'], "")));
    }
    Some((Scheme::Sip, user_of(&address.uri()?).to_owned()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use sip::Method;

    use super::*;

    fn request(header: &str, value: &str, from: &str) -> Request {
        let to = "198.18.0.9:5060".parse().unwrap();
        let mut request = Request::new(Method::INVITE, sip::uri("bob", to));
        let from = format!("<sip:{from}@198.18.0.1>;tag=1");
        request.headers.insert(Name::FROM, from);
        request
            .headers
            .insert(Name::from(header.to_owned()), value.to_owned());
        request
    }

    #[rstest]
    #[case("\"Sales\" <sip:sales@198.18.0.1>", "sales")]
    #[case("sip:sales@198.18.0.1:5060", "sales")]
    #[case("<sip:198.18.0.1>", "")]
    #[case("<tel:+1-555-0100;phone-context=example.com>", "+15550100")]
    #[case("\"a, b\" <sip:sales@198.18.0.1>, <tel:4711>", "sales")]
    #[case("<tel:4711>, <sip:sales@198.18.0.1>", "sales")]
    fn an_asserted_identity_is_the_user_or_the_number(#[case] value: &str, #[case] user: &str) {
        let request = request("P-Asserted-Identity", value, "rita");
        assert_eq!(asserted(&request).as_deref(), Some(user));
        assert_eq!(presented(&request), "rita");
    }

    #[rstest]
    #[case("anonymous", "rita")]
    #[case("rob", "rob")]
    fn a_remote_party_is_the_caller_where_from_tells_nobody(
        #[case] from: &str,
        #[case] caller: &str,
    ) {
        let party = "\"R\" <sip:rita@198.18.0.1>;party=calling;privacy=off";
        let request = request("Remote-Party-ID", party, from);
        assert_eq!(presented(&request), caller);
        assert_eq!(asserted(&request), None);
    }
}
