//! The stages of a layer, once for all that hand them on to other layers.

/// Implements the stages of `Layer<A>` by a macro that says how each kind of them is handed on. It
/// is given the kind, the stage, and the names of what the stage is called with:
///
/// | kind | who asks for it |
/// | --- | --- |
/// | `arrives` | may stop a request, and change the state |
/// | `asks` | may stop a request |
/// | `tells` | something has happened to a request |
/// | `ended` | the request is part of the record |
/// | `server` | there is no request |
/// | `named` | looks for what a layer has given the request |
macro_rules! stages {
    ($hand_on:ident) => {
        fn on_request(
            &self,
            app: &A,
            state: &mut Self::State,
            arrival: &mut Arrival<'_, '_>,
        ) -> Verdict {
            $hand_on!(arrives on_request(self, app, state, arrival))
        }

        fn pre_validation(
            &self,
            app: &A,
            state: &mut Self::State,
            arrival: &mut Arrival<'_, '_>,
        ) -> Verdict {
            $hand_on!(arrives pre_validation(self, app, state, arrival))
        }

        fn pre_handler(&self, app: &A, state: &Self::State, request: &Request<'_>) -> Verdict {
            $hand_on!(asks pre_handler(self, app, state, request))
        }

        fn on_error(
            &self,
            app: &A,
            state: &Self::State,
            request: &Request<'_>,
            problem: &mut Problem,
        ) {
            $hand_on!(tells on_error(self, app, state, request, problem));
        }

        fn on_response(
            &self,
            app: &A,
            state: &Self::State,
            request: &Request<'_>,
            status: Status,
            lines: &mut FieldLines<'_, '_>,
        ) {
            $hand_on!(tells on_response(self, app, state, request, status, lines));
        }

        fn ended(&self, app: &A, state: &Self::State, record: &Record<'_>) {
            $hand_on!(ended ended(self, app, state, record));
        }

        #[cfg(feature = "ws")]
        fn ws_connect(&self, app: &A, state: &Self::State, request: &Request<'_>) {
            $hand_on!(tells ws_connect(self, app, state, request));
        }

        #[cfg(feature = "ws")]
        fn ws_message(
            &self,
            app: &A,
            state: &Self::State,
            request: &Request<'_>,
            message: &crate::Message<'_>,
        ) {
            $hand_on!(tells ws_message(self, app, state, request, message));
        }

        #[cfg(feature = "ws")]
        fn ws_disconnect(&self, app: &A, state: &Self::State, request: &Request<'_>) {
            $hand_on!(tells ws_disconnect(self, app, state, request));
        }

        fn server_start(&self, app: &A) {
            $hand_on!(server server_start(self, app));
        }

        fn server_stop(&self, app: &A) {
            $hand_on!(server server_stop(self, app));
        }

        fn crowded(&self, app: &A, used: usize, max: usize) {
            $hand_on!(server crowded(self, app, used, max));
        }

        fn request_id<'r>(
            &'r self,
            state: &'r Self::State,
            request: &Request<'r>,
        ) -> Option<&'r [u8]> {
            $hand_on!(named request_id(self, state, request))
        }

        fn find<'s>(
            &self,
            state: &'s Self::State,
            request: &Request<'_>,
            wanted: TypeId,
        ) -> Option<&'s dyn Any> {
            $hand_on!(named find(self, state, request, wanted))
        }
    };
}

pub(super) use stages;
