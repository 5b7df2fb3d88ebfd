//! Registries of named switches: what each is called in files, and what it is about, said once.

/// Declares a registry: an enum whose members have a name, which files and the command line use,
/// and a sentence of what they are about, which is their documentation.
macro_rules! named {
    (
        $(#[$meta:meta])* $registry:ident: $what:literal,
        $($(#[doc = $about:literal])+ $member:ident = $name:literal,)+
    ) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $registry {
            $($(#[doc = $about])+ #[serde(rename = $name)] $member,)+
        }

        impl $registry {
            /// All of them, in their order.
            pub const ALL: &[$registry] = &[$($registry::$member),+];

            /// Its name, in lower case with hyphens.
            pub const fn name(self) -> &'static str {
                match self {
                    $($registry::$member => $name,)+
                }
            }

            /// What it is about, a sentence without its full stop.
            pub fn about(self) -> &'static str {
                match self {
                    $($registry::$member => {
                        concat!($($about),+).trim().trim_end_matches('.')
                    })+
                }
            }

            #[doc = concat!("The ", $what, " of this name.")]
            pub fn named(name: &str) -> Option<$registry> {
                $registry::ALL.iter().copied().find(|member| member.name() == name)
            }
        }
    };
}

pub(crate) use named;
