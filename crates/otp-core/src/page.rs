//! Pages of lists, newest first. A page begins after an item, not after a count, so that items created
//! between two requests neither shift a page nor appear twice.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::time::Timestamp;

/// A page is made of at most this many items, the newest first, however few of them match. So a rare
/// status costs as much as a frequent one, and does not grow with the account's history.
pub const MAX_EXAMINED: usize = 1_000;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// The start of the next page, if there is one.
    pub next: Option<Cursor>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T> Page<T> {
    /// A page without items.
    pub const EMPTY: Self = Self {
        items: Vec::new(),
        next: None,
    };

    /// Converts every item; the first that fails fails the page.
    pub fn try_map<U, E>(self, convert: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        Ok(Page {
            items: self
                .items
                .into_iter()
                .map(convert)
                .collect::<Result<_, _>>()?,
            next: self.next,
        })
    }
}

impl<T> Page<T> {
    /// Continues after `position` unless the page has a next one already: the search for this page ended
    /// early, and more items may follow.
    #[must_use]
    pub fn or_continued_after(mut self, position: Option<PagePosition>) -> Self {
        self.next = self.next.or(position.map(Cursor));
        self
    }
}

impl<T: Listed> Page<T> {
    /// Makes a page of what a query found that asked for [`PageSize::with_one_more`]: the item too many shows
    /// that there is another page.
    pub fn of_found(mut found: Vec<T>, size: PageSize) -> Self {
        let has_more = found.len() > size.get();
        found.truncate(size.get());
        let last = found.last().map(PagePosition::of);
        Self {
            next: last.filter(|_| has_more).map(Cursor),
            items: found,
        }
    }
}

/// An item of a list that is shown by pages.
pub trait Listed {
    /// Returns the position of the item in its list.
    fn position(&self) -> PagePosition;
}

/// A position in a list whose items are in the order of their creation; ids order those of the same
/// millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PagePosition {
    /// The creation time of the item at this position.
    pub created_at: Timestamp,
    /// The id of the item at this position.
    pub id: Uuid,
}

impl PagePosition {
    /// The position after every item.
    pub const END: Self = Self {
        created_at: Timestamp::MAX,
        id: Uuid::max(),
    };

    /// Returns the position of an item.
    pub fn of(item: &impl Listed) -> Self {
        item.position()
    }

    /// Returns the position that the items of a page are older than: where the page before ended, and where
    /// the time that is asked about ends.
    pub fn start(cursor: Option<Cursor>, until: Option<Timestamp>) -> Self {
        let ends = [cursor.map(|Cursor(position)| position), until.map(Self::at)];
        ends.into_iter().flatten().min().unwrap_or(Self::END)
    }

    /// Returns the position after all items created before `instant` and before all others.
    pub fn at(instant: Timestamp) -> Self {
        Self {
            created_at: instant,
            id: Uuid::nil(),
        }
    }
}

/// The end of a page, as callers receive it. A cursor is opaque to callers and has a version, so
/// that a later change of the order cannot misread existing cursors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub PagePosition);

/// The text is not a cursor of this service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct InvalidCursor;

const VERSION: u8 = 1;
const VERSION_LENGTH: usize = 1;
const TIME_LENGTH: usize = 8;

