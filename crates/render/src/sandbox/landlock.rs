//! The Landlock layers, which forbid files, TCP and signals.
//!
//! A ruleset without rules denies everything that it handles. Each layer has its own ruleset, so
//! that this process learns which layers an older kernel supports.

use ::landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreated, RulesetError,
    RulesetStatus, Scope,
};

/// The newest Landlock ABI that Darkroom uses. Darkroom handles all access rights of this ABI, and
/// an older kernel enforces the ones that it supports.
const NEWEST: ABI = ABI::V6;

/// Forbids reading, writing, creating, removing and executing anything below `/`.
pub(super) fn forbid_files() -> bool {
    enforce(Ruleset::default().handle_access(AccessFs::from_all(NEWEST)))
}

/// Forbids binding and connecting to any TCP port.
pub(super) fn forbid_tcp() -> bool {
    enforce(Ruleset::default().handle_access(AccessNet::from_all(NEWEST)))
}

/// Forbids signals to processes outside this sandbox, and connections to their abstract Unix
/// sockets.
pub(super) fn forbid_signals() -> bool {
    enforce(Ruleset::default().scope(Scope::from_all(NEWEST)))
}

/// Enforces a ruleset. Returns `false` if the kernel supports no part of the ruleset, or does not
/// permit this process to enforce it.
fn enforce(ruleset: Result<Ruleset, RulesetError>) -> bool {
    let restricted = ruleset
        .and_then(Ruleset::create)
        .and_then(RulesetCreated::restrict_self);
    restricted.is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
}
