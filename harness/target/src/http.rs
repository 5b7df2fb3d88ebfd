//! A verb as an HTTP exchange: the request that is sent, and what the response means.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use crate::file::port;
use crate::json::JsonTemplate;
use crate::reading::{Answer, Convention, Reading, Rules};
use crate::secret::Secrets;
use crate::template::{BindError, Scope, Template, unless_left_out};
use crate::variables::Variables;
use crate::words::Words;
use model::Span;
use model::host::HostName;
use model::topology::Pool;
use model::yaml_path::YamlPath;

/// A verb as an HTTP exchange with a pool.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HttpBinding {
    /// The method of the request.
    #[schemars(with = "String")]
    pub method: Verbatim<Method>,
    /// Which host is sent the request.
    #[serde(default)]
    pub at: At,
    /// To which port, if not to the pools' (`ports: http`).
    #[serde(default, deserialize_with = "own_port")]
    #[schemars(range(min = 1, max = 65_535))]
    pub port: Option<u16>,
    /// The path, from its first slash, without a query. Values are percent-encoded.
    #[serde(deserialize_with = "absolute_path")]
    pub path: Template,
    /// The query's parameters. Values are percent-encoded; one with an optional variable that has
    /// no value is left out.
    #[serde(default)]
    pub query: IndexMap<String, Template>,
    /// Headers, beside those that the body and the authorization need.
    #[serde(default)]
    #[schemars(with = "IndexMap<String, Template>")]
    pub headers: IndexMap<Verbatim<HeaderName>, Template>,
    /// As whom.
    #[serde(default)]
    pub authorization: Option<Authorization>,
    /// What is sent with it.
    #[serde(default)]
    pub body: Option<Body>,
    /// How long to wait for the response; then the outcome is indefinite.
    #[serde(default = "timeout")]
    pub timeout: Span,
    /// What the response means.
    #[serde(default)]
    pub read: Rules,
}

/// Longer than any pool needs to answer a question; not to fail over.
fn timeout() -> Span {
    Span::from_secs(5)
}

fn own_port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    port(deserializer).map(Some)
}

fn absolute_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Template, D::Error> {
    let path = Template::deserialize(deserializer)?;
    if !path.beginning().starts_with('/') {
        return Err(de::Error::custom(
            "a path begins with `/`: the pool's address is not for the target to say",
        ));
    }
    if path.texts().any(|text| text.contains(['?', '#'])) {
        return Err(de::Error::custom(
            "a path has neither `?` nor `#`: parameters belong into `query`",
        ));
    }
    Ok(path)
}

/// Which host is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum At {
    /// That of the pool at which the verb is invoked.
    #[default]
    Pool,
    /// That of its partner.
    Partner,
    /// This one, whichever pool the verb is invoked at: a management server that both have in common.
    Host(HostName),
}

impl At {
    /// The host that is asked when the verb is invoked at `pool`.
    pub const fn of(self, pool: Pool) -> HostName {
        match self {
            At::Pool => pool.host(),
            At::Partner => pool.partner().host(),
            At::Host(host) => host,
        }
    }
}

/// As whom a request is sent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Authorization {
    /// With a name and a password (RFC 7617).
    Basic {
        /// The name.
        user: Template,
        /// The password.
        password: Template,
    },
    /// With a token (RFC 6750).
    Bearer(Template),
}

/// What is sent with a request.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Body {
    /// JSON.
    Json(JsonTemplate),
    /// Any text; its type is given in `headers`, else it is `text/plain`.
    Text(Template),
}

/// Something of the `http` crate, as its text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Verbatim<T>(pub T);

impl<'de, T> Deserialize<'de> for Verbatim<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map(Verbatim)
            .map_err(|error| de::Error::custom(format_args!("`{text}`: {error}")))
    }
}

impl HttpBinding {
    /// The request, with a path for its URI. Whoever sends it knows the pool's address.
    ///
    /// # Errors
    ///
    /// [`BindError`].
    pub fn request(
        &self,
        variables: &Variables,
        secrets: &Secrets,
    ) -> Result<Request<Bytes>, BindError> {
        let scope = Scope { variables, secrets };
        let (content_type, body) = match &self.body {
            None => (None, Bytes::new()),
            Some(Body::Json(json)) => {
                let json = json.fill(scope)?.to_string();
                (Some("application/json"), Bytes::from(json))
            }
            Some(Body::Text(text)) => {
                let text = text.fill(scope)?;
                (Some("text/plain; charset=utf-8"), Bytes::from(text))
            }
        };

        let mut request = Request::new(body);
        *request.method_mut() = self.method.0.clone();
        *request.uri_mut() = self.uri(scope)?;
        let headers = request.headers_mut();
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        if let Some(authorization) = &self.authorization {
            let value = header(&AUTHORIZATION, &authorization.fill(scope)?)?;
            headers.insert(AUTHORIZATION, value);
        }
        for (Verbatim(name), value) in &self.headers {
            headers.insert(name, header(name, &value.fill(scope)?)?);
        }
        Ok(request)
    }

    /// What a response means. `words` are the target's own for pools.
    pub fn read(&self, status: u16, body: &[u8], words: &Words) -> Reading {
        self.read
            .read(&Answer::new(Convention::Http, status, body), words)
    }

    /// All templates in it, with their places.
    pub(super) fn templates(&self, path: &YamlPath) -> Vec<(YamlPath, &Template)> {
        let key = |key| path.clone().key(key);
        let mut templates = vec![(key("path"), &self.path)];
        for (name, value) in &self.query {
            templates.push((key("query").key(name), value));
        }
        for (name, value) in &self.headers {
            templates.push((key("headers").key(name.0.as_str()), value));
        }
        match &self.authorization {
            None => {}
            Some(Authorization::Basic { user, password }) => {
                let basic = key("authorization").key("basic");
                templates.push((basic.clone().key("user"), user));
                templates.push((basic.key("password"), password));
            }
            Some(Authorization::Bearer(token)) => {
                templates.push((key("authorization").key("bearer"), token));
            }
        }
        match &self.body {
            None => {}
            Some(Body::Json(json)) => templates.extend(json.templates(key("body").key("json"))),
            Some(Body::Text(text)) => templates.push((key("body").key("text"), text)),
        }
        templates
    }

    /// Path and query.
    fn uri(&self, scope: Scope<'_>) -> Result<Uri, BindError> {
        let mut path = self.path.fill_with(scope, percent_encoded)?;
        let mut separator = '?';
        for (name, value) in &self.query {
            if let Some(value) = unless_left_out(value.fill(scope))? {
                path.push(separator);
                path.push_str(&percent_encoded(name));
                path.push('=');
                path.push_str(&percent_encoded(&value));
                separator = '&';
            }
        }
        path.parse().map_err(|_| BindError::Path { path })
    }
}

impl Authorization {
    /// The header's value.
    fn fill(&self, scope: Scope<'_>) -> Result<String, BindError> {
        match self {
            Authorization::Basic { user, password } => {
                let (user, password) = (user.fill(scope)?, password.fill(scope)?);
                let credentials = BASE64.encode(format!("{user}:{password}"));
                Ok(format!("Basic {credentials}"))
            }
            Authorization::Bearer(token) => Ok(format!("Bearer {}", token.fill(scope)?)),
        }
    }
}

/// A header's value that is printed nowhere, for any may contain a secret.
fn header(name: &HeaderName, value: &str) -> Result<HeaderValue, BindError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| BindError::Header {
        name: name.to_string(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// The text with all but the unreserved characters (RFC 3986, section 2.3) percent-encoded.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
        encoded
    })
}
