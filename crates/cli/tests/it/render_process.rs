//! What a picture can do to its render process, and what it cannot do to the worker.

use darkroom_testkit::fixture::{Jpeg, scene};

use crate::cloud::{Cloud, on_both_clouds};
use crate::system::System;

on_both_clouds!(a_render_process_that_dies_costs_one_upload);

async fn a_render_process_that_dies_costs_one_upload(cloud: Cloud) {
    let system = System::start(cloud, &[("DARKROOM_RENDER_MAX_MEMORY", "96MiB")]);
    let large = Jpeg::of(&scene(4000, 4000)).build();
    let small = Jpeg::of(&scene(64, 48)).build();
    for _ in 0..2 {
        let outcome = system.client.upload(&large).await;
        assert_eq!(outcome["error"]["code"], "out_of_memory", "{outcome}");
        assert_eq!(system.client.upload(&small).await["status"], "ready");
    }
}

#[tokio::test]
async fn a_picture_that_takes_too_long_is_given_up() {
    let system = System::start(Cloud::Embedded, &[("DARKROOM_RENDER_TIMEOUT", "50ms")]);
    let outcome = system
        .client
        .upload(&Jpeg::of(&scene(4000, 4000)).build())
        .await;
    assert_eq!(outcome["error"]["code"], "timed_out", "{outcome}");
    let outcome = system.client.upload(&script_of_nothing()).await;
    assert_eq!(outcome["error"]["code"], "not_an_image", "{outcome}");
}

fn script_of_nothing() -> Vec<u8> {
    b"nothing in particular".to_vec()
}
