//! What people are told of a target's file that is wrong.

use insta::assert_snapshot;
use miette::Diagnostic;
use model::file::SourceFile;
use target::Target;

use crate::common::VENDOR;

/// All that is said about the vendor's file in which `this` is replaced by `that`: path, problem,
/// help.
fn complaints_with(this: &str, that: &str) -> Vec<String> {
    assert!(VENDOR.contains(this), "nothing to replace: {this}");
    let text = VENDOR.replacen(this, that, 1);
    let errors = Target::load(&SourceFile::new("vendor.yaml", text)).expect_err("all in order");
    errors
        .iter()
        .map(|error| {
            let path = error.place().expect("a place");
            let help = error.help().map(|help| format!(": {help}"));
            let help = help.unwrap_or_default();
            format!("{}:{}: {error}{help}", path.line, path.column)
        })
        .collect()
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    let wrong = [
        // The whole file.
        ("target: vendor", "target: other"),
        ("rgdrill-target/1", "rgdrill-target/2"),
        ("labs: [docker]", "labs: []"),
        ("labs: [docker]", "labs: [docker, sim]"),
        ("labs: [docker]", "labs: [moon]"),
        (
            "labs: [docker]",
            "labs: [docker]\ndomain: { name: sip:voice.example }",
        ),
        (
            "labs: [docker]",
            "labs: [docker]\ndomain: { name: 192.0.2.1 }",
        ),
        (
            "labs: [docker]",
            "labs: [docker]\ndomain: { name: voice..example }",
        ),
        (
            "labs: [docker]",
            "labs: [docker]\ndomain: { name: -voice.example }",
        ),
        (
            "labs: [docker]",
            "labs: [docker]\ndomain: { name: voice.example, reached: by-rout }",
        ),
        ("primary: west.example.com", "primary: east.example.com"),
        ("about: A vendor", "abuot: A vendor"),
        ("sip: 5060", "sip: 506000"),
        // What runs.
        ("runs:\n  containers:", "runs:\n  vessels:"),
        ("- name: telephony", "- name: Telephony"),
        ("- name: telephony", "- name: console"),
        ("at: /etc/vendor", "at: etc/vendor"),
        ("[/var/lib/vendor]", "[var/lib/vendor]"),
        ("memory-mib: 512", "memory-mib: 0"),
        ("cpus: 1.5", "cpus: 0"),
        ("\"--pool={pool}\"", "\"--pool={group}\""),
        ("container: console", "container: consoel"),
        ("      arbiter:", "      backup-database:"),
        ("      arbiter:", "      administrator:"),
        (
            "labs: [docker]",
            "labs: [docker]\ndirectory: { callers: [anna, arbiter] }",
        ),
        ("      arbiter:", "      Arbiter:"),
        ("site: neither", "site: middle"),
        ("\"--at={address}\"", "\"--of={pool}\""),
        (
            "containers: [{ name: quorum, image: \"vendor/quorum:9\", command: [serve, \"--at={address}\"] }]",
            "containers: []",
        ),
        ("home: \"{home}\"", "home: \"{owner}\""),
        (
            "      path: /agents/{agent}\n      body",
            "      at: { host: arbitre }\n      path: /agents/{agent}\n      body",
        ),
        (
            "      path: /agents/{agent}\n      body",
            "      port: 0\n      path: /agents/{agent}\n      body",
        ),
        (
            "in: container, container: console",
            "in: container, at: { host: arbiter }, container: console",
        ),
        ("ring: \"{alert-seconds}\"", "ring: \"{home}\""),
        // Claims.
        ("- shell", "- shell\n  - on-behalf"),
        ("- shell", "- control-panel"),
        ("- shell", "- shell\n  - shell"),
        ("- shell", "- teleport"),
        (
            "clause: failed-over.new.imported",
            "clause: failed-over.new.impotred",
        ),
        ("clause: failed-over.new.imported", "clause: healthy.*"),
        ("2027-03-31", "2027-02-30"),
        ("2027-03-31", "soon"),
        (
            "reason: Queues are not copied before release 9.",
            "reason: \"\"",
        ),
        ("VENDOR_TOKEN:", "vendor-token: {}\n  VENDOR_TOKEN:"),
        // Verbs and their templates.
        ("get-groups:", "get-gruops:"),
        (
            "path: /agents/{agent}/groups",
            "path: agents/{agent}/groups",
        ),
        ("path: /agents/{agent}/groups", "path: \"{agent}/groups\""),
        ("path: /agents/{agent}/groups", "path: /agents?name={agent}"),
        (
            "path: /agents/{agent}/groups",
            "path: /agents/{agnet}/groups",
        ),
        (
            "path: /agents/{agent}/groups",
            "path: /agents/{agent/groups",
        ),
        (
            "path: /agents/{agent}/groups",
            "path: /agents/{value}/groups",
        ),
        ("{secret:VENDOR_TOKEN}", "{secret:VENDOR_TOKNE}"),
        // What an engine shows of a container.
        ("LOG_LEVEL: debug", "TOKEN: \"{secret:VENDOR_TOKEN}\""),
        ("--pool={pool}", "--token={secret:VENDOR_TOKEN}"),
        (
            "run: [rgs, status, \"{pool}\"]",
            "run: [rgs, \"{secret:VENDOR_TOKEN}\"]",
        ),
        ("{captured:job}", "{captured:jbo}"),
        ("deep: [\"{owner}\"]", "deep: [\"{callee}\"]"),
        ("deep: [\"{owner}\"]", "deep: [\"{ower}\"]"),
        ("method: GET", "method: \"GE T\""),
        ("x-user:", "\"x user\":"),
        ("present: /fault/text", "present: fault"),
        ("run: [rgs, describe, \"{group}\", \"{value}\"]", "run: []"),
        ("within: 10m", "within: 600"),
        (
            "capture: { export: /content }",
            "capture: { file: /content }",
        ),
        (
            "rows: { at: /groups, group: /name,",
            "rows: { at: /groups, name: /name,",
        ),
        ("rows: { at: \"\",", "why: \"\"\n        #"),
        (
            "import:\n    command:",
            "import:\n    by-surface:\n      shell: { command: { in: here, run: [rgs] } }\n  sign-in:\n    command:",
        ),
    ];
    let said: Vec<String> = wrong
        .iter()
        .map(|(this, that)| complaints_with(this, that).join("\n"))
        .collect();
    assert_snapshot!(said.join("\n"), @r#"
    1:9: `other` stands in the file `vendor`, under which nobody will find it: write `vendor`, or rename the file
    2:9: `rgdrill-target/2` is no schema of targets that this rgdrill reads: write `rgdrill-target/1`
    4:7: the target works in no lab: name at least one of `sim`, `docker` and `external`
    4:16: the lab `sim` cannot run what the target runs: `containers`: `containers` run in docker: take `sim` out, or say under `runs:` what it is to run
    4:8: unknown word `moon`: known: `sim`, `docker`, `external`
    5:17: `sip:voice.example` is no domain: write a name such as `voice.example`, without `sip:` and port, and no address
    5:17: `192.0.2.1` is no domain: write a name such as `voice.example`, without `sip:` and port, and no address
    5:17: `voice..example` is no domain: write a name such as `voice.example`, without `sip:` and port, and no address
    5:17: `-voice.example` is no domain: write a name such as `voice.example`, without `sip:` and port, and no address
    5:41: unknown word `by-rout`: did you mean `by-route`? Known: `directly`, `by-route`
    9:11: both pools are called `east.example.com`: rows of listings tell the pools apart by these words: give each its own
    3:1: unknown key `abuot`: did you mean `about`? Known: `target`, `schema`, `about`, `labs`, `runs`, `ports`, `words`, `capabilities`, `deviations`, `times`, `transport`, `tls`, `domain`, `directory`, `sip-digest`, `secrets`, `verbs`
    5:15: 506000 is no port: write a number from 1 to 65535
    13:3: unknown word `vessels`: did you mean `addresses`? Known: `embedded`, `containers`, `addresses`
    15:15: `Telephony` cannot be the name of a container: write lower-case letters, digits and `-`, beginning with a letter, at most 31 of them
    25:15: two containers of one host are called `console`: give each its own name: commands and logs go by it
    19:36: `etc/vendor` is no absolute path: say where it is in the container, beginning with `/`
    20:19: `var/lib/vendor` is no absolute path: say where it is in the container, beginning with `/`
    22:21: a container needs some memory: leave it out for as much as there is
    23:15: a container needs some of a processor: leave it out for as much as there is
    17:26: `{group}` means nothing for a container: it can speak of `pool`, `partner`, `host`, `address`
    71:53: no container `consoel` runs there: did you mean `console`? Known: `telephony`, `console`
    29:9: the name `backup-database` is taken: the journal uses it for the drill's own parts: give the further host a name of its own
    29:9: the name `administrator` is taken: the journal uses it for the drill's own parts: give the further host a name of its own
    5:30: the name `arbiter` is taken: the journal uses it for the drill's own parts: choose another
    28:7: `Arbiter` is no name of a host: write lower-case letters, digits and `-`, beginning with a letter, at most 31
    29:15: unknown word `middle`: known: `primary`, `backup`, `neither`
    30:81: `{pool}` means nothing for a container of neither pool's: it can speak of `host`, `address`
    30:21: at least one container runs there
    133:29: `{owner}` means nothing for the verb `create-agent`: it can speak of `pool`, `partner`, `agent`, `home`
    132:19: there is no host `arbitre`: did you mean `arbiter`? Known: `primary`, `backup`, `arbiter`, `media-west`
    132:13: 0 is no port: write a number from 1 to 65535
    71:76: no container `console` runs there: known: `quorum`
    147:17: `{home}` means nothing for the verb `create-group`: it can speak of `pool`, `partner`, `owner`, `group`, `members`, `routing`, `anonymous`, `formal`, `alert-seconds`, `queue-seconds`
    39:5: the capability `on-behalf` is claimed, but its verb `call-on-behalf` is not bound: bind `call-on-behalf` under `verbs:`, or take `on-behalf` out
    38:5: the capability `control-panel` is claimed, but its verb `modify` is not bound: bind `modify` under `verbs:`, or take `control-panel` out
    39:5: the capability `shell` is claimed twice: remove one
    38:5: unknown word `teleport`: known: `failover`, `import`, `control-panel`, `shell`, `agent-console`, `on-behalf`, `anonymous-calls`
    41:13: the pattern `failed-over.new.impotred` matches no clause: did you mean `failed-over.new.imported`?
    41:13: the pattern `healthy.*` matches no clause: `rgdrill list clauses` shows them all
    43:14: there is no 2027-02-30 in the calendar
    43:14: `soon` is no date: write year, month and day, as in `2027-03-31`
    42:13: no reason is given: say why it deviates: readers of the report will ask
    46:17: `vendor-token` cannot be the name of a secret: it is an environment variable: write upper-case letters, digits and `_`, beginning with a letter
    116:3: unknown word `get-gruops`: did you mean `get-groups`? Known: `fail-over`, `fail-back`, `export`, `import`, `remove-exported`, `list`, `modify`, `get-groups`, `sign-in`, `sign-out`, `call-on-behalf`, `create-agent`, `create-group`
    119:13: a path begins with `/`: the pool's address is not for the target to say
    119:13: a path begins with `/`: the pool's address is not for the target to say
    119:13: a path has neither `?` nor `#`: parameters belong into `query`
    119:13: `{agnet}` is no placeholder; did you mean `agent`? Known: `pool`, `partner`, `owner`, `parent`, `surface`, `filter-owner`, `show-all`, `group`, `agent`, `callee`, `value`, `wait-time`, `wait-seconds`, `home`, `members`, `routing`, `anonymous`, `formal`, `alert-seconds`, `queue-seconds`, `host`, `address`, `files`, `export`, `captured:<name>`, `secret:<NAME>`
    119:13: a brace without its partner in `/agents/{agent/groups`; write it twice if it is meant as a brace
    119:13: `{value}` means nothing for the verb `get-groups`: it can speak of `pool`, `partner`, `agent`
    55:36: the secret `VENDOR_TOKNE` is not declared: add it under `secrets:`; did you mean `VENDOR_TOKEN`? Known: `VENDOR_TOKEN`
    18:31: the secret `VENDOR_TOKEN` would be seen by whoever asks the engine about the container: `docker inspect` shows a container's environment: put `{{ secret("VENDOR_TOKEN") }}` into a file that ends in `.j2`, under `files:`, and let the program read that
    17:26: the secret `VENDOR_TOKEN` would be seen by whoever asks the engine about the container: `docker inspect` shows a container's command: put `{{ secret("VENDOR_TOKEN") }}` into a file that ends in `.j2`, under `files:`, and let the program read that
    24:29: the secret `VENDOR_TOKEN` would be seen by whoever asks the engine about the container: `docker inspect` shows a container's commands: put `{{ secret("VENDOR_TOKEN") }}` into a file that ends in `.j2`, under `files:`, and let the program read that
    62:19: nothing is captured as `jbo` before this: `begin` of two steps can capture it; known: `job`
    82:38: `{callee}` means nothing for the verb `export`: it can speak of `pool`, `partner`, `owner`
    82:38: `{ower}` is no placeholder; did you mean `owner`? Known: `pool`, `partner`, `owner`, `parent`, `surface`, `filter-owner`, `show-all`, `group`, `agent`, `callee`, `value`, `wait-time`, `wait-seconds`, `home`, `members`, `routing`, `anonymous`, `formal`, `alert-seconds`, `queue-seconds`, `host`, `address`, `files`, `export`, `captured:<name>`, `secret:<NAME>`
    61:21: `GE T`: invalid HTTP method
    120:18: `x user`: invalid HTTP header name
    124:29: `fault` is no JSON pointer: write `/` and a member's name, as in `/error`, or nothing at all for the whole answer
    113:16: a command has at least a program
    67:17: the duration `600` has no unit: write ms, s, m or h, as in `2s` or `250ms`
    80:7: the verb `export` does not keep what it exports: add `capture: { export: "" }` under `read:`, for `import` to take it
    127:30: unknown key `name`: known: `at`, `group`, `owner`, `parent`, `signed-in`, `value`, `details`
    96:11: the verb `list` lists groups, but nothing says where they are in its answer: add `rows:` under `read:`
    37:5: the capability `import` is claimed, but its verb `import` is not bound: bind `import` under `verbs:`, or take `import` out
    87:5: the verb `import` is invoked through no surface: only `list` and `modify` are; bind it by `http`, `command` or `two-step`
    90:53: `{export}` means nothing for the verb `sign-in`: it can speak of `pool`, `partner`, `owner`, `parent`, `group`, `agent`
    "#);
}

/// What is said about the file in which these lines are before its verbs.
fn complaints_of_tls(lines: &str) -> String {
    let pem = "\"-----BEGIN CERTIFICATE-----\"";
    let lines = format!("{}\nverbs:\n", lines.replace("PEM", pem));
    complaints_with("verbs:\n", &lines).join("\n")
}

#[test]
fn whom_tls_trusts_and_where_is_said() {
    let wrong = [
        "transport: tls",
        "tls: { ca: PEM }",
        "transport: tls\ntls: {}",
        "transport: tls\ntls: { ca: PEM, pinned: PEM }",
        "transport: tls\ntls: { pinned: certificate.pem }",
        "transport: tls\ntls: { ca: PEM, port: 0 }",
        "transport: tls\ntls: { ca: PEM, names: { west: sip.example } }",
        "transport: tls\ntls: { ca: PEM, own: { certificate: PEM, key: '{secret:KYE}' } }",
        "transport: tls\ntls: { ca: PEM, own: { certificate: none, key: '{agent}' } }",
    ];
    let said: Vec<String> = wrong.into_iter().map(complaints_of_tls).collect();
    assert_snapshot!(said.join("\n"), @"
    48:12: nothing is said of how SIP is encrypted: say under `tls:` whom to trust: `ca` or `pinned`
    48:6: SIP is not encrypted, for it does not go over TLS: write `transport: tls`, or take `tls:` out
    49:6: either `ca` or `pinned` says who is trusted: `ca` has the certificates of those who issued the pools' own, `pinned` the pools' own
    49:6: either `ca` or `pinned` says who is trusted: `ca` has the certificates of those who issued the pools' own, `pinned` the pools' own
    49:16: no certificate in PEM is here: write `|` and, below it, the text from `-----BEGIN CERTIFICATE-----` on
    49:49: 0 is no port: write a number from 1 to 65535
    49:52: unknown word `west`: known: `primary`, `backup`
    49:99: the secret `KYE` is not declared: add it under `secrets:`; known: `VENDOR_TOKEN`
    49:63: no certificate in PEM is here: write `|` and, below it, the text from `-----BEGIN CERTIFICATE-----` on
    49:74: `{agent}` means nothing for the key of a certificate: it can speak of secrets
    ");
}

#[test]
fn the_reference_pools_speak_no_tls() {
    let text = "target: vendor\nschema: rgdrill-target/1\nabout: A pool.\nlabs: [docker]\nruns: embedded\n\
         ports: { sip: 5060, http: 8080 }\ncapabilities: []\ntransport: tls\n\
         tls: { ca: '-----BEGIN CERTIFICATE-----' }\nverbs: {}\n";
    assert_snapshot!(complaints(text).join("\n"), @"the reference pools speak no TLS");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let said = complaints_with("\"{group}\", \"{value}\"", "\"{callee}\", \"{export}\"");
    assert_eq!(said.len(), 2, "{said:?}");
}

/// The vendor's file with other things that run.
fn running(runs: &str) -> String {
    let (before, rest) = VENDOR.split_once("runs:\n").expect("what runs");
    let (_, after) = rest.split_once("\n\n").expect("the end of what runs");
    format!("{before}{runs}\n\n{after}")
}

fn complaints(text: &str) -> Vec<String> {
    let file = SourceFile::new("vendor.yaml", text);
    let errors = Target::load(&file).expect_err("all in order");
    errors.iter().map(ToString::to_string).collect()
}

/// Pools that run already.
const RUNNING: &str = "\
runs:
  addresses:
    hosts: { primary: 192.0.2.1, backup: 192.0.2.2 }
    clients: { address: 192.0.2.3, ports: { first: 16000, last: 16999 } }
    provision:
      files: [{ from: etc, at: . }]
      command: { run: [provision, \"{host}\", \"{files}\"] }
    commands:
      kill: { run: [ssh, \"{address}\", kill] }
      start: { run: [ssh, \"{address}\", start] }";

#[test]
fn what_runs_already_is_on_hosts_of_every_drill_and_is_mended_again() {
    let wrong = [
        (
            "    clients:",
            "    further-hosts: { backup-database: { site: backup, address: 192.0.2.4 } }\n    clients:",
        ),
        (
            "    clients:",
            "    further-hosts: { media: { site: primary, address: 192.0.2.1 } }\n    clients:",
        ),
        (
            "primary: 192.0.2.1",
            "primary: 192.0.2.1, arbiter: 192.0.2.77",
        ),
        (
            "primary: 192.0.2.1",
            "primary: 192.0.2.1, clients: 192.0.2.77",
        ),
        (", backup: 192.0.2.2", ""),
        ("backup: 192.0.2.2", "backup: 192.0.2.3"),
        ("first: 16000", "first: 17000"),
        ("at: .", "at: /etc"),
        ("at: .", "at: ../etc"),
        ("\"{address}\", kill", "\"{files}\", kill"),
        ("\"{host}\"", "\"{group}\""),
        ("start:", "thaw:"),
        ("kill: {", "unplug: {"),
        ("start: {", "start: { timeout: 5s, shell: yes,"),
    ];
    let said = wrong.iter().map(|(this, that)| {
        assert!(RUNNING.contains(this), "{this}");
        let text = running(&RUNNING.replacen(this, that, 1));
        let all = complaints(&text.replace("labs: [docker]", "labs: [external]"));
        let of_containers = |said: &&String| !said.starts_with("a command runs in a container");
        all.iter()
            .filter(of_containers)
            .cloned()
            .collect::<Vec<_>>()
            .join("; ")
    });
    let said: Vec<String> = said.collect();
    assert_snapshot!(said.join("\n"), @"
    the name `backup-database` is taken: the journal uses it for the drill's own parts
    host `primary` has the address 192.0.2.1 already
    there is no host `arbiter`
    there is no host `clients`
    nothing says where host `backup` is
    host `clients` has the address 192.0.2.3 already
    there are no ports from 17000 to 16999
    `/etc` is no path below the directory of the files
    `../etc` is no path below the directory of the files
    `{files}` means nothing for a command about a machine
    `{group}` means nothing for provisioning
    what `kill` breaks is never mended
    unknown key `unplug`
    unknown key `shell`
    ");
}

#[test]
fn a_command_in_a_container_needs_one() {
    let complaints = complaints(&running("runs: embedded"));
    let complaint = "a command runs in a container, and the target runs none: `runs: embedded`";
    let creates = ["create-agent", "create-group"].map(|verb| {
        format!("the reference pools know who takes part, and are never asked for `{verb}`")
    });
    let all = [complaint.to_owned(), complaint.to_owned()];
    assert_eq!(complaints, [&all[..], &creates].concat());
}

#[test]
fn what_runs_is_always_said() {
    let complaints = complaints(&running(""));
    assert_eq!(complaints.len(), 1);
    assert!(complaints[0].contains("runs"), "{complaints:?}");
}
