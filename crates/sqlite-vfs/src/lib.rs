//! A file system for SQLite (VFS) that writes the journal in few large pieces.
//!
//! A commit appends a frame to the journal for every page that it touched, and SQLite makes two system calls of each frame. Here what is
//! appended is kept until it has to be in the file: until it is flushed, read, measured or cut, or something is written elsewhere. Then
//! it is written at once. So a file looks to whoever holds it as if each write had happened when it was made; a failure to write is told by
//! the call that needed it. Another connection sees a frame only after the commit that flushed it, so it misses nothing.
//!
//! What lives here: that one difference to the file system of the system, which does everything else. What may not: anything about
//! ledgers. This is the only crate with unsafe code: SQLite takes a file system as pointers to functions.
//!
//! Source: <https://www.sqlite.org/vfs.html>, <https://www.sqlite.org/c3ref/io_methods.html>.

mod journal;
mod pending;

use std::{
    ffi::{CStr, c_int},
    ptr,
    sync::{
        OnceLock,
        atomic::{AtomicPtr, Ordering},
    },
};

use rusqlite::ffi;

/// What connections name to have it: `Connection::open_with_flags_and_vfs`.
pub const NAME: &CStr = c"consentry";

/// The file system of the system, once it is known.
static SYSTEM: AtomicPtr<ffi::sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());

/// The library has no file system, or takes none: its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unregistered(pub c_int);

impl std::fmt::Display for Unregistered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SQLite took no file system (code {})", self.0)
    }
}

impl std::error::Error for Unregistered {}

/// Makes it known to the library, once for the process. Call it before a connection names it.
pub fn register() -> Result<(), Unregistered> {
    static DONE: OnceLock<Result<(), Unregistered>> = OnceLock::new();
    *DONE.get_or_init(make)
}

fn make() -> Result<(), Unregistered> {
    // SAFETY: null asks for the default; what is found stays for as long as the process.
    let system = unsafe { ffi::sqlite3_vfs_find(ptr::null()) };
    // SAFETY: it is null or what was found, which nobody changes.
    let Some(known) = (unsafe { system.as_ref() }) else {
        return Err(Unregistered(ffi::SQLITE_NOTFOUND));
    };
    SYSTEM.store(system, Ordering::Release);
    let own = ffi::sqlite3_vfs {
        szOsFile: known.szOsFile + journal::HEAD,
        pNext: ptr::null_mut(),
        zName: NAME.as_ptr(),
        xOpen: Some(open),
        ..*known
    };
    // SAFETY: it is leaked, so the library may keep it; all functions but `open` are those of the system, which take any file system.
    let code = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(own)), 0) };
    if code == ffi::SQLITE_OK {
        Ok(())
    } else {
        Err(Unregistered(code))
    }
}

/// Opens a journal as one of ours, everything else as the system does.
///
/// # Safety
///
/// As the library calls it: `file` has room for `szOsFile` bytes.
unsafe extern "C" fn open(
    _own: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    let system = SYSTEM.load(Ordering::Acquire);
    // SAFETY: it was stored before this function became known, and is never null then.
    let Some(system_open) = (unsafe { (*system).xOpen }) else {
        return ffi::SQLITE_CANTOPEN;
    };
    let open_as_system = |file| {
        // SAFETY: the arguments are those of the library; `file` has the room that the system wants.
        unsafe { system_open(system, name, file, flags, flags_out) }
    };
    if flags & ffi::SQLITE_OPEN_WAL == 0 {
        return open_as_system(file);
    }
    // SAFETY: `file` has room for the head and the system's file behind it.
    unsafe { journal::open(file, open_as_system) }
}
