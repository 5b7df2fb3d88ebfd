//! `calls.pcapng` in tshark.

use std::collections::BTreeMap;
use std::process::Command;

use libtest_mimic::Failed;
use model::journal::Event;

use crate::Test;
use crate::run::whole;

pub(crate) const TESTS: &[Test] = &[
    ("every_packet_decodes", every_packet_decodes),
    ("no_message_of_a_call_is_missing", none_is_missing),
];

/// The fields of the packets that match a filter, one line each.
fn fields(filter: &str, fields: &[&str]) -> Result<Vec<String>, Failed> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(whole().path("calls.pcapng"));
    command.args([
        "-o",
        "udp.check_checksum:TRUE",
        "-o",
        "ip.check_checksum:TRUE",
    ]);
    command.args(["-Y", filter, "-T", "fields"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn every_packet_decodes() -> Result<(), Failed> {
    let amiss =
        "_ws.malformed || !(sip || rtp) || ip.checksum.status == 0 || udp.checksum.status == 0";
    let found = fields(amiss, &["frame.number", "frame.protocols"])?;
    match found.first() {
        None => Ok(()),
        Some(first) => Err(format!("{} packets, the first is {first}", found.len()).into()),
    }
}

/// As many as the journal has in each walk, each at its time in the walk.
fn none_is_missing() -> Result<(), Failed> {
    let journal = whole().journal();
    let mut expected: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for record in journal.walks.iter().flat_map(|walk| &walk.records) {
        if let Event::Sip { message, .. } = &record.event
            && !message.contains(" REGISTER\r\n")
        {
            expected.entry(&record.walk).or_default().push(record.t_us);
        }
    }
    let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for line in fields("sip", &["frame.interface_name", "frame.time_epoch"])? {
        let (walk, time) = line.split_once('\t').ok_or("a field is missing")?;
        let (seconds, rest) = time.split_once('.').ok_or("no time")?;
        let of_day = seconds.parse::<u64>()? % 86_400;
        let time = of_day * 1_000_000 + rest[..6].parse::<u64>()?;
        found.entry(walk.to_owned()).or_default().push(time);
    }
    for (walk, times) in &mut expected {
        times.sort_unstable();
        if found.get(*walk) != Some(times) {
            return Err(format!("{walk}: {} messages were expected", times.len()).into());
        }
    }
    match found.len() == expected.len() {
        true => Ok(()),
        false => Err("there are packets of other walks".into()),
    }
}
