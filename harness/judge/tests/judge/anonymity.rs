//! What the ends of anonymous calls may not receive.

use model::Verdict::{self, Fail, Inconclusive, Pass};
use model::host::HostName;
use model::journal::Event;
use model::journal::event::{Direction, EndedBy};
use model::topology::Pool;
use rstest::rstest;

use crate::drill;
use crate::script::{Script, Talk, is_of};
use crate::world;

const CONNECTED: &str = "failed-over.connected.anonymous-imported";
const FAILOVER: &str = "failover.connected.anonymous";
const NEW: &str = "failover.new.imported";

/// In `failed-over`, when amos has been connected to berta through the backup for long.
const LATER: f64 = 25.0;

fn backup() -> (Pool, std::net::SocketAddr) {
    (Pool::Backup, world::media(HostName::BACKUP))
}

/// Somebody receives this message, in which BERTA is where berta is reached, and AMOS where amos is.
fn told(call: &str, message: &str, at: f64) -> Script {
    let [berta, amos] = ["berta", "amos"].map(|actor| world::reached_at(actor).to_string());
    let message = message.replace("BERTA", &berta).replace("AMOS", &amos);
    let message = format!("{}\r\nCall-ID: {call}\r\n{message}\r\n", "SIP/2.0 200 OK");
    drill::imported().adding(|script| {
        let actor = call.split('/').next().unwrap_or(call);
        script.signals(actor, Direction::In, HostName::BACKUP, message, at);
    })
}

#[test]
fn nothing_is_given_away_where_all_is_as_documented() {
    for clause in [
        "outage.connected.anonymous",
        FAILOVER,
        NEW,
        CONNECTED,
        "failback.connected.anonymous-imported",
        "failed-back.connected.anonymous-imported",
    ] {
        drill::imported().gives(clause, Pass, "gave nothing of its agents away");
    }
}

#[rstest]
#[case::user_part("P-Asserted-Identity: <sip:berta;x=1@pool>", "`P-Asserted-Identity`")]
#[case::display_name("Remote-Party-ID: \"Berta\" <sip:1@pool>", "`Remote-Party-ID`")]
#[case::a_word("Warning: 399 pool \"with berta, at last\"", "`Warning`")]
#[case::escaped("Contact: <sip:%62ert%61@pool>", "`Contact`")]
#[case::folded("Subject: you talk\r\n to berta", "`text`")]
#[case::another_member("History-Info: <sip:boris@pool>;index=1", "the name of boris")]
#[case::telephone_address("Record-Route: <sip:BERTA;lr>", "the address of berta")]
#[case::in_base64(
    "Identity: e30.eyJkZXN0IjpbInNpcDpiZXJ0YUBwb29sIl19.c2ln",
    "the name of berta"
)]
#[case::session_name("\r\ns=berta", "`s=`")]
#[case::attribute("\r\na=ssrc:1 cname:berta", "`a=`")]
fn whatever_names_an_agent_gives_it_away(#[case] message: &str, #[case] why: &str) {
    told("amos/1", message, LATER).gives(CONNECTED, Fail, why);
}

#[rstest]
#[case::user_and_host(
    "CNAME berta@198.18.0.30",
    Fail,
    "RTCP whose `CNAME` gives the name of berta"
)]
#[case::in_words("NOTE Berta is speaking", Fail, "`NOTE`")]
#[case::another_member("APP name boris", Fail, "the name of boris")]
#[case::the_machine_in_a_number("SSRC 3323068421", Fail, "RTP whose SSRC gives the address of")]
#[case::the_machine_of_a_stream_that_is_mixed_in(
    "CSRC 3323068421",
    Fail,
    "RTP whose CSRC gives the address of"
)]
#[case::the_other_order_of_bytes("SSRC 83890886", Fail, "RTP whose SSRC gives the address of")]
#[case::a_random_number("SSRC 3323068422", Pass, "gave nothing")]
#[case::the_pool("CNAME pool@198.18.0.21", Pass, "gave nothing")]
#[case::a_random_name("CNAME 4TOk42mSjXCkVIa6", Pass, "gave nothing")]
fn rtcp_names_no_agent(#[case] item: &str, #[case] verdict: Verdict, #[case] why: &str) {
    let said = |script: &mut Script| script.described("amos/1", Pool::Backup, item, LATER);
    drill::imported()
        .adding(said)
        .gives(CONNECTED, verdict, why);
}

#[rstest]
#[case::part_of_a_word("Server: bertani 5.0")]
#[case::the_name_of_a_header("Berta: yes")]
#[case::the_caller("Via: SIP/2.0/UDP AMOS;branch=z9hG4bK1")]
#[case::another_port("Record-Route: <sip:BERTA0;lr>")]
#[case::nobody_of_the_group("Subject: bruno")]
fn what_names_no_agent_gives_none_away(#[case] message: &str) {
    told("amos/1", message, LATER).gives(CONNECTED, Pass, "gave nothing");
}

