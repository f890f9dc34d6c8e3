//! One record: immutable once shared, small enough to be kept a million times.
//!
//! **Invariant:** a record does not know what its body says, what its faces show or what its amounts count.

use std::sync::OnceLock;

use super::packed::Packed;

/// How many faces a record can keep: one per surface that shows it (REST, SCIM), whole and short.
pub const FACES_MAX: usize = 4;

/// A kind of record: the position of its rules when the store was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(pub u8);

/// A customer of the vendor; what one owns is unknown to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganizationId(pub u16);

/// Which record, in all organizations of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId {
    /// The kind of record.
    pub table: TableId,
    /// Its number within the table.
    pub serial: u64,
}

/// What somebody wants a record to hold.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The content, opaque to the store.
    pub body: Box<[u8]>,
    /// One folded text per unique index of the table, in that order; `None`, or nothing at the end, where the
    /// record claims no key. What goes beyond the table's indexes is left out.
    pub keys: Vec<Option<String>>,
    /// The vendor's own amounts kept beside the content (history entries, sessions), opaque numbers.
    pub aside: Box<[u32]>,
}

/// One record. It never changes: a change is another record of the same serial and the next version.
#[derive(Debug)]
pub struct Record {
    /// The kind of record.
    pub table: TableId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// Its number within the table, shared by all organizations, from 0, never given twice.
    pub serial: u64,
    /// When it was inserted, in milliseconds as the caller counts them.
    pub created_ms: i64,
    /// When this version was made, in milliseconds as the caller counts them.
    pub modified_ms: i64,
    /// 1 when inserted, one more with each change.
    pub version: u64,
    /// The vendor's own amounts kept beside the content.
    pub aside: Box<[u32]>,
    /// Forms of this version that somebody has rendered.
    pub faces: Faces,
    packed: Packed,
}

impl Record {
    /// Which record this is a version of.
    pub fn id(&self) -> RecordId {
        RecordId { table: self.table, serial: self.serial }
    }

    /// The content as it was drafted.
    pub fn body(&self) -> &[u8] {
        self.packed.body()
    }

    /// The folded text in the given unique index of the table; `None` when the record claims none there.
    pub fn key(&self, unique: usize) -> Option<&str> {
        self.packed.key(unique).and_then(|key| str::from_utf8(key).ok())
    }

    /// [`key`](Record::key) without proving again that it is text: indexes compare bytes.
    pub(super) fn key_bytes(&self, unique: usize) -> Option<&[u8]> {
        self.packed.key(unique)
    }

    /// The first version of a record.
    pub(super) fn first(id: RecordId, organization: OrganizationId, draft: Draft, now_ms: i64) -> Self {
        Self {
            table: id.table,
            organization,
            serial: id.serial,
            created_ms: now_ms,
            modified_ms: now_ms,
            version: 1,
            packed: Packed::new(&draft.keys, &draft.body),
            aside: draft.aside,
            faces: Faces::default(),
        }
    }

    /// The version after this one, with what the draft says.
    pub(super) fn changed(&self, draft: Draft, now_ms: i64) -> Self {
        self.next(Packed::new(&draft.keys, &draft.body), draft.aside, now_ms)
    }

    /// The version after this one, with the same content.
    pub(super) fn touched(&self, now_ms: i64) -> Self {
        self.next(self.packed.clone(), self.aside.clone(), now_ms)
    }

    /// The same version under other keys, and with no faces yet: what is known of it has changed, not what it is.
    pub(super) fn again(&self, keys: &[Option<String>]) -> Self {
        Self {
            modified_ms: self.modified_ms,
            version: self.version,
            ..self.next(Packed::new(keys, self.packed.body()), self.aside.clone(), self.modified_ms)
        }
    }

    fn next(&self, packed: Packed, aside: Box<[u32]>, now_ms: i64) -> Self {
        Self {
            table: self.table,
            organization: self.organization,
            serial: self.serial,
            created_ms: self.created_ms,
            modified_ms: now_ms,
            version: self.version + 1,
            aside,
            faces: Faces::default(),
            packed,
        }
    }
}

/// Rendered forms of one record, each made when first asked for.
///
/// They never go stale: a changed record is another record, with faces of its own. Nothing is allocated before the
/// first face is made.
#[derive(Debug, Default)]
pub struct Faces(OnceLock<Box<[OnceLock<Face>; FACES_MAX]>>);

impl Faces {
    /// The form kept under this number, made now if nobody has made it before; `None`, and nothing is made, from
    /// [`FACES_MAX`] on. Two who ask at once get the same face, made once; `make` must not ask this record again.
    pub fn get_or_make(&self, face: usize, make: impl FnOnce() -> Face) -> Option<&Face> {
        if face >= FACES_MAX {
            return None;
        }
        self.0.get_or_init(Box::default).get(face).map(|slot| slot.get_or_init(make))
    }
}

/// One rendered form of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Face {
    /// The form itself.
    pub bytes: Box<[u8]>,
    /// Places in `bytes` (an offset, and what belongs there) where whoever sends it puts something in.
    pub marks: Box<[(u32, u8)]>,
}

#[cfg(test)]
mod tests {
    use super::{Draft, FACES_MAX, Face, OrganizationId, Record, RecordId, TableId};

    fn record() -> Record {
        let draft =
            Draft { body: (*b"ada").into(), keys: vec![None, Some("ada@x".into())], aside: [3].into() };
        Record::first(RecordId { table: TableId(1), serial: 7 }, OrganizationId(2), draft, 10)
    }

    #[test]
    fn a_face_is_made_once_and_only_below_the_maximum() {
        let (record, mut made) = (record(), 0);
        for face in [0, FACES_MAX - 1, 0, FACES_MAX, usize::MAX] {
            let bytes = format!("face {face}").into_bytes().into_boxed_slice();
            let got = record.faces.get_or_make(face, || {
                made += 1;
                Face { bytes: bytes.clone(), marks: Box::default() }
            });
            assert_eq!(got.map(|face| &face.bytes), (face < FACES_MAX).then_some(&bytes));
        }
        assert_eq!(made, 2);
    }

    #[test]
    fn the_next_version_has_no_faces_yet() {
        let record = record();
        let face = |text: &[u8]| Face { bytes: text.into(), marks: Box::default() };
        record.faces.get_or_make(0, || face(b"old"));
        let touched = record.touched(20);
        assert_eq!(touched.faces.get_or_make(0, || face(b"new")), Some(&face(b"new")));
        assert_eq!((touched.version, touched.created_ms, touched.modified_ms), (2, 10, 20));
        assert_eq!(
            (touched.body(), touched.key(1), &touched.aside[..]),
            (&b"ada"[..], Some("ada@x"), &[3][..])
        );
    }

    #[test]
    fn a_record_is_at_most_88_bytes() {
        // With the two counters of its `Arc` 104: one step more of the allocator, and a million cost 16 MB more.
        assert!(size_of::<Record>() <= 88, "{}", size_of::<Record>());
    }
}
