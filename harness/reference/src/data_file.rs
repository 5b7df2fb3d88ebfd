//! A database's data in a file, which has one owner.
//!
//! A file is made under another name and gets its own when it holds a database: one that is there and
//! holds none was one, and is not taken for a new one.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::backends::FileBackend;

use crate::database::damaged;
use crate::{Database, DatabaseConfig, DatabaseError};

/// Why a file cannot hold a database's data.
#[derive(Debug, thiserror::Error)]
pub enum DataFileError {
    /// It cannot be read, written or created.
    #[error(transparent)]
    File(#[from] io::Error),
    /// Another process has it.
    #[error("another process has it open")]
    InUse,
    /// There is nothing in it.
    #[error("it is empty, and was a database before")]
    Emptied,
    /// What is in it is not as it was written.
    #[error("it is damaged{}", in_records(.records))]
    Damaged {
        /// The keys of the records that are damaged, as far as they can be told.
        records: Vec<String>,
    },
    /// redb cannot use it.
    #[error(transparent)]
    Backend(#[from] redb::DatabaseError),
    /// It holds something else.
    #[error(transparent)]
    Database(DatabaseError),
}

fn in_records(keys: &[String]) -> String {
    match keys {
        [] => String::new(),
        keys => format!(": in the records `{}`", keys.join("`, `")),
    }
}

/// Opens the database whose data is in the file `data`, or creates it if there is none.
///
/// # Errors
///
/// [`DataFileError`].
pub fn open(config: DatabaseConfig, data: &Path) -> Result<Database, DataFileError> {
    let config = Arc::new(config);
    match OpenOptions::new().read(true).write(true).open(data) {
        Ok(file) => open_existing(config, file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(config, data),
        Err(error) => Err(error.into()),
    }
}

fn open_existing(config: Arc<DatabaseConfig>, file: File) -> Result<Database, DataFileError> {
    lock(&file)?;
    if file.metadata()?.len() == 0 {
        return Err(DataFileError::Emptied);
    }
    let again = file.try_clone()?;
    let opened = Database::verified(config, FileBackend::new(file)?);
    match opened {
        Ok(database) => Ok(database),
        Err(error) if error.is_corruption() => Err(DataFileError::Damaged {
            records: damaged(FileBackend::new(again)?),
        }),
        Err(error) => Err(DataFileError::Database(error)),
    }
}

/// Makes a file with an empty database in it, durably: a power failure could forget a file whose
/// directory was not synced, and all that was acknowledged with it.
fn create(config: Arc<DatabaseConfig>, data: &Path) -> Result<Database, DataFileError> {
    let draft = draft_of(data);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&draft)?;
    lock(&file)?;
    if data.exists() {
        // Somebody else made it meanwhile, and has it.
        return Err(DataFileError::InUse);
    }
    // What a process left that was killed while it made one.
    file.set_len(0)?;
    let backend = FileBackend::new(file)?;
    let database = Database::new(config, backend).map_err(DataFileError::Database)?;
    fs::rename(&draft, data)?;
    File::open(directory_of(data))?.sync_all()?;
    Ok(database)
}

/// The file belongs to this process for as long as it is open.
fn lock(file: &File) -> Result<(), DataFileError> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => DataFileError::InUse,
        TryLockError::Error(error) => error.into(),
    })
}

fn draft_of(data: &Path) -> PathBuf {
    let mut name = data.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".new");
    data.with_file_name(name)
}

