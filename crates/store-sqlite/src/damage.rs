//! Whether the file itself is sound, whatever its rows say.

use rusqlite::{Connection, ErrorCode};

use crate::fault::Result;

/// The first damage that SQLite finds; none where it finds none.
pub(crate) fn of(connection: &Connection) -> Result<Option<String>> {
    let found = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
    match found {
        Ok(said) if said == "ok" => Ok(None),
        Ok(said) => Ok(Some(said)),
        Err(error)
            if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
            ) =>
        {
            Ok(Some(error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}
