//! A client of the issuer and of S3, without any code of ours.

use serde_json::{Value, json};

/// Speaks plain HTTP, as a browser would.
pub(crate) struct Client {
    http: reqwest::Client,
    pub(crate) issuer: String,
}

impl Client {
    pub(crate) fn new(issuer: String) -> Self {
        Self {
            http: reqwest::Client::new(),
            issuer,
        }
    }

    /// `POST /v1/uploads` with that body: the status and the body of the response.
    pub(crate) async fn post(&self, body: &Value) -> (u16, Value) {
        let url = format!("{}/v1/uploads", self.issuer);
        let response = self.http.post(url).json(body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// A ticket for a `PUT` of so many bytes as JPEG.
    pub(crate) async fn ticket(&self, size: usize) -> Value {
        self.ticket_with(json!({"size": size})).await
    }

    /// A ticket for the default upload with some fields set.
    pub(crate) async fn ticket_with(&self, fields: Value) -> Value {
        let mut body = json!({"profile": "avatar", "owner": "u1", "content_type": "image/jpeg"});
        body.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let (status, ticket) = self.post(&body).await;
        assert_eq!(status, 201, "{ticket}");
        ticket
    }

    /// The `PUT` that a ticket asks for: the status.
    pub(crate) async fn put(&self, ticket: &Value, bytes: &[u8]) -> u16 {
        self.put_to(ticket["url"].as_str().unwrap(), &ticket["headers"], bytes)
            .await
    }

    /// A `PUT` with headers of one's own choice: the status.
    pub(crate) async fn put_to(&self, url: &str, headers: &Value, bytes: &[u8]) -> u16 {
        let mut request = self.http.put(url).body(bytes.to_vec());
        for (name, value) in headers.as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        request.send().await.unwrap().status().as_u16()
    }

    /// The status as it is.
    pub(crate) async fn status(&self, ticket: &Value) -> Value {
        self.get(ticket["status_url"].as_str().unwrap()).await.1
    }

    /// The status once there is an outcome.
    pub(crate) async fn outcome(&self, ticket: &Value) -> Value {
        let path = format!("{}?wait=60", ticket["status_url"].as_str().unwrap());
        let (status, outcome) = self.get(&path).await;
        assert_eq!(status, 200, "{outcome}");
        outcome
    }

    /// Ticket, `PUT` and outcome of a file.
    pub(crate) async fn upload(&self, bytes: &[u8]) -> Value {
        let ticket = self.ticket(bytes.len()).await;
        assert_eq!(self.put(&ticket, bytes).await, 200);
        self.outcome(&ticket).await
    }

    /// A `GET` on the issuer.
    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        let url = format!("{}{path}", self.issuer);
        let response = self.http.get(url).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Returns the body at a URL.
    pub(crate) async fn fetch(&self, url: &str) -> Vec<u8> {
        let response = self.http.get(url).send().await.unwrap();
        assert_eq!(response.status(), 200, "{url}");
        response.bytes().await.unwrap().to_vec()
    }
}
