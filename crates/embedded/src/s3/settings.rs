//! A bucket's configuration, kept on disk in the form that S3 clients send it.
//!
//! Notifications and CORS are acted on, and held parsed. The rest (lifecycle, encryption, public access, policy,
//! ownership) is kept and given back, and changes nothing here.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use s3s::dto::{CORSConfiguration, NotificationConfiguration};
use s3s::xml::{Deserialize, Deserializer, Serialize, Serializer};

const CORS: &str = "cors.xml";
const NOTIFICATION: &str = "notification.xml";

/// The settings of one bucket.
#[derive(Debug)]
pub(crate) struct Settings {
    dir: PathBuf,
    cors: RwLock<Option<Arc<CORSConfiguration>>>,
    notification: RwLock<Arc<NotificationConfiguration>>,
}

impl Settings {
    pub(crate) fn open(dir: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&dir)?;
        let settings = Self {
            dir,
            cors: RwLock::default(),
            notification: RwLock::default(),
        };
        let cors = settings.load_xml(CORS)?.map(Arc::new);
        let notification = settings.load_xml(NOTIFICATION)?.unwrap_or_default();
        set(&settings.cors, cors);
        set(&settings.notification, Arc::new(notification));
        Ok(settings)
    }

    pub(crate) fn cors(&self) -> Option<Arc<CORSConfiguration>> {
        get(&self.cors)
    }

    pub(crate) fn put_cors(&self, cors: CORSConfiguration) -> io::Result<()> {
        self.save_xml(CORS, &cors)?;
        set(&self.cors, Some(Arc::new(cors)));
        Ok(())
    }

    pub(crate) fn notification(&self) -> Arc<NotificationConfiguration> {
        get(&self.notification)
    }

    pub(crate) fn put_notification(
        &self,
        notification: NotificationConfiguration,
    ) -> io::Result<()> {
        self.save_xml(NOTIFICATION, &notification)?;
        set(&self.notification, Arc::new(notification));
        Ok(())
    }

    /// A setting that is kept only. `None` where it was never put, or was deleted.
    pub(crate) fn load_xml<T: for<'xml> Deserialize<'xml>>(
        &self,
        name: &str,
    ) -> io::Result<Option<T>> {
        let Some(text) = self.load(name)? else {
            return Ok(None);
        };
        let mut parser = Deserializer::new(text.as_bytes());
        T::deserialize(&mut parser)
            .map(Some)
            .map_err(io::Error::other)
    }

    pub(crate) fn save_xml<T: Serialize>(&self, name: &str, value: &T) -> io::Result<()> {
        let mut text = Vec::new();
        value
            .serialize(&mut Serializer::new(&mut text))
            .map_err(io::Error::other)?;
        self.save(name, &text)
    }

    pub(crate) fn load(&self, name: &str) -> io::Result<Option<String>> {
        match fs::read_to_string(self.dir.join(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn save(&self, name: &str, text: &[u8]) -> io::Result<()> {
        let draft = self.dir.join(format!("{name}.new"));
        fs::write(&draft, text)?;
        fs::rename(draft, self.dir.join(name))
    }
}

fn get<T: Clone>(value: &RwLock<T>) -> T {
    value.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn set<T>(place: &RwLock<T>, value: T) {
    *place.write().unwrap_or_else(PoisonError::into_inner) = value;
}

#[cfg(test)]
mod tests {
    use s3s::dto::{CORSRule, QueueConfiguration};

    use super::*;

    #[test]
    fn notifications_and_cors_survive_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let settings = Settings::open(dir.path().into()).unwrap();
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
        settings.put_notification(notification).unwrap();
        settings
            .put_cors(CORSConfiguration {
                cors_rules: vec![rule.clone()],
            })
            .unwrap();

        let again = Settings::open(dir.path().into()).unwrap();
        assert_eq!(again.notification().queue_configurations, Some(vec![queue]));
        assert_eq!(again.cors().unwrap().cors_rules, vec![rule]);
    }
}
