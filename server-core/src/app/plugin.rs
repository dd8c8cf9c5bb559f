//! Plugins: routes, layers and what hears events in one value, which an app takes in by one row of
//! its table.
//!
//! A plugin is an app of its own, so anybody writes one by [`app!`](macro@crate::app). These three
//! are what the ancestors of this server have as theirs:
//!
//! ```
//! use samewire::app::plugin::{Auth, Logger, Metrics};
//! use samewire::app;
//!
//! struct Panel {
//!     auth: Auth,
//!     logger: Logger,
//!     metrics: Metrics,
//! }
//!
//! app! { for panel: Panel;
//!     plugin => Logger(panel.logger);
//!     plugin => Metrics(panel.metrics);
//!     plugin => Auth(panel.auth);
//!     get "/api/level" => level;
//! }
//!
//! async fn level(_: &Panel) -> &'static str { "7" }
//!
//! let panel = Panel {
//!     auth: Auth::new(&["a secret"]),
//!     logger: Logger::to(|line| println!("{line}")),
//!     metrics: Metrics::new(),
//! };
//! ```

mod auth;
mod logger;
mod metrics;

pub use auth::Auth;
pub use logger::{Line, Logger};
pub use metrics::Metrics;
