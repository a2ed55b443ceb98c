//! What a piece of the screen means.
//! Code names a role; only a theme knows how it looks.

/// Defines the roles once: the enum, the list of all, and the names used in theme files.
macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident = $name:literal),+ $(,)?) => {
        /// A meaning on the screen, given its looks by a [`super::Theme`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role { $($(#[$doc])* $role),+ }

        impl Role {
            /// Every role, in the order of declaration.
            pub const ALL: &[Role] = &[$(Role::$role),+];

            /// The role's key in a theme file.
            pub fn name(self) -> &'static str {
                match self { $(Role::$role => $name),+ }
            }
        }
    };
}

roles! {
    /// Ordinary text.
    Text = "text",
    /// Less important text, and data that is old.
    Dim = "dim",
    /// Text that may be overlooked: placeholders, units.
    Faint = "faint",
    /// Titles of panes and columns.
    Title = "title",
    /// What stands out without meaning good or bad.
    Accent = "accent",
    /// Lines around and between panes.
    Border = "border",
    /// The border of the pane that has the keys.
    BorderFocus = "border_focus",
    /// The row under the cursor; laid under the row's own roles.
    Selected = "selected",
    /// A row the reader has marked.
    Marked = "marked",
    /// Health: as it should be.
    Well = "well",
    /// Health: on its way to another state, as intended.
    Changing = "changing",
    /// Health: not yet bad, but someone should look.
    Worrying = "worrying",
    /// Health: bad.
    Bad = "bad",
    /// Health: stopped on purpose.
    Asleep = "asleep",
    /// Health: could not be told.
    Unknown = "unknown",
    /// The mark at a row that changed a moment ago.
    Changed = "changed",
    /// A key in a hint.
    Key = "key",
    /// A message that needs no action.
    Notice = "notice",
    /// A failed call and what it means.
    Fault = "fault",
    /// Bars and lines of graphs.
    Graph = "graph",
    /// The threshold in a graph.
    GraphThreshold = "graph_threshold",
    /// The sign of a protected environment.
    Protected = "protected",
    /// Letters that match a filter or a search.
    Match = "match",
    /// The bar at the top of the screen.
    HeaderBar = "header_bar",
    /// Text that is proposed, not yet typed.
    Ghost = "ghost",
    /// The first of the looks by which things of one sort are told apart: tasks, series.
    Lane1 = "lane_1",
    /// The second.
    Lane2 = "lane_2",
    /// The third.
    Lane3 = "lane_3",
    /// The fourth.
    Lane4 = "lane_4",
    /// The fifth.
    Lane5 = "lane_5",
    /// The sixth.
    Lane6 = "lane_6",
}

impl Role {
    /// The looks by which things of one sort are told apart.
    pub const LANES: [Role; 6] = [Self::Lane1, Self::Lane2, Self::Lane3, Self::Lane4, Self::Lane5, Self::Lane6];

    /// The look of the thing of that name among its like: always the same for the same name.
    pub fn lane(name: &str) -> Role {
        // FNV-1a: the same in every build.
        let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let place = usize::try_from(hash >> 8).unwrap_or_default() % Self::LANES.len();
        Self::LANES.get(place).copied().unwrap_or(Self::Text)
    }

    /// The role called `name` in theme files.
    pub fn named(name: &str) -> Option<Role> {
        Role::ALL.iter().copied().find(|role| role.name() == name)
    }
}
