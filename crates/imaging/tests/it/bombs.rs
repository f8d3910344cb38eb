//! Tests that decompression bombs are rejected cheaply.

use std::time::{Duration, Instant};

use darkroom_imaging::{Rejection, RejectionCode, inspect, render};
use darkroom_testkit::fixture::bomb::{Bomb, crowded, empty_scans, inflating, oversized, sharing};

use crate::allocation::peak_bytes;
use crate::corpus;
use crate::recipes::{avatar, avatar_limits};

const MAX_TIME: Duration = Duration::from_millis(250);
const MAX_BYTES: usize = 32 << 20;
const BOMBS_OF_THE_CORPUS: [&str; 3] = [
    "hostile/bomb-65535x66601.gif",
    "hostile/bomb-65536x65536.png",
    "hostile/bomb-280mp.jpg",
];
/// The number of runs on each bomb. Only the fastest run counts, because the machine may be busy
/// with other tests.
const ATTEMPTS: usize = 3;

/// Runs `work` on a bomb and checks its time and memory.
fn cheap<T>(bomb: &Bomb, work: impl Fn(&[u8]) -> T) -> T {
    let mut fastest = Duration::MAX;
    for _ in 1..ATTEMPTS {
        let start = Instant::now();
        drop(work(&bomb.bytes));
        fastest = fastest.min(start.elapsed());
    }
    let start = Instant::now();
    let (outcome, peak) = peak_bytes(|| work(&bomb.bytes));
    fastest = fastest.min(start.elapsed());
    assert!(fastest <= MAX_TIME, "{}: {fastest:?}", bomb.name);
    assert!(peak <= MAX_BYTES, "{}: {peak} bytes", bomb.name);
    outcome
}

fn rendered(bytes: &[u8]) -> Result<(), Rejection> {
    render(bytes, &avatar()).map(drop)
}

fn inspected(bytes: &[u8]) -> Result<(), Rejection> {
    inspect(bytes, &avatar_limits()).map(drop)
}

#[test]
fn at_least_twenty_generated_bombs_are_rejected_cheaply() {
    let bombs = oversized();
    assert!(bombs.len() >= 20);
    for bomb in bombs {
        assert!(cheap(&bomb, rendered).is_err(), "{}", bomb.name);
        assert!(cheap(&bomb, inspected).is_err(), "{}", bomb.name);
    }
}

#[test]
fn metadata_that_inflates_or_loops_is_cheap() {
    for bomb in inflating() {
        // The file may be rejected, or rendered without its metadata.
        let _ = cheap(&bomb, rendered);
        let _ = cheap(&bomb, inspected);
    }
}

/// The time limit for a file with many tiny parts. It is far more than one pass over the file
/// takes, and far less than two nested passes take.
const MAX_CROWD_TIME: Duration = Duration::from_secs(3);

#[test]
fn files_with_many_tiny_parts_are_read_in_one_pass() {
    for bomb in crowded(9 << 20) {
        let start = Instant::now();
        let (outcome, peak) = peak_bytes(|| inspected(&bomb.bytes));
        assert_eq!(outcome, Ok(()), "{}", bomb.name);
        assert!(start.elapsed() < MAX_CROWD_TIME, "{}", bomb.name);
        assert!(peak <= 1 << 20, "{}: {peak} bytes", bomb.name);
    }
}

#[test]
fn a_jpeg_with_more_scans_than_its_size_justifies_is_too_expensive() {
    let sampling = [(1, 1); 3];
    let small = empty_scans(256, &sampling);
    assert!(render(&small, &avatar()).is_ok());
    let large = empty_scans(4096, &sampling);
    let rejection = render(&large, &avatar()).unwrap_err();
    assert_eq!(rejection.code, RejectionCode::TooExpensive);
}

#[test]
fn bytes_that_many_parts_share_are_not_read_for_each_of_them() {
    for bomb in sharing() {
        let start = Instant::now();
        let (outcome, peak) = peak_bytes(|| inspected(&bomb.bytes));
        assert_eq!(outcome, Ok(()), "{}", bomb.name);
        assert!(start.elapsed() < MAX_CROWD_TIME, "{}", bomb.name);
        assert!(peak <= 2 * bomb.bytes.len(), "{}: {peak} bytes", bomb.name);
    }
}

#[test]
fn the_bombs_of_the_corpus_are_rejected_cheaply() {
    for name in BOMBS_OF_THE_CORPUS {
        let Some(bytes) = corpus::read(name) else {
            continue;
        };
        let name = name.to_owned();
        let bomb = Bomb { name, bytes };
        assert!(cheap(&bomb, rendered).is_err(), "{}", bomb.name);
        assert!(cheap(&bomb, inspected).is_err(), "{}", bomb.name);
    }
}

#[test]
fn hostile_files_of_the_corpus_are_inspected_cheaply() {
    for (name, bytes) in corpus::read_all("hostile") {
        let _ = cheap(&Bomb { name, bytes }, inspected);
    }
}
