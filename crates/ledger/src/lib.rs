//! Use cases, access rules, the writer, caches, key ring and sealing.
