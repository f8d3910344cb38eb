//! Public and presigned URLs of variants, and their headers.

use std::time::Duration;

use darkroom_cloud::PresignGetRequest;
use darkroom_harness::Cloud;
use darkroom_testkit::fixture::{Jpeg, scene};
use serde_json::{Value, json};

use crate::test_bed::{on_both_clouds, service};

on_both_clouds!(public_variants_have_plain_urls_and_private_ones_have_presigned_urls);

/// Returns the part of a variant's URL that changes with its bytes.
fn version(variant: &Value) -> &str {
    &variant["sha256"].as_str().unwrap()[..12]
}

async fn public_variants_have_plain_urls_and_private_ones_have_presigned_urls(cloud: Cloud) {
    let bed = service(
        cloud,
        &[
            ("DARKROOM_STORAGE_MEDIA_BASE_URL", "https://cdn.example/m/"),
            ("DARKROOM_PROFILES_PHOTO_ACCESS", "private"),
        ],
    )
    .await;
    let photo = Jpeg::new(&scene(300, 200)).build();
    let public = bed.client().upload(&photo).await;
    let variant = &public["variants"][0];
    let (url, key) = (variant["url"].as_str(), variant["key"].as_str());
    let expected = format!(
        "https://cdn.example/m/{}?v={}",
        key.unwrap(),
        version(variant)
    );
    assert_eq!(url, Some(expected.as_str()));

    let presigned = json!({"profile": "photo", "size": photo.len()});
    let presigned = bed.client().presign_with(presigned).await;
    assert_eq!(bed.client().put(&presigned, &photo).await, 200);
    let private = bed.client().outcome(&presigned).await;
    for variant in private["variants"].as_array().unwrap() {
        let url = variant["url"].as_str().unwrap();
        assert!(url.contains(&format!("&v={}&", version(variant))), "{url}");
        let served = reqwest::get(url).await.unwrap();
        assert_eq!(served.status(), 200, "{url}");
        let header = |name: &str| served.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "image/webp");
        let cache_control = "private, max-age=31536000, immutable";
        assert_eq!(header("cache-control"), cache_control);
        let unsigned = url.split('?').next().unwrap();
        if cloud == Cloud::Dev {
            // LocalStack does not enforce access.
            assert_eq!(reqwest::get(unsigned).await.unwrap().status(), 403);
        }
    }
    // A CDN in front of the store uses the headers that the store sends for public variants.
    let media = &bed.media;
    let stored = media.presign_get(PresignGetRequest {
        key: key.unwrap(),
        expires_in: Duration::from_secs(60),
        cache_control: None,
        version: None,
    });
    let served = reqwest::get(stored.await.unwrap()).await.unwrap();
    let cache_control = "public, max-age=31536000, immutable";
    assert_eq!(served.headers()["cache-control"], cache_control);
    assert_eq!(served.headers()["content-type"], "image/webp");
}
