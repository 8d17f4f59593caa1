use super::Name;

const BUCKETS: usize = 256;

/// The known names of an object's members, and where to look for one: most names are in no bucket or the only one in theirs.
pub(in crate::provider::voyado) struct Names<const N: usize> {
    names: [&'static str; N],
    /// One more than the index of the first name in the bucket; 0 if there is none.
    first: [u8; BUCKETS],
}

impl<const N: usize> Names<N> {
    pub(in crate::provider::voyado) const fn new(names: [&'static str; N]) -> Self {
        assert!(N < u8::MAX as usize, "an index fits into a byte");
        let mut first = [0; BUCKETS];
        let mut index = N;
        while index > 0 {
            #[expect(clippy::cast_possible_truncation, reason = "checked above")]
            let one_more = index as u8;
            index -= 1;
            first[bucket(names[index])] = one_more;
        }
        Self { names, first }
    }

    /// The name with that index.
    pub(in crate::provider::voyado) const fn name(&self, index: usize) -> &'static str {
        self.names[index]
    }

    /// The index of a name, without regard to ASCII case.
    pub(super) fn position(&self, name: &Name<'_>) -> Option<usize> {
        let first = usize::from(self.first[bucket(name.as_str())]).checked_sub(1)?;
        let mut names = self.names.iter().enumerate().skip(first);
        names
            .find(|(_, known)| name.is(known))
            .map(|(index, _)| index)
    }
}

/// The same for every casing of a name: in ASCII, setting one bit makes a letter small.
const fn bucket(name: &str) -> usize {
    let name = name.as_bytes();
    let (Some(first), Some(last)) = (name.first(), name.last()) else {
        return 0;
    };
    let sum = name.len() * 7 + (*first | 0x20) as usize * 3 + (*last | 0x20) as usize;
    sum % BUCKETS
}
