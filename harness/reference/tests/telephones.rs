//! Agents with several telephones, and telephones that have their calls taken elsewhere.

mod world;

use rstest::rstest;
use world::phone::PhoneEvent;
use world::script::{Dialog, Peer, code, description};
use world::{Primary, World, address};

/// The telephones of an agent, in place of hers.
fn telephones<const N: usize>(world: &mut World, user: &str) -> [Peer; N] {
    let mut last = 30;
    let telephones = [(); N].map(|()| {
        last += 1;
        world.peer(last)
    });
    world.unplug(user);
    world.run(12_000);
    let contacts = telephones.map(|peer| format!("<sip:{user}@{}>", peer.sip));
    let contacts: Vec<&str> = contacts.iter().map(String::as_str).collect();
    world.register(telephones[0], user, &contacts);
    telephones
}

#[test]
fn a_telephone_too_many_is_refused_and_those_that_there_are_stay() {
    let mut world = World::new();
    let peer = world.peer(30);
    // Her own telephone is one of the eight.
    let contact = |number: u16| format!("<sip:anna@{}>", address(30, 7_000 + number));
    let seven: Vec<String> = (0..7).map(contact).collect();
    let seven: Vec<&str> = seven.iter().map(String::as_str).collect();
    world.register(peer, "anna", &seven);
    let answer = world.try_register(peer, "anna", &[&contact(8)]);
    assert_eq!(code(&answer), Some(403), "{answer}");
    world.register(peer, "anna", &seven[..1]);
    let gone = format!("{};expires=0", seven[1]);
    world.register(peer, "anna", &[&gone]);
    let answer = world.try_register(peer, "anna", &[&contact(8)]);
    let bound = answer.lines().filter(|line| line.starts_with("Contact: "));
    assert_eq!((code(&answer), bound.count()), (Some(200), 8), "{answer}");
}

#[test]
fn all_telephones_of_an_agent_ring_and_the_first_that_answers_has_the_call() {
    let mut world = World::new();
    let [desk, mobile, home] = telephones(&mut world, "anna");
    world.call("carl", "sales", Primary);
    world.run(300);
    let invites = [desk, mobile, home].map(|peer| world.request(peer, "INVITE", 0));
    for (peer, invite) in [desk, mobile, home].into_iter().zip(&invites) {
        world.reply(peer, invite, "180 Ringing", "");
    }
    world.run(100);
    // One of them is busy: the others go on.
    world.reply(desk, &invites[0], "486 Busy Here", "");
    world.run(2_000);
    assert!(world.alerted().is_empty(), "nobody else is asked");
    world.reply(
        mobile,
        &invites[1],
        "200 OK",
        &description(mobile, "sendrecv"),
    );
    world.request(home, "CANCEL", 100);
    world.reply(home, &invites[2], "487 Request Terminated", "");
    let moved = world.request(mobile, "ACK", 100);
    assert!(moved.starts_with("ACK sip:peer@198.18.0.32"), "{moved}");
    world.heard(desk, 0);
    assert!(world.heard(desk, 1_000).is_empty());
}

#[test]
fn who_declines_a_call_at_one_telephone_declines_it_at_all() {
    let mut world = World::new();
    let [desk, mobile] = telephones(&mut world, "anna");
    world.call("carl", "sales", Primary);
    world.run(300);
    let invites = [desk, mobile].map(|peer| world.request(peer, "INVITE", 0));
    world.reply(mobile, &invites[1], "180 Ringing", "");
    world.reply(desk, &invites[0], "603 Decline", "");
    world.request(mobile, "CANCEL", 100);
    world.run(500);
    assert_eq!(world.alerted(), ["bert"]);
}

#[test]
fn an_agent_none_of_whose_telephones_takes_a_call_is_passed_over() {
    let mut world = World::new();
    let [desk, mobile] = telephones(&mut world, "anna");
    world.call("carl", "sales", Primary);
    world.run(300);
    for peer in [desk, mobile] {
        let invite = world.request(peer, "INVITE", 0);
        world.reply(peer, &invite, "480 Temporarily Unavailable", "");
    }
    world.run(500);
    assert_eq!(world.alerted(), ["bert"]);
}

#[rstest]
#[case::to_an_address("302 Moved Temporarily", "Contact: <sip:mark@198.18.0.40>\n")]
#[case::for_good("301 Moved Permanently", "Contact: <sip:mark@198.18.0.40>\n")]
#[case::to_what_is_liked_best(
    "300 Multiple Choices",
    "Contact: <sip:anna@198.18.0.41>;q=0.3\nContact: <sip:mark@198.18.0.40>;q=0.8\n"
)]
fn a_telephone_has_a_call_taken_elsewhere(#[case] status: &str, #[case] contacts: &str) {
    let mut world = World::new();
    let [desk] = telephones(&mut world, "anna");
    let mobile = world.peer(40);
    world.call("carl", "sales", Primary);
    let invite = world.request(desk, "INVITE", 300);
    world.redirect(desk, &invite, status, contacts);
    let invite = world.request(mobile, "INVITE sip:mark@198.18.0.40", 300);
    assert!(
        invite.contains("\r\nTo: <sip:anna@198.18.0.1:5060>\r\n"),
        "{invite}"
    );
    let mut agent = Dialog::of(mobile, &invite);
    world.reply(mobile, &invite, "200 OK", &description(mobile, "sendrecv"));
    world.run(300);
    assert!(world.alerted().is_empty(), "nobody else is asked");
    agent.send(&mut world, "BYE", "");
    world.run(300);
    assert!(world.ended("carl"));
}

