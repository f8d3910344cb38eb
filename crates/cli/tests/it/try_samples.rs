//! `darkroom try`.

use crate::test_bed::darkroom;

#[test]
fn the_samples_go_the_whole_path_and_what_they_give_away_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = darkroom(folder.path());
    let output = command.args(["try", "--keep", "samples"]).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    for expected in [
        "phone.jpg\n",
        "position     48.8584, 2.2945",
        "camera       Example Phone 12",
        "maker note",
        "thumbnail",
        "original     480 x 640",
        "phone.heic\n",
        "screenshot.png\n",
        "animation.gif\n",
        "dimensions_exceeded: ",
        "next step    try --profile photo",
        "unsupported_format: ",
    ] {
        assert!(printed.contains(expected), "{expected} is not in {printed}");
    }
    assert_eq!(printed.matches("rejected").count(), 2, "{printed}");
    assert_eq!(folder.path().join("samples").read_dir().unwrap().count(), 6);
    assert!(!folder.path().join("darkroom-data").exists());
}
