// The dialog that a cell opens in, and the addresses that lead to it: `#case@target` opens a cell,
// `#case` shows a row.

(() => {
  const dialog = one("#cell");
  const body = one("#cell-body");
  // What is open: a case, a target and the row.
  let current = null;

  const address = (id, target) => `#${id}@${data().targets[target].name}`;
  const named = () => {
    try {
      return decodeURIComponent(location.hash);
    } catch {
      return "";
    }
  };

  const open = (id, target) => {
    const found = data().cases[id];
    const entry = matrix.entry(id);
    if (!found || !entry) return false;
    current = { id, target, entry };
    one("#cell-section").textContent = matrix.title(entry.row);
    one("#cell-title").textContent = id;
    one("#cell-targets").replaceChildren(...data().targets.map(({ name }, index) => {
      const mark = found.cells[index]?.mark ?? "missing";
      const tab = make("button", { type: "button", className: mark, textContent: name, role: "tab" });
      tab.ariaSelected = String(index === target);
      tab.tabIndex = index === target ? 0 : -1;
      tab.addEventListener("click", () => go(id, index));
      return tab;
    }));
    body.replaceChildren(...drawCell(id, target));
    body.scrollTop = 0;
    if (!dialog.open) dialog.showModal();
    const tab = one("#cell-targets [aria-selected=true]");
    tab.focus({ preventScroll: true });
    tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    return true;
  };

  const go = (id, target) => {
    // Another cell is not another step: one step back closes.
    history[dialog.open ? "replaceState" : "pushState"](null, "", address(id, target));
    open(id, target);
  };
  const neighbour = (step) => {
    const shown = matrix.shown();
    const next = shown[shown.indexOf(current.entry) + step];
    if (next) go(next.row.id, current.target);
  };

  // Shows what the address names: a cell, a case or a section.
  const follow = () => {
    const [id, ...rest] = named().slice(1).split("@");
    const row = id && document.getElementById(id);
    if (row) {
      matrix.unfold(row);
      row.scrollIntoView({ block: "center" });
    }
    const target = data().targets.findIndex(({ name }) => name === rest.join("@"));
    if (target < 0 || !open(id, target)) dialog.close();
  };

  matrix.table.addEventListener("click", (event) => {
    const link = event.target.closest("td a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const { id } = link.closest("tr");
    go(id, matrix.entry(id).cells.indexOf(link));
  });
  dialog.addEventListener("close", () => {
    if (!current) return;
    const { id, target, entry } = current;
    current = null;
    // The address goes on naming the row, for whoever sends it now.
    if (named() === address(id, target)) history.replaceState(null, "", `#${id}`);
    matrix.unfold(entry.row);
    entry.cells[target].focus();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  one("#close").addEventListener("click", () => dialog.close());
  one("#previous").addEventListener("click", () => neighbour(-1));
  one("#next").addEventListener("click", () => neighbour(1));
  dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, pre, code")) return;
    const aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const down = { j: 1, k: -1 }[event.key];
    if (!aside && !down) return;
    event.preventDefault();
    const last = data().targets.length - 1;
    if (aside) go(current.id, Math.min(Math.max(current.target + aside, 0), last));
    else neighbour(down);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || dialog.open || event.target.closest("input")) return;
    event.preventDefault();
    one("#text").focus();
  });
  addEventListener("hashchange", follow);
  if (location.hash) follow();
})();
