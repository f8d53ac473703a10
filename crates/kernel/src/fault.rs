use std::fmt;

/// What sort of refusal a code stands for; a driving adapter turns it into its own status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request can't be read as what it should be.
    Malformed,
    /// The request says something it can't say.
    Validation,
    /// Nobody has proved who they are.
    Unauthenticated,
    /// They have, and may not.
    Forbidden,
    /// There is no such thing, or none they may know of.
    NotFound,
    /// It contradicts what is stored.
    Conflict,
    /// It was there and is over.
    Gone,
    /// Too much of it.
    Limited,
    /// A service outside answered with a failure.
    External,
    /// Something needed is not there right now; trying again may help.
    Unavailable,
    /// A bug.
    Internal,
}

/// A stable name for one kind of failure, in capitals: `EMAIL_TAKEN`. Clients decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code {
    name: &'static str,
    kind: Kind,
}

macro_rules! constructors {
    ($($function:ident $kind:ident;)*) => {$(
        #[doc = concat!("A code of kind [`Kind::", stringify!($kind), "`].")]
        pub const fn $function(name: &'static str) -> Self {
            Self { name, kind: Kind::$kind }
        }
    )*};
}

impl Code {
    constructors! {
        malformed Malformed;
        validation Validation;
        unauthenticated Unauthenticated;
        forbidden Forbidden;
        not_found NotFound;
        conflict Conflict;
        gone Gone;
        limited Limited;
        external External;
        unavailable Unavailable;
        internal Internal;
    }

    /// Fields that say what they can't say.
    pub const INVALID: Self = Self::validation("VALIDATION_FAILED");
    /// No credential, or none that is believed.
    pub const UNAUTHENTICATED: Self = Self::unauthenticated("UNAUTHENTICATED");
    /// Others were faster, again and again.
    pub const CONTENDED: Self = Self::conflict("CONFLICT");
    /// The same request, by its key, is being answered or was answered already.
    pub const IN_FLIGHT: Self = Self::conflict("REQUEST_IN_FLIGHT");
    /// It was changed since the version that was named.
    pub const PRECONDITION_FAILED: Self = Self::conflict("PRECONDITION_FAILED");
    /// More, or more recent, proof of who they are is needed.
    pub const STEP_UP_REQUIRED: Self = Self::unauthenticated("STEP_UP_REQUIRED");
    /// The store can't say whether it was done.
    pub const OUTCOME_UNKNOWN: Self = Self::unavailable("OUTCOME_UNKNOWN");
    /// Something needed is not there right now.
    pub const UNAVAILABLE: Self = Self::unavailable("UNAVAILABLE");
    /// A bug.
    pub const INTERNAL: Self = Self::internal("INTERNAL");

    /// The stable name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its kind.
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A failure with a stable code, whose `Display` is safe to show to whoever asked. Causes are its `source`:
/// logged, never shown.
pub trait Fault: std::error::Error + Send + Sync + 'static {
    /// Its stable code.
    fn code(&self) -> Code;

    /// What is wrong with which field, where it is about fields.
    fn fields(&self) -> Vec<(&'static str, Invalid)>;

    /// Seconds after which trying again makes sense.
    fn retry_after(&self) -> Option<u64>;
}

/// A value that was refused, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    code: Code,
    message: &'static str,
}

impl Invalid {
    /// A refusal with its code and a sentence for whoever can mend it.
    pub const fn new(code: Code, message: &'static str) -> Self {
        Self { code, message }
    }

    /// Its code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The sentence.
    pub const fn message(&self) -> &'static str {
        self.message
    }
}

/// What is wrong with the fields of a request, collected so that all of it is told at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<(&'static str, Invalid)>);

impl Faults {
    /// The value, or the fault noted for that field.
    pub fn keep<T>(&mut self, field: &'static str, read: Result<T, Invalid>) -> Option<T> {
        read.map_err(|fault| self.0.push((field, fault))).ok()
    }

    /// Notes what else is wrong with a field.
    pub fn add(&mut self, field: &'static str, faults: impl IntoIterator<Item = Invalid>) {
        self.0.extend(faults.into_iter().map(|fault| (field, fault)));
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of it, in the order it was found.
    pub fn into_vec(self) -> Vec<(&'static str, Invalid)> {
        self.0
    }
}
