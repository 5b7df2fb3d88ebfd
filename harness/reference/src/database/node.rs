//! The back-end database as a node: requests in, answers out, nothing acknowledged that is not
//! durable.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use node::{Admission, Head, Input, LONGEST_BODY, Node, Now, Outputs, Port};
use redb::StorageBackend;

use super::documents::{DatabaseError, DocumentStore, Verify};
use crate::config::DatabaseConfig;
use crate::protocol::{Documents, LONGEST_IMPORT, Transaction};
use crate::web::target::Target;
use crate::web::{credentials, reply};

/// A pool's back-end database.
#[derive(Debug)]
pub struct Database {
    config: Arc<DatabaseConfig>,
    documents: DocumentStore,
}

impl Database {
    /// Opens the database in `backend`, or creates one if it is empty.
    ///
    /// # Errors
    ///
    /// If the storage fails, or holds something else.
    pub fn new(
        config: Arc<DatabaseConfig>,
        backend: impl StorageBackend,
    ) -> Result<Self, DatabaseError> {
        Database::open(config, backend, Verify::Recovery)
    }

    /// Opens the database in `backend` if all that is stored there is as it was written.
    ///
    /// # Errors
    ///
    /// If the storage fails, holds something else, or something in it is damaged.
    pub(crate) fn verified(
        config: Arc<DatabaseConfig>,
        backend: impl StorageBackend,
    ) -> Result<Self, DatabaseError> {
        Database::open(config, backend, Verify::Everything)
    }

    fn open(
        config: Arc<DatabaseConfig>,
        backend: impl StorageBackend,
        verify: Verify,
    ) -> Result<Self, DatabaseError> {
        let documents = DocumentStore::open(backend, verify)?;
        Ok(Database { config, documents })
    }

    fn answer(&mut self, request: &Request<Bytes>) -> Response<Bytes> {
        let target = Target::of(request.uri());
        if let (&Method::GET, ["health"]) = (request.method(), target.path().as_slice()) {
            return reply::done();
        }
        let Some(pool) = credentials::user(request.headers(), &self.config.password) else {
            return reply::unauthorized();
        };
        match (request.method(), target.path().as_slice()) {
            (&Method::GET, ["read"]) => self.read(target.query("prefix").unwrap_or_default()),
            (&Method::POST, ["transaction"]) => self.commit(&pool, request.body()),
            _ => reply::error(StatusCode::NOT_FOUND, "a database has no such path"),
        }
    }

    fn read(&mut self, prefix: &str) -> Response<Bytes> {
        match self.documents.read(prefix) {
            Ok(documents) => reply::ok(&Documents { documents }),
            Err(error) => failure(&error),
        }
    }

    fn commit(&mut self, pool: &str, body: &Bytes) -> Response<Bytes> {
        if pool != self.config.pool.0 {
            let error = format!(
                "the database of {} is read-only for {pool}",
                self.config.pool
            );
            return reply::error(StatusCode::FORBIDDEN, error);
        }
        let transaction: Transaction = match reply::read(body) {
            Ok(transaction) => transaction,
            Err(error) => return reply::error(StatusCode::BAD_REQUEST, error.to_string()),
        };
        match self.documents.commit(&transaction) {
            Ok(()) => reply::done(),
            Err(error) => failure(&error),
        }
    }
}

fn failure(error: &DatabaseError) -> Response<Bytes> {
    let status = match error {
        DatabaseError::Full => StatusCode::INSUFFICIENT_STORAGE,
        DatabaseError::Storage(_) | DatabaseError::Damaged { .. } => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    reply::error(status, error.to_string())
}

impl Node for Database {
    type Command = Infallible;
    type Event = String;

    fn handle(&mut self, _: Now, input: Input<Infallible>, out: &mut Outputs<String>) {
        match input {
            Input::Start => out.event(format!("database of {} is open", self.config.pool)),
            Input::Request { id, request, .. } => {
                let response = self.answer(&request);
                if response.status().is_server_error() {
                    out.event(reply::error_of(&response));
                }
                out.respond(id, response);
            }
            Input::Command(never) => match never {},
            // It speaks nothing but HTTP, asks nobody, and waits for nothing.
            Input::Deadline
            | Input::Datagram { .. }
            | Input::Undeliverable { .. }
            | Input::Stream { .. }
            | Input::Reply { .. } => {}
        }
    }

    fn deadline(&self) -> Option<Now> {
        None
    }

    /// Nothing of a stranger's request is read, and a body only of who may write.
    fn admit(&self, _: Port, head: &Head) -> Admission {
        if let ["health"] = Target::of(&head.uri).path().as_slice() {
            return Admission::Read(0);
        }
        match credentials::user(&head.headers, &self.config.password) {
            None => Admission::Answer(Box::new(reply::unauthorized())),
            Some(pool) if pool == self.config.pool.0 => Admission::Read(LONGEST_IMPORT),
            Some(_) => Admission::Read(LONGEST_BODY),
        }
    }
}
