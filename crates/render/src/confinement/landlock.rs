//! Landlock: no files, no TCP, no signals.
//!
//! A ruleset without rules denies everything it handles. Each wall is a ruleset of its own, so that
//! an older kernel's answer says which of them it has.

use ::landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreated, RulesetError,
    RulesetStatus, Scope,
};

/// The newest rights that are asked for. A kernel that knows fewer enforces those.
const NEWEST: ABI = ABI::V6;

/// Nothing below `/` may be read, written, made, removed or run.
pub(super) fn forbid_files() -> bool {
    enforce(Ruleset::default().handle_access(AccessFs::from_all(NEWEST)))
}

/// No TCP port may be bound or connected to.
pub(super) fn forbid_tcp() -> bool {
    enforce(Ruleset::default().handle_access(AccessNet::from_all(NEWEST)))
}

/// Nothing outside may be sent a signal, or be reached through an abstract Unix socket.
pub(super) fn forbid_signals() -> bool {
    enforce(Ruleset::default().scope(Scope::from_all(NEWEST)))
}

/// Whether the kernel knows at least a part of what is handled, and enforces it from now on. A
/// kernel that does not let this process enforce it is as good as one without.
fn enforce(ruleset: Result<Ruleset, RulesetError>) -> bool {
    let restricted = ruleset
        .and_then(Ruleset::create)
        .and_then(RulesetCreated::restrict_self);
    restricted.is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
}
