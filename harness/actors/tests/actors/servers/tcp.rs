//! SIP over TCP (RFC 3261 section 18).

use super::{NOBODY, accepted, answered};
use crate::laboratory::Laboratory;
use crate::scripted::{agent, caller};
use actors::Command;
use model::journal::event::{Event, NoSuccess};
use model::topology::Pool;
use node::sim::Cut;

const TCP: &str = "transport: tcp\n";

/// The first lines of Via of all requests that an actor sent, by method.
fn vias(laboratory: &Laboratory, name: &str) -> Vec<(String, String)> {
    let mut vias = Vec::new();
    for message in laboratory.messages(name) {
        let mut lines = message.lines();
        let first = lines.next().unwrap_or_default().to_owned();
        let via = lines
            .find(|line| line.starts_with("Via: "))
            .unwrap_or_default();
        if via.contains("198.18.0.12") && !first.starts_with("SIP/2.0") {
            let method = first.split(' ').next().unwrap_or_default().to_owned();
            let transport = via.split(' ').nth(1).unwrap_or_default().to_owned();
            vias.push((method, transport));
        }
    }
    vias
}

#[test]
fn a_caller_of_a_target_with_tcp_calls_over_one_connection() {
    let script = "
by-tcp
< INVITE
    Via: SIP/2.0/TCP 198.18.0.12:6000
    Contact: <sip:alice@198.18.0.12:6000;transport=tcp>
> 200
    sdp
< ACK
    Via: SIP/2.0/TCP
media
wait 100
> INVITE
    sdp a=sendonly
< 200 INVITE
    Via: SIP/2.0/TCP
> ACK
< BYE
    Via: SIP/2.0/TCP
> 200
";
    let mut stage = caller(TCP, [script, NOBODY]).run(600);
    stage.laboratory.tell("alice", Command::HangUp);
    let stage = stage.run(1_000).done().tells("an answer", answered);
    let notes = stage.laboratory.notes("primary");
    let connections = notes.iter().filter(|note| *note == "connection");
    assert_eq!(connections.count(), 1);
}

#[test]
fn nothing_is_repeated_on_a_connection() {
    let script = "
by-tcp
< INVITE
wait 1800
> 486
";
    let stage = caller(TCP, [script, "by-tcp\n< INVITE\n> 486\n"])
        .run(2_500)
        .done();
    let sent = vias(&stage.laboratory, "alice");
    let invites = sent.iter().filter(|(method, _)| method == "INVITE");
    assert_eq!(invites.count(), 2, "one to each pool: {sent:?}");
}

#[test]
fn an_agent_is_called_over_a_connection_of_the_servers() {
    let script = "
< REGISTER
    Contact: <sip:bob@198.18.0.12:6000>
> 200
by-tcp
> INVITE @b
    sdp
< 180 INVITE @b
    Via: SIP/2.0/TCP
< 200 INVITE @b
> ACK @b
> BYE @b
< 200 BYE @b
";
    agent("", script)
        .run(1_000)
        .done()
        .tells("an accepted call", accepted);
}

#[test]
fn an_agent_of_a_target_with_tcp_registers_over_a_connection() {
    let script = "
by-tcp
< REGISTER
    Via: SIP/2.0/TCP
    Contact: <sip:bob@198.18.0.12:6000;transport=tcp>
> 200
> OPTIONS @o
< 200 OPTIONS @o
";
    agent(TCP, script).run(1_000).done();
}

#[test]
fn a_contact_may_want_a_connection_and_a_route_a_datagram() {
    let script = "
< INVITE
> 200
    Contact: <sip:server@198.18.0.1:5060;transport=tcp>
    sdp
< ACK
< BYE
    Via: SIP/2.0/TCP
by-tcp
> 200
";
    let mut stage = caller("", [script, NOBODY]).run(500);
    stage.laboratory.tell("alice", Command::HangUp);
    let stage = stage.run(1_000).done();
    let expected = [
        ("INVITE", "SIP/2.0/UDP"),
        ("ACK", "SIP/2.0/TCP"),
        ("BYE", "SIP/2.0/TCP"),
    ];
    let expected = expected.map(|(method, via)| (method.to_owned(), via.to_owned()));
    assert_eq!(vias(&stage.laboratory, "alice"), expected);
}

/// A route that makes an INVITE too large for a datagram.
fn large_route(uri: &str) -> String {
    let padding = "x".repeat(700);
    format!("<{uri};lr;tag={padding}>")
}

#[test]
fn a_large_request_goes_over_a_connection() {
    let route = large_route("sip:198.18.0.1:5060");
    let script = format!(
        "< REGISTER\n    Via: SIP/2.0/UDP\n> 200\n    Service-Route: {route}\nby-tcp\n\
         < INVITE\n    Via: SIP/2.0/TCP\n> 486\n"
    );
    let mut stage = agent("", script.leak()).run(500);
    stage.laboratory.call("bob", "carol");
    stage.run(1_000).done();
}

#[test]
fn a_server_that_was_started_anew_gets_a_connection_of_its_own() {
    let script = "
by-tcp
< REGISTER
> 200
";
    let mut stage = agent(TCP, script).run(1_000);
    let primary = stage.laboratory.node("primary");
    stage.laboratory.sim.kill(primary);
    stage.laboratory.sim.start(primary);
    let stage = stage.run(7_000);
    let events = stage.events().into_iter();
    let pool = Pool::Primary;
    let registered =
        events.filter(|event| matches!(event, Event::Registered { pool: at, .. } if *at == pool));
    assert_eq!(registered.count(), 2, "{:#?}", stage.events());
}

#[test]
fn a_host_that_came_back_after_a_silence_gets_a_new_connection() {
    let mut stage = agent(TCP, "by-tcp\n").run(1_000);
    let [bob, primary] = ["bob", "primary"].map(|name| stage.laboratory.host(name));
    for (from, to) in [(bob, primary), (primary, bob)] {
        stage.laboratory.sim.cut(from, to, Cut::Silent);
    }
    stage.laboratory.run_until(7_000);
    stage.laboratory.sim.heal(bob, primary);
    stage.laboratory.sim.heal(primary, bob);
    let stage = stage.run(12_000);
    let notes = stage.laboratory.notes("primary");
    let connections = notes.iter().filter(|note| *note == "connection");
    assert_eq!(connections.count(), 2, "{notes:?}");
    let pool = Pool::Primary;
    let events = stage.events();
    assert!(
        matches!(events.last(), Some(Event::Registered { pool: at, .. }) if *at == pool),
        "{events:#?}"
    );
}

#[test]
fn a_closed_port_is_known_at_once() {
    let backup = "
by-tcp
< INVITE
> 486
";
    let mut stage = caller(TCP, [NOBODY, backup]);
    let primary = stage.laboratory.node("primary");
    stage.laboratory.sim.kill(primary);
    let unreachable = |event: &Event| {
        let outcome = NoSuccess::Unreachable;
        matches!(event, Event::HopFailed { outcome: why, .. } if *why == outcome)
    };
    stage.run(100).tells("a closed port", unreachable);
}