/// Actors share a machine: in a session description that alone is enough.
#[rstest]
#[case::where_the_agent_is("berta", 1, Fail)]
#[case::another_port_of_the_machine("bruno", 1, Fail)]
#[case::a_refused_stream("berta", 0, Fail)]
#[case::an_echo_of_what_the_caller_wrote("amos", 1, Pass)]
fn a_session_description_shows_no_machine_but_the_pools(
    #[case] actor: &str,
    #[case] ports_above: u16,
    #[case] verdict: Verdict,
) {
    let mut media = world::reached_at(actor);
    media.set_port((media.port() + 1) * ports_above);
    let script = drill::imported().adding(|script| {
        let from = (Pool::Backup, media);
        script.receives("amos/1", from, "INVITE sip:amos SIP/2.0", &[], LATER);
    });
    let why = match verdict {
        Fail => "received an INVITE whose `c=` gives the address of",
        _ => "gave nothing",
    };
    script.gives(CONNECTED, verdict, why);
}

#[test]
fn an_origin_that_is_passed_on_gives_the_machine_away() {
    let clients = world::addresses()[&HostName::CLIENTS];
    let origin = format!("\r\no=- 7 1 IN IP4 {clients}");
    told("amos/1", &origin, LATER).gives(CONNECTED, Fail, "`o=`");
}

#[test]
fn the_agent_may_know_who_calls_but_not_where() {
    told("berta/1", "P-Asserted-Identity: <sip:amos@pool>", LATER).gives(CONNECTED, Pass, "");
    let mut media = world::reached_at("amos");
    media.set_port(media.port() + 1);
    drill::imported()
        .adding(|script| {
            let from = (Pool::Backup, media);
            script.receives("berta/1", from, "INVITE sip:berta SIP/2.0", &[], LATER);
        })
        .gives(CONNECTED, Fail, "offers the caller's own media");
}

#[rstest]
#[case::to_the_caller("amos/1", "amos received a BYE straight from")]
#[case::to_the_agent("berta/1", "berta received a BYE straight from")]
fn no_message_comes_straight_from_the_other_end(#[case] call: &str, #[case] why: &str) {
    let bye = format!("BYE sip:x SIP/2.0\r\nCall-ID: {call}\r\n\r\n");
    drill::imported()
        .adding(|script| {
            let actor = call.trim_end_matches("/1");
            script.signals(actor, Direction::In, HostName::CLIENTS, bye, LATER);
        })
        .gives(CONNECTED, Fail, why);
}

#[rstest]
#[case::the_caller_straight("amos/1", "berta/1", HostName::CLIENTS, "amos heard berta straight")]
#[case::the_agent_straight("berta/1", "amos/1", HostName::CLIENTS, "berta heard amos straight")]
#[case::another_pool(
    "amos/1",
    "berta/1",
    HostName::PRIMARY,
    "through the primary, which does not"
)]
fn each_end_hears_the_other_through_the_pool_that_carries_the_call(
    #[case] end: &str,
    #[case] other: &str,
    #[case] source: HostName,
    #[case] why: &str,
) {
    let other_actor = other.trim_end_matches("/1");
    let time = (LATER + 3.0, LATER + 3.5);
    drill::imported()
        .adding(|script| {
            script.speaks(other, Some(world::media(source)), time.0);
            script.hears(end, world::media(source), Some(other_actor), time);
            script.speaks(other, Some(world::media(HostName::BACKUP)), time.1);
        })
        .gives(CONNECTED, Fail, why);
}

// ---- which statement answers for it ------------------------------------------------------------

const NAMES: &str = "P-Asserted-Identity: <sip:berta@pool>";

#[test]
fn what_is_seen_of_a_call_in_the_stage_in_which_it_was_placed_counts_for_new_calls() {
    let early = told("amos/1", NAMES, 17.5);
    early.clone().gives(NEW, Fail, "amos received a 200");
    early.clone().gives(FAILOVER, Pass, "");
    early.gives(CONNECTED, Pass, "");
}

#[test]
fn what_is_seen_later_counts_for_connected_calls_of_that_stage() {
    let later = told("amos/1", NAMES, LATER);
    later.clone().gives(NEW, Pass, "");
    later.clone().gives("failed-over.new.imported", Pass, "");
    later.clone().gives(CONNECTED, Fail, "the name of berta");
    later.gives("failback.connected.anonymous-imported", Pass, "");
}

#[test]
fn what_is_seen_before_the_outage_counts_for_the_outage() {
    let told = told("anna/1", "P-Asserted-Identity: <sip:boris@pool>", 3.0);
    told.clone()
        .gives("outage.connected.anonymous", Fail, "the name of boris");
    told.gives(FAILOVER, Pass, "");
}

