//! Whom a pool calls for whom: it is no open relay.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

mod world;

use reference::config::Outside;
use rstest::rstest;
use world::deployment::Options;
use world::phone::{Behaviour, PhoneEvent};
use world::script::{Peer, code, description, header};
use world::{Primary, World, address};

/// Somebody else's telephone, which nobody has registered.
const VICTIM: u8 = 31;

/// A gateway that is configured, and reaches `dora`.
const GATEWAY: u8 = 32;

fn world() -> World {
    World::with(Options {
        outside: vec![Outside {
            name: "dora".to_owned(),
            sip: address(GATEWAY, 5060),
        }],
        ..Options::default()
    })
}

/// A request of a peer's, in a dialog if there are tags and routes.
fn request(peer: Peer, method: &str, uri: &str, from: &str, to: &str, more: &str) -> String {
    let (sip, body) = (peer.sip, description(peer, "sendrecv"));
    let length = body.len();
    format!(
        "{method} {uri} SIP/2.0\nVia: SIP/2.0/UDP {sip};branch=z9hG4bK{method}{}\n\
         Max-Forwards: 70\nFrom: <sip:{from}@{sip}>;tag=1\nTo: {to}\nCall-ID: call@{sip}\n\
         CSeq: 1 {method}\nContact: <sip:{from}@{sip}>\n{more}\
         Content-Type: application/sdp\nContent-Length: {length}\n\n{body}",
        more.len()
    )
}

fn invite(peer: Peer, uri: &str, from: &str, more: &str) -> String {
    request(peer, "INVITE", uri, from, &format!("<{uri}>"), more)
}

#[rstest]
#[case::a_group("sip:sales@198.18.0.1", 200)]
#[case::a_user("sip:zoe@198.18.0.1", 180)]
#[case::a_group_of_the_partners("sip:control@198.18.0.1", 200)]
#[case::nobody("sip:nobody@198.18.0.1", 404)]
#[case::somebody_elsewhere("sip:mark@198.18.0.31", 403)]
#[case::somebody_elsewhere_named_as_a_user("sip:zoe@198.18.0.31:5060", 403)]
#[case::a_group_s_name_elsewhere("sip:sales@198.18.0.31", 403)]
#[case::who_is_outside("sip:dora@198.18.0.1", 403)]
#[case::who_is_outside_where_it_is("sip:dora@198.18.0.32", 403)]
fn a_stranger_reaches_the_pools_numbers_and_nobody_else(#[case] uri: &str, #[case] first: u16) {
    let mut world = world();
    world.behave("zoe", Behaviour::Ring);
    let stranger = world.peer(30);
    let others = [world.peer(VICTIM), world.peer(GATEWAY)];
    world.say(stranger, Primary.sip(), &invite(stranger, uri, "eve", ""));
    assert_eq!(world.codes(stranger, 500).first(), Some(&first));
    for other in others {
        assert!(world.heard(other, 0).is_empty());
    }
}

#[rstest]
#[case::a_user_s_name("anna", "")]
#[case::the_name_of_a_user_who_is_registered_elsewhere("bert", "")]
#[case::the_gateway_s_name("dora", "")]
#[case::a_route("eve", "Route: <sip:198.18.0.31;lr>\n")]
#[case::a_route_behind_the_pool_s("eve", "Route: <sip:198.18.0.1;lr>, <sip:198.18.0.31;lr>\n")]
fn nobody_is_believed_to_be_somebody_at_another_host(#[case] from: &str, #[case] more: &str) {
    let mut world = world();
    let (stranger, victim) = (world.peer(30), world.peer(VICTIM));
    let uri = match more {
        "" => "sip:mark@198.18.0.31",
        _ => "sip:zoe@198.18.0.1",
    };
    world.say(stranger, Primary.sip(), &invite(stranger, uri, from, more));
    assert_eq!(world.codes(stranger, 500), [403]);
    assert!(world.heard(victim, 0).is_empty());
}

#[rstest]
#[case::somebody_at_an_address("sip:mark@198.18.0.31", "")]
#[case::somebody_along_a_route("sip:zoe@198.18.0.1", "Route: <sip:198.18.0.31;lr>\n")]
fn who_is_configured_calls_whom_it_likes(#[case] uri: &str, #[case] more: &str) {
    let mut world = world();
    let (gateway, other) = (world.peer(GATEWAY), world.peer(VICTIM));
    world.say(gateway, Primary.sip(), &invite(gateway, uri, "dora", more));
    let heard = world.heard(other, 500);
    assert!(heard[0].starts_with("INVITE sip:"), "{heard:?}");
}

#[rstest]
#[case::here("anna")]
#[case::with_the_partner("bert")]
fn users_call_who_is_outside_wherever_they_are_registered(#[case] user: &str) {
    let mut world = world();
    let gateway = world.peer(GATEWAY);
    world.call(user, "dora", Primary);
    let heard = world.heard(gateway, 500);
    assert!(
        heard[0].starts_with("INVITE sip:dora@198.18.0.32"),
        "{heard:?}"
    );
}

