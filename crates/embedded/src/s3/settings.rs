//! The settings of a bucket, stored in the XML that S3 clients send.
//!
//! Notifications and CORS rules have an effect. The other settings are only stored: no object is
//! ever public, expires or is encrypted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use s3s::dto::{
    BucketLifecycleConfiguration, CORSConfiguration, NotificationConfiguration,
    PublicAccessBlockConfiguration, ServerSideEncryptionConfiguration,
};
use s3s::xml::{Deserialize, Deserializer, Serialize, Serializer};

/// The settings of one bucket.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) cors: Setting<CORSConfiguration>,
    pub(crate) encryption: Setting<ServerSideEncryptionConfiguration>,
    pub(crate) lifecycle: Setting<BucketLifecycleConfiguration>,
    pub(crate) notification: Setting<NotificationConfiguration>,
    pub(crate) public_access_block: Setting<PublicAccessBlockConfiguration>,
}

impl Settings {
    /// Reads the settings in a folder. The folder is created if it is missing.
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        Ok(Self {
            cors: Setting::open(dir.join("cors.xml"))?,
            encryption: Setting::open(dir.join("encryption.xml"))?,
            lifecycle: Setting::open(dir.join("lifecycle.xml"))?,
            notification: Setting::open(dir.join("notification.xml"))?,
            public_access_block: Setting::open(dir.join("public-access-block.xml"))?,
        })
    }
}

/// One setting: a file and its value in memory.
#[derive(Debug)]
pub(crate) struct Setting<T> {
    path: PathBuf,
    value: RwLock<Option<Arc<T>>>,
}

impl<T: Serialize + for<'xml> Deserialize<'xml>> Setting<T> {
    fn open(path: PathBuf) -> io::Result<Self> {
        let value = match fs::read_to_string(&path) {
            Ok(text) => {
                let value = T::deserialize(&mut Deserializer::new(text.as_bytes()));
                Some(Arc::new(value.map_err(io::Error::other)?))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Self {
            path,
            value: RwLock::new(value),
        })
    }

    /// Returns the value, or `None` if it was never set.
    pub(crate) fn get(&self) -> Option<Arc<T>> {
        self.value
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Replaces the value.
    pub(crate) fn put(&self, value: T) -> io::Result<()> {
        let mut text = Vec::new();
        value
            .serialize(&mut Serializer::new(&mut text))
            .map_err(io::Error::other)?;
        let temporary = self.path.with_extension("new");
        fs::write(&temporary, text)?;
        fs::rename(temporary, &self.path)?;
        *self.value.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(value));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use s3s::dto::{CORSRule, QueueConfiguration};

    use super::*;

    #[test]
    fn notifications_and_cors_survive_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let settings = Settings::open(dir.path()).unwrap();
        let queue = QueueConfiguration {
            events: vec!["s3:ObjectCreated:*".to_owned().into()],
            filter: None,
            id: Some("raw".into()),
            queue_arn: "arn:aws:sqs:eu-west-1:000000000000:events".into(),
        };
        let rule = CORSRule {
            allowed_headers: None,
            allowed_methods: vec!["PUT".into()],
            allowed_origins: vec!["https://example.org".into()],
            expose_headers: None,
            id: None,
            max_age_seconds: Some(60),
        };
        let notification = NotificationConfiguration {
            queue_configurations: Some(vec![queue.clone()]),
            ..Default::default()
        };
        let cors = CORSConfiguration {
            cors_rules: vec![rule.clone()],
        };
        settings.notification.put(notification).unwrap();
        settings.cors.put(cors).unwrap();

        let again = Settings::open(dir.path()).unwrap();
        let queues = again.notification.get().unwrap();
        assert_eq!(queues.queue_configurations, Some(vec![queue]));
        assert_eq!(again.cors.get().unwrap().cors_rules, vec![rule]);
        assert!(again.lifecycle.get().is_none());
    }
}
