//! A connection with a public endpoint, for this module's tests. It makes no calls, because signing
//! needs no network.

use darkroom_contract::StorageSettings;

use crate::{Connection, Endpoints};

pub(crate) async fn connection() -> Connection {
    let endpoints = Endpoints {
        s3: "http://s3.internal:9000".to_owned(),
        sqs: "http://sqs.internal:9001".to_owned(),
        access_key: "AKID".to_owned(),
        secret_key: "secret".to_owned(),
        region: "eu-central-1".to_owned(),
    };
    let storage = StorageSettings {
        public_endpoint: Some("https://images.example".to_owned()),
        ..StorageSettings::default()
    };
    Connection::from_endpoints(&endpoints, &storage).await
}
