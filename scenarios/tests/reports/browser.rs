//! A headless browser, as WebDriver drives it (W3C Recommendation of 2018).

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A browser with one window. It is closed with it.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    /// Opens a window of this size.
    pub(crate) fn open(width: u32, height: u32) -> Browser {
        let mut command = Command::new("chromedriver");
        let command = command.arg("--port=0").stdin(Stdio::null());
        let command = command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = command.spawn().unwrap();
        let said = BufReader::new(driver.stdout.take().unwrap());
        let port = said.lines().find_map(|line| {
            let line = line.unwrap();
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        let mut browser = Browser {
            driver,
            // It says so, or it has ended.
            port: port.unwrap(),
            session: String::new(),
        };
        // A window is never narrower than 500 pixels, so that a smaller screen is a telephone's.
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
        ];
        let screen = json!({ "deviceMetrics":
            { "width": width, "height": height, "pixelRatio": 1, "mobile": width < 500 } });
        let options = json!({ "args": arguments, "mobileEmulation": screen });
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let session = browser.ask("POST", "/session", &wanted);
        browser.session = session["sessionId"].as_str().unwrap().to_owned();
        browser
    }

    /// Opens a page and waits for it.
    pub(crate) fn go(&self, address: &str) {
        self.of_session("POST", "/url", &json!({ "url": address }));
    }

    /// What a function with this body gives.
    pub(crate) fn run(&self, body: &str) -> Value {
        let script = json!({ "script": body, "args": [] });
        self.of_session("POST", "/execute/sync", &script)
    }

    /// What an expression comes to once it is something; an error if that takes more than 30 s.
    pub(crate) fn wait(&self, expression: &str) -> Value {
        let body = format!(
            "const done = arguments[arguments.length - 1];
             const look = () => {{
                 const found = {expression};
                 if (found) done(found); else requestAnimationFrame(look);
             }};
             look();"
        );
        let script = json!({ "script": body, "args": [] });
        self.of_session("POST", "/execute/async", &script)
    }

    /// Types into the element that has the focus, or presses a key.
    pub(crate) fn press(&self, keys: &str) {
        let keys = keys.chars().flat_map(|key| {
            let key = key.to_string();
            [
                json!({ "type": "keyDown", "value": key }),
                json!({ "type": "keyUp", "value": key }),
            ]
        });
        let keys: Vec<Value> = keys.collect();
        let actions = json!({ "actions": [{ "type": "key", "id": "keys", "actions": keys }] });
        self.of_session("POST", "/actions", &actions);
    }

    /// What the page wrote to the console, and what the browser complained of.
    pub(crate) fn console(&self) -> Value {
        self.of_session("POST", "/se/log", &json!({ "type": "browser" }))
    }

    fn of_session(&self, method: &str, path: &str, body: &Value) -> Value {
        self.ask(method, &format!("/session/{}{path}", self.session), body)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.exchange(method, path, &body.to_string()).unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        let value = answer["value"].clone();
        let error = value.get("error");
        assert!(error.is_none(), "{path}: {error:?}: {}", value["message"]);
        value
    }

    /// The body of the answer. The driver keeps connections open, whatever it is asked.
    fn exchange(&self, method: &str, path: &str, body: &str) -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )?;
        let mut answer = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        while answer.read_line(&mut line)? > 2 {
            let (name, value) = line.split_once(':').unwrap_or_default();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap_or(0);
            }
            line.clear();
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body)?;
        Ok(body)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let path = format!("/session/{}", self.session);
            let _ = self.exchange("DELETE", &path, "");
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
