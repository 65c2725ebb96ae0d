//! The consentry binary: configuration, wiring, listener, telemetry and command line.
