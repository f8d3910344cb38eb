//! Uploads and their variants.

use darkroom_cloud::Bucket;
use darkroom_harness::{Cloud, DEADLINE, TestBed};
use darkroom_testkit::fixture::{CANARY, Exif, Jpeg, rotated_for_orientation, scene};
use image::{DynamicImage, RgbImage};
use serde_json::{Value, json};

use crate::test_bed::{on_both_clouds, service};

on_both_clouds!(
    a_photo_on_its_side_becomes_upright_variants_without_private_metadata,
    metadata_reaches_the_manifest_and_the_crop_is_applied_to_the_variants,
    the_status_of_an_upload_goes_from_awaiting_upload_to_ready,
    a_wrongly_declared_type_is_noted_in_the_manifest,
);

/// The maximum mean difference between a variant and the expected image. A smooth scene at quality
/// 85 stays well below this limit. A scene with the wrong orientation is far above it.
const MOST_DIFFERENCE: f64 = 6.0;

async fn a_photo_on_its_side_becomes_upright_variants_without_private_metadata(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let upright = scene(600, 900);
    let outcome = bed.client().upload(&photo_on_its_side(&upright)).await;

    assert_eq!(outcome["status"], "ready", "{outcome}");
    assert_eq!(outcome["source"]["orientation"], 6);
    assert_eq!(outcome["source"]["width"], 900);
    for kind in ["exif", "gps", "maker_note"] {
        let removed = outcome["removed_metadata"].as_array().unwrap();
        assert!(
            removed.contains(&json!(kind)),
            "{kind} is not in {removed:?}"
        );
    }
    let sizes = [(600, 900), (267, 400)];
    for (variant, size) in outcome["variants"].as_array().unwrap().iter().zip(sizes) {
        let file = served(&bed, variant).await;
        assert_eq!(file.len() as u64, variant["bytes"]);
        assert_eq!(riff_chunks(&file), ["VP8 "]);
        assert!(!contains(&file, CANARY.as_bytes()));
        let image = decoded(&file);
        assert_eq!(image.dimensions(), size);
        let expected = DynamicImage::from(upright.clone()).thumbnail_exact(size.0, size.1);
        let difference = difference(&image, &expected.to_rgb8());
        assert!(
            difference < MOST_DIFFERENCE,
            "{}: {difference}",
            variant["name"]
        );
    }
    let id = outcome["id"].as_str().unwrap();
    assert_eq!(
        outcome["variants"][0]["key"],
        format!("avatars/u1/{id}.webp")
    );
    assert_eq!(
        outcome["variants"][1]["key"],
        format!("avatars/u1/{id}_thumb.webp")
    );
}

async fn metadata_reaches_the_manifest_and_the_crop_is_applied_to_the_variants(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let photo = Jpeg::new(&scene(300, 200)).build();
    let metadata = json!({"Album": "7", "titre": "été à  la mer 🏖", "empty": ""});
    let crop = json!({"x": 10, "y": 20, "width": 100, "height": 50});
    let fields = json!({"size": photo.len(), "metadata": metadata, "crop": crop});
    let presigned = bed.client().presign_with(fields).await;
    assert_eq!(bed.client().put(&presigned, &photo).await, 200);
    let outcome = bed.client().outcome(&presigned).await;
    assert_eq!(outcome["status"], "ready", "{outcome}");
    assert_eq!(outcome["metadata"], metadata);
    assert_eq!(outcome["variants"][0]["width"], 100);
    assert_eq!(outcome["variants"][0]["height"], 50);
}

async fn the_status_of_an_upload_goes_from_awaiting_upload_to_ready(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let photo = Jpeg::new(&scene(64, 48)).build();
    let presigned = bed.client().presign(photo.len()).await;
    assert_eq!(presigned["method"], "PUT");
    assert_eq!(presigned["fields"], Value::Null);
    assert_eq!(
        bed.client().status(&presigned).await["status"],
        "awaiting_upload"
    );
    assert_eq!(bed.client().put(&presigned, &photo).await, 200);
    let status = bed.client().status(&presigned).await["status"].clone();
    assert!(status == "processing" || status == "ready", "{status}");
    assert_eq!(bed.client().outcome(&presigned).await["status"], "ready");
    bed.wait_until_idle(DEADLINE).await.unwrap();
}

async fn a_wrongly_declared_type_is_noted_in_the_manifest(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let photo = Jpeg::new(&scene(64, 48)).build();
    let fields = json!({"size": photo.len(), "content_type": "image/png"});
    let presigned = bed.client().presign_with(fields).await;
    assert_eq!(bed.client().put(&presigned, &photo).await, 200);
    let outcome = bed.client().outcome(&presigned).await;
    assert_eq!(outcome["status"], "ready", "{outcome}");
    assert_eq!(outcome["source"]["format"], "jpeg");
    assert_eq!(outcome["notes"][0]["code"], "type_mismatch");
}

fn photo_on_its_side(upright: &RgbImage) -> Vec<u8> {
    let exif = Exif::new()
        .orientation(6)
        .gps(48.8584, 2.2945)
        .gps_area(CANARY)
        .maker_note(CANARY.as_bytes())
        .user_comment(CANARY);
    Jpeg::new(&rotated_for_orientation(upright, 6))
        .exif(&exif)
        .comment(CANARY)
        .tail(CANARY.as_bytes())
        .build()
}

/// Returns the file in the store, after checking that its URL serves the same bytes.
async fn served(bed: &TestBed, variant: &Value) -> Vec<u8> {
    let key = variant["key"].as_str().unwrap();
    let object = bed.media.get(key, None).await.unwrap();
    assert_eq!(object.info.content_type.as_deref(), Some("image/webp"));
    let stored = object.read(u64::MAX).await.unwrap();
    let served = bed.client().fetch(variant["url"].as_str().unwrap()).await;
    assert_eq!(stored, served);
    served
}

fn decoded(file: &[u8]) -> RgbImage {
    image::load_from_memory(file).unwrap().to_rgb8()
}

/// Returns the names of the chunks of a WebP file (RFC 9649, section 2.3).
fn riff_chunks(file: &[u8]) -> Vec<String> {
    assert_eq!((&file[..4], &file[8..12]), (&b"RIFF"[..], &b"WEBP"[..]));
    let mut rest = &file[12..];
    let mut names = Vec::new();
    while !rest.is_empty() {
        names.push(String::from_utf8_lossy(&rest[..4]).into_owned());
        let length = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        rest = &rest[(8 + length + length % 2).min(rest.len())..];
    }
    names
}

fn contains(file: &[u8], what: &[u8]) -> bool {
    file.windows(what.len()).any(|window| window == what)
}

/// Returns the mean absolute difference over all channels, from 0 to 255.
fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    let sum: u64 = a
        .iter()
        .zip(b.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.len() as f64
}
