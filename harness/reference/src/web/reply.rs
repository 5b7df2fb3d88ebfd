//! Answers and requests in JSON.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{Method, Request, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An answer that is not as its receiver needs it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// The body is not the JSON that was expected.
    #[error("malformed JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Why something was not done: an HTTP status and one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) error: String,
}

impl Refusal {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        let error = error.into();
        Refusal { status, error }
    }

    /// 400: what was asked makes no sense.
    pub(crate) fn malformed(error: impl Into<String>) -> Self {
        Refusal::new(StatusCode::BAD_REQUEST, error)
    }

    /// 403: whoever asks may not have it, or nobody may now.
    pub(crate) fn forbidden(error: impl Into<String>) -> Self {
        Refusal::new(StatusCode::FORBIDDEN, error)
    }

    /// 404: what it is about does not exist.
    pub(crate) fn unknown(error: impl Into<String>) -> Self {
        Refusal::new(StatusCode::NOT_FOUND, error)
    }

    /// 409: what exists stands against it.
    pub(crate) fn conflict(error: impl Into<String>) -> Self {
        Refusal::new(StatusCode::CONFLICT, error)
    }

    /// 503: this pool, or what it needs for it, does not serve now.
    pub(crate) fn unavailable(error: impl Into<String>) -> Self {
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, error)
    }

    /// 507: there is no room for it.
    pub(crate) fn out_of_room(error: impl Into<String>) -> Self {
        Refusal::new(StatusCode::INSUFFICIENT_STORAGE, error)
    }

    /// The refusal as an answer.
    pub(crate) fn response(&self) -> Response<Bytes> {
        error(self.status, &self.error)
    }
}

/// What an error answer holds.
#[derive(Serialize, serde::Deserialize)]
struct ErrorBody {
    error: String,
}

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response<Bytes> {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(Bytes::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        http::HeaderValue::from_static("application/json"),
    );
    response
}

/// 200 with a body.
pub(crate) fn ok(body: &impl Serialize) -> Response<Bytes> {
    json(StatusCode::OK, body)
}

/// 200 with an empty object.
pub(crate) fn done() -> Response<Bytes> {
    ok(&serde_json::Map::new())
}

/// An answer that says what went wrong, in one sentence.
pub(crate) fn error(status: StatusCode, error: impl Into<String>) -> Response<Bytes> {
    let error = error.into();
    json(status, &ErrorBody { error })
}

/// 401: no credentials, or wrong ones.
pub(crate) fn unauthorized() -> Response<Bytes> {
    let mut response = error(StatusCode::UNAUTHORIZED, "who asks is not authenticated");
    response.headers_mut().insert(
        WWW_AUTHENTICATE,
        http::HeaderValue::from_static("Basic realm=\"rgs\""),
    );
    response
}

/// What an error answer says, or its status if it says nothing.
pub(crate) fn error_of(response: &Response<Bytes>) -> String {
    read::<ErrorBody>(response.body())
        .map(|body| body.error)
        .unwrap_or_else(|_| response.status().to_string())
}

/// Reads a JSON body.
pub(crate) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, BodyError> {
    Ok(serde_json::from_slice(body)?)
}

/// Reads the body of a request; an empty one counts as an empty object.
pub(crate) fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    read_or_empty(body).map_err(|error| Refusal::malformed(error.to_string()))
}

/// 404.
pub(crate) fn no_such_path() -> Refusal {
    Refusal::unknown("a pool has no such path")
}

/// Reads a JSON body; an empty one counts as an empty object.
fn read_or_empty<T: DeserializeOwned>(body: &Bytes) -> Result<T, BodyError> {
    if body.is_empty() {
        return Ok(serde_json::from_slice(b"{}")?);
    }
    read(body)
}

/// A request in JSON from one part of the system to another.
pub(crate) fn request(
    method: Method,
    path: &str,
    authorization: &str,
    body: &impl Serialize,
) -> Request<Bytes> {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut request = Request::new(Bytes::from(bytes));
    *request.method_mut() = method;
    if let Ok(uri) = path.parse() {
        *request.uri_mut() = uri;
    }
    let headers = request.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        http::HeaderValue::from_static("application/json"),
    );
    if let Ok(value) = http::HeaderValue::from_str(authorization) {
        headers.insert(AUTHORIZATION, value);
    }
    request
}
