//! The journal as a file of SQLite's: a head of ours, and behind it the file as the system has it.

use std::{
    ffi::{c_int, c_void},
    mem::size_of,
    ptr, slice,
};

use rusqlite::ffi;

use crate::pending::Pending;

/// Bytes of the head.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "two pointers"
)]
pub(crate) const HEAD: c_int = size_of::<Journal>() as c_int;

/// The head. The library sees its first member and knows no other.
#[repr(C)]
struct Journal {
    base: ffi::sqlite3_file,
    /// From a `Box`, until the file is closed.
    pending: *mut Pending,
}

/// Version 1: what came later is for database files, which a journal is not.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

/// Opens the system's file behind the head.
///
/// # Safety
///
/// `file` has room for [`HEAD`] bytes and the system's file.
pub(crate) unsafe fn open(
    file: *mut ffi::sqlite3_file,
    open_as_system: impl FnOnce(*mut ffi::sqlite3_file) -> c_int,
) -> c_int {
    let journal = file.cast::<Journal>();
    // SAFETY: there is room for it, and nobody has closed what is not open.
    unsafe {
        journal.write(Journal {
            base: ffi::sqlite3_file {
                pMethods: ptr::null(),
            },
            pending: ptr::null_mut(),
        });
    }
    // SAFETY: there is room for the system's file behind the head.
    let behind = unsafe { behind(file) };
    // SAFETY: as before; whether it has methods says whether it is to be closed.
    unsafe {
        behind.write(ffi::sqlite3_file {
            pMethods: ptr::null(),
        });
    }
    let code = open_as_system(behind);
    // SAFETY: it was written above, and by the system.
    let is_open = unsafe { !(*behind).pMethods.is_null() };
    if is_open {
        // SAFETY: the head was written above.
        unsafe {
            (*journal).pending = Box::into_raw(Box::default());
        }
        // SAFETY: from here on the library may call the methods, which need the head as it is now.
        unsafe {
            (*journal).base.pMethods = &raw const METHODS;
        }
    }
    code
}

/// The system's file of one of ours.
///
/// # Safety
///
/// `file` is one of ours.
unsafe fn behind(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: the file of the system begins where the head ends, which is aligned as the head is.
    unsafe { file.cast::<Journal>().add(1).cast() }
}

/// Asks the system's file of one of ours. A method that it does not have fails.
macro_rules! ask {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        // SAFETY: the library hands out what `open` made.
        let behind = unsafe { behind($file) };
        // SAFETY: it is open, so it has methods.
        let methods = unsafe { (*behind).pMethods };
        // SAFETY: they live as long as the process.
        match unsafe { (*methods).$method } {
            // SAFETY: the arguments are those of the library, or bytes that are borrowed for the call.
            Some(method) => unsafe { method(behind $(, $argument)*) },
            None => ffi::SQLITE_IOERR,
        }
    }};
}

/// Writes what is kept. It is the caller's failure where that fails.
///
/// # Safety
///
/// `file` is one of ours, and open.
unsafe fn settle(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the library uses a file from one thread at a time, and nothing else has the pointer.
    let pending = unsafe { (*file.cast::<Journal>()).pending };
    // SAFETY: it is what `open` made, until `close`.
    let pending = unsafe { &mut *pending };
    let written = pending.hand_out(|bytes, offset| match c_int::try_from(bytes.len()) {
        Ok(len) => ask!(file, xWrite, bytes.as_ptr().cast(), len, offset),
        Err(_) => ffi::SQLITE_IOERR_WRITE,
    });
    written.unwrap_or(ffi::SQLITE_OK)
}

/// Writes what is kept, then asks the system; a failure of the first is the answer.
macro_rules! settled {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        // SAFETY: the library hands out what `open` made.
        match unsafe { settle($file) } {
            ffi::SQLITE_OK => ask!($file, $method $(, $argument)*),
            code => code,
        }
    }};
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    data: *const c_void,
    amount: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    let Ok(len) = usize::try_from(amount) else {
        return ffi::SQLITE_IOERR_WRITE;
    };
    // SAFETY: the library uses a file from one thread at a time.
    let pending = unsafe { (*file.cast::<Journal>()).pending };
    // SAFETY: it is what `open` made; this borrow ends before the next begins.
    if !unsafe { (*pending).takes(offset, len) } {
        // SAFETY: the library hands out what `open` made.
        let code = unsafe { settle(file) };
        if code != ffi::SQLITE_OK {
            return code;
        }
    }
    // SAFETY: the library says that so many bytes are there.
    let bytes = unsafe { slice::from_raw_parts(data.cast::<u8>(), len) };
    // SAFETY: as above.
    unsafe { (*pending).keep(offset, bytes) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the library hands out what `open` made.
    let settled = unsafe { settle(file) };
    let closed = ask!(file, xClose);
    // SAFETY: the head outlives the file that it stands before.
    let pending = unsafe { &mut (*file.cast::<Journal>()).pending };
    let pending = std::mem::replace(pending, ptr::null_mut());
    if !pending.is_null() {
        // SAFETY: it is from `Box::into_raw` in `open`, and was taken out of the head.
        drop(unsafe { Box::from_raw(pending) });
    }
    if settled == ffi::SQLITE_OK {
        closed
    } else {
        settled
    }
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    to: *mut c_void,
    amount: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    settled!(file, xRead, to, amount, offset)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    settled!(file, xTruncate, size)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    settled!(file, xSync, flags)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut ffi::sqlite3_int64) -> c_int {
    settled!(file, xFileSize, size)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    settled!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    settled!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, held: *mut c_int) -> c_int {
    settled!(file, xCheckReservedLock, held)
}

unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, op: c_int, argument: *mut c_void) -> c_int {
    settled!(file, xFileControl, op, argument)
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    ask!(file, xSectorSize)
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    ask!(file, xDeviceCharacteristics)
}
