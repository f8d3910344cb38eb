#![no_main]

libfuzzer_sys::fuzz_target!(
    init: darkroom_fuzz::tolerate_panics_of_dependencies(),
    |bytes: &[u8]| darkroom_imaging::fuzzing::exif(bytes)
);
