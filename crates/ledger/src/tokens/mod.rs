//! OAuth credentials under a grant: codes, access and refresh tokens.

pub mod code;
