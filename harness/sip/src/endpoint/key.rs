//! What identifies a transaction (RFC 3261 §17.1.3, §17.2.3).

use crate::token::MAGIC_COOKIE;
use crate::{Method, Request, Response, uri_text};

/// What a response has in common with the request that it answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ClientKey {
    branch: String,
    method: Method,
}

impl ClientKey {
    pub(super) fn of_request(request: &Request) -> Self {
        ClientKey {
            branch: request.branch().unwrap_or_default(),
            method: request.method.clone(),
        }
    }

    pub(super) fn of_response(response: &Response) -> Self {
        ClientKey {
            branch: response.branch().unwrap_or_default(),
            method: response.cseq().1,
        }
    }
}

/// What a request has in common with its repetitions, and but for the method with its ACK (to a
/// refusal) and its CANCEL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ServerKey {
    branch: String,
    sent_by: String,
    method: Method,
}

impl ServerKey {
    pub(super) fn of(request: &Request) -> Self {
        let via = request.top_via();
        let branch = via.as_ref().and_then(|via| via.branch());
        let branch = match branch {
            Some(branch) if branch.starts_with(MAGIC_COOKIE) => branch.to_owned(),
            _ => without_branch(request),
        };
        ServerKey {
            branch,
            sent_by: via.map_or_else(String::new, |via| via.sent_by().to_owned()),
            method: request.method.clone(),
        }
    }

    /// The key of the INVITE that an ACK or a CANCEL belongs to.
    pub(super) fn of_invite(&self) -> Self {
        ServerKey {
            method: Method::INVITE,
            ..self.clone()
        }
    }
}

/// What the copies of a request have in common that was forked on its way (§8.2.2.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ForkedKey {
    call_id: String,
    from_tag: Option<String>,
    cseq: (u32, Method),
}

impl ForkedKey {
    pub(super) fn of(request: &Request) -> Self {
        ForkedKey {
            call_id: request.call_id().to_owned(),
            from_tag: request.from_tag().map(str::to_owned),
            cseq: request.cseq(),
        }
    }
}

/// What stands for the branch of a client of RFC 2543. Its To tag is left out, for the ACK has one
/// and the INVITE has not; nothing else is the same for two requests of one client.
fn without_branch(request: &Request) -> String {
    format!(
        "{} {} {} {}",
        request.call_id(),
        request.from_tag().unwrap_or_default(),
        request.cseq().0,
        uri_text(&request.uri)
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::Name;

    fn request(method: Method, via: &str, number: u32) -> Request {
        let mut request = Request::new(method.clone(), "sip:b@198.18.0.2".parse().unwrap());
        request.headers.insert(Name::VIA, via);
        request
            .headers
            .insert(Name::FROM, "<sip:a@198.18.0.1>;tag=1");
        request.headers.insert(Name::CALL_ID, "c");
        request
            .headers
            .insert(Name::CSEQ, format!("{number} {method}"));
        request
    }

    const A: &str = "SIP/2.0/UDP 198.18.0.1;branch=z9hG4bKa";
    const A_ELSEWHERE: &str = "SIP/2.0/UDP 198.18.0.9;branch=z9hG4bKa";
    const B: &str = "SIP/2.0/UDP 198.18.0.1;branch=z9hG4bKb";
    const OLD: &str = "SIP/2.0/UDP 198.18.0.1;branch=1";

    #[rstest]
    #[case::repeated(Method::INVITE, A, A, 1, true)]
    #[case::its_ack(Method::ACK, A, A, 1, true)]
    #[case::its_cancel(Method::CANCEL, A, A, 1, true)]
    #[case::another_branch(Method::ACK, A, B, 1, false)]
    #[case::another_client(Method::INVITE, A, A_ELSEWHERE, 1, false)]
    #[case::repeated_of_rfc_2543(Method::INVITE, OLD, OLD, 1, true)]
    #[case::ack_of_rfc_2543(Method::ACK, OLD, OLD, 1, true)]
    #[case::another_of_rfc_2543(Method::INVITE, OLD, OLD, 2, false)]
    fn a_request_belongs_to_an_invite_by_branch_and_client(
        #[case] method: Method,
        #[case] invite: &str,
        #[case] other: &str,
        #[case] number: u32,
        #[case] belongs: bool,
    ) {
        let invite = ServerKey::of(&request(Method::INVITE, invite, 1));
        let other = ServerKey::of(&request(method, other, number));
        assert_eq!(other.of_invite() == invite, belongs);
    }
}
