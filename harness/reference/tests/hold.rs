//! Calls whose ends hold them, are muted, or answer wrongly.

mod world;

use rstest::rstest;
use world::deployment::Options;
use world::phone::{Behaviour, PhoneEvent};
use world::script::{Dialog, Peer, code, description, header};
use world::{Primary, World};

/// A caller who waits in `sales` while anna's telephone rings.
fn waiting(world: &mut World) -> Dialog {
    world.behave("anna", Behaviour::Ring);
    world.behave("bert", Behaviour::Ring);
    let caller = world.peer(30);
    let body = description(caller, "sendrecv");
    Dialog::call(world, caller, "sales", Primary, &body)
}

/// Lets seconds pass in which a caller answers what it is asked, or not; whether it was asked to leave.
fn passes(world: &mut World, caller: &mut Dialog, seconds: u64, answers: bool) -> bool {
    for _ in 0..seconds * 10 {
        for request in world.heard(caller.peer, 100) {
            if request.starts_with("BYE ") {
                return true;
            }
            if request.starts_with("OPTIONS ") && answers {
                world.reply(caller.peer, &request, "200 OK", "");
            }
        }
    }
    false
}

#[test]
fn a_caller_who_is_gone_is_not_waited_for() {
    let mut world = World::new();
    let mut caller = waiting(&mut world);
    assert!(passes(&mut world, &mut caller, 4, false));
}

#[rstest]
#[case::hold("sendonly")]
#[case::hold_both_ways("inactive")]
#[case::mute("recvonly")]
fn a_waiting_caller_who_holds_may_be_silent_for_long(#[case] direction: &str) {
    let mut world = World::new();
    let mut caller = waiting(&mut world);
    let body = description(caller.peer, direction);
    let answer = caller.reinvite(&mut world, &body);
    let reverse = match direction {
        "sendonly" => "a=recvonly",
        "recvonly" => "a=sendonly",
        _ => "a=inactive",
    };
    assert!(answer.contains(reverse), "{answer}");
    // Even if its telephone does not say that it is there.
    assert!(!passes(&mut world, &mut caller, 20, false));
    assert_eq!(
        world.hums(caller.peer, 200),
        direction == "recvonly",
        "music"
    );
    // Whoever holds a call and is gone is not waited for either.
    assert!(passes(&mut world, &mut caller, 60, false));
}

#[test]
fn a_waiting_caller_whose_telephone_sends_nothing_is_asked_whether_it_is_there() {
    let mut world = World::new();
    let mut caller = waiting(&mut world);
    assert!(!passes(&mut world, &mut caller, 30, true));
    assert!(world.hums(caller.peer, 200), "it hears music");
    assert!(passes(&mut world, &mut caller, 4, false));
}

#[test]
fn a_caller_who_took_no_note_of_the_call_is_not_waited_for() {
    let mut world = World::new();
    let caller = waiting(&mut world);
    let heard = world.heard(caller.peer, 2_000);
    let question = heard.iter().find(|text| text.starts_with("OPTIONS "));
    let gone = "481 Call/Transaction Does Not Exist";
    world.reply(caller.peer, question.unwrap(), gone, "");
    world.run(100);
    assert_eq!(world.outcome("anna"), Some(PhoneEvent::Ended));
}

/// `doctor` is anonymous: the pool stays in the media, and either end has to be heard.
#[rstest]
#[case::on_hold(true)]
#[case::silent(false)]
fn a_relayed_call_that_is_held_goes_on_without_media(#[case] is_held: bool) {
    let mut world = World::new();
    let anton = world.telephone(31, "anton");
    let caller = world.peer(30);
    let body = description(caller, "sendrecv");
    let mut caller = Dialog::call(&mut world, caller, "doctor", Primary, &body);
    let invite = world.request(anton, "INVITE", 300);
    world.reply(anton, &invite, "200 OK", &description(anton, "sendrecv"));
    world.run(300);
    if is_held {
        let held = caller.reinvite(&mut world, &description(anton, "sendonly"));
        assert!(held.contains("a=recvonly"), "{held}");
    }
    let mut ended = false;
    for _ in 0..700 {
        for peer in [caller.peer, anton] {
            for request in world.heard(peer, 50) {
                ended |= request.starts_with("BYE ");
                if request.starts_with("OPTIONS ") {
                    world.reply(peer, &request, "200 OK", "");
                }
            }
        }
    }
    assert_eq!(ended, !is_held);
}

/// Calls `sales`, and anna's scripted telephone takes the call: the caller's dialog, and hers.
fn handed_over(world: &mut World) -> (Dialog, Dialog) {
    let anna = world.telephone(31, "anna");
    let caller = world.peer(30);
    let body = description(caller, "sendrecv");
    let caller = Dialog::call(world, caller, "sales", Primary, &body);
    let invite = world.request(anna, "INVITE", 300);
    let agent = Dialog::of(anna, &invite);
    world.reply(anna, &invite, "200 OK", &description(anna, "sendrecv"));
    for end in [caller.peer, anna] {
        let moved = world.request(end, "INVITE", 300);
        world.reply(end, &moved, "200 OK", &description(end, "sendrecv"));
    }
    world.run(300);
    world.heard(anna, 0);
    world.heard(caller.peer, 0);
    (caller, agent)
}

