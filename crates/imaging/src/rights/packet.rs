//! The XMP packet with statements of rights (ISO 16684-1; IPTC Photo Metadata Standard).

use super::Rights;

const START: &str = "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
    <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
    <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
    <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
    xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\">";
const END: &str = "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>";

impl Rights {
    /// Returns the packet.
    pub(super) fn to_xmp(&self) -> String {
        let mut packet = START.to_owned();
        if let Some(copyright) = &self.copyright {
            packet += "<dc:rights><rdf:Alt><rdf:li xml:lang=\"x-default\">";
            packet += &escaped(copyright);
            packet += "</rdf:li></rdf:Alt></dc:rights>";
        }
        if let Some(credit) = &self.credit {
            packet += "<photoshop:Credit>";
            packet += &escaped(credit);
            packet += "</photoshop:Credit>";
        }
        packet + END
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::{MetadataScan, xmp};

    #[test]
    fn a_packet_contains_the_statements_and_is_read_as_they_were() {
        let rights = Rights {
            copyright: Some("© <A> & \"B\"".to_owned()),
            credit: Some("Agency".to_owned()),
        };
        let packet = rights.to_xmp();
        assert!(packet.contains("© &lt;A&gt; &amp; \"B\""), "{packet}");
        let mut scan = MetadataScan::default();
        xmp::read(packet.as_bytes(), &mut scan);
        assert_eq!(scan.rights.first(), rights);
    }
}
