//! Challenges (RFC 3261 section 22, RFC 7616, RFC 8760).

use super::{DIGEST, NOBODY, accepted, answered, refused};
use crate::scripted::{agent, caller};
use model::journal::event::Event;
use rstest::rstest;

#[rstest]
#[case::md5("MD5")]
#[case::sha_256("SHA-256")]
fn a_caller_answers_a_proxys_challenge_and_counts_its_nonce(#[case] algorithm: &'static str) {
    let script = "
< INVITE
    ! Proxy-Authorization
    CSeq: 1 INVITE
> 407
    Proxy-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth,auth-int\", algorithm=ALG
< INVITE
    CSeq: 2 INVITE
    digest line-alice:s3cret
    Proxy-Authorization: nc=00000001
> 200
    sdp
< ACK
    CSeq: 2 ACK
    Proxy-Authorization: nc=00000001
wait 200
> BYE
    Require: nothing-that-is-known
< 420 BYE
> BYE
< 200 BYE
";
    let script: &'static str = script.replace("ALG", algorithm).leak();
    caller(DIGEST, [script, NOBODY])
        .run(3_000)
        .done()
        .tells("an answer", answered);
}

#[test]
fn a_caller_is_challenged_within_its_call_as_well() {
    let script = "
< INVITE
> 401
    WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\", opaque=\"o\"
< INVITE
    digest line-alice:s3cret
    Authorization: opaque=\"o\"
> 200
    Session-Expires: 90;refresher=uac
    sdp
< ACK
# The refresh answers what was asked before, under a nonce that is too old by now.
< INVITE
    Authorization: nc=00000002
> 401
    WWW-Authenticate: Digest realm=\"lab\", nonce=\"n2\", qop=\"auth\", stale=true
< INVITE
    digest line-alice:s3cret
    Authorization: nonce=\"n2\"
    Authorization: nc=00000001
> 200
    Session-Expires: 90;refresher=uac
    sdp
< ACK
< BYE
    Authorization: nc=00000002
> 401
    WWW-Authenticate: Digest realm=\"lab\", nonce=\"n3\", qop=\"auth\"
< BYE
    digest line-alice:s3cret
    Authorization: nonce=\"n3\"
> 200
";
    let mut stage = caller(DIGEST, [script, NOBODY]).run(50_000);
    stage.laboratory.tell("alice", actors::Command::HangUp);
    stage.run(51_000).done();
}

#[test]
fn a_caller_satisfies_a_proxy_and_the_server_behind_it() {
    let script = "
< INVITE
> 407
    Proxy-Authenticate: Digest realm=\"edge\", nonce=\"e1\"
< INVITE
    digest line-alice:s3cret
> 401
    WWW-Authenticate: Digest realm=\"pool\", nonce=\"p1\", algorithm=SHA-512-256
    WWW-Authenticate: Digest realm=\"pool\", nonce=\"p2\", algorithm=SHA-256, qop=\"auth\"
< INVITE
    Proxy-Authorization: realm=\"edge\"
    Authorization: nonce=\"p2\"
> 200
    sdp
< ACK
";
    caller(DIGEST, [script, NOBODY])
        .run(1_000)
        .done()
        .tells("an answer", answered);
}

#[test]
fn wrong_credentials_are_not_tried_for_ever_and_lead_to_the_next_hop() {
    let script = "
< INVITE
> 401
    WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"
< INVITE
> 401
    WWW-Authenticate: Digest realm=\"lab\", nonce=\"n2\", qop=\"auth\"
silence 1000
";
    let backup = "
< INVITE
> 200
    sdp
< ACK
";
    caller(DIGEST, [script, backup])
        .run(2_000)
        .done()
        .tells("a refusal", refused(401));
}

#[test]
fn a_caller_without_credentials_goes_on_to_the_next_hop() {
    let script = "
< INVITE
> 407
    Proxy-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"
silence 500
";
    let backup = "
< INVITE
    ! Proxy-Authorization
> 486
";
    caller("", [script, backup])
        .run(2_000)
        .done()
        .tells("a refusal", refused(407));
}

#[test]
fn a_challenge_is_no_silence() {
    let script = "
< INVITE
wait 1500
> 407
    Proxy-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"
< INVITE
wait 1500
> 200
    sdp
< ACK
";
    caller(DIGEST, [script, NOBODY])
        .run(4_000)
        .done()
        .tells("an answer", answered);
}

#[test]
fn an_agents_registrations_count_their_nonce_until_it_is_too_old() {
    let script = "
< REGISTER
    ! Authorization
> 401
    WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256
< REGISTER
    digest bob:s3cret
    Authorization: nc=00000001
> 200
< REGISTER
    Authorization: nonce=\"n1\"
    Authorization: nc=00000002
> 401
    WWW-Authenticate: Digest realm=\"lab\", nonce=\"n2\", qop=\"auth\", algorithm=SHA-256, stale=true
< REGISTER
    digest bob:s3cret
    Authorization: nonce=\"n2\"
    Authorization: nc=00000001
> 200
";
    agent(DIGEST, script)
        .run(5_000)
        .done()
        .never_tells("a failure", |event| {
            matches!(event, Event::NotRegistered { .. })
        });
}

#[test]
fn an_agents_registration_with_a_wrong_password_fails() {
    let script = "
< REGISTER
> 401
    WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"
< REGISTER
> 401
    WWW-Authenticate: Digest realm=\"lab\", nonce=\"n2\", qop=\"auth\"
silence 900
";
    agent(DIGEST, script)
        .run(1_000)
        .done()
        .tells("a failure", |event| {
            matches!(event, Event::NotRegistered { .. })
        });
}

#[test]
fn an_agent_answers_challenges_to_its_bye() {
    let script = "
wait 100
> INVITE
    sdp
< 180 INVITE
< 200 INVITE
> ACK
< BYE
> 407
    Proxy-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"
< BYE
    digest bob:s3cret
> 200
";
    let mut stage = agent(DIGEST, script).run(1_000);
    stage.laboratory.tell("bob", actors::Command::HangUp);
    stage.run(2_000).done().tells("an accepted call", accepted);
}
