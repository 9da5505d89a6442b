//! The engines that keep a store in a folder.

use super::logged::LoggedFolder;
use super::{FjallFolder, OpenBase, Reopen, SledFolder, unopenable};
use crate::error::Result;
use crate::options::Options;
use std::path::Path;

/// An engine that keeps a store in a folder. A folder has one, and says which by the name of what is in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineKind {
    /// sled 0.34: fast, and large on disk.
    #[default]
    Sled,
    /// fjall 3: about as large on disk as the data are.
    Fjall,
}

impl EngineKind {
    /// Every one, the default first.
    pub const ALL: [Self; 2] = [Self::Sled, Self::Fjall];

    /// As people write it; also the name of its folder in the store's.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sled => "sled",
            Self::Fjall => "fjall",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Sled => Self::Fjall,
            Self::Fjall => Self::Sled,
        }
    }

    /// The engine of the store in `folder`; `None` if there is no store. Two are an error.
    pub fn of(folder: &Path) -> Result<Option<Self>> {
        let mut found = Self::ALL
            .into_iter()
            .filter(|kind| folder.join(kind.name()).exists());
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Err(unopenable(folder, "it holds two, one of each engine".to_owned())),
            (found, _) => Ok(found),
        }
    }

    /// The place of such an engine in `folder`, which exists, with a log before it.
    pub fn place(self, folder: &Path, options: &Options) -> Box<dyn Reopen> {
        Box::new(LoggedFolder::new(folder, self.base(folder, options), options))
    }

    /// The place of the engine alone: for who fills a folder that is no store yet.
    pub(crate) fn base(self, folder: &Path, options: &Options) -> Box<dyn OpenBase> {
        match self {
            Self::Sled => Box::new(SledFolder::new(folder, options)),
            Self::Fjall => Box::new(FjallFolder::new(folder, options)),
        }
    }
}
