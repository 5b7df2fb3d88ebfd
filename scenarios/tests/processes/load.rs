//! Calls by the dozen to a pool, and agents who answer them, as `rgdrill load` brings both.

use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::floods::started;
use super::pair::Loopback;
use super::process::RGDRILL;

/// How long a load may take to end: what its help says.
const ENDS_WITHIN: Duration = Duration::from_secs(7);

fn load(arguments: &[&str]) -> Child {
    let mut load = Command::new(RGDRILL);
    load.arg("load")
        .args(arguments)
        .args(["--format", "json", "--quiet"]);
    let load = load.stdout(Stdio::piped()).stderr(Stdio::piped());
    load.spawn().unwrap()
}

/// What a load has measured of calls, and its exit code.
fn calls(ended: &Output) -> (serde_json::Value, Option<i32>) {
    let printed = serde_json::from_slice(&ended.stdout);
    let mut printed: serde_json::Value = printed.unwrap_or_else(|error| {
        let errors = String::from_utf8_lossy(&ended.stderr);
        panic!("{error}: {errors}")
    });
    (printed["calls"].take(), ended.status.code())
}

fn interrupt(load: &Child) {
    let pid = load.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
}

/// Ten calls to a group whose agents the load brings along.
pub(crate) fn reaches_agents() {
    let pair = started();
    let pool = pair.primary();
    let (to, agent) = (format!("sip:sales@{pool}"), format!("sip:paul@{pool}"));
    let at = pool.ip().to_string();
    let ended = load(&[
        "--to",
        &to,
        "--agent",
        &agent,
        "--at",
        &at,
        "--rate",
        "5",
        "--for",
        "2s",
        "--hold",
        "1s",
        "--media-ports",
        "30000-30099",
    ]);
    let (calls, code) = calls(&ended.wait_with_output().unwrap());
    assert_eq!(calls["attempted"], 10, "{calls}");
    assert_eq!(calls["completed"], 10, "{calls}");
    assert_eq!(calls["heard"]["calls"], 10, "{calls}");
    assert_eq!(calls["heard"]["silent"], 0, "{calls}");
    assert_eq!(calls["to_answer_us"]["count"], 10, "{calls}");
    assert_eq!(code, Some(0));
}

/// Callers who are interrupted end their calls, and tell what was measured.
pub(crate) fn ends_its_calls() {
    let answers = Loopback::new().instead_of("127.0.0.", "127.0.0.1:5070");
    let answering = load(&["--answer", "--at", &answers]);
    thread::sleep(Duration::from_millis(500));
    let to = format!("sip:{answers}");
    let calling = load(&["--to", &to, "--rate", "100", "--hold", "1m"]);
    thread::sleep(Duration::from_secs(2));
    interrupt(&calling);
    let interrupted = Instant::now();
    let (told, code) = calls(&calling.wait_with_output().unwrap());
    assert!(interrupted.elapsed() < ENDS_WITHIN);
    assert_eq!(code, Some(3), "{told}");
    assert_eq!(told["completed"], told["answered"], "{told}");
    assert!(told["answered"].as_u64() > Some(50), "{told}");
    interrupt(&answering);
    let ended = answering.wait_with_output().unwrap();
    let printed: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
    let answered = &printed["agents"];
    // A call that was being placed at the interruption is given up by its caller, whose CANCEL may cross the answer.
    let completed = told["completed"].as_u64().unwrap();
    let crossed = told["given_up"].as_u64().unwrap();
    let completed = completed..=completed + crossed;
    let answered_and_ended = answered["completed"].as_u64().unwrap();
    assert!(completed.contains(&answered_and_ended), "{answered}");
    assert_eq!(answered["answered"], answered["completed"], "{answered}");
    assert_eq!(ended.status.code(), Some(0));
}

/// Nobody is there: each call fails, and so does the command.
pub(crate) fn fails_where_nobody_is() {
    let nobody = Loopback::new().instead_of("127.0.0.", "sip:127.0.0.1:5070");
    let ended = load(&["--to", &nobody, "--rate", "20", "--for", "500ms"]);
    let (calls, code) = calls(&ended.wait_with_output().unwrap());
    assert_eq!(calls["failed"]["port closed"], 10, "{calls}");
    assert_eq!(code, Some(1));
}
