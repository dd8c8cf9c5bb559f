// Asks the server for its greeting, and opens the socket that echoes.
const said = document.getElementById("said");
fetch("/hello").then((answer) => answer.json()).then((greeting) => {
  said.textContent = greeting.message;
});
const socket = new WebSocket(`ws://${location.host}/ws`);
socket.onopen = () => socket.send("the same bytes");
socket.onmessage = (message) => { said.textContent += ` ${message.data}`; };
socket.onclose = () => { said.textContent += " (closed)"; };
