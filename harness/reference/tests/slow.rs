//! Telephones that take their time, and those that never answer.

mod world;

use rstest::rstest;
use world::script::{Peer, description, header};
use world::{Primary, World};

/// The INVITE that has come to a telephone.
fn rung(world: &mut World, peer: Peer, millis: u64) -> Option<String> {
    let heard = world.heard(peer, millis);
    heard.into_iter().find(|text| text.starts_with("INVITE "))
}

#[rstest]
#[case::it_rings_after_three_seconds(&[(0, "100 Trying"), (3_000, "180 Ringing")])]
#[case::it_says_nothing_but_that_it_tries(&[(0, "100 Trying")])]
#[case::it_rings_at_once(&[(0, "180 Ringing")])]
#[case::it_says_what_it_does(&[(1_500, "183 Session Progress")])]
fn an_agent_whose_telephone_is_slow_is_waited_for(#[case] says: &[(u64, &str)]) {
    let mut world = World::new();
    let anna = world.telephone(30, "anna");
    world.call("carl", "sales", Primary);
    let invite = rung(&mut world, anna, 300).unwrap();
    let mut passed = 0;
    for (after, what) in says {
        world.run(after - passed);
        passed = *after;
        world.reply(anna, &invite, what, "");
    }
    let heard = world.heard(anna, 6_000 - passed);
    let is_cancelled = heard.iter().any(|text| text.starts_with("CANCEL "));
    assert!(!is_cancelled, "{heard:?}");
    world.reply(anna, &invite, "200 OK", &description(anna, "sendrecv"));
    let heard = world.heard(anna, 300);
    assert!(
        heard.iter().any(|text| text.starts_with("ACK ")),
        "{heard:?}"
    );
    assert_eq!(world.alerted(), Vec::<&str>::new(), "bert was not asked");
}

#[test]
fn an_agent_whose_telephone_says_nothing_is_given_up() {
    let mut world = World::new();
    let anna = world.telephone(30, "anna");
    world.call("carl", "sales", Primary);
    assert!(rung(&mut world, anna, 1_900).is_some());
    assert_eq!(world.alerted(), Vec::<&str>::new());
    world.run(500);
    assert_eq!(world.alerted(), ["bert"]);
}

/// `zoe` is homed in the backup, and so called over both pools.
#[rstest]
#[case::anna("anna")]
#[case::zoe_whom_the_partner_reaches("zoe")]
fn a_plain_call_to_a_telephone_that_says_nothing_ends_soon(#[case] user: &str) {
    let mut world = World::new();
    let telephone = world.telephone(30, user);
    world.call("carl", user, Primary);
    assert!(rung(&mut world, telephone, 1_900).is_some());
    assert_eq!(world.outcome("carl"), None);
    world.run(500);
    let refused = world::phone::PhoneEvent::Refused(408);
    assert_eq!(world.outcome("carl"), Some(refused));
}

#[test]
fn a_plain_call_that_rings_for_ever_is_cancelled_after_three_minutes() {
    let mut world = World::new();
    let anna = world.telephone(30, "anna");
    world.call("carl", "anna", Primary);
    let invite = rung(&mut world, anna, 300).unwrap();
    world.reply(anna, &invite, "180 Ringing", "");
    // Who says that it still rings is waited for again (section 16.7 step 2).
    world.run(100_000);
    world.reply(anna, &invite, "180 Ringing", "");
    world.heard(anna, 180_000);
    assert_eq!(world.outcome("carl"), None);
    let heard = world.heard(anna, 1_500);
    let cancel = heard.iter().find(|text| text.starts_with("CANCEL "));
    let branch = |text: &str| header(text, "Via").map(str::to_owned);
    assert_eq!(cancel.and_then(|text| branch(text)), branch(&invite));
    world.reply(anna, &invite, "487 Request Terminated", "");
    world.run(300);
    let refused = world::phone::PhoneEvent::Refused(487);
    assert_eq!(world.outcome("carl"), Some(refused));
}

#[test]
fn a_plain_call_that_nobody_answers_ends_even_if_its_cancel_is_not_answered() {
    let mut world = World::new();
    let anna = world.telephone(30, "anna");
    world.call("carl", "anna", Primary);
    let invite = rung(&mut world, anna, 300).unwrap();
    world.reply(anna, &invite, "100 Trying", "");
    world.run(180_000);
    assert_eq!(world.outcome("carl"), None);
    world.run(40_000);
    let refused = world::phone::PhoneEvent::Refused(408);
    assert_eq!(world.outcome("carl"), Some(refused));
}
