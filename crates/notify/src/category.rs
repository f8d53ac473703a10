/// What a mail is about, which decides who may refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// The account itself: it is sent whatever was said, because whoever does not get it may lose the account.
    System,
    /// What its reader did: can't be refused, but is not sent to where mail was turned down.
    Transactional,
    /// What its reader can refuse.
    Optional(Topic),
}

/// What mail can be refused by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// What is new in the product.
    Product,
    /// What is for sale.
    Marketing,
    /// What happened lately, in one mail.
    Digest,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Product, Self::Marketing, Self::Digest];

    /// The word it is stored and shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Marketing => "marketing",
            Self::Digest => "digest",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == word)
    }
}

impl Category {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::System,
        Self::Transactional,
        Self::Optional(Topic::Product),
        Self::Optional(Topic::Marketing),
        Self::Optional(Topic::Digest),
    ];

    /// The word it is stored and shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Transactional => "transactional",
            Self::Optional(topic) => topic.as_str(),
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == word)
    }
}
