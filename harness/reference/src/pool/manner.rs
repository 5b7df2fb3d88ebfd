//! In which form surfaces answer: what the document leaves open.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::variant::Variant;
use crate::web::reply;

/// An answer of the agent console or a management surface, as a pool with this variant gives it.
pub(super) fn answered(variant: Variant, response: Response<Bytes>) -> Response<Bytes> {
    match variant {
        Variant::RowsInAnotherOrder => with_rows(response, |rows| rows.reverse()),
        Variant::RowsWithMoreFields => with_rows(response, |rows| {
            for (number, row) in rows.iter_mut().enumerate() {
                row["number"] = json!(number);
                row["etag"] = json!({ "weak": true, "of": [number] });
            }
        }),
        Variant::RefusesWithConflict => refused(response, StatusCode::CONFLICT),
        Variant::RefusesAsLocked => refused(response, StatusCode::LOCKED),
        _ => response,
    }
}

/// The same answer with other rows, if it has rows.
fn with_rows(response: Response<Bytes>, change: impl Fn(&mut Vec<Value>)) -> Response<Bytes> {
    let Ok(Value::Object(mut answer)) = reply::read::<Value>(response.body()) else {
        return response;
    };
    let mut changed = false;
    for name in ["rows", "groups"] {
        if let Some(Value::Array(rows)) = answer.get_mut(name) {
            change(rows);
            changed = true;
        }
    }
    if !changed {
        return response;
    }
    answer.insert("elapsed_ms".to_owned(), json!(3));
    reply::json(response.status(), &answer)
}

/// A refusal for the same reason, with another status and in other words.
fn refused(response: Response<Bytes>, status: StatusCode) -> Response<Bytes> {
    match response.status() {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::FORBIDDEN => {
            reply::error(status, "RGS-4711: das geht jetzt nicht")
        }
        _ => response,
    }
}