impl Cursor {
    /// Reads a cursor that a caller sent back.
    pub fn parse(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let (version, rest) = bytes
            .split_at_checked(VERSION_LENGTH)
            .ok_or(InvalidCursor)?;
        let (time, id) = rest.split_at_checked(TIME_LENGTH).ok_or(InvalidCursor)?;
        let millis = i64::from_be_bytes(time.try_into().map_err(|_| InvalidCursor)?);
        let known = version == [VERSION] && (0..=Timestamp::MAX.unix_millis()).contains(&millis);
        let id = Uuid::from_slice(id).map_err(|_| InvalidCursor)?;
        known
            .then_some(Self(PagePosition {
                created_at: Timestamp::from_unix_millis(millis),
                id,
            }))
            .ok_or(InvalidCursor)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(PagePosition { created_at, id }) = self;
        let mut bytes = vec![VERSION];
        bytes.extend(created_at.unix_millis().to_be_bytes());
        bytes.extend(id.as_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// The number of items on a page: 1 to 100, 20 by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(usize);

/// The text is not a page size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a page has 1 to 100 items")]
pub struct InvalidPageSize;

impl PageSize {
    /// The largest.
    pub const LARGEST: Self = Self(100);

    /// Reads a number of items.
    pub fn parse(text: &str) -> Result<Self, InvalidPageSize> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let size = text.parse().map_err(|_| InvalidPageSize)?;
        let fits = digits && (1..=100).contains(&size);
        fits.then_some(Self(size)).ok_or(InvalidPageSize)
    }

    /// Returns the number.
    pub fn get(self) -> usize {
        self.0
    }

    /// Returns the number to ask a store for, to find out whether there is another page.
    pub fn with_one_more(self) -> usize {
        self.0 + 1
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(20)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(millis: i64) -> Cursor {
        let id = Uuid::from_u128(0xf5b2);
        Cursor(PagePosition {
            created_at: Timestamp::from_unix_millis(millis),
            id,
        })
    }

    #[test]
    fn a_cursor_reads_back() {
        for millis in [0, 1_780_000_000_123, Timestamp::MAX.unix_millis()] {
            let cursor = cursor(millis);
            assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor));
        }
    }

    #[test]
    fn a_text_this_service_did_not_issue_is_not_a_cursor() {
        let good = cursor(1_780_000_000_123).to_string();
        let other_version = format!("Ag{}", &good[2..]);
        let before_1970 = cursor(-1).to_string();
        for text in [
            "",
            "A",
            "AQ",
            "0",
            "رمز",
            &good[1..],
            &format!("{good}A"),
            &format!("{good}="),
            &good.replace('A', "+"),
            &other_version,
            &before_1970,
        ] {
            assert_eq!(Cursor::parse(text), Err(InvalidCursor), "{text}");
        }
    }

    #[test]
    fn a_page_has_one_to_a_hundred_items() {
        for (text, size) in [("1", 1), ("20", 20), ("100", 100), ("007", 7)] {
            assert_eq!(PageSize::parse(text).map(PageSize::get), Ok(size));
        }
        for text in [
            "",
            "0",
            "101",
            "-1",
            "+1",
            "1.5",
            "ten",
            "٢٠",
            "99999999999999999999",
        ] {
            assert_eq!(PageSize::parse(text), Err(InvalidPageSize), "{text}");
        }
        assert_eq!(PageSize::default().get(), 20);
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct Item(i64);

    impl Listed for Item {
        fn position(&self) -> PagePosition {
            PagePosition::at(Timestamp::from_unix_millis(self.0))
        }
    }

    #[test]
    fn a_page_continues_after_its_last_item_if_one_more_was_found() {
        let size = PageSize::parse("2").expect("a size");
        assert_eq!(size.with_one_more(), 3);
        let more = Page::of_found(vec![Item(9), Item(8), Item(7)], size);
        assert_eq!(more.items, [Item(9), Item(8)]);
        assert_eq!(more.next, Some(Cursor(Item(8).position())));
        let last = Page::of_found(vec![Item(9), Item(8)], size);
        assert_eq!(last.items, [Item(9), Item(8)]);
        assert_eq!(last.next, None);
        assert_eq!(Page::of_found(Vec::<Item>::new(), size), Page::EMPTY);
    }

    #[test]
    fn a_page_whose_search_ended_early_continues_where_it_ended() {
        let size = PageSize::parse("2").expect("a size");
        let end = Item(5).position();
        for found in [vec![], vec![Item(9)], vec![Item(9), Item(8)]] {
            let early = Page::of_found(found.clone(), size).or_continued_after(Some(end));
            assert_eq!((early.items, early.next), (found, Some(Cursor(end))));
        }
        let full = Page::of_found(vec![Item(9), Item(8), Item(7)], size);
        assert_eq!(full.clone().or_continued_after(Some(end)), full);
        assert_eq!(Page::<Item>::EMPTY.or_continued_after(None), Page::EMPTY);
    }

    #[test]
    fn a_page_starts_at_the_earlier_of_cursor_and_end() {
        let at = |millis| PagePosition::at(Timestamp::from_unix_millis(millis));
        for (cursor, until, start) in [
            (None, None, PagePosition::END),
            (Some(1), None, at(1)),
            (None, Some(2), at(2)),
            (Some(1), Some(2), at(1)),
            (Some(2), Some(1), at(1)),
        ] {
            let cursor = cursor.map(|millis| Cursor(at(millis)));
            let until = until.map(Timestamp::from_unix_millis);
            assert_eq!(PagePosition::start(cursor, until), start);
        }
    }

    #[test]
    fn an_instant_is_after_earlier_items_and_before_those_of_the_same_instant() {
        let at = Timestamp::from_unix_millis;
        let item = |millis| PagePosition {
            created_at: at(millis),
            id: Uuid::from_u128(1),
        };
        assert!(item(9) < PagePosition::at(at(10)));
        assert!(PagePosition::at(at(10)) < item(10));
        assert!(item(10) < PagePosition::END);
    }
}