/// A call that reached the backup in the outage is judged from `failed-over` on.
#[test]
fn what_is_seen_in_failover_of_a_call_of_the_outage_counts_for_failed_over() {
    let at_the_backup = |script: &mut Script| {
        script.welcomed("otto/1", "helpline", Pool::Backup, (9.0, 9.3, 9.9));
        script.alerted("boris/2", "otto", Pool::Backup, 9.5);
        script.accepted("boris/2", 9.9);
        script.talk(&Talk {
            caller: "otto/1",
            agent: "boris/2",
            source: world::media(HostName::BACKUP),
            since: 10.0,
            until: world::OVER,
        });
    };
    let script = drill::imported().adding(at_the_backup).adding(|script| {
        let headers = ["P-Asserted-Identity: <sip:boris@pool>"];
        script.receives(
            "otto/1",
            backup(),
            "UPDATE sip:otto SIP/2.0",
            &headers,
            18.0,
        );
    });
    script.clone().gives("outage.new.imported", Pass, "");
    script.clone().gives(FAILOVER, Pass, "");
    script.clone().gives(NEW, Pass, "");
    script.gives(
        CONNECTED,
        Fail,
        "received an UPDATE whose `P-Asserted-Identity`",
    );
}

#[test]
fn a_refusal_that_names_an_agent_gives_it_away_as_well() {
    let clause = "outage.new.not-imported";
    drill::not_imported().gives(clause, Pass, "");
    drill::not_imported()
        .adding(|script| {
            let headers = ["Warning: 399 pool \"boris does not answer\""];
            script.receives("cora/13", backup(), "SIP/2.0 480 No", &headers, 9.9);
        })
        .gives(
            clause,
            Fail,
            "a 480 whose `Warning` gives the name of boris away",
        );
}

#[test]
fn a_call_whose_messages_are_not_in_the_journal_proves_nothing() {
    let received_by_amos = |record: &model::journal::Record| {
        let received = matches!(
            record.event,
            Event::Sip {
                direction: Direction::In,
                ..
            }
        );
        record.host == "amos" && received
    };
    let script = drill::imported().without(received_by_amos);
    let why = "no message that the caller received in amos's call";
    script.clone().gives(CONNECTED, Inconclusive, why);
    script.gives(NEW, Inconclusive, why);
}

#[test]
fn a_leak_is_a_fail_although_something_else_is_inconclusive() {
    let no_control = |record: &model::journal::Record| is_of(record, "cora/11");
    told("anna/1", "P-Asserted-Identity: <sip:boris@pool>", 3.0)
        .without(no_control)
        .gives("outage.connected.anonymous", Fail, "the name of boris");
}

#[rstest]
#[case::in_its_text(
    "From: <sip:helpline@pool>\r\n\r\nYou talk to boris.",
    Fail,
    "whose `text` gives the name of boris away"
)]
#[case::of_nobody("From: <sip:helpline@pool>\r\n\r\nYou are welcome.", Pass, "connected")]
fn a_message_beside_the_call_may_name_nobody_either(
    #[case] rest: &str,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    let message = format!("MESSAGE sip:anna@there SIP/2.0\r\nCall-ID: another\r\n{rest}");
    drill::imported()
        .adding(|script| {
            let from = Pool::Primary.host();
            script.signals("anna", Direction::In, from, message, 4.0);
        })
        .gives("outage.connected.anonymous", verdict, why);
}

#[test]
fn what_is_seen_after_failback_counts_for_the_last_stage() {
    let clause = "failed-back.connected.anonymous-imported";
    let message = "Subject: with berta";
    told("amos/1", message, 45.0).gives(clause, Fail, "the name of berta");
    told("wally/59", message, 45.0)
        .adding(|script| {
            script.welcomed("wally/59", "helpline", Pool::Primary, (42.5, 42.8, 43.4));
            script.ended("wally/59", EndedBy::HungUp, 43.5);
        })
        .gives("failed-back.new.all", Fail, "the name of berta");
}

#[test]
fn a_leak_at_the_agents_end_is_seen_although_nothing_is_known_of_the_callers() {
    let amos = world::reached_at("amos");
    let offered = std::net::SocketAddr::new(amos.ip(), amos.port() + 1);
    drill::imported()
        .without(|record| {
            let received = matches!(
                record.event,
                Event::Sip {
                    direction: Direction::In,
                    ..
                }
            );
            received && record.host == "amos"
        })
        .adding(|script| {
            let from = (Pool::Backup, offered);
            script.receives("berta/1", from, "INVITE sip:berta SIP/2.0", &[], LATER);
        })
        .gives(CONNECTED, Fail, "offers the caller's own media");
}
