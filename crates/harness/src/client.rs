//! A client of the issuer and of S3 that uses none of the code under test.

#![expect(
    clippy::unwrap_used,
    reason = "a response that a test cannot use fails the test"
)]

use serde_json::{Value, json};

/// A client that speaks plain HTTP, as a browser does. Its methods panic if there is no response,
/// or if the response is not the one that the method describes.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    /// The URL of the issuer.
    pub issuer: String,
}

impl Client {
    /// Creates a client of the issuer at this URL.
    #[must_use]
    pub fn new(issuer: String) -> Self {
        Self {
            http: reqwest::Client::new(),
            issuer,
        }
    }

    /// Sends `POST /v1/uploads` with this body. Returns the status and the body of the response.
    pub async fn post(&self, body: &Value) -> (u16, Value) {
        let url = format!("{}/v1/uploads", self.issuer);
        let response = self.http.post(url).json(body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Requests a presigned `PUT` for `size` bytes of JPEG.
    pub async fn presign(&self, size: usize) -> Value {
        self.presign_with(json!({"size": size})).await
    }

    /// Requests a presigned upload. `fields` override fields of the default request, or add fields.
    pub async fn presign_with(&self, fields: Value) -> Value {
        let mut body = json!({"profile": "avatar", "owner": "u1", "content_type": "image/jpeg"});
        body.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let (status, presigned) = self.post(&body).await;
        assert_eq!(status, 201, "{presigned}");
        presigned
    }

    /// Sends a presigned `PUT`. Returns the HTTP status.
    pub async fn put(&self, presigned: &Value, bytes: &[u8]) -> u16 {
        self.put_to(
            presigned["url"].as_str().unwrap(),
            &presigned["headers"],
            bytes,
        )
        .await
    }

    /// Sends a `PUT` with any headers. Returns the HTTP status.
    pub async fn put_to(&self, url: &str, headers: &Value, bytes: &[u8]) -> u16 {
        let mut request = self.http.put(url).body(bytes.to_vec());
        for (name, value) in headers.as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        request.send().await.unwrap().status().as_u16()
    }

    /// Returns the current status of an upload.
    pub async fn status(&self, presigned: &Value) -> Value {
        self.get(presigned["status_url"].as_str().unwrap()).await.1
    }

    /// Waits for the outcome of an upload, and returns the status of the upload.
    pub async fn outcome(&self, presigned: &Value) -> Value {
        let path = format!("{}?wait=60", presigned["status_url"].as_str().unwrap());
        let (status, outcome) = self.get(&path).await;
        assert_eq!(status, 200, "{outcome}");
        outcome
    }

    /// Requests a presigned URL, sends the file, and waits for the outcome.
    pub async fn upload(&self, bytes: &[u8]) -> Value {
        let presigned = self.presign(bytes.len()).await;
        assert_eq!(self.put(&presigned, bytes).await, 200);
        self.outcome(&presigned).await
    }

    /// Sends a `GET` to the issuer.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        let url = format!("{}{path}", self.issuer);
        let response = self.http.get(url).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Returns the body at a URL.
    pub async fn fetch(&self, url: &str) -> Vec<u8> {
        let response = self.http.get(url).send().await.unwrap();
        assert_eq!(response.status(), 200, "{url}");
        response.bytes().await.unwrap().to_vec()
    }
}
