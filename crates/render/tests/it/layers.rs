//! Tests of every attack ([`Attempt`]) against all layers together and against the system call
//! filter alone, and of some attacks against each of the other layers alone.

use darkroom_render::SandboxLayer;

use crate::attempt::{Attempt, AttemptOutcome, outcome_of};

/// Proves that the attacks succeed without a sandbox. Otherwise their failure in the sandbox would
/// prove nothing. Attacks that some machines always prevent are excluded.
#[test]
fn without_a_sandbox_the_attacks_succeed() {
    for attempt in [
        Attempt::ReadFile,
        Attempt::WriteFile,
        Attempt::ConnectTcp,
        Attempt::BindTcp,
        Attempt::SendUdp,
        Attempt::ConnectUnix,
        Attempt::Fork,
        Attempt::Execute,
        Attempt::SignalParent,
        Attempt::MapExecutable,
    ] {
        let outcome = outcome_of(attempt, &[]);
        assert_eq!(outcome, AttemptOutcome::Succeeded, "{attempt:?}");
    }
}

#[test]
fn with_all_layers_every_attack_kills_the_process() {
    for attempt in Attempt::ALL {
        match outcome_of(attempt, &SandboxLayer::ALL) {
            AttemptOutcome::Unsupported(layer) => {
                return eprintln!("skipped: this kernel does not support {layer}");
            }
            outcome => assert_eq!(outcome, AttemptOutcome::Killed, "{attempt:?}"),
        }
    }
}

#[test]
fn with_the_system_call_filter_alone_every_attack_kills_the_process() {
    for attempt in Attempt::ALL {
        with_layer(SandboxLayer::SystemCalls, attempt, &AttemptOutcome::Killed);
    }
}

#[test]
fn landlock_alone_protects_files() {
    for attempt in [
        Attempt::ReadFile,
        Attempt::ReadParentEnvironment,
        Attempt::WriteFile,
        Attempt::Execute,
    ] {
        let refused = AttemptOutcome::Refused(libc::EACCES);
        with_layer(SandboxLayer::FileSystem, attempt, &refused);
    }
}

#[test]
fn landlock_alone_protects_the_parent() {
    let refused = AttemptOutcome::Refused(libc::EPERM);
    for attempt in [Attempt::TraceParent, Attempt::ReadParentMemory] {
        with_layer(SandboxLayer::FileSystem, attempt, &refused);
    }
    with_layer(SandboxLayer::Signals, Attempt::SignalParent, &refused);
}

#[test]
fn landlock_alone_prevents_tcp_connections() {
    for attempt in [Attempt::ConnectTcp, Attempt::BindTcp] {
        let refused = AttemptOutcome::Refused(libc::EACCES);
        with_layer(SandboxLayer::Tcp, attempt, &refused);
    }
}

#[test]
fn resource_limits_alone_prevent_new_descriptors() {
    for attempt in [
        Attempt::ReadFile,
        Attempt::ConnectTcp,
        Attempt::SendUdp,
        Attempt::ConnectUnix,
    ] {
        let refused = AttemptOutcome::Refused(libc::EMFILE);
        with_layer(SandboxLayer::Resources, attempt, &refused);
    }
}

#[track_caller]
fn with_layer(layer: SandboxLayer, attempt: Attempt, expected: &AttemptOutcome) {
    match outcome_of(attempt, &[layer]) {
        AttemptOutcome::Unsupported(layer) => {
            eprintln!("skipped: this kernel does not support {layer}");
        }
        outcome => assert_eq!(&outcome, expected, "{attempt:?} with {layer}"),
    }
}
