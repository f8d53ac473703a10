use super::reader::Reader;

/// Refuses what this build has no part for.
pub(super) fn refuse(reader: &mut Reader<'_>, parts: &[(&'static str, bool)]) {
    for &(name, built) in parts {
        if !built && reader.is_set(name) {
            reader.fault(name, "is set, and this build has no part for it");
        }
    }
}
