//! TestApp, fixed clock, seeded randomness and fake peers, for tests only.
