//! Everything that leaves: SSRF-safe HTTP with one place for limits and exceptions.
