//! What a test asks pools over HTTP: agents, the administrator.

use std::time::Duration;

use serde_json::{Value, json};

use super::adapter::Command;
use super::browser::{self, Answer};
use super::{Backup, Pool, Primary, World};

impl World {
    /// Sends a request and does not wait for the answer.
    pub fn send(&mut self, user: &str, pool: Pool, method: &str, path: &str, body: Value) -> u64 {
        self.next_request += 1;
        let id = self.next_request;
        self.sim.command(
            self.browser,
            Command::Browse(browser::Page {
                id,
                user: user.to_owned(),
                to: pool.http(),
                method: method.to_owned(),
                path: path.to_owned(),
                body,
            }),
        );
        id
    }

    /// Sends a request and waits for the answer.
    pub fn ask(&mut self, user: &str, pool: Pool, method: &str, path: &str, body: Value) -> Answer {
        let id = self.send(user, pool, method, path, body);
        let limit = self.sim.now() + Duration::from_secs(40);
        while !self.answers.contains_key(&id) && self.sim.now() < limit {
            self.run(1);
        }
        self.answers.remove(&id).expect("an answer")
    }

    pub fn administer(&mut self, pool: Pool, path: &str, body: Value) -> Answer {
        let path = format!("/management/{path}");
        self.ask("administrator", pool, "POST", &path, body)
    }

    /// Exports the primary's groups and imports them into the backup.
    pub fn import_into_backup(&mut self) {
        let file = self.administer(Primary, "export", json!({"owner": "primary"}));
        assert_eq!(file.status, 200, "{file:?}");
        let answer = self.administer(Backup, "import", json!({"file": file.body}));
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    pub fn begin_fail_over(&mut self, wait: &str) -> Answer {
        let body = json!({"pool": "primary", "disaster_mode": true, "wait_time": wait});
        self.administer(Backup, "fail-over?begin=true", body)
    }

    pub fn fail_over(&mut self) -> Answer {
        let body = json!({"pool": "primary", "disaster_mode": true, "wait_time": "1s"});
        let answer = self.administer(Backup, "fail-over", body);
        self.run(2_000);
        answer
    }

    pub fn fail_back(&mut self) -> Answer {
        let body = json!({"pool": "primary", "wait_time": "1s"});
        let answer = self.administer(Backup, "fail-back", body);
        self.run(2_000);
        answer
    }

    /// The two states of a pool's record: its own role's and its stand-in role's.
    pub fn record(&mut self, pool: Pool) -> (String, String) {
        let answer = self.ask(
            "administrator",
            pool,
            "GET",
            "/management/status",
            json!({}),
        );
        let state = |role: &str| {
            let state = &answer.body["record"][role]["state"];
            state.as_str().unwrap_or_default().to_owned()
        };
        (state("owner"), state("stand_in"))
    }
}
