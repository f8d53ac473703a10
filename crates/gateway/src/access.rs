use crate::Limit;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Anybody.
    Public,
    /// Anybody on the machine itself, in development only.
    Development,
    /// Whoever has proved who they are.
    User,
    /// A member of the workspace the path names. The door asks for a user; the use case asks for the evidence.
    Member,
    /// A member who owns the workspace the path names; asked for as for [`Self::Member`].
    Owner,
    /// A member who holds this permission in the workspace the path names; asked for as for [`Self::Member`].
    MemberWith(&'static str),
    /// Whoever holds this permission: `users:read`.
    Permission(&'static str),
}

impl Access {
    /// The word or the permission it is shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Development => "development",
            Self::User => "user",
            Self::Member => "member",
            Self::Owner => "owner",
            Self::MemberWith(permission) | Self::Permission(permission) => permission,
        }
    }

    /// Whether nobody passes without a credential.
    pub const fn needs_credential(self) -> bool {
        !matches!(self, Self::Public | Self::Development)
    }
}

/// What a route costs: which limits the door draws before it lets a request in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Nothing: probes of whoever runs the machine.
    Free,
    /// A read.
    Read,
    /// A change.
    Write,
    /// A new account.
    SignUp,
    /// A try to sign in.
    Login,
    /// A mail that anybody may ask for.
    Mail,
    /// An order.
    Order,
    /// A visit to the checkout.
    Checkout,
}

impl Class {
    /// The word it is shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Read => "read",
            Self::Write => "write",
            Self::SignUp => "sign-up",
            Self::Login => "login",
            Self::Mail => "mail",
            Self::Order => "order",
            Self::Checkout => "checkout",
        }
    }

    /// Whether the address is counted at all.
    pub const fn is_counted(self) -> bool {
        !matches!(self, Self::Free)
    }

    /// What is drawn besides the address's own bucket.
    pub const fn limit(self) -> Option<Limit> {
        match self {
            Self::Free => None,
            Self::Read => Some(Limit::Reads),
            Self::Write => Some(Limit::Writes),
            Self::SignUp => Some(Limit::SignUp),
            Self::Login => Some(Limit::LoginIp),
            Self::Mail => Some(Limit::MailIp),
            Self::Order => Some(Limit::Orders),
            Self::Checkout => Some(Limit::Checkout),
        }
    }
}
