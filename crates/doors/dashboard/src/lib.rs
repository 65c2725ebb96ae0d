//! The dashboard door.