fn directory_of(data: &Path) -> &Path {
    data.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{Method, StatusCode};
    use node::{Input, Node as _, Now, Output, Outputs, Port, RequestId};
    use rstest::rstest;
    use tempfile::TempDir;

    use super::*;
    use crate::protocol::{READ, TRANSACTION};
    use crate::web::{credentials, reply};

    /// What a record says, which is found in the file by this.
    const TREASURE: &str = "the treasure is buried here";

    fn config() -> DatabaseConfig {
        let config = serde_json::json!({
            "pool": "primary", "http": "198.18.0.12:8090", "password": "drill",
        });
        serde_json::from_value(config).unwrap()
    }

    fn asked(
        database: &mut Database,
        method: Method,
        path: &str,
        body: &str,
    ) -> (StatusCode, String) {
        let authorization = credentials::authorization("primary", &config().password);
        let mut request = reply::request(method, path, &authorization, &());
        *request.body_mut() = Bytes::copy_from_slice(body.as_bytes());
        let mut out = Outputs::default();
        let input = Input::Request {
            id: RequestId(1),
            at: Port(8090),
            from: ([198, 18, 0, 11], 8080).into(),
            request,
        };
        database.handle(Now::ZERO, input, &mut out);
        let answered = out.drain().find_map(|output| match output {
            Output::Respond { response, .. } => Some(response),
            _ => None,
        });
        let response = answered.unwrap();
        let text = String::from_utf8(response.body().to_vec()).unwrap();
        (response.status(), text)
    }

    /// A file with some records, whose database was ended cleanly.
    fn with_records() -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let mut database = open(config(), &data).unwrap();
        let put: Vec<_> = (0..100)
            .map(|n| serde_json::json!({"key": format!("key-{n}"), "value": format!("value {n}")}))
            .chain([serde_json::json!({"key": "chest", "value": TREASURE})])
            .collect();
        let body = serde_json::json!({ "put": put }).to_string();
        let (code, _) = asked(&mut database, Method::POST, TRANSACTION, &body);
        assert_eq!(code, StatusCode::OK);
        (directory, data)
    }

    #[test]
    fn what_was_written_is_there_when_it_is_opened_again() {
        let (directory, data) = with_records();
        let mut database = open(config(), &data).unwrap();
        let (_, text) = asked(&mut database, Method::GET, READ, "");
        assert!(text.contains(TREASURE));
        let names = fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(names, 1, "no draft is left");
    }

    #[test]
    fn a_file_has_one_owner_from_its_beginning_on() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let first = open(config(), &data).unwrap();
        assert!(matches!(open(config(), &data), Err(DataFileError::InUse)));
        drop(first);
        let again = open(config(), &data).unwrap();
        assert!(matches!(open(config(), &data), Err(DataFileError::InUse)));
        drop(again);
    }

    #[test]
    fn what_a_killed_process_left_half_made_is_made_again() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        fs::write(draft_of(&data), "half").unwrap();
        open(config(), &data).unwrap();
    }

    #[test]
    fn a_database_that_was_cut_to_nothing_is_no_new_one() {
        let (_directory, data) = with_records();
        File::create(&data).unwrap();
        assert!(matches!(open(config(), &data), Err(DataFileError::Emptied)));
        assert_eq!(fs::metadata(&data).unwrap().len(), 0);
    }

    #[rstest]
    #[case::one_byte(1)]
    #[case::a_header(512)]
    #[case::a_page(4096)]
    #[case::half(usize::MAX)]
    fn a_database_that_was_cut_off_is_an_error(#[case] left: usize) {
        let (_directory, data) = with_records();
        let bytes = fs::read(&data).unwrap();
        fs::write(&data, &bytes[..left.min(bytes.len() / 2)]).unwrap();
        assert!(open(config(), &data).is_err());
    }

    #[rstest]
    #[case::text("not a database")]
    #[case::zeros(&"\0".repeat(1 << 16))]
    fn what_is_something_else_is_an_error(#[case] content: &str) {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        fs::write(&data, content).unwrap();
        assert!(open(config(), &data).is_err());
        assert_eq!(fs::read(&data).unwrap(), content.as_bytes());
    }

    fn places_of(text: &str, bytes: &[u8]) -> Vec<usize> {
        let windows = bytes.windows(text.len()).enumerate();
        windows
            .filter(|(_, window)| *window == text.as_bytes())
            .map(|(at, _)| at)
            .collect()
    }

    #[test]
    fn a_record_that_is_damaged_is_named() {
        let (_directory, data) = with_records();
        let mut bytes = fs::read(&data).unwrap();
        for at in places_of(TREASURE, &bytes) {
            bytes[at] ^= 1;
        }
        fs::write(&data, bytes).unwrap();
        let error = open(config(), &data).unwrap_err();
        assert_eq!(error.to_string(), "it is damaged: in the records `chest`");
    }

    /// Some places of the whole file, each with a bit that is flipped there.
    #[test]
    fn whatever_is_damaged_nothing_else_than_was_written_is_served() {
        let (_directory, data) = with_records();
        let intact = fs::read(&data).unwrap();
        let mut database = open(config(), &data).unwrap();
        let (_, expected) = asked(&mut database, Method::GET, READ, "");
        drop(database);
        for at in (0..intact.len()).step_by(intact.len() / 97) {
            let mut bytes = intact.clone();
            bytes[at] ^= 0x10;
            fs::write(&data, bytes).unwrap();
            if let Ok(mut database) = open(config(), &data) {
                let (code, text) = asked(&mut database, Method::GET, READ, "");
                assert!(code.is_server_error() || text == expected, "byte {at}");
            }
        }
    }
}
