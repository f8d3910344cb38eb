//! The wall around image bytes: a pool of child processes that render, and the child itself.
