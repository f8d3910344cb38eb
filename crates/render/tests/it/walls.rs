//! All walls together, and each without the others.

use darkroom_render::Wall;

use crate::attempt::{Attempt, Fate, fate_of};

/// Without walls every attempt is made in earnest: only then does its failure behind them tell
/// something. What a machine forbids anyway is not of interest.
#[test]
fn without_walls_an_attempt_succeeds() {
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
        Attempt::RunOwnCode,
    ] {
        assert_eq!(fate_of(attempt, &[]), Fate::Succeeded, "{attempt:?}");
    }
}

#[test]
fn behind_all_walls_every_attempt_ends_the_process() {
    for attempt in Attempt::ALL {
        match fate_of(attempt, &Wall::ALL) {
            Fate::NoSuchWall(wall) => return eprintln!("not tried: this kernel has no {wall}"),
            fate => assert_eq!(fate, Fate::Killed, "{attempt:?}"),
        }
    }
}

#[test]
fn few_system_calls_are_enough_of_a_wall_by_themselves() {
    for attempt in Attempt::ALL {
        behind(Wall::SystemCalls, attempt, &Fate::Killed);
    }
}

#[test]
fn no_file_is_reached_where_only_landlock_stands() {
    for attempt in [
        Attempt::ReadFile,
        Attempt::ReadParentsEnvironment,
        Attempt::WriteFile,
        Attempt::Execute,
    ] {
        behind(Wall::FileSystem, attempt, &Fate::Refused(libc::EACCES));
    }
}

#[test]
fn the_parent_is_out_of_reach_where_only_landlock_stands() {
    for attempt in [Attempt::TraceParent, Attempt::ReadParentsMemory] {
        behind(Wall::FileSystem, attempt, &Fate::Refused(libc::EPERM));
    }
    behind(
        Wall::Signals,
        Attempt::SignalParent,
        &Fate::Refused(libc::EPERM),
    );
}

#[test]
fn no_tcp_connection_is_made_where_only_landlock_stands() {
    for attempt in [Attempt::ConnectTcp, Attempt::BindTcp] {
        behind(Wall::Tcp, attempt, &Fate::Refused(libc::EACCES));
    }
}

#[test]
fn no_descriptor_is_to_be_had_where_only_limits_stand() {
    for attempt in [
        Attempt::ReadFile,
        Attempt::ConnectTcp,
        Attempt::SendUdp,
        Attempt::ConnectUnix,
    ] {
        behind(Wall::Resources, attempt, &Fate::Refused(libc::EMFILE));
    }
}

#[track_caller]
fn behind(wall: Wall, attempt: Attempt, expected: &Fate) {
    match fate_of(attempt, &[wall]) {
        Fate::NoSuchWall(wall) => eprintln!("not tried: this kernel has no {wall}"),
        fate => assert_eq!(&fate, expected, "{attempt:?} behind {wall}"),
    }
}