#[test]
fn a_telephone_has_a_call_taken_by_another_user() {
    let mut world = World::new();
    let [desk] = telephones(&mut world, "anna");
    world.call("carl", "sales", Primary);
    let invite = world.request(desk, "INVITE", 300);
    let to = "Contact: <sip:zoe@198.18.0.1>\n";
    world.redirect(desk, &invite, "302 Moved Temporarily", to);
    world.run(1_000);
    assert_eq!(world.alerted(), ["zoe"]);
    assert!(world.events("zoe").contains(&PhoneEvent::Answered));
}

#[rstest]
#[case::to_itself("Contact: <sip:anna@198.18.0.31>\n")]
#[case::to_a_group("Contact: <sip:sales@198.18.0.1>\n")]
#[case::to_nobody("")]
#[case::to_what_cannot_be_read("Contact: nonsense\n")]
fn an_agent_whose_redirects_lead_nowhere_is_passed_over(#[case] to: &str) {
    let mut world = World::new();
    let [desk] = telephones(&mut world, "anna");
    world.call("carl", "sales", Primary);
    let mut asked = 0;
    for _ in 0..20 {
        for invite in world.heard(desk, 50) {
            if invite.starts_with("INVITE ") {
                asked += 1;
                world.redirect(desk, &invite, "302 Moved Temporarily", to);
            }
        }
    }
    assert!(asked <= 6, "asked {asked} times");
    assert_eq!(world.alerted(), ["bert"]);
}

/// `anna` is homed in the primary, which calls her telephones itself; `zoe` with its partner.
#[rstest]
#[case::of_its_own("anna")]
#[case::of_the_partners("zoe")]
fn all_telephones_of_a_user_ring(#[case] user: &str) {
    let mut world = World::new();
    let [desk, mobile, home] = telephones(&mut world, user);
    world.call("carl", user, Primary);
    world.run(300);
    let invites = [desk, mobile, home].map(|peer| world.request(peer, "INVITE", 0));
    world.reply(desk, &invites[0], "180 Ringing", "");
    world.reply(home, &invites[2], "180 Ringing", "");
    world.reply(mobile, &invites[1], "486 Busy Here", "");
    world.request(mobile, "ACK", 100);
    assert_eq!(world.outcome("carl"), None, "the others ring");
    world.reply(home, &invites[2], "200 OK", &description(home, "sendrecv"));
    world.request(desk, "CANCEL", 200);
    assert_eq!(world.outcome("carl"), Some(PhoneEvent::Answered));
    world.reply(desk, &invites[0], "487 Request Terminated", "");
    world.run(200);
    world.hang_up("carl");
    let bye = world.request(home, "BYE", 300);
    assert!(bye.starts_with("BYE sip:peer@198.18.0.33"), "{bye}");
}

/// What is said at last is the best that one of them has said (RFC 3261 section 16.7 step 6).
#[rstest]
#[case::busy(["486 Busy Here", "500 Server Internal Error"], 486)]
#[case::elsewhere(["404 Not Found", "302 Moved Temporarily"], 302)]
#[case::declined_everywhere(["486 Busy Here", "603 Decline"], 603)]
#[case::silent(["500 Server Internal Error", ""], 408)]
#[case::busy_or_silent(["480 Temporarily Unavailable", ""], 480)]
fn who_calls_a_user_is_told_the_best_of_all_refusals(
    #[case] said: [&str; 2],
    #[case] expected: u16,
) {
    let mut world = World::new();
    let both: [Peer; 2] = telephones(&mut world, "anna");
    world.call("carl", "anna", Primary);
    world.run(300);
    for (peer, status) in both.into_iter().zip(said) {
        let invite = world.request(peer, "INVITE", 0);
        assert_eq!(world.outcome("carl"), None);
        if !status.is_empty() {
            world.reply(peer, &invite, status, "");
        }
        world.run(100);
    }
    world.run(3_000);
    let refused = PhoneEvent::Refused(expected);
    assert_eq!(world.outcome("carl"), Some(refused));
}

#[test]
fn who_declines_everywhere_is_not_rung_any_more() {
    let mut world = World::new();
    let [desk, mobile] = telephones(&mut world, "anna");
    world.call("carl", "anna", Primary);
    world.run(300);
    let invites = [desk, mobile].map(|peer| world.request(peer, "INVITE", 0));
    world.reply(desk, &invites[0], "180 Ringing", "");
    world.reply(mobile, &invites[1], "603 Decline", "");
    world.request(desk, "CANCEL", 200);
    world.reply(desk, &invites[0], "487 Request Terminated", "");
    world.run(200);
    assert_eq!(world.outcome("carl"), Some(PhoneEvent::Refused(603)));
}

#[test]
fn a_caller_who_gives_up_is_not_rung_for_anywhere() {
    let mut world = World::new();
    let both: [Peer; 2] = telephones(&mut world, "anna");
    world.call("carl", "anna", Primary);
    world.run(300);
    for peer in both {
        let invite = world.request(peer, "INVITE", 0);
        world.reply(peer, &invite, "180 Ringing", "");
    }
    world.run(100);
    world.hang_up("carl");
    world.run(200);
    for peer in both {
        world.request(peer, "CANCEL", 0);
    }
}