/// A dialog of a stranger's with `zoe`, over both pools: the To of her answer, her Contact, and the
/// stranger's route.
fn answered(world: &mut World, stranger: Peer) -> (String, String, String) {
    let text = invite(stranger, "sip:zoe@198.18.0.1", "eve", "");
    world.say(stranger, Primary.sip(), &text);
    let heard = world.heard(stranger, 1_000);
    let answer = heard.iter().rfind(|text| code(text) == Some(200)).unwrap();
    let mut routes: Vec<&str> = answer
        .lines()
        .filter_map(|line| line.strip_prefix("Record-Route: "))
        .collect();
    routes.reverse();
    let contact = header(answer, "Contact").unwrap();
    (
        header(answer, "To").unwrap().to_owned(),
        contact.trim_matches(['<', '>']).to_owned(),
        format!("Route: {}\n", routes.join(", ")),
    )
}

#[test]
fn a_dialog_in_whose_path_the_pool_is_goes_on_both_ways() {
    for who_leaves in ["eve", "zoe"] {
        let mut world = world();
        let stranger = world.peer(30);
        let (to, contact, route) = answered(&mut world, stranger);
        assert_eq!(route.matches(";sig=").count(), 2, "{route}");
        let ack = request(stranger, "ACK", &contact, "eve", &to, &route);
        world.say(stranger, Primary.sip(), &ack);
        assert!(
            world.heard(stranger, 2_000).is_empty(),
            "no 200 is repeated"
        );
        if who_leaves == "eve" {
            let bye = request(stranger, "BYE", &contact, "eve", &to, &route);
            world.say(stranger, Primary.sip(), &bye);
            assert_eq!(world.codes(stranger, 500), [200]);
            assert!(world.ended("zoe"));
        } else {
            world.hang_up("zoe");
            let heard = world.heard(stranger, 500);
            assert!(heard[0].starts_with("BYE sip:eve@198.18.0.30"), "{heard:?}");
        }
    }
}

#[test]
fn who_hangs_up_is_passed_on_by_a_pool_that_was_restarted() {
    let mut world = world();
    let stranger = world.peer(30);
    let (to, contact, route) = answered(&mut world, stranger);
    world.kill(Primary);
    world.restart(Primary);
    world.run(3_000);
    world.heard(stranger, 0);
    let bye = request(stranger, "BYE", &contact, "eve", &to, &route);
    world.say(stranger, Primary.sip(), &bye);
    assert_eq!(world.codes(stranger, 500), [200]);
    assert!(world.ended("zoe"));
}

#[rstest]
#[case::bye("BYE")]
#[case::invite("INVITE")]
#[case::message("MESSAGE")]
#[case::ack("ACK")]
fn a_route_that_the_pool_has_not_made_leads_nowhere(#[case] method: &str) {
    let mut world = world();
    let (stranger, victim) = (world.peer(30), world.peer(VICTIM));
    let (to, _, route) = answered(&mut world, stranger);
    let (_, signed) = route.split_once(';').unwrap();
    let signed = signed.split(['>', ',']).next().unwrap();
    let elsewhere = "sip:mark@198.18.0.31";
    let routes = [
        String::new(),
        "Route: <sip:198.18.0.1;lr>\n".to_owned(),
        "Route: <sip:198.18.0.1;lr>, <sip:198.18.0.31;lr>\n".to_owned(),
        "Route: <sip:198.18.0.1;lr;sig=0123456789abcdef0123456789abcdef>\n".to_owned(),
        // Its own, of the dialog that there is, with another end.
        format!("Route: <sip:198.18.0.1;{signed}>\n"),
        format!("Route: <sip:198.18.0.1;{signed}>, <sip:198.18.0.31;lr>\n"),
    ];
    for (number, route) in routes.iter().enumerate() {
        let uri = format!("{elsewhere};n={number}");
        let text = request(stranger, method, &uri, "eve", &to, route);
        let text = text.replace("z9hG4bK", &format!("z9hG4bK{number}"));
        world.heard(stranger, 0);
        world.say(stranger, Primary.sip(), &text);
        let codes = world.codes(stranger, 300);
        let refused = codes.iter().all(|code| *code == 403 || *code == 200);
        assert!(
            refused && (method == "ACK" || codes.contains(&403)),
            "{route}: {codes:?}"
        );
        assert!(world.heard(victim, 0).is_empty(), "{route}");
    }
}

#[test]
fn a_caller_of_a_user_can_give_up() {
    let mut world = world();
    world.behave("zoe", Behaviour::Ring);
    let stranger = world.peer(30);
    let text = invite(stranger, "sip:zoe@198.18.0.1", "eve", "");
    world.say(stranger, Primary.sip(), &text);
    assert_eq!(world.codes(stranger, 500), [180]);
    world.say(
        stranger,
        Primary.sip(),
        &text
            .replace("INVITE", "CANCEL")
            .replace("bKCANCEL", "bKINVITE"),
    );
    assert_eq!(world.codes(stranger, 500), [200, 487]);
    assert_eq!(world.outcome("zoe"), Some(PhoneEvent::Ended));
}