#[test]
fn who_asks_for_an_offer_after_the_call_was_handed_over_gets_the_other_ends() {
    let mut world = World::new();
    let (mut caller, agent) = handed_over(&mut world);
    caller.send(&mut world, "INVITE", "");
    let asked = world.request(agent.peer, "INVITE", 200);
    assert!(!asked.contains("m=audio"), "{asked}");
    let offer = description(agent.peer, "sendrecv").replace("4000", "4444");
    world.reply(agent.peer, &asked, "200 OK", &offer);
    let heard = world.heard(caller.peer, 200);
    let answer = heard.iter().find(|text| code(text) == Some(200)).unwrap();
    assert!(answer.contains("m=audio 4444 "), "{answer}");
    let own = description(caller.peer, "sendrecv").replace("4000", "4242");
    caller.acknowledge(&mut world, answer, &own);
    let ack = world.request(agent.peer, "ACK", 200);
    assert!(ack.contains("m=audio 4242 "), "{ack}");
    // And the next change is passed on as well.
    let body = description(caller.peer, "sendonly");
    caller.send(&mut world, "INVITE", &body);
    let held = world.request(agent.peer, "INVITE", 200);
    assert!(held.contains("a=sendonly"), "{held}");
}

#[test]
fn who_asks_for_an_offer_that_the_other_end_refuses_is_told_so() {
    let mut world = World::new();
    let (mut caller, agent) = handed_over(&mut world);
    caller.send(&mut world, "INVITE", "");
    let asked = world.request(agent.peer, "INVITE", 200);
    world.reply(agent.peer, &asked, "488 Not Acceptable Here", "");
    assert!(world.codes(caller.peer, 200).contains(&488));
}

/// The agent's telephone takes the call, and does not take the caller's description: no caller hears of that.
#[rstest]
#[case::refused("488 Not Acceptable Here")]
#[case::failed("500 Server Internal Error")]
fn an_agent_who_will_not_be_introduced_costs_its_caller_nothing(#[case] status: &str) {
    let mut world = World::new();
    let anna = world.telephone(31, "anna");
    let peer = world.peer(30);
    let body = description(peer, "sendrecv");
    let caller = Dialog::call(&mut world, peer, "sales", Primary, &body);
    let invite = world.request(anna, "INVITE", 300);
    world.reply(anna, &invite, "200 OK", &description(anna, "sendrecv"));
    let moved = world.request(caller.peer, "INVITE", 300);
    world.reply(caller.peer, &moved, "200 OK", &body);
    let offered = world.request(anna, "INVITE", 300);
    world.reply(anna, &offered, status, "");
    let back = world.request(caller.peer, "INVITE", 100);
    assert!(back.contains("c=IN IP4 198.18.0.1\r\n"), "{back}");
    world.reply(caller.peer, &back, "200 OK", &body);
    assert!(world.hums(caller.peer, 100), "music again");
    world.request(anna, "BYE", 0);
    world.run(500);
    assert_eq!(world.alerted(), ["bert"]);
    let introduced = world.request(caller.peer, "INVITE", 500);
    world.reply(caller.peer, &introduced, "200 OK", &body);
    world.run(500);
    assert_eq!(world.outcome("bert"), Some(PhoneEvent::Answered));
}

#[rstest]
#[case::nothing(|_| String::new())]
#[case::nonsense(|_| "hello".to_owned())]
#[case::no_audio(|peer| description(peer, "sendrecv").replace("audio", "video"))]
#[case::a_refusal(|peer| description(peer, "sendrecv").replace("4000", "0"))]
#[case::a_codec_that_was_not_offered(|peer| description(peer, "sendrecv").replace("AVP 0", "AVP 9"))]
fn an_agent_who_answers_wrongly_costs_its_caller_nothing(#[case] body: fn(Peer) -> String) {
    let mut world = World::with(Options::default());
    let anna = world.telephone(31, "anna");
    world.call("carl", "sales", Primary);
    let invite = world.request(anna, "INVITE", 300);
    world.reply(anna, &invite, "200 OK", &body(anna));
    let heard = world.heard(anna, 500);
    assert!(
        heard.iter().any(|text| text.starts_with("ACK ")),
        "{heard:?}"
    );
    let bye = heard.iter().find(|text| text.starts_with("BYE ")).unwrap();
    assert!(header(bye, "To").unwrap().contains("tag=peer"), "{bye}");
    world.run(1_000);
    assert_eq!(world.alerted(), ["bert"]);
    assert_eq!(world.outcome("carl"), Some(PhoneEvent::Answered));
    assert_eq!(world.outcome("bert"), Some(PhoneEvent::Answered));
}
