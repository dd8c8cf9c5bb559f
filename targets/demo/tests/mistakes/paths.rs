//! What is wrong with a row, or with two of them.

use samewire::{Bytes, Json, Status, WebSocket, app};

struct Malformed;

app! { for Malformed;
    get    "/rooms/{id"      => ok;
    post   "/rooms/{id:u33}" => ok;
    put    "rooms"           => ok;
    delete "/rooms/no{id}"   => ok;
    patch  "/rooms//all"     => ok;
    ws     "/rooms/:id"      => talk(ws);
    layers "/{id}" [];
}

async fn ok(_: &Malformed) -> Status {
    Status::OK
}

async fn talk(_: &Malformed, _: WebSocket<'_>) {}

struct Twice;

app! { for Twice;
    post "/rooms" => create(json, bytes);
}

async fn create(_: &Twice, _: Json<u8>, _: Bytes<'_>) -> Status {
    Status::OK
}

struct Alike;

app! { for Alike;
    get "/{name}" => alike;
    get "/x/{id}" => alike;
    get "/{id}"   => alike;
}

async fn alike(_: &Alike) -> Status {
    Status::OK
}

struct House {
    rooms: Rooms,
}

app! { for house: House;
    get   "/rooms/{id:u32}" => room;
    mount "/rooms"          => Rooms(house.rooms);
}

async fn room(_: &House) -> Status {
    Status::OK
}

struct Rooms;

app! { for Rooms;
    get "/"             => list;
    get "/{number:u32}" => list;
}

async fn list(_: &Rooms) -> Status {
    Status::OK
}

struct Prefixed {
    rooms: Rooms,
}

app! { for house: Prefixed;
    mount "/rooms/" => Rooms(house.rooms);
}

struct Plugged {
    rooms: Rooms,
}

app! { for house: Plugged;
    get "/" => index;
    plugin => Rooms(house.rooms);
}

async fn index(_: &Plugged) -> Status {
    Status::OK
}

fn main() {}
