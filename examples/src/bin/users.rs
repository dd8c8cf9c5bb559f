//! An API with users: validation, problems that a program can read, and pages that hear of changes.
//!
//! ```console
//! $ curl -i 127.0.0.1:8080/users --json '{"name":"Ada","email":"ada@example.org"}'
//! $ curl 127.0.0.1:8080/users/1
//! $ curl -X DELETE 127.0.0.1:8080/users/1
//! ```

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use samewire::app::layer::{Cors, RequestId, SecurityHeaders};
use samewire::app::schema::Valid;
use samewire::{
    Either, Json, Problem, ProblemKind, Respond, Result, Status, Topic, WebSocket, app, schema,
    select,
};
use serde::Serialize;

schema! {
    /// What clients may send for a user.
    struct NewUser<'x> {
        name:  &'x str [length 1..=40],
        email: &'x str [email],
        age:   Option<u8> [range 0..=150],
    }
}

#[derive(Clone, Debug, Serialize)]
struct User {
    id: u32,
    name: String,
    email: String,
    age: Option<u8>,
}

/// What pages are told of.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Change {
    UserCreated { id: u32 },
    UserDeleted { id: u32 },
}

#[derive(Default)]
struct Api {
    users: RefCell<BTreeMap<u32, User>>,
    last_id: Cell<u32>,
    changes: Topic<Change, 16>,
}

app! { for Api;
    layers [RequestId, SecurityHeaders::new(), Cors::any()];
    get    "/users"          => list;
    post   "/users"          => create(json);
    get    "/users/{id:u32}" => read(path);
    put    "/users/{id:u32}" => replace(path, json);
    delete "/users/{id:u32}" => delete(path);
    ws     "/live"           => live(ws);
}

const NO_USER: ProblemKind = ProblemKind::new(Status::NOT_FOUND)
    .uri("https://example.com/problems/no-user")
    .title("There is no such user");

/// All users fit in one answer.
const USERS_MAX: usize = 100;

const ENOUGH_USERS: ProblemKind = ProblemKind::new(Status::CONFLICT)
    .uri("https://example.com/problems/enough-users")
    .title("There are enough users");

async fn list(api: &Api) -> Json<Vec<User>> {
    Json(api.users.borrow().values().cloned().collect())
}

async fn create(api: &Api, user: Valid<NewUser<'_>>) -> Result<impl Respond + use<>> {
    if api.users.borrow().len() == USERS_MAX {
        return Err(Problem::of(&ENOUGH_USERS));
    }
    let id = api.last_id.get() + 1;
    api.last_id.set(id);
    let user = api.store(id, &user);
    api.changes.publish(Change::UserCreated { id });
    Ok(Json(user).with_status(Status::CREATED).with_field("Location", format!("/users/{id}"))?)
}

async fn read(api: &Api, id: u32) -> Result<Json<User>> {
    api.users.borrow().get(&id).cloned().map(Json).ok_or(Problem::of(&NO_USER))
}

async fn replace(api: &Api, id: u32, user: Valid<NewUser<'_>>) -> Result<Json<User>> {
    if !api.users.borrow().contains_key(&id) {
        return Err(Problem::of(&NO_USER));
    }
    Ok(Json(api.store(id, &user)))
}

async fn delete(api: &Api, id: u32) -> Result<Status> {
    api.users.borrow_mut().remove(&id).ok_or(Problem::of(&NO_USER))?;
    api.changes.publish(Change::UserDeleted { id });
    Ok(Status::NO_CONTENT)
}

async fn live(api: &Api, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    let mut changes = api.changes.subscribe();
    loop {
        match select(inbox.receive(), changes.next()).await {
            Either::First(Some(_)) => {}
            Either::First(None) => return Ok(()),
            // Whoever was too slow for sixteen changes hears of the next.
            Either::Second(Err(_lagged)) => {}
            Either::Second(Ok(change)) => outbox.send(Json(change)).await?,
        }
    }
}

impl Api {
    fn store(&self, id: u32, new: &NewUser<'_>) -> User {
        let (name, email) = (new.name.to_owned(), new.email.to_owned());
        let user = User { id, name, email, age: new.age };
        self.users.borrow_mut().insert(id, user.clone());
        user
    }
}

fn main() -> Result<(), samewire_host::StartError> {
    samewire_host::Server::new(Api::default).signals(true).start()?.wait();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Api, USERS_MAX};
    use samewire_sim::Sim;
    use serde_json::{Value, json};

    #[test]
    fn users_come_and_go() {
        let sim = Sim::new(Api::default());
        let ada = json!({ "name": "Ada", "email": "ada@example.org", "age": 36 });
        let answer = sim.request("POST", "/users").json(&ada).send().expect(201);
        answer.expect_field("Location", "/users/1");
        assert_eq!(sim.get("/users/1").expect(200).json::<Value>()["name"], "Ada");
        assert_eq!(sim.get("/users").expect(200).json::<Vec<Value>>().len(), 1);
        let augusta = json!({ "name": "Augusta", "email": "ada@example.org" });
        sim.request("PUT", "/users/1").json(&augusta).send().expect(200);
        assert_eq!(sim.get("/users/1").expect(200).json::<Value>()["name"], "Augusta");
        sim.delete("/users/1").expect(204);
        let gone = sim.get("/users/1").expect(404).expect_field("X-Frame-Options", "DENY");
        assert_eq!(gone.json::<Value>()["type"], "https://example.com/problems/no-user");
    }

    #[test]
    fn every_fault_is_named() {
        let sim = Sim::new(Api::default());
        let nobody = json!({ "name": "", "email": "nowhere", "age": 200 });
        let answer = sim.request("POST", "/users").json(&nobody).send().expect(422);
        assert_eq!(answer.json::<Value>()["errors"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn there_are_only_so_many_users_and_all_of_them_are_told() {
        let sim = Sim::with_limits(Api::default(), samewire::Limits::LARGE);
        // As long as it may be, and longest where each character is an escape.
        let user = json!({ "name": "\u{1}".repeat(40), "email": longest_email() });
        let create = || sim.request("POST", "/users").json(&user).send();
        (0..USERS_MAX).for_each(|_| drop(create().expect(201)));
        create().expect(409);
        assert_eq!(sim.get("/users").expect(200).json::<Vec<Value>>().len(), USERS_MAX);
        sim.delete("/users/1").expect(204);
        create().expect(201);
    }

    fn longest_email() -> String {
        let label = "a".repeat(63);
        let email = format!("{label}@{label}.{label}.{}", "a".repeat(62));
        assert_eq!(email.len(), 254);
        email
    }

    #[test]
    fn pages_hear_of_changes() {
        let sim = Sim::new(Api::default());
        let mut page = sim.ws("/live");
        let ada = json!({ "name": "Ada", "email": "ada@example.org" });
        sim.request("POST", "/users").json(&ada).send().expect(201);
        page.expect_text(r#"{"event":"user_created","id":1}"#);
        sim.delete("/users/1").expect(204);
        page.expect_text(r#"{"event":"user_deleted","id":1}"#);
        page.close(1000);
    }
}
